"""A decision as data: what was found for each rule, the months, the lines of money, the outcomes, and the receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.case.frame import Frame
from engine.case.stated import Application, Doctor
from engine.case.value import Asked, Value
from engine.decide.alike import Alike
from engine.decide.answer import Answer
from engine.decide.compiled import CompiledNote, CompiledScheme
from engine.decide.plan import Answers
from engine.language.model import Calculation, Rule, RuleSet
from engine.text.month import Month

_RIGHT = {"utenfor": "nei", "delvis": "ja"}


@dataclass(slots=True)
class Finding:
    """An answer on one frame. A rule about the doctor has the `months` it was the same in; a rule about days has the number."""

    answer: Answer
    frame: Frame
    doctor: str | None = None
    month: Month | None = None
    component: str | None = None
    days: int | None = None
    missing: frozenset[Asked] = frozenset()
    months: list[Month] | None = None

    @property
    def rule(self) -> Rule:
        return self.answer.clause.rule

    @property
    def level(self) -> str:
        return self.answer.clause.rule.per

    @property
    def result(self) -> str:
        return self.answer.result

    @property
    def follows(self) -> str:
        return self.answer.follows


@dataclass(slots=True)
class ComponentMonth:
    """One component in one month of a doctor. `amount` is exact kroner, or why it is not known; None when nothing is calculated.

    `alike` is what the month shares with those that look alike. Those that have the same answers too, differ only in what hangs on the date.
    """

    component: str
    doctor: str
    month: Month
    status: str
    amount: Value | None
    answers: Answers
    frame: Frame
    alike: Alike

    @property
    def days(self) -> Value:
        """How many days count."""
        return self.alike.days

    @property
    def decided_by(self) -> tuple[str, ...]:
        """The rules that decided the status."""
        return self.answers.decided_by

    def findings(self) -> Iterator[Finding]:
        """What its rules answered, one by one, where nothing is missing to any of them."""
        for answer in self.answers.answers:
            yield Finding(answer, self.frame, self.doctor, self.month, self.component)

    @property
    def right(self) -> str:
        """`rett` in the contract: a month outside is nei, a partial month is ja."""
        return _RIGHT.get(self.status, self.status)


@dataclass(slots=True)
class DoctorMonth:
    month: Month
    status: str
    components: dict[str, ComponentMonth]


@dataclass(slots=True)
class Line:
    """One result line: what a component comes to for one doctor. `amount` is None while a needed rate is unknown."""

    component: str
    outcome: str
    months: int
    amount: Decimal | None
    known: Decimal
    exact: Fraction
    rates: frozenset[str]
    calculation: Calculation | None


@dataclass(slots=True)
class DoctorDecision:
    """One doctor's. `outside`: no rule set covers the agreement; `idle`: nothing that can be given is applied for."""

    doctor: Doctor
    rule_set: RuleSet | None
    agreed: date | None
    outcome: str
    lines: dict[str, Line]
    months: list[DoctorMonth]
    outside: bool = False
    idle: bool = False


@dataclass(slots=True)
class Noted:
    """A note that applies, for the months it applies in."""

    note: CompiledNote
    frame: Frame
    doctor: str | None = None
    months: list[Month] = field(default_factory=list)
    amount: Fraction | None = None


@dataclass(slots=True)
class Missing:
    """A fact that could still change the answer, and the months it could change."""

    asked: Asked
    months: list[Month] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the decision rests on. Same input, same receipt, on every machine."""

    rules: str
    application: str
    engine: str
    evaluators: tuple[str, ...]
    overlay: str | None


@dataclass(slots=True)
class Decision:
    application: Application
    compiled: CompiledScheme
    outcome: str
    grant_year: int | None
    doctors: list[DoctorDecision]
    told: list[Finding | ComponentMonth]
    """What is told, in order; the findings of a component's month in one where nothing is missing to any of them."""
    missing: list[Missing]
    notes: list[Noted]
    defaults: list[tuple[Asked, str]]
    total: Decimal | None
    known: Decimal
    rates: tuple[str, ...]
    receipt: Receipt
    bases: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)
    """How each line came about, kept by the room that explains it: (doctor, component) → its work."""
    _findings: list[Finding] | None = field(default=None, repr=False)

    @property
    def findings(self) -> list[Finding]:
        """Every finding, one by one."""
        if self._findings is None:
            self._findings = [
                finding for one in self.told for finding in ((one,) if isinstance(one, Finding) else one.findings())
            ]
        return self._findings
