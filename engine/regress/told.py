"""A test case's result as a reader meets it: expected and got side by side, where it stands, and the rules behind the difference."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.regress.run import Result

#: how wide the text is where there is no terminal to ask
WIDTH = 110


def tell(result: Result, console: Console) -> None:
    """Print what is wrong with a case; nothing for one that is as expected. File names and faults are never broken over lines."""
    for part in _parts(result):
        console.print(part, soft_wrap=isinstance(part, Text))


def _parts(result: Result) -> Iterator[RenderableType]:
    if result.problem:
        yield Text(result.problem, style="red")
        return
    if not result.differences:
        return
    yield Text.assemble(("✗ ", "red"), (result.path, "bold"))
    if result.description:
        yield Padding(Text(result.description, style="italic"), (0, 0, 0, 2), expand=False)
    table = Table(box=None, padding=(0, 2, 0, 2))
    for title in ("Linje", "Hvor i vedtaket", "Forventet", "Fikk"):
        table.add_column(title, overflow="fold")
    for deviation, _ in result.differences:
        table.add_row(
            Text(str(deviation.place.line)),
            Text(deviation.path),
            Text(deviation.expected, style="green"),
            Text(deviation.found, style="red"),
        )
    yield table
    for one in dict.fromkeys(one for _, blamed in result.differences for one in blamed):
        yield Padding(Text(f"{one.name}: {one.reason}"), (0, 0, 0, 2), expand=False)
        if one.citation:
            yield Padding(Text(one.citation, style="dim italic"), (0, 0, 0, 4), expand=False)


def told_text(result: Result) -> str:
    """The same as plain text, without spaces at the end of lines."""
    file = StringIO()
    tell(result, Console(file=file, width=WIDTH, highlight=False, color_system=None))
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())
