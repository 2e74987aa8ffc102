"""What is counted and measured in a month when the dates of periods are only known to lie between two.

A doctor's periods are laid out twice: as wide as they could be, and as narrow. What is counted lies between the counts of the two; a
run of periods is no longer than it would be with all gaps that could close closed, and no shorter than with all that could open open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from engine.case.calendar import DAYS_IN_MONTH, Span, Stretch, run_around
from engine.case.comparison import Comparator, tree
from engine.case.formula import bounds
from engine.case.frame import PERIODS, STRETCHES, Frame
from engine.case.stated import Doctor
from engine.case.truth import JA, NO, YES
from engine.case.value import Between, Unknown, Value
from engine.decide.compiled import CompiledScheme
from engine.language.expression import Binary, Expression, Name, Number
from engine.language.meaning import DaysCounted, EarliestOf, Formula, LastOf, Meaning, Run, SumOfEarlier, SumOverDays
from engine.prove.reading import conditions, names_in, reached_from
from engine.text.month import Month, first_day, last_day, whole_months

_DAY = timedelta(days=1)

#: the dates of a period
FIRST, LAST = "fra", "til"


class Ends(NamedTuple):
    """Between which dates a period begins, and between which it ends."""

    first: tuple[date, date]
    last: tuple[date, date]

    @property
    def exact(self) -> bool:
        return self.first[0] == self.first[1] and self.last[0] == self.last[1]


def possible(ends: Sequence[Ends]) -> list[Ends] | None:
    """The same, without dates at which periods would overlap or end before they begin; None when nothing is left."""
    found = list(ends)
    for number, one in enumerate(found):
        first, last = one
        if number:
            first = (max(first[0], found[number - 1].last[0] + _DAY), first[1])
        if number + 1 < len(found):
            last = (last[0], min(last[1], ends[number + 1].first[1] - _DAY))
        first, last = (first[0], min(first[1], last[1])), (max(last[0], first[0]), last[1])
        if first[0] > first[1] or last[0] > last[1]:
            return None
        found[number] = Ends(first, last)
    return None if any(one.last[0] >= other.first[1] for one, other in pairwise(found)) else found


@dataclass(frozen=True)
class Extent:
    """The periods of a doctor, as wide and as narrow as they could be. A period that has no day surely is not among the narrow."""

    wide: Doctor
    narrow: Doctor
    kept: tuple[int, ...]
    """The numbers of the periods that have some day surely."""
    cause: Unknown
    free: bool
    """Whether all dates in the bounds go together."""

    @classmethod
    def of(cls, doctor: Doctor, ends: Sequence[Ends], cause: Unknown) -> Extent | None:
        """None when no dates in the bounds go together."""
        laid = possible(ends)
        if laid is None:
            return None
        wide = [
            replace(one, first=lie.first[0], last=lie.last[1]) for one, lie in zip(doctor.periods, laid, strict=True)
        ]
        sure = {
            number: replace(one, first=lie.first[1], last=lie.last[0])
            for number, (one, lie) in enumerate(zip(doctor.periods, laid, strict=True))
            if lie.first[1] <= lie.last[0]
        }
        return cls(
            replace(doctor, periods=tuple(wide)),
            replace(doctor, periods=tuple(sure.values())),
            tuple(sure),
            cause,
            laid == list(ends)
            and len(sure) == len(wide)
            and all(one.last < other.first for one, other in pairwise(wide)),
        )

    def reaches(self, month: Month, surely: bool) -> bool:
        """Whether some period surely has, or may have, a day in a month."""
        periods = (self.narrow if surely else self.wide).periods
        return any(one.last >= first_day(month) and one.first <= last_day(month) for one in periods)


class Measures:
    """How the derived facts of a scheme are bounded."""

    def __init__(self, compiled: CompiledScheme) -> None:
        self.compiled = compiled
        self.slots = compiled.slots
        scheme = compiled.scheme
        by_day = [
            name
            for versions in scheme.rules.values()
            for rule in versions
            if rule.per == "dag"
            for part in conditions(rule)
            for name in names_in(part)
        ]
        self._plain_days = self._is_plain(by_day)
        self._tests: dict[str, Comparator] = {}

    def _is_plain(self, names: Iterable[str]) -> bool:
        """Whether names are worked out from nothing that rests on the dates of periods."""
        definitions = self.compiled.scheme.definitions
        reached = reached_from(self.compiled.scheme, names)
        return not reached & {FIRST, LAST} and not any(
            not isinstance(one.meaning, Formula) for name in reached for one in definitions.get(name, ())
        )

    def values(self, extent: Extent, month: Month, frames: tuple[Frame, Frame]) -> Mapping[int, Value]:
        """By slot, what each derived fact may be. `frames` are the month's, wide and narrow."""
        found: dict[int, Value] = {}
        for name, versions in self.compiled.scheme.definitions.items():
            version = next((one for one in reversed(versions) if one.months.holds(month)), None)
            if version is None or isinstance(version.meaning, Formula):
                continue
            if isinstance(version.meaning, EarliestOf) and version.meaning.fact not in (FIRST, LAST):
                continue  # every period is there, wherever it lies
            bounded = self._bounded(name, version.meaning, extent, frames) if self._plain_days else None
            found[self.slots.index[name]] = extent.cause if bounded is None else bounded
        return found

    def _bounded(self, name: str, meaning: Meaning, extent: Extent, frames: tuple[Frame, Frame]) -> Value | None:
        """None where nothing can be said."""
        match meaning:
            case DaysCounted() | SumOverDays() | SumOfEarlier() if self._grows(meaning):
                return _hull([self.slots.reader(name)(frame) for frame in frames], extent.cause)
            case Run(where, measures) if where is None or self._is_plain(names_in(where)):
                test = self._test(name, meaning)
                low, high = _run(test, extent, frames)
                if measures != "hele måneder":
                    return Between(0, 31, extent.cause)
                return low if low == high else Between(low, high, extent.cause)
            case LastOf(fact) if fact not in (FIRST, LAST):
                return _last(self.slots.index[fact], extent, frames)
        return None

    def _grows(self, meaning: Meaning) -> bool:
        """Whether more days never make it less."""
        match meaning:
            case DaysCounted(where, _):
                return where is None or self._is_plain(names_in(where))
            case SumOverDays(value, where):
                return self._is_positive(value) and (where is None or self._is_plain(names_in(where)))
            case SumOfEarlier(earlier):
                versions = self.compiled.scheme.definitions.get(earlier, ())
                return all(
                    isinstance(one.meaning, DaysCounted | SumOverDays) and self._grows(one.meaning) for one in versions
                )
        return False

    def _is_positive(self, value: Expression) -> bool:
        """Whether a value of a day is surely not negative."""
        match value:
            case Number(number, _):
                return number >= 0
            case Binary(op, left, right):
                return op in "+*/" and self._is_positive(left) and self._is_positive(right)
            case Name(name, _):
                fact = self.compiled.vocabulary.facts.get(name)
                if fact is not None:
                    least = fact.at_least if fact.at_least is not None else fact.above
                    return least is not None and least >= 0
                return name == DAYS_IN_MONTH
        return False

    def _test(self, name: str, meaning: Run) -> Comparator:
        if name not in self._tests:
            self._tests[name] = tree(meaning.where, self.slots) if meaning.where is not None else lambda frame: JA
        return self._tests[name]


