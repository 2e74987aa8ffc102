"""`mangler` names exactly the facts that could still change the answer, tried by stating them."""

import copy
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from application_builder import (
    CONTENT,
    Json,
    asked,
    decided,
    discretionary,
    doctor,
    guided,
    guided_doctor,
    guided_period,
    national,
    period,
    rights,
    supervised,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from random_applications import (
    APPLICANTS,
    MOMENTS,
    POSITIONS,
    RELATIONS,
    SIGNERS,
    YEARS,
    YES_NO,
    discretionary_applications,
    guided_applications,
    national_applications,
)

from engine.decide.decide import evaluators
from engine.language.overlay import lay_over
from engine.language.rulebook import Rulebook

#: values that between them give every answer a fact can lead to
VALUES: dict[str, Sequence[Any]] = {
    "tilskuddsår": YEARS,
    "mottatt": (*MOMENTS, "2015-04-01", "2015-04-02"),
    "søkertype": APPLICANTS,
    "sentralitetsklasse": (3, 6),
    "altinn_rolle_delegert": YES_NO,
    "uoppgjorte_fakturaer": YES_NO,
    "søknadsfrist": ("2010-01-01", "2015-03-31", "2015-04-01", "2020-01-01"),
    "undertegnet_av": SIGNERS,
    "deltar_i_evaluering": YES_NO,
    "innhold": (CONTENT, [], ["formål"]),
    "tilskuddstype": ("alis", "veiledning"),
    "avtale_inngått": (
        "2016-01-01",
        "2017-03-01",
        "2022-01-01",
        "2022-10-01",
        "2023-02-01",
        "2024-04-18",
        "2024-09-10",
        "2030-01-01",
    ),
    "mal_brukt": YES_NO,
    "spesialisering": ("ny ordning", "gammel ordning"),
    "kontrakt_med_kommunen": (
        "2022-09-30",
        "2022-10-01",
        "2022-11-15",
        "2023-03-05",
        "2023-06-05",
        "2023-08-31",
        "2024-01-01",
    ),
    "tiltak_gjennomført": YES_NO,
    "introduksjonsavtale_godkjent": YES_NO,
    "veiledning_attestert": YES_NO,
    "attest_vedlagt": YES_NO,
    "veileder_relasjon": RELATIONS,
    "nødvendige_måneder": (0, "0.3", 1, 2, 3, "3.5", 5, 8, 100),
    "stilling": POSITIONS,
    "stillingsandel": ("0.001", "0.5", 40, "59.99", 60, 80, "99.9", 100),
}
TOP = {
    "nasjonal-alis": ["tilskuddsår", "mottatt", "søkertype", "sentralitetsklasse"],
    "veiledet-tjeneste": ["mottatt", "søkertype", "altinn_rolle_delegert", "uoppgjorte_fakturaer"],
    "spesialisering": ["mottatt", "søkertype", "søknadsfrist", "undertegnet_av", "deltar_i_evaluering", "innhold"],
}
OF_DOCTOR = {
    "nasjonal-alis": [
        "tilskuddstype",
        "avtale_inngått",
        "mal_brukt",
        "spesialisering",
        "kontrakt_med_kommunen",
        "tiltak_gjennomført",
        "introduksjonsavtale_godkjent",
    ],
    "veiledet-tjeneste": [
        "avtale_inngått",
        "veiledning_attestert",
        "attest_vedlagt",
        "veileder_relasjon",
        "nødvendige_måneder",
    ],
}
OF_PERIOD = {"nasjonal-alis": ["stilling", "stillingsandel"], "veiledet-tjeneste": ["stillingsandel"]}

#: facts that are named also when stated, for the application is on hold until they are put right (A32)
TO_BE_PUT_RIGHT = {"uoppgjorte_fakturaer", "attest_vedlagt", "innhold", "undertegnet_av", "søkertype"}


def places(case: Json) -> list[str]:
    """Where a fact is or could be stated, as `mangler` writes it."""
    scheme = case["søknad"]["ordning"]
    found = [f"søknad.{fact}" for fact in TOP[scheme]]
    for index, one in enumerate(case.get("leger", [])):
        found += [f"leger[{index}].{fact}" for fact in OF_DOCTOR[scheme]]
        for number in range(len(one["perioder"])):
            found += [f"leger[{index}].perioder[{number}].{fact}" for fact in OF_PERIOD[scheme]]
    return found


def holder(case: Json, place: str) -> tuple[Json, str]:
    *path, fact = re.findall(r"[^.\[\]]+", place)
    inner: Any = case
    for step in path:
        inner = inner[int(step) if step.isdigit() else step]
    return inner, fact


def is_stated(case: Json, place: str) -> bool:
    facts, fact = holder(case, place)
    return fact in facts


def with_fact(case: Json, place: str, value: Any) -> Json:
    """The application with a fact stated; None takes it out."""
    changed = copy.deepcopy(case)
    facts, fact = holder(changed, place)
    if value is None:
        del facts[fact]
    else:
        facts[fact] = value
    return changed


def answer(case: Json, book: Rulebook) -> tuple[Any, ...]:
    """What the decision answers: outcomes, money, and the months that are not simply no; for the scheme without money, what a
    person must judge."""
    decision = decided(case, book, evaluators()[:1])
    outcome = decision["søknad"]["utfall"]
    judged = ()
    if case["søknad"]["ordning"] == "spesialisering" and outcome not in ("avslag", "avvist"):
        judged = tuple(sorted(one["id"] for one in decision["skjønn"]))
    doctors = []
    for one in decision["leger"]:
        months = []
        for month in one["måneder"]:
            open_rights = tuple((name, right) for name, right in month["rett"].items() if right != "nei")
            if "uavklart" in month["rett"].values():
                months.append((month["måned"], "uavklart"))
            elif open_rights:
                months.append((month["måned"], open_rights))
        lines = tuple(
            (name, line["utfall"], line["måneder"], line["beløp"])
            for name, line in one["komponenter"].items()
            if line["utfall"] not in ("avslag", "mangler opplysninger")
        )
        doctors.append((one["utfall"], lines, tuple(months)))
    return (outcome, decision["beløp"]["sum"], decision["beløp"]["kjent"], tuple(doctors), judged)


def could_change(case: Json, place: str, book: Rulebook) -> bool:
    """Whether stating the fact alone, with some value, gives another answer."""
    now = answer(case, book)
    _, fact = holder(case, place)
    return any(answer(with_fact(case, place, value), book) != now for value in VALUES[fact])


@pytest.fixture(scope="session")
def book_with_rates(book: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    """The rules with every rate of the national scheme made up, so that a fraction of a position is seen to matter."""
    variants = [variant.id for variant in book.schemes["nasjonal-alis"].parameters["alis_beløp"].variants]
    lines = ["ordning: nasjonal-alis", "satser:", "  alis_beløp:"]
    lines += [
        f"    - {{variant: {variant}, måneder: {{fra: 2022-01}}, verdi: {10007 + 1009 * number}}}"
        for number, variant in enumerate(variants)
    ]
    lines += ["  veiledningssats:", "    - {måneder: {fra: 2022-01}, verdi: 1400}"]
    lines += ["  veiledningstimer_per_år:", "    - {måneder: {fra: 2022-01}, verdi: 60}"]
    path = tmp_path_factory.mktemp("satser") / "satser.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return lay_over(book, path)


@st.composite
def with_one_fact_missing(draw: Any) -> tuple[Json, str]:
    roll = draw(st.integers(0, 9))
    kind = national_applications if roll < 6 else guided_applications if roll < 9 else discretionary_applications
    case = draw(kind(0, 1) if kind is not discretionary_applications else kind(0))
    stated = [place for place in places(case) if is_stated(case, place)]
    place = draw(st.sampled_from(stated))
    return with_fact(case, place, None), place


@settings(max_examples=70)
@given(with_one_fact_missing())
def test_the_one_missing_fact_is_named_exactly_when_it_could_change_the_answer(
    book: Rulebook, book_with_rates: Rulebook, drawn: tuple[Json, str]
) -> None:
    case, _ = drawn
    decision = decided(case, book, evaluators()[:1])
    named = {one["sti"] for one in decision["mangler"]}
    holds_back = {one for one in named if is_stated(case, one)}
    assert {holder(case, one)[1] for one in holds_back} <= TO_BE_PUT_RIGHT
    if holds_back:
        return  # on hold whatever the missing fact is
    for one in places(case):
        if is_stated(case, one):
            continue
        changes = could_change(case, one, book)
        if not changes and one in named and case["søknad"]["ordning"] == "nasjonal-alis":
            changes = could_change(case, one, book_with_rates)
        if one not in named:
            assert not changes, one
        elif len(named) == 1:  # of two, each may matter only together with the other
            assert changes, one
    if decision["søknad"]["utfall"] == "mangler opplysninger":
        assert named
    for one in decision["mangler"]:
        assert one["spørsmål"].endswith("?") or "?" in one["spørsmål"]


@settings(max_examples=40)
@given(st.data(), st.sampled_from([0.05, 0.15]))
def test_stating_facts_that_were_not_asked_for_changes_nothing(
    book: Rulebook, data: st.DataObject, missing: float
) -> None:
    case = data.draw(
        st.one_of(
            national_applications(missing, 2), guided_applications(missing, 2), discretionary_applications(missing)
        )
    )
    named = {one["sti"] for one in decided(case, book, evaluators()[:1])["mangler"]}
    unasked = [one for one in places(case) if not is_stated(case, one) and one not in named]
    now = answer(case, book)
    together = case
    for place in unasked:
        value = data.draw(st.sampled_from(VALUES[holder(case, place)[1]]), label=place)
        assert answer(with_fact(case, place, value), book) == now, place
        together = with_fact(together, place, value)
    assert answer(together, book) == now


# --- one by one, by hand --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_a_complete_application_lacks_nothing(year: int, book: Rulebook) -> None:
    first = {2022: "2022-01", 2023: "2022-10", 2024: "2023-09", 2025: "2024-09"}[year]
    assert decided(national(year, doctor(period(f"{first}-01", f"{first}-30"))), book)["mangler"] == []


@pytest.mark.parametrize("fact", ["mal_brukt", "spesialisering", "tiltak_gjennomført"])
def test_only_the_missing_fact_of_the_doctor_is_named(fact: str, book: Rulebook) -> None:
    whole = period("2023-05-01", "2023-06-30")
    doctors = [doctor(whole), doctor(whole, id="lege-2", avtale_inngått="2023-02-01", **{fact: None})]
    answer = decided(national(2023, *doctors), book)
    assert [(one["sti"], one["lege"], one["nivå"], one["måneder"]) for one in answer["mangler"]] == [
        (f"leger[1].{fact}", "lege-2", "lege", ["2023-05", "2023-06"])
    ]
    assert [one["utfall"] for one in answer["leger"]] == ["innvilget", "mangler opplysninger"]
    assert answer["søknad"]["utfall"] == "mangler opplysninger"


def test_a_missing_position_is_named_only_in_the_months_it_matters(book: Rulebook) -> None:
    """A stay that is long enough: only an introduction doctor could be refused, and only without an approved agreement."""
    months = period("2023-03-01", "2023-06-30", stilling=None)
    approved = national(2023, doctor(months, introduksjonsavtale_godkjent="ja"))
    assert decided(approved, book)["mangler"] == []
    assert asked(decided(national(2023, doctor(months, introduksjonsavtale_godkjent="nei")), book)) == {"stilling"}
    unstated = decided(national(2023, doctor(months)), book)
    assert asked(unstated) == {"stilling", "introduksjonsavtale_godkjent"}
    short = national(2023, supervised(period("2023-05-01", "2023-06-30", stilling=None)))
    assert asked(decided(short, book)) == {"stilling"}


def test_an_unclear_tie_is_judged_and_not_asked_for(book: Rulebook) -> None:
    answer = decided(national(2025, doctor(period("2024-10-01", "2024-10-31", tilknytning="uavklart"))), book)
    assert answer["mangler"] == []
    assert [one["id"] for one in answer["skjønn"]] == ["kommersiell-tilknytning"]


def test_what_is_settled_asks_for_nothing(book: Rulebook) -> None:
    late = national(
        2023, doctor(period("2023-05-01", "2023-05-31"), mal_brukt=None, spesialisering=None), mottatt="2023-09-02"
    )
    assert decided(late, book)["mangler"] == []
    outside = national(2023, doctor(period("2022-05-01", "2022-05-31"), mal_brukt=None, spesialisering=None))
    assert decided(outside, book)["mangler"] == []
    old = national(
        2023, doctor(period("2023-05-01", "2023-05-31"), spesialisering="gammel ordning", tiltak_gjennomført=None)
    )
    assert decided(old, book)["mangler"] == []


def test_defaults_are_told_and_not_asked_for(book: Rulebook) -> None:
    answer = decided(national(2023, doctor(period("2023-05-01", "2023-05-31"))), book)
    assert answer["mangler"] == []
    assert {(one["faktum"], one["verdi"], one["sti"]) for one in answer["forvalg"]} == {
        ("subsidiær_veiledning", "nei", "leger[0].subsidiær_veiledning"),
        ("tilknytning", "ingen", "leger[0].perioder[0].tilknytning"),
        ("stillingsandel_annen_kommune", "0", "leger[0].perioder[0].stillingsandel_annen_kommune"),
        ("annet_tilskudd", "nei", "leger[0].perioder[0].annet_tilskudd"),
    }


# --- faults that these tests once found -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "one",
    [
        doctor(period("2023-01-01", "2023-01-31"), tilskuddstype=None, spesialisering="gammel ordning"),
        doctor(period("2022-01-01", "2022-01-31"), tilskuddstype=None),
        doctor(period("2023-01-01", "2023-01-10"), tilskuddstype=None),
    ],
    ids=["old order", "outside the grant year", "too few days"],
)
def test_the_kind_of_grant_is_not_asked_for_when_both_are_refused(one: Json, book: Rulebook) -> None:
    answer = decided(national(2023, one), book)
    assert answer["søknad"]["utfall"] == "avslag"
    assert answer["mangler"] == []


def test_a_refusal_still_asks_for_what_could_dismiss_the_application(book: Rulebook) -> None:
    case = discretionary(søkertype=None, deltar_i_evaluering="nei")
    assert decided(with_fact(case, "søknad.søkertype", "annen"), book)["søknad"]["utfall"] == "avvist"
    assert asked(decided(case, book)) == {"søkertype"}


def test_a_missing_agreement_date_does_not_hide_facts_that_decide_alone(book: Rulebook) -> None:
    one = guided_doctor(guided_period("2019-07-01", "2019-07-31"), avtale_inngått=None, veiledning_attestert=None)
    refused = decided(guided({**one, "veiledning_attestert": "nei"}), book)
    assert refused["søknad"]["utfall"] == "avslag"
    assert asked(decided(guided(one), book)) == {"avtale_inngått", "veiledning_attestert"}


def test_a_missing_position_that_could_open_for_supervision_is_asked_for(book: Rulebook) -> None:
    """ALIS is refused for another reason; were the doctor a locum, supervision would be for a person to judge (A10, A29)."""
    months = period("2023-03-01", "2023-06-30", tilknytning="vikarbyrå", stilling=None)
    one = doctor(months, tiltak_gjennomført="nei")
    locum = with_fact(national(2023, one), "leger[0].perioder[0].stilling", "fastlegevikar")
    assert set(rights(decided(locum, book))["2023-04"].items()) == {("alis", "nei"), ("veiledning", "skjønn")}
    answer = decided(national(2023, one), book)
    assert asked(answer) == {"stilling"}
    assert answer["søknad"]["utfall"] == "mangler opplysninger"


@pytest.mark.parametrize(
    ("periods", "necessary", "expected"),
    [
        # the cap of twelve cannot be reached: August is yes whatever July's fraction is
        (
            [("2019-07-01", "2019-07-31", None), ("2019-08-01", "2019-08-31", 100)],
            12,
            {"2019-07": "uavklart", "2019-08": "ja"},
        ),
        # the one necessary month is used up in July: August is no whatever its fraction is
        (
            [("2019-07-01", "2019-07-31", 100), ("2019-08-01", "2019-08-31", None)],
            1,
            {"2019-07": "ja", "2019-08": "nei"},
        ),
        # nothing is necessary
        ([("2019-07-01", "2019-07-31", None)], 0, {"2019-07": "nei"}),
    ],
    ids=["cap out of reach", "cap used up", "nothing necessary"],
)
def test_a_missing_fraction_matters_only_where_the_cap_does(
    periods: list[tuple[str, str, Any]], necessary: int, expected: Json, book: Rulebook
) -> None:
    one = guided_doctor(*(guided_period(*period) for period in periods), nødvendige_måneder=necessary)
    found = rights(decided(guided(one), book))
    assert {month: right["veiledning"] for month, right in found.items()} == expected


@pytest.mark.parametrize("left_out", [CONTENT[0], CONTENT[4], CONTENT[-1]])
def test_an_incomplete_content_list_is_named(left_out: str, book: Rulebook) -> None:
    answer = decided(discretionary(innhold=[one for one in CONTENT if one != left_out]), book)
    assert answer["søknad"]["utfall"] == "mangler opplysninger"
    assert asked(answer) == {"innhold"}


@pytest.mark.parametrize("signer", ["styreleder", "prokura"])
def test_a_wrong_signature_asks_for_the_signature_alone(signer: str, book: Rulebook) -> None:
    answer = decided(discretionary(undertegnet_av=signer), book)
    assert answer["søknad"]["utfall"] == "mangler opplysninger"
    assert asked(answer) == {"undertegnet_av"}


def test_every_fact_of_the_vocabulary_that_can_be_missing_is_tried_here(book: Rulebook, rules: Path) -> None:
    """A fact added to the vocabulary must be added above."""
    for scheme in book.vocabulary.schemes:
        for level, tried in (("søknad", TOP), ("lege", OF_DOCTOR), ("periode", OF_PERIOD)):
            known = {
                fact.name
                for fact in book.vocabulary.facts_of(scheme, level)
                if not fact.required and fact.default is None and not fact.optional and fact.kind != "liste"
            }
            assert known <= set(tried.get(scheme, [])), (scheme, level)
