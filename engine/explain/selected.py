"""Which rule set an agreement date selects, and which conditions are in force in a month: the answer of the contract."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.explain.prose import days_text
from engine.language.model import RuleSet
from engine.language.rulebook import Rulebook, SchemeRules
from engine.ruleset.force import standings
from engine.ruleset.selection import infer_scheme, select
from engine.text.fault import Fault, Faults
from engine.text.month import Month
from engine.text.norsk import date_text, list_text
from engine.text.place import Place
from engine.text.suggest import did_you_mean


def lookup(book: Rulebook, agreed: date, scheme: str | None, month: Month | None, asked: Place) -> dict[str, Any]:
    """The answer of the contract. Raises Faults, placed where it was `asked`, when the scheme is unknown or the date points to none."""
    if scheme is None:
        found = infer_scheme(book, [agreed])
        if len(found) != 1:
            what = f"avtaledatoen {date_text(agreed)} peker ikke på én ordning"
            raise _fault(asked, what, f"oppgi ordning: {list_text(list(book.schemes), 'eller')}")
        scheme = found.pop()
    if scheme not in book.schemes:
        hint = did_you_mean(scheme, book.schemes)
        what = f"ordningen «{scheme}» finnes ikke" + ("," + hint if hint else "")
        raise _fault(asked, what, f"velg {list_text(list(book.schemes), 'eller')}")
    rules = book.schemes[scheme]
    selected = select(rules, agreed)
    year = _grant_year(rules, month)
    listed = []
    for one in standings(rules, agreed, month, year) if selected is not None else []:
        listed.append(
            {
                "id": one.rule.id,
                "tittel": one.rule.title,
                "fra_regelsett": one.rule.origin,
                "i_kraft": one.in_force,
                "hvorfor": one.why,
                "hjemmel": {"kilde": one.rule.citation.source, "punkt": one.rule.citation.point},
            }
        )
    return {
        "ordning": scheme,
        "regelsett": selected.id if selected is not None else None,
        "tittel": selected.title if selected is not None else None,
        "hvorfor": _why(selected, agreed),
        "vilkår": listed,
    }


def _grant_year(rules: SchemeRules, month: Month | None) -> int | None:
    """The grant year a month belongs to; without a month, or outside every window, not known."""
    for one in rules.sets:
        if month is not None and one.grant_year is not None and one.grant_year.months.holds(month):
            return one.grant_year.year
    return None


def _why(selected: RuleSet | None, agreed: date) -> str:

    if selected is None:
        return f"Ingen regelsett i ordningen gjelder avtaler inngått {date_text(agreed)}."
    if selected.agreements is None:
        return "Ordningen har bare ett regelsett."
    return f"Regelsettet gjelder avtaler inngått {days_text(selected.agreements)}."


def _fault(asked: Place, what: str, next_step: str) -> Faults:
    return Faults([Fault(asked, "ARGUMENT", what, "spørsmålet kan ikke besvares slik", next_step)])
