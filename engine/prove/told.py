"""What was proved of rules, as findings: the code, the rule with its citation, the explanation, and the witness."""

from __future__ import annotations

from collections.abc import Iterable

from engine.decide.decision import Decision
from engine.decide.decision import Finding as Answered
from engine.language.model import Rule
from engine.prove.claim import Proved, looks
from engine.prove.finding import Finding, Shown
from engine.prove.illustrate import Illustration, illustrate
from engine.prove.impossible import Impossible
from engine.prove.logic import Bool, conj, disj
from engine.prove.moment import Moment, when
from engine.prove.parity import Disparity, differs_in
from engine.prove.rule_claims import name_of
from engine.prove.scene import Scene
from engine.prove.site import MONTHS, Site
from engine.prove.stage import Stages, anything, is_late
from engine.text.month import Month
from engine.text.norsk import list_text


def _answered(decision: Decision, rule: Rule, month: Month) -> list[Answered]:
    """What the engine told of a rule in the month, or of the whole application."""
    return [
        one
        for one in decision.findings
        if (one.rule.id, one.rule.origin) == (rule.id, rule.origin)
        and (one.month is None or one.month == month or month in (one.months or ()))
    ]


def of_claim(stages: Stages, proved: Proved) -> Finding:
    """A claim about rules that stands."""
    claim = proved.claim
    rule = claim.rules[0]
    places = proved.places or [
        (site, moment) for site in claim.sites for moment in stages.moments(site) if not is_late(moment)
    ]
    site = places[0][0]
    moments = [moment for one, moment in places if one == site]
    moments.sort(key=is_late)

    def confirms(decision: Decision, month: Month) -> str:
        told = _answered(decision, rule, month)
        if claim.code == "UNNTAK-SLUKER":
            ok = any(one.answer.exemption == claim.exemption for one in told)
            return "" if ok else "unntaket ble ikke brukt"
        if claim.expects == "ikke aktuelt":
            other = [one.result for one in told if one.result != claim.expects]
            return ", ".join(other)
        if claim.expects and site.kind == MONTHS and not any(one.result == claim.expects for one in told):
            return ", ".join(one.result for one in told) or "ingenting"
        return ""

    wanted = looks(site, claim.rules, claim.shows) if proved.places else anything
    wishes = () if claim.wish is None else (looks(site, claim.rules, claim.wish),)
    witness, why = illustrate(stages, Illustration(wanted, site.component, moments, confirms, wishes))
    exemption = next((one for one in rule.exemptions if one.id == claim.exemption), None)
    return Finding(
        claim.code,
        stages.scheme_id,
        name_of(rule),
        rule.place if exemption is None else exemption.place,
        claim.text + _where(proved, stages),
        (rule.citation, *([exemption.citation] if exemption else ()), *(one.citation for one in claim.rules[1:])),
        claim.detail or " ".join(f"mot {name_of(one)}" for one in claim.rules[1:]),
        tuple(name_of(one) for one in claim.rules[1:]),
        witness,
        why,
    )


def _where(proved: Proved, stages: Stages) -> str:
    """Where two rules overlap; one rule has no need of it."""
    moments = [moment for site, moment in proved.places if site.timed]
    return f" Det gjelder {when(moments)}." if len(proved.claim.rules) > 1 and moments else ""


def of_impossible(stages: Stages, one: Impossible) -> Finding:
    """Rules that rule everything out together, or one that does alone."""
    rules = [meaning.clause.rule for meaning in one.rules]
    site = one.site
    who = "ingen søknad"
    if one.scoped:
        who = f"ingen søknad som {list_text([f'«{m.clause.rule.title}»' for m in one.scoped])} gjelder for,"
    where = f" Det gjelder {when(one.moments)}." if site.timed else ""
    titles = list_text([f"«{rule.title}»" for rule in rules])
    if len(rules) == 1:
        code, text = "OPPFYLLES-ALDRI", f"Vilkåret {titles} kan ikke oppfylles: {who} kan få innvilget"
    else:
        code, text = "MOTSTRID", f"Vilkårene {titles} kan ikke oppfylles samtidig: {who} kan få innvilget"
    what = f" «{stages.scheme.components[site.name].component.title}».{where}" if site.timed else " noe."
    ids = {meaning.clause.rule.id for meaning in one.scoped}

    core = {name_of(rule) for rule in rules}

    def applies(scene: Scene) -> Bool:
        group = site.meanings(scene)[0][1]
        scopes = [rule.scope.yes for rule in group.rules if rule.clause.rule.id in ids and rule.scope is not None]
        return conj(*scopes, disj(*(one.value.nei for one in group.rules if name_of(one.clause.rule) in core)))

    def confirms(decision: Decision, month: Month) -> str:
        failed = [answer.result for rule in rules for answer in _answered(decision, rule, month)]
        if any(result in ("ikke oppfylt", "uavklart") for result in failed):
            return ""
        return "" if decision.outcome == decision.compiled.summary.formal_defect else ", ".join(failed) or "ingenting"

    def refused(scene: Scene) -> Bool:
        return site.meanings(scene)[0][1].status["nei"]

    witness, why = illustrate(stages, Illustration(applies, site.component, one.moments, confirms, (refused,)))
    return Finding(
        code,
        stages.scheme_id,
        name_of(rules[0]),
        rules[0].place,
        text + what,
        tuple(rule.citation for rule in rules),
        " ".join(f"mot {name_of(rule)}" for rule in rules[1:]),
        tuple(name_of(rule) for rule in rules[1:]),
        witness,
        why,
    )


def of_disparity(stages: Stages, one: Disparity) -> Finding:
    """Where the two evaluators differ."""
    witness, why = None, "forskjellen ligger i sammenfatningen av svar, ikke i en søknad"
    if one.site is not None and one.rule is not None:
        witness, why = _disagreement(stages, one.site, one.rule, one.part)
    first = stages.scheme.scheme.sets[0]
    about = f"«{one.part}» i vilkåret «{one.rule.title}»" if one.rule is not None else f"«{one.part}»"
    text = f"De to evaluatorene svarer ikke det samme på {about} ({one.told}). Motoren nekter å avgjøre slike saker."
    return Finding(
        "EVALUATORENE",
        stages.scheme_id,
        name_of(one.rule) if one.rule is not None else first.id,
        one.rule.place if one.rule is not None else first.place,
        text,
        (one.rule.citation,) if one.rule is not None else (),
        one.part,
        (),
        witness,
        why,
    )


def _disagreement(stages: Stages, site: Site, rule: Rule, part: str) -> tuple[Shown | None, str]:
    differs = differs_in(rule, part)

    def wanted(scene: Scene) -> Bool:
        return disj(*(conj(present, differs(group)) for present, group in site.meanings(scene)))

    def confirms(decision: Decision, month: Month) -> str:
        return "et vedtak"

    moments: Iterable[Moment] = [one for one in stages.moments(site) if not is_late(one)]
    return illustrate(stages, Illustration(wanted, site.component, list(moments), confirms, refused=True))
