"""The values of all names in one table: what is kept there, and what is worked out from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from typing import Any

import ibis

from engine.batch.arithmetic import add, divide, extreme, multiply, rounded, simplified
from engine.batch.vector import (
    FACTS,
    Choice,
    Expr,
    Number,
    Several,
    Text,
    TooLarge,
    Vector,
    bits,
    constant,
    either_of,
    number,
    whole,
)
from engine.case.calendar import MONTH
from engine.case.formula import is_percent
from engine.case.names import Names
from engine.language.condition import Condition
from engine.language.expression import Binary, Call, Day, Expression, MonthOf, Name
from engine.language.expression import Number as Literal
from engine.language.in_force import Months
from engine.language.meaning import Formula
from engine.language.model import Definition, Parameter, Quantity

#: whether a condition is surely met, whether it surely is not, and what its names lack
Test = tuple[Expr, Expr, Expr | None]

_ROUNDING = {"rund_ned": "ned", "rund_opp": "opp", "rund_halv_opp": "halv opp"}


class Missing(LookupError):
    """A name that no column of the table gives: a fault in how the tables are put together, not in the rules."""


class Frame:
    """Names as vectors of one table. `kept` are its own columns; the rest is worked out from them, once."""

    def __init__(
        self, names: Names, kept: Mapping[str, Vector], rates: Mapping[str, int], of_list: str | None = None
    ) -> None:
        self.names = names
        self.of_list = of_list
        self.rates = rates
        self._vectors: dict[str, Vector] = dict(kept)
        self.tests: dict[str, Test] = {}
        """Conditions answered in an earlier table: `rate.variant` → surely, surely not, and what is lacking."""
        self.formulas: dict[Expression, Number] = {}
        """Formulas worked out in an earlier table."""

    def vector(self, name: str) -> Vector:
        """The vector of a name. Raises Missing."""
        if self.of_list is not None and f"{self.of_list}.{name}" in self._vectors:
            return self._vectors[f"{self.of_list}.{name}"]
        if name not in self._vectors:
            self._vectors[name] = self._work_out(name)
        return self._vectors[name]

    def number(self, name: str) -> Number:
        """The vector of a name that is a number, a date or a month."""
        found = self.vector(name)
        assert isinstance(found, Number), name
        return found

    def _work_out(self, name: str) -> Vector:
        found = self.names.parameter(name)
        if found is not None:
            parameter, values = found
            if parameter.variants and name == parameter.name:
                return self._by_variant(parameter)
            return self._by_key(parameter, values, name) if parameter.keyed_by else self._of_month(values, name)
        versions = self.names.versions(name)
        if not versions:
            raise Missing(name)
        vectors = [self._version(name, place, one) for place, one in enumerate(versions)]
        if len(vectors) == 1:
            return vectors[0]
        return self.by_month([(one.months, vector) for one, vector in zip(versions, vectors, strict=True)][::-1], 0)

    def _version(self, name: str, place: int, definition: Definition) -> Number:
        if isinstance(definition.meaning, Formula):
            return self.formula(definition.meaning.value)
        found = self._vectors.get(f"{name}#{place}")
        if not isinstance(found, Number):
            raise Missing(f"{name}#{place}")
        return found

    def keep(self, name: str, vector: Vector) -> None:
        """Give a name a vector; `name#0` is the first version of a name that has several."""
        self._vectors[name] = vector

    def versions(self) -> list[str]:
        """The versions that are kept of names that have several."""
        return [name for name in self._vectors if "#" in name]

    # --- formulas --------------------------------------------------------------------------------------------------------

    def formula(self, expression: Expression) -> Number:
        """The vector of a formula, exact. Raises TooLarge."""
        if expression in self.formulas:
            return self.formulas[expression]
        match expression:
            case Literal(value):
                return constant(value)
            case Day(value):
                return constant(value.toordinal(), "dato")
            case MonthOf(value):
                return constant(value, "måned")
            case Name(name):
                return self.number(name)
            case Binary(op, left, right):
                return self._binary(op, left, right)
            case Call(function, arguments):
                vectors = [self.formula(argument) for argument in arguments]
                if function not in _ROUNDING:
                    return extreme(function, vectors)
                step = simplified(vectors[1])
                if step.values is None or len(step.values) != 1 or not step.most:
                    raise TooLarge("steget det rundes av til, er ikke et fast tall")
                return rounded(vectors[0], Fraction(step.most, step.den), _ROUNDING[function])

    def _binary(self, op: str, left: Expression, right: Expression) -> Number:
        first, second = self.formula(left), self.formula(right)
        if op in "+-":
            return add(first, second, 1 if op == "+" else -1)
        slots = self.names.slots
        if is_percent(left, slots, self.of_list):
            first = replace(first, den=first.den * 100)
        if is_percent(right, slots, self.of_list):
            second = replace(second, den=second.den * 100)
        return multiply(first, second) if op == "*" else divide(first, simplified(second))

    # --- rates and thresholds --------------------------------------------------------------------------------------------

    def _unknown(self, cause: int) -> Number:
        nothing = ibis.null("int64")
        return number(nothing, nothing, 1, 0, 0, whole(cause))

    def _value(self, value: Quantity, name: str) -> Number:
        if value.formula is not None:
            return self.formula(value.formula)
        if value.value is None:
            return self._unknown(self.rates[name])
        if isinstance(value.value, int | Fraction):
            return constant(value.value)
        return constant(value.value.toordinal(), "dato")

    def _of_month(self, values: tuple[Quantity, ...], name: str) -> Number:
        """The value whose months hold."""
        if len(values) == 1 and values[0].months == Months():
            return self._value(values[0], name)
        return self.by_month([(one.months, self._value(one, name)) for one in values], self.rates.get(name, 0))

    def by_month(self, choices: list[tuple[Months, Number]], otherwise: int) -> Number:
        """The first of the vectors whose months hold; else unknown because of `otherwise`."""
        if len(choices) == 1 and choices[0][0] == Months():
            return choices[0][1]
        month = self.number(MONTH).low

        def holds(months: Months) -> Expr:
            parts = [] if months.first is None else [month >= whole(months.first)]
            parts += [] if months.last is None else [month <= whole(months.last)]
            return reduce(lambda left, right: left & right, parts) if parts else ibis.literal(True)

        return _chosen([(holds(months), vector) for months, vector in choices], self._unknown(otherwise))

    def _by_key(self, parameter: Parameter, values: tuple[Quantity, ...], name: str) -> Number:
        key = self.number(parameter.keyed_by or "")
        by_key: dict[str, list[Quantity]] = {}
        for value in values:
            by_key.setdefault(value.key or "", []).append(value)
        choices = [
            (key.low == whole(int(one) * key.den), self._of_month(tuple(rows), name)) for one, rows in by_key.items()
        ]
        found = _chosen(choices, self._unknown(self.rates.get(name, 0)))
        if key.cause is None:
            return found
        cause = key.low.isnull().ifelse(key.cause, found.cause if found.cause is not None else whole(0))
        return replace(found, cause=cause)

    def _by_variant(self, parameter: Parameter) -> Number:
        """The first variant that surely applies; else the value all possible ones share; else what must be known to choose."""
        name = parameter.name
        variants = [
            (*self.test(f"{name}.{one.id}", one.when), self.number(f"{name}.{one.id}")) for one in parameter.variants
        ]
        den = variants[0][-1].den
        for *_, value in variants:
            den = den * value.den // _common(den, value.den)
        parts = [(yes, no, value.over(den), cause) for yes, no, cause, value in variants]
        none = self._unknown(self.rates.get(name, 0))
        possible = [(~no, value) for _, no, value, _ in parts]
        least = ibis.least(*(_if(holds, value.low) for holds, value in possible))
        most = ibis.greatest(*(_if(holds, value.high) for holds, value in possible))
        any_possible = reduce(lambda left, right: left | right, (holds for holds, _ in possible))
        unknown = either_of(None if value.cause is None else holds & value.low.isnull() for holds, value in possible)
        some_known = reduce(
            lambda left, right: left | right, (holds & value.low.notnull() for holds, value in possible)
        )
        rates = bits(None if value.cause is None else holds.ifelse(value.cause, whole(0)) for holds, value in possible)
        asked = bits(cause for *_, cause in parts)
        shared = some_known & (least == most) if unknown is None else some_known & (least == most) & ~unknown
        all_unknown = ~some_known
        unclear_cause = all_unknown.ifelse(
            rates if rates is not None else whole(0), asked if asked is not None else whole(FACTS)
        )
        ends = [(value.least, value.most) for _, _, value, _ in parts]
        undecided = number(
            shared.ifelse(least, ibis.null("int64")),
            shared.ifelse(least, ibis.null("int64")),
            den,
            min(end[0] for end in ends),
            max(end[1] for end in ends),
            shared.ifelse(whole(0), unclear_cause),
        )
        surely = [(yes, value) for yes, _, value, _ in parts]
        return _chosen([*surely, (any_possible, undecided)], none)

    # --- conditions -------------------------------------------------------------------------------------------------------

    def tree(self, condition: Condition) -> tuple[Expr, Expr]:
        """Whether a condition is surely met, and whether it surely is not."""
        from engine.batch.answer import tree

        return tree(condition, self)

    def test(self, key: str, condition: Condition) -> Test:
        """A condition's answers: those of an earlier table, or worked out here."""
        return self.tests.get(key) or (*self.tree(condition), self.cause(condition))

    def cause(self, condition: Condition) -> Expr | None:
        """What the names in a condition lack."""
        from engine.batch.answer import causes

        return causes(condition, self)


