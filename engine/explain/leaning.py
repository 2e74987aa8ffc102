"""The interpretations a decision leans on: the rules' own, and those of the definitions and thresholds their conditions read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.decide.answer import NOT_RELEVANT, Answer
from engine.decide.decision import Decision, Finding
from engine.decide.plan import Answers
from engine.explain.basis import basis, readings_of
from engine.explain.reason import texts
from engine.language.condition import Condition, leaves, operand_names
from engine.language.expression import names
from engine.language.meaning import DaysCounted, Formula, Run, SumOfEarlier, SumOverDays
from engine.language.model import Definition, Parameter, Reading, Rule
from engine.language.rulebook import SchemeRules

#: sets of answers whose interpretations are kept
_KEPT = 10_000


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


def readings(decision: Decision) -> list[dict[str, Any]]:
    """The interpretations the decision leans on: those of the rules that were in force, and of what it was calculated by."""
    found: dict[tuple[str, str], dict[str, Any]] = {}

    def lean(reading: Reading | None, on: str) -> None:
        if reading is None:
            return
        entry = found.get((reading.number, reading.text))
        if entry is None:
            told = {"nr": reading.number, "tekst": reading.text, "fordi": reading.because, "gjelder": [on]}
            found[reading.number, reading.text] = told
        elif on not in entry["gjelder"]:
            entry["gjelder"].append(on)

    lean(decision.compiled.summary.reading, "utfall")
    for reading, on in _of_answers(decision):
        lean(reading, on)
    for doctor in decision.doctors:
        if doctor.outside:
            lean(decision.compiled.vocabulary.schemes[decision.application.scheme].outside_reading, "avtaledato")
        if doctor.rule_set is not None:
            lean(doctor.rule_set.agreements_reading, "valg av regelsett")
        for name, line in doctor.lines.items():
            component = decision.compiled.components[name].component
            if line.months:
                lean(component.reading, f"komponenten {name}")
            if line.calculation is not None and line.months:
                lean(line.calculation.reading, f"beregning av {name}")
                found_basis = basis(line, doctor, decision)
                for used in found_basis.used if found_basis is not None else ():
                    for reading in readings_of(used.parameter, used.quantity):
                        lean(reading, used.parameter.name)
    for noted in decision.notes:
        lean(noted.note.note.reading, noted.note.note.id)
    return list(found.values())


_Leaning = list[tuple[Reading, str]]


def _of_answers(decision: Decision) -> _Leaning:
    """The interpretations the decision's answers lean on, each with the rule or exemption it is about; worked out once for the same answers."""
    answers: dict[Answer, None] = {}
    seen: set[Answers] = set()
    for told in decision.told:
        if isinstance(told, Finding):
            answers[told.answer] = None
        elif told.answers not in seen:
            seen.add(told.answers)
            answers.update(dict.fromkeys(told.answers.answers))
    filled, key = texts(decision), tuple(answers)
    found = filled.leaning.get(key)
    if found is None:
        if len(filled.leaning) > _KEPT:
            filled.leaning.clear()
        found = filled.leaning[key] = _find(key, decision.compiled.scheme, filled.leaning_rules)
    return found


def _find(
    answers: Sequence[Answer], scheme: SchemeRules, of_rules: dict[tuple[str, str], tuple[Reading, ...]]
) -> _Leaning:
    rules = [one.clause.rule for one in answers if one.result != NOT_RELEVANT]
    found: _Leaning = []
    for key, rule in {(rule.origin, rule.id): rule for rule in rules}.items():
        if key not in of_rules:
            of_rules[key] = leans_on(rule, scheme)
        found += [(reading, rule.id) for reading in of_rules[key]]
    for answer in answers:
        for exemption in answer.clause.rule.exemptions if answer.exemption is not None else ():
            if exemption.id == answer.exemption and exemption.reading is not None:
                found.append((exemption.reading, exemption.id))
    return found
