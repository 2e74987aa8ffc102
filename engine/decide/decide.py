"""Deciding an application: formal conditions, then doctor by doctor, then the whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.case.facts import Defaults, application_frame, row_frames
from engine.case.frame import Frame
from engine.case.stated import Application
from engine.case.value import Asked
from engine.decide.agreement import Evaluator, Panel
from engine.decide.answer import SUPPLIED
from engine.decide.compiled import CompiledScheme, compiled
from engine.decide.decision import ComponentMonth, Decision, DoctorDecision, Finding, Missing
from engine.decide.doctor import DoctorAssessment
from engine.decide.finding import findings
from engine.decide.forward import available
from engine.decide.naive import NaiveEvaluator
from engine.decide.noting import Notes
from engine.decide.receipt import receipt
from engine.language.rulebook import Rulebook
from engine.ruleset.selection import of_grant_year
from engine.text.month import Month

_DEFAULT: list[Evaluator] = []


def evaluators() -> tuple[Evaluator, ...]:
    """The naive evaluator and, where it can run, durable-rules."""
    if not _DEFAULT:
        _DEFAULT.append(NaiveEvaluator())
        if available():
            from engine.decide.chain import ForwardEvaluator

            _DEFAULT.append(ForwardEvaluator())
    return tuple(_DEFAULT)


def decide(application: Application, book: Rulebook, by: Sequence[Evaluator] | None = None) -> Decision:
    """The decision on an application. Raises `Disagreement` when the evaluators differ."""
    return _Assessment(application, book, Panel(by if by is not None else evaluators())).decide()


class _Assessment:
    def __init__(self, application: Application, book: Rulebook, panel: Panel) -> None:
        self.application = application
        self.book = book
        self.panel = panel
        self.compiled: CompiledScheme = compiled(book, application.scheme)
        year = application.facts.get(book.vocabulary.grant_year)
        self.year = year if isinstance(year, int) else None
        self.defaults: Defaults = []
        self.told: list[Finding | ComponentMonth] = []
        self.missing: dict[Asked, Missing] = {}
        self.rates: frozenset[str] = frozenset()
        grant_set = of_grant_year(self.compiled.scheme, self.year)
        self.notes = Notes(self.compiled, grant_set)
        self.frame = application_frame(application, self.compiled.slots, grant_set, self.defaults)

    def decide(self) -> Decision:
        status, held = self._application()
        if status == "avvist":
            refused = [
                DoctorDecision(doctor, None, None, self.compiled.summary.formal_defect, {}, [])
                for doctor in self.application.doctors
            ]
            self.told = [one for one in self._of_application() if one.follows == "avvist"]
            self.missing.clear()
            self.notes.taken.clear()
            return self._decision(self.compiled.summary.formal_defect, refused)
        doctors = []
        for doctor in self.application.doctors:
            assessment = DoctorAssessment(self.compiled, self.panel, self.frame, doctor, self.year, held, self.defaults)
            decided = assessment.decide()
            doctors.append(decided)
            self.told += assessment.told
            self.rates |= assessment.rates
            for asked, months in assessment.missing.items():
                self._ask(asked, months)
            if assessment.agreed is None and any(month.status == "uavklart" for month in decided.months):
                axis = self.book.vocabulary.agreement_date
                path = f"{doctor.path}.{axis}"
                months = [month.month for month in decided.months if month.status == "uavklart"]
                self._ask(Asked(axis, "lege", doctor.id, path), months)
            self._rows(assessment.frame, "lege", doctor.lists, doctor.path, doctor.id)
            self.notes.take_of_doctor(assessment.frame, decided)
        return self._decision(self._outcome(status, doctors), doctors)

    # --- the application -----------------------------------------------------------------------------------------------

    def _application(self) -> tuple[str, bool]:
        """The status of the conditions on the application itself, and whether it is on hold."""
        group = self.compiled.application
        plan = self.compiled.plan(group, None, None, self.year)
        codes = plan.codes(self.frame)
        verdict = self.panel.verdict(group, codes)
        held = False
        for finding in findings(plan.answers(codes, verdict).answers, group, codes, self.frame, self.compiled.slots):
            self.told.append(finding)
            held = held or (finding.rule.consequence == SUPPLIED and finding.follows == SUPPLIED)
            if finding.follows == SUPPLIED:
                for asked in sorted(finding.missing):
                    self._ask(asked if asked.path else asked._replace(path=f"søknad.{asked.fact}"), [])
        if verdict.status == "nei":
            # the answer is no whatever else is missing, unless it is something that would dismiss the application
            dismissing = [one for one in self._of_application() if one.rule.consequence == "avvist"]
            still = {asked for one in dismissing for asked in one.missing}
            self.missing = {asked: missing for asked, missing in self.missing.items() if asked in still}
        status = verdict.status
        status = self._rows(self.frame, "søknad", self.application.lists, "søknad", None, status)
        self.notes.take("søknad", self.frame, None, [], False)
        return status, held

    def _of_application(self) -> list[Finding]:
        return [one for one in self.told if isinstance(one, Finding)]

    def _rows(self, base: Frame, level: str, lists: object, path: str, doctor: str | None, status: str = "ja") -> str:
        """Rules and notes on the rows of the level's lists. Gives the status with what the rows add to it."""
        slots = self.compiled.slots
        assert isinstance(lists, dict)
        for name, fact in slots.lists.items():
            if fact.level != level:
                continue
            for frame in row_frames(base, name, lists.get(name, ()), path, doctor, slots):
                group = self.compiled.lists.get(name)
                if group is not None:
                    plan = self.compiled.plan(group, None, None, self.year)
                    codes = plan.codes(frame)
                    verdict = self.panel.verdict(group, codes)
                    self.told += findings(plan.answers(codes, verdict).answers, group, codes, frame, slots, doctor)
                    if status == "ja" and verdict.status == "skjønn":
                        status = verdict.status
                month = frame[slots.index["måned"]]
                self.notes.take(name, frame, doctor, [Month(month)] if isinstance(month, int) else [], True)
        return status

    def _outcome(self, status: str, doctors: list[DoctorDecision]) -> str:
        """The application's outcome: its own conditions and its doctors, by the vocabulary's rules."""
        summary = self.compiled.summary
        of_status = {rule.status: rule.outcome for rule in summary.outcomes if rule.status}
        status_of = {outcome: one for one, outcome in of_status.items()}
        statuses = [status_of.get(doctor.outcome, "delvis") for doctor in doctors]
        if status == "nei" or not doctors:
            statuses = [status]
        elif status != "ja":
            statuses.append(status)
        return self.panel.outcome(summary.outcomes, {one: statuses.count(one) for one in statuses})

    def _ask(self, asked: Asked, months: Sequence[Month]) -> None:
        missing = self.missing.setdefault(asked, Missing(asked))
        missing.months += [month for month in months if month not in missing.months]

    # --- the whole -----------------------------------------------------------------------------------------------------

    def _decision(self, outcome: str, doctors: list[DoctorDecision]) -> Decision:
        lines = [line for doctor in doctors for line in doctor.lines.values()]
        rates = sorted(self.rates.union(*(line.rates for line in lines)))
        known = sum((line.known for line in lines), Decimal(0))
        pays = bool(self.compiled.components)
        discretionary = not pays and outcome not in (
            self.compiled.summary.formal_defect,
            self.compiled.summary.without_months,
        )
        return Decision(
            application=self.application,
            compiled=self.compiled,
            outcome=outcome,
            grant_year=self.year,
            doctors=doctors,
            told=self.told,
            missing=list(self.missing.values()),
            notes=self.notes.taken,
            defaults=self.defaults,
            total=None if rates or discretionary else known,
            known=known,
            rates=tuple(rates),
            receipt=receipt(self.book, self.application, self.panel.names),
        )
