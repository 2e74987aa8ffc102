"""One month of one doctor tried with other facts: by the engine itself, on values, on ranges of values and on facts held open.

What the engine answers with facts held open holds whatever they are, because it reasons with what is not known as with anything
else. So a change that is refused here with its facts open is refused with every value they could have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise, product
from typing import Any

from engine.case.facts import application_frame
from engine.case.frame import Frame
from engine.case.stated import Application, Doctor
from engine.case.value import Between, Unknown
from engine.decide.agreement import Panel
from engine.decide.answer import SUPPLIED
from engine.decide.compiled import CompiledScheme
from engine.decide.naive import NaiveEvaluator
from engine.language.condition import Condition, Given, leaves, operand_names
from engine.language.expression import names
from engine.language.meaning import EarliestOf, Formula, LastOf, Run, SumOfEarlier
from engine.language.model import Rule
from engine.language.rulebook import SchemeRules
from engine.prove.changeable import Changeable, Piece, changed
from engine.prove.look import AMOUNT, ANY, UNSURE, Ends, Look, failing, settled
from engine.prove.reading import names_in, read_by
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


class Trials:
    """Tries changes of one application. `ask` tells whether a target is reached: surely, surely not, or it hangs on what is open."""

    def __init__(self, application: Application, compiled: CompiledScheme, goal: str) -> None:
        self.application = application
        self.compiled = compiled
        self.goal = goal
        self.panel = Panel([NaiveEvaluator()])
        year = application.facts.get(compiled.vocabulary.grant_year)
        self.year = year if isinstance(year, int) else None
        self._applications: dict[Any, tuple[str, bool, Frame]] = {}
        self._failing: dict[Any, set[str]] = {}
        self._last: set[str] | None = None
        self._reading: dict[str, set[str]] = {}

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
            if known and facts[path].fact.name not in self._spelt and not self._readers(facts[path].fact.name) & unmet:
                return True
        return False

    def _readers(self, fact: str) -> set[str]:
        """The rules that read a fact, directly or through what is worked out from it; AMOUNT for what a month comes to."""
        if fact not in self._reading:
            scheme = self.compiled.scheme
            by_day = {
                name
                for versions in scheme.rules.values()
                for rule in versions
                if rule.per == "dag"
                for name in names_of(rule)
            }
            reached = {
                id: closure(scheme, [name for rule in versions for name in names_of(rule)], by_day)
                for id, versions in scheme.rules.items()
            }
            amounts = [
                name.name
                for versions in scheme.calculations.values()
                for one in versions
                for name in names(one.formula)
            ]
            reached[AMOUNT] = closure(scheme, amounts, by_day)
            every = {name for found in reached.values() for name in found}
            self._reading = {name: {id for id, found in reached.items() if name in found} for name in every}
            self._reading.setdefault(fact, set())
        return self._reading[fact]

    def _with_absent(self, target: Target, facts: Mapping[str, Changeable], given: Values) -> str:
        """What is reached whatever a fact is that is not stated, is reached with any value it could have.

        So where it is not with one of them, it is not.
        """
        answer = self._one(target, facts, given, {})
        if answer != OPEN:
            return answer
        absent = [one for path, one in facts.items() if not one.stated and one.now is None and path not in given]
        return NO if any(self._one(target, facts, given, some) == NO for some in self._stand_ins(absent)) else OPEN

    def _stand_ins(self, absent: Sequence[Changeable]) -> Iterator[dict[str, tuple[Changeable, Any]]]:
        """Values that facts which are not stated could have. They are still not stated: that is what a range without `free` is.

        A choice has no such range, and is left alone where a rule asks whether it is stated.
        """
        counted = [one for one in absent if one.counted]
        for end in (0, -1) if counted else ():
            yield {one.path: (one, self._as_not_stated(one, end)) for one in counted}
        for one in absent:
            if not one.counted and one.fact.kind != "flervalg" and one.fact.name not in self._asked_whether_stated:
                for piece in one.pieces:
                    yield {one.path: (one, piece.value)}

    @staticmethod
    def _as_not_stated(one: Changeable, end: int) -> Between:
        number = one.pieces[end].low if end == 0 else one.pieces[end].high
        assert number is not None
        value: Any = one.value(number)
        value = value.date() if isinstance(value, datetime) else value
        return Between(value, value, Unknown(one.free.facts))

    @cached_property
    def _asked_whether_stated(self) -> frozenset[str]:
        """The facts that rules ask whether are stated."""
        scheme = self.compiled.scheme
        conditions: list[Condition | None] = [
            condition
            for versions in scheme.rules.values()
            for rule in versions
            for condition in (rule.scope, rule.requirement, rule.judgement_when, rule.partial_when)
        ]
        for versions in scheme.rules.values():
            conditions += [one.when for rule in versions for one in rule.exemptions]
        for component in scheme.components.values():
            conditions += [component.applied_when, component.subsidiary_when]
        for definitions in scheme.definitions.values():
            conditions += [getattr(one.meaning, "where", None) for one in definitions]
        for parameter in scheme.parameters.values():
            conditions += [one.when for one in parameter.variants]
        found = {
            leaf.name.name for one in conditions if one is not None for leaf in leaves(one) if isinstance(leaf, Given)
        }
        passed_on = {
            name: one.meaning.fact
            for name, versions in scheme.definitions.items()
            for one in versions
            if isinstance(one.meaning, LastOf | EarliestOf)
        }
        return frozenset(found | {passed_on[name] for name in found if name in passed_on})

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
        calendar: dict[tuple[int, ...], dict[str, Piece | None]] = {}
        agreed: date | None = None
        for path, piece in given.items():
            one = facts[path]
            value = one.free if piece is ANY else one.seen(piece)
            if one.fact.level == "periode" and one.fact.required:
                calendar.setdefault(one.place, {})[one.fact.name] = piece
            if one.fact.name == self.compiled.vocabulary.agreement_date and type(value) is Between:
                assert isinstance(value.low, date)
                agreed = value.low
            seen[path] = (one, value)
        application = changed(self.application, seen)
        self._last = None
        key = tuple(sorted((path, repr(value)) for path, (one, value) in seen.items() if one.place == ()))
        status, held, frame = self._application(application, key)
        wanted, reached = GOALS[self.goal]
        if status not in wanted and status != UNSURE:
            return NO
        if target.doctor is None or target.month is None or target.component is None:
            return OPEN if status == UNSURE else YES
        doctor = application.doctors[target.doctor]
        blurred = self._blurred(self.application.doctors[target.doctor], doctor, calendar, target.month)
        if blurred is None:
            return NO
        anywhere = blurred is self._by_calendar
        look = Look(self.compiled, self.panel, frame, doctor, self.year, held, agreed, blurred, anywhere)
        found = look.status(target.month, target.component, self.goal == AWARDED)
        if look.failing is not None:
            self._last = look.failing | self._failing[key]
        if found not in reached and found != UNSURE:
            return NO
        return OPEN if UNSURE in (status, found) else YES

    # --- the application -----------------------------------------------------------------------------------------------

    def _application(self, application: Application, key: Any) -> tuple[str, bool, Frame]:
        """The status of the rules on the application, whether it is on hold, and its frame."""
        if key not in self._applications:
            compiled = self.compiled
            frame = application_frame(application, compiled.slots, of_grant_year(compiled.scheme, self.year), [])
            plan = compiled.plan(compiled.application, None, None, self.year)
            codes = plan.codes(frame)
            verdict = self.panel.verdict(compiled.application, codes)
            told = plan.answers(codes, verdict).answers
            held = any(one.clause.rule.consequence == SUPPLIED == one.follows for one in told)
            self._applications[key] = (settled(compiled.application, verdict), held, frame)
            self._failing[key] = failing(compiled.application, verdict)
        return self._applications[key]

    # --- the dates of periods -------------------------------------------------------------------------------------------

    def _blurred(
        self,
        before: Doctor,
        doctor: Doctor,
        calendar: Mapping[tuple[int, ...], Mapping[str, Piece | None]],
        month: Month,
    ) -> frozenset[int] | None:
        """The slots that are not known because dates of periods are open. None when no such dates are possible."""
        if not calendar:
            return frozenset()
        spans = [Ends.of(one.first, one.last) for one in before.periods]
        for place, ends in calendar.items():
            spans[place[1]] = spans[place[1]].with_ends(ends)
        backwards = any(one.first[0] > one.last[1] for one in spans)
        if backwards or any(one.last[0] >= other.first[1] for one, other in pairwise(spans)):
            return None
        if all(one.exact for one in spans):
            return frozenset()
        alike = all(one.alike_in(month) for one in spans)
        return self._measured if alike else self._by_calendar

    @cached_property
    def _by_calendar(self) -> frozenset[int]:
        """Everything that is worked out from the periods."""
        return self._slots_of(lambda meaning: not isinstance(meaning, Formula))

    @cached_property
    def _measured(self) -> frozenset[int]:
        """What is worked out from more of the periods than the days of the month."""
        return self._slots_of(
            lambda meaning: (
                isinstance(meaning, EarliestOf | Run | SumOfEarlier)
                or (isinstance(meaning, LastOf) and self.compiled.vocabulary.facts[meaning.fact].required)
            )
        )

    def _slots_of(self, wanted: Any) -> frozenset[int]:
        definitions = self.compiled.scheme.definitions
        return frozenset(
            self.compiled.slots.index[name]
            for name, versions in definitions.items()
            if any(wanted(one.meaning) for one in versions)
        )


def names_of(rule: Rule) -> list[str]:
    """The names a rule and its exemptions read."""
    conditions = (rule.scope, rule.requirement, rule.judgement_when, rule.partial_when)
    return [name for one in (*conditions, *(exemption.when for exemption in rule.exemptions)) for name in names_in(one)]


def closure(scheme: SchemeRules, start: Sequence[str], by_day: set[str]) -> set[str]:
    """Every name that some names are worked out from. What is counted or measured in periods rests on the dates of the periods,
    and on what decides whether a day counts.
    """
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += read_by(scheme, name)
            if any(not isinstance(one.meaning, Formula) for one in scheme.definitions.get(name, ())):
                waiting += [*by_day, "fra", "til"]
    return found


def _all_of(one: Changeable) -> list[Piece]:
    """Every value, the stated one too."""
    now = Piece(one.now, away=0) if one.near is None else one.between(one.near, one.near)
    return [now, *one.pieces]
