"""What each name of a scheme rests on, and so in which table it can be worked out.

A name that rests on nothing is a constant; on the month alone, a column of the calendar; on the grant year alone, a column of the
years. What rests on facts is worked out in the first table that has them: the application's, the doctor's, the period's, the month's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.case.calendar import DAYS_IN_MONTH, MONTH
from engine.case.frame import Slots
from engine.language.condition import Condition, Leaf, leaves, operand_names
from engine.language.expression import Expression, names
from engine.language.meaning import DaysCounted, EarliestOf, Formula, LastOf, Run, SumOverDays
from engine.language.model import Definition, Parameter, Quantity
from engine.language.names import CALENDAR, WINDOW

#: the tables, from outermost to innermost
CONSTANT, APPLICATION, DOCTOR, SPAN, INNERMOST = range(5)

#: In which months of a doctor something is the same. In all; in those of one setting: between the same limits of the tables, with the
#: last day that counts in the same period; in those that also look alike: as long, with the same days counted in the same periods; or in one
#: alone, as it is worked out from which month or day it is, or from earlier months.
OF_DOCTOR, OF_SETTING, OF_LOOK, OF_DATE = range(4)

_OF_LEVEL = {"søknad": APPLICATION, "lege": DOCTOR, "periode": SPAN}
_CALENDAR = frozenset({MONTH, DAYS_IN_MONTH})


class Names:
    """The names of one scheme. A variant of a rate is a name of its own, `rate.variant`."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.vocabulary = slots.vocabulary
        self.scheme = slots.scheme
        self.year = slots.vocabulary.grant_year if slots.vocabulary.grant_year in slots.index else None
        self._bases: dict[str, frozenset[str]] = {}
        self._reach: dict[str, int] = {}

    # --- what a name is -------------------------------------------------------------------------------------------------

    def versions(self, name: str) -> tuple[Definition, ...]:
        """The definitions of a derived name, earliest first; none for another name."""
        return tuple(self.scheme.definitions.get(name, ()))

    def parameter(self, name: str) -> tuple[Parameter, tuple[Quantity, ...]] | None:
        """The rate or threshold a name is, with its values; of a variant, those of the variant."""
        table, _, variant = name.partition(".")
        found = self.scheme.parameters.get(table)
        if found is None or (variant and not any(one.id == variant for one in found.variants)):
            return None
        return found, tuple(one for one in found.values if not variant or one.variant is None or one.variant == variant)

    def is_calendar(self, name: str) -> bool:
        """Whether a name has one value a month, whatever the application says."""
        bases = self.bases(name)
        return bool(bases) and bases <= _CALENDAR

    def is_of_year(self, name: str) -> bool:
        """Whether a name has one value a grant year and is not the year itself."""
        return name != self.year and self.bases(name) == frozenset({self.year})

    def level(self, name: str) -> int:
        """The first table that has what a name rests on."""
        return max((self._level_of_base(base) for base in self.bases(name)), default=CONSTANT)

    def stated_by(self, leaf: Leaf, level: int, also: frozenset[str] = frozenset()) -> bool:
        """Whether a leaf rests only on facts stated in tables up to `level`, and `also` these, so that it answers the same in every row
        under one.
        """
        return self.stated(named(leaf), level, also)

    def stated(self, names: Iterable[str], level: int, also: frozenset[str] = frozenset()) -> bool:
        """As `stated_by`, of names."""
        rests = {base for name in names for base in self.bases(name)} - also
        return all(self._level_of_base(base) <= level and self._meaning(base) is None for base in rests)

    def reach(self, names: Iterable[str]) -> int:
        """The months of a doctor that names have the same values in; see `OF_SETTING`."""
        return max((self._reach_of(name) for name in names), default=OF_SETTING)

    def _reach_of(self, name: str) -> int:
        if name not in self._reach:
            self._reach[name] = OF_DATE  # until shown otherwise; a circle is never shown
            self._reach[name] = self._find_reach(name)
        return self._reach[name]

    def _find_reach(self, name: str) -> int:
        if name in CALENDAR:
            return OF_LOOK if name == DAYS_IN_MONTH else OF_DATE
        if name in self.vocabulary.facts or name in WINDOW:
            return OF_SETTING
        if self.parameter(name) is not None:
            return self.reach(self.parts(name))
        return max((self._reach_of_meaning(version.meaning) for version in self.versions(name)), default=OF_DATE)

    def _reach_of_meaning(self, meaning: object) -> int:
        match meaning:
            case LastOf() | EarliestOf():
                return OF_SETTING
            case Run(where, _):
                return self.reach(operands(where))
            case DaysCounted(where, _):
                return max(OF_LOOK, self.reach(operands(where)))
            case SumOverDays(value, where):
                return max(OF_LOOK, self.reach((*in_formula(value), *operands(where))))
            case Formula(value):
                return self.reach(in_formula(value))
            case _:
                return OF_DATE

    def month_limits(self) -> list[int]:
        """The first months of the stretches of months in which every table, definition and calculation has the same row or version."""
        spans = [value.months for parameter in self.scheme.parameters.values() for value in parameter.values]
        spans += [one.months for calculations in self.scheme.calculations.values() for one in calculations]
        spans += [version.months for versions in self.scheme.definitions.values() for version in versions]
        firsts = {span.first for span in spans if span.first is not None}
        return sorted(firsts | {span.last + 1 for span in spans if span.last is not None})

    def _level_of_base(self, base: str) -> int:
        fact = self.vocabulary.facts.get(base)
        if fact is not None and self.scheme.id in fact.schemes and base not in _CALENDAR:
            return _OF_LEVEL.get(fact.level, INNERMOST)
        meaning = self._meaning(base)
        if isinstance(meaning, EarliestOf):
            return DOCTOR
        return SPAN if isinstance(meaning, LastOf | Run) else INNERMOST

    def _meaning(self, name: str) -> object:
        versions = self.versions(name)
        return versions[0].meaning if versions else None

    # --- what it rests on -----------------------------------------------------------------------------------------------

    def bases(self, name: str) -> frozenset[str]:
        """The facts, calendar names and counted names that a name is worked out from."""
        if name not in self._bases:
            self._bases[name] = frozenset()  # the rules are checked for circles; this only stops a walk in one
            self._bases[name] = frozenset(self._find(name))
        return self._bases[name]

    def _find(self, name: str) -> Iterator[str]:
        if name in WINDOW:
            yield self.year or name
            return
        found = self.parameter(name)
        if found is not None:
            yield from self._of_parameter(name, *found)
            return
        versions = self.versions(name)
        if not versions:
            yield name
            return
        if len(versions) > 1:
            yield MONTH
        for version in versions:
            if not isinstance(version.meaning, Formula):
                yield name
                continue
            for part in names(version.meaning.value):
                yield from self.bases(part.name)

    def _of_parameter(self, name: str, parameter: Parameter, values: Iterable[Quantity]) -> Iterator[str]:
        if parameter.variants and name == parameter.name:
            for variant in parameter.variants:
                yield from self.bases(f"{name}.{variant.id}")
                yield from self.of_condition(variant.when)
            return
        if parameter.keyed_by is not None:
            yield from self.bases(parameter.keyed_by)
        for value in values:
            if value.months.first is not None or value.months.last is not None:
                yield MONTH
            if value.formula is not None:
                for part in names(value.formula):
                    yield from self.bases(part.name)

    def of_condition(self, condition: Condition | None) -> Iterator[str]:
        """The bases of every name in a condition."""
        for leaf in leaves(condition) if condition is not None else ():
            for operand in operand_names(leaf):
                yield from self.bases(operand.name)

    def may_lack_rate(self, name: str) -> bool:
        """Whether a name is worked out from a rate or threshold, which may be unknown."""
        waiting, seen = [name], set()
        while waiting:
            one = waiting.pop()
            if self.parameter(one) is not None:
                return True
            if one not in seen:
                seen.add(one)
                waiting += self.parts(one)
        return False

    # --- what to keep from the table before -----------------------------------------------------------------------------

    def frontier(self, wanted: Iterable[str], level: int) -> set[str]:
        """The names that tables up to `level` must keep so that the wanted names can be worked out after them."""
        found: set[str] = set()
        for name in wanted:
            if self.is_calendar(name) or self.level(name) == CONSTANT:
                continue
            if self.is_of_year(name) or self.level(name) <= level:
                found.add(name)
            else:
                found |= self.frontier(set(self.parts(name)) - {name}, level)
        return found

    def parts(self, name: str) -> Iterator[str]:
        """The names that a name is directly worked out from."""
        found = self.parameter(name)
        if found is not None:
            parameter, values = found
            if parameter.variants and name == parameter.name:
                for variant in parameter.variants:
                    yield f"{name}.{variant.id}"
                    yield from operands(variant.when)
                return
            if parameter.keyed_by is not None:
                yield parameter.keyed_by
            for value in values:
                if value.formula is not None:
                    yield from (part.name for part in names(value.formula))
            return
        for version in self.versions(name):
            if isinstance(version.meaning, Formula):
                yield from (part.name for part in names(version.meaning.value))


def operands(condition: Condition | None) -> Iterator[str]:
    """Every name in a condition."""
    for leaf in leaves(condition) if condition is not None else ():
        for operand in operand_names(leaf):
            yield operand.name


def named(leaf: Leaf) -> set[str]:
    """Every name in a leaf."""
    return {operand.name for operand in operand_names(leaf)}


def in_formula(expression: Expression) -> set[str]:
    """Every name in a formula."""
    return {part.name for part in names(expression)}
