"""A decision as an outline: the parts a reader meets in order, with months gathered, ready for a screen, a page or a letter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.case.value import Asked
from engine.decide.decision import Decision, DoctorDecision, Finding, Missing, Noted
from engine.explain.basis import basis
from engine.explain.contract import judged, question
from engine.explain.leaning import readings
from engine.explain.reason import texts
from engine.language.model import Citation, Source
from engine.text.month import Month, month_in_words
from engine.text.norsk import NBSP, list_text, money_text

REFUSED, OPEN, MET, NOT_RELEVANT = "imot", "åpent", "oppfylt", "ikke aktuelt"


@dataclass(slots=True)
class Reason:
    """One rule's answer with the same reason in one or more months. `bearing` is imot, åpent, oppfylt or ikke aktuelt."""

    rule: str
    title: str
    component: str | None
    bearing: str
    follows: str
    text: str
    source: str
    months: list[Month] = field(default_factory=list)
    days: int | None = None
    doctor: str | None = None
    citation: Citation | None = None

    @property
    def when(self) -> str:
        return months_in_words(self.months)


@dataclass(slots=True)
class DoctorOutline:
    decision: DoctorDecision
    reasons: list[Reason]


@dataclass(slots=True)
class Outline:
    decision: Decision
    application: list[Reason]
    doctors: list[DoctorOutline]
    missing: list[str]
    judgements: list[Reason]
    notes: list[str]
    readings: list[tuple[str, str, str]]
    assumed: list[tuple[str, str | None, str]]
    """What was taken for granted because it was not stated: the question, the doctor, the answer."""

    @property
    def defaults(self) -> list[str]:
        """The same as sentences, each question with all the doctors it is not answered for."""
        whose: dict[tuple[str, str], list[str]] = {}
        for asked, doctor, value in self.assumed:
            whose.setdefault((asked, value), []).extend([doctor] if doctor is not None else [])
        return [
            f"{asked} Ikke besvart{f' for {list_text(doctors)}' if doctors else ''}. Vi bruker «{value}»."
            for (asked, value), doctors in whose.items()
        ]


def outline(decision: Decision) -> Outline:
    """The outline of a decision."""
    by_doctor: dict[str | None, list[Finding]] = {}
    for finding in decision.findings:
        by_doctor.setdefault(finding.doctor, []).append(finding)
    return Outline(
        decision=decision,
        application=_reasons(by_doctor.get(None, []), decision),
        doctors=[DoctorOutline(one, _reasons(by_doctor.get(one.doctor.id, []), decision)) for one in decision.doctors],
        missing=[_missing_line(one, decision) for one in decision.missing],
        judgements=_reasons(judged(decision), decision, with_doctor=True),
        notes=[_note_line(one, decision) for one in decision.notes],
        readings=[(one["nr"], one["tekst"], one["fordi"]) for one in readings(decision)],
        assumed=[
            (fact.question, asked.doctor, f"{value}{NBSP}{fact.unit.after(2)}".strip())
            for asked, value in _distinct_defaults(decision)
            for fact in [decision.compiled.vocabulary.facts[asked.fact]]
        ],
    )


def _distinct_defaults(decision: Decision) -> list[tuple[Asked, str]]:
    seen: dict[tuple[str, str | None, str], tuple[Asked, str]] = {}
    for asked, value in decision.defaults:
        seen.setdefault((asked.fact, asked.doctor, value), (asked, value))
    return list(seen.values())


def _reasons(findings: Iterable[Finding], decision: Decision, with_doctor: bool = False) -> list[Reason]:
    gathered: dict[tuple[object, ...], Reason] = {}
    for one in findings:
        bearing = _bearing(one)
        text = texts(decision).reason(one, decision.application.facts)
        who = one.doctor if with_doctor else None
        key = (one.rule.id, one.component, bearing, text, who)
        reason = gathered.get(key)
        if reason is None:
            exemption = next((part for part in one.rule.exemptions if part.id == one.answer.exemption), None)
            own = exemption.citation if exemption else one.rule.citation
            title = exemption.title if exemption else one.rule.title
            reason = gathered[key] = Reason(
                one.rule.id,
                title if who is None else f"{who}: {title}",
                one.component,
                bearing,
                one.follows,
                text,
                source_text(own, decision),
                doctor=one.doctor,
                citation=own,
            )
        reason.months += [one.month] if one.month is not None else one.months or []
        if one.days is not None:
            reason.days = (reason.days or 0) + one.days
    order = {REFUSED: 0, OPEN: 1, MET: 2, NOT_RELEVANT: 3}
    return sorted(gathered.values(), key=lambda reason: (order[reason.bearing], reason.component or ""))


def met_once(reasons: Iterable[Reason]) -> list[Reason]:
    """The reasons, with a condition that was met in several months for slightly different reasons (a day more or less) told once."""
    gathered: dict[tuple[str, str | None, str], Reason] = {}
    told = []
    for one in reasons:
        key = (one.rule, one.component, one.title)
        if one.bearing != MET or not one.months or key not in gathered:
            copy = replace(one, months=list(one.months))
            told.append(copy)
            if one.bearing == MET:
                gathered[key] = copy
            continue
        first = gathered[key]
        first.months += one.months
        first.text = ""
    return told


