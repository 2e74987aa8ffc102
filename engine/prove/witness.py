"""Witnesses: a solver's answer as a real application, decided by the real engine before anyone sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import z3

from engine.case.stated import Application, Doctor, Facts, digest
from engine.decide.answer import MET, NOT_MET, NOT_RELEVANT, UNRESOLVED
from engine.decide.decide import decide
from engine.decide.decision import ComponentMonth, Decision
from engine.language.rulebook import Rulebook
from engine.prove.layout import Layout
from engine.prove.logic import Bool
from engine.prove.meaning import STATUSES, GroupMeaning, Meaning
from engine.prove.scene import Scene
from engine.prove.world import APPLICATION, DOCTOR, World
from engine.text.month import Month, month_text

DOCTOR_ID = "lege-1"


class NotReplayed(Exception):
    """The engine decides a witness otherwise than the formulas said: a fault in the proofs, and nothing is shown."""

    def __init__(self, application: Application, where: str, expected: str, found: str) -> None:
        self.application = application
        super().__init__(where, expected, found)

    def __reduce__(self) -> Any:
        return NotReplayed, (self.application, *self.args)

    def __str__(self) -> str:
        where, expected, found = self.args
        return (
            f"vitne.yaml:1:1: BEVIS-SPILL: et vitne stemmer ikke med motoren ({where}): formlene sier {expected}, motoren sier {found} – "
            "bevisene kan ikke brukes før feilen er rettet – meld feilen, med søknaden: "
            f"{self.application.facts} {[doctor.facts for doctor in self.application.doctors]} "
            f"{[period.facts for doctor in self.application.doctors for period in doctor.periods]}"
        )


@dataclass(frozen=True, slots=True)
class Expected:
    """What the formulas say of a component in the month; None where it is not looked at."""

    component: str
    month: Month
    status: str | None


def application_of(model: Any, world: World, layout: Layout | None, id: str = "vitne") -> Application:
    """The application an answer describes: one doctor with the layout's periods, or none."""
    facts = _facts(model, world, APPLICATION)
    doctors: tuple[Doctor, ...] = ()
    if layout is not None:
        own = _facts(model, world, DOCTOR)
        doctors = (Doctor(DOCTOR_ID, own, _rows(model, world, "lege"), layout.periods(model), "leger[0]"),)
    lists = _rows(model, world, "søknad")
    return Application(
        id=id,
        scheme=world.scheme,
        facts=facts,
        lists=lists,
        doctors=doctors,
        file="vitne.yaml",
        digest=digest(world.scheme, id, facts, lists, doctors),
    )


def _facts(model: Any, world: World, owner: str) -> dict[str, Any]:
    found = {}
    for one in world.variables.values():
        if one.owner == owner:
            value = one.read(model)
            if value is not None:
                found[one.fact.name] = value
    return found


def _rows(model: Any, world: World, level: str) -> dict[str, tuple[Facts, ...]]:
    lists: dict[str, tuple[Facts, ...]] = {}
    for fact in world.vocabulary.facts_of(world.scheme, level):
        if fact.kind == "liste" and any(one.owner == fact.name for one in world.variables.values()):
            row = _facts(model, world, fact.name)
            if row:
                lists[fact.name] = (row,)
    return lists


def status_in(model: Any, status: Mapping[str, Bool]) -> str:
    """The status an answer gives. Raises LookupError when it gives none."""
    return next(one for one in STATUSES if true_in(model, status[one]))


def true_in(model: Any, formula: Bool) -> bool:
    """Whether a formula is true in an answer."""
    return formula if isinstance(formula, bool) else z3.is_true(model.eval(formula, model_completion=True))


def component_month(decision: Decision, month: Month, component: str) -> ComponentMonth | None:
    """What the decision says of a component in a month, for the first doctor; None when it was not looked at."""
    for doctor in decision.doctors[:1]:
        for one in doctor.months:
            if one.month == month:
                return one.components.get(component)
    return None


def replay(application: Application, book: Rulebook) -> Decision:
    """The engine's decision on a witness, by both evaluators."""
    return decide(application, book)


def check(application: Application, decision: Decision, scene: Scene, model: Any, month: Month) -> None:
    """That the engine decides the month as the formulas said. Raises NotReplayed."""
    if decision.outcome == decision.compiled.summary.formal_defect:
        expected = status_in(model, scene.application.status)
        if expected != "avvist":
            raise NotReplayed(application, "søknaden", expected, "avvist")
        return
    for name in scene.compiled.components:
        found = component_month(decision, month, name)
        if found is None or not true_in(model, scene.applied(name).yes):
            continue
        expected = status_in(model, scene.component(name).rules.status)
        if found.status != expected:
            raise NotReplayed(application, f"{name} i {month_text(month)}", expected, found.status)
        _check_rules(application, decision, scene.component(name).rules, model, month, name)


def _check_rules(
    application: Application, decision: Decision, rules: GroupMeaning, model: Any, month: Month, component: str
) -> None:
    """That each rule is told to answer as the formulas said. Raises NotReplayed."""
    meant = {rule.clause.rule.id: rule for rule in rules.rules}
    for one in decision.findings:
        own = one.doctor == DOCTOR_ID and one.component == component and one.level in ("lege", "måned")
        if own and (one.month == month or month in (one.months or ())) and one.rule.id in meant:
            expected = answer_in(model, meant[one.rule.id])
            if one.result != expected:
                where = f"vilkåret {one.rule.id} for {component} i {month_text(month)}"
                raise NotReplayed(application, where, expected, one.result)


def answer_in(model: Any, rule: Meaning) -> str:
    """What a rule answers in an answer, as the contract says it."""
    if rule.scope is not None and true_in(model, rule.scope.no):
        return NOT_RELEVANT
    if true_in(model, rule.value.ja):
        return MET
    return NOT_MET if true_in(model, rule.value.nei) else UNRESOLVED
