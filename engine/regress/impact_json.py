"""An impact as JSON."""

from __future__ import annotations

import json
from typing import Any

from engine.regress.impact import Impact, Total
from engine.regress.impact_case import (
    CHANGED,
    ONE_SIDED,
    UNCHANGED,
    UNREAD,
    WORDING,
    CaseImpact,
    LineSide,
    Money,
    Side,
)
from engine.regress.impact_rules import RuleChange
from engine.regress.impact_version import Version

Json = dict[str, Any]


def as_json(impact: Impact) -> str:
    """One object: the versions, counts, what differs in the rules, the cases that are not unchanged, and totals."""
    by_change = [(change, [case.path for case in cases]) for change, cases in impact.by_change]
    content = {
        "fra": version_json(impact.before),
        "til": version_json(impact.after),
        "antall": {
            "saker": len(impact.cases),
            **{status: len(impact.of(status)) for status in (CHANGED, WORDING, UNCHANGED, ONE_SIDED, UNREAD)},
        },
        "kroner": total_json(impact.whole),
        "regelendringer": [{**change_json(change), "saker": paths} for change, paths in by_change],
        "saker": [_case(case, impact) for case in impact.of(CHANGED, ONE_SIDED, UNREAD)],
        "bare_begrunnelsen": [case.path for case in impact.of(WORDING)],
        "summer": {
            axis: [{"gruppe": one.group, **total_json(one)} for one in groups] for axis, groups in impact.totals.items()
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def version_json(version: Version) -> Json:
    """A version: its name, and the commit of a revision."""
    return {"navn": version.name, "commit": version.commit}


def total_json(one: Total) -> Json:
    """What a group came to."""
    return {
        "saker": one.cases,
        "endret": one.changed,
        "kjent_før": f"{one.before:.2f}",
        "kjent_etter": f"{one.after:.2f}",
        "endring": f"{one.difference:.2f}",
        "ukjent_sum_før": one.open_before,
        "ukjent_sum_etter": one.open_after,
    }


def change_json(change: RuleChange) -> Json:
    """A part of the rules that differs."""
    return {
        "fil": change.file,
        "del": change.section,
        "navn": change.name or None,
        "hva": change.what,
        "linje_før": change.lines[0],
        "linje_etter": change.lines[1],
        "bare_forklarende": change.explains_only,
        "forskjeller": [{"hvor": one.path, "før": one.before, "etter": one.after} for one in change.differences],
    }


def _case(case: CaseImpact, impact: Impact) -> Json:
    written: Json = {
        "fil": case.path,
        "id": case.id,
        "ordning": case.scheme,
        "år": case.year,
        **dict(case.groups),
        "status": case.status,
    }
    if case.problems:
        written["feil"] = {side: text.splitlines() for side, text in case.problems}
    if case.status != CHANGED:
        return written
    return {
        **written,
        "før": _side(case.before),
        "etter": _side(case.after),
        "endring_kjent": f"{case.difference:.2f}",
        "linjer": [
            {
                "lege": line.doctor,
                "komponent": line.component,
                "før": _line(line.before),
                "etter": _line(line.after),
                "måneder": [{"måned": one.month, "før": one.before, "etter": one.after} for one in line.months],
            }
            for line in case.lines
            if line.changed
        ],
        "annet": [{"hva": one.what, "før": list(one.before), "etter": list(one.after)} for one in case.others],
        "fordi": [
            {
                "vilkår": one.rule,
                "regelsett": one.rule_set,
                "hjemmel": one.citation,
                "lege": one.doctor,
                "komponent": one.component,
                "måneder": list(one.months),
                "før": one.before,
                "etter": one.after,
                "begrunnelse_før": one.reasons[0] or None,
                "begrunnelse_etter": one.reasons[1] or None,
            }
            for one in case.causes
        ],
        "verdier": [
            {
                "navn": one.name,
                "lege": one.doctor,
                "komponent": one.component,
                "måneder": list(one.months),
                "før": one.before,
                "etter": one.after,
            }
            for one in case.values
        ],
        "regelendringer": [change.title for change in impact.behind(case)],
    }


def _side(side: Side | None) -> Json | None:
    return None if side is None else {"utfall": side.outcome, **_money(side.money)}


def _line(side: LineSide | None) -> Json | None:
    return None if side is None else {"utfall": side.outcome, "måneder": side.months, **_money(side.money)}


def _money(money: Money) -> Json:
    return {"sum": None if money.total is None else f"{money.total:.2f}", "kjent": f"{money.known:.2f}"}
