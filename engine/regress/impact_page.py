"""An impact as one page that is whole in itself: no script, nothing fetched, readable on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from engine.regress import impact_words as words
from engine.regress import page
from engine.regress.impact import Impact
from engine.regress.impact_case import CHANGED, WORDING, CaseImpact


def as_html(impact: Impact) -> str:
    """The whole page."""
    return page.whole("Konsekvens av en regelendring", [("engine.regress", "impact_page.css")], _body(impact))


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
            yield from page.totals(axis, groups)
        yield "<h2>Saker som får et annet vedtak</h2>"
        for case in impact.of(CHANGED):
            yield from _case(case, impact)
    for status, title in words.NOT_COMPARED:
        found = impact.of(status)
        if found:
            yield f"<h2>{title}</h2>"
        for case in found:
            yield f"<h3>{escape(case.path)}</h3>"
            yield from page.listed(f"{side}: {problem}" for side, problem in case.problems)
    wording = impact.of(WORDING)
    if wording:
        yield "<h2>Saker med samme vedtak og en annen begrunnelse</h2>"
        yield from page.listed(case.path for case in wording)


def _changes(impact: Impact) -> Iterator[str]:
    yield "<h2>Dette er endret i reglene</h2>"
    if not impact.changes:
        yield "<p>Reglene er like i de to versjonene.</p>"
    yield from page.changes(
        (change, "" if change.explains_only else f"{words.cases(len(cases))} får et annet vedtak.")
        for change, cases in impact.by_change
    )


def _outcomes(impact: Impact) -> Iterator[str]:
    """How many changed cases went from each outcome to each."""
    counts: dict[tuple[str, str], int] = {}
    for case in impact.of(CHANGED):
        assert case.before is not None and case.after is not None
        key = (case.before.outcome, case.after.outcome)
        counts[key] = counts.get(key, 0) + 1
    yield "<h2>Utfall</h2>"
    yield from page.outcomes(((*outcomes, count) for outcomes, count in counts.items()), words.cases)


def _case(case: CaseImpact, impact: Impact) -> Iterator[str]:
    yield f"<article><h3>{escape(case.path)}</h3>"
    yield f"<p><b>{escape(words.headline(case))}</b></p>"
    made = []
    for line in case.lines:
        if line.changed:
            months = "".join(page.listed(words.months(line)))
            made.append(f"<li>{escape(words.line(line))}{months}</li>")
    made += [f"<li>{escape(other)}</li>" for other in words.others(case)]
    if made:
        yield f"<ul>{''.join(made)}</ul>"
    for cause in case.causes:
        yield f"<p>Fordi {escape(words.cause(cause))}.</p>"
        if cause.reasons[0] != cause.reasons[1]:
            said = [f"{label}: {text}" for label, text in zip(("Før", "Etter"), cause.reasons, strict=True) if text]
            yield from page.listed(said)
        yield f'<p class="source">{escape(cause.citation)}</p>'
    for value in case.values:
        yield f"<p>Fordi {escape(words.value(value))}.</p>"
    behind = impact.behind(case)
    if behind:
        yield f'<p class="source">Endret i reglene: {escape("; ".join(change.title for change in behind))}.</p>'
    yield "</article>"
