"""What rules read: the names in conditions, and the names that tables and definitions are worked out from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.language.condition import Condition, leaves, operand_names
from engine.language.expression import names
from engine.language.meaning import DaysCounted, EarliestOf, Formula, LastOf, Run, SumOfEarlier, SumOverDays
from engine.language.model import Parameter, Rule
from engine.language.rulebook import SchemeRules
from engine.text.month import Month


def reached_by(scheme: SchemeRules) -> set[str]:
    """Every name that a rule, a component or a calculation leans on, through tables and definitions."""
    asked: list[str] = []
    for versions in scheme.rules.values():
        asked += [name for rule in versions for part in conditions(rule) for name in names_in(part)]
    for component in scheme.components.values():
        asked += [*names_in(component.applied_when), *names_in(component.subsidiary_when)]
    for calculations in scheme.calculations.values():
        asked += [name.name for calculation in calculations for name in names(calculation.formula)]
    return reached_from(scheme, asked)


def reached_from(scheme: SchemeRules, asked: Iterable[str]) -> set[str]:
    """Names, and those they are worked out from in any month."""
    found: set[str] = set()
    waiting = list(asked)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += read_by(scheme, name)
    return found


def read_by(scheme: SchemeRules, name: str) -> set[str]:
    """The names that a rate, a threshold or a definition is directly worked out from."""
    found: set[str] = set()
    table = scheme.parameters.get(name)
    if table is not None:
        found |= {table.keyed_by} if table.keyed_by is not None else set()
        for variant in table.variants:
            found |= set(names_in(variant.when))
        for row in table.values:
            found |= {one.name for one in names(row.formula)} if row.formula is not None else set()
    for definition in scheme.definitions.get(name, ()):
        match definition.meaning:
            case DaysCounted(where, _) | Run(where, _):
                found |= set(names_in(where))
            case SumOverDays(value, where):
                found |= {one.name for one in names(value)} | set(names_in(where))
            case SumOfEarlier(earlier):
                found.add(earlier)
            case LastOf(fact) | EarliestOf(fact):
                found.add(fact)
            case Formula(value):
                found |= {one.name for one in names(value)}
    return found


def names_in(condition: Condition | None) -> list[str]:
    """Every name in a condition."""
    found = leaves(condition) if condition is not None else ()
    return [name.name for leaf in found for name in operand_names(leaf)]


def reached_in(scheme: SchemeRules, asked: Iterable[str], month: Month | None) -> set[str]:
    """Names, and those they are worked out from in a month; in any month when none is given."""
    found: set[str] = set()
    waiting = list(asked)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        table = scheme.parameters.get(name)
        versions = [one for one in scheme.definitions.get(name, ()) if month is None or one.months.holds(month)]
        if table is not None:
            rows = [row for row in table.values if month is None or row.months.holds(month)]
            waiting += [one.name for row in rows if row.formula is not None for one in names(row.formula)]
        elif versions and isinstance(versions[-1].meaning, Formula):
            waiting += [one.name for one in names(versions[-1].meaning.value)]
        elif versions:
            waiting += read_by(scheme, name)
    return found


def lacks_value(scheme: SchemeRules, asked: Iterable[str], month: Month | None) -> bool:
    """Whether some rate or threshold behind the names has no value in the month, or is written as unknown."""
    for name in reached_in(scheme, asked, month):
        table = scheme.parameters.get(name)
        if table is not None:
            rows = [row for row in table.values if month is None or row.months.holds(month)]
            if not rows or any(row.unknown for row in rows):
                return True
    return False


def conditions(rule: Rule) -> tuple[Condition | None, ...]:
    """Every condition of a rule and its exemptions."""
    own = (rule.scope, rule.requirement, rule.judgement_when, rule.partial_when)
    return *own, *(exemption.when for exemption in rule.exemptions)


def table_content(one: Parameter) -> tuple[Any, ...]:
    """What decides in a table: everything but its words and sources."""
    rows = tuple((row.months, row.key, row.variant, row.value, row.formula) for row in one.values)
    return one.kind, one.unit, one.keyed_by, tuple((v.id, v.when) for v in one.variants), rows
