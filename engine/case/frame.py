"""Frames: the values of all names for one application, doctor, period, day or month, as a list with one slot a name.

A frame of a lower level is a copy of the one above with its own slots filled, so reading a name is one index. Derived names hold
`UNSET` until first read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from engine.case.value import UNSET, Between, Unknown, Value
from engine.language.model import Parameter
from engine.language.names import Type
from engine.language.rulebook import SchemeRules
from engine.language.unit import DAYS
from engine.language.vocabulary import Fact, Vocabulary

Frame = list[Any]
Reader = Callable[[Frame], Value]

#: slots before the names
STRETCHES, EARLIER, PERIODS, FIRST_NAME = 0, 1, 2, 3


class Slots:
    """The slot of every name in a scheme. Fields of lists have slots of their own, `list.field`."""

    def __init__(self, vocabulary: Vocabulary, scheme: SchemeRules) -> None:
        self.scheme = scheme
        self.vocabulary = vocabulary
        self.types: dict[str, Type] = dict(scheme.names)
        self.lists: dict[str, Fact] = {}
        self.unclear: dict[str, frozenset[str]] = {}
        names = list(scheme.names)
        for fact in vocabulary.facts.values():
            if scheme.id in fact.schemes:
                if fact.unclear:
                    self.unclear[fact.name] = frozenset(fact.unclear)
                if fact.kind == "liste":
                    self.lists[fact.name] = fact
                    names += [f"{fact.name}.{field}" for field in fact.fields]
        for name, versions in scheme.definitions.items():
            meaning = versions[0].meaning
            if hasattr(meaning, "fact") and meaning.fact in self.unclear:
                self.unclear[name] = self.unclear[meaning.fact]
        self.index: Mapping[str, int] = {name: position for position, name in enumerate(names, FIRST_NAME)}
        self.size = FIRST_NAME + len(names)
        self.readers: dict[str, Reader] = {}
        self.variants: dict[str, list[tuple[str, Callable[[Frame], int]]]] = {}
        self.to_fill: dict[str, list[Any]] = {}
        self._readers: dict[tuple[str, str | None], Reader] = {}

    def empty(self) -> Frame:
        """A frame with nothing worked out."""
        return [UNSET] * self.size

    @cached_property
    def in_days(self) -> frozenset[str]:
        """The names that are numbers of days."""
        return frozenset(name for name, known in self.types.items() if known.unit == DAYS)

    def unnamed(self) -> int:
        """One more slot, for what is worked out on the way to a name."""
        self.size += 1
        return self.size - 1

    def parameter(self, name: str) -> Parameter | None:
        return self.scheme.parameters.get(name)

    def reader(self, name: str, of_list: str | None = None) -> Reader:
        """How to read a name from a frame; within a list's own rules its fields come before other names."""
        key = (name, of_list)
        if key not in self._readers:
            self._readers[key] = self._reader(name, of_list)
        return self._readers[key]

    def place(self, name: str, of_list: str | None = None) -> tuple[int, Reader]:
        """The slot of a name, and how to read it where nothing is in the slot yet."""
        of_row = of_list is not None and name in self.lists[of_list].fields
        return self.index[f"{of_list}.{name}" if of_row else name], self.reader(name, of_list)

    def _reader(self, name: str, of_list: str | None) -> Reader:
        if of_list is not None and name in self.lists[of_list].fields:
            return _stored(self.index[f"{of_list}.{name}"])
        worked_out = self.types[name].source in ("tabell", "utledet")
        return _lazy(self.index[name], name, self.readers) if worked_out else _stored(self.index[name])


def _stored(slot: int) -> Reader:
    def read(frame: Frame) -> Value:
        value: Value = frame[slot]
        return value

    return read


def _lazy(slot: int, name: str, readers: Mapping[str, Reader]) -> Reader:
    """Worked out at the first reading; the readers may be installed after this is made."""

    def read(frame: Frame) -> Value:
        value = frame[slot]
        if value is UNSET:
            value = frame[slot] = readers[name](frame)
        known: Value = value
        return known

    return read


def is_known(value: Value) -> bool:
    return type(value) is not Unknown and type(value) is not Between
