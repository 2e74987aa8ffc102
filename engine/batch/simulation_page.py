"""A simulation as one page that is whole in itself: no script, nothing fetched, readable on a phone and on paper.

Every figure has a table beside it that says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape

from engine.batch import simulation_words as words
from engine.batch.simulation_effect import Effect, Group
from engine.batch.simulation_pair import YEAR
from engine.batch.simulation_report import Report
from engine.regress import impact_words, page

_TITLE = "Simulering av en regelendring"

#: groups of one axis that are shown at once; the rest are folded away below
MOST_GROUPS = 20


def as_html(report: Report) -> str:
    """The whole page."""
    sheets = [("engine.regress", "impact_page.css"), ("engine.batch", "simulation_page.css")]
    return page.whole(_TITLE, sheets, _body(report))


def _body(report: Report) -> Iterator[str]:
    effect = report.effect
    before, after = report.titles
    yield f"<h1>{_TITLE}</h1>"
    yield f"<p>Fra <b>{escape(before)}</b> til <b>{escape(after)}</b>.</p>"
    first, *rest = words.summary(effect)
    yield f'<p class="lead">{escape(first)}</p>'
    yield _paragraph(rest)
    yield _paragraph([f"Kjent beløp: {impact_words.totals(effect.whole)}.", *words.caveats(effect)])
    yield _paragraph(words.not_compared(effect))
    yield _paragraph(words.rejected(report.simulation))
    if effect.anything:
        yield from _outcomes(effect)
        yield from _kroner(effect)
        yield from _movers(effect)
    yield "<h2>Dette er endret i reglene</h2>"
    if not report.changes:
        yield "<p>Reglene er like i de to versjonene.</p>"
    yield from page.changes((change, "") for change in report.changes)


def _paragraph(sentences: Iterable[str]) -> str:
    told = " ".join(sentences)
    return f"<p>{escape(told)}</p>" if told else ""


def _outcomes(effect: Effect) -> Iterator[str]:
    yield "<h2>Utfall</h2>"
    yield "<p>Søknader som får et annet vedtak, etter utfallet før og etter.</p>"
    yield from page.outcomes(effect.outcomes, words.applications)
    if not effect.answers:
        return
    yield "<h2>Måneder</h2>"
    yield "<p>Én for hver lege, måned og komponent i alle søknader som versjonen kunne avgjøre.</p>"
    yield from _plain("måneder-svar", "Måneder med hvert svar", words.ANSWERS, words.answers(effect.answers, False))
    decided = words.answers(effect.answers, True)
    if decided:
        title = "Det som avgjorde månedene, der antallet er endret"
        yield from _plain("måneder-avgjort-av", title, words.DECIDED_BY, decided)


def _kroner(effect: Effect) -> Iterator[str]:
    yield "<h2>Kroner</h2>"
    yield "<p>Søylene viser endringen i kjent beløp. «Ukjent sum» er antall søknader der en sats er ukjent.</p>"
    if effect.spread:
        from engine.batch.simulation_figure import histogram

        most = Decimal(max(one.number for one in effect.spread))
        rows = [
            (words.interval(one), (impact_words.count(one.number),), page.bar(Decimal(one.number), most, False))
            for one in effect.spread
            if one.number
        ]
        caption = "Så mange søknader som får hver endring i kroner, delt i grupper. De som ikke får noen endring i kroner, er ikke med."
        yield from _figure("fordeling", "Endringen for hver søknad", histogram(effect.spread), caption)
        yield from _folded("Vis tallene", page.table("fordeling-tall", "Fordeling", words.SPREAD, rows, 4))
    for axis, groups in effect.grouped.items():
        yield from _axis(axis, groups)


def _axis(axis: str, groups: Sequence[Group]) -> Iterator[str]:
    from engine.batch.simulation_figure import levels, ranked

    shown = list(groups)
    if axis == YEAR:
        caption = "Kjent beløp hvert år i kroner, før og etter."
        yield from _figure(f"figur-{axis}", f"Kjent beløp etter {axis}", levels(groups), caption)
    if len(groups) > MOST_GROUPS:
        largest = sorted(groups, key=lambda one: (-abs(one.difference), -one.changed, one.group))[:MOST_GROUPS]
        names = {one.group for one in largest}
        shown = [one for one in groups if one.group in names]
        changed = [one for one in groups if one.difference]
        if changed:
            caption = f"Én søyle for hver av {impact_words.count(len(changed))} med endring, fra størst nedgang til størst økning."
            yield from _figure(f"figur-{axis}", f"Endring for hvert {axis}", ranked(groups), caption)
    yield from page.totals(axis, shown, words.TOTALS)
    if len(shown) < len(groups):
        rest = f"Tabellen viser de {len(shown)} med størst endring. Vis alle {impact_words.count(len(groups))}"
        every = [(one.group, impact_words.row(one), "") for one in groups]
        yield from _folded(
            rest, page.table(f"alle-{axis}", f"Alle etter {axis}", (axis.capitalize(), *words.TOTALS), every, 4)
        )
    months = list(words.months_of(groups))
    yield from page.listed(months)


def _movers(effect: Effect) -> Iterator[str]:
    if not effect.movers:
        return
    yield "<h2>Søknader</h2>"
    most = max(abs(one.difference) for one in effect.movers)
    signed = any(one.difference < 0 for one in effect.movers)
    rows = [
        (name, cells, page.bar(one.difference, most, signed))
        for one in effect.movers
        for name, *cells in [words.mover(one, True)]
    ]
    yield from page.table("størst-endring", "Der det kjente beløpet endres mest", words.MOVERS, rows)
    if not all(one.exact for one in effect.movers):
        yield "<p>* Summen er ukjent før eller etter. Endringen gjelder det kjente beløpet.</p>"


def _plain(id: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield from page.table(id, title, columns, ((name, cells, "") for name, *cells in rows))


def _figure(id: str, title: str, drawing: str, caption: str) -> Iterator[str]:
    yield f'<h3 id="{escape(id)}">{escape(title)}</h3>'
    yield f"<figure>{drawing}<figcaption>{escape(caption)}</figcaption></figure>"


def _folded(title: str, content: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{escape(title)}</summary>"
    yield from content
    yield "</details>"
