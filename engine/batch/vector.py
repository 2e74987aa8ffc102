"""Values as columns: what a name is in every row at once, exact, with what it lacks where it is not known.

The same values as `engine.case.value`, written as columns of whole numbers. A number is a numerator over a denominator that is the
same in every row; a date is its ordinal, a month its number, a choice its place among the choices, several choices a bit each.
Unknown is NULL, with the reasons as bits in `cause`; a value between two bounds has a `high` that differs from its `low`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from typing import Any, TypeVar

import ibis

#: reasons a value is not known, as bits of `cause`; rates have the bits from `FIRST_RATE` on
FACTS, JUDGED, OTHER, FIRST_RATE = 1, 2, 4, 3

#: the bits of a cause that are rates
RATES = -(1 << FIRST_RATE)

#: the most that a column of whole numbers holds, and the most rates that can be told apart
LARGEST = 2**63 - 1
MOST_RATES = 62 - FIRST_RATE

Expr = Any

V = TypeVar("V", bound="Vector")


class TooLarge(ValueError):
    """A number that might not fit in a column of whole numbers. `str()` is bokmål."""


def whole(value: int) -> Expr:
    """A whole number as a 64-bit literal."""
    return ibis.literal(value, "int64")


def bits(parts: Iterable[Expr | None]) -> Expr | None:
    """Causes together; None when there are none."""
    told = [part for part in parts if part is not None]
    return reduce(lambda left, right: left | right, told) if told else None


def either_of(parts: Iterable[Expr | None]) -> Expr | None:
    """Yes when one of the parts is; a part that is None is no everywhere."""
    told = [part for part in parts if part is not None]
    return reduce(lambda left, right: left | right, told) if told else None


@dataclass(frozen=True)
class Vector:
    """What all vectors have: `cause` is None where the value is known in every row."""

    cause: Expr | None

    def parts(self) -> dict[str, Expr]:
        """The columns to keep, by the ending of their name."""
        raise NotImplementedError

    def read(self, of: Callable[[str], Expr]) -> Vector:
        """The same column in another table, where `of` gives the kept columns."""
        raise NotImplementedError

    def _kept_cause(self) -> dict[str, Expr]:
        return {} if self.cause is None else {"|sak": self.cause}

    def _read_cause(self, of: Callable[[str], Expr]) -> Expr | None:
        return None if self.cause is None else of("|sak")


@dataclass(frozen=True)
class Number(Vector):
    """`low` / `den` to `high` / `den`. `least` and `most` bound the numerators in every row."""

    low: Expr
    high: Expr
    den: int
    least: int
    most: int
    kind: str = "tall"
    values: frozenset[int] | None = None
    """Every numerator there is, where that is known."""

    @property
    def ranged(self) -> bool:
        """Whether some row may have a value between two bounds."""
        return self.high is not self.low

    def __post_init__(self) -> None:
        assert self.den > 0

    def parts(self) -> dict[str, Expr]:
        return {"": self.low, **({"|høyst": self.high} if self.ranged else {}), **self._kept_cause()}

    def read(self, of: Callable[[str], Expr]) -> Number:
        low = of("")
        return replace(self, low=low, high=of("|høyst") if self.ranged else low, cause=self._read_cause(of))

    def over(self, den: int) -> Number:
        """The same value over another denominator, a multiple of its own."""
        return self if den == self.den else self.scaled(den // self.den, den)

    def scaled(self, factor: int, den: int) -> Number:
        """The numerators multiplied, over another denominator."""
        if factor == 1:
            return replace(self, den=den)
        low, high = (self.low * whole(factor), self.high * whole(factor))
        if factor < 0:
            low, high = high, low
        ends = sorted((self.least * factor, self.most * factor))
        values = None if self.values is None else frozenset(one * factor for one in self.values)
        return number(low, high if self.ranged else low, den, ends[0], ends[1], self.cause, self.kind, values)


@dataclass(frozen=True)
class Choice(Vector):
    code: Expr
    choices: tuple[str, ...]
    unclear: frozenset[str]

    def parts(self) -> dict[str, Expr]:
        return {"": self.code, **self._kept_cause()}

    def read(self, of: Callable[[str], Expr]) -> Choice:
        return replace(self, code=of(""), cause=self._read_cause(of))


@dataclass(frozen=True)
class Several(Vector):
    mask: Expr
    choices: tuple[str, ...]

    def parts(self) -> dict[str, Expr]:
        return {"": self.mask, **self._kept_cause()}

    def read(self, of: Callable[[str], Expr]) -> Several:
        return replace(self, mask=of(""), cause=self._read_cause(of))


@dataclass(frozen=True)
class Text(Vector):
    """A text, of which the rules can only ask whether it is stated: `stated` is 1 or NULL."""

    stated: Expr

    def parts(self) -> dict[str, Expr]:
        return {"": self.stated, **self._kept_cause()}

    def read(self, of: Callable[[str], Expr]) -> Text:
        return replace(self, stated=of(""), cause=self._read_cause(of))


def number(
    low: Expr,
    high: Expr,
    den: int,
    least: int,
    most: int,
    cause: Expr | None = None,
    kind: str = "tall",
    values: frozenset[int] | None = None,
) -> Number:
    """A number column that surely fits. Raises TooLarge."""
    if max(-least, most) > LARGEST:
        raise TooLarge(f"et tall kan bli {max(-least, most) // den}, og da er det ikke plass til det i tabellene")
    return Number(cause, low, high, den, least, most, kind, values)


def constant(value: Fraction | int, kind: str = "tall") -> Number:
    """The same known number in every row."""
    fraction = Fraction(value)
    top = fraction.numerator
    expr = whole(top)
    return number(expr, expr, fraction.denominator, top, top, None, kind, frozenset({top}))


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


def read_vector(table: Any, name: str, vector: V) -> V:
    """A vector from the table that keeps it."""
    found = vector.read(lambda ending: table[f"{name}{ending}"])
    assert isinstance(found, type(vector))
    return found


def read_vectors(table: Any, vectors: Mapping[str, Vector]) -> dict[str, Vector]:
    """Vectors by name, from the table that keeps them: each in the columns of its name and the endings of its parts."""
    return {name: read_vector(table, name, vector) for name, vector in vectors.items()}


#: ordinals that stand for no bound at all on a date
FIRST_DATE, LAST_DATE = 1, 3_652_059

#: the number of the latest month there is
LAST_MONTH = 9999 * 12 + 11


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
