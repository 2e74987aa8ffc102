"""Two rulebooks compared: for every moment and component a proof that they decide alike, or the smallest application they decide
differently.

The doctor's and the application's outcomes are worked out from the months by the vocabulary's rules. So two rulebooks that decide
every month of every component alike, and sum up alike, decide alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from engine.decide.compiled import CompiledScheme, compiled
from engine.language.rulebook import Rulebook
from engine.prove.difference import SURE, Answer, Place, Witness
from engine.prove.hunt import Found, Hunt, Shows, months_to_try
from engine.prove.logic import Bool, compare, conj, differ, disj, neg
from engine.prove.loose import Loose, LooseScene
from engine.prove.moment import Borders, Moment
from engine.prove.month_question import MAYBE, PLAIN, PROVED, MonthQuestion
from engine.prove.scene import ComponentScene, Scene, is_outside
from engine.prove.solver import Clock, Question, Undecided
from engine.prove.spread import spread
from engine.prove.touched import Touched
from engine.prove.vector import Number, exact, rounded
from engine.prove.witness import check, replay, true_in
from engine.prove.world import World
from engine.text.month import Month, first_day

#: statuses that are paid
PAID = ("ja", "delvis")

#: in how many moments the smallest witness is looked for: of the whole decision, and of one rule
MOST_HUNTS, RULE_HUNTS = 3, 1

NOT_FOUND = "ingen søknad med inntil tre perioder i måneden viser forskjellen"


class SchemeComparison:
    """One scheme in two rulebooks."""

    def __init__(self, before: Rulebook, after: Rulebook, scheme: str, clock: Clock) -> None:
        self.books = (before, after)
        self.scheme = scheme
        self.clock = clock
        self.sides: tuple[CompiledScheme, CompiledScheme] = (compiled(before, scheme), compiled(after, scheme))
        self.borders = Borders([one.scheme for one in self.sides], after.vocabulary)
        self.touched = Touched(*self.sides)
        self._hunts: dict[Any, Hunt] = {}

    @cached_property
    def components(self) -> tuple[str, ...]:
        """The components both have."""
        return tuple(name for name in self.sides[0].components if name in self.sides[1].components)

    # --- the whole decision ----------------------------------------------------------------------------------------------

    def compare(self, processes: int | None = None) -> tuple[Answer, dict[str, Answer]]:
        """Every month of every component, and each rule that the change can reach, at every moment."""
        whole = Answer()
        rules: dict[str, Answer] = {}
        reached = [
            (moment, component)
            for moment in self.borders.moments()
            for component in self.components
            if self.reaches(moment, component)
        ]
        for asked, told in zip(reached, spread(self._month, reached, processes), strict=True):
            for rule, outcome in told:
                answer = whole if rule is None else rules.setdefault(rule, Answer())
                answer.note(Place(*asked, rule), outcome)
        self.settle(whole)
        for answer in rules.values():
            self._settle_by(answer, whole)
        return whole, rules

    def _month(self, asked: tuple[Moment, str]) -> list[tuple[str | None, str]]:
        """What is known of a component's month: for each changed rule, and for the month as a whole (None), the outcome."""
        moment, component = asked
        one, other = (side.components[component] for side in self.sides)
        changed: list[str | None] = sorted(self.touched.rules((one.months, other.months), moment, True))  # type: ignore[assignment]
        if all(is_outside(side, component, moment) for side in self.sides):
            return [(rule, PROVED) for rule in (*changed, None)]
        world = World([side.vocabulary for side in self.sides], self.scheme, self.borders.horizon)
        loose = Loose(world, moment, self.clock)
        scenes = [LooseScene(side, world, moment, loose) for side in self.sides]
        month = MonthQuestion(world, loose, moment, self.clock)
        shown: list[tuple[str | None, Bool]] = []
        told: list[tuple[str | None, str]] = []
        for rule in changed:
            try:
                shown.append((rule, self.shows(Place(moment, component, rule))(scenes)))
            except Undecided as reason:
                told.append((rule, str(reason)))
        possible = [(rule, month.outcome(apart)) for rule, apart in shown]
        settled = not told and all(outcome == PROVED for _, outcome in possible)
        if settled and not self.touched.calculations(one, other, moment):
            # the rules that were changed answer as before, and the rest were not changed
            return [*possible, (None, PROVED)]
        whole = self._whole(month, scenes, component)
        plain = PLAIN if whole == PLAIN else MAYBE
        told += [(rule, plain if outcome == MAYBE else outcome) for rule, outcome in possible]
        return [*told, (None, whole)]

    def _whole(self, month: MonthQuestion, scenes: Sequence[LooseScene], component: str) -> str:
        """What is known of the month as a whole."""
        try:
            apart = self.month_shows(component)(scenes)
            return month.outcome(apart, conj(self._noticed(component)(scenes), _sure(component)(scenes)))
        except Undecided as reason:
            return str(reason)

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

    def shows(self, place: Place) -> Shows:
        """What an application that shows the difference shows."""
        if not place.component:
            return self._formal_shows()
        return self.month_shows(place.component) if place.rule is None else self.rule_shows(place.component, place.rule)

    def month_shows(self, component: str) -> Shows:
        """That the month of a component is decided differently."""
        return lambda scenes: self.difference(*(one.component(component) for one in scenes[:2]))

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

    def rule_shows(self, component: str, id: str) -> Shows:
        """That a rule answers differently in a month that is inside the grant year."""

        def shows(scenes: Sequence[Scene]) -> Bool:
            told = [scene.answers(component).by_id(id) for scene in scenes[:2]]
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

        return lambda scenes: conj(shows(scenes), neg(conj(*(one.answers(component).is_outside for one in scenes[:2]))))

    # --- the application ------------------------------------------------------------------------------------------------

    def application(self) -> Answer:
        """The rules on the application itself and on its lists, and what is applied for."""
        answer = Answer()
        months = next(iter(self.borders.months))
        for year in self.borders.grant_years:
            inside = [one for one in self.borders.months if self._inside(one, year)] or [months]
            moment = Moment(self._some_agreement(inside[0][0]), inside[0], year)
            place = Place(moment, "")
            world = World([side.vocabulary for side in self.sides], self.scheme, self.borders.horizon)
            scenes = [Scene(side, world, moment) for side in self.sides]
            try:
                apart = self.shows(place)(scenes)
                if apart is False or not Question([*world.limits, *world.of_year(moment), apart], self.clock).holds():
                    answer.proved += 1
                else:
                    answer.places.append(place)
            except Undecided as reason:
                answer.open.append((moment, str(reason)))
        self.settle(answer)
        return answer

    def _inside(self, months: tuple[Month, Month], year: int | None) -> bool:
        return any(
            one.grant_year is not None and one.grant_year.year == year and one.grant_year.months.holds(months[0])
            for one in self.sides[1].scheme.sets
        )

    def _some_agreement(self, month: Month) -> tuple[date, date] | None:
        """The latest class of agreement dates that begins before a month and has a rule set."""
        found = None
        for agreed in self.borders.agreements:
            if agreed is not None and agreed[0] <= first_day(month):
                moment = Moment(agreed, (month, month), None)
                found = agreed if all(self.covered(moment)) else found
        return found or self.borders.agreements[0]

    def _formal_shows(self) -> Shows:
        return lambda scenes: disj(self._formal(scenes), *self._lists(scenes))

    @staticmethod
    def _formal(scenes: Sequence[Scene]) -> Bool:
        one, other = (scene.application for scene in scenes[:2])
        return disj(one.differs(other), differ(one.holds_back, other.holds_back), one.tells_otherwise(other))

    def _lists(self, scenes: Sequence[Scene]) -> list[Bool]:
        """For each list: whether a row is assessed differently. For each component: whether it is applied for."""
        found = []
        for name in self.sides[0].lists.keys() & self.sides[1].lists.keys():
            found.append(scenes[0].row(name).differs(scenes[1].row(name)))
        for name in self.components:
            found.append(scenes[0].applied(name).differs(scenes[1].applied(name)))
            found.append(scenes[0].subsidiary(name).differs(scenes[1].subsidiary(name)))
        return found

    # --- asking ---------------------------------------------------------------------------------------------------------

    def _found(self, place: Place) -> bool:
        """Whether an application shows the difference; the month it does in is kept."""
        for periods in (1, 2, 3):
            for month in months_to_try(place.moment):
                place.hunt = self.hunt(place.moment, month, place.component, periods)
                if place.hunt.possible(self.shows(place)):
                    return True
        return False

    def hunt(self, moment: Moment, month: Month, component: str, periods: int) -> Hunt:
        """The hunt in a month; made once."""
        if not self.sides[0].vocabulary.schemes[self.scheme].has_doctors:
            periods = 0
        key = (moment, month, component, periods)
        if key not in self._hunts:
            self._hunts[key] = Hunt(self.sides, moment, month, component, self.borders.horizon, self.clock, periods)
        return self._hunts[key]

    def settle(self, answer: Answer, most: int = MOST_HUNTS) -> None:
        """Find the smallest witness of an answer that was not proved: in its most ordinary moments first."""
        hunts = 0
        for place in sorted(answer.places, key=_oddity):
            if hunts == most or (hunts and answer.witness is not None and answer.witness.plain):
                return
            try:
                if not self._found(place):
                    answer.open.append((place.moment, NOT_FOUND))
                    continue
                assert place.hunt is not None
                found = place.hunt.find(self.shows(place), [self._noticed(place.component), _sure(place.component)])
            except Undecided as reason:
                answer.open.append((place.moment, str(reason)))
                continue
            hunts += 1
            if found is not None:
                witness = self._decided(found, place.moment, place.component)
                if answer.witness is None or witness.rank < answer.witness.rank:
                    answer.witness = witness

    def _settle_by(self, answer: Answer, whole: Answer) -> None:
        """The witness of the whole, where it shows this too; else the smallest of its own."""
        known = whole.witness
        for place in answer.places if known is not None and known.noticed else ():
            same = known is not None and (place.moment, place.component) == (known.place, known.component)
            if known is not None and same and true_in(known.found.model, self.shows(place)(known.found.scenes)):
                answer.witness = known
                return
        self.settle(answer, RULE_HUNTS)

    def _noticed(self, component: str) -> Shows:
        """The difference is one of the decision, in an application that is assessed."""
        if not component:
            return lambda scenes: self._formal(scenes)
        return lambda scenes: conj(
            self.difference(*(one.component(component) for one in scenes[:2])),
            *(one.application.status["ja"] for one in scenes),
        )

    def _decided(self, found: Found, moment: Moment, component: str) -> Witness:
        decisions = [replay(found.application, book) for book in self.books]
        for decision, scene in zip(decisions, found.scenes, strict=True):
            check(found.application, decision, scene, found.model, found.month)
        own = Moment(moment.agreed, (found.month, found.month), moment.year)
        return Witness(found.application, decisions[0], decisions[1], own, component, moment, found)


def _oddity(place: Place) -> tuple[Any, ...]:
    """The most ordinary moments first: the grant year and the agreement date stated, and the agreement not after the month."""
    moment = place.moment
    late = moment.agreed is not None and first_day(months_to_try(moment)[0]) < moment.agreed[0]
    wide = moment.agreed is None or (moment.agreed[1] - moment.agreed[0]).days
    return not place.plain, moment.year is None, moment.agreed is None, late, wide


def _sure(component: str) -> Shows:
    """Both decide, and neither asks for more or leaves it to a person."""
    if not component:
        return lambda scenes: True
    return lambda scenes: conj(
        *(disj(*(one.component(component).rules.status[status] for status in SURE)) for one in scenes)
    )


def _line(scene: ComponentScene) -> Number:
    """The month's amount rounded as a line of its own."""
    assert scene.amount is not None
    calculation = scene.part.calculation(scene.rules.moment.month)
    assert calculation is not None
    return rounded(scene.amount, exact(calculation[0].rounding.step), calculation[0].rounding.mode)
