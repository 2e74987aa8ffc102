"""What a change of rules can reach: names that mean something else, and the rules and moments that lean on them.

Nothing is proved here. What is told to be out of reach is so because every word it rests on is the same in both rulebooks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.case.truth import YES
from engine.decide.compiled import CompiledComponent, CompiledScheme
from engine.decide.group import Clause, Group
from engine.language.condition import Condition
from engine.language.expression import names
from engine.language.model import Calculation, Parameter, Rule
from engine.language.names import WINDOW
from engine.prove.moment import Moment
from engine.prove.reading import names_in, read_by


class Touched:
    """Two compiled versions of a scheme, and what differs between them."""

    def __init__(self, before: CompiledScheme, after: CompiledScheme) -> None:
        self.before = before
        self.after = after
        self._names: dict[str, bool] = {}
        years = [
            tuple(
                (one.grant_year.year, one.grant_year.months) for one in side.scheme.sets if one.grant_year is not None
            )
            for side in (before, after)
        ]
        self._window = years[0] != years[1]

    # --- names ----------------------------------------------------------------------------------------------------------

    def name(self, name: str) -> bool:
        """Whether a name may mean something else."""
        if name not in self._names:
            self._names[name] = False  # the rules are checked for circles; this only stops a walk in one
            self._names[name] = self._differs(name)
        return self._names[name]

    def _differs(self, name: str) -> bool:
        if name in WINDOW:
            return self._window
        one, other = (side.scheme.parameters.get(name) for side in (self.before, self.after))
        if one is not None or other is not None:
            if one is None or other is None or _table(one) != _table(other):
                return True
            return self.any(read_by(self.before.scheme, name))
        before, after = (side.scheme.definitions.get(name, ()) for side in (self.before, self.after))
        if [(d.meaning, d.months) for d in before] != [(d.meaning, d.months) for d in after]:
            return True
        return self.any(read_by(self.before.scheme, name))

    def any(self, found: Iterable[str]) -> bool:
        return any(self.name(one) for one in found)

    def condition(self, condition: Condition | None) -> bool:
        return self.any(names_in(condition))

    # --- rules ----------------------------------------------------------------------------------------------------------

    def rule(self, one: Rule, other: Rule) -> bool:
        """Whether two versions of a rule may answer differently where both are in force."""
        if _content(one) != _content(other):
            return True
        conditions = (one.scope, one.requirement, one.judgement_when, one.partial_when)
        return any(self.condition(part) for part in (*conditions, *(exemption.when for exemption in one.exemptions)))

    def rules(self, groups: tuple[Group | None, Group | None], moment: Moment, per_month: bool) -> set[str]:
        """The rules of a group that may answer differently at a moment, by id."""
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
            or self.rule(before[id][0].rule, after[id][0].rule)
        }

    def calculations(self, one: CompiledComponent, other: CompiledComponent, moment: Moment) -> bool:
        """Whether a component may come to something else in a month."""
        before, after = one.calculation(moment.month), other.calculation(moment.month)
        if before is None or after is None:
            return before is not after
        return _sum(before[0]) != _sum(after[0]) or self.any(one.name for one in names(before[0].formula))


def in_force(
    compiled: CompiledScheme, group: Group | None, moment: Moment, per_month: bool
) -> dict[str, tuple[Clause, tuple[str, ...]]]:
    """The rules of a group in force at a moment, each with the exemptions that are."""
    if group is None:
        return {}
    agreed, month = (moment.day, moment.month) if per_month else (None, None)
    plan = compiled.plan(group, agreed, month, moment.year)
    return {
        clause.rule.id: (clause, tuple(one.id for one, flag, _ in clause.exemptions if plan.base[flag] & YES))
        for clause in group.clauses
        if plan.base[clause.in_force] & YES
    }


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


def _table(one: Parameter) -> tuple[Any, ...]:
    rows = tuple((row.months, row.key, row.variant, row.value, row.formula) for row in one.values)
    return one.kind, one.unit, one.keyed_by, tuple((v.id, v.when) for v in one.variants), rows


def _sum(one: Calculation) -> tuple[Any, ...]:
    return one.formula, one.unit, one.rounding.step, one.rounding.mode
