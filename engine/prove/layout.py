"""One month of one doctor laid out in a few periods, with the calendar exact: what a witness is built from.

The first period may begin in an earlier month and the last end in a later one. Within a period's days no rule about days changes its
answer: where one would, a new period begins there, with the same facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import z3

from engine.case.stated import Period
from engine.prove import logic
from engine.prove.domain import Variable, read_number
from engine.prove.logic import Bool, Num, compare, conj, disj, either, implies, neg
from engine.prove.vector import Number, Vector
from engine.prove.world import World, vectors
from engine.text.month import Month, days_in, first_day, last_day

#: periods in the month, and months that the first and the last may reach beyond it
PERIODS, REACH = 2, 4

_FIRST, _LAST = "fra", "til"


@dataclass(frozen=True)
class Slot:
    """Room for one period: the days of the month it has (numbered from 1), and its facts."""

    number: int
    used: Bool
    first: Num
    last: Num
    begins: Num
    ends: Num
    variables: dict[str, Variable]

    @property
    def days(self) -> Num:
        return logic.plus(logic.minus(self.last, self.first), 1)

    @property
    def vectors(self) -> dict[str, Vector]:
        return {
            **vectors(self.variables),
            _FIRST: Number(self.begins, self.begins, is_date=True),
            _LAST: Number(self.ends, self.ends, is_date=True),
        }


class Layout:
    """The month. `formulas` say how the periods lie; `odd` lists, for each thing that is off the ordinary, when it is."""

    def __init__(self, world: World, month: Month, periods: int = PERIODS, reach: int = REACH) -> None:
        self.world = world
        self.month = month
        self.length = days_in(month)
        self.reach = reach
        self.start = first_day(month).toordinal()
        self.formulas: list[Bool] = []
        self.back, self.back_day = z3.Int("måneder før"), z3.Int("dag før")
        self.forward, self.forward_day = z3.Int("måneder etter"), z3.Int("dag etter")
        self.forward_full = z3.Bool("hele måneden etter")
        self.used: list[Bool] = [True, *(z3.Bool(f"periode {one + 1} finnes") for one in range(1, periods))]
        self.slots = [self._slot(number) for number in range(periods)]
        self._arrange()

    def _slot(self, number: int) -> Slot:
        owner = f"periode {number + 1}"
        first, last = z3.Int(f"{owner} første dag"), z3.Int(f"{owner} siste dag")
        own = self.world.of(owner, "periode")
        variables = {name: one for name, one in own.items() if name not in (_FIRST, _LAST)}
        for name in (_FIRST, _LAST):
            self.world.variables.pop(f"{owner}.{name}", None)
        begins = logic.plus(first, self.start - 1)
        if number == 0:
            before = self._month_after(self.back, -1, lambda month: first_day(month).toordinal() - 1)
            begins = either(self.back > 0, logic.plus(before, self.back_day), begins)
        plain = logic.plus(
            self._month_after(self.forward, 1, lambda month: first_day(month).toordinal() - 1), self.forward_day
        )
        full = self._month_after(self.forward, 1, lambda month: last_day(month).toordinal())
        later = either(self.forward_full, full, plain)
        ends = either(conj(self._is_last(number), self.forward > 0), later, logic.plus(last, self.start - 1))
        return Slot(number, self.used[number], first, last, begins, ends, variables)

    def _month_after(self, count: Any, sign: int, value: Callable[[Month], int]) -> Num:
        """What a value is for the month so many months before or after."""
        return logic.one_of(
            [(count == one, value(Month(self.month + sign * one))) for one in range(1, self.reach + 1)], 0
        )

    def _arrange(self) -> None:
        add = self.formulas.append
        for one in self.slots:
            add(conj(one.first >= 1, one.first <= one.last, one.last <= self.length))
        for earlier, later in zip(self.slots, self.slots[1:], strict=False):
            add(implies(later.used, conj(earlier.used, later.first > earlier.last)))
            add(implies(neg(later.used), conj(later.first == 1, later.last == 1)))
        first = self.slots[0]
        add(conj(self.back >= 0, self.back <= self.reach, implies(self.back > 0, first.first == 1)))
        # a day that every month has, so that months counted from date to date are plain to count
        add(conj(self.back_day >= 1, self.back_day <= 28, implies(self.back == 0, self.back_day == 1)))
        add(conj(self.forward >= 0, self.forward <= self.reach))
        add(conj(self.forward_day >= 1, self.forward_day <= 27, implies(self.forward == 0, self.forward_day == 1)))
        add(implies(disj(self.forward == 0, self.forward_day > 1), neg(self.forward_full)))
        add(implies(self.forward > 0, self._last_used(lambda one: one.last == self.length)))

    def _is_last(self, place: int) -> Bool:
        after = self.used[place + 1] if place + 1 < len(self.used) else False
        return conj(self.used[place], neg(after))

    def _last_used(self, wanted: Any) -> Bool:
        return disj(*(conj(self._is_last(place), wanted(one)) for place, one in enumerate(self.slots)))

    # --- what the derived facts ask ---------------------------------------------------------------------------------------

    def adjoins(self, number: int) -> Bool:
        """Whether a period begins the day after the one before it ends."""
        if number == 0:
            return False
        earlier, later = self.slots[number - 1], self.slots[number]
        return conj(later.used, later.first == logic.plus(earlier.last, 1))

    def day_of(self, slot: Slot, last: bool = False) -> Number:
        """The date of the first or last day a period has in the month."""
        day = logic.plus(slot.last if last else slot.first, self.start - 1)
        return Number(day, day, is_date=True)

    def uncut(self, slot: Slot, limits: Iterable[tuple[Number, int]]) -> list[Bool]:
        """That no date where a rule about days changes its answer lies within the period's days.

        A limit is a date and how many days after it the answer changes.
        """
        first, last = self.day_of(slot).low, self.day_of(slot, True).low
        found: list[Bool] = []
        for limit, later in limits:
            for value in (limit.low, limit.high):
                changes = logic.plus(value, later)
                whole = disj(compare(changes, "<=", first), compare(changes, ">", last))
                found.append(implies(conj(slot.used, neg(limit.unknown)), whole))
        return found

    def measure(self, first: int, last: int) -> tuple[Num, Num]:
        """Whole months, and days beyond them, from date to date over a row of periods."""
        one, other = self.slots[first], self.slots[last]
        month: Num = logic.minus(0, self.back) if first == 0 else 0
        day: Num = either(self.back > 0, self.back_day, one.first) if first == 0 else one.first
        full = other.last == self.length
        end_month: Num = either(full, 1, 0)
        end_day: Num = either(full, 1, logic.plus(other.last, 1))
        reaches = conj(self._is_last(last), self.forward > 0)
        end_month = either(reaches, logic.plus(self.forward, either(self.forward_full, 1, 0)), end_month)
        end_day = either(reaches, either(self.forward_full, 1, logic.plus(self.forward_day, 1)), end_day)
        short = compare(end_day, "<", day)
        before = logic.one_of(
            [
                (compare(end_month, "=", count), days_in(Month(self.month + count - 1)))
                for count in range(self.reach + 2)
            ],
            0,
        )
        months = logic.minus(logic.minus(end_month, month), either(short, 1, 0))
        rest = either(short, logic.minus(logic.plus(end_day, before), day), logic.minus(end_day, day))
        return months, rest

    @property
    def plain_starts(self) -> Bool:
        """That no period begins on a day that some months lack; asked for where months are counted from date to date."""
        return conj(*(one.first <= 28 for one in self.slots))

    # --- reading an answer -------------------------------------------------------------------------------------------------

    @property
    def odd(self) -> list[Bool]:
        """More than one period; a month not covered; a period that reaches beyond it."""
        return [
            *(one.used for one in self.slots[1:]),
            self.slots[0].first > 1,
            self._last_used(lambda one: one.last < self.length),
            self.back > 0,
            self.forward > 0,
        ]

    def periods(self, model: Any) -> tuple[Period, ...]:
        """The periods of an answer, in date order."""
        found: list[Period] = []
        for one in self.slots:
            if one.used is not True and not z3.is_true(model.eval(one.used, model_completion=True)):
                continue
            first = date.fromordinal(int(read_number(model, one.begins)))
            last = date.fromordinal(int(read_number(model, one.ends)))
            facts: dict[str, Any] = {_FIRST: first, _LAST: last}
            for name, variable in one.variables.items():
                value = variable.read(model)
                if value is not None:
                    facts[name] = value
            found.append(Period(first, last, facts, f"leger[0].perioder[{len(found)}]"))
        return tuple(found)
