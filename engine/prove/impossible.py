"""Months that can be applied for and never be granted, and applications that can never be assessed: which rules see to that.

Looked at for all applications, for those a rule with a scope applies to, and for those two such rules both apply to: there lie
the contradictions that do not concern everyone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.language.condition import All, Condition, Judgement, Not
from engine.language.condition import Any as AnyOf
from engine.prove.logic import Bool, conj, disj
from engine.prove.meaning import GroupMeaning, Meaning
from engine.prove.moment import Moment
from engine.prove.reading import lacks_value, names_in
from engine.prove.rule_claims import INFORMS, conditions_of
from engine.prove.site import DAYS, Site, sites
from engine.prove.solver import Undecided
from engine.prove.stage import Stage, Stages, is_late


@dataclass
class Impossible:
    """Rules that together rule everything out, at these moments of a site, for those that the `scoped` rules apply to."""

    site: Site
    rules: tuple[Meaning, ...]
    scoped: tuple[Meaning, ...]
    moments: list[Moment]


@dataclass(frozen=True)
class NotKnown:
    """A moment of a site that was not decided, and why."""

    site: Site
    moment: Moment
    why: str


def impossible(stages: Stages, only: str = "") -> Iterator[Impossible | NotKnown]:
    """Each set of rules that no application meets together; at one site (kind and name) when it is given."""
    for site in sites(stages.scheme):
        if site.kind == DAYS or (only and only != f"{site.kind} {site.name}"):
            continue
        found: dict[tuple[str, ...], Impossible] = {}
        for moment in stages.moments(site):
            if site.timed and is_late(moment):
                continue
            stage = stages.stage(moment)
            try:
                for core, scoped in _cores(stage, site.meanings(stage.scene)[0][1]):
                    one = found.setdefault(_names(core), Impossible(site, core, scoped, []))
                    if moment not in one.moments:
                        one.moments.append(moment)
            except Undecided as why:
                yield NotKnown(site, moment, str(why))
        yield from found.values()


def _names(rules: Sequence[Meaning]) -> tuple[str, ...]:
    return tuple(f"{one.clause.rule.origin}/{one.clause.rule.id}" for one in rules)


def _cores(stage: Stage, group: GroupMeaning) -> Iterator[tuple[tuple[Meaning, ...], tuple[Meaning, ...]]]:
    """The rules that rule everything out, and the rules that must apply for them to."""
    scoped = [one for one in group.rules if one.scope is not None]
    granted = _granted(group, group.rules)
    if not group.rules or not stage.holds(granted):
        yield from _core(stage, group, True, ())
        return
    known: list[set[int]] = []
    for size in (1, 2):
        for several in combinations(scoped, size):
            if any(one <= {id(rule) for rule in several} for one in known):
                continue
            applies = conj(*(one.scope.yes for one in several if one.scope is not None))
            if not stage.holds(conj(applies, granted)):
                known.append({id(rule) for rule in several})
                yield from _core(stage, group, applies, several)


def _core(
    stage: Stage, group: GroupMeaning, applies: Bool, scoped: tuple[Meaning, ...]
) -> Iterator[tuple[tuple[Meaning, ...], tuple[Meaning, ...]]]:
    """The fewest rules found that no application meets together; none when something else is in the way."""
    if not stage.holds(applies):
        return
    core = list(group.rules)
    for rule in group.rules:
        rest = [one for one in core if one is not rule]
        if not stage.holds(conj(applies, _granted(group, rest))):
            core = rest
    if core:
        yield tuple(core), scoped


def _granted(group: GroupMeaning, rules: Sequence[Meaning]) -> Bool:
    """That none of these rules stands in the way of a grant, or of a person's decision where the rules ask for one."""
    return conj(*(_passes(group, one) for one in rules))


def _passes(group: GroupMeaning, one: Meaning) -> Bool:
    rule = one.clause.rule
    if rule.consequence in INFORMS:
        return True
    asked = one.value.skjønn if _asks_a_person(rule.requirement) else False
    asked_for = [name for condition in conditions_of(rule) for name in names_in(condition)]
    month = group.moment.month if rule.per in ("lege", "måned") else None
    needed = lacks_value(group.compiled.scheme, asked_for, month)  # a value that is lacking is a finding of its own
    judged = conj(one.value.nei, one.effects.get("skjønn", False))
    return disj(one.value.ja, judged, asked, conj(one.value.uavklart, needed))


def _asks_a_person(condition: Condition) -> bool:
    match condition:
        case All(parts) | AnyOf(parts):
            return any(_asks_a_person(part) for part in parts)
        case Not(part):
            return _asks_a_person(part)
        case _:
            return isinstance(condition, Judgement)
