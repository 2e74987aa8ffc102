"""What is asked of months of the loose scene, where two rulebooks may differ: all of it shares a solver."""

from __future__ import annotations

from engine.prove.logic import Bool
from engine.prove.loose import Loose
from engine.prove.moment import Moment
from engine.prove.solver import Clock, Question, Undecided
from engine.prove.world import World

#: what is known of a place: no difference; one that may show in a sure decision; one that may show otherwise
PROVED, PLAIN, MAYBE = "bevist", "kan være ulikt", "kan være ulikt, uten å avgjøre"


class MonthQuestion:
    """The months of moments that have their formulas in common, and what is asked of them."""

    def __init__(self, world: World, loose: Loose, clock: Clock) -> None:
        self.world, self.loose, self.clock = world, loose, clock
        self._question: tuple[int, Question] | None = None

    def outcome(self, moment: Moment, apart: Bool, wish: Bool = False) -> str:
        """Proved to be alike; or maybe not, and whether that may show as is wished; or why it is not known."""
        try:
            known = self.world.at(moment)
            if apart is False or not self.question.holds(apart, *known):
                return PROVED
            known += self.loose.tightened(moment)
            if not self.question.holds(apart, *known):
                return PROVED
            return PLAIN if wish is not False and self.question.holds(apart, wish, *known) else MAYBE
        except Undecided as reason:
            return str(reason)

    @property
    def question(self) -> Question:
        """The solver; a new one when there is more to know."""
        known = [*self.world.limits, *self.loose.formulas]
        if self._question is None or self._question[0] != len(known):
            self._question = len(known), Question(known, self.clock)
        return self._question[1]
