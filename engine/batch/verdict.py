"""Verdicts on answers: each distinct row of packed answers is judged once, by the single-case engine's own evaluators.

The tables compare leaves; everything above the leaves (conditions, exceptions, what wins, what opens for what) is asked of `Panel`,
so that it is written once and both evaluators must agree on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.batch.asking import Key
from engine.batch.word import Words
from engine.case.truth import NO, YES
from engine.decide.agreement import Panel
from engine.decide.answer import SUPPLIED
from engine.decide.finding import open_leaves
from engine.decide.group import Group, effect
from engine.decide.plan import Answers, Plan
from engine.language.vocabulary import OutcomeRule

#: a status is kept as its place here
STATUSES = ("ja", "delvis", "nei", "skjønn", "uavklart", "utenfor", "avvist")
STATUS = {name: place for place, name in enumerate(STATUSES)}

#: the statuses that outcomes are worked out from
INSIDE = STATUSES[:5]

PAID = (STATUS["ja"], STATUS["delvis"])


@dataclass(frozen=True)
class Layout:
    """Where the answers of a group stand in a key: the plan's number, then the words of each table."""

    words: tuple[Words, ...]

    def codes(self, values: Sequence[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for words in self.words:
            found |= words.codes(values[: len(words.columns)])
            values = values[len(words.columns) :]
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

    def number(self, plan: Plan) -> int:
        """The plan's number in keys."""
        if plan not in self._numbers:
            self._numbers[plan] = len(self.plans)
            self.plans.append(plan)
        return self._numbers[plan]

    def codes(self, key: Key, extra: str | None = None) -> tuple[Plan, bytes]:
        """The answer code of every leaf, from a key."""
        plan = self.plans[key[0]]
        return plan, plan.codes_of(self.layout.codes(key[1:]), extra)


def opened(answers: Answers, components: Sequence[str]) -> tuple[int, int]:
    """The components that a refusal surely opens for, and those it would open for if a missing fact made it fail; as bits."""
    sure = sum(1 << place for place, name in enumerate(components) if name in answers.opened)
    perhaps = sum(
        1 << place for place, name in enumerate(components) if any(opens == name for _, opens in answers.unsettled)
    )
    return sure, perhaps


def still_open(answers: Answers, codes: Sequence[int], rated: dict[int, int]) -> int:
    """The leaves an open verdict hangs on, of those that may lack a rate; as the bits that `rated` gives them."""
    found = 0
    for clause in answers.decisive:
        for leaf in open_leaves(clause.value, codes):
            found |= rated.get(leaf, 0)
    return found


def on_hold(verdicts: Verdicts, key: Key) -> tuple[int, int]:
    """The status of the conditions on the application, and whether it is on hold until something is supplied."""
    plan, codes = verdicts.codes(key)
    verdict = verdicts.panel.verdict(verdicts.group, codes)
    answers = plan.answers(codes, verdict)
    told = (*answers.answers, *answers.once)
    held = any(one.clause.rule.consequence == SUPPLIED and one.follows == SUPPLIED for one in told)
    return STATUS[verdict.status], int(held)


def of_day(verdicts: Verdicts, key: Key) -> tuple[int, int]:
    """Whether such a day counts (1), does not (2) or neither (0), and whether that hangs on what is missing."""
    _, codes = verdicts.codes(key)
    status = verdicts.panel.verdict(verdicts.group, codes).status
    return {"ja": 1, "nei": 2}.get(status, 0), int(status == "uavklart")


def of_month(
    verdicts: Verdicts, key: Key, held: str, components: Sequence[str], rated: dict[int, int]
) -> tuple[int, str, int, int, int]:
    """Status, what decided it, what it opens for surely and perhaps, and the open leaves that may lack a rate.

    The last part of the key is 1 where the month is held.
    """
    plan, codes = verdicts.codes(key[:-1], held if key[-1] else None)
    verdict = verdicts.panel.verdict(verdicts.group, codes)
    answers = plan.answers(codes, verdict)
    sure, perhaps = opened(answers, components)
    hangs = still_open(answers, codes, rated) if verdict.status == "uavklart" else 0
    return STATUS[verdict.status], ";".join(answers.decided_by), sure, perhaps, hangs


def of_line(verdicts: Verdicts, key: Key) -> tuple[int]:
    """The status of a list's row."""
    _, codes = verdicts.codes(key)
    return (STATUS[verdicts.panel.verdict(verdicts.group, codes).status],)


# --- above the months ------------------------------------------------------------------------------------------------------


def month_statuses(panel: Panel) -> dict[tuple[int, int | None], int]:
    """A month's status where one component is applied for: its own status and that of the one that stepped in."""
    own = [one for one in STATUSES if one != "avvist"]
    return {
        (STATUS[status], None if instead is None else STATUS[instead]): STATUS[_month(panel, [(status, instead)])]
        for status in own
        for instead in (None, *own)
    }


def _month(panel: Panel, parts: Sequence[tuple[str, str | None]]) -> str:
    return panel.month(parts)


def of_parts(panel: Panel, mask: int) -> int:
    """A month's status from the set of its components' statuses: a bit for each own status and the one that stepped in."""
    parts: list[tuple[str, str | None]] = []
    for bit in range(mask.bit_length()):
        if mask >> bit & 1:
            status, instead = divmod(bit, 8)
            parts.append((STATUSES[status], None if instead == 7 else STATUSES[instead]))
    return STATUS[panel.month(parts)]


def outcomes(panel: Panel, rules: Sequence[OutcomeRule], without: str) -> list[str]:
    """The outcome of each set of statuses inside the window, a bit a status; `without` is the outcome of none."""
    found = []
    for mask in range(1 << len(INSIDE)):
        counts = {name: 1 for place, name in enumerate(INSIDE) if mask >> place & 1}
        found.append(panel.outcome(rules, counts) if counts else without)
    return found


__all__ = ["NO", "YES", "effect"]
