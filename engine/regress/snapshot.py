"""New snapshots in a test case: the values that are marked as such, changed where they stand and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from engine.case.application import application
from engine.decide.decide import decide
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook
from engine.regress.expectation import Deviation, deviations
from engine.regress.provenance import Provenance, provenance
from engine.text import yaml
from engine.text.fault import Fault, Faults
from engine.text.file import read_bytes, write_whole
from engine.text.node import Mapping, Node, Scalar
from engine.text.parser import PythonParser, events
from engine.text.place import Place
from engine.text.source import MOST_BYTES, source

_BOM = "\ufeff"
_LINES = re.compile(r"\r\n|\r|\n")

#: texts that mean the same without quotes, wherever in a file they stand
_PLAIN = re.compile(r"[^\W_](?:[\w ./-]*[\w])?")


@dataclass(frozen=True, slots=True)
class Update:
    """What is to be done with a case file. `left` tells the snapshots that could not be changed, `kept` the other deviations."""

    path: Path
    before: bytes
    after: str
    changed: int
    left: tuple[str, ...]
    kept: tuple[Deviation, ...]
    problems: tuple[str, ...]

    def diff(self) -> Iterator[str]:
        """The change as lines of a unified diff."""
        texts = (self.before.decode("utf-8"), self.after)
        old, new = (_LINES.sub("\n", text).removesuffix("\n").split("\n") for text in texts)
        yield from unified_diff(old, new, f"{self.path} (før)", f"{self.path} (etter)", lineterm="", n=2)

    def write(self) -> None:
        """Put the new text in the file, whole or not at all. Raises Faults, also when the file has changed meanwhile."""
        if read_bytes(self.path, str(self.path), MOST_BYTES + 1) != self.before:
            place = Place(str(self.path), 1, 1)
            what, why = "filen er ikke oppdatert", "noen andre har endret den imens"
            raise Faults([Fault(place, "FIL-ENDRET", what, why, "kjør kommandoen på nytt")])
        write_whole(self.path, self.after)


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str
    deviation: Deviation


def update(path: Path, book: Rulebook) -> Update:
    """What new snapshots would change in a case; nothing is written. Raises Faults for a case that cannot be decided."""
    name = str(path)
    content = read_bytes(path, name, MOST_BYTES + 1)
    node = yaml.read_text(content, name)
    decision = as_json(decide(application(node, book), book))
    assert isinstance(node, Mapping)
    expected = node.entries.get("forventet")
    said = provenance(node.entries.get("kilde"), expected)
    found = [] if expected is None else deviations(expected, decision)
    raw = content.decode("utf-8")
    edits, left = _edits(raw, name, found, said)
    after = _applied(raw, edits)
    if edits and not _only_changed(node, after, name, edits):
        left += [_told(edit.deviation, "verdien kan ikke byttes uten at mer i filen endrer seg") for edit in edits]
        edits, after = [], raw
    kept = tuple(one for one in found if not said.snapshot(one.steps))
    return Update(path, content, after, len(edits), tuple(left), kept, said.problems)


def _edits(raw: str, name: str, found: list[Deviation], said: Provenance) -> tuple[list[_Edit], list[str]]:
    snapshots = [one for one in found if said.snapshot(one.steps)]
    edits, left = [], []
    extents = _extents(raw, name) if snapshots else {}
    for one in snapshots:
        extent = extents.get((one.place.line, one.place.column))
        if one.scalar is None:
            left.append(_told(one, f"det er ikke én verdi mot én: forventet {one.expected}, fikk {one.found}"))
        elif not one.scalar.text and not one.scalar.quoted:
            left.append(_told(one, "det står ingen verdi der"))
        elif extent is None or extent[2] in ("|", ">") or _LINES.search(raw, extent[0], extent[1]):
            left.append(_told(one, "verdien går over flere linjer"))
        else:
            start, end, style = extent
            edits.append(_Edit(start, end, _written(one.value, style, one.scalar), one))
    return sorted(edits, key=lambda edit: edit.start), left


def _told(deviation: Deviation, why: str) -> str:
    return f"{deviation.place}: IKKE-OPPDATERT: {deviation.path} – {why} – rett den for hånd"


def _extents(raw: str, name: str) -> dict[tuple[int, int], tuple[int, int, str]]:
    """Where each scalar of a text starts and ends, and its quotes, by line and column."""
    from yaml.events import ScalarEvent

    text = source(raw, name)
    before = len(raw) - len(text)  # a byte order mark
    found = {}
    for event in events(PythonParser(text)):
        if isinstance(event, ScalarEvent) and event.start_mark is not None and event.end_mark is not None:
            start, end = event.start_mark, event.end_mark
            found[start.line + 1, start.column + 1] = (start.index + before, end.index + before, event.style or "")
    return found


def _written(value: str | int | None, style: str, old: Scalar) -> str:
    """A value as the file writes values: in the quotes that stood there, when it can be."""
    if value is None:
        return "null"
    text = str(value)
    if style == "'":
        return "'" + text.replace("'", "''") + "'"
    plain = isinstance(value, int) or (old.text not in ("null", "~") and _PLAIN.fullmatch(text))
    return text if plain and not style else json.dumps(text, ensure_ascii=False)


def _applied(raw: str, edits: list[_Edit]) -> str:
    parts, at = [], 0
    for edit in edits:
        parts += [raw[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, raw[at:]])


def _only_changed(node: Node, after: str, name: str, edits: list[_Edit]) -> bool:
    """Whether the new text reads as the old one with just these values changed to what came."""
    try:
        new = yaml.read_text(after, name)
    except Faults:
        return False
    wanted = {edit.deviation.place: _meant(edit.deviation.value) for edit in edits}
    old_texts = [wanted.get(one.place, (one.text, one.quoted)) for one in _scalars(node)]
    new_texts = [(one.text, one.quoted) for one in _scalars(new)]
    return len(old_texts) == len(new_texts) and all(
        was == now or (was[1] is None and was[0] == now[0]) for was, now in zip(old_texts, new_texts, strict=True)
    )


def _meant(value: str | int | None) -> tuple[str, bool | None]:
    """The text that a value must read as, and whether in quotes; None when that does not matter."""
    return ("null", False) if value is None else (str(value), None)


def _scalars(node: Node) -> Iterator[Scalar]:
    """Every key and value, in the order of the file."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.entries.items():
            yield Scalar(key, node.keys[key], True)
            yield from _scalars(value)
    else:
        for item in node.items:
            yield from _scalars(item)
