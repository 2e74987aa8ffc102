"""Rows of answers judged together: each rule for the distinct answers of its own leaves, and then what the rules' statuses give.

The evaluators are asked of a group's fragments (`engine.decide.fragments`), so that the work follows the distinct answers that each rule meets,
however many rows there are and however many rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.batch.word import CODES, Column, Rows
from engine.case.truth import JA, NEI
from engine.decide.agreement import Panel
from engine.decide.fragments import Alone, Fragments
from engine.decide.group import Clause, Verdict

#: a status is kept as its place here
STATUSES = ("ja", "delvis", "nei", "skjønn", "uavklart", "utenfor", "avvist")
STATUS = {name: place for place, name in enumerate(STATUSES)}

PAID = (STATUS["ja"], STATUS["delvis"])

#: answers that are judged at a time, at most
MOST = 1 << 14

#: so many answers fit in 16 bits, which are sorted fastest; and so many in 64 beside a number below `MOST`
_FEW, _MANY = 8, 24

Flags = npt.NDArray[np.bool_]


def distinct(columns: Sequence[Column], count: int) -> tuple[npt.NDArray[np.intp], list[bytes]]:
    """Which of the distinct rows of answers each row is, and those rows as answer codes. There are `count` rows, at most `MOST`."""
    number: npt.NDArray[Any] = np.zeros(count, np.uint16 if len(columns) <= _FEW else np.int64)
    for place, column in enumerate(columns):
        if place and place % _MANY == 0:
            number = np.unique(number, return_inverse=True)[1]
        number = number << 2 | column
    _, first, places = np.unique(number, return_index=True, return_inverse=True)
    return places, [bytes(CODES[column[row]] for column in columns) for row in first]


class JudgedRule:
    """One rule's verdicts on its distinct answers, and which of them each row has."""

    def __init__(self, alone: Alone, panel: Panel, answers: Mapping[int, Column], count: int) -> None:
        self.clause: Clause = alone.clause
        self.alone = alone
        self._places, self._codes = distinct([answers[leaf] for leaf in alone.leaves], count)
        self._verdicts = [panel.verdict(alone.fragment, codes) for codes in self._codes]
        self.status = self.each(lambda verdict, codes: STATUS[verdict.status])

    def each(self, what: Callable[[Verdict, bytes], int]) -> Rows:
        """Something of each row, worked out from the rule's verdict and answers, once for those that are distinct."""
        found = [what(verdict, codes) for verdict, codes in zip(self._verdicts, self._codes, strict=True)]
        return np.array(found, np.int64)[self._places]


class Judged:
    """A group's verdicts on rows of answers: `status`, and the rules'. `extra` says where a status comes from something else."""

    def __init__(
        self, fragments: Fragments, panel: Panel, answers: Mapping[int, Column], extra: Mapping[str, Flags], count: int
    ) -> None:
        self.rules = [JudgedRule(alone, panel, answers, count) for alone in fragments.alone]
        met = np.zeros(count, np.int64)
        for rule in self.rules:
            met |= 1 << rule.status
        for name, where in extra.items():
            met |= where.astype(np.int64) << STATUS[name]
        masks, places = np.unique(met, return_inverse=True)
        self.status: Rows = np.array([STATUS[_status(fragments, panel, int(mask))] for mask in masks], np.int64)[places]
        self._open: Flags = ~np.isin(self.status, PAID)

    def decisive(self, rule: JudgedRule) -> Flags:
        """Where the rule decides the status."""
        found: Flags = self._open & (rule.status == self.status)
        return found

    def decided_by(self) -> Iterator[str]:
        """The rules that decide each row, sorted."""
        if not self.rules:
            yield from [""] * len(self.status)
            return
        every = np.stack([self.decisive(rule) for rule in self.rules], axis=1)
        known: dict[bytes, str] = {}
        for row in np.packbits(every, axis=1):
            key = row.tobytes()
            if key not in known:
                ids = {rule.clause.rule.id for rule, here in zip(self.rules, np.unpackbits(row), strict=False) if here}
                known[key] = ";".join(sorted(ids))
            yield known[key]


def _status(fragments: Fragments, panel: Panel, met: int) -> str:
    """The status that some statuses give together, a bit each."""
    numbers = fragments.status.extra
    codes = bytes(NEI if met >> STATUS[name] & 1 else JA for name in numbers)
    return panel.verdict(fragments.status, codes).status
