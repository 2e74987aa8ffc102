"""The months of one doctor: each with its frame, and what it comes to and is answered, worked out once for the months that share it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import InitVar, dataclass
from datetime import date

from engine.case.calendar import Stretch
from engine.case.facts import Defaults, doctor_frame
from engine.case.frame import EARLIER, STRETCHES, Frame
from engine.case.names import OF_DATE, OF_DOCTOR, OF_LOOK, OF_SETTING
from engine.case.stated import Doctor
from engine.case.value import Value
from engine.decide.agreement import Panel
from engine.decide.alike import Alike, Answered, Look, Setting
from engine.decide.comparing import Codes
from engine.decide.compiled import HELD, CompiledComponent, CompiledScheme
from engine.decide.days import Days
from engine.decide.decision import ComponentMonth
from engine.decide.money import hangs_on_facts
from engine.decide.plan import Plan
from engine.text.month import Month, days_in


@dataclass(eq=False)
class DoctorMonths:
    """The months of one doctor of an application. `base` is the application's frame; `held` says that the whole application is on hold."""

    compiled: CompiledScheme
    panel: Panel
    base: InitVar[Frame]
    doctor: Doctor
    year: int | None
    held: bool
    defaults: InitVar[Defaults]

    def __post_init__(self, base: Frame, defaults: Defaults) -> None:
        compiled = self.compiled
        self.slots = compiled.slots
        self.frame, self.spans = doctor_frame(base, self.doctor, self.slots, defaults)
        stated = self.doctor.facts.get(compiled.vocabulary.agreement_date)
        self.agree(stated if isinstance(stated, date) else None)
        self.held = self.held or self.agreed is None
        self.days = Days(compiled, self.panel, self.frame, self.spans)
        self.shares = True
        """Whether months may look alike."""
        self._earlier: dict[str, Frame] = {}
        self._of_doctor: dict[Plan, Codes] = {}
        self._limits = compiled.months.limits(self.frame)
        self._settings: dict[Hashable, Setting] = {}
        self._alike: dict[Look, Alike] = {}
        self._answered: dict[tuple[Plan, bytes], Answered] = {}

    def agree(self, agreed: date | None) -> None:
        """Set the agreement date, and with it the rules in force."""
        self.agreed = agreed
        self.plans = self.compiled.plans(agreed, self.year)

    def _decided(self, part: CompiledComponent, month: Month, extra: str | None) -> tuple[ComponentMonth, bytes]:
        """The component in the month, and the codes it was decided by. `extra` is a status it has besides."""
        frame, alike = self._month_frame(part, month)
        amount = alike.amount if alike.amount is not None else self._amount(part, month, frame, alike)
        plan = self.plans[part.months, month]
        held = HELD if self.held or hangs_on_facts(amount) else extra
        codes, status, answers = alike.answered.get((plan, held)) or self._answer(plan, frame, alike, held)
        return ComponentMonth(part.component.id, self.doctor.id, month, status, amount, answers, frame, alike), codes

    def _amount(self, part: CompiledComponent, month: Month, frame: Frame, alike: Alike) -> Value | None:
        """What the month comes to, worked out once for the months that it is the same in."""
        calculation = part.calculation(month)
        if calculation is None:
            return None
        reach, setting = self.compiled.months.of_calculation(calculation[0]), alike.setting
        amount = setting.amount if setting.amount is not None else calculation[1](frame)
        if reach <= OF_LOOK:
            alike.amount = amount
        if reach <= OF_SETTING:
            setting.amount = amount
        return amount

    def _answer(self, plan: Plan, frame: Frame, alike: Alike, extra: str | None) -> Answered:
        """What a month's rules answer: what has been compared for months it shares with is not compared again."""
        before = alike.codes.get(plan)
        if before is None:
            before = alike.codes[plan] = self._of_setting(plan, frame, alike.setting).copy()
            plan.steps[OF_LOOK](before, frame)
        codes = plan.dated(before, frame, extra)
        found = self._answered.get((plan, codes))
        if found is None:
            verdict = self.panel.verdict(plan.group, codes)
            found = self._answered[plan, codes] = Answered(codes, verdict.status, plan.answers(codes, verdict))
        if not plan.is_dated:
            alike.answered[plan, extra] = found
        return found

    def _of_setting(self, plan: Plan, frame: Frame, setting: Setting) -> Codes:
        codes = setting.codes.get(plan)
        if codes is None:
            own = self._of_doctor.get(plan)
            if own is None:
                own = self._of_doctor[plan] = plan.base.copy()
                plan.steps[OF_DOCTOR](own, self.frame)
            codes = setting.codes[plan] = own.copy()
            plan.steps[OF_SETTING](codes, frame)
        return codes

    def _month_frame(self, part: CompiledComponent, month: Month) -> tuple[Frame, Alike]:
        """The month's frame for the component, and what it shares with the months that look alike."""
        name, months = part.component.id, self.compiled.months
        stretches = self.days.stretches(None if part.days is None else self.plans[part.days, month], month)
        look = months.look(name, month, stretches, self._limits) if self.shares else None
        alike = None if look is None else self._alike.get(look)
        if alike is not None:
            frame = months.frame(alike.frame, self.frame, OF_DATE)
        else:
            frame, alike = self._first(look, stretches)
        frame[self.compiled.month_slot] = month
        frame[self.compiled.length_slot] = days_in(month)
        frame[EARLIER] = self._earlier.get(name)
        frame[STRETCHES] = stretches
        self._earlier[name] = frame
        return frame, alike

    def _first(self, look: Look | None, stretches: list[Stretch]) -> tuple[Frame, Alike]:
        """The frame of the first month that looks like this, and what it will share."""
        months = self.compiled.months
        key = None if look is None else months.setting(look, stretches)
        setting = None if key is None else self._settings.get(key)
        if setting is not None:
            frame = months.frame(setting.frame, self.frame, OF_LOOK)
        else:
            frame = self.frame.copy()
            setting = Setting(frame)
            if key is not None:
                self._settings[key] = setting
        alike = Alike(frame, setting, stretches)
        if look is not None:
            self._alike[look] = alike
        return frame, alike
