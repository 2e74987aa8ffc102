"""Kinds of agreement dates and of months: between two that a rule names, all are treated alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import reduce

import ibis

from engine.batch.vector import Expr, whole
from engine.decide.compiled import CompiledScheme
from engine.language.in_force import ByAgreement, InForce
from engine.language.model import Repeal, Rule
from engine.ruleset.selection import select
from engine.text.month import Month


class Kinds:
    """The kinds of agreement dates, by number: 0 is no date, 1 is before every date that a rule names."""

    def __init__(self, compiled: CompiledScheme) -> None:
        self.turns = sorted(set(_turning_dates(compiled)))
        self.dates: list[date | None] = [None, date.min, *self.turns]
        """One date of each kind."""
        self.sets = [None if one is None else select(compiled.scheme, one) for one in self.dates]
        """The rule set that each kind selects."""
        self.outside = [place for place, one in enumerate(self.sets) if place and one is None]

    def column(self, agreed: Expr) -> Expr:
        """The kind of each agreement date."""
        kind = ibis.literal(1, "int8")
        later = [(agreed >= whole(one.toordinal())).cast("int8") for one in self.turns]
        total = reduce(lambda left, right: (left + right).cast("int8"), later, kind)
        return agreed.isnull().ifelse(ibis.literal(0, "int8"), total)


def alike_months(compiled: CompiledScheme, months: Sequence[Month]) -> dict[Month, Month]:
    """Each month → the first of those in which the same rules are in force, for agreements of one kind. `months` are in order."""
    turns: set[int] = set()
    for part in _dated(compiled):
        if isinstance(part.in_force, ByAgreement) and part.in_force.existing_from is not None:
            turns.add(part.in_force.existing_from)
        if isinstance(part, Rule):
            turns |= {month for month in (part.months.first,) if month is not None}
            turns |= {month + 1 for month in (part.months.last,) if month is not None}
    found: dict[Month, Month] = {}
    for month in months:
        before = found.get(Month(month - 1))
        found[month] = month if before is None or month in turns else before
    return found


def _turning_dates(compiled: CompiledScheme) -> Iterator[date]:
    """The dates from which some agreements are treated otherwise than those before."""
    for one in compiled.scheme.sets:
        if one.agreements is not None:
            yield from _edges(one.agreements.first, one.agreements.last)
    for part in _dated(compiled):
        in_force: InForce = part.in_force
        if isinstance(in_force, ByAgreement) and in_force.new_from is not None:
            yield in_force.new_from
        for exemption in part.exemptions if isinstance(part, Rule) else ():
            yield from _edges(exemption.agreements.first, exemption.agreements.last)


def _dated(compiled: CompiledScheme) -> Iterator[Rule | Repeal]:
    for rules in compiled.scheme.rules.values():
        yield from rules
    for one in compiled.scheme.sets:
        yield from one.repeals


def _edges(first: date | None, last: date | None) -> Iterable[date]:
    if first is not None:
        yield first
    if last is not None and last < date.max:
        yield last + timedelta(days=1)
