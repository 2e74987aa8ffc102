"""Values as columns: what a name is in every row at once, exact, with what it lacks where it is not known.

The same values as `engine.case.value`, written as columns of whole numbers. A number is a numerator over a denominator that is the
same in every row; a date is its ordinal, a month its number, a choice its place among the choices, several choices a bit each.
Unknown is NULL, with the reasons as bits in `cause`; a value between two bounds has a `high` that differs from its `low`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, reduce
from typing import Any, TypeVar

import ibis

#: reasons a value is not known, as bits of `cause`; rates have the bits from `FIRST_RATE` on
FACTS, JUDGED, OTHER, FIRST_RATE = 1, 2, 4, 3

#: the bits of a cause that are rates
RATES = -(1 << FIRST_RATE)

#: the most that a column of whole numbers holds, and the most rates that can be told apart
LARGEST = 2**63 - 1
MOST_RATES = 62 - FIRST_RATE

#: ordinals that stand for no bound at all on a date
FIRST_DATE, LAST_DATE = 1, 3_652_059

#: the number of the latest month there is
LAST_MONTH = 9999 * 12 + 11

Expr = Any

V = TypeVar("V", bound="Vector")


class TooLarge(ValueError):
    """A number that might not fit in a column of whole numbers. `str()` is bokmål."""


@cache
def whole(value: int) -> Expr:
    """A whole number as a 64-bit literal. Each is made once, as rules ask for few of them and often."""
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


def read_vector(table: Any, name: str, vector: V) -> V:
    """A vector from the table that keeps it."""
    found = vector.read(lambda ending: table[f"{name}{ending}"])
    assert isinstance(found, type(vector))
    return found


def read_vectors(table: Any, vectors: Mapping[str, Vector]) -> dict[str, Vector]:
    """Vectors by name, from the table that keeps them: each in the columns of its name and the endings of its parts."""
    return {name: read_vector(table, name, vector) for name, vector in vectors.items()}
