"""Rates, thresholds and calculations that are lacking, as findings."""

from __future__ import annotations

from engine.decide.decision import Decision
from engine.prove.finding import Finding
from engine.prove.illustrate import Illustration, illustrate
from engine.prove.logic import Bool, conj, disj
from engine.prove.moment import when
from engine.prove.rate_gaps import NoCalculation, RateGap, lacks_rate, none_fits
from engine.prove.scene import Scene
from engine.prove.stage import Looks, Stages
from engine.prove.witness import component_month
from engine.text.month import Month
from engine.text.norsk import list_text

_PAID = ("ja", "delvis")


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
