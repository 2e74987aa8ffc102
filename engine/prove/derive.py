"""Derived facts as formulas: counted days, the last counting day, runs of periods, sums – from the stretches of a month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import z3

from engine.language.condition import Condition, leaves
from engine.language.meaning import DaysCounted, EarliestOf, LastOf, Run, SumOfEarlier, SumOverDays
from engine.language.model import Definition
from engine.prove import code as codes
from engine.prove import logic
from engine.prove.code import Code
from engine.prove.frame import Frame
from engine.prove.logic import Bool, Num, compare, conj, disj, either, neg
from engine.prove.solver import Undecided
from engine.prove.vector import NONE, Cause, Number, Vector, chosen


@dataclass(frozen=True, slots=True)
class Span:
    """A period: its frame, whether it is there at all, and whether it adjoins the one before it day to day."""

    frame: Frame
    used: Bool
    adjoins: Bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of the month in one period in which nothing changes. `code` answers whether they count; `lacks` why that is not sure."""

    span: int
    frame: Frame
    used: Bool
    days: Num
    code: Code
    lacks: Cause


#: whole months, and days beyond them, from the first day of one period to the last of another
Measure = Callable[[int, int], tuple[Num, Num]]
#: the sum of a name over earlier months
Earlier = Callable[[str], Number]


