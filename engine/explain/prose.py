"""Conditions and formulas read aloud, in bokmål."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from engine.language.condition import All, Among, Compare, Condition, Given, Includes, Judgement, Not
from engine.language.condition import Any as AnyOf
from engine.language.expression import Binary, Call, Day, Expression, MonthOf, Name, Number
from engine.language.in_force import ByAgreement, ByGrantYear, Days, InForce, Months
from engine.language.model import Quantity
from engine.language.rulebook import SchemeRules
from engine.language.unit import Unit
from engine.text.month import month_in_words
from engine.text.norsk import date_text, list_text, number_text

_NUMBERS = {">=": "minst", ">": "over", "<=": "høyst", "<": "under", "=": "lik"}
_DATES = {">=": "tidligst", ">": "etter", "<=": "senest", "<": "før", "=": "lik"}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}


class Prose:
    """Reads the conditions of one scheme."""

    def __init__(self, scheme: SchemeRules) -> None:
        self.scheme = scheme

    def lines(self, condition: Condition, depth: int = 0, negated: bool = False) -> Iterator[str]:
        """The condition as indented lines."""
        indent = "  " * depth
        match condition:
            case All(()):
                yield f"{indent}alltid"
            case All() | AnyOf():
                every = isinstance(condition, All) != negated
                yield f"{indent}{'alt dette' if every else 'minst ett av dette'}:"
                for part in _flat(condition):
                    yield from self.lines(part, depth + 1, negated)
            case Not(part):
                yield from self.lines(part, depth, not negated)
            case _:
                yield indent + self.sentence(condition, negated)

    def sentence(self, leaf: Condition, negated: bool = False) -> str:
        """One comparison as a sentence."""
        no = "ikke " if negated else ""
        match leaf:
            case Compare(left, op, right):
                words = _DATES if self._kind(left) in ("dato", "måned") else _NUMBERS
                return f"{self.operand(left)} er {no}{words[op]} {self.operand(right, explain=True)}"
            case Among(name, values):
                return f"{self.operand(name)} er {no}{list_text([f'«{value}»' for value in values], 'eller')}"
            case Includes(name, value):
                return f"{self.operand(name)} inneholder {no}«{value}»"
            case Given(name, word):
                return f"{self.operand(name)} er {no}{word}"
            case Judgement():
                return "en person må vurdere"
            case _:
                return "; ".join(self.lines(leaf))

    def _kind(self, expression: Expression) -> str:
        match expression:
            case Name(name):
                known = self.scheme.names.get(name)
                return known.kind if known else "tall"
            case Day():
                return "dato"
            case MonthOf():
                return "måned"
            case Call(arguments=arguments):
                return self._kind(arguments[0])
            case _:
                return "tall"

    def operand(self, expression: Expression, explain: bool = False) -> str:
        """An operand; a threshold with a single value is told with the value."""
        match expression:
            case Number(value, unit):
                return _number(value, unit)
            case Day(value):
                return date_text(value)
            case MonthOf(value):
                return month_in_words(value)
            case Name(name):
                return self.named(name, self.only_value(name) if explain else None)
            case Binary(op, left, right):
                return f"{self.operand(left)} {_SIGNS[op]} {self.operand(right)}"
            case Call(function, arguments):
                return f"{function.replace('_', ' ')}({'; '.join(self.operand(argument) for argument in arguments)})"

    def named(self, name: str, value: str | None) -> str:
        """A name, with the value of a threshold that has only one."""
        words = name.replace("_", " ")
        return words if value is None else f"{words} ({value})"

    def only_value(self, name: str) -> str | None:
        """The value of a threshold that is the same in all months and years."""
        parameter = self.scheme.parameters.get(name)
        if parameter is None or len(parameter.values) != 1 or parameter.values[0].value is None:
            return None
        return self.value(parameter.values[0], parameter.unit, parameter.kind)

    def value(self, quantity: Quantity, unit: Unit, kind: str) -> str:
        """A table's value: the number with its unit, the formula, or that it is unknown."""
        if quantity.formula is not None:
            return self.operand(quantity.formula)
        if quantity.value is None:
            return "ukjent"
        if kind == "dato":
            return date_text(quantity.value)  # type: ignore[arg-type]
        return month_in_words(quantity.value) if kind == "måned" else _number(Fraction(quantity.value), unit)  # type: ignore[arg-type]


def _flat(condition: All | AnyOf) -> Iterator[Condition]:
    """The parts, with those of a part of the same kind in its place."""
    for part in condition.parts:
        if isinstance(part, All | AnyOf) and type(part) is type(condition) and part.parts:
            yield from _flat(part)
        else:
            yield part


def _number(value: Fraction, unit: Unit | None) -> str:
    words = unit.after(value) if unit is not None else ""
    return number_text(value) + (f" {words}" if words else "")


def months_text(months: Months) -> str:
    """`mai 2001 til april 2002`, `fra mai 2001`, or nothing for all months."""
    first, last = months.first, months.last
    if first is not None and last is not None:
        return month_in_words(first) if first == last else f"{month_in_words(first)} til {month_in_words(last)}"
    if first is not None:
        return f"fra {month_in_words(first)}"
    return f"til og med {month_in_words(last)}" if last is not None else ""


def days_text(days: Days) -> str:
    """`fra 1.5.2001 til og med 30.4.2002`, `fra og med 1.5.2001`, `til og med 30.4.2002`, or nothing for all dates."""
    first, last = days.first, days.last
    if first is not None and last is not None:
        return f"fra {date_text(first)} til og med {date_text(last)}"
    if first is not None:
        return f"fra og med {date_text(first)}"
    return f"til og med {date_text(last)}" if last is not None else ""


def in_force_text(in_force: InForce) -> str:
    """When a rule is in force, as a sentence."""
    match in_force:
        case ByGrantYear(first):
            return f"Gjelder søknader fra og med tilskuddsåret {first}."
        case ByAgreement(new_from, existing_from):
            new = f"avtaler inngått fra og med {date_text(new_from)}" if new_from else ""
            existing = f"eldre avtaler fra {month_in_words(existing_from)}" if existing_from is not None else ""
            return f"Gjelder {' og '.join(part for part in (new, existing) if part) or 'ingen avtaler'}."
        case _:
            return "Gjelder alle saker i ordningen."
