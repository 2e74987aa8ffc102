"""What is ordinary: an application of a moment that is granted, everything stated, nothing unusual.

Nothing about it is written down anywhere. It is found: fact by fact, the first value that still leaves the month granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction

from engine.case.stated import Stated, read_stated
from engine.decide.compiled import CompiledScheme
from engine.language.vocabulary import Fact
from engine.prove.domain import Variable
from engine.prove.layout import Layout
from engine.prove.logic import Bool, neg
from engine.prove.moment import Moment
from engine.prove.scene import ExactScene, Scene
from engine.prove.solver import Clock, Question
from engine.prove.world import APPLICATION, World
from engine.text.month import Month, first_day, last_day

Profile = Mapping[str, Stated | None]


def profile(
    compiled: CompiledScheme, moment: Moment, month: Month, component: str, clock: Clock, world: World
) -> Profile:
    """For each fact, by owner and name (`lege.…`), its ordinary value; None is not stated."""
    wishes: list[Bool] = []
    plain: list[Bool] = []
    if compiled.vocabulary.schemes[world.scheme].has_doctors:
        layout = Layout(world, month, periods=1, reach=0)
        scene: Scene = ExactScene(compiled, world, moment, layout)
        question = Question([*layout.formulas, *scene.formulas], clock)
        plain = [neg(one) for one in layout.odd]
        if component:
            wishes = [scene.applied(component).yes, scene.component(component).rules.status["ja"]]
    else:
        scene = Scene(compiled, world, moment)
        question = Question([], clock)
    formal = scene.application
    wishes = [*wishes[:1], formal.status["ja"], *wishes[1:]]
    if not compiled.components:  # what is never granted is ordinary where every rule that can be met is
        wishes += [rule.value.ja for rule in formal.rules]
    question.add([*world.limits, *world.at(moment)])
    if question.holds(*plain):  # not where the agreement date alone cuts the month in two
        question.add(plain)
    for wish in wishes:
        if question.holds(wish):
            question.add([wish])
    found: dict[str, Stated | None] = {}
    question.holds()
    for variable in world.variables.values():
        for value in _values(variable, moment, month, world):
            if question.holds(variable.is_(value)):
                break
        else:
            question.holds()
            value = variable.read(question.model())
        found[variable.key] = value
        question.add([variable.is_(value)])
    return found


def _values(variable: Variable, moment: Moment, month: Month, world: World) -> Iterator[Stated | None]:
    """Values to try, the most ordinary first."""
    fact = variable.fact
    if fact.default is not None:
        yield read_stated(fact, fact.default)
    elif fact.optional:
        yield None
    match fact.kind:
        case "ja_nei":
            yield from ("ja", "nei")
        case "valg":
            yield from fact.choices
        case "flervalg":
            yield frozenset(fact.choices)
        case "dato" | "tidspunkt":
            yield from (_moment(fact, day) for day in _days(variable, moment, month, world))
        case "heltall" | "desimal":
            yield from _numbers(fact)


def _moment(fact: Fact, day: date) -> Stated:
    return datetime(day.year, day.month, day.day, 12) if fact.kind == "tidspunkt" else day


def _days(variable: Variable, moment: Moment, month: Month, world: World) -> Iterator[date]:
    if variable.fact.name == world.vocabulary.agreement_date and moment.agreed is not None:
        first, last = moment.agreed
        yield last if first.toordinal() <= world.horizon[0] else first
    if variable.owner == APPLICATION:
        yield first_day(Month(month + 1))
    yield first_day(month)
    yield last_day(month)


def _numbers(fact: Fact) -> Iterator[Stated]:
    for choice in fact.choices:
        yield read_stated(fact, choice)
    for bound in (fact.at_most, 100, 12, 1, fact.at_least):
        if bound is not None and (fact.at_least is None or bound >= fact.at_least):
            yield int(bound) if fact.kind == "heltall" else Fraction(bound)


def off(profile: Profile, variables: Mapping[str, Variable]) -> list[tuple[Variable, Bool]]:
    """For each fact, whether it is off the ordinary."""
    found = []
    for variable in variables.values():
        owner = variable.owner
        key = f"periode 1.{variable.fact.name}" if owner.startswith("periode") else variable.key
        if key in profile:
            found.append((variable, neg(variable.is_(profile[key]))))
    return found
