"""What is left of a rule file when the parts that the schema refuses are taken out, so that the rest is checked in the same run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from engine.text.node import Mapping, Node

#: parts of a rule file that hold named things, each sound or faulty by itself
_NAMED = ("kilder", "komponenter", "grenser", "satser", "definisjoner", "vilkår", "merknader", "beregning", "opphever")
#: parts that nothing else leans on
_ALONE = ("tittel", "innledning")

Path = Sequence[str | int]

#: a faulty part of a file: the section it stands in, and its name
Part = tuple[str, str]


def names_in(parts: Iterable[Part], *sections: str) -> frozenset[str]:
    """The names of the parts in some sections."""
    return frozenset(name for section, name in parts if section in sections)


def sound_part(node: Node, refused: Iterable[Path]) -> tuple[Node, frozenset[Part]] | None:
    """The file without its faulty named parts, and which they are; None when what is wrong concerns the file as a whole.

    `refused` are the paths to what the schema refuses.
    """
    faulty: set[Part] = set()
    for path in refused:
        if len(path) > 1 and path[0] in _NAMED:
            faulty.add((str(path[0]), str(path[1])))
        elif not path or path[0] not in _ALONE:
            return None
    if not isinstance(node, Mapping):
        return None
    entries = {
        section: _without({name for at, name in faulty if at == section}, part)
        for section, part in node.entries.items()
    }
    meant = {(section, other) for section, name in faulty for other in _meant(name)}
    return Mapping(entries, node.keys, node.place), frozenset(faulty | meant)


def _meant(name: str) -> Iterator[str]:
    """What a name that is not allowed was most likely meant to be, and is called elsewhere."""
    for join in "_-":
        yield re.sub(r"[^a-zæøå0-9]+", join, name.lower()).strip(join)


def _without(names: set[str], part: Node) -> Node:
    if not names or not isinstance(part, Mapping):
        return part
    return Mapping({name: value for name, value in part.entries.items() if name not in names}, part.keys, part.place)
