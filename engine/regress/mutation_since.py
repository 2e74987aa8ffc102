"""What another version of the rules makes worth trying again: the parts that differ, and what reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.language.model import RuleSet
from engine.language.rulebook import Rulebook, SchemeRules
from engine.regress.mutant import VOCABULARY, Part
from engine.regress.mutation_reach import Reach

#: the sections whose versions in several sets belong together
_TOGETHER = ("vilkår", "merknader", "satser", "grenser", "definisjoner", "beregning")


def touched(book: Rulebook, other: Rulebook) -> frozenset[Part]:
    """The parts of the first rulebook that a change from the other bears on."""
    shared = set(_vocabulary(book, other))
    found = set(shared)
    for name, scheme in book.schemes.items():
        earlier = {one.id: one for one in other.schemes[name].sets} if name in other.schemes else {}
        changed = set(shared)
        for one in scheme.sets:
            before = earlier.get(one.id)
            changed |= set(_parts(one)) if before is None else set(_differing(one, before))
        reached = Reach(scheme).of(changed | _versions(changed, scheme))
        found |= reached | _versions(reached, scheme)
    return frozenset(found)


def _versions(parts: Iterable[Part], scheme: SchemeRules) -> set[Part]:
    """The versions of the same parts in the scheme's rule sets: what one says may hide or show what another does."""
    wanted = {(part.section, part.name) for part in parts if part.section in _TOGETHER}
    return {part for one in scheme.sets for part in _parts(one) if (part.section, part.name) in wanted}


def _named(one: RuleSet) -> dict[str, Mapping[str, Any]]:
    return {
        "komponenter": one.components,
        "definisjoner": one.definitions,
        "vilkår": one.rules,
        "merknader": one.notes,
        "beregning": one.calculations,
        "satser": {name: parameter for name, parameter in one.parameters.items() if parameter.is_rate},
        "grenser": {name: parameter for name, parameter in one.parameters.items() if not parameter.is_rate},
        "opphever": {repeal.rule: repeal for repeal in one.repeals},
    }


def _parts(one: RuleSet) -> Iterator[Part]:
    yield Part(one.id, "avtaler", "")
    yield Part(one.id, "tilskuddsår", "")
    for section, parts in _named(one).items():
        yield from (Part(one.id, section, name) for name in parts)


def _differing(one: RuleSet, before: RuleSet) -> Iterator[Part]:
    if one.builds_on != before.builds_on:
        yield from _parts(one)
        return
    if one.agreements != before.agreements:
        yield Part(one.id, "avtaler", "")
    if one.grant_year != before.grant_year:
        yield Part(one.id, "tilskuddsår", "")
    earlier = _named(before)
    for section, parts in _named(one).items():
        for name in {**parts, **earlier[section]}:
            if parts.get(name) != earlier[section].get(name):
                yield Part(one.id, section, name)


def _vocabulary(book: Rulebook, other: Rulebook) -> Iterator[Part]:
    now, before = book.vocabulary, other.vocabulary
    if now.summary != before.summary:
        yield Part(VOCABULARY, "sammenfatning", "")
    sections: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = [
        ("fakta", now.facts, before.facts),
        ("utledet", now.derived, before.derived),
    ]
    for section, own, earlier in sections:
        for name in {**own, **earlier}:
            if own.get(name) != earlier.get(name):
                yield Part(VOCABULARY, section, name)
