"""Stated facts as vectors: the columns of the input tables, read as the single-case engine reads an application."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import ibis

from engine.batch.schema import decimals, largest
from engine.batch.vector import FACTS, LAST_DATE, LAST_MONTH, Choice, Expr, Number, Several, Text, Vector, number, whole
from engine.case.stated import read_stated
from engine.language.vocabulary import Fact

#: the ordinal of the day that databases count from
_EPOCH = 719_163


def ordinal(day: Expr) -> Expr:
    """A date column as ordinals."""
    return day.delta(ibis.date("1970-01-01"), unit="day").cast("int64") + whole(_EPOCH)


def month_of(day: Expr) -> Expr:
    """The month number of a date column."""
    return day.year().cast("int64") * whole(12) + day.month().cast("int64") - whole(1)


def vector(fact: Fact, column: Expr, told: bool = False) -> Vector:
    """The vector of a fact, from its column in an input table. `told` says that no cell of it is empty."""
    match fact.kind:
        case "ja_nei" | "valg":
            return _choice(fact, column, told)
        case "flervalg":
            mask = whole(0)
            for place, choice in enumerate(fact.choices):
                mask = mask | column.contains(choice).ifelse(whole(1 << place), whole(0))
            return Several(_missing(fact, column, told), column.isnull().ifelse(ibis.null("int64"), mask), fact.choices)
        case "tekst":
            return Text(
                _missing(fact, column, told), column.isnull().ifelse(ibis.null("int8"), ibis.literal(1, "int8"))
            )
        case _:
            return _number(fact, column, told)


def _missing(fact: Fact, column: Expr, told: bool) -> Expr | None:
    if told or fact.required or fact.default is not None:
        return None
    return column.isnull().ifelse(whole(FACTS), whole(0))


def _choice(fact: Fact, column: Expr, told: bool) -> Choice:
    choices = ("ja", "nei") if fact.kind == "ja_nei" else fact.choices
    codes = ((column == choice, ibis.literal(place, "int8")) for place, choice in enumerate(choices))
    default = ibis.null("int8") if fact.default is None else ibis.literal(_place(fact, choices), "int8")
    return Choice(_missing(fact, column, told), ibis.cases(*codes, else_=default), choices, frozenset(fact.unclear))


def _place(fact: Fact, choices: tuple[str, ...]) -> int:
    return choices.index(str(read_stated(fact, fact.default or "")))


def _number(fact: Fact, column: Expr, told: bool) -> Number:
    value, den, least, most, kind = _numerator(fact, column)
    low_bound = fact.at_least if fact.at_least is not None else fact.above
    if low_bound is not None:
        least = max(least, int(Fraction(low_bound) * den // 1))
    if fact.at_most is not None:
        most = min(most, -int(-Fraction(fact.at_most) * den // 1))
    if fact.default is not None:
        value = ibis.coalesce(value, whole(_default(fact, den)))
    cause = _missing(fact, column, told)
    if cause is None or low_bound is None or fact.at_most is None:
        return number(value, value, den, least, most, cause, kind)
    low, high = Fraction(low_bound) * den, Fraction(fact.at_most) * den
    return number(
        ibis.coalesce(value, whole(int(low))), ibis.coalesce(value, whole(int(high))), den, least, most, cause, kind
    )


def _default(fact: Fact, den: int) -> int:
    stated: Any = read_stated(fact, fact.default or "")
    return stated.toordinal() if hasattr(stated, "toordinal") else int(Fraction(stated) * den)


def _numerator(fact: Fact, column: Expr) -> tuple[Expr, int, int, int, str]:
    match fact.kind:
        case "dato":
            return ordinal(column), 1, 1, LAST_DATE, "dato"
        case "tidspunkt":
            return ordinal(column.date()), 1, 1, LAST_DATE, "dato"
        case "måned":
            year, month = column.substr(0, 4).cast("int64"), column.substr(5, 2).cast("int64")
            return year * whole(12) + month - whole(1), 1, 0, LAST_MONTH, "måned"
        case "heltall":
            return column.cast("int64"), 1, -largest(fact), largest(fact), "tall"
        case _:
            scale = 10 ** decimals(fact)
            most = largest(fact) * scale
            return (column * ibis.literal(scale, "int64")).cast("int64"), scale, -most, most, "tall"
