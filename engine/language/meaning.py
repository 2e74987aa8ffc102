"""What the name of a derived fact means: how its value is found from the days and periods of a month, or from other facts."""

from __future__ import annotations

from dataclasses import dataclass

from engine.language.condition import Condition
from engine.language.expression import Expression


@dataclass(frozen=True, slots=True)
class DaysCounted:
    """Days of the month that lie in a period and meet `where`; `counting` takes only those that count for the component."""

    where: Condition | None
    counting: bool


@dataclass(frozen=True, slots=True)
class LastOf:
    """A period's fact on the last counting day of the month."""

    fact: str


@dataclass(frozen=True, slots=True)
class EarliestOf:
    """The earliest value of a period's date fact over all periods."""

    fact: str


@dataclass(frozen=True, slots=True)
class Run:
    """Length of the unbroken run of periods meeting `where` around the month's last counting day, date to date."""

    where: Condition | None
    measures: str  # "hele måneder" or "dager utover"


@dataclass(frozen=True, slots=True)
class SumOverDays:
    """The sum over the month's counting days that meet `where` of `value`."""

    value: Expression
    where: Condition | None


@dataclass(frozen=True, slots=True)
class SumOfEarlier:
    """The sum of a derived fact over the earlier months, in calendar order."""

    name: str


@dataclass(frozen=True, slots=True)
class Formula:
    value: Expression


Meaning = DaysCounted | LastOf | EarliestOf | Run | SumOverDays | SumOfEarlier | Formula