def _bearing(one: Finding) -> str:
    if one.result == "ikke oppfylt":
        if one.follows == "ingen":
            return NOT_RELEVANT
        return OPEN if one.follows in ("skjønn", "mangler opplysninger") else REFUSED
    return {"oppfylt": MET, "uavklart": OPEN, "ikke aktuelt": NOT_RELEVANT}[one.result]


def source_text(citation: Citation, decision: Decision) -> str:
    """`Utgiver, «Tittel» (2001-05-17): punkt`."""
    source = find_source(citation.source, decision)
    if source is None:
        return f"{citation.source}, {citation.point}"
    return f"{source.publisher}, «{source.title}»{f' ({source.dated})' if source.dated else ''}: {citation.point}"


def find_source(id: str, decision: Decision) -> Source | None:
    for one in decision.compiled.scheme.sets:
        if id in one.sources:
            return one.sources[id]
    return decision.compiled.vocabulary.sources.get(id)


def cited(decision: Decision) -> list[Source]:
    """Every source that a reason, a note or an amount of the decision is taken from, each once."""
    found = [one.rule.citation for one in decision.findings]
    found += [
        part.citation for one in decision.findings for part in one.rule.exemptions if part.id == one.answer.exemption
    ]
    found += [one.note.note.citation for one in decision.notes]
    for doctor in decision.doctors:
        for line in doctor.lines.values():
            worked_out = basis(line, doctor, decision)
            used = worked_out.used if worked_out is not None else []
            found += [one.quantity.citation for one in used if one.quantity.citation is not None]
    sources = (find_source(id, decision) for id in dict.fromkeys(one.source for one in found))
    return [one for one in sources if one is not None]


def _whose(doctor: str | None) -> str:
    return f" for {doctor}" if doctor else ""


def _missing_line(one: Missing, decision: Decision) -> str:
    when = f" ({months_in_words(sorted(one.months))})" if one.months else ""
    return f"{asks(one, decision)} – «{one.asked.fact}»{_whose(one.asked.doctor)}{when}"


def asks(one: Missing, decision: Decision) -> str:
    """What must be supplied: the question, or, where it is answered, what must be put in order."""
    return _stated_but_unmet(one, decision) or question(one, decision)


def _stated_but_unmet(one: Missing, decision: Decision) -> str | None:
    """The reason of the condition that a stated fact does not meet: what must be put in order, where no question is open."""
    for finding in decision.findings:
        own = finding.doctor in (None, one.asked.doctor) and finding.result == "ikke oppfylt"
        if own and any(asked.fact == one.asked.fact for asked in finding.missing):
            return texts(decision).reason(finding, decision.application.facts)
    return None


def _note_line(one: Noted, decision: Decision) -> str:
    who = f"{one.doctor}: " if one.doctor else ""
    when = f" ({months_in_words(one.months)})" if one.months else ""
    return f"{who}{texts(decision).note(one, decision.application.facts)}{when}"


def months_in_words(months: Iterable[Month]) -> str:
    """`mai 2001`, `mai–juli 2001`, `mai 2001 og mars–mai 2002`."""
    runs: list[list[Month]] = []
    for month in sorted(set(months)):
        if runs and runs[-1][-1] + 1 == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    words = []
    for run in runs:
        first, last = month_in_words(run[0]), month_in_words(run[-1])
        if len(run) == 1:
            words.append(first)
        elif first.split()[1] == last.split()[1]:
            words.append(f"{first.split()[0]}–{last}")
        else:
            words.append(f"{first}–{last}")
    return list_text(words)


def rate_in_words(rate: str, decision: Decision) -> str:
    """A rate by its title and, in brackets, by the name it is entered under."""
    name, _, variant = rate.partition(".")
    parameter = decision.compiled.scheme.parameters[name]
    of_variant = next((f", {one.title}" for one in parameter.variants if one.id == variant), "")
    return f"{parameter.title}{of_variant} ({rate})"


def sums(decision: Decision) -> list[str]:
    """The application's money, in words."""
    if decision.total is not None:
        open_months = any(
            month.status in ("uavklart", "skjønn") for doctor in decision.doctors for month in doctor.months
        )
        left_out = (
            ". Måneder som mangler opplysninger eller skal avgjøres av en person, er ikke med" if open_months else ""
        )
        return [f"Sum: {money_text(decision.total)}{left_out}"]
    if not decision.rates:
        return ["Reglene regner ikke ut noe beløp i denne ordningen."]
    return [
        "Sum: kan ikke regnes ut ennå",
        f"Kjent beløp: {money_text(decision.known)}",
        f"Ukjente satser: {'; '.join(rate_in_words(rate, decision) for rate in decision.rates)}",
    ]
