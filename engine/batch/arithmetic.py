"""Sums, products, quotients, extremes and roundings of columns of numbers, exact, with bounds that are known to fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

import ibis

from engine.batch.vector import (
    FIRST_DATE,
    LARGEST,
    LAST_DATE,
    OTHER,
    Expr,
    Number,
    TooLarge,
    bits,
    constant,
    either_of,
    number,
    whole,
)


def _between(low: Expr, high: Expr, den: int, least: int, most: int, cause: Expr | None, kind: str = "tall") -> Number:
    """The value between two bounds, known in the rows where they meet."""
    if cause is not None:
        cause = (low == high).fill_null(False).ifelse(whole(0), cause)
    return number(low, high, den, least, most, cause, kind)


def add(left: Number, right: Number, sign: int = 1) -> Number:
    """The sum, or with `sign` −1 the difference."""
    den = lcm(left.den, right.den)
    one, other = left.over(den), right.over(den)
    cause = bits((one.cause, other.cause))
    if sign > 0:
        low, high = one.low + other.low, one.high + other.high
        least, most = one.least + other.least, one.most + other.most
    else:
        low, high = one.low - other.high, one.high - other.low
        least, most = one.least - other.most, one.most - other.least
    if not one.ranged and not other.ranged:
        return number(low, low, den, least, most, cause, left.kind)
    return _between(low, high, den, least, most, cause, left.kind)


def multiply(left: Number, right: Number) -> Number:
    for one, other in ((left, right), (right, left)):
        if other.values is not None and len(other.values) == 1 and other.cause is None:
            return one.scaled(next(iter(other.values)), one.den * other.den)
    den = left.den * right.den
    cause = bits((left.cause, right.cause))
    ends = [one * other for one in (left.least, left.most) for other in (right.least, right.most)]
    if not left.ranged and not right.ranged:
        product = left.low * right.low
        return number(product, product, den, min(ends), max(ends), cause)
    if left.least >= 0 and right.least >= 0:
        low, high = left.low * right.low, left.high * right.high
    else:
        corners = [one * other for one in (left.low, left.high) for other in (right.low, right.high)]
        low, high = ibis.least(*corners), ibis.greatest(*corners)
    return _between(low, high, den, min(ends), max(ends), cause)


def divide(left: Number, right: Number) -> Number:
    """The quotient, by a number of which every value is known. Where it is zero the quotient is unknown. Raises TooLarge."""
    if right.values is None or right.ranged:
        raise TooLarge("divisoren er et tall fra søknaden, og slike kvotienter kan ikke regnes ut i tabeller")
    tops = sorted({abs(one) for one in right.values if one})
    if not tops:
        return number(ibis.null("int64"), ibis.null("int64"), 1, 0, 0, whole(OTHER))
    shared = lcm(*tops)
    if len(tops) == 1 and len(right.values) == 1:
        sign = 1 if next(iter(right.values)) > 0 else -1
        quotient = left.scaled(sign * right.den, left.den * shared)
        return replace(quotient, cause=bits((left.cause, right.cause)))
    reciprocal = ibis.cases(*((right.low == whole(one), whole(shared // one)) for one in right.values if one))
    ends = [shared // one for one in right.values if one]
    turned = number(reciprocal, reciprocal, shared, min(ends), max(ends), right.cause, "tall", frozenset(ends))
    if 0 in right.values:
        zero = (right.low == whole(0)).ifelse(whole(OTHER), whole(0))
        turned = replace(turned, cause=bits((right.cause, zero)))
    return multiply(left, turned.scaled(right.den, shared))


def simplified(column: Number) -> Number:
    """Over the smallest denominator, where every numerator is known and they share a factor with it."""
    if column.values is None or not column.values or column.cause is not None:
        return column
    factor = gcd(column.den, *column.values)
    if factor == 1 or len(column.values) != 1:
        return column
    return constant(Fraction(next(iter(column.values)), column.den), column.kind)


_EXTREMES: Mapping[str, tuple[Callable[..., Expr], Callable[..., int]]] = {
    "min": (ibis.least, min),
    "maks": (ibis.greatest, max),
}


def extreme(function: str, arguments: list[Number]) -> Number:
    """The least or the greatest. A date that is not known leaves the others as a bound on it."""
    choose, pick = _EXTREMES[function]
    den = lcm(*(one.den for one in arguments))
    parts = [one.over(den) for one in arguments]
    cause = bits(one.cause for one in parts)
    least, most = pick(one.least for one in parts), pick(one.most for one in parts)
    kind = arguments[0].kind
    missing = either_of(None if one.cause is None else one.low.isnull() for one in parts)
    low = choose(*(one.low for one in parts))
    if missing is None:
        ranged = any(one.ranged for one in parts)
        if not ranged:
            return number(low, low, den, least, most, cause, kind)
        return _between(low, choose(*(one.high for one in parts)), den, least, most, cause, kind)
    nothing = ibis.null("int64")
    if kind != "dato":
        high = choose(*(one.high for one in parts))
        low, high = missing.ifelse(nothing, low), missing.ifelse(nothing, high)
        return _between(low, high, den, least, most, cause, kind)
    all_missing = reduce(lambda left, right: left & right, (one.low.isnull() for one in parts))
    told = [ibis.coalesce(one.low, whole(FIRST_DATE if function == "maks" else LAST_DATE)) for one in parts]
    told_high = [ibis.coalesce(one.high, whole(FIRST_DATE if function == "maks" else LAST_DATE)) for one in parts]
    low, high = choose(*told), choose(*told_high)
    if function == "maks":
        high = missing.ifelse(whole(LAST_DATE), high)
    else:
        low = missing.ifelse(whole(FIRST_DATE), low)
    low, high = all_missing.ifelse(nothing, low), all_missing.ifelse(nothing, high)
    return number(low, high, den, FIRST_DATE, LAST_DATE, cause, kind)


@ibis.udf.scalar.builtin(name="heltallsdeling", signature=(("int64", "int64"), "int64"))
def _exact_quotient(left, right):  # type: ignore[no-untyped-def]
    """The engine's own integer division, which each engine is told of. Ibis' `//` goes by floating point, wrong above 2⁵³."""


@ibis.udf.scalar.builtin(name="som_heltall", signature=(("int64",), "int64"))
def as_whole(value):  # type: ignore[no-untyped-def]
    """A sum as the 64-bit number it is known to fit in. DuckDB adds in 128 bits, and Ibis leaves out a cast it thinks is idle."""


def floored(value: Expr, by: int) -> Expr:
    """The whole part of `value` / `by`, downwards; exact for every 64-bit number. `by` is over 0."""
    rest = ((value % whole(by)) + whole(by)) % whole(by)
    return _exact_quotient(value - rest, whole(by))


def rounded(column: Number, step: Fraction, mode: str) -> Number:
    """To a multiple of `step`, as a number over the step's denominator. `mode` is ned, opp or halv opp (ties away from zero)."""
    up, down = step.denominator, step.numerator * column.den
    common = gcd(up, down)
    up, down = up // common, down // common

    def steps(top: Expr) -> Expr:
        scaled = top * whole(up)
        if mode == "ned":
            return floored(scaled, down)
        if mode == "opp":
            return -floored(-scaled, down)
        half = floored(ibis.greatest(scaled, -scaled) * whole(2) + whole(down), 2 * down)
        return half if column.least >= 0 else (scaled < whole(0)).ifelse(-half, half)

    if max(-column.least, column.most) * up * 2 + down > LARGEST:
        raise TooLarge("et beløp kan bli for stort til å rundes av i tabellene")
    low = steps(column.low) * whole(step.numerator)
    high = steps(column.high) * whole(step.numerator) if column.ranged else low
    ends = (column.least * up // down - 1, -(-column.most * up // down) + 1)
    return number(
        low,
        high,
        step.denominator,
        ends[0] * step.numerator,
        ends[1] * step.numerator,
        column.cause,
        column.kind,
    )
