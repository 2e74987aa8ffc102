"""What a file holds, each part with its place: texts, mappings and sequences. Nothing is typed here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.text.place import Place


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text as written, in NFC. `quoted` tells quotes or a block (`|`, `>`) from a plain word; `key:` alone is "".

    `verbatim` says that the file has just these signs, on one line, from its place (and the quotation mark) on.
    """

    text: str
    place: Place
    quoted: bool
    verbatim: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in file order; `keys` has the place of each key."""

    entries: dict[str, Node]
    keys: dict[str, Place]
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    """Items in file order."""

    items: tuple[Node, ...]
    place: Place


Node = Scalar | Mapping | Sequence


def plain(node: Node) -> Any:
    """The node as dict, list and str; every scalar stays its text."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    return [plain(item) for item in node.items]


def at(node: Node, path: Iterable[str | int]) -> Place:
    """The place of the value that keys and indexes lead to; where the path breaks off, of the last value reached."""
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            node = node.entries[step]
        elif isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
        else:
            break
    return node.place
