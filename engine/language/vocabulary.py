"""The vocabulary: every fact an application may state, per scheme and level, and how answers are summed up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from engine.language.model import Citation, Definition, Reading, Source
from engine.language.unit import Unit
from engine.text.place import Place

#: from outermost to innermost; `måned` and `dag` are worked out, not stated
LEVELS = ("søknad", "lege", "periode")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. `kind` is ja_nei, valg, flervalg, dato, tidspunkt, måned, heltall, desimal, tekst or liste.

    `title` names the fact inside a sentence (`stillingen`); it is empty where the question alone is enough.
    `change` says how a change of it is told, with `{verdi}` for the answer; without it the text is for the answer ja.
    """

    name: str
    level: str
    schemes: tuple[str, ...]
    kind: str
    unit: Unit
    choices: tuple[str, ...]
    unclear: tuple[str, ...]
    at_least: Fraction | None
    above: Fraction | None
    at_most: Fraction | None
    pattern: str | None
    default: str | None
    optional: bool
    required: bool
    changeable: bool | None
    title: str
    change: str | None
    question: str
    help: str
    fields: Mapping[str, Fact]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class LetterText:
    """What a letter says of something the rules for deciding do not settle, with where that is written."""

    text: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Scheme:
    id: str
    title: str
    has_doctors: bool
    outside_reason: str
    outside_citation: Citation | None
    outside_reading: Reading | None
    place: Place = field(compare=False)
    letter: Mapping[str, LetterText] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """`outcome` is the answer when the quantifier holds: `noen X`, `alle X` or `ellers`."""

    outcome: str
    quantifier: str
    status: str


@dataclass(frozen=True, slots=True)
class Summary:
    """How conditions become a month's answer, and months a doctor's, and doctors an application's."""

    month: tuple[str, ...]
    outcomes: tuple[OutcomeRule, ...]
    formal_defect: str
    without_months: str
    citation: Citation
    reading: Reading | None


@dataclass(frozen=True)
class Vocabulary:
    id: str
    title: str
    agreement_date: str
    grant_year: str
    schemes: Mapping[str, Scheme]
    facts: Mapping[str, Fact]
    derived: Mapping[str, Definition]
    shown_per_month: Mapping[str, str]
    summary: Summary
    sources: Mapping[str, Source]

    def facts_of(self, scheme: str, level: str) -> tuple[Fact, ...]:
        """The facts stated at a level of a scheme, in file order."""
        return self.by_level.get((scheme, level), ())

    @cached_property
    def by_level(self) -> Mapping[tuple[str, str], tuple[Fact, ...]]:
        """The facts by scheme and level."""
        gathered: dict[tuple[str, str], tuple[Fact, ...]] = {}
        for fact in self.facts.values():
            for scheme in fact.schemes:
                gathered[scheme, fact.level] = (*gathered.get((scheme, fact.level), ()), fact)
        return gathered
