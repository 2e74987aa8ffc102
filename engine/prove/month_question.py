"""What is asked of months of the loose scene, where two rulebooks may differ: all of it shares a solver."""

from __future__ import annotations

from engine.prove.logic import Bool
from engine.prove.loose import Loose
from engine.prove.moment import Moment
from engine.prove.solver import Clock, Question, Undecided
from engine.prove.world import World

#: what is known of a place: no difference, or maybe one
PROVED, MAYBE = "bevist", "kan være ulikt"


class MonthQuestion:
    """The months of moments that have their formulas in common, and what is asked of them."""

    def __init__(self, world: World, loose: Loose, clock: Clock) -> None:
        self.world, self.loose, self.clock = world, loose, clock
        self._question: tuple[int, Question] | None = None

    def outcome(self, moment: Moment, apart: Bool) -> str:
        """Proved to be alike; or maybe not; or why it is not known."""
        try:
            return MAYBE if self.holds(moment, apart) else PROVED
        except Undecided as reason:
            return str(reason)

    def holds(self, moment: Moment, looks: Bool) -> bool:
        """Whether a month may look so. Raises Undecided."""
        known = self.world.at(moment)
        if looks is False or not self.question.holds(looks, *known):
            return False
        tight = self.loose.tightened(moment)
        return not tight or self.question.holds(looks, *known, *tight)

    @property
    def question(self) -> Question:
        """The solver; a new one when there is more to know."""
        known = [*self.world.limits, *self.loose.formulas]
        if self._question is None or self._question[0] != len(known):
            self._question = len(known), Question(known, self.clock)
        return self._question[1]
