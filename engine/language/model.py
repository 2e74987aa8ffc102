"""Checked rules as plain frozen data: what a rule file says, with the place of everything that can be wrong.

`place` is where the name of a part stands, or where a nameless part begins; `at` tells where the value of a key in it stands
(`begrunnelse.oppfylt` for what is one level further in), for errors that concern that value.

Dates are `datetime.date`, months are `Month` (months since year 0), numbers are `Fraction` in the unit the file states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from engine.language.condition import Condition
from engine.language.expression import Expression
from engine.language.in_force import Days, InForce, Months
from engine.language.meaning import Meaning
from engine.language.unit import Unit
from engine.text.month import Month
from engine.text.place import Place

#: line and column of values by key, in the file of the part they are in
Spots = Mapping[str, tuple[int, int]]


class Placed:
    """A part of a file that knows where its values stand."""

    __slots__ = ()
    place: Place
    spots: Spots

    def at(self, key: str) -> Place:
        """Where the value of a key stands, or of the key it is in; of a key that is not written, where the part stands."""
        found = self.spots.get(key)
        while found is None and "." in key:
            key = key.rpartition(".")[0]
            found = self.spots.get(key)
        return self.place if found is None else Place(self.place.file, *found)


@dataclass(frozen=True, slots=True)
class Source:
    id: str
    title: str
    publisher: str
    dated: str
    address: str


@dataclass(frozen=True, slots=True)
class Citation:
    source: str
    point: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """A `tolkning`: how a text is read where it can be read in more than one way, and why."""

    number: str
    text: str
    because: str


@dataclass(frozen=True, slots=True)
class Exemption(Placed):
    """An `unntak`: when it holds, for the agreements it is for, the requirement counts as met."""

    id: str
    title: str
    citation: Citation
    agreements: Days
    when: Condition
    reason: str
    reading: Reading | None
    place: Place = field(compare=False)
    spots: Spots = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Rule(Placed):
    """A `vilkår`. `per` is the level it is assessed at: a level, `måned`, `dag`, or the name of a list fact."""

    id: str
    origin: str
    title: str
    citation: Citation
    per: str
    components: tuple[str, ...]
    in_force: InForce
    months: Months
    scope: Condition | None
    requirement: Condition
    partial_when: Condition | None
    judgement_when: Condition | None
    consequence: str
    opens_for: tuple[str, ...]
    reasons: Mapping[str, str]
    exemptions: tuple[Exemption, ...]
    reading: Reading | None
    place: Place = field(compare=False)
    spots: Spots = field(default_factory=dict, compare=False)

    @property
    def conditions(self) -> list[Condition]:
        """Every condition of the rule, those of its exemptions last."""
        own = (self.scope, self.requirement, self.partial_when, self.judgement_when)
        return [*(one for one in own if one is not None), *(one.when for one in self.exemptions)]


@dataclass(frozen=True, slots=True)
class Repeal(Placed):
    """An `opphever`: the rule is out of force from the same dates as a new version would have been in force."""

    rule: str
    origin: str
    in_force: InForce
    citation: Citation
    place: Place = field(compare=False)
    spots: Spots = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Definition(Placed):
    name: str
    title: str
    origin: str
    meaning: Meaning
    unit: Unit | None
    months: Months
    citation: Citation | None
    reading: Reading | None
    place: Place = field(compare=False)
    spots: Spots = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Quantity(Placed):
    """One value of a rate or threshold: a number, date or month; a formula; or unknown, with what was searched."""

    months: Months
    key: str | None
    variant: str | None
    value: Fraction | date | Month | None
    formula: Expression | None
    suggestion: Expression | None
    citation: Citation | None
    searched: tuple[str, ...]
    written: str
    certainty: str
    note: str
    reading: Reading | None
    origin: str
    place: Place = field(compare=False)
    spots: Spots = field(default_factory=dict, compare=False)
    misdated: bool = field(default=False, compare=False)
    """Whether the months could not be read; that has its own error."""

    @property
    def unknown(self) -> bool:
        return self.value is None and self.formula is None

    @property
    def unread(self) -> bool:
        """Whether something is written that could not be read; that has its own error."""
        return self.value is None and self.written not in ("", "ukjent")


@dataclass(frozen=True, slots=True)
class Variant:
    id: str
    title: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Parameter(Placed):
    """A `sats` (rate) or `grense` (threshold). `kind` is tall, dato or måned; `keyed_by` names the fact its values go by."""

    name: str
    title: str
    is_rate: bool
    kind: str
    unit: Unit
    keyed_by: str | None
    variants: tuple[Variant, ...]
    values: tuple[Quantity, ...]
    note: str
    citation: Citation | None
    reading: Reading | None
    place: Place = field(compare=False)
    spots: Spots = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Note(Placed):
    """A `merknad`: something the caseworker should know that decides nothing."""

    id: str
    origin: str
    title: str
    citation: Citation
    per: str
    components: tuple[str, ...]
    months: Months
    when: Condition
    formula: Expression | None
    text: str
    reading: Reading | None
    place: Place = field(compare=False)
    spots: Spots = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Component(Placed):
    id: str
    title: str
    applied_when: Condition
    subsidiary_to: str | None
    subsidiary_when: Condition | None
    citation: Citation | None
    reading: Reading | None
    place: Place = field(compare=False)
    spots: Spots = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Rounding:
    step: Fraction
    mode: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Calculation(Placed):
    """What a component pays for one month that is `ja`, exact; the result line is rounded once."""

    component: str
    origin: str
    title: str
    unit: Unit
    months: Months
    formula: Expression
    shown: tuple[str, ...]
    rounding: Rounding
    citation: Citation
    reading: Reading | None
    place: Place = field(compare=False)
    spots: Spots = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class GrantYear:
    year: int
    months: Months
    citation: Citation
    reading: Reading | None
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class RuleSet:
    id: str
    title: str
    scheme: str
    intro: str
    builds_on: str | None
    agreements: Days | None
    agreements_citation: Citation | None
    agreements_reading: Reading | None
    grant_year: GrantYear | None
    sources: Mapping[str, Source]
    components: Mapping[str, Component]
    parameters: Mapping[str, Parameter]
    definitions: Mapping[str, Definition]
    rules: Mapping[str, Rule]
    notes: Mapping[str, Note]
    calculations: Mapping[str, Calculation]
    repeals: tuple[Repeal, ...]
    places: Mapping[str, Place] = field(compare=False)
    place: Place = field(compare=False)
    misdated: bool = field(default=False, compare=False)
    """Whether the agreement dates could not be read; that has its own error."""

    def at(self, key: str) -> Place:
        """Where a key stands; of one that is not written, where the file begins."""
        return self.places.get(key, self.place)
