"""An impact on the terminal: what it comes to, what differs in the rules, each changed case with its reasons, and totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.explain.unbroken import Unbroken
from engine.regress import impact_words as words
from engine.regress.impact import Impact, Total
from engine.regress.impact_case import CHANGED, CaseImpact
from engine.regress.impact_rules import RuleChange

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
        yield heading("Dette er endret i reglene")
        yield from changes(
            (change, "" if change.explains_only else f"{words.cases(len(cases))} får et annet vedtak")
            for change, cases in impact.by_change
        )
    for status, title in ((CHANGED, "Saker som får et annet vedtak"), *words.NOT_COMPARED):
        found = impact.of(status)
        if found:
            yield heading(title)
        for case in found[:MOST_CASES]:
            yield from _changed(case, impact) if status == CHANGED else _unread(case)
        if len(found) > MOST_CASES:
            yield Unbroken(f"… og {words.cases(len(found) - MOST_CASES)} til", style="dim")
    if impact.of(CHANGED):
        for axis, groups in impact.grouped.items():
            yield heading(f"Etter {axis}")
            yield totals(groups)


def heading(text: str) -> RenderableType:
    """The title of a part."""
    return Unbroken(f"\n{text}", style="bold")


def changes(found: Iterable[tuple[RuleChange, str]]) -> Iterator[RenderableType]:
    """What differs in the rules, each part with what is told of it."""
    for change, about in found:
        told = words.rule_change(change)
        yield _indented(Unbroken(told[0].upper() + told[1:] + (f": {about}" if about else "")), 1)
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


def totals(groups: Sequence[Total], columns: Sequence[str] = words.COLUMNS) -> RenderableType:
    """A table of the groups with the largest differences, in the order they have."""
    largest = sorted(groups, key=lambda one: (-abs(one.difference), -one.changed, one.group))[:MOST_GROUPS]
    shown = {one.group for one in largest}
    rows = [(one.group, *words.row(one)) for one in groups if one.group in shown]
    return table(("", *columns), rows, len(groups) - len(rows))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], left_out: int = 0) -> RenderableType:
    """A table whose first column is words and whose others are amounts; `left_out` rows are told of."""
    found = Table(box=None, padding=(0, 1, 0, 2))
    for place, title in enumerate(columns):
        found.add_column(title, justify="right" if place else "left", no_wrap=bool(place), overflow="fold")
    for row in rows:
        found.add_row(*row)
    if left_out:
        found.add_row(f"… og {words.count(left_out)} til", *("" for _ in columns[1:]))
    return found


def _indented(part: RenderableType, levels: int) -> RenderableType:
    return Padding(part, (0, 0, 0, 2 * levels), expand=False)
