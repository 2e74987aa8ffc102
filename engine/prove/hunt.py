"""The smallest witness: of all the applications that show something, the one with fewest facts off the ordinary, nearest the border."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import z3

from engine.case.stated import Application
from engine.decide.compiled import CompiledScheme
from engine.prove.asked import Asked
from engine.prove.domain import Variable, read_number
from engine.prove.layout import PERIODS, REACH, Layout
from engine.prove.logic import Bool, neg
from engine.prove.moment import Moment
from engine.prove.ordinary import Profile, off, profile
from engine.prove.scene import ExactScene, Scene
from engine.prove.solver import Clock, Question
from engine.prove.witness import application_of, true_in
from engine.prove.world import World
from engine.text.month import Month, first_day

#: how many facts may be off the ordinary before the search for fewer is given up
MOST_OFF = 8

_COUNTED = ("heltall", "desimal", "dato", "tidspunkt")


@dataclass(frozen=True)
class Found:
    """A witness not yet decided: the application, the answer it was read from, and how many facts are off the ordinary."""

    application: Application
    model: Any
    scenes: tuple[Scene, ...]
    month: Month
    off: tuple[str, ...]

    @property
    def size(self) -> tuple[int, int]:
        return (len(self.off), sum((one.last - one.first).days for one in _periods(self.application)))


def _periods(application: Application) -> Iterator[Any]:
    for doctor in application.doctors:
        yield from doctor.periods


#: what a witness must show, from the scenes of the rulebooks
Shows = Callable[[Sequence[Any]], Bool]


@dataclass
class Hunt:
    """A hunt in one month of a moment, on the rules of one or several rulebooks at once."""

    rulebooks: tuple[CompiledScheme, ...]
    moment: Moment
    month: Month
    component: str
    horizon: Any
    clock: Clock
    periods: int = PERIODS

    @cached_property
    def world(self) -> World:
        return World([one.vocabulary for one in self.rulebooks], self.rulebooks[0].scheme.id, self.horizon)

    @cached_property
    def layout(self) -> Layout | None:
        """The doctor's month; None where the scheme has no doctors."""
        doctors = self.rulebooks[0].vocabulary.schemes[self.world.scheme].has_doctors
        return Layout(self.world, self.month, self.periods, REACH) if doctors else None

    @cached_property
    def scenes(self) -> tuple[Scene, ...]:
        if self.layout is None:
            return tuple(Scene(one, self.world, self.moment) for one in self.rulebooks)
        return tuple(ExactScene(one, self.world, self.moment, self.layout) for one in self.rulebooks)

    @property
    def given(self) -> list[Bool]:
        """What every application of the moment meets; with a component, that it is applied for."""
        scenes = self.scenes  # what they read, the world has limits for
        found = [*self.world.limits, *self.world.at(self.moment)]
        if self.layout is not None:
            found += self.layout.formulas
        for scene in scenes:
            found += scene.formulas
        return [*found, self.scenes[-1].applied(self.component).yes] if self.component else found

    @cached_property
    def asked(self) -> Asked:
        return Asked(Question([], self.clock))

    def possible(self, shows: Shows) -> bool:
        """Whether there is a witness at all. Raises Undecided."""
        shown = shows(self.scenes)
        self.asked.learn(self.given)
        return self.asked.shows(shown)

    def find(self, shows: Shows, wishes: Sequence[Shows] = ()) -> Found | None:
        """The smallest witness; `wishes` are met when they can be, in this order. Raises Undecided."""
        world, layout, scenes = self.world, self.layout, self.scenes
        shown = shows(scenes)
        self.asked.learn(self.given)
        if shown is False or not self.asked.shows(shown):
            return None
        hoped = [wish(scenes) for wish in wishes]
        self.asked.learn(self.given)
        ordinary = self.ordinary
        with self.asked.aside([shown]) as question:
            for wish in hoped:
                if question.holds(wish):
                    question.add([wish])
            odd = self._fewest(question, world, layout, ordinary)
            self._nearest(question, world, layout, ordinary)
            question.holds()
            model = question.model()
        told = tuple(name for name, holds in odd if z3.is_true(model.eval(holds, model_completion=True)))
        return Found(application_of(model, world, layout), model, scenes, self.month, told)

    @cached_property
    def ordinary(self) -> Profile:
        """What is ordinary in the month, by the rules of the last rulebook."""
        one = self.rulebooks[-1]
        world = World([one.vocabulary], self.world.scheme, self.horizon)
        return profile(one, self.moment, self.month, self.component, self.clock, world)

    def _fewest(
        self, question: Question, world: World, layout: Layout | None, ordinary: Profile
    ) -> list[tuple[str, Any]]:
        """Hold back as much as possible to the ordinary. Gives what is counted, by name."""
        odd: list[tuple[str, Any]] = []
        for variable, holds in off(ordinary, world.variables):
            if not isinstance(holds, bool):
                odd.append((variable.key, holds))
        odd += [(f"periodene {number}", holds) for number, holds in enumerate(layout.odd if layout is not None else ())]
        odd = [(name, holds) for name, holds in odd if not isinstance(holds, bool)]
        for most in range(MOST_OFF + 1):
            limit = z3.AtMost(*(holds for _, holds in odd), most)
            if question.holds(limit):
                question.add([limit])
                break
        question.holds()
        model = question.model()
        for _, holds in odd:
            question.add([holds if z3.is_true(model.eval(holds, model_completion=True)) else neg(holds)])
        question.holds()
        return odd

    def _nearest(self, question: Question, world: World, layout: Layout | None, ordinary: Profile) -> None:
        """Bring numbers and dates as near the ordinary as they go, one after the other; days as near the whole month."""
        if layout is not None:
            for one in layout.slots:
                self._closest(question, one.days, layout.length)
            for count in (layout.back, layout.forward):
                self._closest(question, count, 0)
        for variable in world.variables.values():
            value = ordinary.get(variable.key)
            if variable.fact.kind not in _COUNTED or not true_in(question.model(), variable.given):
                continue
            self._whole(question, variable)
            if value is not None:
                self._closest(question, variable.value, variable.number(value))
            elif variable.fact.kind in ("dato", "tidspunkt"):
                self._closest(question, variable.value, first_day(self.month).toordinal())

    @staticmethod
    def _whole(question: Question, variable: Variable) -> None:
        if variable.fact.kind == "desimal":
            whole = z3.IsInt(variable.value)
            question.add([whole] if question.holds(whole) else [])
            question.holds()

    @staticmethod
    def _closest(question: Question, value: Any, wanted: Any) -> None:
        """Fix a number at the value nearest to the wanted one that is possible, by halving. There is a model before and after."""
        if not z3.is_expr(value):
            return
        found = read_number(question.model(), value)
        if found.denominator != 1:
            return
        target = z3.IntVal(int(wanted)) if value.is_int() else z3.RealVal(int(wanted))
        low, high = 0, abs(found - wanted)
        middle = 0  # most often it is the wanted one itself
        while low < high:
            if question.holds(value - target <= int(middle), target - value <= int(middle)):
                found = read_number(question.model(), value)
                high = min(int(middle), abs(found - wanted))
            else:
                low = int(middle) + 1
            middle = (low + high) // 2
        question.add([value == (z3.RealVal(str(found)) if not value.is_int() else int(found))])
        question.holds()


def months_to_try(moment: Moment, most: int = 3) -> list[Month]:
    """The months of a class that a witness is looked for in: first those wholly after the agreement."""
    months = list(moment.each_month())
    if moment.agreed is None:
        return months[:most]
    later = [month for month in months if first_day(month) >= moment.agreed[0]]
    around = [month for month in months if first_day(month) <= moment.agreed[0]][-1:]
    chosen = [*later[:1], *around, *months[:1], *months[-1:]]
    return list(dict.fromkeys(chosen))[:most]
