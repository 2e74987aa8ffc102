"""`alis hva-skal-til`: every answer decided again from the file it was given for, and held against trying everything."""

import json
import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any

import pytest
from application_builder import Json, doctor, guided, guided_doctor, guided_period, national, period, supervised

from engine.case.application import application as read
from engine.case.application import read_application
from engine.case.stated import Application
from engine.decide.decide import decide
from engine.decide.naive import NaiveEvaluator
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook
from engine.prove.changeable import Changeable, Piece
from engine.prove.changed import changed
from engine.prove.remedy import NotReached, Remedies, _Remedies, remedies
from engine.prove.remedy_words import as_object, sentence
from engine.prove.smallest import Changed, Search, Way
from engine.prove.solver import Clock
from engine.prove.trial import Target
from engine.text import yaml
from engine.text.month import Month
from engine.text.node import plain

FIXTURES = Path(__file__).parents[2] / "fixtures"
CASES = sorted(path.relative_to(FIXTURES).as_posix() for path in FIXTURES.rglob("*.yaml"))

#: changes tried for each target over the fixtures, so that the run is bounded wherever it is run; every one is decided within it
EFFORT = 8000


def of(data: Json, book: Rulebook) -> Application:
    return read(yaml.read_text(json.dumps(data, ensure_ascii=False), "sak.yaml"), book)


def alone(application: Application, book: Rulebook, *, most: int | None = None, **keywords: Any) -> Remedies:
    """The answers for the first month of each refusal."""
    seen: set[Any] = set()

    def first(target: Target, rules: tuple[str, ...]) -> bool:
        key = (target.doctor, target.component, rules)
        return key not in seen and not seen.add(key)  # type: ignore[func-returns-value]

    return remedies(application, book, most_asked=most, wanted=first, **keywords)


def sentences(found: Remedies) -> list[list[str]]:
    """For each answer, each way as its sentences."""
    return [
        [" og ".join(sentence(one, found.application.doctors) for one in way.changes) for way in answer.found.ways]
        for answer in found.answers
    ]


# --- every refused fixture ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_every_answer_for_a_refused_fixture_holds(case: str, book: Rulebook) -> None:
    """Each change is made in the file's own content, read and decided anew."""
    path = FIXTURES / case
    application = read_application(path, book)
    content: Any = plain(yaml.read_path(path))
    found = alone(application, book, most=EFFORT)
    for answer in as_object(found)["svar"]:
        assert answer["resultat"] == ("mulig" if answer["måter"] else "ingenting")
        for way in answer["måter"]:
            after = as_json(decide(of(with_changes(content, way["endringer"], application), book), book))
            assert after["søknad"]["utfall"] == way["utfall"]
            doctors = {one["id"]: one for one in after["leger"]}
            months = {one["måned"]: one["rett"] for one in doctors[answer["lege"]]["måneder"]}
            assert months[answer["måned"]][answer["komponent"]] == "ja"


def with_changes(content: Any, changes: list[Json], application: Application) -> Json:
    """The file's content with other values. A path counts periods in date order, and so may the file."""
    data: Json = json.loads(json.dumps({key: content[key] for key in ("søknad", "leger") if key in content}))
    data["søknad"].setdefault("ordning", application.scheme)
    for change in changes:
        owner: Any = data
        *steps, name = change["sti"].split(".")
        for step in steps:
            key, _, number = step.partition("[")
            owner = owner[key][int(number[:-1])] if number else owner[key]
        if change["til"] is None:
            owner.pop(name, None)
        else:
            owner[name] = change["til"]
    return data


def test_the_fixtures_have_answers_of_every_kind(book: Rulebook) -> None:
    kinds = set()
    for case in (
        "2023/signert-10-og-11-oktober-2022.yaml",
        "2023/mal-og-tiltak-feiler-sammen.yaml",
        "2022/fylkeskommune-avvist-2022.yaml",
    ):
        for answer in alone(read_application(FIXTURES / case, book), book).answers:
            kinds.add((len(answer.found.ways[0].changes) if answer.found.ways else 0, answer.found.impossible))
    assert kinds == {(1, False), (2, False), (0, True)}


# --- exact answers -------------------------------------------------------------------------------------------------------


