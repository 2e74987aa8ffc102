"""The loose scene: whatever is counted, measured or last in a month is any value it could have.

What no loose scene allows, no application does, however many periods it has: that is what makes a proof of the answer "never".
Two rulebooks that count the same days read the same value. Whether they do is seen from the conditions on a day, and where these
are written differently, the solver is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import z3

from engine.case.calendar import DAY, DAYS_IN_MONTH, MONTH
from engine.prove.logic import Bool, alike, compare, conj, differ, disj, lift, neg
from engine.prove.moment import Moment
from engine.prove.solver import Clock, Question, Undecided
from engine.prove.vector import Cause, Number, Vector, exact
from engine.prove.world import World
from engine.text.month import days_in, first_day, last_day

#: what is made from days of the month alone, and not from periods as they reach beyond it
DAYS, ALL_DAYS, SUM, LAST = "dager", "alle dager", "sum", "siste"
_OF_DAYS = (DAYS, ALL_DAYS, SUM, LAST)

#: what is measured around the last day that counts: of days of the month alone where it is of the same periods
RUN = "løp"


@dataclass(frozen=True, slots=True)
class _Counted:
    """A value that was given a variable: what it is made from, and the variable."""

    kind: str
    name: str
    parts: tuple[Any, ...]
    vector: Vector


@dataclass(frozen=True, slots=True)
class Count:
    """A count of days: when a day is surely one of them, when it may be, and which days it counts among."""

    number: Number
    sure: Bool
    perhaps: Bool
    of: tuple[Any, ...]


#: whether one thing always brings another with it, by the solver's addresses of the two, which are kept so that they stay theirs
_ALWAYS: dict[tuple[int, int], tuple[bool, Any, Any]] = {}


def _always(one: Bool, other: Bool, world: World, clock: Clock) -> bool:
    """Whether a day that looks so always looks otherwise too, in any month."""
    apart = conj(one, neg(other))
    if isinstance(apart, bool):
        return not apart
    if isinstance(one, bool) or isinstance(other, bool):
        return not Question([*world.limits, apart], clock).holds()
    key = (one.ast.value, other.ast.value)
    if key not in _ALWAYS:
        _ALWAYS[key] = not Question([*world.limits, apart], clock).holds(), one, other
    return _ALWAYS[key][0]


class Loose:
    """The values of one moment that are any they could have, shared by the rulebooks compared.

    With `shared` nothing is taken for granted of the agreement date, and moments that differ in that alone can have it in common;
    `unlike` is then whether two values are taken to differ that may be the same at some of these moments.
    """

    def __init__(self, world: World, moment: Moment, clock: Clock, shared: bool = False) -> None:
        self.world = world
        self.moment = moment
        self.clock = clock
        self.shared = shared
        self.unlike = False
        self.formulas: list[Bool] = []
        self._made: list[_Counted] = []
        self._count = 0
        first, last = moment.months
        # every month that rules name is a border between classes: compared with one, all months of a class are alike
        self.month: Number = self._int(MONTH, int(first), int(last)) if _stated_months(world) else exact(int(first))
        lengths = [28, 31]
        if first == last:
            found = days_in(first)
            lengths = [found, found]
        self.length = exact(lengths[0]) if lengths[0] == lengths[1] else self._int(DAYS_IN_MONTH, *lengths)
        day = z3.Int(DAY)
        self.day = Number(day, day, is_date=True)
        self.within = conj(day >= first_day(first).toordinal(), day <= last_day(last).toordinal())
        self._counts: list[Count] = []
        self._days: tuple[int, Question] | None = None
        self._tight: dict[tuple[Moment, int], list[Bool]] = {}

    def _int(self, name: str, low: int, high: int) -> Number:
        value = z3.Int(name)
        self.formulas += [value >= low, value <= high]
        return Number(value, value)

    def value(self, kind: str, name: str, parts: tuple[Any, ...], make: Any) -> Vector:
        """The vector of what is made from these parts: one made before from the same, or a new one.

        The solver is asked whether two mean the same only where both rulebooks call them by the same name.
        """
        alike = [one for one in self._made if one.kind == kind]
        for one in alike:
            if _identical(one.parts, parts):
                return self._note(_Counted(kind, name, parts, one.vector), one.name != name)
        for one in alike:
            if one.name == name and self._same(kind, one.parts, parts):
                return self._note(_Counted(kind, name, parts, one.vector))
        self._count += 1
        return self._note(_Counted(kind, name, parts, make(f"{kind} nr. {self._count}")))

    def _note(self, one: _Counted, new: bool = True) -> Vector:
        """Keep what a value is made from and is called, to know it again."""
        if new:
            self._made.append(one)
        return one.vector

    def _same(self, kind: str, one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
        if len(one) != len(other):
            return False
        differences = []
        for left, right in zip(one, other, strict=True):
            if isinstance(left, bool | z3.BoolRef) and isinstance(right, bool | z3.BoolRef):
                differences.append(differ(left, right))
            elif z3.is_expr(left) and z3.is_expr(right):
                differences.append(neg(compare(left, "=", right)))
            elif z3.is_expr(left) or z3.is_expr(right) or left != right:
                return False
        apart = disj(*differences)
        if isinstance(apart, bool):
            return not apart
        known = [*self.world.limits, apart]
        known += self.world.of_year(self.moment) if self.shared else self.world.at(self.moment)
        if kind in _OF_DAYS or (kind == RUN and _identical(one[1:5], other[1:5])):
            known.append(self.within)
        try:
            same = not Question(known, self.clock).holds()
        except Undecided:
            same = False
        self.unlike = self.unlike or (self.shared and not same)
        return same

    def count(self, one: Count) -> None:
        """Take note of a count of days."""
        self._counts.append(one)

    def tightened(self, moment: Moment) -> list[Bool]:
        """What is surely counted as none, because no day of these months can be one, and what can never be more than another
        count, because its days are all among the other's. Asked only when it matters."""
        key = (moment, len(self._counts))
        if key not in self._tight:
            none = [compare(one.number.high, "=", 0) for one in self._counts if not self._any_day(one.perhaps, moment)]
            self._tight[key] = [*none, *self._within_another()]
        return self._tight[key]

    def _within_another(self) -> Iterator[Bool]:
        for one, other in permutations(self._counts, 2):
            if one.of == other.of:
                if _always(one.sure, other.sure, self.world, self.clock):
                    yield compare(one.number.low, "<=", other.number.low)
                if _always(one.perhaps, other.perhaps, self.world, self.clock):
                    yield compare(one.number.high, "<=", other.number.high)

    def _any_day(self, looks: Bool, moment: Moment) -> bool:
        """Whether a day of these months can look so."""
        limits = self.world.limits
        if self._days is None or self._days[0] != len(limits):
            self._days = len(limits), Question([*limits, self.within], self.clock)
        return self._days[1].holds(looks, *self.world.at(moment))

    def number(self, name: str, high: Any = None, whole: bool = True) -> Number:
        """A number from 0 up, or between two such, with any reason for it."""
        sort = z3.Int if whole else z3.Real
        low, most = sort(f"{name} minst"), sort(f"{name} høyst")
        self.formulas += [low >= 0, low <= most]
        if high is not None:
            self.formulas.append(most <= lift(high))
        judged = z3.Bool(f"{name} judged") if self.world.judged else False
        cause = Cause(z3.Bool(f"{name} facts"), z3.Bool(f"{name} rates"), judged)
        self.formulas.append(disj(compare(low, "<", most), neg(disj(*cause))))
        return Number(low, most, False, cause)


def _identical(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return len(one) == len(other) and all(
        alike(left, right) if z3.is_expr(left) or z3.is_expr(right) else left == right
        for left, right in zip(one, other, strict=True)
    )


def _stated_months(world: World) -> bool:
    """Whether an application states months that the month could be compared with."""
    levels = ("søknad", "lege", "periode")
    return any(fact.kind == "måned" for level in levels for fact in world.vocabulary.facts_of(world.scheme, level))
