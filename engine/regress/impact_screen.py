"""An impact on the terminal: what it comes to, what differs in the rules, each changed case with its reasons, and totals."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.explain.unbroken import Unbroken
from engine.regress import impact_words as words
from engine.regress.impact import Impact, Total
from engine.regress.impact_case import CHANGED, ONE_SIDED, UNREAD, CaseImpact

#: causes told of one case, groups of one axis, and cases; JSON and the page have all
MOST_CAUSES = 4
MOST_GROUPS = 15
MOST_CASES = 100


def screen(impact: Impact) -> RenderableType:
    """The impact ready to print."""
    return Group(*_parts(impact))


def _parts(impact: Impact) -> Iterator[RenderableType]:
    yield Text.assemble(("Fra  ", "dim"), impact.before.title)
    yield Text.assemble(("Til  ", "dim"), impact.after.title)
    yield Unbroken(" ".join(words.summary(impact)), style="bold")
    yield Unbroken(f"Kjent beløp: {words.totals(impact.whole)}")
    for caveat in words.caveats(impact):
        yield Unbroken(caveat, style="dim")
    if impact.changes:
        yield _title("Dette er endret i reglene")
        yield from _changes(impact)
    for status, title in (
        (CHANGED, "Saker som får et annet vedtak"),
        (ONE_SIDED, "Saker som bare kan avgjøres med den ene versjonen"),
        (UNREAD, "Saker som ikke kan leses"),
    ):
        found = impact.of(status)
        if found:
            yield _title(title)
        for case in found[:MOST_CASES]:
            yield from _changed(case, impact) if status == CHANGED else _unread(case)
        if len(found) > MOST_CASES:
            yield Unbroken(f"… og {words.cases(len(found) - MOST_CASES)} til", style="dim")
    if impact.of(CHANGED):
        for axis, groups in impact.grouped.items():
            yield _title(f"Etter {axis}")
            yield _table(groups)


def _title(text: str) -> RenderableType:
    return Unbroken(f"\n{text}", style="bold")


def _changes(impact: Impact) -> Iterator[RenderableType]:
    for change, cases in impact.by_change:
        told = "" if change.explains_only else f": {words.cases(len(cases))} får et annet vedtak"
        yield _indented(Unbroken(words.rule_change(change)[0].upper() + words.rule_change(change)[1:] + told), 1)
        for difference in change.differences:
            yield _indented(Unbroken(words.difference(difference), style="cyan"), 2)


def _changed(case: CaseImpact, impact: Impact) -> Iterator[RenderableType]:
    yield Unbroken(case.path, style="bold")
    yield _indented(Unbroken(words.headline(case), style="yellow"), 1)
    for line in case.lines:
        if line.changed:
            yield _indented(Unbroken(words.line(line)), 1)
            for month in words.months(line):
                yield _indented(Unbroken(month), 2)
    for other in words.others(case):
        yield _indented(Unbroken(other), 1)
    for cause in case.causes[:MOST_CAUSES]:
        yield _indented(Unbroken(f"Fordi {words.cause(cause)}"), 1)
        for label, reason in zip(("Før", "Etter"), cause.reasons, strict=True):
            if reason and cause.reasons[0] != cause.reasons[1]:
                yield _indented(Unbroken(f"{label}: {reason}", style="dim"), 2)
        yield _indented(Unbroken(cause.citation, style="dim italic"), 2)
    if len(case.causes) > MOST_CAUSES:
        yield _indented(Unbroken(f"… og {len(case.causes) - MOST_CAUSES} svar til", style="dim"), 1)
    for value in case.values:
        yield _indented(Unbroken(f"Fordi {words.value(value)}"), 1)
    for change in impact.behind(case):
        yield _indented(Unbroken(f"Endret i reglene: {change.title}", style="cyan"), 1)


def _unread(case: CaseImpact) -> Iterator[RenderableType]:
    yield Unbroken(case.path, style="bold")
    for side, problem in case.problems:
        yield _indented(Unbroken(f"{side.capitalize()}: {problem}", style="red"), 1)


def _table(groups: list[Total]) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 2))
    for title in ("", *words.COLUMNS):
        table.add_column(title, justify="left" if not title else "right", no_wrap=bool(title), overflow="fold")
    shown = sorted(groups, key=lambda one: (-abs(one.difference), -one.changed, one.group))[:MOST_GROUPS]
    for one in groups:
        if one in shown:
            table.add_row(one.group, *words.row(one))
    if len(groups) > len(shown):
        table.add_row(f"… og {len(groups) - len(shown)} til", *("" for _ in words.COLUMNS))
    return table


def _indented(part: RenderableType, levels: int) -> RenderableType:
    return Padding(part, (0, 0, 0, 2 * levels), expand=False)