class Derivation:
    """The derived facts of one component's month. `most` is the longest a run is told to be, for what is not known."""

    def __init__(
        self, stretches: Sequence[Stretch], spans: Sequence[Span], measure: Measure, earlier: Earlier, length: int
    ) -> None:
        self.stretches = stretches
        self.spans = spans
        self.measure = measure
        self.earlier = earlier
        self.length = length
        self.last = self._last()

    def _last(self) -> list[tuple[Bool, int]]:
        """Which stretch is the one with the last counting day: when, and its number. The last in the list holds otherwise."""
        sure = [conj(one.used, one.code.yes) for one in self.stretches]
        perhaps = [conj(one.used, neg(one.code.no)) for one in self.stretches]
        found: list[tuple[Bool, int]] = []
        before: list[Bool] = []
        for wanted in (sure, perhaps, [one.used for one in self.stretches]):
            for number in reversed(range(len(self.stretches))):
                holds = conj(*(neg(one) for one in before), wanted[number])
                if holds is not False:
                    found.append((holds, number))
                before.append(wanted[number])
        return found

    def __call__(self, name: str, definition: Definition) -> Vector:
        """The vector of a definition that is not a formula."""
        match definition.meaning:
            case DaysCounted(where, counting):
                return self._counted(where, counting)
            case LastOf(fact):
                return chosen([(holds, self.stretches[number].frame.vector(fact)) for holds, number in self.last])
            case EarliestOf(fact):
                return self._earliest(fact)
            case Run(where, measures):
                return self._run(where, 0 if measures == "hele måneder" else 1)
            case SumOverDays():
                return self._sum(definition.meaning)
            case SumOfEarlier(earlier):
                return self.earlier(earlier)
            case _:
                raise Undecided(f"«{name}» har ingen formel")

    def _counted(self, where: Condition | None, counting: bool) -> Number:
        low: Num = 0
        more: Num = 0
        cause = NONE
        for one in self.stretches:
            test = _test(where, one.frame)
            counts = conj(one.used, test.yes, one.code.yes if counting else True)
            out = disj(neg(one.used), test.no, one.code.no if counting else False)
            perhaps = conj(neg(counts), neg(out))
            low = logic.plus(low, either(counts, one.days, 0))
            more = logic.plus(more, either(perhaps, one.days, 0))
            own = why(where, one.frame) | (one.lacks if counting else NONE)
            cause |= own.when(conj(perhaps, compare(one.days, ">", 0)))
        return Number(low, logic.plus(low, more), False, cause)

    def _earliest(self, fact: str) -> Vector:
        values = [(one.used, one.frame.number(fact)) for one in self.spans]
        first = values[0][1]
        none: Bool = False
        cause = NONE
        low = first.low
        for used, value in values:
            none = disj(none, conj(used, value.unknown))
            cause |= value.cause.when(used)
        for used, value in values[1:]:
            low = either(conj(used, compare(value.low, "<", low)), value.low, low)
        return Number(low, low, none, cause, True)

    def _run(self, where: Condition | None, part: int) -> Number:
        """Shortest and longest run, when it is not known whether a neighbour belongs."""
        tests = [_test(where, one.frame) for one in self.spans]
        choices: list[tuple[Bool, Vector]] = []
        for index in range(len(self.spans)):
            here = disj(*(holds for holds, number in self.last if self.stretches[number].span == index))
            if here is False:
                continue
            low = self._length(index, [one.yes for one in tests])
            high = self._length(index, [neg(one.no) for one in tests])
            same = conj(compare(low[0], "=", high[0]), compare(low[1], "=", high[1]))
            cause = NONE
            for one, test in zip(self.spans, tests, strict=True):
                cause |= why(where, one.frame).when(conj(one.used, neg(test.yes), neg(test.no)))
            least, most = (
                (low[0], high[0]) if part == 0 else (either(same, low[1], 0), either(same, low[1], self.length))
            )
            choices.append((here, Number(least, most, False, cause.when(neg(same)))))
        return _number(chosen(choices))

    def _length(self, index: int, belongs: Sequence[Bool]) -> tuple[Num, Num]:
        """Whole months and days beyond of the run around a period, over every pair of a first and a last period."""
        left: list[Bool] = [True]  # whether the run reaches so many periods back, at least
        for step in range(index, 0, -1):
            left.append(conj(left[-1], self.spans[step].adjoins, belongs[step - 1]))
        right: list[Bool] = [True]
        for step in range(index, len(self.spans) - 1):
            right.append(conj(right[-1], self.spans[step + 1].used, self.spans[step + 1].adjoins, belongs[step + 1]))
        whole: Num = 0
        rest: Num = 0
        first_of = [
            conj(one, neg(left[place + 1]) if place + 1 < len(left) else True) for place, one in enumerate(left)
        ]
        last_of = [
            conj(one, neg(right[place + 1]) if place + 1 < len(right) else True) for place, one in enumerate(right)
        ]
        for back, starts in enumerate(first_of):
            for forward, stops in enumerate(last_of):
                holds = conj(starts, stops)
                if holds is not False:
                    months, days = self.measure(index - back, index + forward)
                    whole, rest = either(holds, months, whole), either(holds, days, rest)
        return whole, rest

    def _sum(self, meaning: SumOverDays) -> Number:
        low: Num = 0
        high: Num = 0
        none: Bool = False
        cause = NONE
        for one in self.stretches:
            code = codes.both([one.code, _test(meaning.where, one.frame)])
            counts = conj(one.used, neg(code.no))
            value = one.frame.formula(meaning.value)
            none = disj(none, conj(counts, value.unknown))
            unsure = conj(counts, neg(code.yes))
            reasons = why(meaning.where, one.frame) | one.lacks
            cause |= value.cause.when(counts) | reasons.when(disj(unsure, conj(counts, value.unknown)))
            least = either(unsure, logic.least([value.low, 0]), value.low)
            most = either(unsure, logic.greatest([value.high, 0]), value.high)
            low = logic.plus(low, either(counts, self._for_days(one.days, least), 0))
            high = logic.plus(high, either(counts, self._for_days(one.days, most), 0))
        return Number(low, high, none, cause)

    def _for_days(self, days: Num, each: Num) -> Num:
        """A value for so many days. Written out for every number of days, so that the solver never multiplies two unknowns."""
        if not isinstance(days, z3.ExprRef) or not isinstance(each, z3.ExprRef):
            return logic.times(days, each)
        return logic.one_of(
            [(compare(days, "=", count), logic.times(count, each)) for count in range(1, self.length + 1)], 0
        )


def _test(where: Condition | None, frame: Frame) -> Code:
    return codes.known(True) if where is None else frame.tree(where)


def why(where: Condition | None, frame: Frame) -> Cause:
    """What a condition on days or periods lacks when it cannot tell."""
    cause = NONE
    for leaf in leaves(where) if where is not None else ():
        cause |= frame.lacks(leaf)
        cause |= Cause(judged=frame.judged(leaf))
    return cause


def _number(value: Vector) -> Number:
    assert isinstance(value, Number)
    return value
