"""Groups: the rules that are assessed together on one frame, as trees over the answers of their distinct leaves.

The leaves are compared once a frame, exactly; from there on both evaluators see only the list of answer codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.case.comparison import Comparator, comparator
from engine.case.frame import Slots
from engine.case.names import OF_DATE
from engine.language.condition import All, Condition, Judgement, Leaf, Not
from engine.language.condition import Any as AnyOf
from engine.language.model import Exemption, Rule

#: a leaf's number, or ("&" | "|" | "!", parts)
Tree = int | tuple[str, tuple["Tree", ...]]


class Said(Protocol):
    """What a rule says, as evaluators see it: a `Clause`, or one by itself."""

    @property
    def value(self) -> Tree: ...

    @property
    def judgement(self) -> Tree | None: ...

    @property
    def partial(self) -> Tree | None: ...

    @property
    def consequence(self) -> str: ...


class Assessed(Protocol):
    """Rules assessed together, as evaluators see them: a `Group`, or a fragment of one. `size` is how many leaves there are."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def order(self) -> tuple[str, ...]: ...

    @property
    def clauses(self) -> Sequence[Said]: ...

    @property
    def extra(self) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """One rule in a group. `value` is the whole rule: met, or out of force, or out of scope, or excepted."""

    rule: Rule
    in_force: int
    scope: Tree | None
    requirement: Tree
    exemptions: tuple[tuple[Exemption, int, Tree], ...]
    value: Tree
    judgement: Tree | None
    partial: Tree | None

    @property
    def consequence(self) -> str:
        return self.rule.consequence


@dataclass(frozen=True, slots=True)
class Verdict:
    """Settled answers per clause (`ja`, `nei`, `skjønn`, `uavklart`) and the status they give together."""

    values: tuple[str, ...]
    judgements: tuple[str, ...]
    partials: tuple[str, ...]
    status: str


class Group:
    """Rules assessed together. A leaf without a comparator is a flag: what is in force, and the `extra` statuses.

    Of the rules on a month, `reach` tells in which months of a doctor a leaf answers the same; of the rules on a day, `regional` tells
    those that answer the same on all days of a region.
    """

    def __init__(
        self,
        name: str,
        rules: Sequence[Rule],
        slots: Slots,
        order: Sequence[str],
        of_list: str | None = None,
        extra: Sequence[str] = (),
        reach: Callable[[Leaf], int] = lambda leaf: OF_DATE,
        regional: Callable[[Leaf], bool] = lambda leaf: False,
    ) -> None:
        self.name = name
        self.of_list = of_list
        self.order = tuple(order)
        self.leaves: list[Leaf | None] = []
        self._numbers: dict[Leaf | str, int] = {}
        self.clauses = tuple(self._clause(rule) for rule in rules)
        self.extra = {name: self._flag(name) for name in extra}
        self.comparators: dict[int, Comparator] = {
            number: comparator(leaf, slots, of_list) for number, leaf in enumerate(self.leaves) if leaf is not None
        }
        self.reach = tuple(OF_DATE if leaf is None else reach(leaf) for leaf in self.leaves)
        self.regional = all(leaf is None or regional(leaf) for leaf in self.leaves)
        self.judged = self._numbers.get("skjønn")

    @property
    def size(self) -> int:
        return len(self.leaves)

    def _flag(self, name: str) -> int:
        self._numbers[name] = len(self.leaves)
        self.leaves.append(None)
        return self._numbers[name]

    def _clause(self, rule: Rule) -> Clause:
        in_force = self._flag(f"i kraft {rule.origin} {rule.id}")
        scope = None if rule.scope is None else self._tree(rule.scope)
        requirement = self._tree(rule.requirement)
        exemptions = tuple(
            (one, self._flag(f"unntak {rule.origin} {rule.id} {one.id}"), self._tree(one.when))
            for one in rule.exemptions
        )
        ways: list[Tree] = [("!", (in_force,)), requirement]
        if scope is not None:
            ways.insert(1, ("!", (scope,)))
        ways += [("&", (flag, when)) for _, flag, when in exemptions]
        return Clause(
            rule,
            in_force,
            scope,
            requirement,
            exemptions,
            ("|", tuple(ways)),
            None if rule.judgement_when is None else self._tree(rule.judgement_when),
            None if rule.partial_when is None else ("&", (in_force, self._tree(rule.partial_when))),
        )

    def _tree(self, condition: Condition) -> Tree:
        match condition:
            case All(parts):
                return ("&", tuple(self._tree(part) for part in parts))
            case AnyOf(parts):
                return ("|", tuple(self._tree(part) for part in parts))
            case Not(part):
                return ("!", (self._tree(part),))
            case Judgement():
                return self._numbers["skjønn"] if "skjønn" in self._numbers else self._flag("skjønn")
            case _:
                if condition not in self._numbers:
                    self._numbers[condition] = len(self.leaves)
                    self.leaves.append(condition)
                return self._numbers[condition]


def tree_leaves(tree: Tree) -> set[int]:
    """The numbers of the leaves in a tree."""
    return {tree} if isinstance(tree, int) else set().union(*(tree_leaves(part) for part in tree[1]))


#: statuses stronger than the order the vocabulary gives, strongest first
FIRST = ("avvist", "utenfor")
_BY_CONSEQUENCE = {
    "avvist": "avvist",
    "utenfor": "utenfor",
    "avslag": "nei",
    "mangler opplysninger": "uavklart",
    "skjønn": "skjønn",
}


def effect(consequence: str, value: str, judgement: str, partial: str) -> str | None:
    """What a rule's answer does to the status of its group: one of the statuses, or None for nothing."""
    if consequence in ("merknad", "ingen"):
        return None
    if value == "nei":
        if consequence == "":
            return "nei"
        return (
            "skjønn" if judgement == "ja" else "uavklart" if judgement == "uavklart" else _BY_CONSEQUENCE[consequence]
        )
    if value != "ja":
        return value
    return "delvis" if partial == "ja" else "uavklart" if partial == "uavklart" else None
