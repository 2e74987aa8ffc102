"""A group in fragments: every rule by itself, and what their statuses give together.

A table asks for thousands of rows of answers, in which each rule meets the same few answers of its own leaves. Asked for fragment by fragment,
a question is as small as the rule, and rules that are alike but for what they are about are one question.

That the fragments say what the whole says rests on two things. A rule's answer hangs on its own leaves only. And the status of a group is
the strongest of its rules' effects, so the strongest of the rules' statuses, each alone, is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.decide.group import FIRST, Clause, Group, Tree


@dataclass(frozen=True, slots=True)
class Form:
    """What a rule says, whatever it is about: its trees over leaves that are numbered as they come."""

    value: Tree
    judgement: Tree | None
    partial: Tree | None
    consequence: str


@dataclass(frozen=True, slots=True, eq=False)
class Fragment:
    """Part of a group, to be assessed by itself; see `Assessed`. `size` is how many leaves it has."""

    name: str
    size: int
    order: tuple[str, ...]
    clauses: tuple[Form, ...] = ()
    extra: Mapping[str, int] = field(default_factory=dict)


class Alone(NamedTuple):
    """A rule by itself: `leaves` are the numbers in the group of the fragment's leaves."""

    clause: Clause
    fragment: Fragment
    leaves: tuple[int, ...]


class Fragments:
    """The fragments of a group. `status` gives the group's status, from which statuses there are: its leaves say no to those."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._known: dict[Form, Fragment] = {}
        self.alone = tuple(self._alone(clause) for clause in group.clauses)
        statuses = (*FIRST, *(one for one in group.order if one != "ja"), "delvis")
        extra = {name: number for number, name in enumerate(statuses)}
        self.status = Fragment(group.name, len(statuses), group.order, extra=extra)

    def _alone(self, clause: Clause) -> Alone:
        numbers: dict[int, int] = {}
        form = Form(
            _numbered(clause.value, numbers),
            None if clause.judgement is None else _numbered(clause.judgement, numbers),
            None if clause.partial is None else _numbered(clause.partial, numbers),
            clause.consequence,
        )
        if form not in self._known:
            self._known[form] = Fragment(self._group.name, len(numbers), self._group.order, (form,))
        return Alone(clause, self._known[form], tuple(numbers))


def _numbered(tree: Tree, numbers: dict[int, int]) -> Tree:
    """A tree with other numbers for its leaves, each new one the next."""
    if isinstance(tree, int):
        return numbers.setdefault(tree, len(numbers))
    sign, parts = tree
    return sign, tuple(_numbered(part, numbers) for part in parts)