def test_the_latest_day_the_agreement_could_be_signed(book: Rulebook) -> None:
    """22 of the days from 10 to 31 March are left when it is signed on the tenth; on the eleventh 21."""
    one = doctor(period("2023-03-01", "2023-03-31"), avtale_inngått="2023-03-20")
    found = alone(of(national(2023, one), book), book)
    assert sentences(found)[0][0] == "avtalen må være signert senest 10.3.2023 og tidligst 1.3.2017"


def test_the_least_percentage(book: Rulebook) -> None:
    one = guided_doctor(guided_period("2019-07-01", "2019-07-31", 59))
    found = alone(of(guided(one), book), book)
    assert sentences(found) == [["stillingsandelen må være minst 60 % (perioden 1.7.2019–31.7.2019)"]]


def test_the_dates_that_make_a_locum_long_enough(book: Rulebook) -> None:
    """Three months to the day: a day more before it or after it, or a position that needs no three months."""
    one = doctor(period("2023-03-02", "2023-05-31", stilling="fastlegevikar"), avtale_inngått="2023-02-01")
    (answer,) = alone(of(national(2023, one), book), book, most=100).answers
    assert answer.decided_by == ("vikariatets-varighet",) and answer.found.open is None
    assert [[(one.fact.fact.name, one.lowest, one.highest) for one in way.changes] for way in answer.found.ways] == [
        [("fra", None, date(2023, 3, 1).toordinal())],
        [("til", date(2023, 6, 1).toordinal(), None)],
        [("stilling", None, None)],
    ]


def test_what_waits_for_something_else_is_not_looked_for_among_dates(book: Rulebook) -> None:
    """Without the percentage no dates are enough; with any percentage the dates alone settle it."""
    one = doctor(period("2023-05-01", "2023-06-30", stilling="fastlegevikar"), avtale_inngått="2022-10-01")
    del one["perioder"][0]["stillingsandel"]
    (answer,) = alone(of(national(2023, one), book), book, most=200).answers
    assert answer.found.open is None
    names = {tuple(one.fact.fact.name for one in way.changes) for way in answer.found.ways}
    assert names == {("fra", "stillingsandel"), ("til", "stillingsandel"), ("stilling", "stillingsandel")}


def test_choices_that_do_equally_well_are_told_together(book: Rulebook) -> None:
    tied = period("2024-05-01", "2024-05-31", tilknytning="vikarbyrå")
    one = doctor(tied, avtale_inngått="2024-04-18")
    found = alone(of(national(2024, one), book), book)
    assert sentences(found) == [
        [
            "avtalen må være signert senest 17.4.2024 og tidligst 1.3.2017",
            "tilknytningen må være «ingen» eller «egen praksis» (perioden 1.5.2024–31.5.2024)",
        ]
    ]


def test_two_facts_that_are_both_needed(book: Rulebook) -> None:
    one = doctor(
        period("2024-01-01", "2024-01-31"), avtale_inngått="2023-10-01", mal_brukt="nei", tiltak_gjennomført="nei"
    )
    found = alone(of(national(2024, one), book), book)
    assert sentences(found) == [
        [
            "Helsedirektoratets mal må være brukt og tilretteleggingen som er avtalt, må være gjennomført",
            "avtalen må være signert senest 31.12.2022 og tidligst 1.3.2017 og "
            "tilretteleggingen som er avtalt, må være gjennomført",
        ]
    ]


def test_it_says_plainly_when_nothing_can(book: Rulebook) -> None:
    one = doctor(period("2024-01-01", "2024-01-31"), avtale_inngått="2023-10-01")
    found = alone(of(national(2024, one, søkertype="fylkeskommune"), book), book)
    assert [answer.found.impossible for answer in found.answers] == [True]
    assert not any(answer.found.ways for answer in found.answers)


def test_less_than_the_whole_can_be_the_goal(book: Rulebook) -> None:
    """An agreement without the template gives nothing; asking for supervision instead gives something, and not ALIS."""
    one = doctor(period("2024-01-01", "2024-01-31"), avtale_inngått="2023-10-01", mal_brukt="nei")
    found = remedies(of(national(2024, one), book), book, "delvis innvilget")
    (answer,) = found.answers
    assert {tuple(one.fact.fact.name for one in way.changes) for way in answer.found.ways} == {
        ("avtale_inngått",),
        ("mal_brukt",),
        ("subsidiær_veiledning",),
    }


