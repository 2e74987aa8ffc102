"""The decision as JSON: the contract other programs and test cases meet."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.case.value import Between, Unknown
from engine.decide.alike import Alike
from engine.decide.decision import ComponentMonth, Decision, DoctorDecision, DoctorMonth, Finding, Line, Missing, Noted
from engine.decide.plan import Answers
from engine.explain.basis import Used, basis
from engine.explain.conditions import citation, conditions
from engine.explain.leaning import readings
from engine.explain.reason import NOTHING_APPLIED_FOR, texts
from engine.text.month import month_text
from engine.text.norsk import exact_decimal, plain_decimal

Json = dict[str, Any]


def as_json(decision: Decision) -> Json:
    """The decision as the contract writes it. Money is text with two decimals; months are `2024-05`."""
    application = decision.application
    about: Json = {"id": application.id, "ordning": application.scheme}
    if decision.grant_year is not None:
        about[decision.compiled.vocabulary.grant_year] = decision.grant_year
    return {
        "søknad": {**about, "utfall": decision.outcome},
        "beløp": {
            "sum": _money(decision.total),
            "kjent": _money(decision.known),
            "mangler_satser": list(decision.rates),
        },
        "leger": [_doctor(one, decision) for one in decision.doctors],
        "vilkår": conditions(decision),
        "mangler": [_missing(one, decision) for one in decision.missing],
        "skjønn": _judgements(decision),
        "merknader": [_note(one, decision) for one in decision.notes],
        "forvalg": [
            {"faktum": asked.fact, "lege": asked.doctor, "verdi": value, "sti": asked.path}
            for asked, value in decision.defaults
        ],
        "tolkninger": readings(decision),
        "kvittering": {
            "regler_sha256": decision.receipt.rules,
            "søknad_sha256": decision.receipt.application,
            "motor": decision.receipt.engine,
            "evaluatorer": list(decision.receipt.evaluators),
            "foreslåtte_satser_sha256": decision.receipt.overlay,
        },
    }


def dumps(decisions: list[Decision]) -> str:
    """One object for one decision, a list for several."""
    written = [as_json(one) for one in decisions]
    return json.dumps(written[0] if len(written) == 1 else written, ensure_ascii=False, indent=2)


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _doctor(one: DoctorDecision, decision: Decision) -> Json:
    written: Json = {
        "id": one.doctor.id,
        "regelsett": one.rule_set.id if one.rule_set is not None else None,
        "utfall": one.outcome,
        "komponenter": {name: _line(line, one, decision) for name, line in one.lines.items()},
        "måneder": _months(one, decision),
    }
    if one.outside:
        scheme = decision.compiled.vocabulary.schemes[decision.application.scheme]
        written["begrunnelse"] = texts(decision).plain(scheme.outside_reason, one.doctor.facts)
        if scheme.outside_citation is not None:
            written["hjemmel"] = citation(scheme.outside_citation)
    elif one.idle:
        written["begrunnelse"] = NOTHING_APPLIED_FOR
    return written


def _line(line: Line, one: DoctorDecision, decision: Decision) -> Json:
    written: Json = {"utfall": line.outcome, "måneder": line.months, "beløp": _money(line.amount)}
    if line.amount is None:
        written |= {"kjent": _money(line.known), "mangler_satser": sorted(line.rates)}
    found = basis(line, one, decision)
    if found is not None:
        written["beregning"] = {
            "formel": found.formula,
            "før_avrunding": exact_decimal(line.exact),
            "verdier": [_used(used) for used in found.used],
        }
    return written


def _used(used: Used) -> Json:
    quantity = used.quantity
    return {
        "navn": used.parameter.name,
        "verdi": used.value,
        "forslag" if quantity.unknown else "regnet_ut": used.worked_out,
        "måneder": list(map(month_text, used.months)),
        "sikkerhet": quantity.certainty or ("ukjent" if quantity.unknown else None),
        "hjemmel": citation(quantity.citation) if quantity.citation is not None else None,
    }


def _months(one: DoctorDecision, decision: Decision) -> list[Json]:
    """One entry a month; months that look alike and are decided alike have the same but for which month it is."""
    alike: dict[tuple[Alike | Answers, ...], Json] = {}
    shared = decision.compiled.shown_alike
    written = []
    for month in one.months:
        key: tuple[Alike | Answers, ...] = ()
        for part in month.components.values():
            key += part.alike, part.answers
        first = alike.get(key) if shared else None
        if first is None:
            first = alike[key] = _month(month, decision)
        own = first.copy()
        own["måned"] = month_text(month.month)
        written.append(own)
    return written


def _month(month: DoctorMonth, decision: Decision) -> Json:
    rights: Json = {}
    written: Json = {"måned": month_text(month.month), "rett": rights}
    first = next(iter(month.components.values()))
    for key, name in decision.compiled.vocabulary.shown_per_month.items():
        written[key] = shown(first, name, decision)
    counting, amounts, deciding = {}, {}, {}
    for component, one in month.components.items():
        calculation = decision.compiled.components[component].calculation(one.month)
        for name in calculation[0].shown if calculation else ():
            written[name] = shown(one, name, decision)
        days = one.alike.days
        rights[component] = one.right
        counting[component] = None if type(days) is Between else days
        amounts[component] = _amount(one)
        deciding[component] = list(one.answers.decided_by)
    written |= {"tellende_dager": counting, "beløp": amounts, "avgjort_av": deciding}
    return written


def shown(one: ComponentMonth, name: str, decision: Decision) -> Any:
    """A named value of a month as JSON: days as a number, other numbers as exact text."""
    slots = decision.compiled.slots
    value = slots.reader(name)(one.frame)
    kind = type(value)
    if (kind is int or kind is Fraction) and name not in slots.in_days:
        return exact_decimal(value)  # type: ignore[arg-type]
    return None if kind is Unknown or kind is Between else value


def _amount(one: ComponentMonth) -> str | None:
    """A paid month's amount to the øre, for showing; the exact sum is rounded only on the line."""
    if one.status not in ("ja", "delvis") or one.amount is None:
        return None if one.amount is None or one.status == "skjønn" else "0.00"
    kind = type(one.amount)
    return None if kind is Unknown or kind is Between else plain_decimal(one.amount, 2)  # type: ignore[arg-type]


