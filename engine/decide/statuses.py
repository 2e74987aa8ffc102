"""The statuses of a doctor's months alone, for when many answers are tried and nothing is told of them."""

from __future__ import annotations

from engine.decide.compiled import CompiledComponent
from engine.decide.decision import ComponentMonth
from engine.decide.doctor import DoctorAssessment
from engine.ruleset.selection import select
from engine.text.month import Month


class Statuses(DoctorAssessment):
    """A doctor's months as they are decided, without what is told of them."""

    def of_months(self) -> dict[Month, str]:
        """The status of each month."""
        if self.agreed is not None and select(self.compiled.scheme, self.agreed) is None:
            return {}
        applied = self._applied_for()
        return {month: self._month(month, applied).status for month in (self.days.months if applied else ())}

    def _component_month(
        self, part: CompiledComponent, month: Month, extra: str | None = None
    ) -> tuple[ComponentMonth, bytes]:
        return self._decided(part, month, extra)
