"""A difference between two rulebooks: where one is possible, the application that shows it, and what is known of a question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.case.stated import Application
from engine.decide.decision import Decision
from engine.prove.hunt import Found
from engine.prove.moment import Moment
from engine.prove.month_question import MAYBE, PROVED
from engine.prove.witness import component_month

#: statuses that are sure
SURE = ("ja", "delvis", "nei")


@dataclass(frozen=True)
class Witness:
    """An application the rulebooks decide differently, with both decisions, as the engine decides it."""

    application: Application
    before: Decision
    after: Decision
    moment: Moment
    component: str
    place: Moment
    found: Found

    @property
    def off(self) -> tuple[str, ...]:
        """What is off the ordinary."""
        return self.found.off

    @property
    def size(self) -> tuple[int, int]:
        return self.found.size

    @property
    def plain(self) -> bool:
        """Whether a smaller one need not be looked for."""
        return self.noticed and len(self.off) <= 1

    @property
    def rank(self) -> tuple[Any, ...]:
        return (not self.noticed, *self.size)

    @property
    def noticed(self) -> bool:
        """Whether the difference is one of the decision, and both decide."""
        return self.statuses[0] != self.statuses[1] and all(one in SURE for one in self.statuses)

    @property
    def statuses(self) -> tuple[str | None, str | None]:
        """The component's status in the month, before and after."""
        found = [component_month(one, self.moment.month, self.component) for one in (self.before, self.after)]
        return tuple(None if one is None else one.status for one in found)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a difference is looked for: the moment, the component (empty: the application), and the rule, if it is of one rule."""

    moment: Moment
    component: str
    rule: str | None = None


@dataclass
class Answer:
    """What is known of one question. At `proved` places there is no difference; `places` are where there may be one.

    With a witness there surely is one, and not every place need have been asked about. `open` are those where it is not known, and why.
    """

    open: list[tuple[Moment, str]] = field(default_factory=list)
    proved: int = 0
    places: list[Place] = field(default_factory=list)
    witness: Witness | None = None

    def note(self, place: Place, outcome: str) -> bool:
        """Take in what is known of a place. Whether there may be a difference."""
        if outcome == PROVED:
            self.proved += 1
        elif outcome == MAYBE:
            self.places.append(place)
        else:
            self.open.append((place.moment, outcome))
        return outcome == MAYBE

    @property
    def equal(self) -> bool:
        """Whether it is proved that there is no difference."""
        return self.witness is None and not self.places and not self.open
