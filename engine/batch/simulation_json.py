"""A simulation as JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from engine.batch.simulation_effect import Group, Mover
from engine.batch.simulation_pair import SIDES
from engine.batch.simulation_report import Report
from engine.batch.tally import counts_of
from engine.regress.impact_json import change_json, total_json, version_json

Json = dict[str, Any]


def as_json(report: Report) -> str:
    """One object: the versions, counts, totals, outcomes, months, the spread and the largest of the differences, what was refused."""
    return json.dumps(as_object(report), ensure_ascii=False, indent=2)


def as_object(report: Report) -> Json:
    """The object, before it is written."""
    effect, whole = report.effect, report.effect.whole
    fra, til = (
        {**version_json(version), "satser": list(rates)}
        for version, rates in zip(report.versions, report.rates, strict=True)
    )
    return {
        "fra": fra,
        "til": til,
        "antall": {
            "søknader": effect.rows,
            "endret": whole.changed,
            "uendret": whole.cases - whole.changed,
            **{status: one.applications for status, one in effect.one_sided.items()},
            "avvist": effect.unread,
        },
        "kroner": _group(whole),
        "ukjent_endring": effect.inexact,
        "ikke_sammenlignet": {
            status: {"søknader": one.applications, "kjent": _kroner(one.known)}
            for status, one in effect.one_sided.items()
        },
        "utfall": [{"før": before, "etter": after, "søknader": number} for before, after, number in effect.outcomes],
        "måneder": [
            {
                "komponent": one.component,
                "rett": one.right,
                "avgjort_av": one.decided_by.split(";") if one.decided_by else [],
                "før": one.before,
                "etter": one.after,
            }
            for one in effect.answers
        ],
        "summer": {
            axis: [{"gruppe": one.group, **_group(one)} for one in groups] for axis, groups in effect.totals.items()
        },
        "fordeling": [
            {
                "fra": None if one.least is None else _kroner(one.least),
                "til": None if one.most is None else _kroner(one.most),
                "søknader": one.number,
            }
            for one in effect.spread
        ],
        "størst_endring": [_mover(one) for one in effect.movers],
        "avvist": {side: counts_of(intake) for side, intake in zip(SIDES, report.simulation.intakes, strict=True)},
        "regelendringer": [change_json(change) for change in report.changes],
    }


def _group(one: Group) -> Json:
    written = total_json(one)
    written = {
        "søknader": written.pop("saker"),
        **written,
        "ikke_regnet_ut_før": one.unfinished_before,
        "ikke_regnet_ut_etter": one.unfinished_after,
        "opp": one.up,
        "ned": one.down,
    }
    if one.months_before is not None:
        written |= {"måneder_før": one.months_before, "måneder_etter": one.months_after}
    return written


def _mover(one: Mover) -> Json:
    return {
        "id": one.id,
        **dict(one.groups),
        "utfall_før": one.outcomes[0],
        "utfall_etter": one.outcomes[1],
        "kjent_før": _kroner(one.known[0]),
        "kjent_etter": _kroner(one.known[1]),
        "endring": _kroner(one.difference),
        "hele_summen_kjent": one.exact,
    }


def _kroner(amount: Decimal) -> str:
    return f"{amount:.2f}"
