"""Values that may not be fully known, as formulas: the same values as `engine.case.value`, for every application at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from engine.prove import logic
from engine.prove.logic import Bool, Num, compare, conj, disj, either, neg

EARLIEST, LATEST = date.min.toordinal(), date.max.toordinal()


class Cause(NamedTuple):
    """Why a value is not known: missing facts, unknown rates, facts a person must judge."""

    facts: Bool = False
    rates: Bool = False
    judged: Bool = False

    def __or__(self, other: object) -> Cause:
        assert isinstance(other, Cause)
        return Cause(*(disj(one, two) for one, two in zip(self, other, strict=True)))

    def when(self, holds: Bool) -> Cause:
        """The cause where something holds; else none."""
        return Cause(*(conj(holds, one) for one in self))

    @property
    def only_judgement(self) -> Bool:
        return conj(self.judged, neg(self.facts), neg(self.rates))


NONE = Cause()


@dataclass(frozen=True, slots=True)
class Number:
    """From `low` to `high`, or not known at all. Dates are ordinals, months their number. A known number has no cause."""

    low: Num
    high: Num
    unknown: Bool = False
    cause: Cause = NONE
    is_date: bool = False

    @property
    def ranged(self) -> Bool:
        """Whether it lies between two bounds that differ."""
        if logic.alike(self.low, self.high):
            return False
        return conj(neg(self.unknown), neg(compare(self.low, "=", self.high)))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several answers. `answers` tells for each whether it is the one; none is when it is not known."""

    answers: Mapping[str, Bool]
    unknown: Bool = False
    cause: Cause = NONE
    unclear: frozenset[str] = frozenset()

    def among(self, values: Sequence[str]) -> Bool:
        return disj(*(self.answers.get(value, False) for value in values))

    @property
    def is_unclear(self) -> Bool:
        """Whether the answer itself says that a person must judge."""
        return self.among(sorted(self.unclear))


@dataclass(frozen=True, slots=True)
class Several:
    """Several answers at once: for each whether it is among them."""

    answers: Mapping[str, Bool]
    unknown: Bool = False
    cause: Cause = NONE


Vector = Number | Choice | Several


def exact(value: Num, is_date: bool = False) -> Number:
    """A number that is known."""
    if isinstance(value, Fraction) and value.denominator == 1:
        value = value.numerator
    return Number(value, value, is_date=is_date)


def unknown(cause: Cause, is_date: bool = False) -> Number:
    """A number of which nothing is known."""
    return Number(0, 0, True, cause, is_date)


# --- arithmetic -------------------------------------------------------------------------------------------------------------


def binary(op: str, left: Number, right: Number) -> Number:
    """`op` is one of + - * /, exact; bounds where the operands have bounds, as `engine.case.formula`."""
    cause = left.cause | right.cause
    none = disj(left.unknown, right.unknown)
    if op == "+":
        low, high = logic.plus(left.low, right.low), logic.plus(left.high, right.high)
    elif op == "-":
        low, high = logic.minus(left.low, right.high), logic.minus(left.high, right.low)
    elif op == "*":
        low, high = _corners(logic.times, left, right)
    else:
        zero = conj(compare(right.low, "<=", 0), compare(right.high, ">=", 0))
        none = disj(none, zero)
        if zero is True:
            return Number(0, 0, none, cause.when(none))
        low, high = _corners(logic.over, left, right)
    return _tidy(Number(low, high, none, cause))


def _corners(operation: Callable[[Num, Num], Num], left: Number, right: Number) -> tuple[Num, Num]:
    found = [operation(one, other) for one in _ends(left) for other in _ends(right)]
    return logic.least(found), logic.greatest(found)


def _ends(value: Number) -> tuple[Num, ...]:
    return (value.low,) if logic.alike(value.low, value.high) else (value.low, value.high)


def _tidy(value: Number) -> Number:
    """Bounds that meet leave no cause."""
    if value.cause == NONE:
        return value
    return replace(value, cause=value.cause.when(disj(value.unknown, value.ranged)))


def percent(value: Number) -> Number:
    """A percentage as hundredths."""
    return replace(value, low=logic.over(value.low, 100), high=logic.over(value.high, 100))