def kept(frame: Frame, names: Iterable[str]) -> dict[str, Expr]:
    """The columns that keep some names for later tables."""
    return {f"{name}{ending}": part for name in sorted(names) for ending, part in frame.vector(name).parts().items()}


def _common(left: int, right: int) -> int:
    from math import gcd

    return gcd(left, right)


def _if(holds: Expr, value: Expr) -> Expr:
    return holds.ifelse(value, ibis.null("int64"))


def _chosen(choices: list[tuple[Expr, Number]], otherwise: Number) -> Number:
    """The vector of the first choice that holds."""
    den = otherwise.den
    for _, value in choices:
        den = den * value.den // _common(den, value.den)
    parts = [(holds, value.over(den)) for holds, value in choices]
    low = ibis.cases(*((holds, value.low) for holds, value in parts), else_=ibis.null("int64"))
    ranged = any(value.ranged for _, value in parts)
    high = ibis.cases(*((holds, value.high) for holds, value in parts), else_=ibis.null("int64")) if ranged else low
    cause = ibis.cases(
        *((holds, value.cause if value.cause is not None else whole(0)) for holds, value in parts),
        else_=otherwise.cause,
    )
    kind = parts[0][1].kind if parts else otherwise.kind
    least = min((value.least for _, value in parts), default=0)
    most = max((value.most for _, value in parts), default=0)
    return number(low, high, den, least, most, cause, kind)


__all__ = ["Any", "Choice", "Frame", "Missing", "Several", "Text"]
