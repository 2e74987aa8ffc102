"""What is proved, shown on an application: the smallest one, decided by the real engine, which must say what the proof says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.decide.agreement import Disagreement
from engine.decide.decision import Decision
from engine.prove.finding import Shown
from engine.prove.hunt import Found
from engine.prove.logic import Bool
from engine.prove.moment import Moment
from engine.prove.scene import Scene
from engine.prove.solver import Undecided
from engine.prove.stage import Looks, Stages
from engine.prove.witness import NotReplayed, check, replay
from engine.text.month import Month

#: in how many moments an illustration is looked for
MOST_PLACES = 4

#: what the engine must say of the illustration in the month: an empty text, or what it says instead
Confirms = Callable[[Decision, Month], str]


@dataclass(frozen=True)
class Illustration:
    """What to look for, where, and what the decision must confirm. `no_witness` says why there may be none."""

    looks: Looks
    component: str
    moments: Sequence[Moment]
    confirms: Confirms
    wishes: tuple[Looks, ...] = ()
    refused: bool = False
    """Whether the engine must refuse to decide, because its evaluators differ."""


def illustrate(stages: Stages, wanted: Illustration) -> tuple[Shown | None, str]:
    """The witness, or why there is none. Raises NotReplayed when the engine says otherwise."""
    why = "ingen søknad med inntil tre perioder i måneden viser det"
    hunted = 0
    for moment in wanted.moments:
        stage = stages.stage(moment)
        try:
            if hunted == MOST_PLACES or not stage.holds(wanted.looks(stage.scene)):
                continue
            hunted += 1
            found = stages.smallest(moment, wanted.component, wanted.looks, (_assessed, *wanted.wishes))
        except Undecided as reason:
            why = str(reason)
            continue
        if found is not None:
            try:
                return _replayed(stages, found, wanted), ""
            except Disagreement as apart:
                why = f"motoren nekter å avgjøre det: {apart}"
    return None, why


def _assessed(scene: Scene) -> Bool:
    """That the application is assessed and nothing holds it back."""
    return scene.application.status["ja"] if scene.compiled.components else True


def _replayed(stages: Stages, found: Found, wanted: Illustration) -> Shown:
    shown = Shown(found.application, found.month, wanted.component)
    try:
        decision = replay(found.application, stages.book)
    except Disagreement:
        if wanted.refused:
            return shown
        raise  # told of as a finding of its own
    check(found.application, decision, found.scenes[0], found.model, found.month)
    said = wanted.confirms(decision, found.month)
    if said:
        raise NotReplayed(found.application, "det vitnet skal vise", "at det er slik", said)
    return shown
