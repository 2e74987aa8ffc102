"""Coverage on the terminal: the shares, each hole in the words of the regulation, what is argued, what only snapshots verify."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from engine.regress import coverage_words as words
from engine.regress.coverage_part import Coverage, Subject


def show(coverage: Coverage, console: Console) -> None:
    """Print all of it. Lines are not cut where the terminal's width is unknown."""
    for part in _parts(coverage):
        console.print(part, soft_wrap=isinstance(part, Text))


def show_holes(coverage: Coverage, console: Console) -> None:
    """Print only what no case shows."""
    for part in (*_since(coverage), *_holes(coverage)):
        console.print(part, soft_wrap=True)


def _parts(coverage: Coverage) -> Iterator[RenderableType]:
    yield Text(f"\nDekning av reglene, {words.tests(coverage.cases)}", style="bold")
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for name, share in coverage.shares().items():
        if not share.of:
            continue
        style = "green" if share.percent == 100 else "red"
        table.add_row(Text(name), Text(words.percent(share.percent), style=style), Text(words.share(share)))
    yield table
    yield from _since(coverage)
    yield from _holes(coverage)
    argued = [(one, list(words.arguments(one))) for one in coverage.subjects]
    if any(found for _, found in argued):
        yield Text("\nBegrunnet i stedet for prøvd", style="bold")
    for subject, found in argued:
        for parts, reason in found:
            yield Text(f"{subject.key}: {parts}")
            yield Text(f"  {reason}", style="dim")
    for rule, part in coverage.unneeded:
        yield Text(f"Unntaket for «{part}» i {rule} trengs ikke lenger. Delen er prøvd.", style="yellow")
    yield Text(f"\n{words.snapshots(coverage)}")


def _since(coverage: Coverage) -> Iterator[Text]:
    """What is no longer tested, rule by rule."""
    if coverage.since is not None:
        yield Text(f"\n{words.since(coverage.since)}", style="bold" if coverage.since.lost else "")
        for subject, parts in coverage.since.lost:
            yield from _lacking(subject, words.holes(subject, parts))


def _lacking(subject: Subject, lines: Iterator[str]) -> Iterator[Text]:
    yield Text(f"{subject.kind} {subject.key}")
    for line in lines:
        yield Text(f"  {line}", style="red")


def _holes(coverage: Coverage) -> Iterator[Text]:
    """What no case shows, rule by rule."""
    lacking = [one for one in coverage.subjects if one.holes]
    if lacking:
        yield Text("\nIkke prøvd", style="bold")
    for subject in lacking:
        yield from _lacking(subject, words.holes(subject))
