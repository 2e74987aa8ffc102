"""Every month of every component that a change reaches, asked about in the loose scene only as far as it is needed.

Months in which the same versions of the same rules are in force share their formulas and a solver, whatever the agreement dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from engine.language.meaning import SumOfEarlier
from engine.prove.apart import Apart
from engine.prove.difference import Place
from engine.prove.hunt import months_to_try
from engine.prove.logic import conj, disj
from engine.prove.loose import Loose
from engine.prove.loose_scene import LooseScene
from engine.prove.moment import Borders, Moment
from engine.prove.month_question import PROVED, MonthQuestion
from engine.prove.scene import Scene, is_outside
from engine.prove.solver import Clock, Undecided
from engine.prove.touched import Touched
from engine.prove.world import World
from engine.text.month import first_day


class Survey:
    """What is known of the months of one scheme in two rulebooks."""

    def __init__(self, scheme: str, apart: Apart, borders: Borders, touched: Touched, clock: Clock) -> None:
        self.sides = apart.sides
        self.scheme = scheme
        self.apart = apart
        self.borders = borders
        self.touched = touched
        self.clock = clock
        self._looks: dict[object, _Look] = {}
        self._outside: dict[object, bool] = {}
        self._known: dict[Place, str] = {}

    # --- where a change can be seen ---------------------------------------------------------------------------------------

    @cached_property
    def reached(self) -> list[Place]:
        """The months of components that rest on something other than they did, the most ordinary first."""
        found = [
            Place(moment, component)
            for moment in self.borders.moments()
            if moment.agreed is None or all(self.covered(moment))
            for component in self.apart.components
            if self._is_reached(moment, component)
        ]
        return sorted((one for one in found if not self._is_outside(one)), key=oddity)

    def _is_reached(self, moment: Moment, component: str) -> bool:
        return bool(self._leaning(moment, component)) or self.paid_otherwise(moment, component)

    def changed(self, moment: Moment, component: str) -> set[str]:
        """The rules of a component that are not what they were at a moment, in words or in what they are worked out from."""
        one, other = self.apart.parts(component)
        months = self.touched.rules((one.months, other.months), moment, True)
        return months | self.touched.rules((one.days, other.days), moment, True)

    def _leaning(self, moment: Moment, component: str) -> set[str]:
        """Those, and the rules that rest on days that may be counted otherwise."""
        one, other = self.apart.parts(component)
        counting = self._counts_otherwise(moment, component)
        found = self.changed(moment, component)
        return found | self.touched.rules((one.months, other.months), moment, True, counting) if counting else found

    def paid_otherwise(self, moment: Moment, component: str) -> bool:
        """Whether a month of the component may come to something else."""
        one, other = self.apart.parts(component)
        return self.touched.calculations(one, other, moment, self._counts_otherwise(moment, component))

    def _counts_otherwise(self, moment: Moment, component: str) -> bool:
        """Whether other days may count than did, in the month or in one before it that it sums up."""
        one, other = self.apart.parts(component)
        if self._sums_earlier and self.touched.days_anywhere:
            return True
        return bool(self.touched.rules((one.days, other.days), moment, True))

    @cached_property
    def _sums_earlier(self) -> bool:
        return any(
            isinstance(one.meaning, SumOfEarlier)
            for side in self.sides
            for versions in side.scheme.definitions.values()
            for one in versions
        )

    def covered(self, moment: Moment) -> tuple[bool, bool]:
        """Whether each rulebook has a rule set for the agreement dates of a moment."""
        day = moment.day
        return tuple(  # type: ignore[return-value]
            day is None or any(one.agreements is None or one.agreements.holds(day) for one in side.scheme.sets)
            for side in self.sides
        )

    def _is_outside(self, place: Place) -> bool:
        """Whether a month is outside the grant year in both, whatever the application says."""
        key = (place.component, place.moment.months, place.moment.year, self._in_force(place.moment))
        if key not in self._outside:
            self._outside[key] = all(is_outside(side, place.component, place.moment) for side in self.sides)
        return self._outside[key]

    def _in_force(self, moment: Moment) -> tuple[bytes, ...]:
        """Which versions of the rules on months and days are in force at a moment, with their exemptions."""
        return tuple(
            bytes(side.plan(group, moment.day, moment.month, moment.year).base)
            for side in self.sides
            for component in self.apart.components
            for group in (side.components[component].months, side.components[component].days)
            if group is not None
        )

    # --- what is known of a month -------------------------------------------------------------------------------------------

    def outcome(self, place: Place) -> str:
        """What is known of a place, as `MonthQuestion.outcome`; asked once."""
        if place not in self._known:
            try:
                self.clock.left()
                self._known[place] = self._answer(place)
            except Undecided as reason:
                self._known[place] = str(reason)
        return self._known[place]

    def note(self, places: Iterable[Place], outcomes: Iterable[str]) -> None:
        """Take in what was asked elsewhere."""
        self._known.update(zip(places, outcomes, strict=True))

    def decides(self, place: Place) -> bool:
        """Whether the difference may be one between two decisions that are both sure. Raises Undecided."""
        scenes, month = (look := self._look(place)).scenes, look.month
        wishes = (self.apart.shows(place), self.apart.noticed(place.component), self.apart.sure(place.component))
        return month.holds(place.moment, conj(*(wish(scenes) for wish in wishes)))

    def scenes(self, place: Place) -> Sequence[Scene]:
        """The loose scenes of a place's month, of each rulebook."""
        return self._look(place).scenes

    def _asked(self, place: Place, look: _Look) -> str:
        moment, component = place.moment, place.component
        if place.rule is None and not self.paid_otherwise(moment, component):
            rules = [Place(moment, component, id) for id in sorted(self._leaning(moment, component))]
            apart = disj(*(self.apart.shows(one)(look.scenes) for one in rules))
            if look.month.outcome(moment, apart) == PROVED:
                self.note(rules, [PROVED] * len(rules))
                return PROVED  # the rules that were changed answer as before, and the rest were not changed
        return look.month.outcome(moment, self.apart.shows(place)(look.scenes))

    def _answer(self, place: Place) -> str:
        look = self._look(place)
        found = self._asked(place, look)
        return found if found == PROVED or not look.loose.unlike else self._asked(place, self._own_look(place.moment))

    def _look(self, place: Place) -> _Look:
        """The look at a place's month; of that moment alone where whether a day counts turns on the agreement date."""
        own = self._counts_otherwise(place.moment, place.component)
        return self._own_look(place.moment) if own else self._shared_look(place.moment)

    def _shared_look(self, moment: Moment) -> _Look:
        key = (moment.months, moment.year, moment.agreed is None, self._in_force(moment))
        if key not in self._looks:
            self._looks[key] = _Look(self, moment, shared=True)
        return self._looks[key]

    def _own_look(self, moment: Moment) -> _Look:
        if moment not in self._looks:
            self._looks[moment] = _Look(self, moment, shared=False)
        return self._looks[moment]

    @cached_property
    def world(self) -> World:
        return World([side.vocabulary for side in self.sides], self.scheme, self.borders.horizon)


class _Look:
    """The loose scenes of moments that have their formulas in common, and what they are asked; or of one moment alone."""

    def __init__(self, survey: Survey, moment: Moment, shared: bool) -> None:
        self.loose = Loose(survey.world, moment, survey.clock, shared)
        self.scenes = [LooseScene(side, survey.world, moment, self.loose) for side in survey.sides]
        self.month = MonthQuestion(survey.world, self.loose, survey.clock)


def oddity(place: Place) -> tuple[bool, bool, bool, int]:
    """The most ordinary places first: the grant year and the agreement date stated, and the agreement not after the month."""
    moment = place.moment
    late = moment.agreed is not None and first_day(months_to_try(moment)[0]) < moment.agreed[0]
    wide = 1 if moment.agreed is None else (moment.agreed[1] - moment.agreed[0]).days
    return moment.year is None, moment.agreed is None, late, wide
