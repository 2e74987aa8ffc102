"""Months of a doctor that look alike, in which most of what is worked out comes to the same and is worked out once.

Two months look alike when the same numbers of days of the same periods count in them in the same order, they are equally long, and
every table has the same row in them. What hangs on the date itself, or on the months before, is worked out in each.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from engine.case.calendar import Stretch
from engine.case.frame import Frame
from engine.case.names import Names, in_formula, named
from engine.case.truth import NO, YES
from engine.case.value import Between, Unknown, Value
from engine.decide.plan import Answers, Plan
from engine.language.condition import Leaf
from engine.language.model import Calculation
from engine.text.month import Month, days_in


class AlikeMonths:
    """What a scheme's months are alike by."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._amounts: dict[int, bool] = {}
        self._limits = names.month_limits()
        worked_out = (name for name, known in names.slots.types.items() if known.source in ("tabell", "utledet"))
        self._dated = [names.slots.index[name] for name in worked_out if names.is_dated(name)]

    def answers(self, leaf: Leaf) -> bool:
        """Whether a leaf answers the same in months that look alike."""
        return not any(self._names.is_dated(name) for name in named(leaf))

    def look(self, component: str, month: Month, stretches: Sequence[Stretch]) -> Hashable | None:
        """What a month looks like for a component: equal for months that look alike. None when it is not known which days count."""
        seen: list[Hashable] = [component, days_in(month), bisect_right(self._limits, month)]
        for span, _, days, _, code in stretches:
            if not code & (YES | NO):
                return None
            seen += span, days, code
        return tuple(seen)

    def amount(self, calculation: Calculation) -> bool:
        """Whether a calculation comes to the same, and is shown the same, in months that look alike."""
        key = id(calculation)
        if key not in self._amounts:
            names = {*in_formula(calculation.formula), *calculation.shown}
            self._amounts[key] = not any(self._names.is_dated(name) for name in names)
        return self._amounts[key]

    def shown(self, names: Iterable[str]) -> bool:
        """Whether names have the same values in months that look alike."""
        return not any(self._names.is_dated(name) for name in names)

    def frame(self, first: Frame, doctor: Frame) -> Frame:
        """A frame for a month that looks like the first one, with what was worked out in that, save what hangs on the date."""
        frame = first.copy()
        for slot in self._dated:
            frame[slot] = doctor[slot]
        return frame


class Answered(NamedTuple):
    """What a month's rules answered: the codes of their leaves, the status they give, and each rule's answer."""

    codes: bytes
    status: str
    answers: Answers


class Alike:
    """What months that look alike share, worked out in the first of them: its frame, how many days count and whether all do, what was answered
    under each plan and extra status, and the amount.
    """

    __slots__ = ("all_count", "amount", "answered", "days", "frame")

    def __init__(self, frame: Frame, stretches: Sequence[Stretch]) -> None:
        self.frame = frame
        self.days = counting_days(stretches)
        self.all_count = all(one.code & YES for one in stretches)
        self.answered: dict[tuple[Plan, str | None], Answered] = {}
        self.amount: Value | None = None


def counting_days(stretches: Sequence[Stretch]) -> Value:
    """How many days count for the component."""
    low = sum([one.days for one in stretches if one.code & YES])
    high = sum([one.days for one in stretches if not one.code & NO])
    return low if low == high else Between(low, high, Unknown())
