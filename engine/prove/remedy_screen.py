"""What would have made a refusal an award, on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from engine.explain.unbroken import Unbroken
from engine.prove import remedy_words as words
from engine.prove.remedy import Remedies

#: ways told on the screen for one answer; JSON has all
MOST = 6


def screen(found: Remedies) -> RenderableType:
    """The answers ready to print."""
    return Group(*_parts(found))


def _parts(found: Remedies) -> Iterator[RenderableType]:
    yield Text.assemble((f"Søknad {found.application.id}", "bold"), f" · {found.decision.outcome} · mål: {found.goal}")
    if not found.answers and not found.outside:
        yield Unbroken("Ingen måneder er avslått." if found.application.doctors else "Søknaden er ikke avslått.")
    doctor: int | None = None
    for told in words.gathered(found):
        if told.doctor is not None and told.doctor != doctor:
            doctor = told.doctor
            yield Unbroken(f"\n{found.application.doctors[doctor].id}", style="bold")
        yield from _told(told, found)
    for id in found.outside:
        yield Unbroken(f"\n{id}", style="bold")
        yield _indented("Avslått fordi ingen av månedene hører til tilskuddet det søkes om.", 1)


def _told(told: words.Told, found: Remedies) -> Iterator[RenderableType]:
    where = words.months_in_words(told.months)
    component = found.decision.compiled.components[told.component].component.title if told.component else ""
    yield _indented(f"{where} – {component}" if where else "Søknaden", 1, "cyan")
    rules = found.decision.compiled.scheme.rules
    for id in told.answer.decided_by:
        yield _indented(f"Ikke oppfylt: {rules[id][-1].title}", 2, "dim")
    answer = told.answer.found
    if not answer.ways:
        yield _indented(
            f"{words.NOTHING}." if answer.impossible else f"Ikke avgjort: {answer.open}.",
            2,
            "red" if answer.impossible else "yellow",
        )
        return
    for number, tried in enumerate(told.tried[:MOST]):
        changes = tried.way.changes
        for place, one in enumerate(changes):
            start = ("eller " if number else "") if place == 0 else "og "
            sentence = words.sentence(one, found.application.doctors)
            yield _indented(f"→ {start}{sentence}. Nå: {words.now_text(one.fact)}", 2 if place == 0 else 3)
    if len(told.tried) > MOST:
        yield _indented(f"… og {len(told.tried) - MOST} måter til (se --format json)", 2, "dim")
    if answer.open is not None:
        yield _indented(f"Andre måter er ikke avgjort: {answer.open}.", 2, "yellow")


def _indented(text: str, steps: int, style: str = "") -> RenderableType:
    return Padding(Unbroken(text, style=style), (0, 0, 0, 2 * steps), expand=False)
