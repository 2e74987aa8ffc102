"""Variations of an application: one fact, one date, one period changed, or left out. What cannot be an application is not given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from engine.case.stated import Application, Doctor, Facts, Period, Rows, Stated, read_stated
from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact
from engine.regress.mutation_case import months_around
from engine.regress.mutation_change import Hints
from engine.text.month import Month, days_in, first_day, last_day, month_of

_ONE_DAY = timedelta(days=1)

#: the facts of a period that are its dates
_FIRST, _LAST = "fra", "til"


@dataclass(frozen=True, slots=True)
class Variations:
    """The variations that bear on the values a change turns on; with `names`, of these facts and the periods' dates alone."""

    book: Rulebook
    hints: Hints
    names: frozenset[str] | None = None

    def of(self, application: Application) -> Iterator[Application]:
        """Every application one step away."""
        facts = self.book.vocabulary.facts_of
        scheme = application.scheme
        months = months_around(application)
        for changed in self._facts(application.facts, facts(scheme, "søknad")):
            yield replace(application, facts=changed)
        for rows in self._lists(application.lists, facts(scheme, "søknad"), months):
            yield replace(application, lists=rows)
        for index, doctor in enumerate(application.doctors):
            before, after = application.doctors[:index], application.doctors[index + 1 :]
            for other in self._doctor(doctor, scheme, months):
                yield replace(application, doctors=(*before, other, *after))

    def _doctor(self, doctor: Doctor, scheme: str, months: set[Month]) -> Iterator[Doctor]:
        facts = self.book.vocabulary.facts_of
        for changed in self._facts(doctor.facts, facts(scheme, "lege")):
            yield replace(doctor, facts=changed)
        for rows in self._lists(doctor.lists, facts(scheme, "lege"), months):
            yield replace(doctor, lists=rows)
        own = [fact for fact in facts(scheme, "periode") if fact.name not in (_FIRST, _LAST)]
        for index, period in enumerate(doctor.periods):
            before, after = doctor.periods[:index], doctor.periods[index + 1 :]
            for part in self._periods(period, own, months):
                periods = (*before, *part, *after)
                if apart(periods):
                    yield replace(doctor, periods=periods)

    # --- facts ---------------------------------------------------------------------------------------------------------

    def _facts(self, stated: Facts, known: tuple[Fact, ...] | list[Fact]) -> Iterator[dict[str, Stated]]:
        for fact in known:
            if fact.kind == "liste" or (self.names is not None and fact.name not in self.names):
                continue
            value = stated.get(fact.name)
            for other in self._values(fact, value):
                if other != value:
                    yield {**stated, fact.name: other}
            if value is not None and not fact.required:
                yield {name: one for name, one in stated.items() if name != fact.name}

    def _new_rows(self, fields: list[Fact], months: set[Month]) -> Iterator[Facts]:
        """A row in one of the first months with every field at its first possible value, and those that differ in one field."""
        row: dict[str, Stated] = {}
        for field in fields:
            value = next(iter(sorted(months)), None) if field.kind == "måned" else next(self._values(field, None), None)
            if value is not None:
                row[field.name] = value
        if all(field.name in row for field in fields if field.required):
            yield row
            yield from self._facts(row, fields)

    def _lists(self, rows: Rows, known: tuple[Fact, ...], months: set[Month]) -> Iterator[dict[str, tuple[Facts, ...]]]:
        for fact in known:
            own = rows.get(fact.name, ())
            fields = list(fact.fields.values())
            if self.names is None or not self.names.isdisjoint((fact.name, *fact.fields)):
                yield from ({**rows, fact.name: (*own, row)} for row in self._new_rows(fields, months))
            for index, row in enumerate(own):
                yield {**rows, fact.name: (*own[:index], *own[index + 1 :])}
                for changed in self._facts(row, fields):
                    yield {**rows, fact.name: (*own[:index], changed, *own[index + 1 :])}

    def _values(self, fact: Fact, value: Stated | None) -> Iterator[Stated]:
        match fact.kind:
            case "ja_nei":
                yield from ("ja", "nei")
            case "valg":
                yield from fact.choices
            case "flervalg":
                chosen = value if isinstance(value, frozenset) else frozenset()
                yield from (chosen ^ {choice} for choice in fact.choices)
            case "dato":
                yield from self._dates(value if isinstance(value, date) else None)
            case "tidspunkt":
                for day in self._dates(value.date() if isinstance(value, datetime) else None):
                    yield datetime(day.year, day.month, day.day, 12)
            case "måned":
                yield from self.hints.months
            case "heltall" | "desimal":
                yield from (number for number in self._numbers(fact, value) if _possible(fact, number))

    def _dates(self, value: date | None) -> Iterator[date]:
        if value is not None:
            yield from (value - _ONE_DAY, value + _ONE_DAY)
        for day in sorted(self.hints.dates):
            yield from (day, day - _ONE_DAY, day + _ONE_DAY)
        for month in sorted(self.hints.months):
            yield from (first_day(month), last_day(month))

    def _numbers(self, fact: Fact, value: Stated | None) -> Iterator[Any]:
        if fact.choices:
            yield from (read_stated(fact, choice) for choice in fact.choices)
            return
        known = [value] if isinstance(value, int | Fraction) else []
        for number in (*known, *sorted(self.hints.numbers)):
            for other in (number - 1, number, number + 1, Fraction(number) / 2):
                whole = Fraction(other).denominator == 1
                if whole or fact.kind == "desimal":
                    yield int(other) if fact.kind == "heltall" else Fraction(other)
        for bound in (fact.at_least, fact.at_most):
            if bound is not None:
                yield int(bound) if fact.kind == "heltall" else bound

    # --- periods -------------------------------------------------------------------------------------------------------

    def _periods(self, period: Period, facts: list[Fact], months: set[Month]) -> Iterator[tuple[Period, ...]]:
        yield ()
        for changed in self._facts(period.facts, facts):
            yield (replace(period, facts=changed),)
        for first, last in self._spans(period, months):
            if first <= last and (first, last) != (period.first, period.last):
                yield (dated(period, first, last),)
        middle = first_day(month_of(period.first)) + timedelta(days=14)
        if period.first < middle <= period.last:
            early = dated(period, period.first, middle - _ONE_DAY)
            for changed in self._facts(period.facts, facts):
                yield (early, dated(replace(period, facts=changed), middle, period.last))

    def _spans(self, period: Period, months: set[Month]) -> Iterator[tuple[date, date]]:
        for day in self._dates(period.first):
            yield day, period.last
        for day in self._dates(period.last):
            yield period.first, day
        around = {Month(month + shift) for month in self.hints.months for shift in (-1, 0, 1)}
        for month in sorted(around | set(sorted(months)[:2])):
            yield first_day(month), last_day(month)
            for number in sorted(self.hints.numbers):
                if number.denominator == 1 and 0 < number <= days_in(month):
                    days = timedelta(days=int(number) - 1)
                    yield first_day(month), first_day(month) + days
                    yield last_day(month) - days, last_day(month)
                if number.denominator == 1 and 1 < number <= 12:
                    yield first_day(month), last_day(Month(month + int(number) - 1))


