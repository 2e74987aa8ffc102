"""What can be changed in an application: each changeable fact with the values it could have had, nearest the stated one first.

Dates, months and numbers are counted in steps (a day, a month, one, or a hundredth), so that their values are whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any

from engine.case.stated import Application, Stated, read_stated
from engine.case.value import Asked, Between, Unknown
from engine.language.vocabulary import Fact, Vocabulary
from engine.prove.moment import Borders
from engine.text.month import Month

#: kinds whose values are counted
COUNTED = ("dato", "tidspunkt", "måned", "heltall", "desimal")

#: how many answers of a multiple choice are turned at once; more is not tried, and is not told to be impossible
TURNED = 3

_NOON = time(12)
_HUNDREDTH = Fraction(1, 100)

#: how far beyond its value a number without a bound is tried, in times its value
_BEYOND = 100


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the values a fact could have: one `value` (None: not stated), or all from `low` to `high` in steps.

    `away` is the distance of the nearest of them.
    """

    value: Stated | None = None
    low: int | None = None
    high: int | None = None
    away: int = 1

    @property
    def width(self) -> int:
        return 0 if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True)
class Changeable:
    """One fact of the application, a doctor or a period that can be changed. `now` is its value, also when that is its default.

    `place` is the number of the doctor and the period. `near` is the value that distances are measured from where none is stated.
    """

    fact: Fact
    place: tuple[int, ...]
    path: str
    now: Stated | None
    stated: bool
    pieces: tuple[Piece, ...]
    step: Fraction
    near: int | None = None
    capped: bool = False
    clock: time = field(default=_NOON)

    @property
    def counted(self) -> bool:
        return self.fact.kind in COUNTED and not self.fact.choices

    @property
    def is_missing(self) -> bool:
        return not self.stated and self.now is None

    @property
    def is_unclear(self) -> bool:
        """Whether what is stated is that a person must judge."""
        return isinstance(self.now, str) and self.now in self.fact.unclear

    @cached_property
    def free(self) -> Unknown:
        """Any value, or none."""
        return Unknown(frozenset({Asked(self.fact.name, self.fact.level, None, self.path)}), free=True)

    @cached_property
    def reach(self) -> tuple[int, int]:
        """The least and greatest number of steps it can be, that it is now or that is tried."""
        ends = [end for piece in self.pieces for end in (piece.low, piece.high) if end is not None]
        ends += [self.near] if self.near is not None else []
        return min(ends), max(ends)

    @property
    def breadth(self) -> int:
        """How many values that is."""
        return self.reach[1] - self.reach[0] + 1

    @property
    def whole(self) -> int:
        """How many steps a whole number is."""
        return int(1 / self.step)

    def value(self, number: int) -> Stated:
        """The value at a number of steps."""
        match self.fact.kind:
            case "dato":
                return date.fromordinal(number)
            case "tidspunkt":
                return datetime.combine(date.fromordinal(number), self.clock)
            case "heltall":
                return number
            case "måned":
                return Month(number)
        return number * self.step

    def seen(self, piece: Piece) -> Any:
        """A piece as the rules read it: a value, None, or a range of values."""
        if piece.low is None or piece.high is None:
            return piece.value
        if piece.low == piece.high:
            return self.value(piece.low)
        ends: list[Any] = [self.value(end) for end in (piece.low, piece.high)]
        low, high = (end.date() if isinstance(end, datetime) else end for end in ends)
        return Between(low, high, self.free)

    def nearest(self, piece: Piece) -> Piece:
        """The value of a piece that is nearest to the one stated."""
        if piece.low is None or piece.high is None or piece.low == piece.high:
            return piece
        number = min(max(self.near if self.near is not None else piece.low, piece.low), piece.high)
        return Piece(None, number, number, piece.away)

    def between(self, low: int, high: int) -> Piece:
        """The piece from one number of steps to another."""
        near = self.near if self.near is not None else low
        return Piece(None, low, high, max(0, low - near, near - high) or int(not self.stated))

    def halves(self, piece: Piece) -> tuple[Piece, Piece]:
        """A piece of more than one value, cut in two."""
        assert piece.low is not None and piece.high is not None
        middle = (piece.low + piece.high) // 2
        return self.between(piece.low, middle), self.between(middle + 1, piece.high)


@dataclass(frozen=True)
class Limits:
    """How far dates are tried: agreement dates by class, other dates, and the dates of periods."""

    borders: Borders
    calendar: tuple[date, date]


def changeable(
    application: Application, vocabulary: Vocabulary, doctor: int | None, limits: Limits
) -> list[Changeable]:
    """What can be changed on the application and on one doctor. A fact that is missing can be stated, whatever its mark."""
    return list(_changeable(application, vocabulary, doctor, limits))


