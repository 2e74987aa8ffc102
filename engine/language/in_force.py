"""When something in the rules holds: agreement dates, supported months, and from when a rule is in force.

Dates are `datetime.date`, months are `Month` (months since year 0).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.text.month import Month


@dataclass(frozen=True, slots=True)
class Days:
    """Agreement dates from–to, both inclusive; None is open."""

    first: date | None
    last: date | None

    def holds(self, day: date) -> bool:
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Months:
    """Supported months from–to, both inclusive; None is open."""

    first: Month | None = None
    last: Month | None = None

    def holds(self, month: Month) -> bool:
        return (self.first is None or month >= self.first) and (self.last is None or month <= self.last)

    def meet(self, other: Months) -> bool:
        """Whether some month is in both."""
        starts = max(self.first or 0, other.first or 0)
        return all(last is None or starts <= last for last in (self.last, other.last))


ALL_MONTHS = Months()


@dataclass(frozen=True, slots=True)
class ByAgreement:
    """In force for agreements signed from `new_from`, and for older ones from the supported month `existing_from`; None is never."""

    new_from: date | None
    existing_from: Month | None


@dataclass(frozen=True, slots=True)
class ByGrantYear:
    """In force for applications of this grant year and later ones."""

    first: int


@dataclass(frozen=True, slots=True)
class WithItsSet:
    """In force whenever its rule set is selected."""


InForce = ByAgreement | ByGrantYear | WithItsSet