def dated(period: Period, first: date, last: date) -> Period:
    """The period with other dates."""
    return replace(period, first=first, last=last, facts={**period.facts, _FIRST: first, _LAST: last})


def apart(periods: tuple[Period, ...]) -> bool:
    """Whether periods are some, in order, and without overlap."""
    return bool(periods) and all(one.last < other.first for one, other in pairwise(periods))


def smaller(application: Application, required: Mapping[str, frozenset[str]]) -> Iterator[Application]:
    """Every application that lacks one thing: a doctor, a row, a period, a fact, or some days. `required` is by level."""
    for index in range(len(application.doctors) if len(application.doctors) > 1 else 0):
        yield replace(application, doctors=(*application.doctors[:index], *application.doctors[index + 1 :]))
    for facts, lists in _without(application.facts, application.lists, required["søknad"]):
        yield replace(application, facts=facts, lists=lists)
    for index, doctor in enumerate(application.doctors):
        before, after = application.doctors[:index], application.doctors[index + 1 :]
        for other in _smaller_doctor(doctor, required):
            yield replace(application, doctors=(*before, other, *after))


def _smaller_doctor(doctor: Doctor, required: Mapping[str, frozenset[str]]) -> Iterator[Doctor]:
    for index, period in enumerate(doctor.periods):
        before, after = doctor.periods[:index], doctor.periods[index + 1 :]
        if len(doctor.periods) > 1:
            yield replace(doctor, periods=(*before, *after))
        for part in _shorter(period):
            yield replace(doctor, periods=(*before, part, *after))
        for facts, _ in _without(period.facts, {}, required["periode"]):
            yield replace(doctor, periods=(*before, replace(period, facts=facts), *after))
    for facts, lists in _without(doctor.facts, doctor.lists, required["lege"]):
        yield replace(doctor, facts=facts, lists=lists)


def _without(facts: Facts, lists: Rows, required: frozenset[str]) -> Iterator[tuple[Facts, Rows]]:
    for name in lists:
        yield facts, {key: rows for key, rows in lists.items() if key != name}
        for index in range(len(lists[name]) if len(lists[name]) > 1 else 0):
            yield facts, {**lists, name: (*lists[name][:index], *lists[name][index + 1 :])}
    for name, value in facts.items():
        if name not in required:
            yield {key: one for key, one in facts.items() if key != name}, lists
        if isinstance(value, frozenset):
            for choice in sorted(value):
                yield {**facts, name: value - {choice}}, lists


def _shorter(period: Period) -> Iterator[Period]:
    """Shorter periods: one whole month of it, half of it, a day less at either end."""
    months = range(month_of(period.first), month_of(period.last) + 1)
    for month in months if len(months) > 1 else ():
        yield dated(period, max(period.first, first_day(Month(month))), min(period.last, last_day(Month(month))))
    if len(months) > 2:
        yield dated(period, first_day(Month(months[1])), period.last)
        yield dated(period, period.first, last_day(Month(months[-2])))
    days = (period.last - period.first).days
    for less in (days // 2, 1):
        if 0 < less <= days:
            yield dated(period, period.first + timedelta(days=less), period.last)
            yield dated(period, period.first, period.last - timedelta(days=less))


def _possible(fact: Fact, number: Any) -> bool:
    return (
        (fact.at_least is None or number >= fact.at_least)
        and (fact.above is None or number > fact.above)
        and (fact.at_most is None or number <= fact.at_most)
    )
