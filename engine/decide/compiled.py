"""A scheme's rules made ready to decide with: slots, groups, calculations and notes. Made once per rulebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial

from engine.case import derived, table
from engine.case.calendar import DAY, DAYS_IN_MONTH, MONTH, Limit, limits_of
from engine.case.comparison import Comparator, tree
from engine.case.formula import formula
from engine.case.frame import Reader, Slots
from engine.case.names import DOCTOR, OF_DOCTOR, OF_LOOK, OF_SETTING, SPAN, Names, in_formula, named, operands
from engine.case.truth import NEI
from engine.decide.alike import AlikeMonths
from engine.decide.group import Group
from engine.decide.plan import Plan
from engine.language.condition import Condition, Leaf
from engine.language.meaning import DaysCounted, Run, SumOverDays
from engine.language.model import Calculation, Component, Note, Rule, RuleSet
from engine.language.rulebook import Rulebook, SchemeRules
from engine.language.vocabulary import Summary, Vocabulary
from engine.ruleset.force import Standing, standings
from engine.text.month import Month

#: the extra status a component's month can get: held back, or hanging on a missing fact
HELD = "uavklart"

_KEPT = 20_000

#: agreement dates whose plans are kept
_KEPT_DATES = 1_000


@dataclass(frozen=True, slots=True)
class CompiledComponent:
    """A component with its groups: `months` assesses a month, `days` which days count (None when every day does)."""

    component: Component
    applied: Comparator
    subsidiary: Comparator
    months: Group
    days: Group | None
    calculations: tuple[tuple[Calculation, Reader], ...]
    _of_month: dict[Month, tuple[Calculation, Reader] | None] = field(default_factory=dict, repr=False, compare=False)

    def calculation(self, month: Month) -> tuple[Calculation, Reader] | None:
        """The calculation for a supported month: the latest set's whose months hold."""
        if month not in self._of_month:
            if len(self._of_month) > _KEPT:
                self._of_month.clear()
            holding = (one for one in reversed(self.calculations) if one[0].months.holds(month))
            self._of_month[month] = next(holding, None)
        return self._of_month[month]


@dataclass(frozen=True, slots=True, eq=False)
class CompiledNote:
    """A note's version. `reach` tells in which months of a doctor its condition answers the same."""

    note: Note
    when: Comparator
    amount: Reader | None
    reach: int


class Plans(dict[tuple[Group, Month | None], Plan]):
    """Plans by group and month; one that is not there is found with `find`."""

    def __init__(self, find: Callable[[Group, Month | None], Plan]) -> None:
        self._find = find

    def __missing__(self, key: tuple[Group, Month | None]) -> Plan:
        found = self[key] = self._find(*key)
        return found


