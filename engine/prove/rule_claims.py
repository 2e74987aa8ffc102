"""What should be true of every rule, turned into claims that it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.case.truth import JA, NEI
from engine.decide.compiled import CompiledScheme
from engine.explain.prose import Prose
from engine.language.condition import Condition, Leaf, leaves
from engine.language.model import Exemption, Rule
from engine.prove.claim import Claim, RuleLooks
from engine.prove.logic import Bool, conj, differ, disj, neg
from engine.prove.meaning import GroupMeaning, Meaning
from engine.prove.site import Site, sites

#: consequences of a rule that decides nothing
INFORMS = ("merknad", "ingen")


def rule_claims(compiled: CompiledScheme) -> Iterator[Claim]:
    """Every claim about one rule at a time."""
    every = list(sites(compiled))
    for versions in compiled.scheme.rules.values():
        for rule in versions:
            own = tuple(one for one in every if any(clause.rule is rule for clause in one.group.clauses))
            if own:
                yield from _claims(rule, own, Prose(compiled.scheme))


def _claims(rule: Rule, own: tuple[Site, ...], prose: Prose) -> Iterator[Claim]:
    name = f"Vilkåret «{rule.title}»"
    never = (
        "det er aldri i kraft" if rule.scope is None else "det er aldri i kraft, eller «gjelder_når» er aldri oppfylt"
    )
    yield Claim(
        "GJELDER-ALDRI",
        (rule,),
        own,
        lambda group, one: True if one.scope is None else one.scope.yes,
        lambda group, one: True,
        "ikke aktuelt",
        f"{name} gjelder aldri: {never} i noen måned som hører til et tilskuddsår.",
    )
    yield Claim(
        "SVIKTER-ALDRI",
        (rule,),
        own,
        lambda group, one: disj(one.value.nei, one.value.skjønn),
        lambda group, one: met(one),
        "",
        f"{name} er alltid oppfylt. Ingen søknad kan svare nei på kravet, så vilkåret stanser aldri noe.",
        unless=("GJELDER-ALDRI", "UNNTAK-SLUKER"),
    )
    yield Claim(
        "OPPFYLLES-ALDRI",
        (rule,),
        own,
        lambda group, one: disj(met(one), one.value.skjønn),
        lambda group, one: one.value.nei,
        "ikke oppfylt",
        f"{name} kan ikke oppfylles av noen søknad som det gjelder for.",
        unless=("GJELDER-ALDRI",),
    )
    if rule.consequence not in INFORMS:
        yield Claim(
            "AVGJØR-ALDRI",
            (rule,),
            own,
            decides,
            lambda group, one: one.value.nei,
            "ikke oppfylt",
            f"{name} avgjør aldri noe: hver gang det ikke er oppfylt, gir et annet vilkår det samme svaret.",
            unless=("GJELDER-ALDRI", "SVIKTER-ALDRI", "UNNTAK-SLUKER"),
        )
    for exemption in rule.exemptions:
        yield from _exemption_claims(rule, exemption, own)
    yield from _leaf_claims(rule, own, prose)


def met(one: Meaning) -> Bool:
    """That the rule applies and is met, by the requirement or by an exemption."""
    relevant = True if one.scope is None else one.scope.yes
    return conj(relevant, disj(one.requirement.ja, *(when.ja for _, when in one.exemptions)))


def decides(group: GroupMeaning, one: Meaning) -> Bool:
    """That the status would be another without the rule, or that another component would not be looked at."""
    without = group.settled(group.without(one))
    apart = [differ(group.status[status], without[status]) for status in without]
    others = [other for other in group.rules if other is not one]
    for name in one.clause.rule.opens_for:
        opened = disj(
            *(
                conj(group.status["nei"], other.effects.get("nei", False))
                for other in others
                if name in other.clause.rule.opens_for
            )
        )
        apart.append(differ(group.opened(name), opened))
    return disj(*apart)


def _exemption_claims(rule: Rule, exemption: Exemption, own: tuple[Site, ...]) -> Iterator[Claim]:
    def when(one: Meaning) -> Bool:
        return disj(*(code.yes for part, code in one.exemptions if part is exemption))

    def available(one: Meaning) -> bool:
        return any(part is exemption for part, _ in one.exemptions)

    name = f"Unntaket «{exemption.title}» fra vilkåret «{rule.title}»"
    yield Claim(
        "UNNTAK-UTEN-VIRKNING",
        (rule,),
        own,
        lambda group, one: conj(when(one), neg(one.requirement.yes), _relevant(one)),
        lambda group, one: one.requirement.nei,
        "",
        f"{name} har ingen virkning: ingen søknad som ikke oppfyller kravet, oppfyller unntaket.",
        detail=f"unntak {exemption.id}",
        exemption=exemption.id,
    )
    yield Claim(
        "UNNTAK-SLUKER",
        (rule,),
        own,
        lambda group, one: disj(one.value.nei, not available(one)),
        lambda group, one: conj(one.requirement.nei, when(one)),
        "",
        f"{name} sluker vilkåret: alle søknader som ikke oppfyller kravet, oppfyller unntaket.",
        detail=f"unntak {exemption.id}",
        exemption=exemption.id,
        when=lambda moment: moment.day is not None and exemption.agreements.holds(moment.day),
    )


def _relevant(one: Meaning) -> Bool:
    return True if one.scope is None else neg(one.scope.no)


def name_of(rule: Rule) -> str:
    """`ÅR/ordning/vilkår`"""
    return f"{rule.origin}/{rule.id}"


def conditions_of(rule: Rule) -> list[Condition]:
    """Every condition in a rule."""
    found = (rule.scope, rule.requirement, rule.judgement_when, rule.partial_when)
    return [one for one in (*found, *(part.when for part in rule.exemptions)) if one is not None]


def _leaf_claims(rule: Rule, own: tuple[Site, ...], prose: Prose) -> Iterator[Claim]:
    every = [leaf for condition in conditions_of(rule) for leaf in leaves(condition)]
    if len(every) < 2:
        return  # the rule stands or falls with it, and has claims of its own
    for leaf in dict.fromkeys(every):
        told = prose.sentence(leaf)
        for answer, word in ((JA, "oppfylt"), (NEI, "ikke oppfylt")):
            yield Claim(
                "LEDD-UTEN-VIRKNING",
                (rule,),
                own,
                _changed_by(leaf, answer),
                lambda group, one: True,
                "",
                f"Leddet «{told}» i vilkåret «{rule.title}» har ingen virkning: svaret blir det samme om det alltid var {word}.",
                detail=told,
                wish=_answering(leaf, answer),
                unless=("GJELDER-ALDRI", "SVIKTER-ALDRI", "OPPFYLLES-ALDRI", "UNNTAK-SLUKER", "UNNTAK-UTEN-VIRKNING"),
            )


def _changed_by(leaf: Leaf, answer: int) -> RuleLooks:
    """That the rule would have another effect if a comparison always gave the same answer."""

    def changed(group: GroupMeaning, one: Meaning) -> Bool:
        other = group.altered(one.clause, leaf, answer)
        before, after = one.effects, other.effects
        apart: Sequence[Bool] = [
            differ(before.get(status, False), after.get(status, False)) for status in before.keys() | after.keys()
        ]
        return disj(*apart, one.value.differs(other.value) if not before else False)

    return changed


def _answering(leaf: Leaf, answer: int) -> RuleLooks:
    """That a comparison answers otherwise than it is said to be able to without a change."""

    def otherwise(group: GroupMeaning, one: Meaning) -> Bool:
        code = group.frame.leaf(leaf)
        return code.nei if answer == JA else code.ja

    return otherwise
