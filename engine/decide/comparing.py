"""Comparing the leaves of a plan, step by step: each leaf once on all frames that it answers the same on.

The steps are as many as the reaches of a leaf (`engine.case.names`). What a step compares, it writes into a list of answer codes,
where the steps before it have written theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from engine.case.frame import Frame
from engine.case.names import OF_DATE
from engine.case.truth import NO
from engine.decide.group import Group

Codes = bytearray

#: compares its leaves on a frame, and writes their codes
Step = Callable[[Codes, Frame], None]

#: scope → the leaves that are compared only where it does not say no
Within = Mapping[int, set[int]]


def no_leaf(codes: Codes, frame: Frame) -> None:
    """The step of no leaf."""


def steps(group: Group, always: set[int], within: Within) -> tuple[Step, ...]:
    """The steps of a plan, from what reaches farthest. A leaf inside a scope waits until the scope is compared."""
    reach = group.reach
    found = []
    for at in range(OF_DATE + 1):
        scoped = {
            scope: {number for number in own - always if max(reach[number], reach[scope]) == at}
            for scope, own in within.items()
        }
        found.append(_step(group, {number for number in always if reach[number] == at}, scoped))
    return tuple(found)


def _step(group: Group, always: Iterable[int], within: Within) -> Step:
    plain = _numbered(group, always)
    scoped = [(scope, own) for scope, numbers in within.items() if (own := _numbered(group, numbers))]
    if not plain and not scoped:
        return no_leaf

    def compare(codes: Codes, frame: Frame) -> None:
        for number, comparator in plain:
            codes[number] = comparator(frame)
        for scope, own in scoped:
            if not codes[scope] & NO:
                for number, comparator in own:
                    codes[number] = comparator(frame)

    return compare


def _numbered(group: Group, numbers: Iterable[int]) -> Sequence[tuple[int, Callable[[Frame], int]]]:
    """The leaves with their comparators; flags have none."""
    return tuple((number, group.comparators[number]) for number in sorted(numbers) if number in group.comparators)
