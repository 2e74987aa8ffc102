"""Where the expected values of a test case come from, value by value.

`kilde` lists kinds of source with references. The reference of an `øyeblikksbilde` may name the parts of `forventet` that are snapshots
of what the program answered: `øyeblikksbilde: beløp.sum, leger.lege-1.måneder`. A path may also be written as a deviation shows it,
`leger[lege-1].måneder[2024-05].rett`. A reference that names no part makes the whole case a snapshot, when no other kind stands beside it.

The other kinds may name parts in the same way, among their references: `avledet: beløp.sum, 12 × 1 234`. One that names none is the source
of every value that no source names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.regress.expectation import BY_ID, IDENTITY
from engine.text.node import Mapping, Node, Scalar, Sequence
from engine.text.place import Place
from engine.text.suggest import did_you_mean

SNAPSHOT = "øyeblikksbilde"
KINDS = ("publisert", "avledet", "tolkning", SNAPSHOT)

Steps = tuple[str, ...]

_PIECE = re.compile(r"[^,\[\]]*(?:\[[^\]]*\][^,\[\]]*)*")
_IDENTITY = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Provenance:
    """`others` are the kinds beside snapshot that name no part, `named` those that do, by part; `paths` the parts that are snapshots.

    `problems` tells what could not be understood, with places.
    """

    others: frozenset[str]
    paths: tuple[str, ...]
    whole: bool
    problems: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()

    def snapshot(self, steps: Steps) -> bool:
        """Whether the value at these steps is a snapshot."""
        return self.whole or any(_inside(steps, path) for path in self.paths)

    def kinds(self, steps: Steps) -> frozenset[str]:
        """The kinds of source that a value may come from; none when no source covers it."""
        if self.snapshot(steps):
            return frozenset((SNAPSHOT,))
        return frozenset(kind for kind, path in self.named if _inside(steps, path)) or self.others

    @property
    def any_snapshot(self) -> bool:
        return self.whole or bool(self.paths)


def _inside(steps: Steps, path: str) -> bool:
    """By text, for an identity may have a point in it."""
    return f"{'.'.join(steps)}.".startswith(f"{path}.")


def provenance(sources: Node | None, expected: Node | None) -> Provenance:
    """From a case's `kilde` and `forventet`."""
    written = [steps for steps, _ in expected_values(expected)] if expected is not None else []
    items = [
        (kind, value)
        for item in (sources.items if isinstance(sources, Sequence) else ())
        if isinstance(item, Mapping)
        for kind, value in item.entries.items()
        if isinstance(value, Scalar)
    ]
    beside = any(kind != SNAPSHOT for kind, _ in items)
    others: set[str] = set()
    named: list[tuple[str, str]] = []
    paths: list[str] = []
    problems: list[str] = []
    whole = False
    for kind, value in items:
        found, wrong = _paths(value, written, near=kind == SNAPSHOT)
        problems += wrong
        if kind != SNAPSHOT:
            named += [(kind, path) for path in found]
            others |= set() if found or wrong else {kind}
            continue
        paths += found
        if not found and not wrong:
            if beside:
                problems.append(
                    _told(value.place, f"«{value.text}» sier ikke hvilke verdier som er øyeblikksbilder", _WHICH)
                )
            whole = not beside
    return Provenance(frozenset(others), tuple(paths), whole, tuple(problems), tuple(named))


_WHICH = "saken har også andre kilder; skriv for eksempel «øyeblikksbilde: beløp.sum»"


def _paths(reference: Scalar, written: list[Steps], near: bool) -> tuple[list[str], list[str]]:
    """The paths a reference names, and what is wrong with those that lead nowhere.

    `near`: also what only looks like a path, for a snapshot's reference is nothing else; a document may be called after its place on the net.
    """
    found, wrong = [], []
    keys = sorted({steps[0] for steps in written})
    for piece in _PIECE.findall(reference.text):
        path = _IDENTITY.sub(lambda match: "." + re.sub(r",\s*", ".", match[1]), piece.strip())
        if any(_inside(steps, path) for steps in written):
            found.append(path)
        elif _meant_as_path(piece.strip(), keys) and (near or path.partition(".")[0] in keys):
            first = path.partition(".")[0]
            hint = did_you_mean(first, keys)
            wrong.append(
                _told(
                    reference.place,
                    f"«{piece.strip()}» står ikke i «forventet»" + ("," + hint if hint else ""),
                    _WRITTEN,
                )
            )
    return found, wrong


_WRITTEN = "en kilde kan bare gjelde en verdi som er forventet; rett stien"


def _meant_as_path(piece: str, keys: list[str]) -> bool:
    """Free text has spaces; a single word is a path when it has points or is, or is near, the name of a part."""
    if not piece or " " in _IDENTITY.sub("", piece):
        return False
    return "." in piece or "[" in piece or piece in keys or bool(did_you_mean(piece, keys))


def _told(place: Place, what: str, why: str) -> str:
    return f"{place}: KILDE: {what} – {why}"


def expected_values(expected: Node) -> Iterator[tuple[Steps, Node]]:
    """Every value that is expected, with its steps; an empty list is a value, the identity of an entry is none."""
    yield from _values(expected, ())


def _values(node: Node, steps: Steps) -> Iterator[tuple[Steps, Node]]:
    if isinstance(node, Mapping):
        for name, value in node.entries.items():
            yield from _values(value, (*steps, name))
    elif isinstance(node, Scalar) or not node.items:
        yield steps, node
    elif len(steps) == 1 and steps[0] in BY_ID:
        for item in node.items:
            yield (*steps, item.text if isinstance(item, Scalar) else ""), item
    elif steps and steps[-1] in IDENTITY and all(isinstance(item, Mapping) for item in node.items):
        for item in node.items:
            assert isinstance(item, Mapping)
            names = [name for name in IDENTITY[steps[-1]] if isinstance(item.entries.get(name), Scalar)]
            labels = tuple(item.entries[name].text for name in names)  # type: ignore[union-attr]
            inner = [(name, value) for name, value in item.entries.items() if name not in names]
            if not inner:
                yield (*steps, *labels), item
            for name, value in inner:
                yield from _values(value, (*steps, *labels, name))
    else:
        for item in node.items:
            yield steps, item
