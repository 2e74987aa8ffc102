"""Two rulebooks compared: for every moment and component a proof that they decide alike, or the smallest application they decide
differently.

The doctor's and the application's outcomes are worked out from the months by the vocabulary's rules. So two rulebooks that decide
every month of every component alike, and sum up alike, decide alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.decide.compiled import CompiledScheme, compiled
from engine.decide.decision import Decision
from engine.language.rulebook import Rulebook
from engine.prove.hunt import Found, Hunt, Shows, months_to_try
from engine.prove.logic import Bool, compare, conj, differ, disj, neg
from engine.prove.loose import Loose, LooseScene
from engine.prove.moment import Borders, Moment
from engine.prove.scene import ComponentScene, Scene
from engine.prove.solver import Clock, Question, Undecided
from engine.prove.touched import Touched
from engine.prove.vector import Number, exact, rounded
from engine.prove.witness import check, component_month, replay
from engine.prove.world import World
from engine.case.stated import Application
from engine.text.month import first_day

#: statuses that are paid, and those that are sure
PAID, SURE = ("ja", "delvis"), ("ja", "delvis", "nei")

#: in how many moments the smallest witness is looked for
MOST_HUNTS = 3

NOT_FOUND = "ingen søknad med inntil tre perioder i måneden viser forskjellen"


@dataclass(frozen=True)
class Witness:
    """An application the rulebooks decide differently, with both decisions, as the engine decides it."""

    application: Application
    before: Decision
    after: Decision
    moment: Moment
    component: str
    off: tuple[str, ...]
    size: tuple[int, int]

    @property
    def noticed(self) -> bool:
        """Whether the difference is one of the decision, and both decide."""
        return self.statuses[0] != self.statuses[1] and all(one in SURE for one in self.statuses)

    @property
    def statuses(self) -> tuple[str | None, str | None]:
        """The component's status in the month, before and after."""
        found = [component_month(one, self.moment.month, self.component) for one in (self.before, self.after)]
        return tuple(None if one is None else one.status for one in found)  # type: ignore[return-value]


@dataclass(frozen=True)
class Place:
    """Where a difference was found to be possible."""

    moment: Moment
    component: str
    hunt: Hunt
    shows: Shows


@dataclass
class Answer:
    """What is known of one question: `differs` are the moments with a difference, `open` those that are not decided, and why."""

    differs: list[Moment] = field(default_factory=list)
    open: list[tuple[Moment, str]] = field(default_factory=list)
    proved: int = 0
    places: list[Place] = field(default_factory=list)
    witness: Witness | None = None

    @property
    def equal(self) -> bool:
        return not self.differs and not self.open


