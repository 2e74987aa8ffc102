"""What was filled in on a form, between the names of its fields, an application's structure, and the text that is kept.

A field is named by its path, `leger.0.perioder.1.fra`; a row that is shown but empty has a field `.rad`. Structure is dicts, lists and
texts, as a person wrote them: nothing is typed here, so what is wrong is told by the same reader as for a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact, Vocabulary
from engine.text import node, yaml
from engine.text.fault import Faults

Json = dict[str, Any]

ROW = "rad"
APPLICATION, DOCTORS, PERIODS = "søknad", "leger", "perioder"

#: more rows of a kind than this are not taken from a form
MOST_ROWS = 200


def structure(fields: Iterable[tuple[str, str]]) -> Json:
    """The structure that fields name; rows are numbered anew in the order of their numbers."""
    root: Json = {}
    for name, text in fields:
        *steps, last = name.split(".")
        at: Any = root
        for step in steps:
            at = at.setdefault(step, {}) if isinstance(at, dict) else None
        if not isinstance(at, dict) or isinstance(at.get(last), dict):
            continue  # a name that is at once an answer and a part: no form has such
        if last in at and last != ROW:
            at[last] = [*at[last], text] if isinstance(at[last], list) else [at[last], text]
        else:
            at[last] = text
    return {key: _lists(one) for key, one in root.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isascii() and key.isdigit() and len(key) < 6 for key in value):
        rows = sorted(value.items(), key=lambda item: int(item[0]))[:MOST_ROWS]
        return [_lists(row) for _, row in rows if isinstance(row, dict)]
    return {key: _lists(one) for key, one in value.items()}


def of_text(book: Rulebook, text: str, name: str) -> Json:
    """The structure of an application's text; an empty one for text that cannot be read at all."""
    try:
        read = node.plain(yaml.read_text(text, name))
    except Faults:
        return {}
    return read if isinstance(read, dict) else {}


def changed(form: Json, action: str) -> Json:
    """The form after a button: `legg-til STI` adds an empty row, `fjern STI.NUMMER` removes one."""
    word, _, path = action.partition(" ")
    steps = path.split(".") if path else []
    if word == "legg-til" and steps:
        rows = _rows(form, steps)
        if rows is not None and len(rows) < MOST_ROWS:
            rows.append(_new_row(steps[-1], len(rows)))
    elif word == "fjern" and steps and steps[-1].isdigit():
        rows = _rows(form, steps[:-1])
        if rows is not None and int(steps[-1]) < len(rows):
            del rows[int(steps[-1])]
    return form


def _new_row(kind: str, number: int) -> Json:
    return {"id": f"lege-{number + 1}", PERIODS: [{}]} if kind == DOCTORS else {ROW: "1"}


def _rows(form: Json, steps: list[str]) -> list[Any] | None:
    at: Any = form
    for step in steps[:-1]:
        if isinstance(at, list) and step.isdigit() and int(step) < len(at):
            at = at[int(step)]
        elif isinstance(at, dict):
            at = at.setdefault(step, {})
        else:
            return None
    if not isinstance(at, dict):
        return None
    found = at.setdefault(steps[-1], [])
    return found if isinstance(found, list) else None


def text_of(book: Rulebook, form: Json, scheme: str) -> tuple[str, dict[int, str]]:
    """The application as YAML, one answer a line, and the field each line is of. What is blank is left out."""
    lines: list[str] = []
    places: dict[int, str] = {}
    for indent, start, path, value in _written(book.vocabulary, form, scheme):
        lines.append(f"{indent}{start}{'' if value is None else ' ' + value}".rstrip())
        places[len(lines)] = path
    return "\n".join(lines) + "\n", places


def _written(vocabulary: Vocabulary, form: Json, scheme: str) -> Iterator[tuple[str, str, str, str | None]]:
    """Indentation, key, field and value of each line."""
    own = _dict(form.get(APPLICATION))
    yield "", f"{APPLICATION}:", "", None
    yield "  ", "id:", f"{APPLICATION}.id", _scalar(_text(own.get("id")) or "ny-søknad")
    yield "  ", "ordning:", f"{APPLICATION}.ordning", _scalar(scheme)
    yield from _facts(vocabulary.facts_of(scheme, "søknad"), own, APPLICATION, "  ")
    doctors = [_dict(one) for one in _list(form.get(DOCTORS))]
    if not vocabulary.schemes[scheme].has_doctors or not doctors:
        return
    yield "", f"{DOCTORS}:", "", None
    for number, doctor in enumerate(doctors):
        path = f"{DOCTORS}.{number}"
        yield "  ", "- id:", f"{path}.id", _scalar(_text(doctor.get("id")) or f"lege-{number + 1}")
        yield from _facts(vocabulary.facts_of(scheme, "lege"), doctor, path, "    ")
        periods = [_dict(one) for one in _list(doctor.get(PERIODS))]
        filled = [
            (place, one) for place, one in enumerate(periods) if any(_text(v) for k, v in one.items() if k != ROW)
        ]
        if filled:
            yield "    ", f"{PERIODS}:", path, None
        for place, one in filled:
            facts = list(_facts(vocabulary.facts_of(scheme, "periode"), one, f"{path}.{PERIODS}.{place}", ""))
            for index, (_, key, field, value) in enumerate(facts):
                yield "      ", f"{'- ' if index == 0 else '  '}{key}", field, value


def _facts(facts: Iterable[Fact], given: Json, path: str, indent: str) -> Iterator[tuple[str, str, str, str | None]]:
    for fact in facts:
        value = given.get(fact.name)
        field = f"{path}.{fact.name}"
        if fact.kind == "liste":
            rows = [(number, _dict(one)) for number, one in enumerate(_list(value))]
            rows = [(number, one) for number, one in rows if any(_text(v) for k, v in one.items() if k != ROW)]
            if rows:
                yield indent, f"{fact.name}:", field, None
            for number, row in rows:
                own = list(_facts(fact.fields.values(), row, f"{field}.{number}", ""))
                for index, (_, key, name, text) in enumerate(own):
                    yield f"{indent}  ", f"{'- ' if index == 0 else '  '}{key}", name, text
        elif fact.kind == "flervalg":
            chosen = [text for one in _list(value) if (text := _text(one))]
            if chosen or value is not None:
                yield indent, f"{fact.name}:", field, "[" + ", ".join(_scalar(text) for text in chosen) + "]"
        elif text := _text(value):
            yield indent, f"{fact.name}:", field, _scalar(text)


def _scalar(text: str) -> str:
    """Always quoted: what a person wrote is never more than text."""
    return json.dumps(text, ensure_ascii=False)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []
