"""Which question next: in that order every application ends as it would have ended whole, and nothing is asked that cannot matter."""

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from application_builder import Json, discretionary, doctor, guided, guided_doctor, guided_period, national, period
from hypothesis import given as each
from hypothesis import settings
from random_applications import national_applications

from engine.case.application import application as read
from engine.case.application import read_application
from engine.case.stated import Application, Doctor, Period, Stated, read_stated
from engine.decide.decide import decide
from engine.decide.decision import Decision, DoctorMonth
from engine.decide.naive import NaiveEvaluator
from engine.decide.questions import DOCTORS, PERIODS, Question, _Questions, questions
from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact
from engine.text import yaml

FIXTURES = Path(__file__).parents[2] / "fixtures"
CASES = sorted(path.relative_to(FIXTURES).as_posix() for path in FIXTURES.rglob("*.yaml"))

ONE_MONTH = ("2024-01-01", "2024-01-31")
WHOLE = {
    "alis": national(2024, doctor(period(*ONE_MONTH, tilknytning="vikarbyrå"), avtale_inngått="2024-01-01")),
    "subsidiær veiledning": national(
        2024, doctor(period(*ONE_MONTH), avtale_inngått="2023-10-01", mal_brukt="nei", subsidiær_veiledning="ja")
    ),
    "tilbakedatert": national(
        2023,
        doctor(
            period("2023-03-01", "2023-03-31"),
            avtale_inngått="2023-03-20",
            tilbakedatert_til="2023-03-01",
            kontrakt_med_kommunen="2023-02-01",
        ),
    ),
    "gammel ordning": national(2024, doctor(period(*ONE_MONTH), spesialisering="gammel ordning")),
    "fylkeskommune": national(2024, doctor(period(*ONE_MONTH)), søkertype="fylkeskommune"),
    "veiledet tjeneste": guided(guided_doctor(guided_period("2019-07-01", "2019-08-31"))),
    "spesialisering": discretionary(),
}


def of(data: Json, book: Rulebook) -> Application:
    return read(yaml.read_text(json.dumps(data, ensure_ascii=False), "sak.yaml"), book)


def naive(application: Application, book: Rulebook) -> Decision:
    return decide(application, book, (NaiveEvaluator(),))


def answer(decision: Decision) -> Any:
    """What an applicant gets: the outcomes, what each month gives, and the money. What is refused, is so whatever else was said of it."""
    if decision.outcome == "avvist":
        return decision.outcome
    return (
        decision.outcome,
        decision.total,
        decision.known,
        bool(decision.rates),
        [
            (
                one.doctor.id,
                one.outcome,
                [(line.component, line.outcome, line.amount) for line in one.lines.values() if line.months],
                [(month.month, sorted(given(month))) for month in one.months],
            )
            for one in decision.doctors
        ],
    )


def given(month: DoctorMonth) -> Iterator[tuple[str, str]]:
    return ((name, part.right) for name, part in month.components.items() if part.right != "nei")


def empty(whole: Application) -> Application:
    """The application before the first question. Lists are not asked for one by one, and are there from the start."""
    return replace(whole, facts={}, doctors=())


