"""Fields of a mapping node, read to values; what cannot be read is a fault at its own place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from engine.language.condition import Condition, expression_at, read_condition
from engine.language.expression import Expression
from engine.language.in_force import Days, Months
from engine.language.model import Citation, Reading, Source
from engine.language.unit import Unit, read_unit
from engine.text import literal
from engine.text.fault import FaultList
from engine.text.node import Mapping, Node, Scalar, Sequence
from engine.text.norsk import quoted
from engine.text.place import Place

T = TypeVar("T")


class Fields:
    """A mapping node whose shape the schema has checked, with readers for its fields."""

    def __init__(self, node: Node | None, faults: FaultList, place: Place | None = None) -> None:
        self.node = node if isinstance(node, Mapping) else None
        self.faults = faults
        self.place = self.node.place if self.node else place or (node.place if node else Place("", 1, 1))

    def get(self, key: str) -> Node | None:
        return self.node.entries.get(key) if self.node else None

    def has(self, key: str) -> bool:
        return self.get(key) is not None

    def text(self, key: str, default: str = "") -> str:
        node = self.get(key)
        return node.text if isinstance(node, Scalar) else default

    def maybe(self, key: str) -> str | None:
        node = self.get(key)
        return node.text if isinstance(node, Scalar) else None

    def words(self, key: str) -> tuple[str, ...]:
        node = self.get(key)
        items = node.items if isinstance(node, Sequence) else ()
        return tuple(item.text for item in items if isinstance(item, Scalar))

    def yes(self, key: str, default: bool = False) -> bool:
        value = self.value(key, literal.yes_no)
        return default if value is None else value

    def value(self, key: str, read: Callable[[str], T], next_step: str = "rett verdien") -> T | None:
        """The field read by a literal reader; a text it refuses is a fault and reads as None."""
        node = self.get(key)
        return read_scalar(node, read, self.faults, next_step) if isinstance(node, Scalar) else None

    def spots(self, *inner: str) -> dict[str, tuple[int, int]]:
        """The same as line and column."""
        return {key: (place.line, place.column) for key, place in self.places(*inner).items()}

    def fields(self, key: str) -> Fields:
        return Fields(self.get(key), self.faults, self.place)

    def items(self, key: str) -> Iterator[tuple[str, Place, Fields]]:
        """The named parts of a field: name, place of the name, fields."""
        node = self.get(key)
        if isinstance(node, Mapping):
            for name, value in node.entries.items():
                yield name, node.keys[name], Fields(value, self.faults)

    def rows(self, key: str) -> Iterator[Fields]:
        node = self.get(key)
        if isinstance(node, Sequence):
            for item in node.items:
                yield Fields(item, self.faults)

    def key_place(self, key: str) -> Place:
        return self.node.keys.get(key, self.place) if self.node else self.place

    def places(self, *inner: str) -> dict[str, Place]:
        """The place of every value by its key; for the keys in `inner` also of what is in them, as `key.part`."""
        entries = self.node.entries if self.node else {}
        found = {key: node.place for key, node in entries.items()}
        for key in inner:
            node = entries.get(key)
            if isinstance(node, Mapping):
                found |= {f"{key}.{part}": value.place for part, value in node.entries.items()}
            elif isinstance(node, Sequence):
                found |= {f"{key}.{number}": item.place for number, item in enumerate(node.items)}
        return found

    # --- what the rule language has -----------------------------------------------------------------------------------

    def condition(self, key: str) -> Condition | None:
        node = self.get(key)
        return None if node is None else read_condition(node, self.faults)

    def formula(self, key: str) -> Expression | None:
        node = self.get(key)
        return expression_at(node, self.faults) if isinstance(node, Scalar) else None

    def unit(self, key: str = "enhet") -> Unit | None:
        return self.value(key, read_unit)

    # --- parts that many things have -----------------------------------------------------------------------------------

    def citation(self, key: str = "hjemmel") -> Citation | None:
        if not self.has(key):
            return None
        part = self.fields(key)
        source = part.get("kilde")
        return Citation(part.text("kilde"), part.text("punkt"), source.place if source else part.place)

    def required_citation(self) -> Citation:
        return self.citation() or Citation("", "", self.place)

    def reading(self) -> Reading | None:
        if not self.has("tolkning"):
            return None
        part = self.fields("tolkning")
        return Reading(part.text("nr"), part.text("tekst"), part.text("fordi"))

    def months(self, key: str = "måneder") -> Months:
        part = self.fields(key) if self.has(key) else Fields(None, self.faults)
        months = Months(part.value("fra", literal.month), part.value("til", literal.month))
        if months.first is not None and months.last is not None and months.first > months.last:
            self._reversed(part)
        return months

    def days(self, key: str = "avtaler") -> Days:
        part = self.fields(key)
        days = Days(part.value("fra", literal.date), part.value("til", literal.date))
        if days.first is not None and days.last is not None and days.first > days.last:
            self._reversed(part)
        return days

    def sources(self) -> dict[str, Source]:
        return {
            name: Source(name, part.text("tittel"), part.text("utgiver"), part.text("dato"), part.text("adresse"))
            for name, _, part in self.items("kilder")
        }

    def _reversed(self, part: Fields) -> None:
        self.faults.add(
            part.place,
            "DATO-REKKEFØLGE",
            f"«fra» ({part.text('fra')}) er etter «til» ({part.text('til')})",
            "et tidsrom må starte før det slutter",
            "bytt om eller rett datoene",
        )


def read_scalar(node: Scalar, read: Callable[[str], T], faults: FaultList, next_step: str = "rett verdien") -> T | None:
    """The scalar read by a literal reader; a text it refuses is a fault and reads as None."""
    try:
        return read(node.text)
    except ValueError as error:
        faults.add(node.place, "VERDI", f"{quoted(node.text)} kan ikke leses", str(error), next_step)
        return None
