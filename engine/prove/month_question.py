"""What is asked of one month of the loose scene, where two rulebooks may differ: all of it shares a solver."""

from __future__ import annotations

from engine.prove.logic import Bool
from engine.prove.loose import Loose
from engine.prove.moment import Moment
from engine.prove.solver import Clock, Question, Undecided
from engine.prove.world import World

#: what is known of a place: no difference; one that may show in a sure decision; one that may show otherwise
PROVED, PLAIN, MAYBE = "bevist", "kan være ulikt", "kan være ulikt, uten å avgjøre"


class MonthQuestion:
    """One month, and what is asked of it."""

    def __init__(self, world: World, loose: Loose, moment: Moment, clock: Clock) -> None:
        self.world, self.loose, self.moment, self.clock = world, loose, moment, clock
        self._question: tuple[int, Question] | None = None

    def outcome(self, apart: Bool, wish: Bool = False) -> str:
        """Proved to be alike; or maybe not, and whether that may show as is wished; or why it is not known."""
        try:
            if apart is False or not self.question.holds(apart):
                return PROVED
            tight = self.loose.tightened()
            if tight and not self.question.holds(apart, *tight):
                return PROVED
            return PLAIN if wish is not False and self.question.holds(apart, wish, *tight) else MAYBE
        except Undecided as reason:
            return str(reason)

    @property
    def question(self) -> Question:
        """The solver; a new one when there is more to know."""
        known = [*self.world.limits, *self.world.at(self.moment), *self.loose.formulas]
        if self._question is None or self._question[0] != len(known):
            self._question = len(known), Question(known, self.clock)
        return self._question[1]