class Answering:
    """Someone who fills in the form from a whole application, and leaves out what it leaves out."""

    def __init__(self, whole: Application, book: Rulebook) -> None:
        self.whole = whole
        self.book = book
        self.now = empty(whole)
        self.skipped: set[str] = set()

    def steps(self) -> Iterator[Question]:
        """Each question, before it is answered."""
        while True:
            found = questions(self.now, self.book, self.skipped, with_defaults=True)
            if not found.ordered:
                return
            first = found.ordered[0]
            yield first
            self.give(first)

    def give(self, one: Question) -> None:
        path = one.asked.path
        if one.asked.fact == DOCTORS:
            if not self.whole.doctors:
                self.skipped.add(path)
            self.now = replace(self.now, doctors=tuple(replace(d, facts={}, periods=()) for d in self.whole.doctors))
            return
        if one.asked.fact == PERIODS:
            if not self.of_doctor(self.whole, one).periods:
                self.skipped.add(path)
            self.change(one, lambda mine, theirs: replace(mine, periods=tuple(map(dates_only, theirs.periods))))
            return
        value = self.value(one)
        if value is None:
            self.skipped.add(path)
            return
        name = one.asked.fact
        if one.asked.doctor is None:
            self.now = replace(self.now, facts={**self.now.facts, name: value})
        elif one.asked.level == "lege":
            self.change(one, lambda mine, theirs: replace(mine, facts={**mine.facts, name: value}))
        else:
            self.change(one, lambda mine, theirs: replace(mine, periods=with_fact(mine.periods, path, name, value)))

    def value(self, one: Question) -> Stated | None:
        name, path, fact = one.asked.fact, one.asked.path, one.fact
        assert fact is not None
        if one.asked.doctor is None:
            stated = self.whole.facts.get(name)
        elif one.asked.level == "lege":
            stated = self.of_doctor(self.whole, one).facts.get(name)
        else:
            stated = next(
                period.facts.get(name)
                for period in self.of_doctor(self.whole, one).periods
                if f"{period.path}.{name}" == path
            )
        return read_stated(fact, fact.default) if stated is None and fact.default is not None else stated

    @staticmethod
    def of_doctor(application: Application, one: Question) -> Doctor:
        return next(doctor for doctor in application.doctors if doctor.id == one.asked.doctor)

    def change(self, one: Question, make: Any) -> None:
        doctors = tuple(
            make(mine, self.of_doctor(self.whole, one)) if mine.id == one.asked.doctor else mine
            for mine in self.now.doctors
        )
        self.now = replace(self.now, doctors=doctors)


def dates_only(one: Period) -> Period:
    return replace(one, facts={name: one.facts[name] for name in ("fra", "til")})


def with_fact(periods: tuple[Period, ...], path: str, name: str, value: Stated) -> tuple[Period, ...]:
    return tuple(
        replace(one, facts={**one.facts, name: value}) if f"{one.path}.{name}" == path else one for one in periods
    )


def check_ends_alike(whole: Application, book: Rulebook) -> int:
    """Answer one question at a time. Gives how many there were."""
    answering = Answering(whole, book)
    asked: list[str] = []
    for one in answering.steps():
        assert one.asked.path not in asked, f"{one.asked.path} was asked twice"
        asked.append(one.asked.path)
    assert answer(naive(answering.now, book)) == answer(naive(whole, book))
    return len(asked)


# --- the same end --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES[::12])
def test_a_fixture_asked_for_piece_by_piece_ends_as_the_whole(case: str, book: Rulebook) -> None:
    whole = read_application(FIXTURES / case, book)
    if len(whole.doctors) > 2:
        whole = replace(whole, doctors=whole.doctors[:2])
    check_ends_alike(whole, book)


@settings(max_examples=15)
@each(data=national_applications(most_doctors=1))
def test_any_application_asked_for_piece_by_piece_ends_as_the_whole(data: Json, book: Rulebook) -> None:
    check_ends_alike(of(data, book), book)


def test_what_settles_everything_is_asked_first_and_ends_it(book: Rulebook) -> None:
    assert check_ends_alike(of(WHOLE["fylkeskommune"], book), book) == 1


# --- nothing that cannot matter ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", WHOLE)
def test_everything_asked_can_matter(case: str, book: Rulebook) -> None:
    """At the moment a fact is asked for, there are values of the others with which two answers to it, or none, end otherwise."""
    answering = Answering(of(WHOLE[case], book), book)
    for one in answering.steps():
        if one.fact is not None:
            assert turns(one, answering, book), f"{one.asked.path} cannot matter"


def turns(one: Question, answering: Answering, book: Rulebook) -> bool:
    rolls = Random(7)
    asking = _Questions(answering.now, book, frozenset(answering.skipped), True)
    assert one.fact is not None
    values: list[Stated | None] = [*asking.possible.answers(one.fact, one.asked), None]
    for _ in range(400):
        rest = filled(answering, rolls, asking, book, one)
        ends = {repr(answer(naive(rest if value is None else stated(rest, one, value), book))) for value in values}
        if len(ends) > 1:
            return True
    return False


