"""The conditions of a decision as the contract writes them: one entry a rule and place, with answer, reason and citation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.case.stated import Stated
from engine.decide.alike import Alike
from engine.decide.answer import Answer
from engine.decide.decision import Decision, Finding, Told
from engine.decide.plan import Answers
from engine.explain.reason import Filling, Texts, texts
from engine.language.model import Citation, Rule
from engine.text.month import month_text

Json = dict[str, Any]

#: an entry without doctor, month and component; its rule; how its reason is filled in, when the text is not fixed; whether that is dated
_Form = tuple[Json, Rule, Filling | None, bool]

#: the number of an entry, and how its reason is filled in
_Dated = tuple[int, Rule, Filling]

_KEPT = 10_000


def conditions(decision: Decision) -> list[Json]:
    """One entry a finding, in order. Those of months that look alike and have the same answers are written once, but for what is dated."""
    filled, stated = texts(decision), decision.application.facts
    forms = _forms(decision)
    alike: dict[tuple[Answers, Alike], tuple[list[Json], list[_Dated]]] = {}
    written: list[Json] = []
    for told in decision.told:
        if isinstance(told, Finding):
            written.append(_entry(told.answer, filled.reason(told, stated), told))
            continue
        key = (told.answers, told.alike)
        first = alike.get(key)
        if first is None:
            first = alike[key] = _first(told, _of(told, forms, filled), stated)
        entries, dated = first
        before, month = len(written), month_text(told.month)
        written += [{**entry, "måned": month} for entry in entries]
        for number, rule, filling in dated:
            written[before + number]["begrunnelse"] = filling(told.frame, stated, rule, None)
    return written


def _first(told: Told, forms: list[_Form], stated: Mapping[str, Stated]) -> tuple[list[Json], list[_Dated]]:
    """The entries of the first of months that look alike, and the reasons that the others do not share."""
    entries, dated = [], []
    for number, (form, rule, filling, hangs_on_date) in enumerate(forms):
        entry = {**form, "lege": told.doctor, "komponent": told.component}
        if filling is not None:
            entry["begrunnelse"] = filling(told.frame, stated, rule, None)
            if hangs_on_date:
                dated.append((number, rule, filling))
        entries.append(entry)
    return entries, dated


def _forms(decision: Decision) -> dict[Answers, list[_Form]]:
    """The scheme's, made ready the first time they are used."""
    kept: dict[Answers, list[_Form]] = decision.compiled.book.compiled.setdefault(
        ("vilkår", decision.application.scheme), {}
    )
    if len(kept) > _KEPT:
        kept.clear()
    return kept


def _of(told: Told, forms: dict[Answers, list[_Form]], filled: Texts) -> list[_Form]:
    found = forms.get(told.answers)
    if found is None:
        found = forms[told.answers] = []
        for answer in told.answers.answers:
            fixed = filled.fixed(answer)
            entry = _entry(answer, fixed or "", Finding(answer, told.frame, "", told.month, ""))
            filling = None if fixed is not None else filled.filling(answer)
            found.append((entry, answer.clause.rule, filling, filled.is_dated(answer)))
    return found


def _entry(answer: Answer, reason: str, one: Finding) -> Json:
    rule = answer.clause.rule
    written: Json = {"id": rule.id, "nivå": rule.per}
    if one.doctor is not None:
        written["lege"] = one.doctor
    if one.month is not None:
        written["måned"] = month_text(one.month)
    if one.months:
        written["måneder"] = [month_text(month) for month in one.months]
    if one.component is not None:
        written["komponent"] = one.component
    written["resultat"] = answer.result
    written["følge"] = answer.follows or None
    written["hjemmel"] = citation(_cited(answer))
    written["begrunnelse"] = reason
    written["fra_regelsett"] = rule.origin
    if answer.exemption is not None:
        written["unntak"] = answer.exemption
    if one.days is not None:
        written["dager"] = one.days
    return written


def _cited(answer: Answer) -> Citation:
    rule = answer.clause.rule
    if answer.exemption is not None:
        return next(exemption.citation for exemption in rule.exemptions if exemption.id == answer.exemption)
    return rule.citation


def citation(one: Citation) -> Json:
    return {"kilde": one.source, "punkt": one.point}
