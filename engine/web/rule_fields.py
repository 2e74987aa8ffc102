"""A rule file as a form sees it: its parts, and each text in a part with where it stands and what the schema says of it."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from engine.text import yaml
from engine.text.node import Mapping, Node, Scalar, Sequence

Path = tuple[str | int, ...]

#: the sections of a rule file with a part for each name, by what addresses call them, with what a part is called
SECTIONS = {
    "vilkar": ("vilkår", "Vilkår"),
    "grenser": ("grenser", "Grense"),
    "satser": ("satser", "Sats"),
    "beregning": ("beregning", "Beregning"),
    "komponenter": ("komponenter", "Komponent"),
    "definisjoner": ("definisjoner", "Definisjon"),
    "merknader": ("merknader", "Merknad"),
    "opphever": ("opphever", "Opphevelse"),
}
#: the rest: title, introduction, dates and sources
REST = "tekster"

#: texts longer than this, or of several lines, are written in a box
_SHORT = 70

_Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One text of a part. `id` names it in the form and in the page; `line` and `column` are where it stands in the file."""

    id: str
    path: Path
    label: str
    value: str
    line: int
    column: int
    choices: tuple[str, ...] = ()
    free: bool = True
    help: str = ""
    error: str = ""

    @property
    def long(self) -> bool:
        return len(self.value) > _SHORT or "\n" in self.value


@dataclass(frozen=True, slots=True)
class PartLink:
    """A part in the list of a file's parts."""

    section: str
    name: str
    title: str


def parts(text: str, file: str) -> list[tuple[str, list[PartLink]]]:
    """The sections that a rule file has, each with its parts. Raises Faults."""
    root = yaml.read_text(text, file)
    found = []
    for section, (key, word) in SECTIONS.items():
        node = root.entries.get(key) if isinstance(root, Mapping) else None
        if isinstance(node, Mapping):
            links = [PartLink(section, name, _title(one) or name) for name, one in node.entries.items()]
            found.append((word, links))
    return found


def fields(text: str, file: str, section: str, name: str) -> list[Field] | None:
    """The texts of a part in the order they stand, or None when the file has no such part. Raises Faults."""
    root = yaml.read_text(text, file)
    if not isinstance(root, Mapping):
        return None
    if section == REST:
        keys = {key for key, _ in SECTIONS.values()}
        under: list[tuple[Path, Node]] = [((key,), node) for key, node in root.entries.items() if key not in keys]
    else:
        key = SECTIONS[section][0]
        node = root.entries.get(key)
        if not isinstance(node, Mapping) or name not in node.entries:
            return None
        under = [((key, name), node.entries[name])]
    found = [one for path, node in under for one in _texts(node, path)]
    skipped = 0 if section == REST else 2
    return [_field(number, path, scalar, skipped) for number, (path, scalar) in enumerate(found)]


def lines_of(found: list[Field], text: str) -> tuple[int, int]:
    """The first and last line of the part the fields belong to, for showing it as it is written."""
    first = min((one.line for one in found), default=1)
    last = max((one.line + one.value.count("\n") for one in found), default=1)
    rows = text.split("\n")
    while first > 1 and rows[first - 1].startswith("    "):
        first -= 1
    while last < len(rows) and (rows[last].startswith("    ") or not rows[last].strip()):
        last += 1
    while last > first and not rows[last - 1].strip():
        last -= 1
    return first, last


def _texts(node: Node, path: Path) -> Iterator[tuple[Path, Scalar]]:
    if isinstance(node, Scalar):
        yield path, node
    elif isinstance(node, Mapping):
        for key, value in node.entries.items():
            yield from _texts(value, (*path, key))
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _texts(item, (*path, index))


def _field(number: int, path: Path, scalar: Scalar, skipped: int) -> Field:
    schemas = list(_at(_schema(), path))
    given = [one["enum"] for one in schemas if "enum" in one]
    choices = tuple(dict.fromkeys(value for values in given for value in values if _is_word(value, values)))
    help = next((one["description"] for one in schemas if "description" in one), "")
    return Field(
        f"f{number}",
        path,
        " – ".join(str(step + 1) if isinstance(step, int) else step.replace("_", " ") for step in path[skipped:]),
        scalar.text,
        scalar.place.line,
        scalar.place.column,
        choices,
        len(given) < len(schemas) or (bool(choices) and scalar.text not in choices),
        help,
    )


def _is_word(value: object, values: list[object]) -> bool:
    """Texts; of the ways to write yes and no, the Norwegian ones."""
    return isinstance(value, str) and not (value in ("true", "false") and "ja" in values)


def _title(node: Node) -> str:
    title = node.entries.get("tittel") if isinstance(node, Mapping) else None
    return title.text if isinstance(title, Scalar) else ""


@functools.cache
def _schema() -> _Schema:
    text = files("engine.language.schema").joinpath("regelsett.schema.json").read_text(encoding="utf-8")
    read: _Schema = json.loads(text)
    return read


def _at(schema: _Schema, path: Path) -> Iterator[_Schema]:
    """The schemas that may hold for what stands at a path, each without choices between others."""
    for one in _whole(schema):
        if not path:
            if one.get("type") not in ("object", "array"):
                yield one
            continue
        step, rest = path[0], path[1:]
        if isinstance(step, int):
            under = [one["items"]] if isinstance(one.get("items"), dict) else []
        elif step in one.get("properties", {}):
            under = [one["properties"][step]]
        else:
            more = one.get("additionalProperties")
            under = [more] if isinstance(more, dict) else []
        for each in under:
            yield from _at(each, rest)


def _whole(schema: _Schema) -> Iterator[_Schema]:
    """The schema with references followed and its alternatives told one by one."""
    if "$ref" in schema:
        kept = {key: value for key, value in schema.items() if key != "$ref"}
        yield from _whole(_schema()["$defs"][schema["$ref"].rpartition("/")[2]] | kept)
        return
    alternatives = [one for key in ("oneOf", "anyOf") for one in schema.get(key, ()) if set(one) - {"required"}]
    if not alternatives or "properties" in schema:
        yield schema
    for one in alternatives:
        yield from _whole(one)
