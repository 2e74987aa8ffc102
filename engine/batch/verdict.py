"""Verdicts on answers: distinct rows of packed answers are judged once, by the single-case engine's own evaluators.

The tables compare leaves; everything above the leaves (conditions, exceptions, what wins, what opens for what) is asked of `Panel`,
so that it is written once and both evaluators must agree on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.batch.judged import PAID, STATUS, STATUSES, Flags, Judged, JudgedRule
from engine.batch.word import CODES, Column, Rows, Words
from engine.decide.agreement import Panel
from engine.decide.answer import SUPPLIED, UNRESOLVED
from engine.decide.finding import open_leaves
from engine.decide.fragments import Fragments
from engine.decide.group import Group
from engine.decide.plan import Plan, follows
from engine.language.vocabulary import OutcomeRule

__all__ = ["PAID", "STATUS", "STATUSES"]

#: the statuses that outcomes are worked out from
INSIDE = STATUSES[:5]


@dataclass(frozen=True)
class Layout:
    """Where the answers of a group stand in a key: the plan's number, then the words of each table."""

    words: tuple[Words, ...]

    def answers(self, rows: Rows) -> dict[int, Column]:
        """The answers of each leaf, from rows of the words."""
        found: dict[int, Column] = {}
        for words in self.words:
            found |= words.unpack(rows)
            rows = rows[:, len(words.columns) :]
        return found

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column for words in self.words for column in words.columns)


class Verdicts:
    """The verdicts of one group. `plans` are the plans that keys name by number."""

    def __init__(self, group: Group, layout: Layout, panel: Panel) -> None:
        self.group = group
        self.layout = layout
        self.panel = panel
        self.plans: list[Plan] = []
        self._numbers: dict[Plan, int] = {}
        self._fragments = Fragments(group)

    def number(self, plan: Plan) -> int:
        """The plan's number in keys."""
        if plan not in self._numbers:
            self._numbers[plan] = len(self.plans)
            self.plans.append(plan)
        return self._numbers[plan]

    def judged(self, keys: Rows, extra: Mapping[str, Flags] | None = None) -> Judged:
        """Verdicts on the answers in keys.

        Leaves of rules that are not in force, or out of scope, have their answers here, and none when a plan compares them; a rule that
        is not in force is met whatever they are.
        """
        answers = self.layout.answers(keys[:, 1:])
        flags = [number for number, leaf in enumerate(self.group.leaves) if leaf is None]
        told = np.array([[CODES.index(plan.base[flag]) for flag in flags] for plan in self.plans], np.uint8)
        for place, flag in enumerate(flags):
            answers[flag] = told[keys[:, 0], place]
        return Judged(self._fragments, self.panel, answers, extra or {}, len(keys))


def on_hold(verdicts: Verdicts, keys: Rows) -> Iterable[tuple[int, int]]:
    """The status of the conditions on the application, and whether it is on hold until something is supplied."""
    judged = verdicts.judged(keys)
    held = np.zeros(len(keys), np.int64)
    for rule in judged.rules:
        if rule.clause.consequence == SUPPLIED:
            held |= rule.each(lambda verdict, codes: _said(verdict.values[0], verdict.judgements[0]))
    held[judged.status == STATUS["utenfor"]] = 0
    return zip(judged.status.tolist(), held.tolist(), strict=True)


def _said(value: str, judgement: str) -> int:
    return int(follows(SUPPLIED, value, judgement) == SUPPLIED)


def of_day(verdicts: Verdicts, keys: Rows) -> Iterable[tuple[int, int]]:
    """Whether such a day counts (1), does not (2) or neither (0), and whether that hangs on what is missing."""
    of_status = {STATUS["ja"]: (1, 0), STATUS["nei"]: (2, 0), STATUS["uavklart"]: (0, 1)}
    return (of_status.get(status, (0, 0)) for status in verdicts.judged(keys).status.tolist())


def of_month(
    verdicts: Verdicts, keys: Rows, held: str, components: Sequence[str], rated: dict[int, int]
) -> Iterable[tuple[int, str, int, int, int]]:
    """Status, what decided it, what it opens for surely and perhaps (a bit a component), and the open leaves that may lack a rate.

    The last part of a key is 1 where the month is held.
    """
    judged = verdicts.judged(keys[:, :-1], {held: keys[:, -1] != 0})
    refused, open_ = judged.status == STATUS["nei"], judged.status == STATUS["uavklart"]
    sure, perhaps, hangs = (np.zeros(len(keys), np.int64) for _ in range(3))
    for rule in judged.rules:
        opens = sum(1 << place for place, name in enumerate(components) if name in rule.clause.rule.opens_for)
        if opens:
            unresolved = rule.each(lambda verdict, codes: verdict.values[0] == UNRESOLVED) != 0
            sure[refused & judged.decisive(rule)] |= opens
            perhaps[refused & unresolved] |= opens
        hangs |= np.where(open_ & judged.decisive(rule), _hangs(rule, rated), 0)
    columns = (one.tolist() for one in (sure, perhaps, hangs))
    return zip(judged.status.tolist(), judged.decided_by(), *columns, strict=True)


def _hangs(rule: JudgedRule, rated: dict[int, int]) -> Rows | int:
    """The leaves that the rule's open answers hang on, of those that may lack a rate; as the bits that `rated` gives them."""
    numbers, tree = rule.alone.leaves, rule.alone.fragment.clauses[0].value
    if not rated.keys() & set(numbers):
        return 0
    return rule.each(lambda verdict, codes: sum(rated.get(numbers[leaf], 0) for leaf in open_leaves(tree, codes)))


def of_line(verdicts: Verdicts, keys: Rows) -> Iterable[tuple[int]]:
    """The status of a list's row."""
    return ((status,) for status in verdicts.judged(keys).status.tolist())


# --- above the months ------------------------------------------------------------------------------------------------------


def month_statuses(panel: Panel) -> dict[tuple[int, int | None], int]:
    """A month's status where one component is applied for: its own status and that of the one that stepped in."""
    own = [one for one in STATUSES if one != "avvist"]
    return {
        (STATUS[status], None if instead is None else STATUS[instead]): STATUS[panel.month([(status, instead)])]
        for status in own
        for instead in (None, *own)
    }


def of_parts(panel: Panel, keys: Rows) -> Iterable[tuple[int]]:
    """A month's status from the set of its components' statuses: a bit for each own status and the one that stepped in."""
    return ((STATUS[panel.month(_parts(mask))],) for (mask,) in keys.tolist())


def _parts(mask: int) -> list[tuple[str, str | None]]:
    pairs = (divmod(bit, 8) for bit in range(mask.bit_length()) if mask >> bit & 1)
    return [(STATUSES[status], None if instead == 7 else STATUSES[instead]) for status, instead in pairs]


def outcomes(panel: Panel, rules: Sequence[OutcomeRule], without: str) -> list[str]:
    """The outcome of each set of statuses inside the window, a bit a status; `without` is the outcome of none."""
    found = []
    for mask in range(1 << len(INSIDE)):
        counts = {name: 1 for place, name in enumerate(INSIDE) if mask >> place & 1}
        found.append(panel.outcome(rules, counts) if counts else without)
    return found
