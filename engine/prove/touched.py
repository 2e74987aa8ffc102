"""What a change of rules can reach: names that mean something else, and the rules and moments that lean on them.

Nothing is proved here. What is told to be out of reach is so because every word it rests on is the same in both rulebooks.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from engine.case.truth import YES
from engine.decide.compiled import CompiledComponent, CompiledScheme
from engine.decide.group import Clause, Group
from engine.decide.plan import Plan
from engine.language.expression import names
from engine.language.meaning import Formula
from engine.language.model import Calculation, Rule
from engine.language.names import WINDOW
from engine.prove.moment import Moment
from engine.prove.reading import conditions, names_in, read_by, table_content


class Touched:
    """Two compiled versions of a scheme, and what differs between them."""

    def __init__(self, before: CompiledScheme, after: CompiledScheme) -> None:
        self.before = before
        self.after = after
        self._names: dict[tuple[str, bool], bool] = {}
        self._rules: dict[object, set[str]] = {}
        years = [
            tuple(
                (one.grant_year.year, one.grant_year.months) for one in side.scheme.sets if one.grant_year is not None
            )
            for side in (before, after)
        ]
        self._window = years[0] != years[1]

    # --- names ----------------------------------------------------------------------------------------------------------

    def name(self, name: str, counting: bool = False) -> bool:
        """Whether a name may mean something else; with `counting`, where other days count than did."""
        key = (name, counting)
        if key not in self._names:
            self._names[key] = False  # the rules are checked for circles; this only stops a walk in one
            self._names[key] = self._differs(name, counting)
        return self._names[key]

    def _differs(self, name: str, counting: bool) -> bool:
        if name in WINDOW:
            return self._window
        one, other = (side.scheme.parameters.get(name) for side in (self.before, self.after))
        if (one is None) != (other is None) or (
            one is not None and other is not None and table_content(one) != table_content(other)
        ):
            return True
        before, after = (side.scheme.definitions.get(name, ()) for side in (self.before, self.after))
        if [(d.meaning, d.months) for d in before] != [(d.meaning, d.months) for d in after]:
            return True
        if counting and any(not isinstance(one.meaning, Formula) for one in before):
            return True
        return self.any(read_by(self.before.scheme, name), counting)

    def any(self, found: Iterable[str], counting: bool = False) -> bool:
        return any(self.name(one, counting) for one in found)

    # --- rules ----------------------------------------------------------------------------------------------------------

    def rule(self, one: Rule, other: Rule, counting: bool = False) -> bool:
        """Whether two versions of a rule may answer differently where both are in force."""
        if _content(one) != _content(other):
            return True
        return any(self.any(names_in(part), counting) for part in conditions(one))

    def rules(
        self, groups: tuple[Group | None, Group | None], moment: Moment, per_month: bool, counting: bool = False
    ) -> set[str]:
        """The rules of a group that may answer differently at a moment, by id."""
        standing = tuple(
            None if group is None else bytes(_plan(side, group, moment, per_month).base)
            for side, group in zip((self.before, self.after), groups, strict=True)
        )
        key = (groups, standing, counting)
        if key not in self._rules:
            self._rules[key] = self._different(groups, moment, per_month, counting)
        return self._rules[key]

    def _different(
        self, groups: tuple[Group | None, Group | None], moment: Moment, per_month: bool, counting: bool
    ) -> set[str]:
        before, after = (
            in_force(side, group, moment, per_month)
            for side, group in zip((self.before, self.after), groups, strict=True)
        )
        return {
            id
            for id in before.keys() | after.keys()
            if id not in before
            or id not in after
            or before[id][1] != after[id][1]
            or self.rule(before[id][0].rule, after[id][0].rule, counting)
        }

    @cached_property
    def days_anywhere(self) -> bool:
        """Whether any rule on days is other than it was, in whatever month; sums over earlier months rest on those too."""
        before, after = (
            [rule for versions in side.scheme.rules.values() for rule in versions if rule.per == "dag"]
            for side in (self.before, self.after)
        )
        return [_standing(one) for one in before] != [_standing(one) for one in after] or any(
            self.any(names_in(part)) for one in before for part in conditions(one)
        )

    def calculations(
        self, one: CompiledComponent, other: CompiledComponent, moment: Moment, counting: bool = False
    ) -> bool:
        """Whether a component may come to something else in a month."""
        before, after = one.calculation(moment.month), other.calculation(moment.month)
        if before is None or after is None:
            return before is not after
        return _sum(before[0]) != _sum(after[0]) or self.any((one.name for one in names(before[0].formula)), counting)


def in_force(
    compiled: CompiledScheme, group: Group | None, moment: Moment, per_month: bool
) -> dict[str, tuple[Clause, tuple[str, ...]]]:
    """The rules of a group in force at a moment, each with the exemptions that are."""
    if group is None:
        return {}
    plan = _plan(compiled, group, moment, per_month)
    return {
        clause.rule.id: (clause, tuple(one.id for one, flag, _ in clause.exemptions if plan.base[flag] & YES))
        for clause in group.clauses
        if plan.base[clause.in_force] & YES
    }


def _plan(compiled: CompiledScheme, group: Group, moment: Moment, per_month: bool) -> Plan:
    agreed, month = (moment.day, moment.month) if per_month else (None, None)
    return compiled.plan(group, agreed, month, moment.year)


def _standing(rule: Rule) -> tuple[Any, ...]:
    """What decides in a rule, and when it is in force."""
    return rule.id, rule.in_force, rule.months, _content(rule), tuple(one.agreements for one in rule.exemptions)


def _content(rule: Rule) -> tuple[Any, ...]:
    """What decides in a rule, apart from when it is in force and its words."""
    return (
        rule.per,
        rule.scope,
        rule.requirement,
        rule.partial_when,
        rule.judgement_when,
        rule.consequence,
        rule.opens_for,
        tuple((one.id, one.when) for one in rule.exemptions),
    )


def _sum(one: Calculation) -> tuple[Any, ...]:
    return one.formula, one.unit, one.rounding.step, one.rounding.mode
