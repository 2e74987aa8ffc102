"""Mutants: rulebooks with one change each, every one with an id that stays the same while the rule does.

They are listed part by part in a fixed order, so that a number in the list means the same mutant in every process. The rules are
changed as checked data and gathered anew; nothing is read twice, and no program text is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.language.model import Definition, RuleSet
from engine.language.rulebook import Rulebook, SchemeRules, gather
from engine.language.vocabulary import Vocabulary
from engine.regress.mutation_change import Change, Hints, Reader
from engine.regress.mutation_rule import note_changes, rule_changes
from engine.regress.mutation_set import (
    calculation_changes,
    component_changes,
    date_changes,
    definition_changes,
    grant_year_changes,
)
from engine.regress.mutation_table import Rows, table_changes, variant_changes
from engine.regress.mutation_vocabulary import fact_changes, summary_changes
from engine.text.place import Place

#: the origin of what the vocabulary file says
VOCABULARY = "vokabular"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the rules that mutants are changes of: the id of its rule set, the section of the file, its name there."""

    origin: str
    section: str
    name: str

    def __str__(self) -> str:
        return "/".join(word for word in (self.origin, self.section, self.name) if word)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. `sets` are the changed rule sets; `scheme` is None for what all schemes share."""

    id: str
    part: Part
    scheme: str | None
    kind: str
    change: str
    place: Place
    keys: tuple[str, ...]
    hints: Hints
    sets: tuple[RuleSet, ...] = ()
    vocabulary: Vocabulary | None = None

    def __str__(self) -> str:
        where = f"{self.part.name}, {self.part.origin}" if self.part.name else self.part.origin
        return f"{self.change} i {where}"

    def laid_on(self, book: Rulebook) -> Rulebook:
        """The rulebook with this change."""
        if self.vocabulary is not None:
            return _with_vocabulary(book, self.vocabulary)
        assert self.scheme is not None
        changed = {one.id: one for one in self.sets}
        scheme = book.schemes[self.scheme]
        sets = [changed.get(one.id, one) for one in scheme.sets]
        gathered = _gathered(book.vocabulary, scheme, sets, _derived(scheme))
        return replace(book, schemes={**book.schemes, self.scheme: gathered}, compiled={})


def _gathered(
    vocabulary: Vocabulary, scheme: SchemeRules, sets: Iterable[RuleSet], derived: Mapping[str, tuple[Definition, ...]]
) -> SchemeRules:
    found = gather(vocabulary, sets)[scheme.id]
    return replace(found, definitions={**derived, **found.definitions})


def _derived(scheme: SchemeRules) -> dict[str, tuple[Definition, ...]]:
    """The vocabulary's definitions, as checked for the scheme."""
    return {
        name: versions
        for name, versions in scheme.definitions.items()
        if all(one.origin == VOCABULARY for one in versions)
    }


def _with_vocabulary(book: Rulebook, vocabulary: Vocabulary) -> Rulebook:
    schemes = {}
    for name, scheme in book.schemes.items():
        derived = {
            key: (vocabulary.derived[key],) if vocabulary.derived[key] != book.vocabulary.derived[key] else versions
            for key, versions in _derived(scheme).items()
        }
        schemes[name] = _gathered(vocabulary, scheme, scheme.sets, derived)
    return replace(book, vocabulary=vocabulary, schemes=schemes, compiled={})


def mutants(book: Rulebook) -> list[Mutant]:
    """Every mutant of a rulebook, each id once."""
    taken: dict[str, int] = {}
    found = []
    for scheme in book.schemes.values():
        reader = Reader(scheme, book.vocabulary)
        for mutant in _of_scheme(scheme, reader):
            found.append(_numbered(mutant, taken))
    for mutant in _of_vocabulary(book):
        found.append(_numbered(mutant, taken))
    return found


def _numbered(mutant: Mutant, taken: dict[str, int]) -> Mutant:
    """Where two changes of a part would have the same id, the later ones are numbered."""
    count = taken[mutant.id] = taken.get(mutant.id, 0) + 1
    return mutant if count == 1 else replace(mutant, id=f"{mutant.id} ({count})")


def _mutant(part: Part, scheme: str | None, change: Change[Any], place: Place, **changed: Any) -> Mutant:
    keys = tuple(word for word in (part.section, part.name) if word)
    return Mutant(
        id=f"{part}/{change.where}",
        part=part,
        scheme=scheme,
        kind=change.kind,
        change=change.told,
        place=change.place or place,
        keys=() if change.place else keys + change.keys,
        hints=change.hints,
        **changed,
    )


