"""The words an impact is told in, the same on the screen, in Markdown and on a page."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from engine.explain.outline import months_in_words
from engine.regress.impact import Impact, Total
from engine.regress.impact_case import (
    CHANGED,
    ONE_SIDED,
    UNCHANGED,
    UNREAD,
    WORDING,
    CaseImpact,
    LineImpact,
    LineSide,
    Money,
)
from engine.regress.impact_cause import Cause, ValueCause
from engine.regress.impact_rules import NEW, Difference, RuleChange
from engine.text import literal
from engine.text.norsk import list_text, money_text, number_text

ARROW = "→"
NOTHING = "ingenting"

#: what there is a list of besides changed cases, and what it is called
NOT_COMPARED = (
    (ONE_SIDED, "Saker som bare kan avgjøres med den ene versjonen"),
    (UNREAD, "Saker som ikke kan leses"),
)


def signed(amount: Decimal) -> str:
    """`+6 309,00 kr`, `−200,00 kr`, `0,00 kr`."""
    return ("+" if amount > 0 else "") + money_text(amount)


def count(number: int) -> str:
    """`12 345`, thousands apart."""
    return number_text(Fraction(number))


def counted(number: int, one: str, many: str) -> str:
    """`1 sak`, `3 saker`."""
    return f"{count(number)} {one if number == 1 else many}"


def cases(number: int) -> str:
    return counted(number, "sak", "saker")


def money(one: Money | None) -> str:
    """`6 309,00 kr`, or that the sum is not known, with what is."""
    if one is None:
        return NOTHING
    if one.total is not None:
        return money_text(one.total)
    if not one.waits:
        return "beløpet er ikke regnet ut"
    return f"ukjent sum (kjent: {money_text(one.known)})" if one.known else "ukjent sum"


def change(before: str, after: str) -> str:
    """`avslag → innvilget`, or the one text when nothing differs."""
    return before if before == after else f"{before} {ARROW} {after}"


def headline(case: CaseImpact) -> str:
    """A changed case's outcome and money: `avslag → innvilget, 0,00 kr → 6 309,00 kr (+6 309,00 kr)`."""
    assert case.before is not None and case.after is not None
    told = change(case.before.outcome, case.after.outcome)
    told += ", " + change(money(case.before.money), money(case.after.money))
    return told + (f" ({difference_of(case)})" if case.difference else "")


def difference_of(case: CaseImpact) -> str:
    """`+6 309,00 kr`; `kjent endring −6 724,00 kr` when a rate is unknown and the whole difference therefore is."""
    return signed(case.difference) if case.exact else f"kjent endring {signed(case.difference)}"


def line(one: LineImpact) -> str:
    """A changed line: doctor, component, and what it came to before and after."""
    return f"{one.doctor}, {one.component}: {change(_line_side(one.before), _line_side(one.after))}"


def _line_side(one: LineSide | None) -> str:
    if one is None:
        return NOTHING
    return f"{one.outcome}, {counted(one.months, 'måned', 'måneder')}, {money(one.money)}"


def months(one: LineImpact) -> list[str]:
    """The months of a line whose answer differs, alike ones together: `juni–august 2031: nei → ja`."""
    alike: dict[tuple[str, str], list[str]] = {}
    for month in one.months:
        alike.setdefault((month.before or "ikke vurdert", month.after or "ikke vurdert"), []).append(month.month)
    return [f"{when(found)}: {change(*answers)}" for answers, found in alike.items()]


def when(found: Iterable[str]) -> str:
    """`2031-06`, `2031-07` → `juni–juli 2031`."""
    return months_in_words(literal.month(month) for month in found)


def others(case: CaseImpact) -> list[str]:
    """What else differs, one line each."""
    return [
        f"{other.what}: {change(list_text(other.before) or NOTHING, list_text(other.after) or NOTHING)}"
        for other in case.others
    ]


