"""The days of a doctor's months: which of them count for a component, and what the rules about days answer on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.case.calendar import Span, Stretch, pieces
from engine.case.frame import STRETCHES, Frame
from engine.case.truth import CODE_OF, JA, UAVKLART, YES
from engine.case.value import Unknown
from engine.decide.agreement import Panel
from engine.decide.answer import MET, NOT_RELEVANT
from engine.decide.compiled import CompiledScheme
from engine.decide.decision import Finding
from engine.decide.finding import findings, missing_facts
from engine.decide.plan import Plan
from engine.text.month import Month, days_in


class _Counted(NamedTuple):
    """Whether a day counts, by these answers of the rules about days, and why it is uncertain, when it is."""

    code: int
    codes: bytes
    cause: Unknown | None


class Days:
    """The days of one doctor's periods."""

    def __init__(self, compiled: CompiledScheme, panel: Panel, doctor: Frame, spans: Sequence[Span]) -> None:
        self.slots = compiled.slots
        self.panel = panel
        self.spans = spans
        self._pieces = pieces(spans, doctor, *compiled.day_limits)
        self._counted: dict[tuple[Plan, int, int], _Counted] = {}
        self._month, self._length, self._day = compiled.month_slot, compiled.length_slot, compiled.day_slot

    @property
    def months(self) -> Iterable[Month]:
        """Every month with a day in a period, in order."""
        return self._pieces

    def stretches(self, plan: Plan | None, month: Month) -> list[Stretch]:
        """The month's stretches, in order. Every day counts where there is no plan."""
        length = days_in(month)
        found = []
        for span, first, count, region in self._pieces.get(month, ()):
            frame = self.spans[span].frame.copy()
            frame[self._month] = month
            frame[self._length] = length
            frame[self._day] = first
            code, codes = JA, None
            if plan is not None:
                counted = self._counted.get((plan, span, region)) or self._count(plan, span, region, frame)
                code, codes, cause = counted
                if cause is not None:
                    frame[STRETCHES] = cause
            found.append(Stretch(span, first, count, frame, code, codes))
        return found

    def _count(self, plan: Plan, span: int, region: int, frame: list[object]) -> _Counted:
        """Whether such a day counts."""
        codes = plan.codes(frame)
        status = self.panel.verdict(plan.group, codes).status
        cause = None
        if status == "uavklart":
            trees = [clause.value for clause in plan.group.clauses]
            cause = Unknown(missing_facts(trees, plan.group, codes, self.slots, frame))
        counted = _Counted(CODE_OF.get(status, UAVKLART), codes, cause)
        if plan.group.regional:
            self._counted[plan, span, region] = counted
        return counted

    def told(
        self, plan: Plan, stretches: Iterable[Stretch], doctor: str, month: Month, component: str
    ) -> list[Finding]:
        """The rules that leave days out, and those whose exception lets days in, each with the number of days."""
        told: dict[tuple[str, str, str | None], Finding] = {}
        for stretch in stretches:
            if stretch.code & YES and not plan.excepting:
                continue
            codes = stretch.codes
            assert codes is not None
            answers = plan.answers(codes, self.panel.verdict(plan.group, codes)).answers
            telling = [
                one
                for one in answers
                if one.result != NOT_RELEVANT and not (one.result == MET and one.exemption is None)
            ]
            for finding in findings(telling, plan.group, codes, stretch.frame, self.slots, doctor, month, component):
                key = (finding.rule.id, finding.result, finding.answer.exemption)
                if key in told:
                    told[key].days = (told[key].days or 0) + stretch.days
                    continue
                finding.days = stretch.days
                told[key] = finding
        return list(told.values())
