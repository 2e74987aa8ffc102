"""The smallest application that shows a difference between two rulebooks, decided by both before it is a witness."""

from __future__ import annotations

from engine.language.rulebook import Rulebook
from engine.prove.apart import Apart
from engine.prove.difference import Place, Witness
from engine.prove.hunt import Found, Hunt, months_to_try
from engine.prove.logic import Bool
from engine.prove.moment import Borders, Moment
from engine.prove.solver import Clock
from engine.prove.witness import check, replay, true_in
from engine.text.month import Month


class Seeker:
    """Looks for witnesses in one scheme."""

    def __init__(
        self, books: tuple[Rulebook, Rulebook], scheme: str, apart: Apart, borders: Borders, clock: Clock
    ) -> None:
        self.books = books
        self.apart = apart
        self.borders = borders
        self.clock = clock
        self.has_doctors = books[0].vocabulary.schemes[scheme].has_doctors
        self._hunts: dict[tuple[Moment, Month, str, int], Hunt] = {}

    def hunt(self, moment: Moment, month: Month, component: str, periods: int) -> Hunt:
        """The hunt in a month; made once."""
        key = (moment, month, component, periods)
        if key not in self._hunts:
            self._hunts[key] = Hunt(
                self.apart.sides, moment, month, component, self.borders.horizon, self.clock, periods
            )
        return self._hunts[key]

    def hunts(self, moment: Moment, component: str) -> list[Hunt]:
        """The hunts in a moment, the smallest first."""
        if not self.has_doctors:
            return [self.hunt(moment, moment.month, component, 0)]
        months = months_to_try(moment)
        return [self.hunt(moment, month, component, periods) for periods in (1, 2, 3) for month in months]

    def smallest(self, place: Place) -> Witness | None:
        """The smallest application of a place that shows the difference; None when none is found. Raises Undecided."""
        shows = self.apart.shows(place)
        for hunt in self.hunts(place.moment, place.component):
            wishes = [self.apart.noticed(place.component), self.apart.sure(place.component)]
            found = hunt.find(shows, wishes)
            if found is not None:
                return self._decided(found, place)
        return None

    def shown_by(self, witness: Witness, rule: str) -> bool:
        """Whether a witness shows that a rule answers differently, too."""
        looks: Bool = self.apart.shows(Place(witness.place, witness.component, rule))(witness.found.scenes)
        return true_in(witness.found.model, looks)

    def _decided(self, found: Found, place: Place) -> Witness:
        """Raises NotReplayed when the engine decides otherwise than the formulas said."""
        decisions = [replay(found.application, book) for book in self.books]
        for decision, scene in zip(decisions, found.scenes, strict=True):
            check(found.application, decision, scene, found.model, found.month)
        moment = place.moment
        own = Moment(moment.agreed, (found.month, found.month), moment.year)
        return Witness(found.application, decisions[0], decisions[1], own, place.component, moment, found)
