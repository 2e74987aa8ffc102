"""The rule book as pages show it. Work for the workers: the rules go in, and what can go between processes comes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from starlette.exceptions import HTTPException

from engine.explain.prose import days_text, months_text
from engine.explain.rulebook_text import Line, closing, conditions, opening
from engine.language.model import Rule, RuleSet
from engine.language.rulebook import Rulebook, SchemeRules
from engine.ruleset.selection import select
from engine.text import literal
from engine.text.norsk import date_text, quoted

#: what a block of a text is: a heading, running text, or lines of a condition with their depth
HEADING, TEXT, LINES = "overskrift", "tekst", "ledd"

#: so many lines that are alike stand around those that are not
_CONTEXT = 2


@dataclass(frozen=True, slots=True)
class Block:
    """A heading of a level, a paragraph, or the lines of a condition, each with its depth from 0."""

    kind: str
    text: str = ""
    level: int = 0
    lines: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule set in the table of contents."""

    id: str
    title: str
    agreements: str
    grant_year: str


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as it reads. `origin` is the set it was last stated in; `file` and `line` are where, under the folder of rules."""

    id: str
    title: str
    origin: str
    file: str
    line: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class SetText:
    """A consolidated rule set as it reads. `wrong` tells why a date or month that was asked for could not be used."""

    id: str
    title: str
    opening: tuple[Block, ...]
    rules: tuple[RuleText, ...]
    closing: tuple[Block, ...]
    others: tuple[Entry, ...]
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A rule, rate or other part that reads differently in two sets: lines in order, each `=`, `-` or `+`, or `…` where some are left out."""

    title: str
    what: str
    lines: tuple[tuple[str, str], ...]


def contents(book: Rulebook) -> list[tuple[str, list[Entry]]]:
    """The schemes by title, each with its rule sets."""
    return [
        (book.vocabulary.schemes[name].title, [_entry(one) for one in scheme.sets])
        for name, scheme in book.schemes.items()
    ]


def selected(book: Rulebook, scheme: str, agreed: str) -> tuple[str, str]:
    """The id of the set an agreement date selects, or an empty one and why there is none."""
    rules = book.schemes.get(scheme)
    if rules is None:
        return "", f"Ordningen {quoted(scheme)} finnes ikke."
    try:
        day = literal.date(agreed)
    except ValueError as error:
        return "", f"{quoted(agreed)} er ikke en dato: {error}. Skriv for eksempel 17.5.2020."
    one = select(rules, day)
    return (one.id, "") if one is not None else ("", f"Ingen regelsett i ordningen dekker {date_text(day)}.")


def set_text(book: Rulebook, id: str, agreed: str, month: str) -> SetText:
    """The consolidated text, and when a date (and month) is given, only what is in force then. Raises HTTPException (404)."""
    scheme, one = _found(book, id)
    day, when, wrong = None, None, ""
    try:
        day = literal.date(agreed) if agreed else None
        when = literal.month(month) if month else None
    except ValueError as error:
        wrong = f"Datoen eller måneden kan ikke leses: {error}. Skriv for eksempel 17.5.2020 og 2020-05."
    if when is not None and day is None and not wrong:
        when, wrong = None, "Oppgi også avtaledatoen når du oppgir en måned."
    if day is not None and (chosen := select(scheme, day)) is not one:
        other = f"velger {chosen.id}" if chosen is not None else "dekkes ikke av noe regelsett"
        wrong = f"Avtaledatoen {date_text(day)} {other}. Her vises hele {one.id}."
        day = when = None
    start = list(opening(scheme, book.vocabulary, one, day, when))
    rules = [_rule_text(book, rule, lines) for rule, lines in conditions(scheme, book.vocabulary, one, day, when)]
    return SetText(
        one.id,
        one.title,
        blocks(start[1:]),
        tuple(rules),
        blocks(closing(scheme, book.vocabulary, one, when)),
        tuple(_entry(other) for other in scheme.sets),
        wrong,
    )


def rule_text(book: Rulebook, id: str, rule: str) -> RuleText:
    """One rule as it reads in a set. Raises HTTPException (404)."""
    scheme, one = _found(book, id)
    for found, lines in conditions(scheme, book.vocabulary, one, None, None):
        if found.id == rule:
            return _rule_text(book, found, lines)
    raise HTTPException(404, f"Vilkåret {quoted(rule)} finnes ikke i {id}.")


def changes(book: Rulebook, before: str, after: str) -> list[Change]:
    """What reads differently in two sets of a scheme, rule by rule and part by part. Raises HTTPException (404)."""
    earlier, later = (_parts(book, id) for id in (before, after))
    found = []
    for key in {**earlier, **later}:
        old, new = earlier.get(key, ()), later.get(key, ())
        if old == new:
            continue
        what = "nytt" if not old else "borte" if not new else "endret"
        found.append(Change(key, what, tuple(line_changes(old, new))))
    return found


def blocks(lines: Iterable[Line]) -> tuple[Block, ...]:
    """Lines of a text as blocks; a paragraph of several lines is a condition, told by how far each is indented."""
    found = []
    for level, text in lines:
        if level:
            found.append(Block(HEADING, text, level))
        elif text.startswith(" ") or "\n" in text:
            rows = [row for row in text.split("\n") if row.strip()]
            depths = tuple(((len(row) - len(row.lstrip())) // 2 - 1, row.strip()) for row in rows)
            found.append(Block(LINES, lines=tuple((max(0, depth), row) for depth, row in depths)))
        else:
            found.append(Block(TEXT, text))
    return tuple(found)


def _found(book: Rulebook, id: str) -> tuple[SchemeRules, RuleSet]:
    for scheme in book.schemes.values():
        for one in scheme.sets:
            if one.id == id:
                return scheme, one
    raise HTTPException(404, f"Regelsettet {quoted(id)} finnes ikke.")


def _entry(one: RuleSet) -> Entry:
    agreements = days_text(one.agreements) if one.agreements is not None else "alle"
    return Entry(one.id, one.title, agreements, months_text(one.grant_year.months) if one.grant_year else "")


def _rule_text(book: Rulebook, rule: Rule, lines: Sequence[Line]) -> RuleText:
    file = f"{rule.origin}.yaml"
    return RuleText(rule.id, rule.title, rule.origin, file, rule.place.line, blocks(lines[1:]))


def _parts(book: Rulebook, id: str) -> dict[str, tuple[str, ...]]:
    """The text of a set by its headings; under a heading, the lines."""
    scheme, one = _found(book, id)
    lines: list[Line] = list(opening(scheme, book.vocabulary, one, None, None))
    for _, own in conditions(scheme, book.vocabulary, one, None, None):
        lines += own
    lines += closing(scheme, book.vocabulary, one, None)
    parts: dict[str, list[str]] = {}
    heading = "Regelsettet"
    for level, text in lines:
        if level > 1:
            heading = text
        elif level == 0:
            parts.setdefault(heading, []).extend(text.split("\n"))
    return {key: tuple(value) for key, value in parts.items()}


def line_changes(old: Sequence[str], new: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Two texts line by line: `=`, `-` or `+`, and `…` where lines that are alike are left out."""
    if not old or not new:
        yield from (("-", line) for line in old)
        yield from (("+", line) for line in new)
        return
    shown = 0
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT):
        if group[0][1] > shown:
            yield "…", ""
        shown = group[-1][2]
        for tag, i, j, k, m in group:
            if tag == "equal":
                yield from (("=", line) for line in old[i:j])
                continue
            yield from (("-", line) for line in old[i:j])
            yield from (("+", line) for line in new[k:m])
    if shown < len(old):
        yield "…", ""
