"""A test case with new expected values: what it expects, changed where it stands to what the rules now give, and nothing else.

Only what the case asks about is renewed; it asks about nothing more than before. What the decision no longer has, goes. Comments, order
and layout stay, except in a list or a group in brackets that loses or gains something: that is written anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yaml.events import CollectionEndEvent, CollectionStartEvent, MappingEndEvent, ScalarEvent

from engine.case.application import application
from engine.decide.decide import decide
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook
from engine.regress.expectation import BY_ID, by_identity, deviations, differences, match
from engine.regress.witness_file import flow
from engine.text import yaml
from engine.text.fault import Fault, Faults
from engine.text.node import Mapping, Node, Scalar, Sequence, plain
from engine.text.parser import PythonParser, events
from engine.text.place import Place

#: what a row of a list that is told in full is told by, where the case had no row to go by
_TOLD_BY = ("id", "faktum", "lege", "måned", "rett")

_GONE = object()


@dataclass(frozen=True, slots=True)
class _Span:
    """From and to (not with) these characters. `flow`: in brackets, or a single value."""

    start: int
    end: int
    flow: bool


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str


def renewed(text: str, name: str, book: Rulebook) -> str:
    """The case's text, expecting what it gets. Raises Faults (FORVENTNING-…) when it cannot be written so that it reads back as that."""
    node = yaml.read_text(text, name)
    expected = node.entries.get("forventet") if isinstance(node, Mapping) else None
    if expected is None:
        raise cannot(name, "saken har ikke «forventet»", "det er ingenting å sette nye verdier for")
    decision = as_json(decide(application(node, book), book))
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    writer = _Writer(text)
    wanted = writer.renew(expected, decision, ())
    after = writer.written()
    try:
        read = yaml.read_text(after, name)
    except Faults:
        read = None
    if read is None or plain(read) != {**plain(node), "forventet": wanted}:
        raise cannot(
            name,
            "de nye verdiene kan ikke settes inn uten at mer i filen endrer seg",
            "filen er skrevet på en uvanlig måte",
        )
    assert isinstance(read, Mapping)
    if deviations(read.entries["forventet"], decision):
        raise cannot(
            name, "saken stemmer ikke med de nye verdiene heller", "noe i den kan ikke ventes slik det er skrevet"
        )
    return after


