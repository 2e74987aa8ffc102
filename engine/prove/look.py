"""One month of one doctor as the engine assesses it, where dates may be ranges and facts may be held open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from engine.case.frame import Frame
from engine.case.stated import Doctor
from engine.case.value import Unknown
from engine.decide.agreement import Panel
from engine.decide.compiled import HELD, CompiledComponent, CompiledScheme
from engine.decide.doctor import DoctorAssessment
from engine.decide.group import FIRST, Group, Verdict, effect
from engine.decide.money import hangs_on_facts, month_amount
from engine.language.meaning import SumOfEarlier
from engine.prove.changeable import Piece
from engine.ruleset.selection import select
from engine.text.month import Month, first_day, last_day

#: a fact that is held open
ANY = None

#: what a month comes to, among the rules that can fail
AMOUNT = "beløpet"

UNSURE = "uavklart"


@dataclass(frozen=True, slots=True)
class Ends:
    """Between which dates a period begins, and between which it ends."""

    first: tuple[date, date]
    last: tuple[date, date]

    @classmethod
    def of(cls, first: date, last: date) -> Ends:
        return cls((first, first), (last, last))

    def with_ends(self, ends: Mapping[str, Piece | None]) -> Ends:
        found = []
        for key, kept in (("fra", self.first), ("til", self.last)):
            if key not in ends:
                found.append(kept)
                continue
            piece = ends[key]
            low = piece.low if piece is not ANY and piece.low is not None else date.min.toordinal() + 366
            high = piece.high if piece is not ANY and piece.high is not None else date.max.toordinal() - 366
            found.append((date.fromordinal(low), date.fromordinal(high)))
        return Ends(*found)

    @property
    def exact(self) -> bool:
        return self.first[0] == self.first[1] and self.last[0] == self.last[1]

    def alike_in(self, month: Month) -> bool:
        """Whether the period has the same days in a month wherever it begins and ends."""
        start, end = first_day(month), last_day(month)
        days = {
            (max(first, start), min(last, end)) if max(first, start) <= min(last, end) else None
            for first in self.first
            for last in self.last
        }
        return len(days) == 1


class Look(DoctorAssessment):
    """A doctor's month as the engine assesses it, where the agreement date may be a range and derived facts may be open."""

    def __init__(
        self,
        compiled: CompiledScheme,
        panel: Panel,
        base: Frame,
        doctor: Doctor,
        year: int | None,
        held: bool,
        agreed: date | None,
        blurred: frozenset[int],
        anywhere: bool,
    ) -> None:
        super().__init__(compiled, panel, base, doctor, year, held, [])
        if agreed is not None:
            self.agreed = agreed
            self.held = held
        self.blurred = blurred
        self.anywhere = anywhere
        self.failing: set[str] | None = None
        """The rules that are not surely met, once the component has been looked at alone."""

    def status(self, month: Month, component: str, alone: bool) -> str:
        """The component's status in the month; if not alone, the month's."""
        if self.agreed is not None and select(self.compiled.scheme, self.agreed) is None:
            return "nei"
        applied = self._applied_for()
        if component not in applied or not (self.anywhere or self._reaches(month)):
            return "nei"
        part = self.compiled.components[component]
        for earlier in self._earlier_months(month):
            self._month_frame(part, earlier)
        return self._alone(part, month) if alone else self._month(month, applied).status

    def _alone(self, part: CompiledComponent, month: Month) -> str:
        frame = self._month_frame(part, month)
        plan = self.compiled.plan(part.months, self.agreed, month, self.year)
        held = self.held or hangs_on_facts(month_amount(part, frame, month))
        verdict = self.panel.verdict(part.months, plan.codes(frame, HELD if held else None))
        self.failing = failing(part.months, verdict) | ({AMOUNT} if held else set())
        return settled(part.months, verdict)

    def _reaches(self, month: Month) -> bool:
        start, end = first_day(month), last_day(month)
        return any(span.first <= end and span.last >= start for span in self.spans)

    def _earlier_months(self, month: Month) -> list[Month]:
        """The months before, where rules read them."""
        if not self._reads_earlier:
            return []
        from engine.case.calendar import months_of

        return [one for one in months_of(self.spans) if one < month]

    @cached_property
    def _reads_earlier(self) -> bool:
        definitions = self.compiled.scheme.definitions.values()
        return any(isinstance(one.meaning, SumOfEarlier) for versions in definitions for one in versions)

    def _month_frame(self, part: CompiledComponent, month: Month) -> Frame:
        frame = super()._month_frame(part, month)
        for slot in self.blurred:
            frame[slot] = Unknown()
        return frame


def failing(group: Group, verdict: Verdict) -> set[str]:
    """The rules that are not surely met, or only in part."""
    answers = zip(group.clauses, verdict.values, verdict.judgements, verdict.partials, strict=True)
    return {clause.rule.id for clause, *triple in answers if effect(clause.rule.consequence, *triple) is not None}


def settled(group: Group, verdict: Verdict) -> str:
    """The status of a group; what one rule surely leads to goes before what is not known of another, for it stays so."""
    if verdict.status != UNSURE:
        return verdict.status
    answers = zip(group.clauses, verdict.values, verdict.judgements, verdict.partials, strict=True)
    effects = {effect(clause.rule.consequence, *triple) for clause, *triple in answers}
    return next((one for one in (*FIRST, *group.order, "delvis") if one in effects - {UNSURE, "ja"}), UNSURE)
