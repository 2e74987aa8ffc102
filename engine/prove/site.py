"""Sites: where rules are assessed together – the application, a list's rows, a component's months, or its days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.decide.compiled import CompiledScheme
from engine.decide.group import Clause, Group
from engine.language.model import Rule
from engine.prove.logic import Bool
from engine.prove.meaning import GroupMeaning, Meaning
from engine.prove.moment import Moment
from engine.prove.scene import Scene
from engine.prove.touched import in_force

APPLICATION, LIST, MONTHS, DAYS = "søknad", "liste", "måneder", "dager"


@dataclass(frozen=True)
class Site:
    """`name` is the component, the list, or empty for the application."""

    kind: str
    name: str
    group: Group

    @property
    def component(self) -> str:
        """The component it is of; empty for what is assessed before components are."""
        return self.name if self.timed else ""

    @property
    def timed(self) -> bool:
        """Whether agreement date and month matter."""
        return self.kind in (MONTHS, DAYS)

    def rules(self, compiled: CompiledScheme, moment: Moment) -> dict[str, Clause]:
        """The rules in force at a moment, by id."""
        return {id: clause for id, (clause, _) in in_force(compiled, self.group, moment, self.timed).items()}

    def meanings(self, scene: Scene) -> list[tuple[Bool, GroupMeaning]]:
        """What the rules answer: once, or for each of the days that may differ, with when there is such a day."""
        match self.kind:
            case "søknad":
                return [(True, scene.application)]
            case "liste":
                return [(True, scene.row(self.name))]
            case "måneder":
                return [(True, scene.component(self.name).rules)]
            case _:
                return scene.days_of(self.name)


def sites(compiled: CompiledScheme) -> Iterator[Site]:
    """Every site of a scheme that has rules."""
    if compiled.application.clauses:
        yield Site(APPLICATION, "", compiled.application)
    for name, group in compiled.lists.items():
        yield Site(LIST, name, group)
    for name, part in compiled.components.items():
        yield Site(MONTHS, name, part.months)
        if part.days is not None:
            yield Site(DAYS, name, part.days)


def meaning_of(group: GroupMeaning, rule: Rule) -> Meaning | None:
    """What a rule answers, when this version of it is in force."""
    found = next((clause for clause in group.in_force if clause.rule is rule), None)
    return None if found is None else group.rule(found)