def test_only_what_may_be_changed_is_changed(book: Rulebook) -> None:
    one = supervised(period("2024-01-01", "2024-01-31"), spesialisering="gammel ordning", avtale_inngått="2023-10-01")
    (answer,) = alone(of(national(2024, one), book), book).answers
    names = {one.fact.fact.name for way in answer.found.ways for one in way.changes}
    assert names == {"spesialisering"}
    facts = book.vocabulary.facts
    assert all(facts[name].changeable for name in names)
    assert not facts["kommunenummer"].changeable and not facts["sentralitetsklasse"].changeable


def test_an_answer_that_does_not_hold_is_refused(book: Rulebook) -> None:
    """A way that does not reach the target is not shown; it stops everything."""
    one = doctor(period("2023-03-01", "2023-03-31"), avtale_inngått="2023-03-20")
    asked = _Remedies(of(national(2023, one), book), book, "innvilget", Clock())
    ((target, _),) = asked._targets()
    fact = asked._facts(0)["leger[0].avtale_inngått"]
    assert fact.near is not None
    late = Way((Changed(fact, fact.between(fact.near - 1, fact.near - 1)),), 1)
    with pytest.raises(NotReached, match=r"HVA-SKAL-TIL-SPILL: .*avtale_inngått.*ventet innvilget, fant avslag"):
        asked._again(target, late)


# --- held against trying everything ---------------------------------------------------------------------------------------

SMALL = {
    "for få dager": national(2023, doctor(period("2023-03-14", "2023-04-30"), avtale_inngått="2023-03-12")),
    "vikariat": national(
        2023, doctor(period("2023-03-12", "2023-06-09", stilling="fastlegevikar"), avtale_inngått="2023-03-01")
    ),
    "tilbakedatering": national(
        2023,
        doctor(
            period("2023-03-01", "2023-04-30"),
            avtale_inngått="2023-03-14",
            tilbakedatert_til="2023-03-13",
            kontrakt_med_kommunen="2023-03-13",
        ),
    ),
    "tilknytning": national(
        2024,
        doctor(
            period("2024-05-01", "2024-05-11", tilknytning="vikarbyrå"),
            period("2024-05-12", "2024-05-31"),
            avtale_inngått="2024-04-19",
        ),
    ),
}

#: how many days to each side dates are tried
DAYS = 7


@pytest.mark.parametrize("case", SMALL)
def test_nothing_smaller_does(case: str, book: Rulebook) -> None:
    """Every combination of one and of two facts, with dates some days to each side, decided by the engine."""
    application = of(SMALL[case], book)
    asked = _Remedies(application, book, "innvilget", Clock())
    target = next(iter(asked._targets()))[0]
    facts = {path: one for path, whole in asked._facts(0).items() if (one := small(whole)).pieces}
    search = Search(facts, lambda given: asked.trials.ask(target, facts, given), Clock())
    found = {tuple(one.fact.path for one in way.changes): way.away for way in search.run().ways}
    tried = tried_all(application, facts, target, book)
    assert tried and found == tried


#: granted or nearly so, so that dates decide
NEAR = {
    "dager": national(2023, doctor(period("2023-03-08", "2023-04-24"), avtale_inngått="2023-03-01")),
    "vikariat": national(
        2023,
        doctor(
            period("2023-03-01", "2023-04-10", stilling="fastlegevikar"),
            period("2023-04-11", "2023-06-05", stilling="fastlegevikar"),
            avtale_inngått="2023-02-01",
        ),
    ),
    "veiledet": guided(
        guided_doctor(guided_period("2019-07-01", "2019-09-20", 80), guided_period("2019-09-21", "2019-12-05", 60))
    ),
}


