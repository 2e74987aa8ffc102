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

#: interpretations by number and text, each with what leans on it
_Leaning = dict[tuple[str, str], tuple[Reading, list[str]]]

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
    found: _Leaning = {key: (reading, on.copy()) for key, (reading, on) in _of_answers(decision).items()}

    def lean(reading: Reading | None, on: str) -> None:
        _lean(found, reading, on)

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
    return [
        {"nr": reading.number, "tekst": reading.text, "fordi": reading.because, "gjelder": on}
        for reading, on in found.values()
    ]


def _lean(found: _Leaning, reading: Reading | None, on: str) -> None:
    if reading is not None:
        _, known = found.setdefault((reading.number, reading.text), (reading, []))
        if on not in known:
            known.append(on)


def _of_answers(decision: Decision) -> _Leaning:
    """What outcomes and the decision's answers lean on; worked out once for the same answers."""
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
        found = filled.leaning[key] = {}
        _lean(found, decision.compiled.summary.reading, "utfall")
        _lean_on_answers(found, key, decision.compiled.scheme, filled.leaning_rules)
    return found


def _lean_on_answers(
    found: _Leaning, answers: Sequence[Answer], scheme: SchemeRules, known: dict[tuple[str, str], tuple[Reading, ...]]
) -> None:
    rules = [one.clause.rule for one in answers if one.result != NOT_RELEVANT]
    for key, rule in {(rule.origin, rule.id): rule for rule in rules}.items():
        if key not in known:
            known[key] = leans_on(rule, scheme)
        for reading in known[key]:
            _lean(found, reading, rule.id)
    for answer in answers:
        for exemption in answer.clause.rule.exemptions if answer.exemption is not None else ():
            if exemption.id == answer.exemption:
                _lean(found, exemption.reading, exemption.id)
