"""What one change of the rules is: the changed part, what kind of change, where, and how it is told.

A change is small enough that a person could have made it by a slip: one step of a number, one sign, one word, one line left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Generic, TypeVar

from engine.language.condition import Compare, Condition, Given, Includes, Leaf, leaves
from engine.language.expression import Name, names
from engine.language.names import Type
from engine.language.rulebook import SchemeRules
from engine.language.vocabulary import Vocabulary
from engine.text.month import Month, month_text
from engine.text.norsk import exact_decimal
from engine.text.place import Place

T = TypeVar("T")
U = TypeVar("U")

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hints:
    """The values a change turns on: what an application must lie close to in order to notice it."""

    dates: frozenset[date] = frozenset()
    months: frozenset[Month] = frozenset()
    numbers: frozenset[Fraction] = frozenset()

    def __or__(self, other: Hints) -> Hints:
        return Hints(self.dates | other.dates, self.months | other.months, self.numbers | other.numbers)


NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """A changed part (None when it is left out). `where` is its id within the part, `told` the change in bokmål.

    `keys` lead from the part to the line in the file, for what has no place of its own.
    """

    value: T
    kind: str
    where: str
    told: str
    hints: Hints = NO_HINTS
    place: Place | None = None
    keys: tuple[str, ...] = ()

    def within(
        self, build: Callable[[T], U], before: str = "", keys: tuple[str, ...] = (), kind: str | None = None
    ) -> Change[U]:
        """The same change seen from the whole that `build` puts the part into."""
        where = f"{before}/{self.where}" if before else self.where
        value = build(self.value)
        return Change(value, kind or self.kind, where, self.told, self.hints, self.place, keys + self.keys)


@dataclass(frozen=True, slots=True)
class Reader:
    """The names a part may read, with the answers that can be chosen. `fields` are those of the list a rule is about."""

    scheme: SchemeRules
    vocabulary: Vocabulary
    of_list: str | None = None

    def choices(self, name: str) -> tuple[str, ...]:
        """The answers to choose from; none for what is not a choice."""
        if self.of_list is not None:
            field = self.vocabulary.facts[self.of_list].fields.get(name)
            if field is not None:
                return field.choices
        known: Type | None = self.scheme.names.get(name)
        return () if known is None or known.kind == "ja_nei" else known.choices

    def about(self, per: str) -> Reader:
        """The reader for a part assessed per `per`, which may be a list."""
        fact = self.vocabulary.facts.get(per)
        return replace(self, of_list=per) if fact is not None and fact.kind == "liste" else self


#: signs as ids write them
WORDS = {">=": "minst", ">": "over", "<=": "høyst", "<": "under", "=": "lik"}


def label(condition: Condition) -> str:
    """A part of a condition by what it reads: short, and the same when other parts are added."""
    found = list(dict.fromkeys(_leaf_label(leaf) for leaf in leaves(condition)))
    return "+".join(found[:3]) + ("+…" if len(found) > 3 else "") if found else "alltid"


def _leaf_label(leaf: Leaf) -> str:
    if isinstance(leaf, Compare):
        return f"{operands(leaf)} {WORDS[leaf.op]}"
    if isinstance(leaf, Includes):
        return f"{leaf.name.name}:{leaf.value}"
    return f"{leaf.name.name} {leaf.word}" if isinstance(leaf, Given) else leaf.name.name


def operands(leaf: Compare) -> str:
    """The names on the left of a comparison; else those on the right."""
    found = [name.name for name in names(leaf.left)] or [name.name for name in names(leaf.right)]
    return "+".join(dict.fromkeys(found))


def step(value: Fraction) -> Fraction:
    """One step of a number: the last decimal written, or one part of a fraction that never ends as a decimal."""
    text = exact_decimal(value)
    if "/" in text:
        return Fraction(1, value.denominator)
    return Fraction(1, 10 ** len(text.partition(".")[2]))


def steps(value: Fraction | date | Month, kind: str) -> list[Any]:
    """The values one step below and above. `kind` is tall, dato or måned."""
    if isinstance(value, date):
        return [value - ONE_DAY, value + ONE_DAY]
    if kind == "måned":
        return [Month(int(value) - 1), Month(int(value) + 1)]
    size = step(Fraction(value))
    return [Fraction(value) - size, Fraction(value) + size]


def hints(*values: Any, kind: str = "tall") -> Hints:
    """The hints that values of a kind give; None gives none."""
    known = [value for value in values if value is not None]
    if kind == "dato":
        return Hints(dates=frozenset(known))
    if kind == "måned":
        return Hints(months=frozenset(known))
    return Hints(numbers=frozenset(Fraction(value) for value in known))


def short(value: Any, kind: str) -> str:
    """A value as ids write it."""
    if value is None:
        return "ukjent"
    if isinstance(value, date):
        return value.isoformat()
    return month_text(value) if kind == "måned" else exact_decimal(Fraction(value))


def first_place(condition: Condition) -> Place | None:
    """Where the first comparison of a condition stands."""
    for leaf in leaves(condition):
        if isinstance(leaf, Compare) and isinstance(leaf.left, Name):
            return leaf.left.place
        return leaf.place
    return None
