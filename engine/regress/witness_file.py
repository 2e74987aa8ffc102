"""A witness as a test case file: the application, what the rules as they are decide, and proof that it notices the change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Protocol

from engine.case.application import application
from engine.case.stated import Application, Facts, written_value
from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact
from engine.regress.expectation import IDENTITY, Deviation, deviations
from engine.regress.mutation_case import naive, written
from engine.text import yaml
from engine.text.fault import Faults
from engine.text.month import month_text

Json = dict[str, Any]

#: keys that hold prose; everything else in a decision is a result
_PROSE = frozenset({"begrunnelse", "tekst", "spørsmål", "beregning", "kvittering", "hjemmel", "fordi"})

_PLAIN = re.compile(r"[^\W_]([\w .+%/-]*[\w%])?")

#: keys about how the decision came to be: expected only when nothing else differs
_ABOUT = frozenset({"kvittering", "tolkninger", "forvalg"})

#: what is written in quotes all the same: amounts, identifiers with a leading zero, and the word for nothing
_QUOTED = re.compile(r"\d+\.\d\d|0\d+|null")


class Told(Protocol):
    """A change of the rules as it is told: its id, and `str()` in bokmål."""

    @property
    def id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Saved:
    """A case as text, ready to be written to a file of this name, and how the changed rules deviate from it."""

    name: str
    text: str
    differences: tuple[Deviation, ...]


def save_text(one: Application, mutant: Told, book: Rulebook, changed: Rulebook) -> Saved | None:
    """The case, or None when its file does not read back to a case that only the changed rules fail."""
    name = slug(mutant.id)
    before = written(one, book, naive())
    try:
        after: Json | None = written(one, changed, naive())
    except Exception:
        after = None
    for expected in _expectations(before, after):
        text = _text(one, name, mutant, expected, book.vocabulary.facts)
        try:
            read = application(yaml.read_text(text, f"{name}.yaml"), book)
        except Faults:
            return None
        assert read.expected is not None
        if deviations(read.expected, written(read, book, naive())):
            continue
        try:
            found = deviations(read.expected, written(read, changed, naive()))
        except Exception as error:
            found = [Deviation(read.expected.place, "vedtaket", "at saken kan avgjøres", type(error).__name__)]
        if found:
            return Saved(name, text, tuple(found))
    return None


def slug(id: str) -> str:
    """An id as a file name."""
    words = re.sub(r"[^0-9a-zæøå]+", "-", id.lower().replace("→", "-til-")).strip("-")
    return words[:120].rstrip("-")


# --- what to expect ----------------------------------------------------------------------------------------------------------


def _expectations(before: Json, after: Json | None) -> Iterator[Json]:
    """What the case may expect, the plainest first: the outcome, then also the findings that differ, then also the wording."""
    base = _outcome(before)
    yield base
    if after is not None:
        for prose in (False, True):
            yield _merged(base, _lists(before, after))
            differing = _differing(wording(before, prose), wording(after, prose), "") or {}
            results = {key: value for key, value in differing.items() if key not in _ABOUT}
            yield _merged(base, {**_lists(before, after), **results})
    if after is not None:
        yield _merged(base, _differing(before, after, "") or {})


def _outcome(decision: Json) -> Json:
    expected: Json = {"søknad": {"utfall": decision["søknad"]["utfall"]}, "beløp": decision["beløp"]}
    if decision["leger"]:
        expected["leger"] = [
            {
                "id": doctor["id"],
                "utfall": doctor["utfall"],
                "komponenter": {
                    name: {key: line[key] for key in ("utfall", "måneder", "beløp")}
                    for name, line in doctor["komponenter"].items()
                },
                "måneder": [{"måned": month["måned"], "rett": month["rett"]} for month in doctor["måneder"]],
            }
            for doctor in decision["leger"]
        ]
    return expected


def _lists(before: Json, after: Json) -> Json:
    """Whole lists that are short enough to be told in full, where they differ."""
    expected: Json = {}
    if wording(before["mangler"], False) != wording(after["mangler"], False):
        expected["mangler"] = [
            {key: one[key] for key in ("faktum", "lege") if one.get(key) is not None} for one in before["mangler"]
        ]
    for key in ("merknader", "skjønn"):
        own, other = ([one["id"] for one in decision[key]] for decision in (before, after))
        if set(own) - set(other):
            expected[f"{key}_inneholder"] = sorted(set(own) - set(other))
        if set(other) - set(own):
            expected[f"{key}_mangler"] = sorted(set(other) - set(own))
    return expected


def _differing(before: Any, after: Any, key: str) -> Any:
    """The part of the first that differs from the second, with what identifies it; None when nothing does."""
    if before == after:
        return None
    if isinstance(before, dict) and isinstance(after, dict):
        found = {name: _differing(value, after.get(name), name) for name, value in before.items()}
        return {name: value for name, value in found.items() if value is not None} or None
    if key in IDENTITY and isinstance(before, list) and isinstance(after, list):
        rows = []
        for one in before:
            identity = {name: one[name] for name in IDENTITY[key] if one.get(name) is not None}
            other: Any = next((row for row in after if identity.items() <= row.items()), {})
            part = _differing(one, other, "")
            if part is not None:
                rows.append({**identity, **part})
        return rows or None
    return before


def wording(value: Any, prose: bool) -> Any:
    """A decision with or without what is only told in words."""
    if isinstance(value, dict):
        return {key: wording(one, prose) for key, one in value.items() if prose or key not in _PROSE}
    return [wording(one, prose) for one in value] if isinstance(value, list) else value


def _merged(base: Json, more: Any) -> Json:
    merged = dict(base)
    for key, value in (more or {}).items():
        if key == "leger" and key in merged:
            merged[key] = [
                _merged_row(one, next((row for row in value if row["id"] == one["id"]), {})) for one in merged[key]
            ]
        elif key not in merged:
            merged[key] = value
    return merged


def _merged_row(one: Json, more: Json) -> Json:
    merged = {**one, **{key: value for key, value in more.items() if key not in one}}
    if "måneder" in one and "måneder" in more:
        by_month = {row["måned"]: row for row in more["måneder"]}
        merged["måneder"] = [{**row, **by_month.get(row["måned"], {})} for row in one["måneder"]]
    if "komponenter" in one and "komponenter" in more:
        merged["komponenter"] = {
            name: {**line, **more["komponenter"].get(name, {})} for name, line in one["komponenter"].items()
        }
    return merged


# --- the file ----------------------------------------------------------------------------------------------------------------


def _text(one: Application, name: str, mutant: Told, expected: Json, known: Mapping[str, Fact]) -> str:
    described = f"Minste søknad som merker denne endringen av reglene: {mutant}."
    content: Json = {
        "beskrivelse": described,
        "kilde": [{"øyeblikksbilde": f"reglene slik de er; endring {mutant.id}"}],
        **_application(one, name, known),
        "forventet": expected,
    }
    return "\n".join(_block(content, 0)) + "\n"


def case_text(one: Application, decision: Json, described: str, by: str, known: Mapping[str, Fact]) -> tuple[str, str]:
    """A file name and text: an application as a test case that expects the decision it has, as a snapshot that `by` took."""
    name = slug(one.id) or "sak"
    content: Json = {
        "beskrivelse": described,
        "kilde": [{"øyeblikksbilde": by}],
        **_application(one, one.id, known),
        "forventet": _outcome(decision),
    }
    return f"{name}.yaml", "\n".join(_block(content, 0)) + "\n"


def application_text(one: Application, known: Mapping[str, Fact]) -> str:
    """An application as a file, without an expectation."""
    return "\n".join(_block(_application(one, one.id, known), 0)) + "\n"


def _application(one: Application, name: str, known: Mapping[str, Fact]) -> Json:
    content: Json = {
        "søknad": {"id": name, "ordning": one.scheme, **_facts(one.facts, known), **_rows(one.lists, known)}
    }
    if one.doctors:
        content["leger"] = [
            {
                "id": doctor.id,
                **_facts(doctor.facts, known),
                **_rows(doctor.lists, known),
                "perioder": [_facts(period.facts, known) for period in doctor.periods],
            }
            for doctor in one.doctors
        ]
    return content


def _facts(facts: Facts, known: Mapping[str, Fact]) -> Json:
    return {name: _plain(value, known[name]) for name, value in facts.items()}


def _plain(value: Any, fact: Fact) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return month_text(value) if fact.kind == "måned" else written_value(value)


def _rows(lists: Mapping[str, tuple[Facts, ...]], known: Mapping[str, Fact]) -> Json:
    return {name: [_facts(row, known[name].fields) for row in rows] for name, rows in lists.items()}


def _block(value: Json, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for key, one in value.items():
        if isinstance(one, dict) and depth == 0:
            yield f"{indent}{key}:"
            yield from _block(one, depth + 1)
        elif isinstance(one, list) and one and isinstance(one[0], dict):
            yield f"{indent}{key}:"
            for item in one:
                yield from _item(item, depth + 1)
        else:
            yield f"{indent}{key}: {flow(one)}"


def _item(item: Json, depth: int) -> Iterator[str]:
    line = flow(item)
    if len(line) < 130 and not any(
        isinstance(part, list) and part and isinstance(part[0], dict) for part in item.values()
    ):
        yield "  " * depth + "- " + line
        return
    lines = list(_block(item, depth + 1))
    yield "  " * depth + "- " + lines[0].lstrip()
    yield from lines[1:]


def flow(value: Any) -> str:
    """A value on one line, in brackets when it holds others."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, Fraction | date):
        return str(value)
    text = str(value)
    return text if _PLAIN.fullmatch(text) and not _QUOTED.fullmatch(text) else json.dumps(text, ensure_ascii=False)
