"""A test case's result as a reader meets it: expected and got side by side, where it stands, and the rules behind the difference."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.explain.unbroken import Unbroken
from engine.regress.expectation import Deviation
from engine.regress.run import Result

#: how wide the text is where there is no terminal to ask
WIDTH = 110

_TITLES = ("Linje", "Hvor i vedtaket", "Forventet", "Fikk")
#: space on each side of a column, and the least room for the way into the decision
_GAP, _LEAST = 2, 30


def tell(result: Result, console: Console) -> None:
    """Print what is wrong with a case; nothing for one that is as expected. File names and faults are never broken over lines."""
    for part in _parts(result, console.width):
        console.print(part, soft_wrap=isinstance(part, Text))


def _parts(result: Result, width: int) -> Iterator[RenderableType]:
    if result.problem:
        yield Text(result.problem, style="red")
        return
    if not result.differences:
        return
    first = result.differences[0][0].place
    yield Text.assemble(("✗ ", "red"), (f"{result.path}:{first.line}", "bold"))
    if result.description:
        yield Padding(Unbroken(result.description, style="italic"), (0, 0, 0, 2), expand=False)
    yield _table([deviation for deviation, _ in result.differences], width)
    for one in dict.fromkeys(one for _, blamed in result.differences for one in blamed):
        yield Padding(Unbroken(f"{one.name}: {one.reason}"), (0, 0, 0, 2), expand=False)
        if one.citation:
            yield Padding(Unbroken(one.citation, style="dim italic"), (0, 0, 0, 4), expand=False)


def _table(found: list[Deviation], width: int) -> Table:
    """Expected and got side by side, with the line of the expectation and the way into the decision."""
    rows = [(str(one.place.line), one.path, one.expected, one.found) for one in found]
    gaps = 2 * _GAP * len(_TITLES)
    others = sum(max(cell_len(text) for text in (_TITLES[at], *(row[at] for row in rows))) for at in (0, 2, 3))
    room = max(width - gaps - others, _LEAST)
    table = Table(box=None, padding=(0, _GAP))
    for title in _TITLES:
        table.add_column(title, overflow="fold")
    for line, path, expected, got in rows:
        table.add_row(
            Text(line), Text("\n".join(_steps(path, room))), Text(expected, style="green"), Text(got, style="red")
        )
    return table


def _steps(path: str, room: int) -> Iterator[str]:
    """A way into the decision in lines of some width, broken after a full stop between two steps."""
    while cell_len(path) > room and (at := path.rfind(".", 0, room)) >= 0:
        yield path[: at + 1]
        path = path[at + 1 :]
    yield path


def told_text(result: Result) -> str:
    """The same as plain text, without spaces at the end of lines."""
    file = StringIO()
    tell(result, Console(file=file, width=WIDTH, highlight=False, color_system=None))
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())
