"""Which version of each rule is in force for an agreement date, a supported month and a grant year, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from engine.language.in_force import ByAgreement, ByGrantYear, InForce
from engine.language.model import Rule, RuleSet
from engine.language.rulebook import SchemeRules
from engine.ruleset.selection import ancestors, of_grant_year, select
from engine.text.month import Month, month_in_words
from engine.text.norsk import date_text


@dataclass(frozen=True, slots=True)
class Standing:
    """One rule's standing. `rule` is the version in force or, when none is, the one that comes nearest; `why` is bokmål."""

    rule: Rule
    in_force: bool
    why: str


def standings(
    scheme: SchemeRules, agreement_date: date | None, month: Month | None, grant_year: int | None
) -> list[Standing]:
    """The standing of every rule of the scheme, in the order the rules were first written.

    With no `month`, a rule that reaches existing agreements only from some month counts as not yet in force.
    """
    selected = select(scheme, agreement_date) if agreement_date is not None else None
    for_year = of_grant_year(scheme, grant_year)
    return [
        _standing(scheme, rule_id, selected, for_year, agreement_date, month, grant_year) for rule_id in scheme.rules
    ]


def _standing(
    scheme: SchemeRules,
    rule_id: str,
    selected: RuleSet | None,
    for_year: RuleSet,
    agreement_date: date | None,
    month: Month | None,
    grant_year: int | None,
) -> Standing:
    events: list[tuple[str, InForce, Rule | None]] = [
        (rule.origin, rule.in_force, rule) for rule in scheme.rules[rule_id]
    ]
    events += [
        (repeal.origin, repeal.in_force, None)
        for one in scheme.sets
        for repeal in one.repeals
        if repeal.rule == rule_id
    ]
    order = [one.id for one in scheme.sets]
    events.sort(key=lambda event: order.index(event[0]))
    own = ancestors(scheme, selected) if selected is not None else ()
    later = order[order.index(selected.id) + 1 :] if selected is not None else order
    year_own = ancestors(scheme, for_year)
    nearest: Standing | None = None
    for origin, in_force, rule in reversed(events):
        reach = _Reach(origin in own, origin in later, origin in year_own)
        holds, why = _holds(in_force, reach, agreement_date, month, grant_year)
        if rule is None:
            if holds:
                return Standing(scheme.rules[rule_id][-1], False, f"Vilkåret er opphevet i {origin}.")
            continue
        if holds and month is not None and not rule.months.holds(month):
            holds, why = False, _outside_months(rule)
        elif holds and month is None:
            why = f"{why} {_outside_months(rule)}".rstrip()
        if holds:
            return Standing(rule, True, why)
        if nearest is None or origin in own:
            nearest = Standing(rule, False, why)
    assert nearest is not None
    return nearest


class _Reach(NamedTuple):
    """Whether a rule's set is one the selected set builds on, a later one, or one the grant year's set builds on."""

    own: bool
    later: bool
    of_year: bool


def _holds(
    in_force: InForce, reach: _Reach, agreement_date: date | None, month: Month | None, grant_year: int | None
) -> tuple[bool, str]:
    match in_force:
        case ByGrantYear(first):
            if grant_year is None or (grant_year >= first and reach.of_year):
                return True, f"Gjelder søknader for tilskuddsåret {first} og senere."
            return False, f"Gjelder først fra tilskuddsåret {first}."
        case ByAgreement(new_from, existing_from):
            if agreement_date is None:
                return False, "Avtaledatoen er ikke oppgitt."
            if reach.own and new_from is not None and agreement_date >= new_from:
                return True, f"Gjelder avtaler inngått fra og med {date_text(new_from)}."
            if not reach.own and not reach.later:
                return False, "Regelsettet som velges, bygger ikke på dette vilkåret."
            if existing_from is None:
                wanted = (
                    f"Gjelder bare avtaler inngått fra og med {date_text(new_from)}."
                    if new_from
                    else "Gjelder ingen avtaler."
                )
                return False, wanted
            if month is not None and month >= existing_from:
                return True, f"Gjelder også eldre avtaler fra {month_in_words(existing_from)}."
            return False, f"Gjelder eldre avtaler først fra {month_in_words(existing_from)}."
        case _:
            return True, "Gjelder alle saker i ordningen."


def _outside_months(rule: Rule) -> str:
    first, last = rule.months.first, rule.months.last
    if first is not None and last is not None:
        return f"Gjelder bare måneder fra {month_in_words(first)} til {month_in_words(last)}."
    if first is not None:
        return f"Gjelder bare måneder fra {month_in_words(first)}."
    return f"Gjelder bare måneder til og med {month_in_words(last)}." if last is not None else ""