def _missing(one: Missing, decision: Decision) -> Json:
    written: Json = {"faktum": one.asked.fact, "nivå": one.asked.level}
    if one.asked.doctor is not None:
        written["lege"] = one.asked.doctor
    written["sti"] = one.asked.path
    if one.months:
        written["måneder"] = [month_text(month) for month in sorted(one.months)]
    written["spørsmål"] = question(one, decision)
    return written


def question(one: Missing, decision: Decision) -> str:
    """The question that would supply the fact."""
    facts = decision.compiled.vocabulary.facts
    name, _, field = one.asked.fact.partition(".")
    return facts[name].fields[field].question if field else facts[name].question


def _judgements(decision: Decision) -> list[Json]:
    """What a person must decide: one entry a rule, doctor and component, with its months."""
    found: dict[tuple[str, str | None, str | None, str], Json] = {}
    filled = texts(decision)
    for one in judged(decision):
        reason = filled.reason(one, decision.application.facts)
        key = (one.rule.id, one.doctor, one.component, reason)
        entry = found.setdefault(
            key,
            {
                "id": one.rule.id,
                "lege": one.doctor,
                "komponent": one.component,
                "måneder": [],
                "spørsmål": reason,
                "hjemmel": citation(one.rule.citation),
            },
        )
        if one.month is not None:
            entry["måneder"].append(month_text(one.month))
    return list(found.values())


def judged(decision: Decision) -> list[Finding]:
    """The findings that call for a person's judgement, in months where that decides the answer."""
    calling: list[Finding] = []
    for told in decision.told:
        if isinstance(told, Finding):
            calling += [told] if told.follows == "skjønn" else []
        elif told.answers.judging:
            calling += [one for one in told.findings() if one.follows == "skjønn"]
    if not calling:
        return []
    deciding = {
        (doctor.doctor.id, month.month, name, rule)
        for doctor in decision.doctors
        for month in doctor.months
        for name, component in month.components.items()
        if component.status == "skjønn"
        for rule in component.decided_by
    }
    return [
        one
        for one in calling
        if one.month is None or (one.doctor or "", one.month, one.component or "", one.rule.id) in deciding
    ]


def _note(one: Noted, decision: Decision) -> Json:
    written: Json = {"id": one.note.note.id, "nivå": one.note.note.per}
    if one.doctor is not None:
        written["lege"] = one.doctor
    if one.months:
        written["måneder"] = [month_text(month) for month in one.months]
    written["tekst"] = texts(decision).note(one, decision.application.facts)
    written["hjemmel"] = citation(one.note.note.citation)
    return written