def cause(one: Cause) -> str:
    """`vilkåret (2031/ordningen), lege-1, juni 2031: ikke oppfylt, avslag → oppfylt`"""
    where = [part for part in (one.doctor, one.component, when(one.months)) if part]
    return f"{one.rule} ({one.rule_set}){''.join(f', {part}' for part in where)}: {change(one.before, one.after)}"


def value(one: ValueCause) -> str:
    """`satsen, lege-1, komponenten, juni 2031: 900 kr/time → 950 kr/time`"""
    return f"{one.name}, {one.doctor}, {one.component}, {when(one.months)}: {change(one.before, one.after)}"


def difference(one: Difference) -> str:
    """`verdier[måneder fra 2031-06].verdi: 17 → 18`"""
    told = (
        f"{one.before if one.before is not None else NOTHING} {ARROW} {one.after if one.after is not None else NOTHING}"
    )
    return f"{one.path}: {told}" if one.path else told


def rule_change(one: RuleChange) -> str:
    """`grensen «navn» (2031/ordningen) er endret`, with a word when nothing can come of it."""
    told = f"{one.title} er {'ny' if one.what == NEW else one.what}"
    return told + (" (bare forklarende tekst)" if one.explains_only else "")


def summary(impact: Impact) -> list[str]:
    """What it all comes to, in sentences."""
    number = {status: len(impact.of(status)) for status in (CHANGED, WORDING, UNCHANGED, ONE_SIDED, UNREAD)}
    told = [f"{number[CHANGED]} av {cases(len(impact.cases))} får et annet vedtak."]
    inexact = sum(not case.exact for case in impact.of(CHANGED))
    if inexact:
        which = "noen av dem" if inexact == number[CHANGED] else f"{inexact} av dem"
        about = "" if number[CHANGED] == 1 else f" for {which}"
        told.append(f"Endringen i kroner kan ikke regnes helt ut{about}, fordi en sats er ukjent.")
    if number[WORDING]:
        told.append(f"{cases(number[WORDING])} får samme vedtak med en annen begrunnelse.")
    if number[UNCHANGED] or not impact.cases:
        told.append(f"{cases(number[UNCHANGED])} er uendret.")
    if number[ONE_SIDED]:
        told.append(f"{cases(number[ONE_SIDED])} kan bare avgjøres med den ene versjonen.")
    if number[UNREAD]:
        told.append(f"{cases(number[UNREAD])} kan ikke leses.")
    return told


def totals(one: Total) -> str:
    """`1 000,00 kr → 1 200,00 kr (+200,00 kr)` on known rates."""
    told = change(money_text(one.before), money_text(one.after))
    return told + (f" ({signed(one.difference)})" if one.difference else " (ingen endring)")


#: what the columns of a table of totals are called
COLUMNS = ("Saker", "Endret", "Kjent før", "Kjent etter", "Endring", "Ukjent sum")


def row(one: Total) -> tuple[str, ...]:
    """A group's cells under COLUMNS. The last tells how many cases wait for a rate: `4`, or `4 → 5`."""
    return (
        count(one.cases),
        count(one.changed),
        money_text(one.before),
        money_text(one.after),
        signed(one.difference),
        change(count(one.open_before), count(one.open_after)),
    )


def caveats(impact: Impact) -> list[str]:
    """What the known amounts do not say, in sentences."""
    falling = sum(case.difference < 0 and not case.exact for case in impact.of(CHANGED))
    told = [unknown(impact.whole)] if unknown(impact.whole) else []
    if falling:
        told.append(
            f"I {cases(falling)} går det kjente beløpet ned mens en sats er ukjent. "
            "Hele summen kan likevel ha gått opp."
        )
    return told


def unknown(one: Total) -> str:
    """That some sums are open, or nothing."""
    if not one.open_before and not one.open_after:
        return ""
    if one.open_before == one.open_after:
        return f"I {cases(one.open_after)} er en sats ukjent, og bare det som er kjent, er regnet med."
    return (
        f"En sats er ukjent i {cases(one.open_before)} før og {one.open_after} etter. "
        "Bare det som er kjent, er regnet med."
    )