# --- one scheme ------------------------------------------------------------------------------------------------------------


def _of_scheme(scheme: SchemeRules, reader: Reader) -> Iterator[Mutant]:
    by_id = {one.id: one for one in scheme.sets}
    for one, dates in date_changes(scheme.sets):
        part = Part(one.id, "avtaler", "")
        yield _mutant(part, scheme.id, dates, one.place, sets=tuple(dates.value.values()))
    for one in scheme.sets:
        yield from _of_set(one, reader)
    for name, parameter in scheme.parameters.items():
        for row, change in table_changes(parameter, scheme.sets, reader):
            own = by_id[row.origin].parameters[name]
            part = Part(row.origin, "satser" if own.is_rate else "grenser", name)
            yield _mutant(part, scheme.id, change, row.quantity.place, sets=_with_rows(by_id, name, change.value))


def _with_rows(sets: Mapping[str, RuleSet], name: str, rows: Rows) -> tuple[RuleSet, ...]:
    changed: dict[str, RuleSet] = {}
    for (origin, index), quantity in rows.items():
        one = changed.get(origin, sets[origin])
        own = one.parameters[name]
        values = (*own.values[:index], quantity, *own.values[index + 1 :])
        changed[origin] = replace(one, parameters={**one.parameters, name: replace(own, values=values)})
    return tuple(changed.values())


def _of_set(one: RuleSet, reader: Reader) -> Iterator[Mutant]:
    if one.grant_year is not None:
        for year in grant_year_changes(one.grant_year):
            sets = (replace(one, grant_year=year.value),)
            yield _mutant(Part(one.id, "tilskuddsår", ""), one.scheme, year, one.grant_year.place, sets=sets)
    changes: list[tuple[str, str, Callable[[Any, Reader], Iterator[Change[Any]]]]] = [
        ("komponenter", "components", component_changes),
        ("definisjoner", "definitions", definition_changes),
        ("vilkår", "rules", rule_changes),
        ("merknader", "notes", note_changes),
        ("beregning", "calculations", calculation_changes),
    ]
    for section, field, changes_of in changes:
        parts: Mapping[str, Any] = getattr(one, field)
        for name, value in parts.items():
            for change in changes_of(value, reader):
                changed: Any = {key: change.value if key == name else other for key, other in parts.items()}
                if change.value is None:
                    del changed[name]
                sets = (replace(one, **{field: changed}),)
                yield _mutant(Part(one.id, section, name), one.scheme, change, value.place, sets=sets)
    for name, parameter in one.parameters.items():
        for variant in variant_changes(parameter, reader):
            part = Part(one.id, "satser" if parameter.is_rate else "grenser", name)
            sets = (replace(one, parameters={**one.parameters, name: variant.value}),)
            yield _mutant(part, one.scheme, variant, parameter.place, sets=sets)
    for index, repeal in enumerate(one.repeals):
        rest = (*one.repeals[:index], *one.repeals[index + 1 :])
        left_out = Change(rest, "opphevelse fjernet", "uten", f"opphevelsen av «{repeal.rule}» fjernet")
        part = Part(one.id, "opphever", repeal.rule)
        yield _mutant(part, one.scheme, left_out, repeal.place, sets=(replace(one, repeals=rest),))


# --- the vocabulary ----------------------------------------------------------------------------------------------------------


def _of_vocabulary(book: Rulebook) -> Iterator[Mutant]:
    vocabulary = book.vocabulary
    place = Place(next(iter(vocabulary.facts.values())).place.file, 1, 1)
    for summary in summary_changes(vocabulary.summary):
        changed = replace(vocabulary, summary=summary.value)
        yield _mutant(Part(VOCABULARY, "sammenfatning", ""), None, summary, place, vocabulary=changed)
    for name, fact in vocabulary.facts.items():
        for change in fact_changes(fact):
            changed = replace(vocabulary, facts={**vocabulary.facts, name: change.value})
            yield _mutant(Part(VOCABULARY, "fakta", name), None, change, fact.place, vocabulary=changed)
    scheme = next(iter(book.schemes.values()))
    for name, definition in vocabulary.derived.items():
        for derived in definition_changes(definition, Reader(scheme, vocabulary)):
            changed = replace(vocabulary, derived={**vocabulary.derived, name: derived.value})
            yield _mutant(Part(VOCABULARY, "utledet", name), None, derived, definition.place, vocabulary=changed)
