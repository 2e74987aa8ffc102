"""Circles: a rate, threshold or definition that is worked out from itself.

The sum over earlier months of something is not worked out from its value for the same month, and may lead back to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.language.model import Definition, Parameter
from engine.language.names import reads
from engine.language.rulebook import SchemeRules
from engine.language.vocabulary import Vocabulary
from engine.text.fault import FaultList
from engine.text.place import Place


def check_circles(vocabulary: Vocabulary, scheme: SchemeRules, faults: FaultList) -> None:
    """Report each circle once, where the first of its parts names the next."""
    edges = _peeled(_edges(vocabulary, scheme))
    told: set[str] = set()
    for start in edges:
        circle = _shortest(start, edges)
        if not circle or told & set(circle):
            continue
        told |= set(circle)
        what = f"«{start}» regnes ut av seg selv"
        why = f"{' → '.join(circle)} går i ring"
        faults.add(edges[start][circle[1]], "SIRKEL", what, why, "skriv om én av dem, så den ikke trenger den neste")


def _edges(vocabulary: Vocabulary, scheme: SchemeRules) -> dict[str, dict[str, Place]]:
    """Each name → the names it is worked out from, with where it says so."""
    parts: list[Definition | Parameter] = list(scheme.parameters.values())
    parts += vocabulary.derived.values()
    parts += (one for versions in scheme.definitions.values() for one in versions)
    worked_out = {part.name for part in parts}
    edges: dict[str, dict[str, Place]] = {}
    for part in parts:
        own = edges.setdefault(part.name, {})
        for name in reads(part):
            if name.name in worked_out:
                own.setdefault(name.name, name.place)
    return edges


def _peeled(edges: dict[str, dict[str, Place]]) -> dict[str, dict[str, Place]]:
    """Without what leads to no circle."""
    while True:
        left = {name: {other: place for other, place in own.items() if other in edges} for name, own in edges.items()}
        left = {name: own for name, own in left.items() if own}
        if len(left) == len(edges):
            return left
        edges = left


def _shortest(start: str, edges: Mapping[str, Mapping[str, Place]]) -> list[str]:
    """The shortest way from a name back to itself, or nothing."""
    came: dict[str, str] = {}
    waiting = [start]
    for name in waiting:
        for other in edges.get(name, {}):
            if other == start:
                way = [start]
                while name != start:
                    way.insert(0, name)
                    name = came[name]
                return [start, *way]
            if other not in came:
                came[other] = name
                waiting.append(other)
    return []
