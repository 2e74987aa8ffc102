"""The formulas mean what the engine does: random applications are decided alike, rule by rule, by the formulas and by both evaluators."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import z3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.decide.decision import Decision
from engine.language.rulebook import open_rulebook
from engine.prove.domain import Variable
from engine.prove.hunt import Hunt
from engine.prove.logic import conj
from engine.prove.loose_scene import LooseScene
from engine.prove.moment import Moment
from engine.prove.solver import Clock, Question
from engine.prove.stage import Stages
from engine.prove.witness import application_of, check, component_month, replay, status_in
from engine.text.month import Month, first_day, last_day

ROOT = Path(__file__).resolve().parents[2] / "rules"
SCHEMES = ("nasjonal-alis", "veiledet-tjeneste", "spesialisering")


@cache
def stages(scheme: str) -> Stages:
    return Stages(open_rulebook(ROOT), scheme, Clock())


@cache
def places(scheme: str) -> list[tuple[Moment, str]]:
    """Every moment of every component, also those outside the grant year and without an agreement date; inside, ten times."""
    one = stages(scheme)
    if not one.has_doctors:
        return [(moment, "") for moment in one.borders.moments()]
    inside = [(moment, component) for component in one.scheme.components for moment in one.inside(component)]
    return inside * 10 + [
        (moment, component)
        for component in one.scheme.components
        for moment in one.borders.moments()
        if moment.agreed is None or one.answered(moment.day)
    ]


def values(variable: Variable, month: Month, borders: list[date]) -> list[Any]:
    """Values to try of a fact; None is not stated."""
    fact = variable.fact
    found: list[Any] = [None] if not fact.required else []
    match fact.kind:
        case "ja_nei":
            found += ["ja", "nei"]
        case "valg":
            found += fact.choices
        case "flervalg":
            found += [frozenset(fact.choices), frozenset(fact.choices[1:]), frozenset()]
        case "dato" | "tidspunkt":
            near = [first_day(month), last_day(month), first_day(month) + timedelta(9), *borders]
            days = [day + timedelta(step) for day in near for step in (-1, 0, 1)]
            found += [datetime(day.year, day.month, day.day, 12) if fact.kind == "tidspunkt" else day for day in days]
        case "heltall":
            found += [int(choice) for choice in fact.choices] or [0, 1, 3, 5, 6]
        case "desimal":
            found += [Fraction(number) for number in ("0", "1/2", "20", "75/2", "59.99", "60", "62.5", "80", "100")]
    return found


def usually(hunt: Hunt, variable: Variable) -> Any:
    """What a fact mostly is, so that the application is assessed and its months are decided by more than one rule."""
    return hunt.ordinary.get(f"periode 1.{variable.fact.name}" if "periode" in variable.owner else variable.key)


def drawn(data: st.DataObject, hunt: Hunt) -> Any:
    """An application of the month as an answer of the solver: each fact drawn, and kept when it fits those before it."""
    for name in hunt.scenes[0].compiled.components:
        assert hunt.scenes[0].component(name).rules.status  # what it needs is made as it is asked for
    question = Question(hunt.given, hunt.clock)
    assert question.holds()
    borders = sorted(stages(hunt.rulebooks[0].scheme.id).borders.named)
    wanted: list[Any] = []
    for variable in hunt.world.variables.values():
        choices = values(variable, hunt.month, borders)
        usual = usually(hunt, variable)
        roll = data.draw(st.integers(0, 9))
        if roll < 7 and usual in choices:
            wanted.append(variable.is_(usual))
        elif roll < 9:
            wanted.append(variable.is_(data.draw(st.sampled_from(choices))))
    if hunt.layout is not None:
        for used in hunt.layout.used[1:]:
            wanted.append(used if data.draw(st.booleans()) else z3.Not(used))
        for slot in hunt.layout.slots:
            for number in (slot.first, slot.last):
                if z3.is_expr(number) and data.draw(st.booleans()):
                    wanted.append(number == data.draw(st.integers(1, 31)))
        for number in (hunt.layout.back, hunt.layout.forward):
            wanted.append(number == data.draw(st.sampled_from([0, 0, 0, 1, 2, 3, 4])))
        wanted.append(hunt.layout.forward_full == data.draw(st.booleans()))
    for one in wanted:
        if not isinstance(one, bool) and question.holds(one):
            question.add([one])
    assert question.holds()
    return question.model()


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_random_applications_are_decided_alike(scheme: str, data: st.DataObject) -> None:
    one = stages(scheme)
    moment, component = data.draw(st.sampled_from(places(scheme)))
    month = moment.month
    if one.has_doctors:
        month = Month(data.draw(st.integers(moment.months[0], min(moment.months[1], moment.months[0] + 14))))
    periods = data.draw(st.integers(1, 3)) if one.has_doctors else 0
    hunt = one.exact(moment, month, component, periods)
    model = drawn(data, hunt)
    application = application_of(model, hunt.world, hunt.layout)
    decision = replay(application, one.book)
    check(application, decision, hunt.scenes[0], model, month)
    application_alike(hunt, model, decision)
    if component:
        loose_allows(one, moment, component, hunt, model, decision, month)


def application_alike(hunt: Hunt, model: Any, decision: Decision) -> None:
    """The rules on the application itself answer alike."""
    meant = {rule.clause.rule.id: rule for rule in hunt.scenes[0].application.rules}
    for finding in decision.findings:
        if finding.level == "søknad" and finding.rule.id in meant:
            rule = meant[finding.rule.id]
            if finding.result == "oppfylt":
                assert status_of(model, rule.value) == "ja"
            elif finding.result == "ikke oppfylt":
                assert status_of(model, rule.value) == "nei"


def status_of(model: Any, code: Any) -> str:
    def true(formula: Any) -> bool:
        return formula if isinstance(formula, bool) else z3.is_true(model.eval(formula, model_completion=True))

    return next(one for one in ("ja", "nei", "skjønn", "uavklart") if true(code.settled(one)))


def loose_allows(
    one: Stages, moment: Moment, component: str, hunt: Hunt, model: Any, decision: Decision, month: Month
) -> None:
    """The loose scene, on which proofs rest, allows what the engine decided."""
    found = component_month(decision, month, component)
    if found is None:
        return
    stage = one.stage(moment)
    assert isinstance(stage.scene, LooseScene)
    status = stage.scene.component(component).rules.status[
        status_in(model, hunt.scenes[0].component(component).rules.status)
    ]
    same = [
        variable.is_(hunt.world.variables[key].read(model))
        for key, variable in stage.world.variables.items()
        if variable.owner in ("søknad", "lege") and key in hunt.world.variables and variable.fact.default is None
    ]
    assert stage.holds(conj(status, *same)), (found.status, moment)
