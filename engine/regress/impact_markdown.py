"""An impact as Markdown, for the comment on a change that someone is to approve."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from engine.regress import impact_words as words
from engine.regress.impact import Impact, Total
from engine.regress.impact_case import CHANGED, CaseImpact

#: the comment's first line, by which a pipeline finds the one it wrote before
MARK = "<!-- alis konsekvens -->"

#: what a comment may hold in bytes on the services that have the tightest limit, with room for a line around it
MOST_BYTES = 60_000
_SHARES = (64, 32, 16, 4, 0)

_SIGNS = re.compile(r"[\\`*\[\]<>#|~@&!$]|(?<!\w)_|_(?!\w)")


def as_markdown(impact: Impact) -> str:
    """The impact with as many cases as a comment has room for."""
    for most in _SHARES:
        text = "\n".join(_lines(impact, most)) + "\n"
        if len(text.encode()) <= MOST_BYTES:
            break
    return text


def _lines(impact: Impact, most: int) -> Iterator[str]:
    yield MARK
    yield "## Konsekvens av regelendringen"
    yield ""
    yield f"Fra {_plain(impact.before.title)} til {_plain(impact.after.title)}."
    yield ""
    first, *rest = words.summary(impact)
    yield " ".join([f"**{_plain(first)}**", *map(_plain, rest)])
    yield ""
    yield _plain(f"Kjent beløp: {words.totals(impact.whole)}")
    if caveats := words.caveats(impact):
        yield f"\n{_plain(' '.join(caveats))}"
    yield from _changes(impact, most)
    yield from _cases(impact, most)
    for status, title in words.NOT_COMPARED:
        found = impact.of(status)
        if found:
            yield f"\n### {title}\n"
        for case in found[:most]:
            yield f"- {_plain(case.path)}"
            for side, problem in case.problems:
                yield f"  - {side}: {_plain(problem.splitlines()[0])}"
        yield from _more(found, most)
    if impact.of(CHANGED):
        yield "\n<details><summary>Summer</summary>"
        for axis, groups in impact.grouped.items():
            yield from _totals(axis, groups, max(most, 5))
        yield "\n</details>"


def _changes(impact: Impact, most: int) -> Iterator[str]:
    if not impact.changes:
        yield "\nReglene er like i de to versjonene."
        return
    yield "\n### Endret i reglene\n"
    yield from _row(("Del", "Endring", "Saker med annet vedtak"), "---|---|---:")
    shown = sorted(impact.by_change, key=lambda pair: -len(pair[1]))[: max(most, 5)]
    for change, cases in shown:
        differences = "<br>".join(_plain(words.difference(one)) for one in change.differences[:10])
        yield from _row((_plain(words.rule_change(change)), differences, str(len(cases))))
    yield from _more(impact.by_change, max(most, 5), ("del", "deler"))


def _cases(impact: Impact, most: int) -> Iterator[str]:
    found = impact.of(CHANGED)
    if not found:
        return
    yield "\n### Saker som får et annet vedtak\n"
    if most:
        yield from _row(("Sak", "Utfall", "Beløp", "Endring", "Fordi"), "---|---|---|---:|---")
    for case in found[:most]:
        assert case.before is not None and case.after is not None
        rules = dict.fromkeys([one.rule for one in case.causes] + [one.name for one in case.values])
        yield from _row(
            (
                _plain(case.id),
                _plain(words.change(case.before.outcome, case.after.outcome)),
                _plain(words.change(words.money(case.before.money), words.money(case.after.money))),
                _plain(words.difference_of(case)) if case.difference else "",
                ", ".join(f"`{name.replace('`', '')}`" for name in list(rules)[:4])
                or _plain("; ".join(change.title for change in impact.behind(case)[:2])),
            )
        )
    yield from _more(found, most)
    if most:
        yield "\n<details><summary>Måneder og begrunnelser</summary>\n"
        for case in found[:most]:
            yield from _case(case)
        yield "\n</details>"


def _case(case: CaseImpact) -> Iterator[str]:
    yield f"- **{_plain(case.path)}**"
    for line in case.lines:
        if line.changed:
            yield f"  - {_plain(words.line(line))}"
            yield from (f"    - {_plain(month)}" for month in words.months(line))
    yield from (f"  - {_plain(other)}" for other in words.others(case))
    for cause in case.causes[:4]:
        yield f"  - fordi {_plain(words.cause(cause))}. {_plain(cause.reasons[1] or cause.reasons[0])} ({_plain(cause.citation)})"
    yield from (f"  - fordi {_plain(words.value(value))}" for value in case.values[:4])


def _totals(axis: str, groups: list[Total], most: int) -> Iterator[str]:
    yield f"\n**Etter {_plain(axis)}**\n"
    yield from _row(("", *words.COLUMNS), "---" + "|---:" * len(words.COLUMNS))
    shown = sorted(groups, key=lambda one: (-abs(one.difference), -one.changed, one.group))[:most]
    for one in groups:
        if one in shown:
            yield from _row((_plain(one.group), *words.row(one)))
    yield from _more(groups, most, ("gruppe", "grupper"))


def _row(cells: Iterable[str], rule: str = "") -> Iterator[str]:
    yield f"| {' | '.join(cells)} |"
    if rule:
        yield f"|{rule}|"


def _more(found: Iterable[object], most: int, names: tuple[str, str] = ("sak", "saker")) -> Iterator[str]:
    left = len(list(found)) - most
    if left > 0:
        yield f"\n… og {words.counted(left, *names)} til. Alle står i nettsiden og i JSON."


def _plain(text: str) -> str:
    """Text that Markdown shows as it is: nothing in a file name or a reason becomes a link, a mention, HTML or a new cell."""
    return _SIGNS.sub(lambda found: f"&#{ord(found[0])};", " ".join(text.split("\n")))
