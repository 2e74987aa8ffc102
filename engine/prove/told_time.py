"""Gaps in time as findings."""

from __future__ import annotations

from engine.decide.decision import Decision
from engine.explain.prose import months_text
from engine.language.in_force import Months
from engine.prove.finding import Finding
from engine.prove.gaps import DateGap, Lapse, MonthGap
from engine.prove.illustrate import Illustration, illustrate
from engine.prove.logic import Bool
from engine.prove.moment import Moment, when
from engine.prove.reading import names_in
from engine.prove.rule_claims import conditions_of, name_of
from engine.prove.scene import Scene
from engine.prove.stage import Stages, anything
from engine.prove.witness import component_month
from engine.text.month import Month
from engine.text.norsk import date_text, list_text

_PAID = ("ja", "delvis")


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

    witness, why = illustrate(stages, Illustration(anything, component, [moment], confirms))
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

    witness, why = illustrate(stages, Illustration(anything, component, [moment], confirms))
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

    witness, why = illustrate(stages, Illustration(anything, component, [moment], confirms))
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

    witness, why = illustrate(stages, Illustration(anything, lapse.component, lapse.moments, confirms, (granted,)))
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
