"""One doctor: month by month, component by component, then the lines and the outcome."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import date

from engine.case.calendar import DAYS_IN_MONTH, MONTH, Stretch
from engine.case.comparison import unknowns
from engine.case.facts import Defaults, doctor_frame
from engine.case.frame import EARLIER, STRETCHES, Frame
from engine.case.names import OF_DATE, OF_DOCTOR, OF_LOOK, OF_SETTING
from engine.case.stated import Doctor
from engine.case.truth import NO, YES
from engine.case.value import Asked, Unknown, Value
from engine.decide.agreement import Panel
from engine.decide.alike import Alike, Answered, Look, Setting
from engine.decide.answer import NOT_MET, Answer
from engine.decide.comparing import Codes
from engine.decide.compiled import HELD, CompiledComponent, CompiledScheme
from engine.decide.days import Days
from engine.decide.decision import ComponentMonth, DoctorDecision, DoctorMonth, Finding
from engine.decide.finding import findings, lacking, missing_facts
from engine.decide.money import hangs_on_facts, line
from engine.decide.plan import Plan
from engine.language.condition import leaves
from engine.ruleset.selection import select
from engine.text.month import Month, days_in


class DoctorAssessment:
    """Assesses one doctor of an application. `held` says that the whole application is on hold."""

    def __init__(
        self,
        compiled: CompiledScheme,
        panel: Panel,
        base: Frame,
        doctor: Doctor,
        year: int | None,
        held: bool,
        defaults: Defaults,
    ) -> None:
        self.compiled = compiled
        self.slots = compiled.slots
        self.panel = panel
        self.doctor = doctor
        self.year = year
        self.frame, self.spans = doctor_frame(base, doctor, self.slots, defaults)
        stated = doctor.facts.get(compiled.vocabulary.agreement_date)
        self.agreed = stated if isinstance(stated, date) else None
        self.held = held or self.agreed is None
        self.days = Days(compiled, panel, self.spans)
        self.earlier: dict[str, Frame] = {}
        self._of_doctor: dict[Plan, Codes] = {}
        self._settings: dict[Hashable, Setting] = {}
        self._alike: dict[Look, Alike] = {}
        self._answered: dict[tuple[Plan, bytes], Answered] = {}
        self.told: list[Finding | ComponentMonth] = []
        self.once: dict[tuple[str | None, ...], Finding] = {}
        self._told_once: dict[str, tuple[tuple[Answer, ...], list[Finding]]] = {}
        self.missing: dict[Asked, list[Month]] = {}
        self.rates: frozenset[str] = frozenset()
        self.kind_unknown: frozenset[Asked] = frozenset()
        self._month_slot = self.slots.index[MONTH]
        self._days_slot = self.slots.index[DAYS_IN_MONTH]

    def decide(self) -> DoctorDecision:
        """The doctor's decision; what is told and missing facts are left on the assessment."""
        scheme, summary = self.compiled.scheme, self.compiled.summary
        rule_set = select(scheme, self.agreed) if self.agreed is not None else None
        if self.agreed is not None and rule_set is None:
            return DoctorDecision(self.doctor, None, self.agreed, summary.without_months, {}, [], outside=True)
        applied = self._applied_for()
        months = [self._month(month, applied) for month in (self.days.months if applied else ())]
        inside = [month for month in months if month.status != "utenfor"]
        lines = {}
        for name, part in self.compiled.components.items():
            own = [month.components[name] for month in inside if name in month.components]
            if own or name in applied:
                lines[name] = line(part, own, self._outcome([one.status for one in own]))
        outcome = self._outcome([month.status for month in inside])
        self.told[:0] = self.once.values()
        return DoctorDecision(self.doctor, rule_set, self.agreed, outcome, lines, months, idle=not applied)

    def _outcome(self, statuses: list[str]) -> str:
        if not statuses:
            return self.compiled.summary.without_months
        counts = {status: statuses.count(status) for status in set(statuses)}
        return self.panel.outcome(self.compiled.summary.outcomes, counts)

    def _applied_for(self) -> list[str]:
        """The components applied for; when that is not known, all that may be, held until it is. Without any there are no months."""
        codes = {name: part.applied(self.frame) for name, part in self.compiled.components.items()}
        sure = [name for name, code in codes.items() if code & YES]
        if sure:
            return sure
        self.held = True
        perhaps = [name for name, code in codes.items() if not code & NO]
        for name in perhaps:
            for leaf in leaves(self.compiled.components[name].component.applied_when):
                self.kind_unknown |= unknowns(leaf, self.slots, self.frame).facts
        return perhaps

    # --- one month -----------------------------------------------------------------------------------------------------

    def _month(self, month: Month, applied: list[str]) -> DoctorMonth:
        found: dict[str, ComponentMonth] = {}
        parts: list[tuple[str, str | None]] = []
        for name in applied:
            part = self.compiled.components[name]
            own, codes = self._component_month(part, month)
            found[name] = own
            instead = None
            if own.status == "nei":
                for other in self.compiled.components.values():
                    if other.component.subsidiary_to == name and other.component.id not in found:
                        stepped = self._stepped_in(other, month, own, codes)
                        if stepped is not None:
                            found[other.component.id] = stepped
                            instead = stepped.status
            parts.append((own.status, instead))
        status = self.panel.month(parts)
        if status == "uavklart":
            self._ask(self.kind_unknown, month)
        return DoctorMonth(month, status, found)

    def _stepped_in(
        self, other: CompiledComponent, month: Month, own: ComponentMonth, codes: bytes
    ) -> ComponentMonth | None:
        """The component that is looked at in place of a refused one: surely, or as far as it is not known whether it would be."""
        name = other.component.id
        if name in own.answers.opened or other.subsidiary(self.frame) & YES:
            return self._component_month(other, month)[0]
        open_clauses = [clause for clause, opens in own.answers.unsettled if opens == name]
        if not open_clauses:
            return None
        kept = (
            list(self.told),
            {key: replace(finding, months=list(finding.months or ())) for key, finding in self.once.items()},
            {asked: list(months) for asked, months in self.missing.items()},
        )
        stepped, _ = self._component_month(other, month, HELD)
        if stepped.status != HELD:
            self.told, self.once, self.missing = kept  # refused whatever the answer: there was nothing to look at
            self._told_once.clear()
            return None
        group = self.compiled.components[own.component].months
        trees = [clause.value for clause in open_clauses]
        self._ask(missing_facts(trees, group, codes, self.slots, own.frame), month)
        return stepped

    def _component_month(
        self, part: CompiledComponent, month: Month, extra: str | None = None
    ) -> tuple[ComponentMonth, bytes]:
        """The component in the month, and the codes it was decided by. `extra` is a status it has besides."""
        own, codes = self._decided(part, month, extra)
        group, name, answers, frame = part.months, own.component, own.answers, own.frame
        found: list[Finding] = []
        if answers.lacking:
            found = findings(answers.answers, group, codes, frame, self.slots, self.doctor.id, month, name)
            self.told += found
        else:
            self.told.append(own)
        self._tell_once(part, own, codes)
        if own.status != "utenfor" and part.days is not None and (part.days.exempting or not own.alike.all_count):
            of_days = self._plan_of_days(part, month)
            assert of_days is not None
            self.told += self.days.told(of_days, frame[STRETCHES], self.doctor.id, month, name)
        if own.status == "uavklart":
            open_trees = [clause.value for clause in answers.decisive]
            lacks = lacking(open_trees, group, codes, self.slots, frame)
            self.rates |= lacks.rates
            self._ask(lacks.facts, month)
            supplied = findings(answers.once, group, codes, frame, self.slots)
            for finding in (*found, *supplied):
                if finding.result == NOT_MET and finding.rule.id in answers.decided_by:
                    self._ask(frozenset(self._own(asked) for asked in finding.missing), month)
            if type(own.amount) is Unknown and hangs_on_facts(own.amount):
                self._ask(own.amount.facts, month)
        return own, codes

    def _decided(self, part: CompiledComponent, month: Month, extra: str | None) -> tuple[ComponentMonth, bytes]:
        """As `_component_month`, before anything is told of it."""
        frame, alike = self._month_frame(part, month)
        amount = self._amount(part, month, frame, alike)
        plan = self.compiled.plan(part.months, self.agreed, month, self.year)
        held = HELD if self.held or hangs_on_facts(amount) else extra
        codes, status, answers = self._answers(plan, self._codes(plan, frame, alike, held))
        return ComponentMonth(part.component.id, self.doctor.id, month, status, amount, answers, frame, alike), codes

    def _amount(self, part: CompiledComponent, month: Month, frame: Frame, alike: Alike) -> Value | None:
        """What the month comes to, worked out once for the months that it is the same in."""
        if alike.amount is not None:
            return alike.amount
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

    def _codes(self, plan: Plan, frame: Frame, alike: Alike, extra: str | None) -> bytes:
        """The codes of a month: what has been compared for months it shares with is not compared again."""
        codes = alike.codes.get(plan)
        if codes is None:
            codes = alike.codes[plan] = self._of_setting(plan, frame, alike.setting).copy()
            plan.steps[OF_LOOK](codes, frame)
        return plan.dated(codes, frame, extra)

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

    def _answers(self, plan: Plan, codes: bytes) -> Answered:
        """What the codes of a month answer."""
        found = self._answered.get((plan, codes))
        if found is None:
            verdict = self.panel.verdict(plan.group, codes)
            found = Answered(codes, verdict.status, plan.answers(codes, verdict))
            self._answered[plan, codes] = found
        return found

    def _own(self, asked: Asked) -> Asked:
        return asked._replace(doctor=self.doctor.id, path=f"{self.doctor.path}.{asked.fact}")

    def _ask(self, facts: frozenset[Asked], month: Month) -> None:
        for asked in sorted(facts):
            months = self.missing.setdefault(asked, [])
            if month not in months:
                months.append(month)

    def _month_frame(self, part: CompiledComponent, month: Month) -> tuple[Frame, Alike]:
        """The month's frame for the component, and what it shares with the months that look alike."""
        name, stretches = part.component.id, self.days.stretches(self._plan_of_days(part, month), month)
        look = self._look(part, month, stretches)
        alike = None if look is None else self._alike.get(look)
        if alike is not None:
            frame = self.compiled.months.frame(alike.frame, self.frame, OF_DATE)
        else:
            frame, alike = self._first(look, stretches)
        frame[self._month_slot] = month
        frame[self._days_slot] = days_in(month)
        frame[EARLIER] = self.earlier.get(name)
        frame[STRETCHES] = stretches
        self.earlier[name] = frame
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

    def _look(self, part: CompiledComponent, month: Month, stretches: Sequence[Stretch]) -> Look | None:
        return self.compiled.months.look(part.component.id, month, stretches)

    def _plan_of_days(self, part: CompiledComponent, month: Month) -> Plan | None:
        return None if part.days is None else self.compiled.plan(part.days, self.agreed, month, self.year)

    # --- findings ------------------------------------------------------------------------------------------------------

    def _tell_once(self, part: CompiledComponent, own: ComponentMonth, codes: bytes) -> None:
        """A rule about the doctor is told once for all the months that have the same answer."""
        once, name = own.answers.once, own.component
        told = self._told_once.get(name)
        if told is not None and told[0] is once:
            for finding in told[1]:
                finding.months.append(own.month)  # type: ignore[union-attr]
            return
        same = []
        for answer in once:
            key = (name, answer.clause.rule.id, answer.result, answer.follows, answer.why)
            known = self.once.get(key)
            if known is None:
                (known,) = findings((answer,), part.months, codes, own.frame, self.slots, self.doctor.id, None, name)
                known.months = []
                self.once[key] = known
            assert known.months is not None
            known.months.append(own.month)
            same.append(known)
        self._told_once[name] = once, same
