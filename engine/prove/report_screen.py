"""A report of findings on the terminal: the findings with their witnesses, then what is argued, not decided and unknown."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding

from engine.explain.unbroken import Unbroken
from engine.language.rulebook import Rulebook
from engine.prove import report_words as words
from engine.prove.examine import Report
from engine.prove.finding import Finding
from engine.regress.exempt import Exempt

#: questions not decided that are told on the screen; JSON has all
MOST = 10


def screen(report: Report, unneeded: list[Exempt], book: Rulebook) -> RenderableType:
    """The report ready to print."""
    return Group(*_parts(report, unneeded, book))


def _parts(report: Report, unneeded: list[Exempt], book: Rulebook) -> Iterator[RenderableType]:
    for one in report.standing:
        yield from _finding(one, book)
    argued = [one for one in report.findings if one.argued]
    if argued:
        yield Unbroken("\nBegrunnet", style="bold")
    for one in argued:
        yield _indented(one.id, 1)
        yield _indented(one.argued, 2, "dim")
    if report.open:
        yield Unbroken("\nIkke avgjort", style="bold yellow")
    for open in report.open[:MOST]:
        yield _indented(f"{open.code} {open.part}: {open.why}", 1)
    if len(report.open) > MOST:
        yield _indented(f"… og {len(report.open) - MOST} til", 1, "dim")
    unknown = words.unknown_rates(report)
    if unknown:
        yield Unbroken("\nVerdier som står som ukjent (ikke funn)", style="bold")
        for line in unknown:
            yield _indented(line, 1)
    if unneeded:
        yield Unbroken("\nUnntak som ikke trengs lenger", style="bold")
        for argument in unneeded:
            yield _indented(f"{argument.place}: {argument.id}", 1)
    yield Unbroken("\n" + " ".join(words.verdict(report)), style="bold red" if report.standing else "bold")


def _finding(one: Finding, book: Rulebook) -> Iterator[RenderableType]:
    yield Unbroken(f"\n{one.place}: {one.id}", style="bold red")
    yield _indented(one.text, 1)
    for line in words.citations(one, book):
        yield _indented(f"Hjemmel: {line}", 1, "dim")
    if one.witness is None:
        yield _indented(f"Ingen søknad er vist: {one.no_witness}", 1, "yellow")
        return
    yield _indented("Vitne:", 1)
    for line in words.witness_text(one.witness.application, book).splitlines():
        yield _indented(line, 2, "cyan")
    yield _indented(f"Vedtak: {words.decided(one.witness, book)}", 1)


def _indented(text: str, steps: int, style: str = "") -> RenderableType:
    return Padding(Unbroken(text, style=style), (0, 0, 0, 2 * steps))
