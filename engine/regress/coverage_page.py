"""Coverage as one page beside the rule text, whole in itself: no script, nothing fetched, readable on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from engine.regress import coverage_words as words
from engine.regress import page
from engine.regress.coverage_part import ARGUED, LACKING, SEEN, Coverage, Line, Part, Subject

#: cases named for one answer; JSON has them all
MOST_CASES = 25

_MARKS = {SEEN: ("✓", "seen"), ARGUED: ("○", "argued"), LACKING: ("✗", "lacking")}


def as_html(coverage: Coverage) -> str:
    """The whole page."""
    return page.whole("Dekning av reglene", [("engine.regress", "coverage_page.css")], _body(coverage))


def _body(coverage: Coverage) -> Iterator[str]:
    yield "<h1>Dekning av reglene</h1>"
    yield f"<p>{words.tests(coverage.cases)}. ✓ er vist i en test, ✗ mangler, ○ er begrunnet i stedet for vist.</p>"
    yield "<p>Tallet i parentes er antall tester. «Alene» betyr at leddet for seg selv avgjorde svaret i en test.</p>"
    yield '<table class="shares">'
    for name, share in coverage.shares().items():
        kind = "seen" if share.percent == 100 else "lacking"
        yield (
            f'<tr><th scope="row">{escape(name)}</th><td class="{kind}">{words.percent(share.percent)}</td>'
            f"<td>{words.share(share)}</td></tr>"
        )
    yield "</table>"
    schemes = list(dict.fromkeys(one.scheme for one in coverage.subjects))
    yield from _contents(coverage, schemes)
    yield from _since(coverage)
    lacking = [one for one in coverage.subjects if one.holes]
    if lacking:
        yield "<h2>Ikke prøvd</h2>"
    for subject in lacking:
        yield from _lacking(subject, words.holes(subject))
    yield f"<p>{escape(words.snapshots(coverage))}</p>"
    for rule, part in coverage.unneeded:
        yield f"<p>Unntaket for «{escape(part)}» i {escape(rule)} trengs ikke lenger.</p>"
    for scheme in schemes:
        yield f'<h2 id="ordning-{escape(scheme)}">{escape(scheme)}</h2>'
        for subject in coverage.subjects:
            if subject.scheme == scheme:
                yield from _subject(subject)


def _since(coverage: Coverage) -> Iterator[str]:
    if coverage.since is None:
        return
    told = escape(words.since(coverage.since))
    yield f"<h2>{told}</h2>" if coverage.since.lost else f"<p>{told}</p>"
    for subject, parts in coverage.since.lost:
        yield from _lacking(subject, words.holes(subject, parts))


def _lacking(subject: Subject, lines: Iterator[str]) -> Iterator[str]:
    yield f'<h4><a href="#{_anchor(subject)}">{escape(subject.key)}</a></h4>'
    yield from _list(lines, "lacking")


def _contents(coverage: Coverage, schemes: list[str]) -> Iterator[str]:
    """A way to every rule, folded away a scheme at a time."""
    yield '<nav aria-label="Innhold">'
    for scheme in schemes:
        own = [one for one in coverage.subjects if one.scheme == scheme]
        links = "".join(f'<li><a href="#{_anchor(one)}">{escape(one.title)}</a>{_origin(one)}</li>' for one in own)
        yield f"<details><summary>Innhold: {escape(scheme)}, {len(own)} deler</summary><ul>{links}</ul></details>"
    yield "</nav>"


def _origin(subject: Subject) -> str:
    lacking = f' <span class="lacking">✗ {len(subject.holes)} mangler</span>' if subject.holes else ""
    return f' <span class="source">{escape(subject.origin)}</span>{lacking}'


def _subject(subject: Subject) -> Iterator[str]:
    yield f'<article id="{_anchor(subject)}"><div class="pair"><div>'
    yield f"<h3>{escape(subject.title)}</h3>"
    yield f'<p class="source">{escape(subject.kind)} {escape(subject.key)}. {escape(subject.cited)}.</p>'
    yield from (f"<p>{escape(text)}</p>" for text in subject.intro)
    yield "</div><div>"
    yield from _marks(_own(subject))
    for result, cases in subject.results.items():
        yield _cases(result, cases)
    for parts, reason in words.arguments(subject):
        yield f'<p class="argued">○ {escape(parts)}: {escape(reason)}</p>'
    yield "</div></div>"
    for passage in subject.passages:
        yield f"<h4>{escape(passage.heading)}</h4>"
        for line in passage.lines:
            yield from _line(line)
    yield "</article>"


def _own(subject: Subject) -> list[Part]:
    """The parts that belong to no line of the text."""
    told = {id(part) for passage in subject.passages for line in passage.lines for part in line.parts}
    return [part for part in subject.parts if id(part) not in told]


def _line(line: Line) -> Iterator[str]:
    yield f'<div class="pair line"><p style="--depth: {line.depth}">{escape(line.text)}</p>'
    yield from _marks(line.parts)
    yield "</div>"


def _marks(parts: Iterable[Part]) -> Iterator[str]:
    """Each part with a sign, a colour, its name and in how many cases it is seen."""
    made = []
    for part in parts:
        sign, kind = _MARKS[part.status]
        told = {SEEN: f" ({len(part.cases)})" if len(part.cases) > 1 else "", ARGUED: " begrunnet", LACKING: " mangler"}
        made.append(f'<li class="{kind}">{sign} {escape(part.label)}{told[part.status]}</li>')
    yield f'<ul class="marks">{"".join(made)}</ul>' if made else "<div></div>"


def _cases(result: str, cases: tuple[str, ...]) -> str:
    more = f"<li>… og {len(cases) - MOST_CASES} til</li>" if len(cases) > MOST_CASES else ""
    named = "".join(f"<li>{escape(case)}</li>" for case in cases[:MOST_CASES])
    return f"<details><summary>{escape(result)} i {words.tests(len(cases))}</summary><ul>{named}{more}</ul></details>"


def _anchor(subject: Subject) -> str:
    return escape(f"{subject.kind}-{subject.key}".replace(" ", "-").replace("/", "-"))


def _list(items: Iterable[str], kind: str) -> Iterator[str]:
    yield "<ul>" + "".join(f'<li class="{kind}">✗ {escape(item)}</li>' for item in items) + "</ul>"
