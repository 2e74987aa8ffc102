"""Notes that are never shown: in no application, month or component where they are in force can their condition hold.

Each version of a note is looked at by itself: one that a later year has put aside before it could be shown is dead too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.decide.decision import Decision
from engine.language.model import Note
from engine.prove.finding import Finding
from engine.prove.illustrate import Illustration, illustrate
from engine.prove.logic import Bool, conj, disj, neg
from engine.prove.moment import Moment
from engine.prove.scene import Scene
from engine.prove.solver import Undecided
from engine.prove.stage import Looks, Stages, anything
from engine.ruleset.selection import of_grant_year
from engine.text.month import Month

#: in how many moments an application that shows the note is looked for
MOST_TRIES = 4

_PAID = ("ja", "delvis")


@dataclass(frozen=True)
class Dead:
    """A note that nothing shows, and the moments it is in force in."""

    note: Note
    moments: list[tuple[str, Moment]]


@dataclass(frozen=True)
class Doubtful:
    """A note of which that is not known, and why."""

    note: Note
    why: str


def dead_notes(stages: Stages) -> Iterator[Dead | Doubtful]:
    """The notes that can never be shown, and those it is not known of."""
    for versions in stages.scheme.notes:
        for version in versions:
            note = version.note
            places = [place for place in _places(stages, note) if _in_force(stages, note, place[1])]
            try:
                if not _is_shown(stages, note, places):
                    yield Dead(note, places)
            except Undecided as why:
                yield Doubtful(note, str(why))


def _places(stages: Stages, note: Note) -> Iterator[tuple[str, Moment]]:
    """The components and moments a note could be shown in; without a component for what is not about a month."""
    if note.per in ("lege", "måned", "komponent") and stages.has_doctors:
        for name in note.components or tuple(stages.scheme.components):
            yield from ((name, moment) for moment in stages.inside(name))
    else:
        yield from (("", moment) for moment in stages.of_years)


def _in_force(stages: Stages, note: Note, moment: Moment) -> bool:
    """Whether this version is the one that counts: the last that the grant year knows and whose months hold."""
    order = [one.id for one in stages.scheme.scheme.sets]
    known = order[: order.index(of_grant_year(stages.scheme.scheme, moment.year).id) + 1]
    timed = note.per in ("lege", "måned", "komponent")
    for versions in stages.scheme.notes:
        for version in (one.note for one in versions if one.note.id == note.id and one.note.origin in known):
            if not timed or version.months.holds(moment.month):
                return version is note
    return False


def _is_shown(stages: Stages, note: Note, places: list[tuple[str, Moment]]) -> bool:
    """Whether some application shows it. Raises Undecided when it is not known."""
    possible = False
    tries = 0
    for name, moment in places:
        looks = _looks(note, name)
        stage = stages.stage(moment)
        if tries and not stage.holds(looks(stage.scene)):
            continue
        if tries < MOST_TRIES and stages.shown(moment, name, looks):
            return True
        tries += 1
        possible = possible or stage.holds(looks(stage.scene))
    if possible:
        raise Undecided("ingen søknad med inntil tre perioder i måneden viser den")
    return False


def _looks(note: Note, name: str) -> Looks:
    """What an application that shows the note looks like."""

    def looks(scene: Scene) -> Bool:
        match note.per:
            case "søknad":
                return scene.application.frame.tree(note.when).yes
            case "lege":  # what is of the doctor is the same in each of the months
                return scene.component(name).frame.tree(note.when).yes
            case "måned":
                status = scene.component(name).rules.status
                return conj(
                    scene.applied(name).yes, neg(status["utenfor"]), scene.component(name).frame.tree(note.when).yes
                )
            case "komponent":
                assert note.formula is not None
                one = scene.component(name)
                amount = one.frame.formula(note.formula)
                paid = disj(*(one.rules.status[status] for status in _PAID))
                return conj(scene.applied(name).yes, paid, neg(amount.unknown), neg(amount.ranged))
            case _:
                return scene.row_frame(note.per).tree(note.when).yes

    return looks


def of_note(stages: Stages, dead: Dead) -> Finding:
    """A dead note as a finding."""
    note = dead.note

    def confirms(decision: Decision, month: Month) -> str:
        told = [one.note.note.title for one in decision.notes if one.note.note is note]
        return ", ".join(told)

    witness, why = None, "merknaden gjelder ikke i noen måned som hører til et tilskuddsår"
    if dead.moments:
        name = dead.moments[0][0]
        moments = [moment for one, moment in dead.moments if one == name]
        witness, why = illustrate(stages, Illustration(anything, name, moments, confirms))
    return Finding(
        "MERKNAD-ALDRI",
        stages.scheme_id,
        f"{note.origin}/{note.id}",
        note.place,
        f"Merknaden «{note.title}» vises aldri: ingen søknad der den gjelder, oppfyller «når».",
        (note.citation,),
        witness=witness,
        no_witness=why,
    )
