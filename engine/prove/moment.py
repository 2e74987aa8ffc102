"""Moments: the classes of agreement dates, months and grant years in which the same versions of the same rules are in force.

Every date and month that a rule's standing or a table turns on is a border between classes, in any of the rulebooks compared, so
that one day and one month stand for all in their class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from engine.language.condition import Compare as Comparison
from engine.language.condition import Condition, leaves
from engine.language.expression import Binary, Call, Day, Expression, MonthOf
from engine.language.in_force import ByAgreement, Months
from engine.language.rulebook import SchemeRules
from engine.language.vocabulary import Vocabulary
from engine.prove.reading import reached_by
from engine.text.month import Month, first_day, month_in_words, month_of, month_text
from engine.text.norsk import date_text, list_text

_ONE_DAY = timedelta(days=1)

#: how far beyond the first and last border is looked: months, and years of agreement dates
MONTHS_AROUND, YEARS_AROUND = 24, 8


@dataclass(frozen=True, slots=True)
class Moment:
    """A class: agreement dates from–to (None: not stated), months from–to, both inclusive, and a grant year (None: none stated)."""

    agreed: tuple[date, date] | None
    months: tuple[Month, Month]
    year: int | None

    @property
    def month(self) -> Month:
        """A month that stands for the class."""
        return self.months[0]

    @property
    def day(self) -> date | None:
        """An agreement date that stands for the class."""
        return None if self.agreed is None else self.agreed[0]

    def each_month(self) -> Iterator[Month]:
        yield from (Month(month) for month in range(self.months[0], self.months[1] + 1))

    def __str__(self) -> str:
        first, last = self.months
        months = month_text(first) if first == last else f"{month_text(first)}–{month_text(last)}"
        return f"{agreed_text(self.agreed)}, {months}" + ("" if self.year is None else f", tilskuddsår {self.year}")


def agreed_text(agreed: tuple[date, date] | None) -> str:
    """A class of agreement dates in words."""
    if agreed is None:
        return "avtaledatoen ikke oppgitt"
    first, last = agreed
    return f"avtale {date_text(first)}" + ("" if first == last else f"–{date_text(last)}")


def dates(places: Iterable[Moment]) -> list[str]:
    """Classes of agreement dates in words, neighbours joined."""
    found: list[tuple[date, date]] = []
    none = False
    for one in sorted({moment.agreed for moment in places if moment.agreed is not None}):
        if found and (one[0] - found[-1][1]).days <= 1:
            found[-1] = (found[-1][0], one[1])
        else:
            found.append(one)
    for moment in places:
        none = none or moment.agreed is None
    return [agreed_text(one) for one in found] + ([agreed_text(None)] if none else [])


def when(places: Iterable[Moment]) -> str:
    """Moments in words: the agreement dates and the months they take in, whatever the combinations."""
    listed = list(places)
    months: list[tuple[Month, Month]] = []
    for first, last in sorted({one.months for one in listed}):
        if months and first <= months[-1][1] + 1:
            months[-1] = (months[-1][0], max(last, months[-1][1]))
        else:
            months.append((first, last))
    told = [month_in_words(a) if a == b else f"{month_in_words(a)}–{month_in_words(b)}" for a, b in months]
    agreed = dates(listed) if any(one.agreed is not None for one in listed) else []
    return ", ".join(filter(None, (list_text(agreed), list_text(told))))


class Borders:
    """Where classes begin, taken from all the versions of a scheme that are given."""

    def __init__(self, schemes: Iterable[SchemeRules], vocabulary: Vocabulary) -> None:
        self.schemes = tuple(schemes)
        self.vocabulary = vocabulary
        self.days: set[date] = set()
        self.month_starts: set[Month] = set()
        self.named: set[date] = set()
        self.years: set[int | None] = set()
        for scheme in self.schemes:
            self._gather(scheme)

    def _gather(self, scheme: SchemeRules) -> None:
        for one in scheme.sets:
            if one.agreements is not None:
                self._span(one.agreements.first, one.agreements.last)
            if one.grant_year is not None:
                self.years.add(one.grant_year.year)
                self._months(one.grant_year.months)
            for repeal in one.repeals:
                self._in_force(repeal.in_force)
        for versions in scheme.rules.values():
            for rule in versions:
                self._in_force(rule.in_force)
                self._months(rule.months)
                for exemption in rule.exemptions:
                    self._span(exemption.agreements.first, exemption.agreements.last)
                    self._named(exemption.when)
                for condition in (rule.scope, rule.requirement, rule.judgement_when, rule.partial_when):
                    self._named(condition)
        for definition in (one for versions in scheme.definitions.values() for one in versions):
            self._months(definition.months)
        for calculation in (one for versions in scheme.calculations.values() for one in versions):
            self._months(calculation.months)
        read = reached_by(scheme)
        for parameter in (one for name, one in scheme.parameters.items() if name in read):
            for row in parameter.values:
                self._months(row.months)
                if isinstance(row.value, date):
                    self.named.add(row.value)
                elif parameter.kind == "måned" and isinstance(row.value, int):
                    self._months(Months(Month(row.value), Month(row.value)))

    def _span(self, first: date | None, last: date | None) -> None:
        if first is not None:
            self.days.add(first)
        if last is not None:
            self.days.add(last + _ONE_DAY)

    def _in_force(self, in_force: object) -> None:
        if isinstance(in_force, ByAgreement):
            if in_force.new_from is not None:
                self.days.add(in_force.new_from)
            if in_force.existing_from is not None:
                self.month_starts.add(in_force.existing_from)

    def _months(self, months: Months) -> None:
        if months.first is not None:
            self.month_starts.add(months.first)
        if months.last is not None:
            self.month_starts.add(Month(months.last + 1))

    def _named(self, condition: Condition | None) -> None:
        for leaf in leaves(condition) if condition is not None else ():
            if isinstance(leaf, Comparison):
                for side in (leaf.left, leaf.right):
                    for value in _constants(side):
                        if isinstance(value, date):
                            self.named.add(value)
                        else:
                            self._months(Months(value, value))

    # --- classes ----------------------------------------------------------------------------------------------------------

    @cached_property
    def horizon(self) -> tuple[date, date]:
        """The first and last date that is tried."""
        months = {first_day(month) for month in self.month_starts}
        known = sorted(self.days | self.named | months) or [date(2000, 1, 1)]
        return _shifted(known[0], -YEARS_AROUND), _shifted(known[-1], YEARS_AROUND)

    @cached_property
    def agreements(self) -> tuple[tuple[date, date] | None, ...]:
        """The classes of agreement dates, earliest first, and last the one without a date."""
        starts = sorted({self.horizon[0], *self.days})
        ends = [*(day - _ONE_DAY for day in starts[1:]), self.horizon[1]]
        return (*zip(starts, ends, strict=True), None)

    @cached_property
    def months(self) -> tuple[tuple[Month, Month], ...]:
        """The classes of months."""
        known = sorted(self.month_starts) or [month_of(self.horizon[0])]
        starts = [Month(known[0] - MONTHS_AROUND), *known]
        ends = [*(Month(month - 1) for month in known), Month(known[-1] + MONTHS_AROUND)]
        return tuple(zip(starts, ends, strict=True))

    @cached_property
    def grant_years(self) -> tuple[int | None, ...]:
        """The grant years an application may state, and None for an application that states none."""
        fact = self.vocabulary.facts.get(self.vocabulary.grant_year)
        if fact is None or not any(scheme.id in fact.schemes for scheme in self.schemes):
            return (None,)
        stated = {int(choice) for choice in fact.choices} if fact.choices else set()
        return (*sorted(stated | {year for year in self.years if year is not None}), None)

    def moments(self) -> Iterator[Moment]:
        """Every class."""
        for year in self.grant_years:
            for agreed in self.agreements:
                for months in self.months:
                    yield Moment(agreed, months, year)


def _constants(expression: Expression) -> Iterator[date | Month]:
    """The dates and months written in a formula."""
    match expression:
        case Day(value) | MonthOf(value):
            yield value
        case Binary(left=left, right=right):
            yield from _constants(left)
            yield from _constants(right)
        case Call(arguments=arguments):
            for argument in arguments:
                yield from _constants(argument)
        case _:
            return


def _shifted(day: date, years: int) -> date:
    return date(max(1, min(9998, day.year + years)), 1, 1)
