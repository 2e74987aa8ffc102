"""One doctor: month by month, component by component, then the lines and the outcome."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.case.comparison import unknowns
from engine.case.frame import STRETCHES
from engine.case.truth import NO, YES
from engine.case.value import Asked, Unknown
from engine.decide.answer import NOT_MET, Answer
from engine.decide.compiled import HELD, CompiledComponent
from engine.decide.decision import ComponentMonth, DoctorDecision, DoctorMonth, Finding
from engine.decide.finding import findings, lacking, missing_facts
from engine.decide.money import hangs_on_facts, line
from engine.decide.months import DoctorMonths
from engine.language.condition import leaves
from engine.ruleset.selection import select
from engine.text.month import Month


@dataclass(eq=False)
class DoctorAssessment(DoctorMonths):
    """Assesses one doctor of an application."""

    told: list[Finding | ComponentMonth] = field(init=False, default_factory=list)
    once: dict[tuple[str | None, ...], Finding] = field(init=False, default_factory=dict)
    _told_once: dict[str, tuple[tuple[Answer, ...], list[Finding]]] = field(init=False, default_factory=dict)
    missing: dict[Asked, list[Month]] = field(init=False, default_factory=dict)
    rates: frozenset[str] = field(init=False, default=frozenset())
    kind_unknown: frozenset[Asked] = field(init=False, default=frozenset())

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
        counts = {status: statuses.count(status) for status in dict.fromkeys(statuses)}
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
        if own.status != "utenfor" and part.days is not None:
            of_days = self.plans[part.days, month]
            if of_days.excepting or not own.alike.all_count:
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

    def _own(self, asked: Asked) -> Asked:
        return asked._replace(doctor=self.doctor.id, path=f"{self.doctor.path}.{asked.fact}")

    def _ask(self, facts: frozenset[Asked], month: Month) -> None:
        for asked in sorted(facts):
            months = self.missing.setdefault(asked, [])
            if month not in months:
                months.append(month)

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
