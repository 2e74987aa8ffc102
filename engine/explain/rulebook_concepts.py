"""What a rule set means by its words, how it reckons, and what it tells the caseworker beside the answer, readable aloud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from engine.explain.aloud import Aloud, capitalized
from engine.explain.prose import months_text
from engine.language.condition import Condition
from engine.language.in_force import Months
from engine.language.meaning import DaysCounted, EarliestOf, Formula, LastOf, Meaning, Run, SumOfEarlier, SumOverDays
from engine.language.model import Calculation, Definition, Note
from engine.text.month import Month
from engine.text.norsk import number_text

Line = tuple[int, str]

_ROUNDING = {
    "halv opp": "av til nærmeste {step} kr, og halve kroner rundes opp",
    "ned": "ned til nærmeste {step} kr",
    "opp": "opp til nærmeste {step} kr",
}


class _Versioned(Protocol):
    @property
    def origin(self) -> str: ...
    @property
    def months(self) -> Months: ...


V = TypeVar("V", bound=_Versioned)


def _latest(parts: Mapping[str, Sequence[V]], chain: tuple[str, ...], month: Month | None) -> list[V]:
    """The last version of each part that the chain of sets holds, in the month if one is asked for."""
    found = []
    for versions in parts.values():
        own = [one for one in versions if one.origin in chain and (month is None or one.months.holds(month))]
        found += own[-1:]
    return found


def concepts(aloud: Aloud, chain: tuple[str, ...], month: Month | None) -> Iterator[Line]:
    """Every definition, and what it is counted or worked out from."""
    found = _latest(aloud.scheme.definitions, chain, month)
    if found:
        yield 2, "Begreper"
    for definition in found:
        yield 3, definition.title
        yield 0, "\n".join(_meaning(definition.meaning, aloud))
        yield from _footing(definition, aloud)


def _meaning(meaning: Meaning, aloud: Aloud) -> Iterator[str]:
    match meaning:
        case DaysCounted(where, counting):
            yield from _where(
                f"Antall {'tellende dager' if counting else 'dager i en periode'} i måneden", where, aloud
            )
        case LastOf(fact):
            yield f"{capitalized(aloud.named(fact, None))} den siste tellende dagen i måneden."
        case EarliestOf(fact):
            yield f"Den tidligste av alle periodene: {aloud.named(fact, None)}."
        case Run(where, measures):
            beyond = "" if measures == "hele måneder" else " hele måneder"
            runs = "De sammenhengende periodene rundt den siste tellende dagen i måneden, målt fra dato til dato i"
            yield from _where(f"{runs} {measures}{beyond}", where, aloud)
        case SumOverDays(value, where):
            yield from _where(
                f"Summen, dag for dag over månedens tellende dager, av {aloud.operand(value)}", where, aloud
            )
        case SumOfEarlier(name):
            yield f"Summen over de tidligere månedene, i kalenderrekkefølge, av {aloud.named(name, None)}."
        case Formula(value):
            yield f"{capitalized(aloud.operand(value))}."


def _where(counted: str, where: Condition | None, aloud: Aloud) -> Iterator[str]:
    if where is None:
        yield f"{counted}."
        return
    yield f"{counted}, der:"
    yield aloud.when(where)


def calculations(aloud: Aloud, chain: tuple[str, ...], month: Month | None) -> Iterator[Line]:
    """How each component is reckoned and rounded."""
    found = _latest(aloud.scheme.calculations, chain, month)
    if found:
        yield 2, "Beregning"
    for calculation in found:
        yield 3, calculation.title
        yield 0, f"{capitalized(aloud.operand(calculation.formula))}, i {calculation.unit}."
        step = number_text(calculation.rounding.step)
        how = _ROUNDING[calculation.rounding.mode].format(step=step)
        yield 0, f"Beløpet rundes {how}, én gang, på linjen for legen."
        yield from _footing(calculation, aloud)


def notes(aloud: Aloud, chain: tuple[str, ...], month: Month | None) -> Iterator[Line]:
    """The notes: when each is given, and what it says."""
    found = _latest(aloud.scheme.notes, chain, month)
    if found:
        yield 2, "Merknader"
    for note in found:
        own = aloud.about(note.per)
        months = months_text(note.months)
        yield 3, note.title
        yield 0, f"Merknaden avgjør ingenting.{f' Måneder: {months}.' if months else ''} Den gis når:"
        yield 0, own.when(note.when)
        yield 0, f"Den sier: {own.text(note.text)}"
        if note.formula is not None:
            yield 0, f"Beløpet er {own.operand(note.formula)}."
        yield from _footing(note, aloud)


def _footing(part: Definition | Calculation | Note, aloud: Aloud) -> Iterator[Line]:
    return ((0, line) for line in aloud.footing(part.citation, part.reading))
