"""What the rules of a scheme name that an answer may turn on: dates, months, counts, numbers and required choices.

A population has values just before, on and just after each, so that every rule is met and not met by somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from engine.language.condition import All, Among, Compare, Condition, Includes, Not, leaves, operand_names
from engine.language.condition import Any as AnyOf
from engine.language.expression import Binary, Call, Day, Expression, MonthOf, Number
from engine.language.in_force import ByAgreement, Days, Months
from engine.language.meaning import DaysCounted, LastOf, Run, SumOverDays
from engine.language.model import Parameter
from engine.language.rulebook import Rulebook, SchemeRules
from engine.language.unit import DAYS, MONTHS
from engine.text.month import Month, first_day, last_day

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """The days from–to that an application's months lie in, both inclusive; `year` is its grant year, where there is one."""

    year: int | None
    first: date
    last: date


@dataclass
class Boundaries:
    """What one scheme's rules name. `dates` and `numbers` are by fact; a date may hold for one grant year alone."""

    windows: tuple[Window, ...] = ()
    agreements: set[date] = field(default_factory=set)
    opened: date | None = None
    closed: date | None = None
    days: set[date] = field(default_factory=set)
    dates: dict[str, set[tuple[str | None, date]]] = field(default_factory=dict)
    beside: dict[str, set[str]] = field(default_factory=dict)
    numbers: dict[str, set[Fraction]] = field(default_factory=dict)
    day_counts: set[int] = field(default_factory=set)
    month_counts: set[int] = field(default_factory=set)
    usual: dict[str, tuple[str, ...]] = field(default_factory=dict)


def boundaries(book: Rulebook) -> dict[str, Boundaries]:
    """By scheme. One without grant years has the months its rates are for; one without those, the other schemes' windows."""
    found = {name: _Reader(book, scheme).read() for name, scheme in book.schemes.items()}
    every = tuple(sorted({window for one in found.values() for window in one.windows}, key=lambda one: one.first))
    for one in found.values():
        one.windows = one.windows or tuple(Window(None, window.first, window.last) for window in every)
    return found


