"""The largest change of what one month comes to, between two rulebooks."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import z3

from engine.prove import logic
from engine.prove.apart import PAID
from engine.prove.compare import SchemeComparison
from engine.prove.difference import Answer, Place
from engine.prove.domain import read_number
from engine.prove.hunt import months_to_try
from engine.prove.logic import conj, disj, neg
from engine.prove.moment import Moment
from engine.prove.month_question import PROVED
from engine.prove.scene import Scene
from engine.prove.solver import Undecided

#: in how many classes of months the largest change is looked for
MOST = 24


@dataclass(frozen=True, slots=True)
class Largest:
    """The largest change of a month that both versions pay with known rates: from and to, in exact kroner."""

    before: Fraction
    after: Fraction
    moment: Moment

    @property
    def change(self) -> Fraction:
        return self.after - self.before


def largest_change(comparison: SchemeComparison, whole: Answer, component: str) -> Largest | None:
    """The largest change of the component's amount for a month; None when no amount changes."""
    found: Largest | None = None
    if whole.equal:
        return None
    seen: set[object] = set()
    for place in comparison.survey.reached:
        months = place.moment.months
        if place.component != component or months in seen or len(seen) == MOST:
            continue
        try:
            here = _largest(comparison, place)
        except Undecided:
            continue
        if here is not None:
            seen.add(months)
            if found is None or abs(here.change) > abs(found.change):
                found = here
    return found


def _largest(comparison: SchemeComparison, place: Place) -> Largest | None:
    moment, component, survey = place.moment, place.component, comparison.survey
    if not survey.paid_otherwise(moment, component):
        return None
    if any(_is_unknown(scene, component) for scene in survey.scenes(place)) or survey.outcome(place) == PROVED:
        return None
    hunt = comparison.seeker.hunt(moment, months_to_try(moment)[0], component, 1)
    amounts = [one for scene in hunt.scenes if (one := scene.amount_of(component)) is not None]
    scenes = [scene.component(component) for scene in hunt.scenes]
    known = neg(disj(*(one.unknown for one in amounts)))
    paid = conj(known, *(disj(*(scene.rules.status[status] for status in PAID)) for scene in scenes))
    difference = logic.lift(logic.minus(amounts[1].low, amounts[0].low))
    size = z3.If(difference < 0, -difference, difference)
    solver = z3.Optimize()
    solver.set("timeout", int(comparison.clock.left() * 1000))
    for formula in (*hunt.given, paid, size > 0):
        if formula is False:
            return None
        if formula is not True:
            solver.add(formula)
    solver.maximize(size)
    answer = solver.check()
    if answer == z3.unknown:
        raise Undecided("den største endringen ble ikke funnet innen tidsgrensen")
    if answer == z3.unsat:
        return None
    model = solver.model()
    before, after = (read_number(model, one.low) for one in amounts)
    return Largest(before, after, Moment(moment.agreed, (hunt.month, hunt.month), moment.year))


def _is_unknown(scene: Scene, component: str) -> bool:
    """Whether the component has no amount in the month, whatever the application says."""
    amount = scene.amount_of(component)
    return amount is None or amount.unknown is True