def _changeable(
    application: Application, vocabulary: Vocabulary, doctor: int | None, limits: Limits
) -> Iterator[Changeable]:
    owners: list[tuple[str, tuple[int, ...], str, Any]] = [("søknad", (), "søknad", application.facts)]
    if doctor is not None:
        one = application.doctors[doctor]
        owners.append(("lege", (doctor,), one.path, one.facts))
        owners += [("periode", (doctor, number), part.path, part.facts) for number, part in enumerate(one.periods)]
    for level, place, path, facts in owners:
        for fact in vocabulary.facts_of(application.scheme, level):
            if fact.kind in ("liste", "tekst"):
                continue
            stated = facts.get(fact.name)
            if fact.changeable or (stated is None and fact.default is None and not fact.optional):
                yield _made(fact, place, f"{path}.{fact.name}", stated, vocabulary, limits)


def _made(
    fact: Fact, place: tuple[int, ...], path: str, stated: Stated | None, vocabulary: Vocabulary, limits: Limits
) -> Changeable:
    now = read_stated(fact, fact.default) if stated is None and fact.default is not None else stated
    step = _step(fact, now)
    near = None if now is None else _number(fact, now, step)
    clock = now.time() if isinstance(now, datetime) else _NOON
    made = Changeable(fact, place, path, now, now is not None, (), step, near, clock=clock)
    capped = fact.kind == "flervalg" and len(fact.choices) > TURNED
    return replace(made, pieces=tuple(_pieces(made, vocabulary, limits)), capped=capped)


def _pieces(one: Changeable, vocabulary: Vocabulary, limits: Limits) -> Iterator[Piece]:
    fact = one.fact
    if fact.kind == "flervalg":
        yield from _turned(fact, one.now)
    elif not one.counted:
        for text in ("ja", "nei") if fact.kind == "ja_nei" else fact.choices:
            value = read_stated(fact, text)
            if value != one.now and text not in fact.unclear:
                yield Piece(value)
    else:
        for low, high in _ranges(one, vocabulary, limits):
            if one.near is None or not low <= one.near <= high:
                yield one.between(low, high)
                continue
            if low < one.near:
                yield one.between(low, one.near - 1)
            if one.near < high:
                yield one.between(one.near + 1, high)
    if one.now is not None and fact.optional and fact.default is None:
        yield Piece(None)


def _turned(fact: Fact, now: Stated | None) -> Iterator[Piece]:
    chosen = now if isinstance(now, frozenset) else frozenset()
    if now is None:
        yield Piece(frozenset())
    for count in range(1, min(TURNED, len(fact.choices)) + 1):
        for some in combinations(fact.choices, count):
            yield Piece(chosen.symmetric_difference(some), away=count)


def _ranges(one: Changeable, vocabulary: Vocabulary, limits: Limits) -> Iterator[tuple[int, int]]:
    fact, borders = one.fact, limits.borders
    if fact.name == vocabulary.agreement_date:
        for agreed in borders.agreements:
            if agreed is not None:
                yield agreed[0].toordinal(), agreed[1].toordinal()
    elif fact.level == "periode" and fact.required:
        yield limits.calendar[0].toordinal(), limits.calendar[1].toordinal()
    elif fact.kind in ("dato", "tidspunkt"):
        yield borders.horizon[0].toordinal(), borders.horizon[1].toordinal()
    elif fact.kind == "måned":
        yield int(borders.months[0][0]), int(borders.months[-1][1])
    else:
        least, most = _bounds(one)
        yield least, most


def _bounds(one: Changeable) -> tuple[int, int]:
    """The least and greatest number of steps that a number may be."""
    fact, step = one.fact, one.step
    low = Fraction(0)
    if fact.at_least is not None:
        low = fact.at_least
    elif fact.above is not None:
        low = fact.above
    least = -(-low // step)
    if fact.above is not None and least * step <= fact.above:
        least += 1
    size = max(abs(low), abs(one.near * step) if one.near else Fraction(1))
    highest = fact.at_most if fact.at_most is not None else size * _BEYOND
    return int(least), int(highest // step)


def _step(fact: Fact, now: Stated | None) -> Fraction:
    """A number is tried in hundredths, or finer when it is stated finer."""
    if fact.kind != "desimal":
        return Fraction(1)
    finest = now.denominator if isinstance(now, Fraction | int) else 1
    return _HUNDREDTH if 100 % finest == 0 else Fraction(1, 100 * finest)


def _number(fact: Fact, value: Stated, step: Fraction) -> int | None:
    if fact.choices or fact.kind not in COUNTED:
        return None
    if isinstance(value, date):
        return value.toordinal()
    assert isinstance(value, int | Fraction)
    return int(value / step)
