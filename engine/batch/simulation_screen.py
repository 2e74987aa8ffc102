"""A simulation on the terminal: what it comes to, what differs in the rules, outcomes, months, totals and the largest differences."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from engine.batch import simulation_words as words
from engine.batch.simulation_report import Report
from engine.explain.unbroken import Unbroken
from engine.regress import impact_words
from engine.regress.impact_screen import changes, heading, table, totals

#: rows of one table; JSON, the page and the tables have more
MOST_ROWS = 15


def screen(report: Report) -> RenderableType:
    """The simulation ready to print."""
    return Group(*_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    effect = report.effect
    for label, title in zip(("Fra  ", "Til  "), report.titles, strict=True):
        yield Text.assemble((label, "dim"), title)
    yield Unbroken(" ".join(words.summary(effect)), style="bold")
    yield Unbroken(f"Kjent beløp: {impact_words.totals(effect.whole)}")
    for told in (*words.caveats(effect), *words.not_compared(effect), *words.rejected(report.simulation)):
        yield Unbroken(told, style="dim")
    if report.changes:
        yield heading("Dette er endret i reglene")
        yield from changes((change, "") for change in report.changes)
    if not effect.anything:
        return
    yield heading("Utfall for dem som får et annet vedtak")
    yield table(words.OUTCOMES, words.outcomes(effect))
    if effect.answers:
        yield heading("Måneder med hvert svar")
        yield table(words.ANSWERS, words.answers(effect.answers, False))
        decided = words.answers(effect.answers, True)
        if decided:
            yield heading("Det som avgjorde månedene, der antallet er endret")
            yield table(words.DECIDED_BY, decided[:MOST_ROWS], max(0, len(decided) - MOST_ROWS))
    for axis, groups in effect.grouped.items():
        yield heading(f"Etter {axis}")
        yield totals(groups, words.TOTALS)
    if effect.movers:
        yield heading("Søknadene der det kjente beløpet endres mest")
        yield table(words.MOVERS, (words.mover(one, False) for one in effect.movers[:MOST_ROWS]))
        if not all(one.exact for one in effect.movers[:MOST_ROWS]):
            yield Unbroken("* Summen er ukjent før eller etter. Endringen gjelder det kjente beløpet.", style="dim")
