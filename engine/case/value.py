"""Values that are not fully known: a missing fact, an unknown rate, a value a person must judge, or a count between two bounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple


class Asked(NamedTuple):
    """A fact the application does not state: its name, level, and whose it is. `path` is where in the application it belongs."""

    fact: str
    level: str
    doctor: str | None
    path: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not known, because of `facts` missing from the application, `rates` missing from the rules, or facts to be `judged`.

    `free` is a fact that is held open: it may be stated as anything, or not at all, so it is not known whether it is stated either.
    A range whose cause is free is of a fact that is stated, somewhere in the range.
    """

    facts: frozenset[Asked] = frozenset()
    rates: frozenset[str] = frozenset()
    judged: frozenset[Asked] = frozenset()
    free: bool = False

    @property
    def only_judgement(self) -> bool:
        """Whether nothing but a person's judgement is lacking."""
        return bool(self.judged) and not self.facts and not self.rates

    def __or__(self, other: Unknown) -> Unknown:
        if self is other or (other is NOTHING and not self.free):
            return self
        if self is NOTHING and not other.free:
            return other
        return Unknown(self.facts | other.facts, self.rates | other.rates, self.judged | other.judged)


#: not known, for no reason yet
NOTHING = Unknown()


@dataclass(frozen=True, slots=True)
class Between:
    """A number (or date) somewhere from `low` to `high`, because of `cause`."""

    low: Fraction | int | date
    high: Fraction | int | date
    cause: Unknown


#: what a slot holds before its value is worked out
UNSET = object()

#: known values: choices and texts as str, sets of choices, dates, and numbers (months count as numbers)
Known = str | frozenset[str] | date | Fraction | int
Value = Known | Unknown | Between
