"""What would have given another answer, as a page shows it. Work for a worker."""

from __future__ import annotations

from dataclasses import dataclass

from engine.case.application import application
from engine.language.rulebook import Rulebook
from engine.prove import remedy_words as words
from engine.prove.remedy import Remedies, remedies
from engine.prove.solver import Clock, require
from engine.prove.trial import GOALS as _GOALS
from engine.text import yaml

#: what can be reached for
GOALS = tuple(_GOALS)


@dataclass(frozen=True, slots=True)
class Told:
    """One answer for some months of a doctor: what refused them, the ways out (each some sentences), or why there is none."""

    doctor: str
    where: str
    refused_by: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...]
    none: str
    open: str


def remedies_told(book: Rulebook, text: str, name: str, goal: str, seconds: int) -> list[Told]:
    """Each refused month with the smallest changes that would have given the goal. Raises Faults."""
    require()
    goal = goal if goal in GOALS else GOALS[0]
    found = remedies(application(yaml.read_text(text, name), book), book, goal, Clock(seconds))
    told = [_told(one, found) for one in words.gathered(found)]
    outside = "Avslått fordi ingen av månedene hører til tilskuddet det søkes om."
    return told + [Told(id, "", (), (), outside, "") for id in found.outside]


def _told(one: words.Told, found: Remedies) -> Told:
    doctors = found.application.doctors
    months = words.months_in_words(one.months)
    component = found.decision.compiled.components[one.component].component.title if one.component else ""
    rules = found.decision.compiled.scheme.rules
    answer = one.answer.found
    ways = tuple(
        tuple(f"{words.sentence(change, doctors)}. Nå: {words.now_text(change.fact)}." for change in tried.way.changes)
        for tried in one.tried
    )
    return Told(
        doctors[one.doctor].id if one.doctor is not None else "",
        f"{months} – {component}" if months else "Søknaden",
        tuple(rules[id][-1].title for id in one.answer.decided_by),
        ways,
        f"{words.NOTHING}." if not ways and answer.impossible else "",
        answer.open or "",
    )