def stated(rest: Application, one: Question, value: Stated) -> Application:
    answering = Answering.__new__(Answering)
    answering.whole = answering.now = rest
    answering.skipped = set()
    answering.value = lambda question: value  # type: ignore[method-assign]
    answering.give(one)
    return answering.now


def filled(answering: Answering, rolls: Random, asking: _Questions, book: Rulebook, one: Question) -> Application:
    """What is not stated yet, filled in: mostly as in the whole application, else anything."""

    def roll(owner: Any, given: Any, path: str, level: str, doctor: str | None) -> dict[str, Stated]:
        found = dict(owner)
        for fact in book.vocabulary.facts_of(answering.whole.scheme, level):
            at = f"{path}.{fact.name}"
            if fact.name in found or at in answering.skipped or at == one.asked.path or fact.kind in ("liste", "tekst"):
                continue
            value = rolled(fact, given.get(fact.name), rolls, asking, one)
            if value is not None:
                found[fact.name] = value
        return found

    now, whole = answering.now, answering.whole
    theirs = {doctor.id: doctor for doctor in whole.doctors}
    doctors = []
    for mine in now.doctors or whole.doctors:
        other = theirs[mine.id]
        periods = tuple(
            replace(part, facts=roll(part.facts, full.facts, part.path, "periode", mine.id))
            for part, full in zip(mine.periods or map(dates_only, other.periods), other.periods, strict=True)
        )
        doctors.append(replace(mine, facts=roll(mine.facts, other.facts, mine.path, "lege", mine.id), periods=periods))
    return replace(now, facts=roll(now.facts, whole.facts, "søknad", "søknad", None), doctors=tuple(doctors))


def rolled(fact: Fact, usual: Stated | None, rolls: Random, asking: _Questions, one: Question) -> Stated | None:
    if rolls.random() < 0.7:
        return usual
    return rolls.choice([usual, *asking.possible.answers(fact, one.asked._replace(doctor=None))])


# --- the order -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_defaults", [False, True])
@pytest.mark.parametrize("case", ["alis", "gammel ordning", "veiledet tjeneste", "spesialisering"])
def test_the_order_is_by_how_much_each_can_decide(case: str, with_defaults: bool, book: Rulebook) -> None:
    """The measure is worked out anew at every step, from whole decisions."""
    answering = Answering(of(WHOLE[case], book), book)
    for _ in answering.steps():
        found = questions(answering.now, book, answering.skipped, with_defaults)
        asking = _Questions(answering.now, book, frozenset(answering.skipped), with_defaults)
        assert list(found.ordered) == sorted(found.ordered, key=lambda one: one.rank)
        for one in found.ordered:
            if one.fact is None or one.asked.fact in asking.spelt:
                continue
            counts = []
            for value in asking.possible.answers(one.fact, one.asked):
                after = asking._open(naive(asking._with(one.asked, value), book))
                counts.append(len(found.open - after))
            assert one.decides == max(counts)
            assert one.average == Fraction(sum(counts), len(counts))


def test_what_is_settled_is_not_asked_about(book: Rulebook) -> None:
    """The older specialisation is refused whatever the rest is."""
    one = doctor(
        period(*ONE_MONTH, stilling=None, stillingsandel=None),
        avtale_inngått="2023-10-01",
        mal_brukt=None,
        spesialisering="gammel ordning",
        tiltak_gjennomført=None,
    )
    application = of(national(2024, one), book)
    assert questions(application, book).ordered == ()
    assert questions(application, book, with_defaults=True).ordered == ()


def test_an_empty_application_is_asked_what_can_end_it_first(book: Rulebook) -> None:
    nothing = empty(of(WHOLE["alis"], book))
    asked = [one.asked.path for one in questions(nothing, book, with_defaults=True).ordered]
    assert asked[0] == "søknad.søkertype" and asked[-1] == DOCTORS
