"""One month of one doctor as the engine assesses it, where dates and numbers may be ranges and facts may be held open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cached_property

from engine.case.calendar import months_of
from engine.case.comparison import unknowns
from engine.case.derived import judged
from engine.case.frame import Frame, Slots
from engine.case.stated import Doctor
from engine.case.truth import NO, YES
from engine.case.value import Asked, Between, Unknown, Value
from engine.decide.agreement import Panel
from engine.decide.alike import Alike
from engine.decide.compiled import HELD, CompiledComponent, CompiledScheme
from engine.decide.doctor import DoctorAssessment
from engine.decide.group import FIRST, Clause, Group, Verdict, effect, tree_leaves
from engine.decide.money import hangs_on_facts, month_amount
from engine.language.condition import Leaf
from engine.language.meaning import SumOfEarlier
from engine.prove.extent import Extent, Measures
from engine.prove.readers import AMOUNT
from engine.ruleset.selection import select
from engine.text.month import Month, first_day, last_day

#: a fact that is held open
ANY = None

UNSURE = "uavklart"


class Look(DoctorAssessment):
    """A doctor's month as the engine assesses it, where the agreement date may be a range, and the dates of periods too.

    `chosen` are the paths of the facts that are given, `ranged` those of them that are stated, somewhere in a range.
    With `measured` the doctor's periods are as wide as they could be.
    """

    def __init__(
        self,
        compiled: CompiledScheme,
        panel: Panel,
        base: Frame,
        doctor: Doctor,
        year: int | None,
        held: bool,
        agreed: date | None,
        ranged: frozenset[Asked],
        chosen: Collection[str],
        measured: tuple[Measures, Extent] | None = None,
    ) -> None:
        super().__init__(compiled, panel, base, doctor, year, held, [])
        self.shares = False  # no month is known to look like another where dates may be ranges
        if agreed is not None:
            self.agree(agreed)
            self.held = held
        self.ranged = ranged
        self.chosen = chosen
        self.stuck = False
        """Whether something stays unanswered whatever the chosen facts are, once the component has been looked at alone."""
        self.measured = measured
        self.narrow: DoctorAssessment | None = None
        if measured is not None:
            self.narrow = DoctorAssessment(compiled, panel, base, measured[1].narrow, year, held, [])
            self.narrow.agree(self.agreed)
        self.failing: set[str] | None = None
        """The rules that are not surely met, once the component has been looked at alone."""

    def status(self, month: Month, component: str, alone: bool) -> str:
        """The component's status in the month; if not alone, the month's. It is not known when there may be none."""
        if self.agreed is not None and select(self.compiled.scheme, self.agreed) is None:
            self.failing = set()  # no rule helps
            return "nei"
        applied = self._applied_for()
        if component not in applied:
            self.failing = set()
            return "nei"
        if not self._reaches(month):
            return "nei"
        part = self.compiled.components[component]
        for one in (self, self.narrow):
            if one is not None and self._reads_earlier:
                for earlier in (each for each in months_of(one.spans) if each < month):
                    DoctorAssessment._month_frame(one, part, earlier)
        found = self._alone(part, month) if alone else self._month(month, applied).status
        surely = self.measured is None or (self.measured[1].free and self.measured[1].reaches(month, surely=True))
        return found if surely or found == "nei" else UNSURE

    def _alone(self, part: CompiledComponent, month: Month) -> str:
        frame, _ = self._month_frame(part, month)
        plan = self.compiled.plan(part.months, self.agreed, month, self.year)
        amount = month_amount(part, frame, month)
        lacking = self._is_open(amount)
        held = self.held or lacking
        codes = plan.codes(frame, HELD if held else None)
        verdict = self.panel.verdict(part.months, codes)
        self.failing = failing(part.months, verdict) | ({AMOUNT} if held else set())
        self.stuck = (lacking and _is_beside(_cause(amount), self.chosen)) or any(
            stays_open(clause, part.months, codes, frame, self.slots, self.chosen)
            for clause in unanswered(part.months, verdict)
        )
        return settled(part.months, verdict)

    def _reaches(self, month: Month) -> bool:
        start, end = first_day(month), last_day(month)
        return any(span.first <= end and span.last >= start for span in self.spans)

    def _is_open(self, amount: Value | None) -> bool:
        """Whether what the month comes to lacks something of the application; a fact that is stated, whatever it is, is not lacking."""
        if type(amount) is Between and not amount.cause.rates and not amount.cause.judged:
            return not amount.cause.facts or not amount.cause.facts <= self.ranged
        return hangs_on_facts(amount)

    @cached_property
    def _reads_earlier(self) -> bool:
        definitions = self.compiled.scheme.definitions.values()
        return any(isinstance(one.meaning, SumOfEarlier) for versions in definitions for one in versions)

    def _month_frame(self, part: CompiledComponent, month: Month) -> tuple[Frame, Alike]:
        frame, alike = super()._month_frame(part, month)
        if self.measured is not None and self.narrow is not None:
            measures, extent = self.measured
            frames = (frame.copy(), self.narrow._month_frame(part, month)[0])
            for slot, value in measures.values(extent, month, frames).items():
                frame[slot] = value
        return frame, alike


def failing(group: Group, verdict: Verdict) -> set[str]:
    """The rules that are not surely met, or only in part."""
    answers = zip(group.clauses, verdict.values, verdict.judgements, verdict.partials, strict=True)
    return {clause.rule.id for clause, *triple in answers if effect(clause.rule.consequence, *triple) is not None}


def unanswered(group: Group, verdict: Verdict) -> list[Clause]:
    """The rules that are not answered, or left to a person."""
    answers = zip(group.clauses, verdict.values, verdict.judgements, verdict.partials, strict=True)
    return [clause for clause, *triple in answers if effect(clause.rule.consequence, *triple) in (UNSURE, "skjønn")]


def stays_open(clause: Clause, group: Group, codes: bytes, frame: Frame, slots: Slots, chosen: Collection[str]) -> bool:
    """Whether an unanswered rule stays so whatever the chosen facts are: all that it lacks is something else."""
    trees = (clause.value, clause.judgement, clause.partial)
    numbers = {number for tree in trees if tree is not None for number in tree_leaves(tree)}
    open_leaves = [group.leaves[number] for number in numbers if not codes[number] & (YES | NO)]
    return all(leaf is None or _is_beside(_lacks(leaf, slots, frame), chosen) for leaf in open_leaves)


def _lacks(leaf: Leaf, slots: Slots, frame: Frame) -> Unknown:
    return unknowns(leaf, slots, frame) | judged(leaf, slots, frame)


def _is_beside(cause: Unknown, chosen: Collection[str]) -> bool:
    """Whether a cause is known, and is none of the chosen facts."""
    names = {path.rpartition(".")[2] for path in chosen}
    lacking = cause.facts or cause.rates or cause.judged
    return bool(lacking) and not any(
        one.path in chosen if one.path else one.fact in names for one in cause.facts | cause.judged
    )


def _cause(value: Value | None) -> Unknown:
    if type(value) is Unknown:
        return value
    return value.cause if type(value) is Between else Unknown()


def settled(group: Group, verdict: Verdict) -> str:
    """The status of a group; what one rule surely leads to goes before what is not known of another, for it stays so."""
    if verdict.status != UNSURE:
        return verdict.status
    answers = zip(group.clauses, verdict.values, verdict.judgements, verdict.partials, strict=True)
    effects = {effect(clause.rule.consequence, *triple) for clause, *triple in answers}
    return next((one for one in (*FIRST, *group.order, "delvis") if one in effects - {UNSURE, "ja"}), UNSURE)
