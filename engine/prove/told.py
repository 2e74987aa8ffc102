"""What was proved, as findings: the code, the rule with its citation, the explanation, and the witness."""

from __future__ import annotations

from collections.abc import Iterable

from engine.decide.decision import Decision
from engine.decide.decision import Finding as Answered
from engine.explain.prose import months_text
from engine.language.model import Months, Rule
from engine.prove.claim import Proved, looks
from engine.prove.finding import Finding, Shown
from engine.prove.gaps import DateGap, Lapse, MonthGap
from engine.prove.illustrate import Illustration, illustrate
from engine.prove.impossible import Impossible
from engine.prove.logic import Bool, conj, disj
from engine.prove.moment import Moment, when
from engine.prove.parity import Disparity, differs_in
from engine.prove.rate_gaps import NoCalculation, RateGap, lacks_rate, none_fits
from engine.prove.reading import names_in
from engine.prove.rule_claims import conditions_of
from engine.prove.scene import Scene
from engine.prove.site import MONTHS, Site
from engine.prove.stage import Looks, Stages, is_late
from engine.prove.witness import component_month
from engine.text.month import Month
from engine.text.norsk import date_text, list_text

_PAID = ("ja", "delvis")


def _true(scene: Scene) -> Bool:
    return True


def name_of(rule: Rule) -> str:
    """`ÅR/ordning/vilkår`"""
    return f"{rule.origin}/{rule.id}"


def _answered(decision: Decision, rule: Rule, month: Month) -> list[Answered]:
    """What the engine told of a rule in the month, or of the whole application."""
    return [
        one
        for one in decision.findings
        if (one.rule.id, one.rule.origin) == (rule.id, rule.origin)
        and (one.month is None or one.month == month or month in (one.months or ()))
    ]


# --- rules ------------------------------------------------------------------------------------------------------------------


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

    wanted = looks(site, claim.rules, claim.shows) if proved.places else _true
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


# --- time -------------------------------------------------------------------------------------------------------------------


def _some_moment(stages: Stages) -> Moment:
    """An ordinary moment of the first component."""
    component = next(iter(stages.scheme.components))
    return stages.inside(component)[0]


def of_dates(stages: Stages, gap: DateGap) -> Finding:
    """Agreement dates between two rule sets."""
    first, last = gap.days
    days = date_text(first) if first == last else f"{date_text(first)}–{date_text(last)}"
    component = next(iter(stages.scheme.components))
    ordinary = _some_moment(stages)
    moment = Moment((first, last), ordinary.months, ordinary.year)

    def confirms(decision: Decision, month: Month) -> str:
        doctor = decision.doctors[0]
        if gap.overlap:
            return "" if doctor.rule_set is not None else "ingen regelsett"
        return "" if doctor.outside else "et regelsett"

    witness, why = illustrate(stages, Illustration(_true, component, [moment], confirms))
    text = f"Ingen regelsett gjelder for avtaler inngått {days}. De ligger mellom {gap.earlier.id} og {gap.later.id}."
    if gap.overlap:
        text = f"Både {gap.earlier.id} og {gap.later.id} gjelder for avtaler inngått {days}."
    cited = [one.agreements_citation for one in (gap.earlier, gap.later)]
    return Finding(
        "OVERLAPP-AVTALEDATO" if gap.overlap else "HULL-AVTALEDATO",
        stages.scheme_id,
        gap.later.id,
        gap.later.at("avtaler"),
        text,
        tuple(one for one in cited if one is not None),
        f"fra {first}",
        (gap.earlier.id,),
        witness,
        why,
    )


def of_year(stages: Stages, year: int) -> Finding:
    """A grant year without a rule set."""
    component = next(iter(stages.scheme.components))
    ordinary = _some_moment(stages)
    moment = Moment(ordinary.agreed, ordinary.months, year)

    def confirms(decision: Decision, month: Month) -> str:
        return "" if decision.grant_year == year else f"tilskuddsår {decision.grant_year}"

    witness, why = illustrate(stages, Illustration(_true, component, [moment], confirms))
    last = stages.scheme.scheme.sets[-1]
    text = f"Tilskuddsåret {year} kan oppgis i en søknad, men ingen regelsett er for det året."
    fact = stages.book.vocabulary.facts[stages.book.vocabulary.grant_year]
    return Finding("HULL-TILSKUDDSÅR", stages.scheme_id, last.id, fact.place, text, (), str(year), (), witness, why)


def of_months(stages: Stages, gap: MonthGap) -> Finding:
    """Months between two grant years."""
    component = next(iter(stages.scheme.components))
    assert gap.earlier.grant_year is not None and gap.later.grant_year is not None
    ordinary = _some_moment(stages)
    moment = Moment(ordinary.agreed, gap.months, gap.earlier.grant_year.year)

    def confirms(decision: Decision, month: Month) -> str:
        found = component_month(decision, month, component)
        return "" if found is None or found.status not in _PAID else found.status

    witness, why = illustrate(stages, Illustration(_true, component, [moment], confirms))
    text = (
        f"{months_text(Months(*gap.months)).capitalize()} hører ikke til noe tilskuddsår: {gap.earlier.id} slutter før, "
        f"og {gap.later.id} begynner etter. Ingen søknad kan gi tilskudd for {'måneden' if gap.months[0] == gap.months[1] else 'månedene'}."
    )
    cited = (gap.earlier.grant_year.citation, gap.later.grant_year.citation)
    place = gap.later.at("tilskuddsår")
    return Finding(
        "HULL-MÅNED", stages.scheme_id, gap.later.id, place, text, cited, "", (gap.earlier.id,), witness, why
    )