class CompiledScheme:
    """Everything of one scheme that does not depend on the application."""

    def __init__(self, book: Rulebook, scheme: SchemeRules) -> None:
        self.book = book
        self.scheme = scheme
        self.vocabulary: Vocabulary = book.vocabulary
        self.summary: Summary = book.vocabulary.summary
        self.slots = Slots(book.vocabulary, scheme)
        table.install(self.slots)
        derived.install(self.slots)
        self.names = Names(self.slots)
        self._for_doctor = partial(self.names.stated_by, level=DOCTOR)
        self._for_region = partial(self.names.stated_by, level=SPAN, also=frozenset({DAY}))
        order = self.summary.month
        versions = [rule for rules in scheme.rules.values() for rule in rules]
        of_months = [one for rule in versions if rule.per in ("lege", "måned") for one in rule.conditions]
        self.months = AlikeMonths(self.names, [one for one in limits_of(MONTH, of_months) if self._is_limit(one)])
        self.application = Group("søknaden", [rule for rule in versions if rule.per == "søknad"], self.slots, order)
        self.lists = {
            name: Group(f"«{name}»", [rule for rule in versions if rule.per == name], self.slots, order, of_list=name)
            for name in self.slots.lists
            if any(rule.per == name for rule in versions)
        }
        self.components = {name: self._component(part, versions) for name, part in scheme.components.items()}
        self.notes = [
            tuple(
                CompiledNote(
                    note,
                    self._tree(note.when, note.per),
                    None if note.formula is None else formula(note.formula, self.slots),
                    self.months.reach(operands(note.when)),
                )
                for note in reversed(notes)
            )
            for notes in scheme.notes.values()
        ]
        self.day_conditions = self._day_conditions(versions)
        days = {one.value: self._is_limit(one) for one in limits_of(DAY, self.day_conditions)}
        self.day_limits = tuple(
            [formula(value, self.slots) for value, of_doctor in days.items() if of_doctor == wanted]
            for wanted in (True, False)
        )
        """What days are compared with: what is the same for a doctor, and what is for a period."""
        self._standings: dict[tuple[date | None, Month | None, int | None], dict[str, Standing]] = {}
        self._plans: dict[object, Plan] = {}
        self._notes_known: dict[str, Mapping[str, list[tuple[CompiledNote, ...]]]] = {}
        self._found: dict[tuple[date | None, int | None], Plans] = {}
        self.month_slot, self.length_slot, self.day_slot = (
            self.slots.index[name] for name in (MONTH, DAYS_IN_MONTH, DAY)
        )

    def _component(self, component: Component, versions: Sequence[Rule]) -> CompiledComponent:
        own = [rule for rule in versions if component.id in rule.components]
        days = [rule for rule in own if rule.per == "dag"]
        never: Callable[[object], int] = lambda frame: NEI  # noqa: E731
        return CompiledComponent(
            component,
            tree(component.applied_when, self.slots),
            never if component.subsidiary_when is None else tree(component.subsidiary_when, self.slots),
            Group(
                f"«{component.id}»",
                [rule for rule in own if rule.per in ("lege", "måned")],
                self.slots,
                self.summary.month,
                extra=(HELD,),
                reach=self._reach,
            ),
            Group(f"dagene i «{component.id}»", days, self.slots, self.summary.month, regional=self._for_region)
            if days
            else None,
            tuple(
                (calculation, formula(calculation.formula, self.slots))
                for calculation in self.scheme.calculations.get(component.id, ())
            ),
        )

    def _reach(self, leaf: Leaf) -> int:
        """The months of a doctor that a leaf answers the same in. What the month is compared with is among the limits of a setting."""
        if self._for_doctor(leaf):
            return OF_DOCTOR
        limits = limits_of(MONTH, [leaf])
        return OF_SETTING if limits and all(map(self._is_limit, limits)) else self.months.reach(named(leaf))

    def _is_limit(self, limit: Limit) -> bool:
        """Whether what a month or day is compared with is the same for all of a doctor."""
        return self.names.stated(in_formula(limit.value), DOCTOR)

    @cached_property
    def shown_alike(self) -> bool:
        """Whether all that is shown of a month, and its amount, is the same in months that look alike."""
        calculations = [calculation for part in self.components.values() for calculation, _ in part.calculations]
        shown = self.months.reach(self.vocabulary.shown_per_month.values())
        return all(reach <= OF_LOOK for reach in (shown, *map(self.months.of_calculation, calculations)))

    def _tree(self, condition: Condition, per: str) -> Comparator:
        return tree(condition, self.slots, per if per in self.slots.lists else None)

    def _day_conditions(self, versions: Sequence[Rule]) -> list[Condition]:
        found: list[Condition] = []
        for rule in versions:
            if rule.per == "dag":
                found += [rule.requirement, *(exemption.when for exemption in rule.exemptions)]
                found += [one for one in (rule.scope,) if one is not None]
        for definitions in self.scheme.definitions.values():
            for definition in definitions:
                meaning = definition.meaning
                if isinstance(meaning, DaysCounted | Run | SumOverDays) and meaning.where is not None:
                    found.append(meaning.where)
        return found

    def notes_known_to(self, grant_set: RuleSet) -> Mapping[str, list[tuple[CompiledNote, ...]]]:
        """The notes' versions, latest first, that were written by a grant year's rule set or before, by the level they are at."""
        if grant_set.id not in self._notes_known:
            order = [one.id for one in self.scheme.sets]
            known = set(order[: order.index(grant_set.id) + 1])
            found: dict[str, list[tuple[CompiledNote, ...]]] = {}
            for versions in self.notes:
                own = tuple(one for one in versions if one.note.origin in known)
                for per in {one.note.per: None for one in own}:
                    found.setdefault(per, []).append(own)
            self._notes_known[grant_set.id] = found
        return self._notes_known[grant_set.id]

    def standing(self, agreed: date | None, month: Month | None, year: int | None) -> dict[str, Standing]:
        """Every rule's standing, by rule id."""
        key = (agreed, month, year)
        found = self._standings.get(key)
        if found is None:
            if len(self._standings) > _KEPT:
                self._standings.clear()
            found = {one.rule.id: one for one in standings(self.scheme, agreed, month, year)}
            self._standings[key] = found
        return found

    def plan(self, group: Group, agreed: date | None, month: Month | None, year: int | None) -> Plan:
        """The group's plan for an agreement date, a month and a grant year."""
        return self.plans(agreed, year)[group, month]

    def plans(self, agreed: date | None, year: int | None) -> Plans:
        """The plans for an agreement date and a grant year."""
        found = self._found.get((agreed, year))
        if found is None:
            if len(self._found) > _KEPT_DATES:
                self._found.clear()
            found = self._found[agreed, year] = Plans(partial(self._plan, agreed, year))
        return found

    def _plan(self, agreed: date | None, year: int | None, group: Group, month: Month | None) -> Plan:
        standing = self.standing(agreed, month, year)
        alike = tuple((one.rule.id, one.rule.origin, one.in_force, one.why) for one in standing.values())
        excepted = tuple(
            agreed is not None and exemption.agreements.holds(agreed)
            for clause in group.clauses
            for exemption, _, _ in clause.exemptions
        )
        shared = (group, alike, excepted)
        if shared not in self._plans:
            self._plans[shared] = Plan(group, standing, agreed)
        return self._plans[shared]


def compiled(book: Rulebook, scheme: str) -> CompiledScheme:
    """The scheme's compiled rules, made the first time they are asked for."""
    key = ("decide", scheme)
    if key not in book.compiled:
        book.compiled[key] = CompiledScheme(book, book.schemes[scheme])
    found: CompiledScheme = book.compiled[key]
    return found
