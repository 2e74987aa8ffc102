"""The interpretations a rule leans on: its own, and those of the definitions and thresholds its conditions read."""

from __future__ import annotations

from collections.abc import Iterator

from engine.language.condition import Condition, leaves, operand_names
from engine.language.expression import names
from engine.language.model import (
    DaysCounted,
    Definition,
    Formula,
    Parameter,
    Reading,
    Rule,
    Run,
    SumOfEarlier,
    SumOverDays,
)
from engine.language.rulebook import SchemeRules


def leans_on(rule: Rule, scheme: SchemeRules) -> tuple[Reading, ...]:
    """Every interpretation, each once, in the order met."""
    found: dict[tuple[str, str], Reading] = {}
    for reading in _readings(rule, scheme):
        found.setdefault((reading.number, reading.text), reading)
    return tuple(found.values())


def _readings(rule: Rule, scheme: SchemeRules) -> Iterator[Reading]:
    if rule.reading is not None:
        yield rule.reading
    seen: set[str] = set()
    for condition in (rule.scope, rule.requirement, rule.partial_when, rule.judgement_when):
        if condition is not None:
            yield from _of_condition(condition, scheme, seen)


def _of_condition(condition: Condition, scheme: SchemeRules, seen: set[str]) -> Iterator[Reading]:
    for leaf in leaves(condition):
        for name in operand_names(leaf):
            yield from _of_name(name.name, scheme, seen)


def _of_name(name: str, scheme: SchemeRules, seen: set[str]) -> Iterator[Reading]:
    if name in seen:
        return
    seen.add(name)
    if name in scheme.parameters:
        yield from _of_parameter(scheme.parameters[name])
    for definition in scheme.definitions.get(name, ())[-1:]:
        yield from _of_definition(definition, scheme, seen)


def _of_parameter(parameter: Parameter) -> Iterator[Reading]:
    if parameter.reading is not None:
        yield parameter.reading
    for quantity in parameter.values:
        if quantity.reading is not None:
            yield quantity.reading


def _of_definition(definition: Definition, scheme: SchemeRules, seen: set[str]) -> Iterator[Reading]:
    if definition.reading is not None:
        yield definition.reading
    match definition.meaning:
        case DaysCounted(where, _) | Run(where, _):
            if where is not None:
                yield from _of_condition(where, scheme, seen)
        case SumOverDays(value, where):
            for name in names(value):
                yield from _of_name(name.name, scheme, seen)
            if where is not None:
                yield from _of_condition(where, scheme, seen)
        case SumOfEarlier(name):
            yield from _of_name(name, scheme, seen)
        case Formula(value):
            for name in names(value):
                yield from _of_name(name.name, scheme, seen)
        case _:
            return