def of_lapse(stages: Stages, lapse: Lapse) -> Finding:
    """What is required before and after, and not between."""

    def confirms(decision: Decision, month: Month) -> str:
        for one in decision.findings:
            applies = one.component == lapse.component and one.result != "ikke aktuelt" and one.follows != "ingen"
            reads = {name for condition in conditions_of(one.rule) for name in names_in(condition)}
            if applies and (one.month == month or month in (one.months or ())) and set(lapse.names) & reads:
                return f"vilkåret {one.rule.id} gjelder"
        return ""

    def granted(scene: Scene) -> Bool:
        return scene.component(lapse.component).rules.status["ja"]

    witness, why = illustrate(stages, Illustration(_true, lapse.component, lapse.moments, confirms, (granted,)))
    title = stages.scheme.components[lapse.component].component.title
    if not lapse.names:
        text = f"For «{title}» er det ingenting som må være oppfylt. Det gjelder {when(lapse.moments)}."
        first = stages.scheme.components[lapse.component].component
        return Finding(
            "HULL-REGLER",
            stages.scheme_id,
            f"{stages.scheme_id}/{lapse.component}",
            first.place,
            text,
            (),
            "",
            (),
            witness,
            why,
        )
    words = list_text([f"«{name.replace('_', ' ')}»" for name in lapse.names])
    before, after = (list_text(sorted({f"«{rule.title}»" for rule in rules})) for rules in (lapse.before, lapse.after))
    text = (
        f"Ingen vilkår for «{title}» ser på {words} her, men det gjør {before} på den ene siden og {after} på den andre. "
        f"Det gjelder {when(lapse.moments)}."
    )
    rules = list({name_of(rule): rule for rule in (*lapse.before, *lapse.after)}.values())
    return Finding(
        "HULL-I-TID",
        stages.scheme_id,
        name_of(rules[0]),
        rules[0].place,
        text,
        tuple(rule.citation for rule in rules),
        f"{lapse.component} {', '.join(lapse.names)}",
        tuple(name_of(rule) for rule in rules[1:]),
        witness,
        why,
    )


# --- rates ------------------------------------------------------------------------------------------------------------------


def of_rate(stages: Stages, gap: RateGap) -> Finding:
    """A table with a hole."""
    parameter = gap.parameter

    def lacking(scene: Scene) -> Bool:
        if not gap.component:
            return scene.application.status["uavklart"]
        own = scene.component(gap.component)
        fits = True if gap.variant is None else own.frame.tree(gap.variant.when).yes
        if not gap.by_calculation:
            return conj(fits, own.rules.status["uavklart"], lacks_rate(stages, parameter, own.rules))
        assert own.amount is not None
        return conj(fits, disj(*(own.rules.status[one] for one in _PAID)), own.amount.unknown)

    def confirms(decision: Decision, month: Month) -> str:
        if not gap.component or any(one.partition(".")[0] == parameter.name for one in decision.rates):
            return ""
        return f"mangler ikke {parameter.name}, men {list_text(list(decision.rates)) or 'ingenting'}"

    wanted: Looks = none_fits(parameter, gap.component) if gap.none_fits else lacking
    witness, why = illustrate(stages, Illustration(wanted, gap.component, gap.moments, confirms))
    kind = "Satsen" if parameter.is_rate else "Grensen"
    of = f" for {gap.key}" if gap.key else ""
    of += f" ({gap.variant.title})" if gap.variant is not None else ""
    detail = " ".join(filter(None, (gap.component, gap.key, gap.variant.id if gap.variant else "")))
    text = f"{kind} «{parameter.title}»{of} har ingen verdi der den trengs, og står heller ikke som ukjent."
    if gap.none_fits:
        text = f"{kind} «{parameter.title}» har ingen variant som passer for alle. Da får ikke måneden noe beløp."
    text += f" Det gjelder {when(gap.moments)}." if gap.component and not gap.none_fits else ""
    cited = [parameter.citation, *(row.citation for row in parameter.values)]
    return Finding(
        "HULL-VARIANT" if gap.none_fits else "HULL-SATS",
        stages.scheme_id,
        f"{stages.scheme_id}/{parameter.name}",
        parameter.place,
        text,
        tuple(one for one in cited if one is not None)[:1],
        detail,
        (),
        witness,
        why,
    )


def of_calculation(stages: Stages, gap: NoCalculation) -> Finding:
    """Months that are granted and cannot be calculated."""

    def granted(scene: Scene) -> Bool:
        return scene.component(gap.component).rules.status["ja"]

    def confirms(decision: Decision, month: Month) -> str:
        found = component_month(decision, month, gap.component)
        return "" if found is not None and found.amount is None else "et beløp"

    witness, why = illustrate(stages, Illustration(granted, gap.component, gap.moments, confirms))
    part = stages.scheme.components[gap.component].component
    text = f"«{part.title}» har ingen beregning. Det gjelder {when(gap.moments)}."
    place = gap.calculations[0].place if gap.calculations else part.place
    cited = tuple(one.citation for one in gap.calculations[:1])
    return Finding(
        "HULL-BEREGNING",
        stages.scheme_id,
        f"{stages.scheme_id}/{gap.component}",
        place,
        text,
        cited,
        "",
        (),
        witness,
        why,
    )


# --- evaluators -------------------------------------------------------------------------------------------------------------


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
