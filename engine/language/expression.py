"""Formulas: `sats × timer_per_år ÷ 12 måneder/år × andel`.

Grammar (spaces free, `;` between arguments because `,` is the decimal mark):

    sum     = product { ("+" | "−" | "-") product }
    product = factor { ("×" | "*" | "÷" | "/") factor }
    factor  = number [unit] | date | month | name | function "(" sum { ";" sum } ")" | "(" sum ")" | ("−" | "-") factor

The functions are `min`, `maks`, `rund_ned`, `rund_opp` and `rund_halv_opp`; the rounding functions take the step to round to as
their second argument (`rund_ned(x; 1 kr)`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TypeVar

from engine.language.unit import SPELLINGS, Unit, read_unit
from engine.text import literal
from engine.text.month import Month
from engine.text.norsk import list_text
from engine.text.place import Place
from engine.text.suggest import did_you_mean

T = TypeVar("T")

#: the name that stands for a formula that could not be read; its fault is told of where it stands
UNREADABLE = ""

FUNCTIONS = ("min", "maks", "rund_ned", "rund_opp", "rund_halv_opp")


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number with its unit (`unit` is None when none was written: it takes the unit it is compared with)."""

    value: Fraction
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Day:
    value: date


@dataclass(frozen=True, slots=True)
class MonthOf:
    value: Month


@dataclass(frozen=True, slots=True)
class Name:
    """A fact, a derived fact, a threshold or a rate, by name."""

    name: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    op: str  # one of + - * /
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Expression, ...]


Expression = Number | Day | MonthOf | Name | Binary | Call


class FormulaError(ValueError):
    """A formula that does not parse. `offset` counts characters from the start of the text; `str()` is Norwegian."""

    def __init__(self, message: str, offset: int, next_step: str = "rett formelen") -> None:
        super().__init__(message)
        self.offset = offset
        self.next_step = next_step


_TOKEN = re.compile(
    r"\s*(?:(?P<date>\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})|(?P<month>\d{4}-\d{2})(?!\d)"
    r"|(?P<number>\d+(?:[ \u00a0]\d{3})*(?:[.,]\d+)?)|(?P<name>[^\W\d]\w*)|(?P<sign>[-+−×*÷/();%]))"
)
_SIGNS = {"−": "-", "×": "*", "÷": "/"}
_SPLIT = "del den opp: gi en del av den et navn under «definisjoner»"


