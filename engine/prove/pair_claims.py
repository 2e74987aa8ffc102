"""What should be true of two rules on the same facts, in the same months, for the same component – turned into claims that it is not.

Rules that share no fact are not looked at: whatever one asks, the other can answer as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from engine.decide.compiled import CompiledScheme
from engine.decide.group import FIRST
from engine.language.meaning import DaysCounted, LastOf, Run, SumOverDays
from engine.language.model import Rule
from engine.language.rulebook import SchemeRules
from engine.prove.claim import Claim
from engine.prove.logic import Bool, conj, disj, neg
from engine.prove.meaning import GroupMeaning, Meaning
from engine.prove.reading import names_in, read_by
from engine.prove.rule_claims import INFORMS, conditions_of
from engine.prove.site import Site, meaning_of, sites
from engine.prove.stage import is_late

#: stands for the days that count, which every count of them shares
_DAYS = "dagene som teller"


def pair_claims(compiled: CompiledScheme) -> Iterator[Claim]:
    """Every claim about two rules."""
    facts = {
        (rule.origin, rule.id): facts_of(compiled.scheme, rule)
        for versions in compiled.scheme.rules.values()
        for rule in versions
    }
    asked: dict[tuple[str, str, str, str], tuple[Rule, Rule, list[Site]]] = {}
    for site in sites(compiled):
        deciding = [one.rule for one in site.group.clauses if one.rule.consequence not in (*INFORMS, "utenfor")]
        for one, other in permutations(deciding, 2):
            if one.id != other.id and facts[one.origin, one.id] & facts[other.origin, other.id]:
                key = (one.origin, one.id, other.origin, other.id)
                asked.setdefault(key, (one, other, []))[2].append(site)
    for one, other, where in asked.values():
        yield _overlap(one, other, tuple(where))


def facts_of(scheme: SchemeRules, rule: Rule) -> frozenset[str]:
    """The facts a rule rests on, through tables and definitions."""
    waiting = [name for condition in conditions_of(rule) for name in names_in(condition)]
    seen: set[str] = set()
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for definition in scheme.definitions.get(name, ()):
            if isinstance(definition.meaning, DaysCounted | SumOverDays | Run | LastOf):
                found.add(_DAYS)
        waiting += read_by(scheme, name)
        if name not in scheme.definitions and name not in scheme.parameters:
            found.add(name)
    return frozenset(found)


def _overlap(rule: Rule, other: Rule, where: tuple[Site, ...]) -> Claim:
    def adds(group: GroupMeaning, one: Meaning) -> Bool:
        """That the rule has an effect where the other has none as strong."""
        beside = meaning_of(group, other)
        assert beside is not None
        found: list[Bool] = []
        strongest: list[Bool] = []
        for status in (*FIRST, *group.group.order):
            strongest.append(beside.effects.get("delvis" if status == "ja" else status, False))
            own = one.effects.get("delvis" if status == "ja" else status, False)
            found.append(conj(own, neg(disj(*strongest))))
            if status == "nei" and not set(rule.opens_for) <= set(other.opens_for):
                found.append(own)
        return disj(*found)

    return Claim(
        "OVERLAPP",
        (rule, other),
        where,
        adds,
        lambda group, one: one.value.nei,
        "ikke oppfylt",
        f"Der vilkårene «{rule.title}» og «{other.title}» begge gjelder, har det første ingenting å si: når det svikter, "
        "svikter det andre også.",
        when=lambda moment: not is_late(moment),
        unless=("GJELDER-ALDRI", "SVIKTER-ALDRI", "AVGJØR-ALDRI", "UNNTAK-SLUKER"),
    )
