"""What would have made a refusal an award: for each refused month of each doctor the smallest changes, each decided again by the engine.

Without doctors it is the application that is refused. A change is shown only after both evaluators have decided the changed
application and found what was promised; where they find otherwise, nothing is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from engine.case.calendar import Span, months_of
from engine.case.stated import Application, Doctor
from engine.decide.compiled import CompiledScheme, compiled
from engine.decide.decide import decide
from engine.decide.decision import Decision, DoctorDecision
from engine.language.rulebook import Rulebook
from engine.prove.changeable import Changeable, Limits, changeable
from engine.prove.changed import changed, with_digest
from engine.prove.moment import Borders
from engine.prove.smallest import Search, Smallest, Way
from engine.prove.solver import Clock
from engine.prove.trial import AWARDED, GOALS, JUDGED, Target, Trials
from engine.ruleset.selection import of_grant_year
from engine.text.month import Month, first_day, last_day, month_text

#: how many months before and after the periods and the grant year the dates of a period are tried
AROUND = 12


class NotReached(Exception):
    """The engine does not find what a change was worked out to give: a fault in the search, and nothing is shown."""

    def __init__(self, application: Application, way: Way, where: str, expected: str, found: str) -> None:
        self.application = application
        super().__init__(where, expected, found, [one.fact.path for one in way.changes])

    def __str__(self) -> str:
        where, expected, found, paths = self.args
        return (
            f"HVA-SKAL-TIL-SPILL: en endring holder ikke når saken avgjøres på nytt ({where}, {', '.join(paths)}): "
            f"ventet {expected}, fant {found} – svarene kan ikke brukes før feilen er rettet – "
            f"meld feilen, med søknaden: {self.application.facts} {[one.facts for one in self.application.doctors]}"
        )


@dataclass(frozen=True)
class Tried:
    """One way, decided again: the changed application and the decision on it."""

    way: Way
    application: Application
    decision: Decision


@dataclass(frozen=True)
class Answer:
    """One target: what refused it, and the smallest changes that reach it."""

    target: Target
    decided_by: tuple[str, ...]
    found: Smallest
    tried: tuple[Tried, ...]


@dataclass(frozen=True)
class Remedies:
    """The answers of one application, and the decision it has now."""

    application: Application
    decision: Decision
    goal: str
    answers: tuple[Answer, ...]
    outside: tuple[str, ...] = ()
    """Doctors that are refused without any month in the grant year."""


def remedies(
    application: Application,
    book: Rulebook,
    goal: str = AWARDED,
    clock: Clock | None = None,
    most_asked: int | None = None,
    wanted: Callable[[Target, tuple[str, ...]], bool] = lambda target, decided_by: True,
) -> Remedies:
    """What would have given the goal, for everything that is refused. Raises Disagreement and NotReached.

    `clock` limits the time, and `most_asked` how many changes are tried for each target; `wanted` picks among the targets, given each
    and the rules that refused it.
    """
    return _Remedies(application, book, goal, clock or Clock(), most_asked).run(wanted)


class _Remedies:
    def __init__(
        self, application: Application, book: Rulebook, goal: str, clock: Clock, most_asked: int | None = None
    ) -> None:
        self.most_asked = most_asked
        self.application = application
        self.book = book
        self.goal = goal
        self.clock = clock
        self.compiled: CompiledScheme = compiled(book, application.scheme)
        self.decision = decide(application, book)
        self.trials = Trials(application, self.compiled, goal)

    def run(self, wanted: Callable[[Target, tuple[str, ...]], bool]) -> Remedies:
        every = list(self._targets())
        targets = [one for one in every if wanted(*one)]
        answers = []
        for number, (target, rules) in enumerate(targets):
            answers.append(self._answer(target, rules, self.clock.share(len(targets) - number)))
        outside = [
            one.doctor.id
            for number, one in enumerate(self.decision.doctors)
            if one.outcome in self._refusals and not any(target.doctor == number for target, _ in every)
        ]
        return Remedies(self.application, self.decision, self.goal, tuple(answers), tuple(outside))

    # --- what is refused -----------------------------------------------------------------------------------------------

    @cached_property
    def _refusals(self) -> frozenset[str]:
        summary = self.compiled.summary
        refused = [rule.outcome for rule in summary.outcomes if (rule.quantifier, rule.status) == ("alle", "nei")]
        return frozenset({summary.formal_defect, summary.without_months, *refused})

    def _targets(self) -> Iterator[tuple[Target, tuple[str, ...]]]:
        decision = self.decision
        if not self.book.vocabulary.schemes[self.application.scheme].has_doctors:
            if decision.outcome in self._refusals:
                yield Target(), self._formal()
            return
        formal = self._formal() if decision.outcome == self.compiled.summary.formal_defect else ()
        for number, one in enumerate(decision.doctors):
            if formal or one.outside:
                for month in months_of(Span(part.first, part.last, []) for part in one.doctor.periods):
                    for name in self._applied_for(one.doctor):
                        if self._within(month):
                            yield Target(number, month, name), formal
            else:
                yield from self._refused(number, one)

    def _refused(self, number: int, one: DoctorDecision) -> Iterator[tuple[Target, tuple[str, ...]]]:
        applied = self._applied_for(one.doctor)
        for month in one.months:
            for name in applied:
                found = month.components.get(name)
                if found is None:
                    continue
                status = found.status if self.goal == AWARDED else month.status
                if status in ("nei", "delvis") and status not in GOALS[self.goal][1]:
                    yield Target(number, month.month, name), found.decided_by

    def _formal(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.rule.id for one in self.decision.findings if one.follows in self._refusals))

    def _applied_for(self, doctor: Doctor) -> list[str]:
        """The components that are applied for, by themselves."""
        from engine.case.facts import application_frame, doctor_frame

        year = of_grant_year(self.compiled.scheme, self.trials.year)
        base = application_frame(self.application, self.compiled.slots, year, [])
        frame, _ = doctor_frame(base, doctor, self.compiled.slots, [])
        return [name for name, part in self.compiled.components.items() if part.applied(frame) & 1]

    def _within(self, month: Month) -> bool:
        window = of_grant_year(self.compiled.scheme, self.trials.year).grant_year
        return window is None or window.months.holds(month)

    # --- one target ----------------------------------------------------------------------------------------------------

    def _answer(self, target: Target, rules: tuple[str, ...], clock: Clock) -> Answer:
        facts = self._facts(target.doctor)
        search = Search(
            facts,
            lambda given: self.trials.ask(target, facts, given),
            clock,
            lambda chosen: self.goal == AWARDED and self.trials.useless(target, facts, chosen),
            self.most_asked,
        )
        found = search.run()
        return Answer(target, rules, found, tuple(self._again(target, way) for way in found.ways))

    def _facts(self, doctor: int | None) -> dict[str, Changeable]:
        found = changeable(self.application, self.book.vocabulary, doctor, self._limits(doctor))
        return {one.path: one for one in found}

    def _limits(self, doctor: int | None) -> Limits:
        borders = self._borders
        window = of_grant_year(self.compiled.scheme, self.trials.year).grant_year
        months: list[Month] = []
        if window is not None:
            months += [one for one in (window.months.first, window.months.last) if one is not None]
        if doctor is not None:
            months += months_of(Span(part.first, part.last, []) for part in self.application.doctors[doctor].periods)
        months = months or [borders.months[0][0]]
        first, last = Month(min(months) - AROUND), Month(max(months) + AROUND)
        return Limits(borders, (first_day(first), last_day(last)))

    @cached_property
    def _borders(self) -> Borders:
        return Borders([self.compiled.scheme], self.book.vocabulary)

    # --- deciding again ------------------------------------------------------------------------------------------------

    def _again(self, target: Target, way: Way) -> Tried:
        """The way, decided. Raises NotReached."""
        application = with_digest(
            changed(self.application, {one.fact.path: (one.fact, one.fact.seen(one.piece)) for one in way.changes})
        )
        decision = decide(application, self.book)
        wanted = GOALS[self.goal][1]
        where, found = self._found(target, decision)
        if found not in wanted:
            raise NotReached(application, way, where, self.goal, found)
        return Tried(way, application, decision)

    def _found(self, target: Target, decision: Decision) -> tuple[str, str]:
        """Where was looked, and the status the engine gives there."""
        if decision.outcome in self._refusals:
            return "søknaden", decision.outcome
        if target.doctor is None or target.month is None:
            return "søknaden", "skjønn" if decision.outcome == JUDGED else decision.outcome
        where = f"{self.application.doctors[target.doctor].id} i {month_text(target.month)}"
        for month in decision.doctors[target.doctor].months:
            if month.month == target.month:
                own = month.components.get(target.component or "")
                status = month.status if self.goal != AWARDED else own.status if own is not None else "ingen"
                return where, status
        return where, "ingen måned"
