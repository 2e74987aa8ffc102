"""Formulas as functions of a frame, exact to the last digit."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from engine.case.frame import Frame, Reader, Slots
from engine.case.value import NOTHING, Between, Unknown, Value
from engine.language.expression import Binary, Call, Day, Expression, MonthOf, Name, Number
from engine.language.names import Type
from engine.language.unit import PERCENT

_HUNDRED = Fraction(100)


def formula(expression: Expression, slots: Slots, of_list: str | None = None) -> Reader:
    """Expression → function of a frame. A percentage counts as hundredths in a product and a quotient."""
    match expression:
        case Number(value) | Day(value) | MonthOf(value):
            return _constant(whole(value))
        case Name(name):
            return slots.reader(name, of_list)
        case Binary(op, left, right):
            first, second = formula(left, slots, of_list), formula(right, slots, of_list)
            if op in "*/":
                first = _hundredths(left, first, slots, of_list)
                second = _hundredths(right, second, slots, of_list)
            return _binary(_OPERATIONS[op], first, second)
        case Call(function, arguments):
            parts = [formula(argument, slots, of_list) for argument in arguments]
            return (
                _rounded(_ROUNDINGS[function], *parts)
                if function in _ROUNDINGS
                else _extreme(_EXTREMES[function], parts)
            )


def whole(value: Any) -> Any:
    """A whole number as an int, which compares faster; anything else as it is."""
    return value.numerator if type(value) is Fraction and value.denominator == 1 else value


def _constant(value: Any) -> Reader:
    return lambda frame: value


def _hundredths(expression: Expression, read: Reader, slots: Slots, of_list: str | None) -> Reader:
    if not is_percent(expression, slots, of_list):
        return read

    def as_fraction(frame: Frame) -> Value:
        value: Any = read(frame)
        if type(value) is int:
            return Fraction(value, 100)
        if type(value) is Between:
            low, high = bounds(value)
            return Between(low / _HUNDRED, high / _HUNDRED, value.cause)
        return value if type(value) is Unknown else value / _HUNDRED

    return as_fraction


def is_percent(expression: Expression, slots: Slots, of_list: str | None) -> bool:
    """Whether a formula's value is a percentage, which counts as hundredths in a product and a quotient."""
    match expression:
        case Number(unit=unit):
            return unit == PERCENT
        case Name(name):
            field = slots.lists[of_list].fields.get(name) if of_list else None
            known: Type | None = slots.types.get(name)
            return (field.unit if field else known.unit if known else None) == PERCENT
        case Binary(op, left, right):
            return op in "+-" and (is_percent(left, slots, of_list) or is_percent(right, slots, of_list))
        case Call(arguments=arguments):
            return any(is_percent(argument, slots, of_list) for argument in arguments)
        case _:
            return False


def _divide(left: Fraction, right: Fraction) -> Value:
    return Fraction(left) / right if right else Unknown()


_OPERATIONS: dict[str, Callable[[Any, Any], Value]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
}


def _binary(operation: Callable[[Any, Any], Value], left: Reader, right: Reader) -> Reader:
    def compute(frame: Frame) -> Value:
        first, second = left(frame), right(frame)
        kind, other_kind = type(first), type(second)
        if kind is Unknown or other_kind is Unknown:
            return _cause(first) | _cause(second)
        if kind is Between or other_kind is Between:
            return _corners(operation, first, second)
        return operation(first, second)

    return compute


def _corners(operation: Callable[[Any, Any], Value], first: Value, second: Value) -> Value:
    """The operation on bounds. Every operation here rises or falls with each operand, so its extremes lie in the corners."""
    low, high = bounds(second)
    cause = _cause(first) | _cause(second)
    if operation is _divide and low <= 0 <= high:
        return cause
    corners: list[Any] = [operation(one, other) for one in bounds(first) for other in (low, high)]
    return between(min(corners), max(corners), cause)


def bounds(value: Value) -> tuple[Any, Any]:
    """The lowest and the highest a value can be; a known one is both."""
    return (value.low, value.high) if isinstance(value, Between) else (value, value)


def between(low: Any, high: Any, cause: Unknown) -> Value:
    """The value between two bounds, known when they meet."""
    known: Value = low
    return known if low == high else Between(low, high, cause)


def _cause(value: Value) -> Unknown:
    if type(value) is Unknown:
        return value
    return value.cause if type(value) is Between else Unknown()


def _floor(value: Fraction, step: Fraction) -> Fraction:
    return value // step * step


def _ceiling(value: Fraction, step: Fraction) -> Fraction:
    return -(-value // step) * step


def round_half_up(value: Fraction, step: Fraction) -> Fraction:
    """To the nearest multiple of `step`, ties away from zero."""
    times, parts = abs(value.numerator) * step.denominator, value.denominator * step.numerator
    count = (2 * times + parts) // (2 * parts)
    return (-count if value < 0 else count) * step


_ROUNDINGS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "rund_ned": _floor,
    "rund_opp": _ceiling,
    "rund_halv_opp": round_half_up,
}
ROUNDING_MODES: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "halv opp": round_half_up,
    "ned": _floor,
    "opp": _ceiling,
}
_UNKNOWN = frozenset({Unknown, Between})
_EXTREMES: dict[str, Callable[[Any], Any]] = {"min": min, "maks": max}


def _rounded(rounding: Callable[[Fraction, Fraction], Fraction], read: Reader, step: Reader) -> Reader:
    return _binary(lambda value, to: rounding(Fraction(value), Fraction(to)) if to else Unknown(), read, step)


def _extreme(choose: Callable[[Any], Any], parts: list[Reader]) -> Reader:
    """The least or greatest. A date that is not known leaves the others as a bound on it."""

    def compute(frame: Frame) -> Value:
        values = [part(frame) for part in parts]
        if not _UNKNOWN.intersection(map(type, values)):
            extreme: Value = choose(values)
            return extreme
        cause, lows, highs = NOTHING, [], []
        for value in values:
            if type(value) is Unknown:
                cause |= value
                continue
            if type(value) is Between:
                cause |= value.cause
            least, most = bounds(value)
            lows.append(least)
            highs.append(most)
        low, high = (choose(lows), choose(highs)) if lows else (None, None)
        if len(lows) == len(values):
            return between(low, high, cause)
        if not isinstance(low, date) or not isinstance(high, date):
            return cause
        return Between(low, date.max, cause) if choose is max else Between(date.min, high, cause)

    return compute
