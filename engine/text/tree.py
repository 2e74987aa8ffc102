"""From a stream of YAML events to nodes with places, within limits; no recursion, so no depth can break it."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from engine.text import refusal
from engine.text.fault import FaultList
from engine.text.node import Mapping, Node, Scalar, Sequence
from engine.text.place import Place
from engine.text.source import hidden_sign

MOST_LEVELS = 40
MOST_NODES = 200_000
MOST_FAULTS = 100  # nobody reads more, and a file of nothing but aliases has a million
_HALF_SIGN = re.compile("[\ud800-\udfff]")


class _Mark(Protocol):
    line: int
    column: int


class Tree:
    """One document being built. After `grow`, `root` is the content and `faults` what was wrong with it.

    `tagged` tells that a tag was met: the two parsers split tags differently, so only one of them may report them.
    """

    def __init__(self, file: str) -> None:
        self.root: Node | None = None
        self.faults = FaultList()
        self.tagged = False
        self._file = file
        self._open: list[_Open] = []
        self._nodes = 0
        self._documents = 0
        self._last_end = (1, 1)

    def grow(self, events: Iterable[Event]) -> None:
        """Take events until the stream ends, a limit is passed or a second document begins."""
        for event in events:
            if isinstance(event, ScalarEvent):
                self._scalar(event)
            elif isinstance(event, CollectionEndEvent):
                self._take(self._open.pop().closed())
                continue
            elif isinstance(event, CollectionStartEvent):
                self._begin(event)
            elif isinstance(event, AliasEvent):
                self._alias(event)
            elif isinstance(event, DocumentStartEvent):
                self._documents += 1
                if self._documents == 2:
                    self.faults.extend([refusal.second_document(self._place(event))])
            else:
                continue
            if self._passes_limit(event):
                return

    def _scalar(self, event: ScalarEvent) -> None:
        text, written = event.value, bool(event.style)
        place = self._place(event) if text or written or event.tag or event.anchor else self._place_of_nothing(event)
        self._begins_node(event, place)
        self._last_end = _spot(event.end_mark)
        if not text.isascii():
            text = unicodedata.normalize("NFC", self._joined(text, place))
        if event.style == '"' and (sign := hidden_sign(text)) is not None:
            self.faults.extend([refusal.hidden_sign(place, sign, text)])
        self._take(Scalar(text, place, written, _spans(event) == (0, len(text) + 2 * written)))

    def _begin(self, event: CollectionStartEvent) -> None:
        place = self._place(event)
        self._begins_node(event, place)
        self._last_end = _spot(event.start_mark)
        self._open.append(_Open(isinstance(event, MappingStartEvent), place))

    def _begins_node(self, event: ScalarEvent | CollectionStartEvent, place: Place) -> None:
        self._nodes += 1
        if event.anchor is not None:
            self.faults.extend([refusal.anchor(place, event.anchor)])
        if event.tag is not None:
            self.tagged = True
            self.faults.extend([refusal.tag(place, event.tag)])

    def _alias(self, event: AliasEvent) -> None:
        self._nodes += 1
        self._last_end = _spot(event.end_mark)
        self.faults.extend([refusal.alias(self._place(event), event.anchor or "")])
        self._take(None)

    def _take(self, node: Node | None) -> None:
        """Put a finished node where it belongs; None is one that was refused and has its fault already."""
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if not parent.mapping:
            if node is not None:
                parent.items.append(node)
        elif parent.awaits_key:
            parent.awaits_key = False
            parent.key = None if node is None else self._key(node, parent)
        else:
            parent.awaits_key = True
            if parent.key is not None and node is not None:
                parent.entries[parent.key] = node

    def _key(self, node: Node, parent: "_Open") -> str | None:
        """The key to keep the coming value under; None when the value has no place to go."""
        if not isinstance(node, Scalar):
            self.faults.extend([refusal.key_of_many(node.place, isinstance(node, Mapping))])
        elif node.text == "" and not node.quoted:
            self.faults.extend([refusal.key_missing(node.place)])
        elif node.text == "<<" and not node.quoted:
            self.faults.extend([refusal.key_merging(node.place)])
        elif (first := parent.keys.get(node.text)) is not None:
            self.faults.extend([refusal.key_again(node.place, node.text, first)])
        else:
            parent.keys[node.text] = node.place
            return node.text
        return None

    def _passes_limit(self, event: Event) -> bool:
        if len(self._open) > MOST_LEVELS:
            self.faults.extend([refusal.too_deep(self._place(event), MOST_LEVELS)])
        elif self._nodes > MOST_NODES:
            self.faults.extend([refusal.too_many(self._place(event), MOST_NODES)])
        else:
            return self._documents == 2 or len(self.faults) >= MOST_FAULTS
        return True

    def _joined(self, text: str, place: Place) -> str:
        """JSON writes a sign beyond U+FFFF as two escapes; here they become one sign again."""
        if _HALF_SIGN.search(text) is None:
            return text
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            self.faults.extend([refusal.half_sign(place)])
            return _HALF_SIGN.sub("\ufffd", text)

    def _place(self, event: Event) -> Place:
        return Place(self._file, *_spot(event.start_mark))

    def _place_of_nothing(self, event: Event) -> Place:
        """The place of a text left out: in a mapping right after its key, for there the two parsers disagree."""
        if self._open and self._open[-1].mapping:
            return Place(self._file, *self._last_end)
        return self._place(event)


def _spot(mark: _Mark | None) -> tuple[int, int]:
    """Line and column from 1; every event of a parser has its marks."""
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)


def _spans(event: Event) -> tuple[int, int]:
    """How many lines and columns an event reaches over."""
    (line, column), (last_line, last_column) = _spot(event.start_mark), _spot(event.end_mark)
    return last_line - line, last_column - column


class _Open:
    """A mapping or sequence whose end has not come yet."""

    __slots__ = ("awaits_key", "entries", "items", "key", "keys", "mapping", "place")

    def __init__(self, mapping: bool, place: Place) -> None:
        self.mapping = mapping
        self.place = place
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Place] = {}
        self.items: list[Node] = []
        self.awaits_key = True
        self.key: str | None = None

    def closed(self) -> Mapping | Sequence:
        """The finished node."""
        return Mapping(self.entries, self.keys, self.place) if self.mapping else Sequence(tuple(self.items), self.place)
