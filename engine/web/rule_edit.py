"""Texts in a rule file replaced, and nothing else: comments, order and layout stand as they were written.

What comes out is read again, and must hold the new texts and otherwise just what it held.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yaml.events import ScalarEvent

from engine.text import yaml
from engine.text.fault import Fault, Faults
from engine.text.node import Node, Scalar, Sequence, plain
from engine.text.parser import PythonParser, events, fast_events, fast_reads
from engine.text.place import Place

Path = tuple[str | int, ...]

#: how wide texts that are wrapped become
_WIDTH = 132


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a text is written: from and to (not with) these characters, in quotes `'` or `"`, as a block `>` or `|`, or plainly."""

    start: int
    end: int
    style: str


def edited(text: str, file: str, new: Mapping[Path, str]) -> str:
    """The text of the file with new texts at some paths. Raises Faults for a file that does not read or a text it cannot hold."""
    breaks = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    for path, given in new.items():
        root = yaml.read_text(text, file)
        place = _scalar(root, path).place
        span = _spans(text).get((place.line, place.column))
        if span is None:
            raise _cannot(place)
        wanted = _with(plain(root), path, unicodedata.normalize("NFC", given))
        text = next((one for one in _written(text, span, given) if _holds(one, file, wanted)), "")
        if not text:
            raise _cannot(place)
    return text.replace("\n", breaks)


def as_given(old: str, given: str) -> str:
    """A text from a form: line breaks as in files, and the ends of a text of several lines as they were."""
    given = given.replace("\r\n", "\n").replace("\r", "\n")
    return given.rstrip("\n") + old[len(old.rstrip("\n")) :]


def _written(text: str, span: _Span, given: str) -> Iterator[str]:
    """The file with the text written as the old one was, and else in quotes."""
    before, after = text[: span.start], text[span.end :]
    if span.style in (">", "|"):
        yield before + _block(text[span.start : span.end], span, given) + after
    if span.style == "'":
        yield before + "'" + given.replace("'", "''") + "'" + after
    if span.style == "" and "\n" not in given:
        yield before + given + after
    coded = given.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    ending = "\n" if span.style in (">", "|") else ""
    yield before + '"' + coded + '"' + ending + after


def _block(written: str, span: _Span, given: str) -> str:
    """The text as a block with the same first line and the same indentation."""
    header, *body = written.split("\n")
    first = next((row for row in body if row.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" "))]
    paragraphs = given.rstrip("\n").split("\n")
    kept: list[str] = []
    if span.style == ">":
        rest = paragraphs[0]
        for row in body:  # lines that read the same from the start stay as they are broken
            if not row.strip() or not rest.startswith(row.strip() + " "):
                break
            kept.append(row.strip())
            rest = rest[len(row.strip()) + 1 :]
        paragraphs[0] = rest
        wide = max(40, _WIDTH - len(indent))
        wrapped = (textwrap.wrap(one, wide, break_long_words=False, break_on_hyphens=False) for one in paragraphs)
        paragraphs = "\n\n".join("\n".join(rows) for rows in wrapped).split("\n")
    return "\n".join([header, *(indent + row if row else "" for row in [*kept, *paragraphs])]) + "\n"


def _spans(text: str) -> dict[tuple[int, int], _Span]:
    """Every text of a file by its line and column."""
    given = fast_events(text) if fast_reads(text) else events(PythonParser(text))
    found = {}
    for event in given:
        if isinstance(event, ScalarEvent) and event.start_mark is not None and event.end_mark is not None:
            start, end = event.start_mark.index, event.end_mark.index
            style = event.style or ""
            if style in (">", "|"):
                end = _end_of_block(text, start)
            found[event.start_mark.line + 1, event.start_mark.column + 1] = _Span(start, end, style)
    return found


def _end_of_block(text: str, start: int) -> int:
    """Where the last line of a block ends, with its line break; blank lines and comments after it do not belong to it."""
    at = end = text.find("\n", start) + 1
    indent = None
    while 0 < at < len(text):
        stop = text.find("\n", at) + 1 or len(text)
        row = text[at:stop]
        depth = len(row) - len(row.lstrip(" "))
        if row.strip():
            indent = depth if indent is None else indent
            if depth < indent or depth == 0:
                break
            end = stop
        at = stop
    return end


def _scalar(root: Node, path: Path) -> Scalar:
    node = root
    for step in path:
        node = node.items[int(step)] if isinstance(node, Sequence) else node.entries[str(step)]  # type: ignore[union-attr]
    assert isinstance(node, Scalar)
    return node


def _with(content: object, path: Path, value: str) -> object:
    """Plain content with one text in place of another."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(content, dict):
        return {key: _with(one, rest, value) if key == step else one for key, one in content.items()}
    assert isinstance(content, list)
    return [_with(one, rest, value) if index == step else one for index, one in enumerate(content)]


def _holds(text: str, file: str, wanted: object) -> bool:
    try:
        return bool(plain(yaml.read_text(text, file)) == wanted)
    except Faults:
        return False


def _cannot(place: Place) -> Faults:
    why = "filen lar seg ikke skrive slik at den leses tilbake som det du skrev"
    return Faults([Fault(place, "UTKAST-TEKST", "teksten kan ikke skrives her", why, "endre den i hele filen")])
