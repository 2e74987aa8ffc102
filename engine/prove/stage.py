"""Stages: a rulebook at a moment with a solver that already knows what every application there meets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from engine.decide.compiled import CompiledScheme, compiled
from engine.language.rulebook import Rulebook
from engine.prove.asked import Asked
from engine.prove.hunt import Found, Hunt, Shows, months_to_try
from engine.prove.logic import Bool
from engine.prove.loose import Loose
from engine.prove.loose_scene import LooseScene
from engine.prove.moment import Borders, Moment
from engine.prove.scene import Scene, is_outside
from engine.prove.site import Site
from engine.prove.solver import Clock, Question
from engine.prove.world import World
from engine.ruleset.selection import select
from engine.text.month import Month, first_day, last_day

#: what something looks like in a scene
Looks = Callable[[Scene], Bool]


def anything(scene: Scene) -> Bool:
    """Whatever it looks like."""
    return True


@dataclass
class Stage:
    """The loose side: what does not hold here, holds of no application."""

    scheme: CompiledScheme
    moment: Moment
    borders: Borders
    clock: Clock

    @cached_property
    def world(self) -> World:
        return World([self.scheme.vocabulary], self.scheme.scheme.id, self.borders.horizon)

    @cached_property
    def loose(self) -> Loose:
        return Loose(self.world, self.moment, self.clock)

    @cached_property
    def scene(self) -> Scene:
        if not self.scheme.vocabulary.schemes[self.scheme.scheme.id].has_doctors:
            return Scene(self.scheme, self.world, self.moment)
        return LooseScene(self.scheme, self.world, self.moment, self.loose)

    def holds(self, looks: Bool) -> bool:
        """Whether something could look so. Raises Undecided."""
        return looks is not False and bool(self._question(looks))

    def _question(self, looks: Bool) -> bool:
        question = self.question
        if not question.holds(looks):
            return False
        if isinstance(self.scene, LooseScene):
            tight = self.loose.tightened(self.moment)
            return question.holds(looks, *tight) if tight else True
        return True

    @property
    def question(self) -> Question:
        """The solver, told of every variable there is by now."""
        self.asked.learn((*self.world.limits, *self.world.at(self.moment), *self.loose.formulas))
        return self.asked.question

    @cached_property
    def asked(self) -> Asked:
        return Asked(Question([], self.clock))


@dataclass
class Stages:
    """All the moments of one scheme, and the exact side of each."""

    book: Rulebook
    scheme_id: str
    clock: Clock
    _stages: dict[Moment, Stage] = field(default_factory=dict, init=False)
    _hunts: dict[tuple[Moment, Month, str, int], Hunt] = field(default_factory=dict, init=False)

    @cached_property
    def scheme(self) -> CompiledScheme:
        return compiled(self.book, self.scheme_id)

    @cached_property
    def borders(self) -> Borders:
        return Borders([self.scheme.scheme], self.book.vocabulary)

    @cached_property
    def has_doctors(self) -> bool:
        return self.book.vocabulary.schemes[self.scheme_id].has_doctors

    @cached_property
    def _every(self) -> list[Moment]:
        years: list[int | None] = [one for one in self.borders.grant_years if one is not None]
        years = years or [None]
        return [
            one
            for one in self.borders.moments()
            if one.year in years and (not self.has_doctors or self.answered(one.day))
        ]

    def answered(self, day: date | None) -> bool:
        """Whether the agreement date is stated and has a rule set."""
        return day is not None and select(self.scheme.scheme, day) is not None

    def inside(self, component: str) -> list[Moment]:
        """The moments with agreement date and grant year in which a month of the component belongs to the grant year."""
        if component not in self._inside:
            self._inside[component] = sorted(
                (one for one in self._every if not is_outside(self.scheme, component, one)), key=_oddity
            )
        return self._inside[component]

    _inside: dict[str, list[Moment]] = field(default_factory=dict, init=False)

    @cached_property
    def of_years(self) -> list[Moment]:
        """One moment for each grant year, for what is the same in all months."""
        found: dict[int | None, Moment] = {}
        components = list(self.scheme.components)
        for one in self.inside(components[0]) if components else self._every:
            found.setdefault(one.year, one)
        for one in self._every:
            found.setdefault(one.year, one)
        return list(found.values())

    def moments(self, site: Site, outside: bool = False) -> list[Moment]:
        """The moments in which a site is looked at; with `outside` also the months outside the grant year."""
        if not site.timed:
            return self.of_years
        return self._every if outside else self.inside(site.component)

    def stage(self, moment: Moment) -> Stage:
        """The loose side of a moment; made once."""
        if moment not in self._stages:
            self._stages[moment] = Stage(self.scheme, moment, self.borders, self.clock)
        return self._stages[moment]

    def exact(self, moment: Moment, month: Month, component: str, periods: int) -> Hunt:
        """The hunt in a month of a moment; made once."""
        key = (moment, month, component, periods)
        if key not in self._hunts:
            self._hunts[key] = Hunt((self.scheme,), moment, month, component, self.borders.horizon, self.clock, periods)
        return self._hunts[key]

    def hunts(self, moment: Moment, component: str) -> list[Hunt]:
        """The hunts in a moment, the smallest first."""
        if not self.has_doctors:
            return [self.exact(moment, moment.month, component, 0)]
        return [
            self.exact(moment, month, component, periods) for periods in (1, 2, 3) for month in months_to_try(moment)
        ]

    def shown(self, moment: Moment, component: str, looks: Looks) -> bool:
        """Whether an application of the moment surely looks so. Raises Undecided."""
        return any(hunt.possible(_of_first(looks)) for hunt in self.hunts(moment, component))

    def smallest(self, moment: Moment, component: str, looks: Looks, wishes: tuple[Looks, ...] = ()) -> Found | None:
        """The smallest application of the moment that looks so. Raises Undecided."""
        for hunt in self.hunts(moment, component):
            found = hunt.find(_of_first(looks), [_of_first(one) for one in wishes])
            if found is not None:
                return found
        return None


def _of_first(looks: Looks) -> Shows:
    """What something looks like in the scene of the only rulebook."""
    return lambda scenes: looks(scenes[0])


def _oddity(moment: Moment) -> tuple[bool, int, int]:
    """The most ordinary moments first: the agreement not after the month, and the latest grant year."""
    late = moment.agreed is not None and first_day(moment.month) < moment.agreed[0]
    return late, -(moment.year or 0), -moment.month


def is_late(moment: Moment) -> bool:
    """Whether the agreement is signed after all the months of the class: that such months give nothing, is no finding."""
    return moment.agreed is not None and last_day(moment.months[1]) < moment.agreed[0]