class SchemeComparison:
    """One scheme in two rulebooks."""

    def __init__(self, before: Rulebook, after: Rulebook, scheme: str, clock: Clock) -> None:
        self.books = (before, after)
        self.scheme = scheme
        self.clock = clock
        self.sides: tuple[CompiledScheme, CompiledScheme] = (compiled(before, scheme), compiled(after, scheme))
        self.borders = Borders([one.scheme for one in self.sides], after.vocabulary)
        self.touched = Touched(*self.sides)

    @cached_property
    def components(self) -> tuple[str, ...]:
        """The components both have."""
        return tuple(name for name in self.sides[0].components if name in self.sides[1].components)

    # --- the whole decision ----------------------------------------------------------------------------------------------

    def months(self) -> Answer:
        """Every month of every component: its status, what it opens for, and its amount."""
        answer = Answer()
        for moment, component in self._reached():
            self._ask(answer, moment, component, self._months_differ(component), self.month_shows(component))
        self.settle(answer)
        return answer

    def _reached(self) -> Iterator[tuple[Moment, str]]:
        """The moments and components that the change can reach at all."""
        for moment in self.borders.moments():
            for component in self.components:
                if self.reaches(moment, component):
                    yield moment, component

    def reaches(self, moment: Moment, component: str) -> bool:
        """Whether anything a month of the component rests on is other than it was."""
        one, other = (side.components[component] for side in self.sides)
        if moment.agreed is not None and not all(self.covered(moment)):
            return False
        return bool(
            self.touched.rules((one.months, other.months), moment, True)
            or self.touched.rules((one.days, other.days), moment, True)
            or self.touched.calculations(one, other, moment)
        )

    def covered(self, moment: Moment) -> tuple[bool, bool]:
        """Whether each rulebook has a rule set for the agreement dates of a moment."""
        day = moment.day
        return tuple(  # type: ignore[return-value]
            day is None or any(one.agreements is None or one.agreements.holds(day) for one in side.scheme.sets)
            for side in self.sides
        )

    def _months_differ(self, component: str) -> Shows:
        return lambda scenes: self.difference(*(one.component(component) for one in scenes[:2]))

    def month_shows(self, component: str) -> Shows:
        return self._months_differ(component)

    def difference(self, one: ComponentScene, other: ComponentScene) -> Bool:
        """When two rulebooks decide the month differently."""
        opened = [
            disj(
                differ(one.rules.opened(name), other.rules.opened(name)),
                differ(one.rules.unsettled(name), other.rules.unsettled(name)),
            )
            for name in self.components
            if self.sides[0].components[name].component.subsidiary_to == one.part.component.id
        ]
        return disj(one.rules.differs(other.rules), *opened, self.money(one, other))

    @staticmethod
    def money(one: ComponentScene, other: ComponentScene) -> Bool:
        """When a month that both pay comes to something else."""
        paid = conj(*(disj(*(scene.rules.status[status] for status in PAID)) for scene in (one, other)))
        if one.amount is None or other.amount is None:
            return False if one.amount is other.amount else paid
        known = neg(disj(one.amount.unknown, other.amount.unknown))
        lines = [_line(scene) for scene in (one, other)]
        return conj(
            paid,
            disj(
                differ(one.amount.unknown, other.amount.unknown),
                conj(known, neg(compare(one.amount.low, "=", other.amount.low))),
                conj(known, neg(compare(lines[0].low, "=", lines[1].low))),
            ),
        )

    # --- one rule -------------------------------------------------------------------------------------------------------

    def rules(self) -> dict[str, Answer]:
        """For each rule that the change can reach: whether it ever answers differently."""
        found: dict[str, Answer] = {}
        for moment in self.borders.moments():
            for component in self.components:
                one, other = (side.components[component] for side in self.sides)
                if moment.agreed is not None and not all(self.covered(moment)):
                    continue
                for id in sorted(self.touched.rules((one.months, other.months), moment, True)):
                    shows = self._rule_differs(component, id)
                    self._ask(found.setdefault(id, Answer()), moment, component, shows, shows)
        for answer in found.values():
            self.settle(answer)
        return found

    def _rule_differs(self, component: str, id: str) -> Shows:
        def shows(scenes: Sequence[Scene]) -> Bool:
            told = []
            for scene in scenes[:2]:
                rules = scene.component(component).rules.rules
                told.append(next((one for one in rules if one.clause.rule.id == id), None))
            if told[0] is None or told[1] is None:
                present = told[0] or told[1]
                return False if present is None else disj(*present.effects.values())
            effects = [one.effects for one in told if one is not None]
            return disj(
                *(
                    differ(effects[0].get(status, False), effects[1].get(status, False))
                    for status in effects[0].keys() | effects[1].keys()
                )
            )

        return lambda scenes: conj(
            shows(scenes), neg(conj(*(one.component(component).rules.status["utenfor"] for one in scenes[:2])))
        )

    # --- asking ---------------------------------------------------------------------------------------------------------

    def _ask(self, answer: Answer, moment: Moment, component: str, differs: Shows, shows: Shows) -> None:
        """Prove that a moment has no difference, or find that it has one."""
        try:
            if self._proved(moment, component, differs):
                answer.proved += 1
                return
            place = self._place(moment, component, shows)
        except Undecided as reason:
            answer.open.append((moment, str(reason)))
            return
        if place is None:
            answer.open.append((moment, NOT_FOUND))
        else:
            answer.differs.append(moment)
            answer.places.append(place)

    def _proved(self, moment: Moment, component: str, differs: Shows) -> bool:
        world = World([one.vocabulary for one in self.sides], self.scheme, self.borders.horizon)
        loose = Loose(world, moment, self.clock)
        scenes = [LooseScene(one, world, moment, loose) for one in self.sides]
        apart = differs(scenes)  # type: ignore[arg-type]
        if isinstance(apart, bool):
            return not apart
        question = Question([*world.limits, *world.at(moment), *loose.formulas, apart], self.clock)
        if not question.holds():
            return True
        tightened = loose.tightened()
        question.add(tightened)
        return bool(tightened) and not question.holds()

    def _place(self, moment: Moment, component: str, shows: Shows) -> Place | None:
        """A month and a number of periods in which an application shows the difference."""
        for periods in (2, 3):
            for month in months_to_try(moment):
                hunt = Hunt(self.sides, moment, month, component, self.borders.horizon, self.clock, periods)
                if hunt.possible(shows):
                    return Place(moment, component, hunt, shows)
        return None

    def settle(self, answer: Answer) -> None:
        """Find the smallest witness of an answer that has differences: in the most ordinary of its moments."""
        for place in sorted(answer.places, key=_oddity)[:MOST_HUNTS]:
            try:
                found = place.hunt.find(place.shows, [self._noticed(place.component), _sure(place.component)])
            except Undecided as reason:
                answer.open.append((place.moment, str(reason)))
                continue
            if found is not None and (answer.witness is None or found.size < answer.witness.size):
                answer.witness = self._decided(found, place.moment, place.component)
                if answer.witness.noticed and len(found.off) <= 1:
                    return

    def _noticed(self, component: str) -> Shows:
        """The difference is one of the decision, in an application that is assessed."""
        return lambda scenes: conj(
            self.difference(*(one.component(component) for one in scenes[:2])),
            *(one.application.status["ja"] for one in scenes),
        )

    def _decided(self, found: Found, moment: Moment, component: str) -> Witness:
        decisions = [replay(found.application, book) for book in self.books]
        for decision, scene in zip(decisions, found.scenes, strict=True):
            check(found.application, decision, scene, found.model, found.month)
        own = Moment(moment.agreed, (found.month, found.month), moment.year)
        return Witness(found.application, decisions[0], decisions[1], own, component, found.off, found.size)


def _oddity(place: Place) -> tuple[Any, ...]:
    """The most ordinary moments first: the grant year and the agreement date stated, and the agreement not after the month."""
    moment = place.moment
    late = moment.agreed is not None and first_day(place.hunt.month) < moment.agreed[0]
    wide = moment.agreed is None or (moment.agreed[1] - moment.agreed[0]).days
    return moment.year is None, moment.agreed is None, late, wide


def _sure(component: str) -> Shows:
    """Both decide, and neither asks for more or leaves it to a person."""
    return lambda scenes: conj(
        *(disj(*(one.component(component).rules.status[status] for status in SURE)) for one in scenes)
    )


def _line(scene: ComponentScene) -> Number:
    """The month's amount rounded as a line of its own."""
    assert scene.amount is not None
    calculation = scene.part.calculation(scene.rules.moment.month)
    assert calculation is not None
    return rounded(scene.amount, exact(calculation[0].rounding.step), calculation[0].rounding.mode)

