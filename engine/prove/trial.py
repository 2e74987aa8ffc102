"""One month of one doctor tried with other facts: by the engine itself, on values, on ranges of values and on facts held open.

What the engine answers with facts held open holds whatever they are, because it reasons with what is not known as with anything
else. So a change that is refused here with its facts open is refused with every value they could have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import product
from typing import Any

from engine.case.facts import application_frame
from engine.case.frame import Frame
from engine.case.stated import Application, Doctor
from engine.case.value import Asked, Between, Unknown
from engine.decide.agreement import Panel
from engine.decide.answer import SUPPLIED
from engine.decide.compiled import CompiledScheme
from engine.decide.group import Clause
from engine.decide.naive import NaiveEvaluator
from engine.language.condition import leaves, operand_names
from engine.prove.changeable import Changeable, Piece
from engine.prove.changed import changed
from engine.prove.extent import FIRST, LAST, Ends, Extent, Measures
from engine.prove.look import ANY, UNSURE, Look, failing, settled, stays_open, unanswered
from engine.prove.readers import Readers
from engine.ruleset.selection import of_grant_year
from engine.text.month import Month

NO, OPEN, YES = "nei", "åpen", "ja"

#: goals, and for each the statuses of the application and of the month that reach it, and those it can be open in
AWARDED, PARTLY, JUDGED = "innvilget", "delvis innvilget", "til skjønn"
GOALS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    AWARDED: (frozenset({"ja"}), frozenset({"ja"})),
    PARTLY: (frozenset({"ja"}), frozenset({"ja", "delvis"})),
    JUDGED: (frozenset({"ja", "skjønn"}), frozenset({"ja", "delvis", "skjønn"})),
}

Values = Mapping[str, Piece | None]


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached: a component of a doctor's month. Without them, it is the application."""

    doctor: int | None = None
    month: Month | None = None
    component: str | None = None


@dataclass(frozen=True, slots=True)
class _Formal:
    """The rules on the application: their status, whether all is on hold, the rules not surely met, and those that wait for something."""

    status: str
    held: bool
    frame: Frame
    failing: set[str]
    waiting: list[Clause]
    codes: bytes


