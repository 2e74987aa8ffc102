"""Months of a doctor that look alike, in which most of what is worked out comes to the same and is worked out once.

Two months have the same setting when every table has the same row in them, they lie on the same side of all months that the rules compare
the month with, and the last day that counts is in the same period. They look
alike when also the same numbers of days of the same periods count in them in the same order, and they are equally long. What hangs on the
date itself, or on the months before, is worked out in each.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from engine.case.calendar import Limit, Stretch
from engine.case.derived import last_stretch
from engine.case.formula import bounds, formula
from engine.case.frame import Frame
from engine.case.names import OF_DATE, OF_LOOK, Names, in_formula
from engine.case.truth import NO, YES
from engine.case.value import Between, Unknown, Value
from engine.decide.comparing import Codes
from engine.decide.plan import Answers, Plan
from engine.language.model import Calculation
from engine.text.month import Month, days_in

#: lists of limits kept
_KEPT = 1_000

#: component, length, which row of the tables; then period, number of days and whether they count, of each stretch
Look = tuple[Hashable, ...]


class AlikeMonths:
    """What a scheme's months are alike by."""

    def __init__(self, names: Names, compared: Sequence[Limit]) -> None:
        self.reach = names.reach
        self._of_calculation: dict[int, int] = {}
        self._of_tables = names.month_limits()
        self._compared = [(formula(one.value, names.slots), one.before, one.after) for one in compared]
        self._limits: dict[tuple[int, ...], list[int]] = {}
        worked_out = [name for name, known in names.slots.types.items() if known.source in ("tabell", "utledet")]
        self._apart = {
            at: [names.slots.index[name] for name in worked_out if names.reach([name]) >= at]
            for at in (OF_LOOK, OF_DATE)
        }

    def limits(self, doctor: Frame) -> list[int]:
        """The first months of the stretches of months in which all tables have the same row, and the month compares the same with all it is
        compared with.
        """
        own: tuple[int, ...] = ()
        for read, before, after in self._compared:
            for value in bounds(read(doctor)):
                if type(value) is int:
                    own += (value,) * before + (value + 1,) * after
        found = self._limits.get(own)
        if found is None:
            if len(self._limits) > _KEPT:
                self._limits.clear()
            found = self._limits[own] = sorted({*self._of_tables, *own})
        return found

    def look(self, component: str, month: Month, stretches: Sequence[Stretch], limits: list[int]) -> Look | None:
        """What a month looks like for a component: equal for months that look alike. None when it is not known which days count, or
        there are none.
        """
        seen: list[Hashable] = [component, days_in(month), bisect_right(limits, month)]
        for span, _, days, _, code, _ in stretches:
            if not code & (YES | NO):
                return None
            seen += span, days, code
        return tuple(seen) if stretches else None

    def setting(self, look: Look, stretches: list[Stretch]) -> Hashable:
        """What is equal for months of the same setting."""
        return look[0], look[2], last_stretch(stretches).span

    def of_calculation(self, calculation: Calculation) -> int:
        """The months that a calculation comes to the same, and is shown the same, in; see `OF_SETTING`."""
        key = id(calculation)
        if key not in self._of_calculation:
            self._of_calculation[key] = self.reach((*in_formula(calculation.formula), *calculation.shown))
        return self._of_calculation[key]

    def frame(self, first: Frame, doctor: Frame, at: int) -> Frame:
        """A frame for a month that is like the first one, with what was worked out in that, save what reaches no farther than `at`."""
        frame = first.copy()
        for slot in self._apart[at]:
            frame[slot] = doctor[slot]
        return frame


class Answered(NamedTuple):
    """What a month's rules answered: the codes of their leaves, the status they give, and each rule's answer."""

    codes: bytes
    status: str
    answers: Answers


class Setting:
    """What months of one setting share: the frame of the first, each plan's codes as far as they are known by it, and the amount."""

    __slots__ = ("amount", "codes", "frame")

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.codes: dict[Plan, Codes] = {}
        self.amount: Value | None = None


class Alike:
    """What months that look alike share, besides their setting: the same, how many days count, and whether all do."""

    __slots__ = ("all_count", "amount", "answered", "codes", "days", "frame", "setting")

    def __init__(self, frame: Frame, setting: Setting, stretches: Sequence[Stretch]) -> None:
        self.frame = frame
        self.setting = setting
        self.days, self.all_count = counting_days(stretches)
        self.answered: dict[tuple[Plan, str | None], Answered] = {}
        self.codes: dict[Plan, Codes] = {}
        self.amount: Value | None = None


def counting_days(stretches: Sequence[Stretch]) -> tuple[Value, bool]:
    """How many days count for the component, and whether all do."""
    low = perhaps = out = 0
    for _, _, days, _, code, _ in stretches:
        if code & YES:
            low += days
        elif code & NO:
            out += days
        else:
            perhaps += days
    return Between(low, low + perhaps, Unknown()) if perhaps else low, not (perhaps or out)
