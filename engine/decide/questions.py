"""Which question to ask next: the facts that can still change the decision, the one whose answer can decide most first.

What is open is counted in months: every month of every doctor that hangs on something missing, and the application itself where its
own conditions do. For each fact its possible answers are tried, and what each leaves open is counted. First comes the fact with the
answer that decides most; of equals the one that decides most on average, then the one that most hangs on, then the order of the
vocabulary. A fact on which nothing hangs is not asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from engine.case.facts import application_frame
from engine.case.stated import Application, Doctor, Period, Stated
from engine.case.value import Asked, Unknown
from engine.decide.agreement import Panel
from engine.decide.answer import SUPPLIED
from engine.decide.compiled import CompiledScheme, compiled
from engine.decide.decide import decide
from engine.decide.decision import Decision
from engine.decide.naive import NaiveEvaluator
from engine.decide.possible import Possible, answer_text
from engine.decide.statuses import Statuses
from engine.language.condition import leaves, operand_names
from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact
from engine.ruleset.selection import of_grant_year, select
from engine.text.month import Month

#: what is asked for where there are no doctors, and no periods of a doctor
DOCTORS, PERIODS = "leger", "perioder"

#: (doctor, month); the application itself is (None, None)
Unit = tuple[str | None, Month | None]

_APPLICATION: Unit = (None, None)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `fact` is None when doctors or periods are asked for.

    `open` are the units that hang on it; `decides` how many units its best answer, `answer`, settles, and `average` all tried answers.
    """

    asked: Asked
    fact: Fact | None
    open: tuple[Unit, ...]
    decides: int
    average: Fraction
    answer: str | None

    @property
    def rank(self) -> tuple[Any, ...]:
        """What questions are sorted by; the order of the vocabulary settles what is equal."""
        return (-self.decides, -self.average, -len(self.open))


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions, the most deciding first, and all that is open.

    `to_correct` are facts that are stated, but in a way that holds the application back until something is done about it.
    """

    ordered: tuple[Question, ...]
    open: frozenset[Unit]
    to_correct: tuple[Asked, ...]


def questions(
    application: Application, book: Rulebook, skipped: Collection[str] = (), with_defaults: bool = False
) -> Questions:
    """The questions an application leaves, in the order to ask them.

    `with_defaults` also asks for what may be left out, where another answer than its default could change the decision; that is for
    a form. `skipped` are paths of facts that the user has no answer to: they are taken as not stated.
    """
    return _Questions(application, book, frozenset(skipped), with_defaults).run()


class _Questions:
    def __init__(self, application: Application, book: Rulebook, skipped: frozenset[str], with_defaults: bool) -> None:
        self.book = book
        self.compiled: CompiledScheme = compiled(book, application.scheme)
        self.vocabulary = book.vocabulary
        self.skipped = skipped
        self.with_defaults = with_defaults
        self.spelt = self._to_be_tried()
        self.application = self._opened(application) if with_defaults else application
        self.given = application
        self.possible = Possible(application, self.compiled)
        self.panel = Panel((NaiveEvaluator(),))
        self.held = False
        year = application.facts.get(book.vocabulary.grant_year)
        self.year = year if isinstance(year, int) else None

    def run(self) -> Questions:
        decision = self._decide(self.application)
        self.held = any(
            one.doctor is None and one.rule.consequence == SUPPLIED == one.follows for one in decision.findings
        )
        open_now = self._open(decision)
        missing = {one.asked: one.months for one in decision.missing if one.asked.path not in self.skipped}
        to_correct = tuple(asked for asked in missing if self._is_stated(asked))
        found = [
            self._question(asked, self._units(asked, months), open_now)
            for asked, months in missing.items()
            if asked not in to_correct
        ]
        if decision.outcome != self.compiled.summary.formal_defect:
            found += [one for one in self._turning(decision, open_now) if one.asked not in missing]
            found += [
                Question(asked, None, (self._unit(asked),), 0, Fraction(0), None)
                for asked in self._structure(self.application)
            ]
        order = {name: number for number, name in enumerate(self.vocabulary.facts)}
        found.sort(
            key=lambda one: (
                *one.rank,
                one.fact is None,
                order.get(one.asked.fact.partition(".")[0], 0),
                one.asked.path,
            )
        )
        return Questions(tuple(found), frozenset(open_now), to_correct)

    def _is_stated(self, asked: Asked) -> bool:
        """Whether the application has an answer. A field of a list has none of its own."""
        if asked.doctor is None:
            return asked.fact in self.given.facts
        doctor = next(one for one in self.given.doctors if one.id == asked.doctor)
        if asked.level == "lege":
            return asked.fact in doctor.facts
        return any(f"{one.path}.{asked.fact}" == asked.path and asked.fact in one.facts for one in doctor.periods)

    def _decide(self, application: Application) -> Decision:
        return decide(application, self.book, (NaiveEvaluator(),))

    # --- what is open --------------------------------------------------------------------------------------------------

    def _open(self, decision: Decision) -> set[Unit]:
        """The units that are not settled."""
        found: set[Unit] = {
            (doctor.doctor.id, month.month)
            for doctor in decision.doctors
            for month in doctor.months
            if month.status == "uavklart"
        }
        if any(one.asked.doctor is None and not one.months for one in decision.missing):
            found.add(_APPLICATION)
        if decision.outcome != self.compiled.summary.formal_defect:
            found |= {self._unit(asked) for asked in self._structure(decision.application)}
        return found

    @staticmethod
    def _unit(asked: Asked) -> Unit:
        return (asked.doctor, None)

    def _units(self, asked: Asked, months: Sequence[Month]) -> tuple[Unit, ...]:
        return tuple((asked.doctor, month) for month in sorted(months)) or (_APPLICATION,)

    # --- facts that may be left out ------------------------------------------------------------------------------------

    def _opened(self, application: Application) -> Application:
        """The application with every fact that may be left out, and is, held open."""
        facts = self._with_open("søknad", application.facts, "søknad", None)
        return replace(application, facts=facts, doctors=tuple(self._opened_doctor(one) for one in application.doctors))

    def _opened_doctor(self, doctor: Doctor) -> Doctor:
        periods = tuple(
            Period(one.first, one.last, self._with_open("periode", one.facts, one.path, doctor.id), one.path)
            for one in doctor.periods
        )
        return replace(doctor, facts=self._with_open("lege", doctor.facts, doctor.path, doctor.id), periods=periods)

    def _with_open(self, level: str, facts: Any, path: str, doctor: str | None) -> dict[str, Any]:
        found = dict(facts)
        for fact in self.vocabulary.facts_of(self.compiled.scheme.id, level):
            may_be_left_out = fact.optional or fact.default is not None
            at = f"{path}.{fact.name}"
            if fact.name in found or not may_be_left_out or at in self.skipped or fact.kind in ("liste", "tekst"):
                continue
            if fact.name not in self.spelt:
                found[fact.name] = Unknown(frozenset({Asked(fact.name, level, doctor, at)}), free=True)
        return found

    def _to_be_tried(self) -> frozenset[str]:
        """The facts that decide which components are looked at, or whether a person judges: not held open, but tried one by one."""
        conditions = [part.component.subsidiary_when for part in self.compiled.components.values()]
        conditions += [rule.judgement_when for rules in self.compiled.scheme.rules.values() for rule in rules]
        read = {
            name.name
            for condition in conditions
            if condition is not None
            for leaf in leaves(condition)
            for name in operand_names(leaf)
        }
        return frozenset(name for name, fact in self.vocabulary.facts.items() if name in read and fact.level == "lege")

    def _turning(self, decision: Decision, open_now: set[Unit]) -> Iterator[Question]:
        """The tried facts that are not stated, where another answer makes a month end otherwise, or opens it."""
        if not self.with_defaults:
            return
        before = _statuses(decision)
        for asked, fact in self._not_stated():
            turned: set[Unit] = set()
            for value in self.possible.answers(fact, asked):
                after = _statuses(self._decide(self._with(asked, value)))
                turned |= {unit for unit, status in after.items() if before.get(unit) != status}
            if turned:
                yield Question(asked, fact, tuple(sorted(turned, key=str)), 0, Fraction(0), None)

    def _not_stated(self) -> Iterator[tuple[Asked, Fact]]:
        for doctor in self.given.doctors:
            for fact in self.vocabulary.facts_of(self.compiled.scheme.id, "lege"):
                path = f"{doctor.path}.{fact.name}"
                if fact.name in self.spelt and fact.name not in doctor.facts and path not in self.skipped:
                    yield Asked(fact.name, "lege", doctor.id, path), fact

    # --- doctors and periods -------------------------------------------------------------------------------------------

    def _structure(self, application: Application) -> Iterator[Asked]:
        """What the application is about, before anything can be decided of it: doctors, and each doctor's periods."""
        if not self.vocabulary.schemes[self.compiled.scheme.id].has_doctors:
            return
        if not application.doctors and DOCTORS not in self.skipped:
            yield Asked(DOCTORS, "søknad", None, DOCTORS)
        for doctor in application.doctors:
            agreed = doctor.facts.get(self.vocabulary.agreement_date)
            outside = isinstance(agreed, date) and select(self.compiled.scheme, agreed) is None
            path = f"{doctor.path}.{PERIODS}"
            if not doctor.periods and not outside and path not in self.skipped:
                yield Asked(PERIODS, "lege", doctor.id, path)

    # --- how much an answer decides ------------------------------------------------------------------------------------

    def _question(self, asked: Asked, units: tuple[Unit, ...], open_now: set[Unit]) -> Question:
        name, _, field = asked.fact.partition(".")
        fact = self.vocabulary.facts[name].fields[field] if field else self.vocabulary.facts[name]
        settled: list[tuple[int, str]] = []
        for value in [] if field else self.possible.answers(fact, asked):
            settled.append(
                (len(open_now - self._open_after(self._with(asked, value), asked, open_now)), answer_text(value))
            )
        best = max(settled, key=lambda one: one[0], default=(0, None))
        average = Fraction(sum(number for number, _ in settled), len(settled)) if settled else Fraction(0)
        return Question(asked, fact, units, best[0], average, best[1] if best[0] else None)

    def _open_after(self, answered: Application, asked: Asked, open_now: set[Unit]) -> set[Unit]:
        """What is open after an answer. An answer about a doctor is of no consequence to the others."""
        if asked.doctor is None:
            return self._open(self._decide(answered))
        doctor = next(one for one in answered.doctors if one.id == asked.doctor)
        base = application_frame(answered, self.compiled.slots, of_grant_year(self.compiled.scheme, self.year), [])
        statuses = Statuses(self.compiled, self.panel, base, doctor, self.year, self.held, []).of_months()
        return {
            unit for unit in open_now if unit[0] != doctor.id or unit[1] is None or statuses.get(unit[1]) == "uavklart"
        }

    def _with(self, asked: Asked, value: Stated) -> Application:
        """The application with an answer."""
        application = self.application
        if asked.doctor is None:
            return replace(application, facts={**application.facts, asked.fact: value})
        doctors = []
        for doctor in application.doctors:
            if doctor.id != asked.doctor:
                doctors.append(doctor)
            elif asked.level == "lege":
                doctors.append(replace(doctor, facts={**doctor.facts, asked.fact: value}))
            else:
                periods = tuple(
                    replace(one, facts={**one.facts, asked.fact: value})
                    if f"{one.path}.{asked.fact}" == asked.path
                    else one
                    for one in doctor.periods
                )
                doctors.append(replace(doctor, periods=periods))
        return replace(application, doctors=tuple(doctors))


def _statuses(decision: Decision) -> dict[Unit, Any]:
    """What each month comes to; a component that is refused is as one that is not looked at."""
    return {
        (doctor.doctor.id, month.month): (
            month.status,
            tuple((name, one.status) for name, one in month.components.items() if one.status != "nei"),
        )
        for doctor in decision.doctors
        for month in doctor.months
    }