def rounded(value: Number, step: Number, mode: str) -> Number:
    """To a multiple of `step`: `ned`, `opp` or `halv opp`, ties away from zero."""

    def to(number: Num, size: Num) -> Num:
        parts = logic.over(number, size)
        if mode == "ned":
            whole = logic.floor(parts)
        elif mode == "opp":
            whole = logic.minus(0, logic.floor(logic.minus(0, parts)))
        else:
            up = logic.floor(logic.plus(parts, Fraction(1, 2)))
            down = logic.minus(0, logic.floor(logic.plus(logic.minus(0, parts), Fraction(1, 2))))
            whole = either(compare(number, "<", 0), down, up)
        return logic.times(whole, size)

    none = disj(value.unknown, step.unknown, compare(step.low, "=", 0))
    low, high = _corners(to, value, step) if none is not True else (0, 0)
    return _tidy(Number(low, high, none, value.cause | step.cause))


def extreme(choose: str, parts: Sequence[Number]) -> Number:
    """The least (`min`) or greatest (`maks`). A date that is not known leaves the others as a bound on it."""
    pick = logic.least if choose == "min" else logic.greatest
    cause = NONE
    for part in parts:
        cause |= part.cause
    none = disj(*(part.unknown for part in parts))
    if none is False or not parts[0].is_date:
        low, high = pick([part.low for part in parts]), pick([part.high for part in parts])
        return _tidy(Number(low, high, none, cause, parts[0].is_date))
    worst = LATEST if choose == "min" else EARLIEST  # what a date that is not known counts as among those that are
    low = pick([either(part.unknown, worst, part.low) for part in parts])
    high = pick([either(part.unknown, worst, part.high) for part in parts])
    if choose == "min":
        low = either(none, EARLIEST, low)
    else:
        high = either(none, LATEST, high)
    return _tidy(Number(low, high, conj(*(part.unknown for part in parts)), cause, True))


# --- one of several ---------------------------------------------------------------------------------------------------------


def chosen(choices: Sequence[tuple[Bool, Vector]], otherwise: Vector | None = None) -> Vector:
    """The vector of the first choice that holds; without another, the last choice holds when none before it does."""
    told = [(holds, vector) for holds, vector in choices if holds is not False]
    for position, (holds, _) in enumerate(told):
        if holds is True:
            told, otherwise = told[:position], told[position][1]
            break
    if otherwise is None:
        told, otherwise = told[:-1], told[-1][1]
    if not told:
        return otherwise
    match otherwise:
        case Number():
            return _chosen_number(told, otherwise)
        case Choice():
            return Choice(*_chosen_answers(told, otherwise), otherwise.unclear)
        case _:
            return Several(*_chosen_answers(told, otherwise))


def _chosen_number(told: Sequence[tuple[Bool, Vector]], otherwise: Number) -> Number:
    numbers = [(holds, vector) for holds, vector in told if isinstance(vector, Number)]
    low = logic.one_of([(holds, one.low) for holds, one in numbers], otherwise.low)
    high = logic.one_of([(holds, one.high) for holds, one in numbers], otherwise.high)
    none, cause = _chosen_lack(numbers, otherwise)
    return Number(low, high, none, cause, otherwise.is_date)


def _chosen_answers(
    told: Sequence[tuple[Bool, Vector]], otherwise: Choice | Several
) -> tuple[dict[str, Bool], Bool, Cause]:
    answers = {
        value: _first([(holds, one.answers[value]) for holds, one in told if not isinstance(one, Number)], last)
        for value, last in otherwise.answers.items()
    }
    none, cause = _chosen_lack(told, otherwise)
    return answers, none, cause


def _chosen_lack(told: Sequence[tuple[Bool, Vector]], otherwise: Vector) -> tuple[Bool, Cause]:
    none = _first([(holds, one.unknown) for holds, one in told], otherwise.unknown)
    cause = Cause(
        *(_first([(holds, one.cause[part]) for holds, one in told], otherwise.cause[part]) for part in range(len(NONE)))
    )
    return none, cause


def _first(choices: Sequence[tuple[Bool, Bool]], otherwise: Bool) -> Bool:
    """The truth value of the first choice that holds."""
    found = otherwise
    for holds, value in reversed(choices):
        if not logic.alike(found, value):
            found = disj(conj(holds, value), conj(neg(holds), found))
    return found
