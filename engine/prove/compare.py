"""Two rulebooks compared: for every moment and component a proof that they decide alike, or the smallest application they decide
differently.

The doctor's and the application's outcomes are worked out from the months by the vocabulary's rules. So two rulebooks that decide
every month of every component alike, and sum up alike, decide alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from engine.decide.compiled import compiled
from engine.language.rulebook import Rulebook
from engine.prove.apart import Apart
from engine.prove.difference import Answer, Place, Witness
from engine.prove.moment import Borders, Moment
from engine.prove.month_question import MAYBE
from engine.prove.scene import Scene
from engine.prove.seek import Seeker
from engine.prove.solver import Clock, Question, Undecided
from engine.prove.spread import spread
from engine.prove.survey import Survey, oddity
from engine.prove.touched import Touched
from engine.prove.world import World
from engine.text.month import Month, first_day

#: in how many moments the smallest witness of the whole decision is looked for
MOST_HUNTS = 3

#: in how many places a witness is looked for in vain: of the whole decision, and of one rule
MOST_VAIN, RULE_VAIN = 12, 2

#: how many months are asked about before the others are shared between processes
FIRST = 8

#: after how many months that may be unlike without deciding it, one that may decide is no longer looked for
ENOUGH = 4

NOT_FOUND = "ingen søknad med inntil tre perioder i måneden viser forskjellen"


class SchemeComparison:
    """One scheme in two rulebooks."""

    def __init__(self, before: Rulebook, after: Rulebook, scheme: str, clock: Clock) -> None:
        self.scheme = scheme
        self.clock = clock
        self.sides = compiled(before, scheme), compiled(after, scheme)
        self.borders = Borders([one.scheme for one in self.sides], after.vocabulary)
        self.apart = Apart(self.sides)
        self.survey = Survey(scheme, self.apart, self.borders, Touched(*self.sides), clock)
        self.seeker = Seeker((before, after), scheme, self.apart, self.borders, clock)

    # --- the months -----------------------------------------------------------------------------------------------------

    def compare(self, processes: int | None = None) -> tuple[Answer, dict[str, Answer]]:
        """Every month of every component that the change can reach, as a whole; and each rule that it can reach."""
        reached = self.survey.reached
        if all(self.survey.outcome(place) != MAYBE for place in reached[:FIRST]):
            self._ask(reached[FIRST:], processes)
        whole = Answer()
        first = next(self._unlike(reached), None)
        self._hunt(whole, [] if first is None else [first], 1)
        self._ask_each_class(reached, processes)
        self._gather(whole, reached)
        if whole.witness is None or not whole.witness.plain:
            others = sorted((place for place in whole.places if place != first), key=oddity)
            self._hunt(whole, self._unlike(others), MOST_HUNTS - 1)
        known = [] if whole.witness is None else [whole.witness]
        return whole, {id: self._rule(id, reached, known) for id in self._changed(reached)}

    def _ask(self, places: Sequence[Place], processes: int | None) -> None:
        """Ask about all of these places, and take note of the answers. What is equal is proved so here."""
        told = spread(lambda place: self.survey.outcome(place), places, processes)
        self.survey.note(places, told)

    def _ask_each_class(self, reached: Sequence[Place], processes: int | None) -> None:
        """For each class of agreement dates, ask about its months until one may be unlike, or all are proved alike."""
        classes = [list(places) for places in _by_agreement(reached)]
        for places, told in zip(classes, spread(self._until_unlike, classes, processes, worth=2), strict=True):
            self.survey.note(places[: len(told)], told)

    def _until_unlike(self, places: Sequence[Place]) -> list[str]:
        told: list[str] = []
        for place in places:
            told.append(self.survey.outcome(place))
            if told[-1] == MAYBE:
                break
        return told

    def _gather(self, answer: Answer, reached: Sequence[Place]) -> None:
        """Take in what is known: of each class of agreement dates, the first month that may be unlike."""
        for places in _by_agreement(reached):
            for place in places:
                if answer.note(place, self.survey.outcome(place)):
                    break

    def _changed(self, reached: Sequence[Place]) -> list[str]:
        return sorted({id for one in reached for id in self.survey.changed(one.moment, one.component)})

    def _rule(self, id: str, reached: Sequence[Place], known: list[Witness]) -> Answer:
        """What is known of one rule: a witness that is known already may show it, else the smallest of its own."""
        answer = Answer()
        places = [
            Place(one.moment, one.component, id)
            for one in reached
            if id in self.survey.changed(one.moment, one.component)
        ]
        at = {(one.moment, one.component) for one in places}
        for witness in known:
            if (witness.place, witness.component) in at and self.seeker.shown_by(witness, id):
                answer.witness = witness
                return answer
        self._hunt(answer, self._unlike(places), 1, RULE_VAIN)
        if answer.witness is not None:
            known.append(answer.witness)
        elif not answer.open:
            for place in places:
                answer.note(place, self.survey.outcome(place))
        return answer

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
                apart = self.apart.shows(place)(scenes)
                if apart is False or not Question([*world.limits, *world.of_year(moment), apart], self.clock).holds():
                    answer.proved += 1
                else:
                    answer.places.append(place)
            except Undecided as reason:
                answer.open.append((moment, str(reason)))
        self._hunt(answer, answer.places, MOST_HUNTS)
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
                found = agreed if all(self.survey.covered(moment)) else found
        return found or self.borders.agreements[0]

    # --- witnesses ------------------------------------------------------------------------------------------------------

    def _unlike(self, places: Sequence[Place]) -> Iterator[Place]:
        """The places that may be unlike, those that may decide it first; no more are asked about than are needed."""
        unlike = (place for place in places if self.survey.outcome(place) == MAYBE)
        later: list[Place] = []
        for place in unlike:
            if self._decides(place):
                yield place
            elif len(later) < ENOUGH:
                later.append(place)
            else:
                break
        yield from later
        yield from unlike

    def _decides(self, place: Place) -> bool:
        try:
            return self.survey.decides(place)
        except Undecided:
            return False

    def _hunt(self, answer: Answer, places: Iterable[Place], most: int, vain: int = MOST_VAIN) -> None:
        """Find the smallest witness in so many places, of which the first are tried; one that is plain is enough."""
        hunts = 0
        for place in places:
            if vain == 0:
                return
            try:
                witness = self.seeker.smallest(place)
            except Undecided as reason:
                answer.open.append((place.moment, str(reason)))
                continue
            if witness is None:
                answer.open.append((place.moment, NOT_FOUND))
                vain -= 1
                continue
            hunts += 1
            if answer.witness is None or witness.rank < answer.witness.rank:
                answer.witness = witness
            if hunts == most or answer.witness.plain:
                return


def _by_agreement(places: Iterable[Place]) -> Iterator[Iterator[Place]]:
    """The places of each class of agreement dates, in the order they had."""

    def of(place: Place) -> tuple[bool, date]:
        agreed = place.moment.agreed
        return agreed is None, date.max if agreed is None else agreed[0]

    for _, found in groupby(sorted(places, key=of), of):
        yield found
