"""The calendar of one doctor: which days of which months lie in which period.

A month is cut into stretches in which every fact is the same and no rule about days changes its answer, so that a rule is tried once
a stretch and not once a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from engine.case.formula import bounds
from engine.case.frame import Frame, Reader
from engine.language.condition import Compare, Condition, leaves
from engine.language.expression import Expression, Name
from engine.text.month import Month, days_in, first_day, month_of

DAY = "dag"
MONTH = "måned"
DAYS_IN_MONTH = "dager_i_måneden"

_ONE_DAY = timedelta(days=1)

#: how the right side compares with the left
_TURNED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Span(NamedTuple):
    """A period of a doctor: both dates inclusive, and its frame (the doctor's, with the period's facts)."""

    first: date
    last: date
    frame: Frame


class Stretch(NamedTuple):
    """Consecutive days of a month in one period. `code` answers whether they count for the component the month is seen for; `codes` are the
    answers of the rules about days that it rests on, None when every day counts.
    """

    span: int
    first: date
    days: int
    frame: Frame
    code: int
    codes: bytes | None


def months_of(spans: Iterable[Span]) -> list[Month]:
    """Every month with a day in a period, in order."""
    return sorted({Month(month) for span in spans for month in range(month_of(span.first), month_of(span.last) + 1)})


class Limit(NamedTuple):
    """What a name is compared with, and how: `before` says that the answer may change at the value itself, `after` that it may right after it."""

    value: Expression
    before: bool
    after: bool


def limits_of(name: str, conditions: Iterable[Condition]) -> list[Limit]:
    """What conditions compare a name with, each once."""
    found: dict[Limit, None] = {}
    for condition in conditions:
        for leaf in leaves(condition):
            if isinstance(leaf, Compare):
                for side, op, other in ((leaf.left, leaf.op, leaf.right), (leaf.right, _TURNED[leaf.op], leaf.left)):
                    if isinstance(side, Name) and side.name == name:
                        found[Limit(other, op in ("=", ">=", "<"), op in ("=", "<=", ">"))] = None
    return list(found)


def pieces(
    spans: Sequence[Span], doctor: Frame, of_doctor: Sequence[Reader], of_span: Sequence[Reader]
) -> dict[Month, list[tuple[int, date, int, int]]]:
    """Every month with a day in a period, in order, as runs of days in which no rule about days changes its answer: number of the
    period, first day, how many days, and number of the region of the period, whose days all compare alike with the limits: those that
    are the same for all of a doctor's periods, and those of each.
    """
    found: dict[Month, list[tuple[int, date, int, int]]] = {}
    limits = [value for limit in of_doctor for value in bounds(limit(doctor))]
    for index, span in enumerate(spans):
        first = span.first
        own = [value for limit in of_span for value in bounds(limit(span.frame))]
        for region, following in enumerate((*_cuts(span, (*limits, *own)), span.last + _ONE_DAY)):
            days, month = (following - first).days, month_of(first)
            while True:
                count = days_in(month) - first.day + 1
                if count > days:
                    count = days
                found.setdefault(month, []).append((index, first, count, region))
                days -= count
                if days <= 0:
                    break
                month = Month(month + 1)
                first = first_day(month)
            first = following
    return found


def _cuts(span: Span, limits: Iterable[object]) -> list[date]:
    """The sorted dates in a period at which a rule about days may change its answer."""
    first, last = span.first, span.last
    dates: set[date] = set()
    for value in limits:
        if isinstance(value, date) and first <= value <= last:
            dates.add(value)
            if value < last:
                dates.add(value + _ONE_DAY)
    dates.discard(first)
    return sorted(dates)


def run_around(spans: Sequence[Span], index: int, belongs: Callable[[Span], bool]) -> tuple[date, date]:
    """First and last date of the unbroken row of periods around one, which itself belongs; neighbours adjoin day to day."""
    first = last = index
    while first > 0 and spans[first - 1].last + _ONE_DAY == spans[first].first and belongs(spans[first - 1]):
        first -= 1
    while last + 1 < len(spans) and spans[last].last + _ONE_DAY == spans[last + 1].first and belongs(spans[last + 1]):
        last += 1
    return spans[first].first, spans[last].last
