"""The conditions of a decision as the contract writes them: one entry a rule and place, with answer, reason and citation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.case.names import OF_LOOK
from engine.case.stated import Stated
from engine.decide.alike import Alike
from engine.decide.answer import Answer
from engine.decide.decision import ComponentMonth, Decision, Finding
from engine.decide.plan import Answers
from engine.explain.reason import Filling, Texts, texts
from engine.language.model import Citation, Rule
from engine.text.month import month_text

Json = dict[str, Any]

#: an entry without doctor, month and component; its rule; how its reason is filled in, when the text is not fixed; whether that is dated
_Form = tuple[Json, Rule, Filling | None, bool]

#: the number of an entry, and how its reason is filled in
_Dated = tuple[int, Rule, Filling]

#: what months that look alike share: entries, reasons that are filled in by the number of the entry, and those that the date must fill in
_Alike = tuple[list[Json], list[tuple[int, str]], list[_Dated]]

_KEPT = 10_000


def conditions(decision: Decision) -> list[Json]:
    """One entry a finding, in order. Those of months that look alike and have the same answers are written once, but for what is dated."""
    filled, stated = texts(decision), decision.application.facts
    forms = _forms(decision)
    of_doctor: dict[tuple[Answers, str, str], list[Json]] = {}
    alike: dict[tuple[Answers, Alike], _Alike] = {}
    written: list[Json] = []
    for told in decision.told:
        if isinstance(told, Finding):
            written.append(_entry(told.answer, filled.reason(told, stated), told))
            continue
        key = (told.answers, told.alike)
        first = alike.get(key)
        if first is None:
            first = alike[key] = _first(told, _of(told, forms, filled), stated, of_doctor)
        entries, reasons, dated = first
        month, own = month_text(told.month), []
        for entry in entries:
            copy = entry.copy()
            copy["måned"] = month
            own.append(copy)
        for number, reason in reasons:
            own[number]["begrunnelse"] = reason
        for number, rule, filling in dated:
            own[number]["begrunnelse"] = filling(told.frame, stated, rule, None)
        written += own
    return written


def _first(
    told: ComponentMonth,
    forms: list[_Form],
    stated: Mapping[str, Stated],
    of_doctor: dict[tuple[Answers, str, str], list[Json]],
) -> _Alike:
    """What the first of months that look alike shares with the others."""
    key = (told.answers, told.doctor, told.component)
    entries = of_doctor.get(key)
    if entries is None:
        about = {"lege": told.doctor, "komponent": told.component}
        entries = of_doctor[key] = [form | about for form, _, _, _ in forms]
    reasons: list[tuple[int, str]] = []
    dated: list[_Dated] = []
    for number, (_, rule, filling, hangs_on_date) in enumerate(forms):
        if filling is not None:
            if hangs_on_date:
                dated.append((number, rule, filling))
            else:
                reasons.append((number, filling(told.frame, stated, rule, None)))
    return entries, reasons, dated


def _forms(decision: Decision) -> dict[Answers, list[_Form]]:
    """The scheme's, made ready the first time they are used."""
    kept: dict[Answers, list[_Form]] = decision.compiled.book.compiled.setdefault(
        ("vilkår", decision.application.scheme), {}
    )
    if len(kept) > _KEPT:
        kept.clear()
    return kept


def _of(told: ComponentMonth, forms: dict[Answers, list[_Form]], filled: Texts) -> list[_Form]:
    found = forms.get(told.answers)
    if found is None:
        found = forms[told.answers] = []
        for answer in told.answers.answers:
            fixed = filled.fixed(answer)
            entry = _entry(answer, fixed or "", Finding(answer, told.frame, "", told.month, ""))
            filling = None if fixed is not None else filled.filling(answer)
            found.append((entry, answer.clause.rule, filling, filled.reach(answer) > OF_LOOK))
    return found


def _entry(answer: Answer, reason: str, one: Finding) -> Json:
    rule = answer.clause.rule
    written: Json = {"id": rule.id, "nivå": rule.per}
    if one.doctor is not None:
        written["lege"] = one.doctor
    if one.month is not None:
        written["måned"] = month_text(one.month)
    if one.months:
        written["måneder"] = list(map(month_text, one.months))
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