class _Writer:
    """One text being renewed: the new content is worked out from the nodes, and the edits that lead to it are gathered."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = _spans(text)
        self.edits: list[_Edit] = []

    def written(self) -> str:
        text = self.text
        for edit in sorted(self.edits, key=lambda one: -one.start):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text

    def renew(self, node: Node, found: Any, steps: tuple[str, ...]) -> Any:
        """What the node is to hold, plainly."""
        if isinstance(node, Sequence) and len(steps) == 1 and steps[0] in BY_ID:
            key, wanted = BY_ID[steps[0]]
            there = {one["id"] for one in found[key]}
            kept = [text for text in plain(node) if (text in there) == wanted]
            return plain(node) if kept == plain(node) else self._replaced(node, kept)
        if not differences(node, found, steps):
            return plain(node)
        if isinstance(node, Mapping) and isinstance(found, dict):
            return self._mapping(node, found, steps)
        if isinstance(node, Sequence) and isinstance(found, list) and by_identity(node, steps):
            return self._rows(node, found, steps)
        return self._replaced(node, _like(node, found))

    def _mapping(self, node: Mapping, found: dict[str, Any], steps: tuple[str, ...]) -> Any:
        inside = {key: found if not steps and key in BY_ID else found.get(key, _GONE) for key in node.entries}
        gone = [key for key, one in inside.items() if one is _GONE]
        rewritten = bool(gone) and (self._span(node).flow or len(gone) == len(node.entries))
        mark = len(self.edits)
        kept = {
            key: self.renew(value, inside[key], (*steps, key)) for key, value in node.entries.items() if key not in gone
        }
        if rewritten:
            del self.edits[mark:]
            return self._replaced(node, kept)
        self._cut(node, [index for index, key in enumerate(node.entries) if key in gone])
        return kept

    def _rows(self, node: Sequence, found: list[Any], steps: tuple[str, ...]) -> Any:
        matches = [match(item, found, steps) for item in node.items]
        gone = [index for index, one in enumerate(matches) if one is None]
        if len(gone) == len(node.items):
            return self._replaced(node, _like(node, found))
        mark = len(self.edits)
        kept = [
            self.renew(item, one, (*steps, ""))
            for item, one in zip(node.items, matches, strict=True)
            if one is not None
        ]
        if gone and self._span(node).flow:
            del self.edits[mark:]
            return self._replaced(node, kept)
        self._cut(node, gone)
        return kept

    def _replaced(self, node: Node, value: Any) -> Any:
        """Write a value in brackets, or a single one, where the node stands."""
        span = self._span(node)
        before = self.text[: span.start].rstrip(" \n")
        if not span.flow and before.endswith(":"):  # what stood under its key goes beside it
            self.edits.append(_Edit(len(before), span.end, f" {flow(value)}\n"))
        else:
            self.edits.append(_Edit(span.start, span.end, flow(value)))
        return _as_read(value)

    def _cut(self, node: Mapping | Sequence, indexes: list[int]) -> None:
        """Take out whole lines of a group or list that is not in brackets."""
        places = list(node.keys.values()) if isinstance(node, Mapping) else [item.place for item in node.items]
        lines = [self.text.rfind("\n", 0, self._index(place)) + 1 for place in places]
        ends = [*lines[1:], self._span(node).end]
        self.edits += [_Edit(lines[index], ends[index], "") for index in indexes]

    def _span(self, node: Node) -> _Span:
        return self.spans[node.place.line, node.place.column, type(node)]

    def _index(self, place: Place) -> int:
        at = 0
        for _ in range(place.line - 1):
            at = self.text.index("\n", at) + 1
        return at + place.column - 1


def _spans(text: str) -> dict[tuple[int, int, type[Node]], _Span]:
    """Where every node is written, by line, column and kind."""
    found: dict[tuple[int, int, type[Node]], _Span] = {}
    begun: list[CollectionStartEvent] = []
    last = 0
    for event in events(PythonParser(text)):
        first, end = event.start_mark, event.end_mark
        assert first is not None and end is not None
        if isinstance(event, CollectionStartEvent):
            begun.append(event)
        elif isinstance(event, ScalarEvent):
            last = end.index
            found[first.line + 1, first.column + 1, Scalar] = _Span(first.index, last, True)
        elif isinstance(event, CollectionEndEvent):
            start = begun.pop()
            first = start.start_mark
            assert first is not None
            kind: type[Node] = Mapping if isinstance(event, MappingEndEvent) else Sequence
            last = end.index if start.flow_style else last
            stop = last if start.flow_style or text[last - 1 : last] == "\n" else text.find("\n", last) + 1 or len(text)
            found[first.line + 1, first.column + 1, kind] = _Span(first.index, stop, bool(start.flow_style))
    return found


def _like(node: Node, found: Any) -> Any:
    """What came, with as much of each row as the rows of the case told."""
    if not isinstance(found, list) or not any(isinstance(one, dict) for one in found):
        return found
    rows = node.items if isinstance(node, Sequence) else ()
    told = list(dict.fromkeys(key for row in rows if isinstance(row, Mapping) for key in row.entries)) or _TOLD_BY
    return [{key: one[key] for key in told if one.get(key) is not None} for one in found]


def _as_read(value: Any) -> Any:
    """A value as it reads when it has been written."""
    if isinstance(value, dict):
        return {key: _as_read(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_as_read(one) for one in value]
    return (
        {None: "null", True: "ja", False: "nei"}.get(value)
        if value is None or value is True or value is False
        else str(value)
    )


def cannot(name: str, what: str, why: str) -> Faults:
    """What is told when a file cannot be written so that it reads back as it should."""
    return Faults([Fault(Place(name, 1, 1), "FORVENTNING", what, why, "skriv de nye verdiene i filen selv")])
