"""A component's leaves, sorted by the table that answers them, and the days that some of them turn on."""

from __future__ import annotations

from collections.abc import Iterable

from engine.batch.verdict import Layout, Verdicts
from engine.batch.word import Words
from engine.case.calendar import DAY
from engine.case.names import INNERMOST, Names, in_formula, named
from engine.decide.agreement import Panel
from engine.decide.compiled import CompiledComponent
from engine.decide.group import Group
from engine.language.condition import Compare, Leaf
from engine.language.expression import Expression, Name


class ComponentPlan:
    """A component's two groups of rules, about months and about days; each answered partly by periods and partly by months or days.

    `outer_names` are read where a period is one row, `month_names` where a month is, `day_names` where a stretch of days is.
    """

    def __init__(self, place: int, part: CompiledComponent, names: Names, panel: Panel) -> None:
        self.part = part
        self.outer_names: set[str] = set()
        self.month_names = {name for one, _ in part.calculations for name in in_formula(one.formula)}
        self.month_names |= {name for one, _ in part.calculations for name in one.shown}
        self.months = part.months
        self.month_layout = Layout(self._words(part.months, names, f"m{place}", self.month_names))
        self.month_verdicts = Verdicts(part.months, self.month_layout, panel)
        self.verdicts = {"måned": self.month_verdicts}
        self.days = part.days
        self.day_names: set[str] = set()
        if part.days is not None:
            self.day_layout = Layout(self._words(part.days, names, f"d{place}", self.day_names))
            self.day_verdicts = Verdicts(part.days, self.day_layout, panel)
            self.verdicts["dag"] = self.day_verdicts

    @property
    def inner_names(self) -> set[str]:
        return self.month_names | self.day_names

    def _words(self, group: Group, names: Names, prefix: str, inner_names: set[str]) -> tuple[Words, Words]:
        outer, inner = [], []
        for place, leaf in enumerate(group.leaves):
            if leaf is None:
                continue
            own = named(leaf)
            if any(names.level(name) == INNERMOST for name in own):
                inner.append(place)
                inner_names |= own - {DAY}
            else:
                outer.append(place)
                self.outer_names |= own
        return Words(f"{prefix}y", outer), Words(f"{prefix}i", inner)


#: which day a comparison of a day turns on: the date it is compared with (0), or the day after (1)
_TURNS = {">=": {0}, "<": {0}, ">": {1}, "<=": {1}, "=": {0, 1}}
_MIRRORED = {">=": "<=", "<=": ">=", "<": ">", ">": "<", "=": "="}


def day_limits(leaf: Leaf) -> Iterable[tuple[Expression, set[int]]]:
    """What a leaf compares a day with, and the days its answer turns on: that date (0), or the day after (1)."""
    if isinstance(leaf, Compare):
        for side, op, other in ((leaf.left, leaf.op, leaf.right), (leaf.right, _MIRRORED[leaf.op], leaf.left)):
            if isinstance(side, Name) and side.name == DAY:
                yield other, _TURNS[op]
