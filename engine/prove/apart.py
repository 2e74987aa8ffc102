"""What it is that two rulebooks decide differently, as formulas over a scene of each: a month, a rule, the application itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from engine.decide.compiled import CompiledComponent, CompiledScheme
from engine.prove.difference import SURE, Place
from engine.prove.hunt import Shows
from engine.prove.logic import Bool, compare, conj, differ, disj, neg
from engine.prove.meaning import GroupMeaning
from engine.prove.scene import ComponentScene, Scene
from engine.prove.vector import Number, exact, rounded

#: statuses that are paid
PAID = ("ja", "delvis")


class Apart:
    """One scheme in two rulebooks, and how a difference between them looks."""

    def __init__(self, sides: tuple[CompiledScheme, CompiledScheme]) -> None:
        self.sides = sides

    @cached_property
    def components(self) -> tuple[str, ...]:
        """The components both have."""
        return tuple(name for name in self.sides[0].components if name in self.sides[1].components)

    def parts(self, component: str) -> tuple[CompiledComponent, CompiledComponent]:
        """A component in each."""
        one, other = (side.components[component] for side in self.sides)
        return one, other

    def shows(self, place: Place) -> Shows:
        """What an application that shows the difference shows."""
        if not place.component:
            return lambda scenes: disj(self._formal(scenes), *self._lists(scenes))
        return self.month(place.component) if place.rule is None else self.rule(place.component, place.rule)

    def noticed(self, component: str) -> Shows:
        """The difference is one of the decision, in an application that is assessed."""
        if not component:
            return self._formal
        month = self.month(component)
        return lambda scenes: conj(month(scenes), *(one.application.status["ja"] for one in scenes))

    def sure(self, component: str) -> Shows:
        """Both decide, and neither asks for more or leaves it to a person."""
        if not component:
            return lambda scenes: True
        return lambda scenes: conj(
            *(disj(*(one.component(component).rules.status[status] for status in SURE)) for one in scenes)
        )

    # --- a month --------------------------------------------------------------------------------------------------------

    def month(self, component: str) -> Shows:
        """That the month of a component is decided differently."""
        return lambda scenes: self._month(*(one.component(component) for one in scenes[:2]))

    def _month(self, one: ComponentScene, other: ComponentScene) -> Bool:
        opened = [
            disj(
                differ(one.rules.opened(name), other.rules.opened(name)),
                differ(one.rules.unsettled(name), other.rules.unsettled(name)),
            )
            for name in self.components
            if self.sides[0].components[name].component.subsidiary_to == one.part.component.id
        ]
        return disj(one.rules.differs(other.rules), *opened, _money(one, other))

    # --- one rule -------------------------------------------------------------------------------------------------------

    def rule(self, component: str, id: str) -> Shows:
        """That a rule answers differently, of the month or of a day in it, in a month that is inside the grant year."""

        def shows(scenes: Sequence[Scene]) -> Bool:
            days = any(self._is_of_days(part, id) for part in self.parts(component))
            found = _on_days(scenes, component, id) if days else _answers(scenes, component, id)
            return conj(found, neg(conj(*(one.answers(component).is_outside for one in scenes[:2]))))

        return shows

    @staticmethod
    def _is_of_days(part: CompiledComponent, id: str) -> bool:
        return part.days is not None and any(clause.rule.id == id for clause in part.days.clauses)

    # --- the application ------------------------------------------------------------------------------------------------

    @staticmethod
    def _formal(scenes: Sequence[Scene]) -> Bool:
        one, other = (scene.application for scene in scenes[:2])
        return disj(one.differs(other), differ(one.holds_back, other.holds_back), one.tells_otherwise(other))

    def _lists(self, scenes: Sequence[Scene]) -> Iterator[Bool]:
        """For each list: whether a row is assessed differently. For each component: whether it is applied for."""
        for name in self.sides[0].lists.keys() & self.sides[1].lists.keys():
            yield scenes[0].row(name).differs(scenes[1].row(name))
        for name in self.components:
            yield scenes[0].applied(name).differs(scenes[1].applied(name))
            yield scenes[0].subsidiary(name).differs(scenes[1].subsidiary(name))


def _answers(scenes: Sequence[Scene], component: str, id: str) -> Bool:
    return _otherwise(scenes[0].answers(component), scenes[1].answers(component), id)


def _on_days(scenes: Sequence[Scene], component: str, id: str) -> Bool:
    """That some day of the month is one the rule answers differently on."""
    if any(one.compiled.components[component].days is None for one in scenes[:2]):
        return True  # whether days are told apart at all is other than it was
    days = zip(*(one.days_of(component) for one in scenes[:2]), strict=True)
    return disj(*(conj(there, _otherwise(one, other, id)) for (there, one), (_, other) in days))


def _otherwise(one: GroupMeaning, other: GroupMeaning, id: str) -> Bool:
    """That a rule answers differently in two groups, or is in force in one of them only and decides something there."""
    told = [group.by_id(id) for group in (one, other)]
    if told[0] is None or told[1] is None:
        present = told[0] or told[1]
        return False if present is None else disj(*present.effects.values())
    effects = [rule.effects for rule in told if rule is not None]
    statuses = effects[0].keys() | effects[1].keys()
    return disj(*(differ(effects[0].get(status, False), effects[1].get(status, False)) for status in statuses))


def _money(one: ComponentScene, other: ComponentScene) -> Bool:
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


def _line(scene: ComponentScene) -> Number:
    """The month's amount rounded as a line of its own."""
    assert scene.amount is not None
    calculation = scene.part.calculation(scene.rules.moment.month)
    assert calculation is not None
    return rounded(scene.amount, exact(calculation[0].rounding.step), calculation[0].rounding.mode)