class _Parser:
    def __init__(self, text: str, place: Place, verbatim: bool) -> None:
        self.text = text
        self.place = place
        self.verbatim = verbatim
        self.tokens = list(self._split())
        self.position = 0

    def _split(self) -> Iterator[tuple[str, str, int]]:
        offset = 0
        end = len(self.text.rstrip())
        while offset < end:
            match = _TOKEN.match(self.text, offset)
            if match is None:
                start = offset + len(self.text[offset:]) - len(self.text[offset:].lstrip())
                sign = self.text[start]
                raise FormulaError(f"tegnet «{sign}» kan ikke stå i en formel", start, _next_step(sign))
            kind = match.lastgroup or ""
            word = match.group(kind)
            yield kind, _SIGNS.get(word, word), match.start(kind)
            offset = match.end()
        yield "end", "", end

    def peek(self) -> tuple[str, str, int]:
        return self.tokens[self.position]

    def take(self) -> tuple[str, str, int]:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def accept(self, *words: str) -> str | None:
        kind, word, _ = self.peek()
        if kind in ("sign", "name") and word in words:
            self.position += 1
            return word
        return None

    def sum(self) -> Expression:
        left = self.product()
        while op := self.accept("+", "-"):
            left = Binary(op, left, self.product())
        return left

    def product(self) -> Expression:
        left = self.factor()
        while op := self.accept("*", "/"):
            left = Binary(op, left, self.factor())
        return left

    def factor(self) -> Expression:
        kind, word, offset = self.take()
        if kind == "date":
            return Day(self._literal(literal.date, word, offset))
        if kind == "month":
            return MonthOf(self._literal(literal.month, word, offset))
        if kind == "number":
            return Number(self._literal(literal.number, word, offset), self._unit())
        if kind == "name":
            return self._call(word, offset) if self.peek()[1] == "(" else self._name(word, offset)
        if word == "(":
            inner = self.sum()
            self._expect(")")
            return inner
        if word == "-":
            if self.peek()[1] == "-":
                raise self.unexpected(*self.peek())
            return Binary("-", Number(Fraction(0)), self.factor())
        raise self.unexpected(kind, word, offset)

    def unexpected(self, kind: str, word: str, offset: int) -> FormulaError:
        """The error for a token that cannot stand where it does."""
        if kind == "end":
            return FormulaError("formelen slutter for tidlig", offset, "skriv det som mangler")
        found = self.text[offset] if kind == "sign" else word
        missing = kind != "sign" or word == "("
        next_step = (
            "sett inn et regnetegn foran, for eksempel × eller +"
            if missing
            else "fjern tegnet, eller skriv det som mangler"
        )
        return FormulaError(f"«{found}» kan ikke stå her", offset, next_step)

    @staticmethod
    def _literal(read: Callable[[str], T], word: str, offset: int) -> T:
        try:
            return read(word)
        except ValueError as error:
            raise FormulaError(str(error), offset) from None

    def _name(self, word: str, offset: int) -> Name:
        return Name(word, self.place.right(offset) if self.verbatim else self.place)

    def _unit(self) -> Unit | None:
        """The unit right after a number: `12 måneder/år`, `5 %`. The slash of a unit has no space around it."""
        kind, word, offset = self.peek()
        if kind not in ("name", "sign") or word not in SPELLINGS:
            return None
        self.take()
        slash = offset + len(word)
        if self.text[slash : slash + 1] == "/":
            _, under, start = self.tokens[self.position + 1]
            if under in SPELLINGS and start == slash + 1:
                self.position += 2
                word += "/" + under
        return read_unit(word)

    def _call(self, function: str, offset: int) -> Call:
        if function not in FUNCTIONS:
            hint = did_you_mean({"max": "mak"}.get(function, function), FUNCTIONS)
            next_step = f"bruk {list_text(FUNCTIONS, 'eller')}, eller sett inn et regnetegn"
            raise FormulaError(f"«{function}» er ikke en funksjon" + (f",{hint}" if hint else ""), offset, next_step)
        self._expect("(")
        arguments = [self.sum()]
        while self.accept(";"):
            arguments.append(self.sum())
        self._expect(")")
        if len(arguments) < 2 or (function.startswith("rund") and len(arguments) != 2):
            wanted = "to verdier" if function.startswith("rund") else "minst to verdier"
            next_step = f"skriv for eksempel «{function}(a; {'1 kr' if function.startswith('rund') else 'b'})»"
            raise FormulaError(f"«{function}» trenger {wanted} med semikolon mellom", offset, next_step)
        return Call(function, tuple(arguments))

    def _expect(self, word: str) -> None:
        kind, found, offset = self.take()
        if found != word:
            seen = self.text[offset] if kind == "sign" else found
            said = f"her skulle det stått «{word}»" + ("" if kind == "end" else f", ikke «{seen}»")
            raise FormulaError(said, offset, f"sett inn «{word}»")


def read_expression(text: str, place: Place, verbatim: bool = True) -> Expression:
    """Text → expression tree. `place` is where the text starts, in the file sign for sign when `verbatim`. Raises FormulaError."""
    if len(text) > 500:
        raise FormulaError("formelen er lengre enn 500 tegn", 500, _SPLIT)
    parser = _Parser(text, place, verbatim)
    depth = max_depth = 0
    for _, word, _ in parser.tokens:
        depth += (word == "(") - (word == ")")
        max_depth = max(max_depth, depth)
    if max_depth > 30:
        raise FormulaError("formelen har mer enn 30 parenteser inne i hverandre", 0, _SPLIT)
    tree = parser.sum()
    kind, word, offset = parser.peek()
    if kind != "end":
        raise parser.unexpected(kind, word, offset)
    return tree


def _next_step(sign: str) -> str:
    """What to write in place of a sign that formulas do not have."""
    if sign == ",":
        return "komma er desimaltegn; skriv semikolon mellom verdier"
    if sign in "=<>":
        return "sammenlign utenfor formelen, med «minst», «over», «høyst», «under» eller «er»"
    return "regnetegnene er +, −, × og ÷"


def names(expression: Expression) -> Iterator[Name]:
    """Every name in the expression, left to right."""
    match expression:
        case Name():
            yield expression
        case Binary(left=left, right=right):
            yield from names(left)
            yield from names(right)
        case Call(arguments=arguments):
            for argument in arguments:
                yield from names(argument)
        case _:
            return
