"""What pages about rules and cases are made of: the frame of a page that is whole in itself, bars, tables of totals, changes in rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape
from importlib.resources import files

from engine.regress import impact_words as words
from engine.regress.impact import Total
from engine.regress.impact_rules import RuleChange

#: width of a bar's drawing area; it stretches to the room it gets
_WIDTH = 1000

_HEAD = """<!doctype html>
<html lang="nb">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
"""
_FOOT = "</main>\n</body>\n</html>\n"


def whole(title: str, sheets: Iterable[tuple[str, str]], body: Iterable[str]) -> str:
    """A page with no script and nothing fetched. `sheets` are style sheets, by package and file."""
    style = "".join(files(package).joinpath(name).read_text(encoding="utf-8") for package, name in sheets)
    return _HEAD.format(title=escape(title), style=style) + "\n".join(body) + "\n" + _FOOT


def changes(found: Iterable[tuple[RuleChange, str]]) -> Iterator[str]:
    """What differs in the rules, each part with what is told of it."""
    for change, about in found:
        told = words.rule_change(change)
        yield f"<h3>{escape(told[0].upper() + told[1:])}</h3>"
        yield f"<p>{escape(' '.join(part for part in (_where(change), about) if part))}</p>"
        for one in change.differences:
            before = "" if one.before is None else f"<del>{escape(one.before)}</del> "
            after = "" if one.after is None else f"<ins>{escape(one.after)}</ins>"
            path = f"<code>{escape(one.path)}</code> " if one.path else ""
            yield f'<p class="diff">{path}{before}{after}</p>'


def _where(change: RuleChange) -> str:
    line = change.lines[1] if change.lines[1] is not None else change.lines[0]
    return f"{change.file}, linje {line}{'' if change.lines[1] is not None else ' før endringen'}."


def totals(axis: str, groups: Sequence[Total], columns: Sequence[str] = words.COLUMNS) -> Iterator[str]:
    """A table of totals with a bar for each group's difference."""
    most = max((abs(one.difference) for one in groups), default=Decimal(0))
    signed = any(one.difference < 0 for one in groups)
    rows = [(one.group, words.row(one), bar(one.difference, most, signed)) for one in groups]
    yield from table(f"etter-{axis}", f"Etter {axis}", (axis.capitalize(), *columns), rows)


def table(
    id: str, title: str, columns: Sequence[str], rows: Iterable[tuple[str, Sequence[str], str]], level: int = 3
) -> Iterator[str]:
    """A titled table; a row is its name, its cells, and a drawing in a column of its own."""
    yield f'<h{level} id="{escape(id)}">{escape(title)}</h{level}>'
    yield f'<div class="wide" role="region" tabindex="0" aria-labelledby="{escape(id)}"><table>'
    titles = "".join(f'<th scope="col">{escape(one)}</th>' for one in columns)
    yield f'<thead><tr>{titles}<td class="plot"></td></tr></thead><tbody>'
    for name, row, drawing in rows:
        shown = zip(columns[1:], row, strict=True)
        cells = "".join(f'<td data-t="{escape(one)}">{escape(text)}</td>' for one, text in shown)
        yield f'<tr><th scope="row">{escape(name)}</th>{cells}<td class="plot">{drawing}</td></tr>'
    yield "</tbody></table></div>"


def bar(value: Decimal, most: Decimal, signed: bool) -> str:
    """A bar as long as its share of the largest; with signs, down goes left and up goes right of the middle."""
    room = _WIDTH // 2 if signed else _WIDTH
    length = int(abs(value) / most * room) if most else 0
    start = (room - length if value < 0 else room) if signed else 0
    middle = f'<line x1="{room}" y1="0" x2="{room}" y2="10"/>' if signed else ""
    kind = "down" if value < 0 else "up"
    return (
        f'<svg viewBox="0 0 {_WIDTH} 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<rect class="{kind}" x="{start}" y="1" width="{length}" height="8"/>{middle}</svg>'
    )


def outcomes(counts: Iterable[tuple[str, str, int]], subject: Callable[[int], str]) -> Iterator[str]:
    """How many went from each outcome to each, as bars. `subject` tells a number of them."""
    found = sorted(counts, key=lambda one: (-one[2], one[:2]))
    most = Decimal(max((count for *_, count in found), default=0))
    yield '<ul class="bars">'
    for before, after, count in found:
        told = f"{before} {words.ARROW} {after}" if before != after else f"{before} før og etter, med annet innhold"
        yield f"<li><span>{escape(told)}</span> <b>{subject(count)}</b>{bar(Decimal(count), most, False)}</li>"
    yield "</ul>"


def listed(items: Iterable[str]) -> Iterator[str]:
    """A list of texts; nothing when there are none."""
    made = [f"<li>{escape(item)}</li>" for item in items]
    if made:
        yield "<ul>" + "".join(made) + "</ul>"
