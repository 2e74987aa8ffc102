"""Stated facts: what an application says, typed, and the one text its digest is of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from engine.language.vocabulary import Fact
from engine.text import literal
from engine.text.node import Node
from engine.text.norsk import exact_decimal

#: a stated fact: text, set of choices, date, moment, month or number
Stated = str | frozenset[str] | date | datetime | int | Fraction
Facts = Mapping[str, Stated]
Rows = Mapping[str, tuple[Facts, ...]]


@dataclass(frozen=True)
class Period:
    first: date
    last: date
    facts: Facts
    path: str


@dataclass(frozen=True)
class Doctor:
    """`lists` holds the rows of each list fact; periods are in date order and do not overlap."""

    id: str
    facts: Facts
    lists: Rows
    periods: tuple[Period, ...]
    path: str


@dataclass(frozen=True)
class Application:
    """One application. `expected` is what a test case expects of the decision; `digest` is of the facts alone."""

    id: str
    scheme: str
    facts: Facts
    lists: Rows
    doctors: tuple[Doctor, ...]
    file: str
    description: str = ""
    provenance: tuple[tuple[str, str], ...] = ()
    expected: Node | None = None
    digest: str = field(default="")


def read_stated(fact: Fact, text: str) -> Stated:
    """A fact's value from its text. Raises ValueError, in Norwegian."""
    match fact.kind:
        case "ja_nei":
            return "ja" if literal.yes_no(text) else "nei"
        case "dato":
            return literal.date(text)
        case "tidspunkt":
            return literal.moment(text)
        case "måned":
            return literal.month(text)
        case "heltall":
            return literal.integer(text)
        case "desimal":
            return literal.number(text)
        case _:
            return text


def digest(scheme: str, id: str, facts: Facts, lists: Rows, doctors: tuple[Doctor, ...]) -> str:
    """SHA-256 of the application as one text that key order, spacing and spelling of values in the file do not change."""
    content = {
        "søknad": {"id": id, "ordning": scheme, **_written(facts, lists)},
        "leger": [
            {
                "id": doctor.id,
                **_written(doctor.facts, doctor.lists),
                "perioder": [_written(period.facts, {}) for period in doctor.periods],
            }
            for doctor in doctors
        ],
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _written(facts: Facts, lists: Rows) -> dict[str, Any]:
    written: dict[str, Any] = {name: written_value(value) for name, value in facts.items()}
    for name, rows in lists.items():
        written[name] = [_written(row, {}) for row in rows]
    return written


def written_value(value: Stated) -> Any:
    """A stated value as JSON: numbers as exact text, dates and moments as ISO, choices sorted."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Fraction):
        return exact_decimal(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value