class _Reader:
    def __init__(self, book: Rulebook, scheme: SchemeRules) -> None:
        self.book = book
        self.scheme = scheme
        self.found = Boundaries()
        self.source_of = {
            name: version.meaning.fact
            for name, versions in (
                *scheme.definitions.items(),
                *((n, (d,)) for n, d in book.vocabulary.derived.items()),
            )
            for version in versions
            if isinstance(version.meaning, LastOf)
        }

    def read(self) -> Boundaries:
        self._sets()
        self._rules()
        for parameter in self.scheme.parameters.values():
            self._parameter(parameter)
        for condition in self._conditions():
            for leaf in leaves(condition):
                if isinstance(leaf, Compare):
                    self._compared(leaf)
        self.found.agreements |= {day for _, day in self.found.dates.get(self.book.vocabulary.agreement_date, ())}
        return self.found

    # --- dates ---------------------------------------------------------------------------------------------------------

    def _sets(self) -> None:
        windows = []
        for one in self.scheme.sets:
            if one.agreements is not None:
                self._agreed(one.agreements)
            if one.grant_year is not None:
                months = one.grant_year.months
                self._months(months)
                if months.first is not None and months.last is not None:
                    windows.append(Window(one.grant_year.year, first_day(months.first), last_day(months.last)))
        self.found.windows = tuple(windows) or tuple(self._rated())
        spans = [one.agreements or Days(None, None) for one in self.scheme.sets]
        starts, ends = [one.first for one in spans], [one.last for one in spans]
        self.found.opened = None if None in starts else min(day for day in starts if day is not None)
        self.found.closed = None if None in ends else max(day for day in ends if day is not None)

    def _rated(self) -> Iterator[Window]:
        """The months that values of a rate are for, where both ends are told."""
        months = {
            (value.months.first, value.months.last)
            for parameter in self.scheme.parameters.values()
            for value in parameter.values
            if value.months.first is not None and value.months.last is not None
        }
        for first, last in sorted(months):
            yield Window(None, first_day(first), last_day(last))

    def _agreed(self, days: Days) -> None:
        self.found.agreements |= {day for day in (days.first, days.last and days.last + _ONE_DAY) if day is not None}

    def _months(self, months: Months) -> None:
        """The day the first month begins, and the day after the last."""
        if months.first is not None:
            self.found.days.add(first_day(months.first))
        if months.last is not None:
            self.found.days.add(first_day(Month(months.last + 1)))

    def _rules(self) -> None:
        for rule in (rule for versions in self.scheme.rules.values() for rule in versions):
            self._months(rule.months)
            if isinstance(rule.in_force, ByAgreement):
                self._agreed(Days(rule.in_force.new_from, None))
                self._months(Months(rule.in_force.existing_from, None))
            for exemption in rule.exemptions:
                self._agreed(exemption.agreements)
            required: dict[str, tuple[str, ...]] = {}
            for name, choices in self._required(rule.requirement, True):
                required[name] = tuple(dict.fromkeys((*required.get(name, ()), *choices)))
            self.found.usual = required | self.found.usual

    def _parameter(self, parameter: Parameter) -> None:
        for value in parameter.values:
            self._months(value.months)
            if isinstance(value.value, date) and parameter.keyed_by is None:
                self.found.days.add(value.value)
                self.found.agreements.add(value.value)
            elif parameter.kind == "måned" and isinstance(value.value, int):
                self._months(Months(Month(value.value), None))
            elif isinstance(value.value, Fraction) and value.value.denominator == 1:
                counts = {DAYS: self.found.day_counts, MONTHS: self.found.month_counts}.get(parameter.unit)
                if counts is not None:
                    counts.add(int(value.value))

    # --- conditions ----------------------------------------------------------------------------------------------------

    def _conditions(self) -> Iterator[Condition]:
        scheme = self.scheme
        for rule in (rule for versions in scheme.rules.values() for rule in versions):
            parts = (rule.scope, rule.requirement, rule.partial_when, rule.judgement_when)
            yield from (part for part in parts if part is not None)
            yield from (exemption.when for exemption in rule.exemptions)
        yield from (note.when for versions in scheme.notes.values() for note in versions)
        for component in scheme.components.values():
            yield from (part for part in (component.applied_when, component.subsidiary_when) if part is not None)
        for parameter in scheme.parameters.values():
            yield from (variant.when for variant in parameter.variants)
        for definition in (definition for versions in scheme.definitions.values() for definition in versions):
            meaning = definition.meaning
            if isinstance(meaning, DaysCounted | Run | SumOverDays) and meaning.where is not None:
                yield meaning.where

    def _compared(self, leaf: Compare) -> None:
        """What stands in a comparison may be decisive for every fact in it."""
        names = {self.source_of.get(name.name, name.name) for name in operand_names(leaf)}
        facts = {name for name in names if self._is_fact(name)}
        dates: set[tuple[str | None, date]] = set()
        numbers: set[Fraction] = set()
        for constant in (*_constants(leaf.left), *_constants(leaf.right)):
            if isinstance(constant, Day):
                dates.add((None, constant.value))
            elif isinstance(constant, MonthOf):
                self._months(Months(constant.value, None))
            elif isinstance(constant, Number):
                numbers.add(constant.value)
        for parameter in (self.scheme.parameters[name] for name in sorted(names & set(self.scheme.parameters))):
            for value in parameter.values:
                if isinstance(value.value, date):
                    dates.add((value.key, value.value))
                elif isinstance(value.value, Fraction):
                    numbers.add(value.value)
        for fact in facts:
            self.found.dates.setdefault(fact, set()).update(dates)
            self.found.numbers.setdefault(fact, set()).update(numbers)
            self.found.beside.setdefault(fact, set()).update(facts - {fact})

    def _is_fact(self, name: str) -> bool:
        fact = self.book.vocabulary.facts.get(name)
        return fact is not None and self.scheme.id in fact.schemes

    def _required(self, condition: Condition, wanted: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The choices that a requirement is met by, fact by fact."""
        match condition:
            case All(parts) | AnyOf(parts):
                for part in parts:
                    yield from self._required(part, wanted)
            case Not(part):
                yield from self._required(part, not wanted)
            case Among(name, values) if self._is_fact(name.name):
                fact = self.book.vocabulary.facts[name.name]
                known = fact.choices or ("ja", "nei")
                yield name.name, tuple(choice for choice in known if (choice in values) is wanted)
            case Includes(name, value) if wanted and self._is_fact(name.name):
                yield name.name, (value,)
            case _:
                return


def _constants(expression: Expression) -> Iterable[Expression]:
    match expression:
        case Binary(left=left, right=right):
            return (*_constants(left), *_constants(right))
        case Call(arguments=arguments):
            return tuple(one for argument in arguments for one in _constants(argument))
        case _:
            return (expression,)