def _hull(values: Sequence[Value], cause: Unknown) -> Value | None:
    if any(type(one) is Unknown for one in values):
        return None
    (low, high), (least, most) = (bounds(one) for one in values)
    low, high = min(low, least), max(high, most)
    own = [one.cause for one in values if type(one) is Between]
    for one in own:
        cause = cause | one
    return low if low == high else Between(low, high, cause)


def _may_be_last(frames: tuple[Frame, Frame], extent: Extent) -> list[Stretch]:
    """The stretches of the wide month that the last day that counts, or stands for it, may lie in."""
    wide: list[Stretch] = frames[0][STRETCHES]
    sure = [extent.kept[one.span] for one in frames[1][STRETCHES] if one.code & YES]
    return [one for one in wide if not sure or (one.span >= sure[-1] and not one.code & NO)]


def _last(slot: int, extent: Extent, frames: tuple[Frame, Frame]) -> Value | None:
    """The value that the last day that counts has, when it is the same wherever that lies."""
    values = [one.frame[slot] for one in _may_be_last(frames, extent)]
    return values[0] if values and all(one == values[0] for one in values[1:]) else None


def _run(test: Comparator, extent: Extent, frames: tuple[Frame, Frame]) -> tuple[int, int]:
    """The fewest and most whole months of the run around the last day that counts."""
    wide, narrow = (_spans(frame) for frame in frames)
    around = {one.span for one in _may_be_last(frames, extent)}
    if not around:
        return 0, 0
    most = max(whole_months(*_joined(wide, number, lambda span: not test(span.frame) & NO))[0] for number in around)
    if not around <= set(extent.kept):
        return 0, most
    least = min(
        whole_months(*run_around(narrow, extent.kept.index(number), lambda span: bool(test(span.frame) & YES)))[0]
        for number in around
    )
    return least, most


def _spans(frame: Frame) -> list[Span]:
    found: list[Span] = frame[PERIODS]
    return found


def _joined(spans: Sequence[Span], index: int, belongs: Callable[[Span], bool]) -> tuple[date, date]:
    """First and last date of the row around a period, when neighbours that could adjoin do."""
    first = last = index
    while first > 0 and spans[first - 1].last + _DAY >= spans[first].first and belongs(spans[first - 1]):
        first -= 1
    while last + 1 < len(spans) and spans[last].last + _DAY >= spans[last + 1].first and belongs(spans[last + 1]):
        last += 1
    return spans[first].first, spans[last].last