class Trials:
    """Tries changes of one application. `ask` tells whether a target is reached: surely, surely not, or it hangs on what is open."""

    def __init__(self, application: Application, compiled: CompiledScheme, goal: str) -> None:
        self.application = application
        self.compiled = compiled
        self.goal = goal
        self.panel = Panel([NaiveEvaluator()])
        year = application.facts.get(compiled.vocabulary.grant_year)
        self.year = year if isinstance(year, int) else None
        self._applications: dict[Any, _Formal] = {}
        self._last: set[str] | None = None
        self.readers = Readers(compiled.scheme)

    def ask(self, target: Target, facts: Mapping[str, Changeable], given: Values) -> str:
        """NO, OPEN or YES. `facts` are the facts changed by path, `given` what each is; ANY is anything."""
        answers = set()
        for one in self._spelt_out(facts, given):
            answers.add(self._with_absent(target, facts, one))
            if OPEN in answers or len(answers) > 1:
                return OPEN
        return answers.pop()

    def useless(self, target: Target, facts: Mapping[str, Changeable], chosen: Sequence[str]) -> bool:
        """Whether one of the facts cannot be needed beside the others: every rule that reads it is met with it as it is.

        That is so whatever the others are. Then what reaches the target with it, reaches it without.
        """
        for path in chosen:
            others = {one: ANY for one in chosen if one != path}
            unmet: set[str] = set()
            known = True
            for given in self._spelt_out(facts, others):
                self._one(target, facts, given, {})
                known = known and self._last is not None
                unmet |= self._last or set()
            if (
                known
                and facts[path].fact.name not in self._spelt
                and not self.readers.of(facts[path].fact.name) & unmet
            ):
                return True
        return False

    def _with_absent(self, target: Target, facts: Mapping[str, Changeable], given: Values) -> str:
        """What is reached whatever a fact is that is not stated, is reached with any value it could have.

        So where it is not with one of them, it is not.
        """
        answer = self._one(target, facts, given, {})
        if answer != OPEN:
            return answer
        absent = [one for path, one in facts.items() if path not in given and (one.is_missing or one.is_unclear)]
        return NO if any(self._one(target, facts, given, some) == NO for some in self._stand_ins(absent)) else OPEN

    def _stand_ins(self, absent: Sequence[Changeable]) -> Iterator[dict[str, tuple[Changeable, Any]]]:
        """Values that facts which are not stated could have. They are still not stated: that is what a range without `free` is.

        A choice has no such range, and is left alone where a rule asks whether it is stated.
        """
        counted = [one for one in absent if one.counted]
        for end in (0, -1) if counted else ():
            yield {one.path: (one, self._as_not_stated(one, end)) for one in counted}
        for one in absent:
            if (
                not one.counted
                and one.fact.kind != "flervalg"
                and one.fact.name not in self.readers.asked_whether_stated
            ):
                for piece in one.pieces:
                    if piece.value is not None:
                        yield {one.path: (one, piece.value)}

    @staticmethod
    def _as_not_stated(one: Changeable, end: int) -> Between:
        number = one.pieces[end].low if end == 0 else one.pieces[end].high
        assert number is not None
        value: Any = one.value(number)
        value = value.date() if isinstance(value, datetime) else value
        return Between(value, value, Unknown(one.free.facts))

    def _spelt_out(self, facts: Mapping[str, Changeable], given: Values) -> Iterator[Values]:
        """The agreement date chooses the rules, and other facts the component: what is open in them is tried piece by piece."""
        spelt = [path for path, piece in given.items() if piece is ANY and facts[path].fact.name in self._spelt]
        if not spelt:
            yield given
            return
        for pieces in product(*(_all_of(facts[path]) for path in spelt)):
            yield {**given, **dict(zip(spelt, pieces, strict=True))}

    @cached_property
    def _spelt(self) -> frozenset[str]:
        found = {self.compiled.vocabulary.agreement_date}
        for part in self.compiled.components.values():
            for condition in (part.component.applied_when, part.component.subsidiary_when):
                for leaf in leaves(condition) if condition is not None else ():
                    found |= {name.name for name in operand_names(leaf)}
        return frozenset(found)

    def _one(
        self,
        target: Target,
        facts: Mapping[str, Changeable],
        given: Values,
        absent: Mapping[str, tuple[Changeable, Any]],
    ) -> str:
        seen: dict[str, tuple[Changeable, Any]] = dict(absent)
        calendar: dict[tuple[int, ...], dict[str, tuple[date, date]]] = {}
        ranged: set[Asked] = set()
        agreed: date | None = None
        for path, piece in given.items():
            one = facts[path]
            value = one.free if piece is ANY else one.seen(piece)
            if one.fact.level == "periode" and one.fact.required:
                low, high = one.reach if piece is ANY else (piece.low, piece.high)
                assert low is not None and high is not None
                calendar.setdefault(one.place, {})[one.fact.name] = date.fromordinal(low), date.fromordinal(high)
                ranged |= one.free.facts
            elif piece is not ANY and piece.low is not None:
                ranged |= one.free.facts
            if one.fact.name == self.compiled.vocabulary.agreement_date and type(value) is Between:
                assert isinstance(value.low, date)
                agreed = value.low
            seen[path] = (one, value)
        application = changed(self.application, seen)
        self._last = None
        key = tuple(sorted((path, repr(value)) for path, (one, value) in seen.items() if one.place == ()))
        formal = self._application(application, key)
        wanted, reached = GOALS[self.goal]
        if formal.status not in wanted and formal.status != UNSURE:
            self._last = formal.failing
            return NO
        if self.goal == AWARDED and self._is_stuck(formal, given):
            return NO
        if target.doctor is None or target.month is None or target.component is None:
            return OPEN if formal.status == UNSURE else YES
        doctor = application.doctors[target.doctor]
        measured = None
        if calendar:
            extent = self._extent(self.application.doctors[target.doctor], doctor, calendar, frozenset(ranged))
            if extent is None:
                return NO
            measured = (self._measures, extent)
            doctor = extent.wide
        look = Look(
            self.compiled,
            self.panel,
            formal.frame,
            doctor,
            self.year,
            formal.held,
            agreed,
            frozenset(ranged),
            given,
            measured,
        )
        found = look.status(target.month, target.component, self.goal == AWARDED)
        if look.failing is not None:
            self._last = look.failing | formal.failing
        if (found not in reached and found != UNSURE) or (self.goal == AWARDED and look.stuck):
            return NO
        return OPEN if UNSURE in (formal.status, found) else YES

    # --- the application -----------------------------------------------------------------------------------------------

    def _application(self, application: Application, key: Any) -> _Formal:
        """The rules on the application."""
        if key not in self._applications:
            compiled = self.compiled
            frame = application_frame(application, compiled.slots, of_grant_year(compiled.scheme, self.year), [])
            plan = compiled.plan(compiled.application, None, None, self.year)
            codes = plan.codes(frame)
            verdict = self.panel.verdict(compiled.application, codes)
            told = plan.answers(codes, verdict).answers
            holding = [one.clause for one in told if one.clause.rule.consequence == SUPPLIED == one.follows]
            waiting = [*holding, *unanswered(compiled.application, verdict)]
            status = settled(compiled.application, verdict)
            self._applications[key] = _Formal(
                status, bool(holding), frame, failing(compiled.application, verdict), waiting, codes
            )
        return self._applications[key]

    def _is_stuck(self, formal: _Formal, chosen: Collection[str]) -> bool:
        """Whether the application waits for something, whatever the chosen facts are."""
        group, slots = self.compiled.application, self.compiled.slots
        return any(stays_open(one, group, formal.codes, formal.frame, slots, chosen) for one in formal.waiting)

    # --- the dates of periods -------------------------------------------------------------------------------------------

    @staticmethod
    def _extent(
        before: Doctor,
        doctor: Doctor,
        calendar: Mapping[tuple[int, ...], Mapping[str, tuple[date, date]]],
        open_facts: frozenset[Asked],
    ) -> Extent | None:
        """How wide and narrow the periods may be. None when no such dates are possible."""
        ends = [Ends((one.first, one.first), (one.last, one.last)) for one in before.periods]
        for place, given in calendar.items():
            kept = ends[place[1]]
            ends[place[1]] = Ends(given.get(FIRST, kept.first), given.get(LAST, kept.last))
        return Extent.of(doctor, ends, Unknown(open_facts))

    @cached_property
    def _measures(self) -> Measures:
        return Measures(self.compiled)


def _all_of(one: Changeable) -> list[Piece]:
    """Every value, the stated one too."""
    now = Piece(one.now, away=0) if one.near is None else one.between(one.near, one.near)
    return [now, *one.pieces]
