"""What reads what: the rules, notes and calculations that a change of a name can reach, directly or through definitions and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.language.condition import Condition, leaves, operand_names
from engine.language.expression import Expression, names
from engine.language.meaning import DaysCounted, EarliestOf, Formula, LastOf, Run, SumOfEarlier, SumOverDays
from engine.language.model import Definition, Parameter, Rule, RuleSet
from engine.language.rulebook import SchemeRules
from engine.regress.mutant import VOCABULARY, Part

#: the parts whose names other parts read
NAMED = ("definisjoner", "satser", "grenser", "utledet", "fakta")


class Reach:
    """Of one scheme: part → the parts that it can change the answer of, and the names that a part's answer hangs on."""

    def __init__(self, scheme: SchemeRules) -> None:
        self._reads = {part: names for one in scheme.sets for part, names in _reads(one)}
        for name, versions in scheme.definitions.items():
            for definition in versions:
                if definition.origin == VOCABULARY:
                    self._reads[Part(VOCABULARY, "utledet", name)] = set(_of_definition(definition))
        self._readers: dict[str, set[Part]] = {}
        for part, read in self._reads.items():
            for name in read:
                self._readers.setdefault(name, set()).add(part)

    @property
    def parts(self) -> Iterable[Part]:
        """Every part that reads something or is read."""
        return self._reads

    def of(self, parts: Iterable[Part]) -> frozenset[Part]:
        """The parts themselves and all that read them."""
        found: set[Part] = set()
        waiting = list(parts)
        while waiting:
            part = waiting.pop()
            if part not in found:
                found.add(part)
                if part.section in NAMED:
                    waiting += self._readers.get(part.name, ())
        return frozenset(found)

    def readers(self, part: Part) -> Iterable[Part]:
        """The parts that read a part themselves."""
        return self._readers.get(part.name, ()) if part.section in NAMED else ()

    def names(self, parts: Iterable[Part]) -> frozenset[str]:
        """Every name the parts read, directly or through definitions and tables."""
        found: set[str] = set()
        waiting = list(parts)
        while waiting:
            part = waiting.pop()
            new = self._reads.get(part, set()) - found
            found |= new
            waiting += [one for one in self._reads if one.section in NAMED and one.name in new]
        return frozenset(found)


#: the parts that a decision tells of by name
_TOLD = ("vilkår", "merknader", "satser")


def told_by(schemes: Iterable[SchemeRules]) -> dict[str, frozenset[str]]:
    """Every rule, exemption, note, rate, threshold and definition by name → the names that a decision tells of where it bears."""
    found: dict[str, set[str]] = {}
    for scheme in schemes:
        reach = Reach(scheme)
        for part in reach.parts:
            if part.section in (*_TOLD, "grenser", "definisjoner"):
                told = {one.name for one in reach.of([part]) if one.section in _TOLD}
                found.setdefault(part.name, set()).update(told)
        for versions in scheme.rules.values():
            for exemption in (exemption for rule in versions for exemption in rule.exemptions):
                found.setdefault(exemption.id, set()).add(exemption.id)
    return {name: frozenset(told) for name, told in found.items()}


def _reads(one: RuleSet) -> Iterator[tuple[Part, set[str]]]:
    for component in one.components.values():
        conditions = [component.applied_when, component.subsidiary_when]
        yield Part(one.id, "komponenter", component.id), set(_of_conditions(conditions))
    for parameter in one.parameters.values():
        section = "satser" if parameter.is_rate else "grenser"
        yield Part(one.id, section, parameter.name), set(_of_parameter(parameter))
    for definition in one.definitions.values():
        yield Part(one.id, "definisjoner", definition.name), set(_of_definition(definition))
    for rule in one.rules.values():
        yield Part(one.id, "vilkår", rule.id), set(_of_rule(rule))
    for note in one.notes.values():
        read = {*_of_conditions([note.when]), *_of_expressions([note.formula])}
        yield Part(one.id, "merknader", note.id), read
    for calculation in one.calculations.values():
        read = {*_of_expressions([calculation.formula]), *calculation.shown}
        yield Part(one.id, "beregning", calculation.component), read


def _of_rule(rule: Rule) -> Iterator[str]:
    yield from _of_conditions([rule.scope, rule.requirement, rule.partial_when, rule.judgement_when])
    yield from _of_conditions(exemption.when for exemption in rule.exemptions)


def _of_parameter(parameter: Parameter) -> Iterator[str]:
    for quantity in parameter.values:
        yield from _of_expressions([quantity.formula, quantity.suggestion])
    yield from _of_conditions(variant.when for variant in parameter.variants)
    if parameter.keyed_by is not None:
        yield parameter.keyed_by


def _of_definition(definition: Definition) -> Iterator[str]:
    match definition.meaning:
        case DaysCounted(where) | Run(where):
            yield from _of_conditions([where])
        case SumOverDays(value, where):
            yield from _of_conditions([where])
            yield from _of_expressions([value])
        case Formula(value):
            yield from _of_expressions([value])
        case LastOf(fact) | EarliestOf(fact):
            yield fact
        case SumOfEarlier(name):
            yield name


def _of_conditions(conditions: Iterable[Condition | None]) -> Iterator[str]:
    for condition in conditions:
        for leaf in leaves(condition) if condition is not None else ():
            yield from (name.name for name in operand_names(leaf))


def _of_expressions(expressions: Iterable[Expression | None]) -> Iterator[str]:
    for expression in expressions:
        if expression is not None:
            yield from (name.name for name in names(expression))
