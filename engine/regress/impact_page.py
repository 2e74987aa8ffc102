"""An impact as one page that is whole in itself: no script, nothing fetched, readable on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from html import escape
from importlib.resources import files

from engine.regress import impact_words as words
from engine.regress.impact import Impact, Total
from engine.regress.impact_case import CHANGED, ONE_SIDED, UNREAD, WORDING, CaseImpact
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


def as_html(impact: Impact) -> str:
    """The whole page."""
    style = files("engine.regress").joinpath("impact_page.css").read_text(encoding="utf-8")
    return _HEAD.format(title="Konsekvens av en regelendring", style=style) + "\n".join(_body(impact)) + "\n" + _FOOT


def _body(impact: Impact) -> Iterator[str]:
    yield "<h1>Konsekvens av en regelendring</h1>"
    yield f"<p>Fra <b>{escape(impact.before.title)}</b> til <b>{escape(impact.after.title)}</b>.</p>"
    first, *rest = words.summary(impact)
    yield f'<p class="lead">{escape(first)}</p>'
    yield f"<p>{escape(' '.join(rest))}</p>"
    yield f"<p>Kjent beløp: {escape(' '.join([words.totals(impact.whole) + '.', *words.caveats(impact)]))}</p>"
    yield from _changes(impact)
    if impact.of(CHANGED):
        yield from _outcomes(impact)
        yield "<h2>Kroner</h2>"
        yield "<p>Søylene viser endringen i kjent beløp. «Ukjent sum» er antall saker der en sats er ukjent.</p>"
        for axis, groups in impact.grouped.items():
            yield from _totals(axis, groups)
        yield "<h2>Saker som får et annet vedtak</h2>"
        for case in impact.of(CHANGED):
            yield from _case(case, impact)
    for status, title in (
        (ONE_SIDED, "Saker som bare kan avgjøres med den ene versjonen"),
        (UNREAD, "Saker som ikke kan leses"),
    ):
        found = impact.of(status)
        if found:
            yield f"<h2>{title}</h2>"
        for case in found:
            yield f"<h3>{escape(case.path)}</h3>"
            yield from _list(f"{side}: {problem}" for side, problem in case.problems)
    wording = impact.of(WORDING)
    if wording:
        yield "<h2>Saker med samme vedtak og en annen begrunnelse</h2>"
        yield from _list(case.path for case in wording)


def _changes(impact: Impact) -> Iterator[str]:
    yield "<h2>Dette er endret i reglene</h2>"
    if not impact.changes:
        yield "<p>Reglene er like i de to versjonene.</p>"
    for change, cases in impact.by_change:
        told = words.rule_change(change)
        about = "" if change.explains_only else f" {words.cases(len(cases))} får et annet vedtak."
        yield f"<h3>{escape(told[0].upper() + told[1:])}</h3>"
        yield f"<p>{escape(_where(change))}{about}</p>"
        for one in change.differences:
            before = "" if one.before is None else f"<del>{escape(one.before)}</del> "
            after = "" if one.after is None else f"<ins>{escape(one.after)}</ins>"
            path = f"<code>{escape(one.path)}</code> " if one.path else ""
            yield f'<p class="diff">{path}{before}{after}</p>'


def _where(change: RuleChange) -> str:
    line = change.lines[1] if change.lines[1] is not None else change.lines[0]
    return f"{change.file}, linje {line}{'' if change.lines[1] is not None else ' før endringen'}."


def _outcomes(impact: Impact) -> Iterator[str]:
    """How many changed cases went from each outcome to each."""
    counts: dict[tuple[str, str], int] = {}
    for case in impact.of(CHANGED):
        assert case.before is not None and case.after is not None
        key = (case.before.outcome, case.after.outcome)
        counts[key] = counts.get(key, 0) + 1
    yield "<h2>Utfall</h2>"
    most = Decimal(max(counts.values()))
    yield '<ul class="bars">'
    for (before, after), count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        told = f"{before} {words.ARROW} {after}" if before != after else f"{before} før og etter, med annet innhold"
        yield f"<li><span>{escape(told)}</span> <b>{words.cases(count)}</b>{_bar(Decimal(count), most, False)}</li>"
    yield "</ul>"


def _totals(axis: str, groups: list[Total]) -> Iterator[str]:
    most = max((abs(one.difference) for one in groups), default=Decimal(0))
    signed = any(one.difference < 0 for one in groups)
    name = f"etter-{axis}"
    yield f'<h3 id="{escape(name)}">Etter {escape(axis)}</h3>'
    yield f'<div class="wide" role="region" tabindex="0" aria-labelledby="{escape(name)}"><table>'
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in (axis.capitalize(), *words.COLUMNS))
    yield f'<thead><tr>{titles}<td class="plot"></td></tr></thead><tbody>'
    for one in groups:
        shown = zip(words.COLUMNS, words.row(one), strict=True)
        cells = "".join(f'<td data-t="{title}">{text}</td>' for title, text in shown)
        yield (
            f'<tr><th scope="row">{escape(one.group)}</th>{cells}'
            f'<td class="plot">{_bar(one.difference, most, signed)}</td></tr>'
        )
    yield "</tbody></table></div>"


def _bar(value: Decimal, most: Decimal, signed: bool) -> str:
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


def _case(case: CaseImpact, impact: Impact) -> Iterator[str]:
    yield f"<article><h3>{escape(case.path)}</h3>"
    yield f"<p><b>{escape(words.headline(case))}</b></p>"
    made = []
    for line in case.lines:
        if line.changed:
            months = "".join(_list(words.months(line)))
            made.append(f"<li>{escape(words.line(line))}{months}</li>")
    made += [f"<li>{escape(other)}</li>" for other in words.others(case)]
    if made:
        yield f"<ul>{''.join(made)}</ul>"
    for cause in case.causes:
        yield f"<p>Fordi {escape(words.cause(cause))}.</p>"
        if cause.reasons[0] != cause.reasons[1]:
            said = [f"{label}: {text}" for label, text in zip(("Før", "Etter"), cause.reasons, strict=True) if text]
            yield from _list(said)
        yield f'<p class="source">{escape(cause.citation)}</p>'
    for value in case.values:
        yield f"<p>Fordi {escape(words.value(value))}.</p>"
    behind = impact.behind(case)
    if behind:
        yield f'<p class="source">Endret i reglene: {escape("; ".join(change.title for change in behind))}.</p>'
    yield "</article>"


def _list(items: Iterable[str]) -> Iterator[str]:
    made = [f"<li>{escape(item)}</li>" for item in items]
    if made:
        yield "<ul>" + "".join(made) + "</ul>"