@pytest.mark.parametrize("case", NEAR)
def test_what_is_told_of_ranges_holds_of_their_values(case: str, book: Rulebook) -> None:
    """Of boxes of two facts, with dates of periods among them: what surely reaches or surely does not, at values inside."""
    application = of(NEAR[case], book)
    asked = _Remedies(application, book, "innvilget", Clock())
    component = "veiledning" if case == "veiledet" else "alis"
    targets = [Target(0, month.month, component) for month in asked.decision.doctors[0].months]
    facts = {path: one for path, one in asked._facts(0).items() if one.pieces}
    dates = [path for path in facts if path.endswith((".fra", ".til"))]
    draw, told = random.Random(case), set()
    for _ in range(200):
        target = draw.choice(targets)
        chosen = list(dict.fromkeys((draw.choice(dates), draw.choice(list(facts)))))
        box = {path: some_of(facts[path], draw) for path in chosen}
        answer = asked.trials.ask(target, facts, box)
        told.add(answer)
        for _ in range(2 if answer != "åpen" else 0):
            values = tuple(value_in(piece, draw) for piece in box.values())
            assert reached(application, facts, tuple(chosen), values, target, book) == (answer == "ja"), (box, values)
    assert told == {"ja", "nei", "åpen"}


def some_of(one: Changeable, draw: random.Random) -> Piece:
    """A range of values, mostly near the stated one."""
    piece = draw.choice(one.pieces)
    if piece.low is None or piece.high is None:
        return piece
    near = one.near if one.near is not None else piece.low
    middle = min(max(near + draw.randint(-40, 40), piece.low), piece.high)
    wide = draw.choice((0, 1, 3, 10, 40, 200))
    return one.between(max(piece.low, middle - wide), min(piece.high, middle + draw.randint(0, wide)))


def value_in(piece: Piece, draw: random.Random) -> Piece:
    if piece.low is None or piece.high is None:
        return piece
    number = draw.choice((piece.low, piece.high, draw.randint(piece.low, piece.high)))
    return Piece(None, number, number)


def small(one: Changeable) -> Changeable:
    """The fact with values near the stated one only."""
    if not one.counted or one.near is None:
        return replace(one, pieces=tuple(piece for piece in one.pieces if piece.low is None)[:2])
    pieces = [piece for piece in one.pieces if piece.low is not None and piece.high is not None]
    cut = [
        (max(piece.low, one.near - DAYS), min(piece.high, one.near + DAYS))  # type: ignore[type-var]
        for piece in pieces
    ]
    return replace(one, pieces=tuple(one.between(low, high) for low, high in cut if low <= high))  # type: ignore[arg-type, operator]


def tried_all(
    application: Application, facts: dict[str, Changeable], target: Target, book: Rulebook
) -> dict[tuple[str, ...], int]:
    for size in (1, 2):
        found: dict[tuple[str, ...], int] = {}
        for chosen in combinations(facts, size):
            for some in product(*(single(facts[path]) for path in chosen)):
                away = sum(piece.away for piece in some)
                if away < found.get(tuple(chosen), 1000) and reached(application, facts, chosen, some, target, book):
                    found[tuple(chosen)] = away
        if found:
            return found
    return {}


def single(one: Changeable) -> list[Piece]:
    found = []
    for piece in one.pieces:
        if piece.low is None or piece.high is None:
            found.append(piece)
        else:
            found += [one.between(number, number) for number in range(piece.low, piece.high + 1)]
    return found


def reached(
    application: Application,
    facts: dict[str, Changeable],
    chosen: tuple[str, ...],
    some: tuple[Piece, ...],
    target: Target,
    book: Rulebook,
) -> bool:
    new = changed(
        application, {path: (facts[path], facts[path].seen(piece)) for path, piece in zip(chosen, some, strict=True)}
    )
    spans = new.doctors[0].periods
    if any(one.first > one.last for one in spans) or any(later.first <= one.last for one, later in pairwise(spans)):
        return False
    decision = decide(new, book, (NaiveEvaluator(),))
    if decision.outcome == "avvist":
        return False
    for month in decision.doctors[0].months:
        if month.month == target.month and target.component in month.components:
            return month.components[target.component].status == "ja"
    return False


def test_the_small_cases_are_refused_for_the_reasons_they_are_named_after(book: Rulebook) -> None:
    assert timedelta(DAYS) < timedelta(10)
    for data in SMALL.values():
        asked = _Remedies(of(data, book), book, "innvilget", Clock())
        target, rules = next(iter(asked._targets()))
        assert rules and isinstance(target.month, Month.__supertype__)
