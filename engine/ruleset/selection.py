"""Which rule set an agreement date selects, and which a grant year does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from engine.language.model import RuleSet
from engine.language.rulebook import Rulebook, SchemeRules


def select(scheme: SchemeRules, agreement_date: date) -> RuleSet | None:
    """The rule set of the scheme for an agreement date, or None when no set covers it."""
    for one in scheme.sets:
        if one.agreements is None or one.agreements.holds(agreement_date):
            return one
    return None


def of_grant_year(scheme: SchemeRules, year: int | None) -> RuleSet:
    """The rule set whose grant year it is; without grant years, or when the year is not stated, the latest set."""
    for one in scheme.sets:
        if one.grant_year is not None and one.grant_year.year == year:
            return one
    return scheme.sets[-1]


def ancestors(scheme: SchemeRules, one: RuleSet) -> tuple[str, ...]:
    """The ids of the set and of every set it builds on."""
    by_id = {other.id: other for other in scheme.sets}
    found: list[str] = []
    step: RuleSet | None = one
    while step is not None and step.id not in found:
        found.append(step.id)
        step = by_id.get(step.builds_on or "")
    return tuple(found)


def infer_scheme(book: Rulebook, agreement_dates: Iterable[date]) -> set[str]:
    """The schemes whose rule sets cover the agreement dates, for an application that does not name its scheme."""
    dates = list(agreement_dates)
    return {
        name
        for name, scheme in book.schemes.items()
        if book.vocabulary.schemes[name].has_doctors
        and any(one.agreements is not None and one.agreements.holds(day) for one in scheme.sets for day in dates)
    }
