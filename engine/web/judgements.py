"""What a person has judged in a case: each point of judgement in the decision that stands, with what was recorded on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.explain.paper.grounds import Judged
from engine.store import ledger
from engine.store.ledger import Event
from engine.text import literal
from engine.text.month import month_in_words
from engine.text.norsk import list_text


@dataclass(frozen=True, slots=True)
class Point:
    """One point to judge. `key` names it in a form; `judged` has what was recorded on it, first to last; the last one stands."""

    key: str
    rule: str
    doctor: str | None
    component: str | None
    months: str
    question: str
    judged: tuple[Event, ...]


def points(decision: dict[str, Any], happened: Sequence[Event], version: int) -> list[Point]:
    """The points of judgement in a decision on this version of the application."""
    recorded = [
        one for one in happened if one.kind == ledger.JUDGEMENT and (one.content or {}).get("versjon") == version
    ]
    found = []
    for number, entry in enumerate(decision["skjønn"]):
        place = {"vilkår": entry["id"], "lege": entry["lege"], "komponent": entry["komponent"]}
        own = [
            one
            for one in recorded
            if one.content and all(one.content.get(key) == value for key, value in place.items())
        ]
        months = list_text([month_in_words(literal.month(month)) for month in entry["måneder"]])
        found.append(
            Point(str(number), entry["id"], entry["lege"], entry["komponent"], months, entry["spørsmål"], tuple(own))
        )
    return found


def judged(found: Sequence[Point]) -> list[Judged]:
    """What stands of it, for the papers."""
    told = []
    for point in found:
        if point.judged and point.judged[-1].content is not None:
            last = point.judged[-1].content
            told.append(Judged(point.rule, point.doctor, last["vurdering"], last["grunn"], last["navn"]))
    return told
