"""Just below, on and just above every threshold and date in the rules.

The expected values are worked out by hand from what the sources say (and from the project's written interpretations, A1 to A39),
never read from the engine. Amounts: 57.75 hours × 1.15 × 1 140 ÷ 12 = 6 309.1875 a month in grant year 2023, and with 1 215
6 724.265625 in grant year 2024; guided service 5 867 a month.
"""

from collections.abc import Callable
from typing import Any

import pytest
from application_builder import (
    Json,
    amount,
    discretionary,
    doctor,
    found,
    guided,
    guided_doctor,
    guided_period,
    months_between,
    national,
    notes,
    period,
    right,
    rights,
    shifted,
    supervised,
)

Decide = Callable[[Json], Json]

COMMERCIAL = ["vikarbyrå", "kommersiell arbeidsgiver", "kommersiell kontordrift"]
HARMLESS = ["ingen", "egen praksis"]

#: grant year → first and last month, and the months just outside
WINDOWS = {
    2022: ("2021-12", "2022-01", "2022-09", "2022-10"),
    2023: ("2022-09", "2022-10", "2023-08", "2023-09"),
    2024: ("2023-08", "2023-09", "2024-08", "2024-09"),
    2025: ("2024-08", "2024-09", "2025-05", "2025-06"),
}


def counting(answer: Json, month: str) -> int:
    """How many days of the month count."""
    return next(one["dager"] for one in answer["leger"][0]["måneder"] if one["måned"] == month)


# --- the agreement date selects the rule set ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agreed", "expected"),
    [
        ("2017-02-27", None),
        ("2017-02-28", None),
        ("2017-03-01", "2022/nasjonal-alis"),
        ("2017-03-02", "2022/nasjonal-alis"),
        ("2022-09-29", "2022/nasjonal-alis"),
        ("2022-09-30", "2022/nasjonal-alis"),
        ("2022-10-01", "2023/nasjonal-alis"),
        ("2022-10-02", "2023/nasjonal-alis"),
        ("2023-08-30", "2023/nasjonal-alis"),
        ("2023-08-31", "2023/nasjonal-alis"),
        ("2023-09-01", "2024/nasjonal-alis"),
        ("2023-09-02", "2024/nasjonal-alis"),
        ("2024-08-30", "2024/nasjonal-alis"),
        ("2024-08-31", "2024/nasjonal-alis"),
        ("2024-09-01", "2025/nasjonal-alis"),
        ("2024-09-02", "2025/nasjonal-alis"),
        ("2199-12-31", "2025/nasjonal-alis"),
    ],
)
def test_the_agreement_date_selects_the_rule_set(decide_case: Decide, agreed: str, expected: str | None) -> None:
    one = doctor(period("2024-12-01", "2024-12-31"), avtale_inngått=agreed)
    answer = decide_case(national(2025, one))["leger"][0]
    assert answer["regelsett"] == expected
    assert (answer["utfall"] == "avslag" and answer["måneder"] == []) == (expected is None)


@pytest.mark.parametrize(
    ("agreed", "covered"),
    [("1999-01-01", True), ("2017-02-27", True), ("2017-02-28", True), ("2017-03-01", False), ("2017-03-02", False)],
)
def test_guided_service_takes_agreements_to_the_end_of_february_2017(
    decide_case: Decide, agreed: str, covered: bool
) -> None:
    one = guided_doctor(guided_period("2019-07-01", "2019-09-30"), avtale_inngått=agreed)
    answer = decide_case(guided(one))
    assert answer["leger"][0]["regelsett"] == ("2017/veiledet-tjeneste" if covered else None)
    assert answer["søknad"]["utfall"] == ("innvilget" if covered else "avslag")
    assert answer["beløp"]["sum"] == ("17601.00" if covered else "0.00")


@pytest.mark.parametrize(
    ("agreed", "scheme"),
    [
        ("2017-02-27", "veiledet-tjeneste"),
        ("2017-02-28", "veiledet-tjeneste"),
        ("2017-03-01", "nasjonal-alis"),
        ("2017-03-02", "nasjonal-alis"),
    ],
)
def test_without_a_scheme_the_agreement_date_decides(decide_case: Decide, agreed: str, scheme: str) -> None:
    case = {
        "søknad": {"id": "sak-1"},
        "leger": [{"id": "l", "avtale_inngått": agreed, "perioder": [{"fra": "2019-07-01", "til": "2019-07-31"}]}],
    }
    assert decide_case(case)["søknad"]["ordning"] == scheme


# --- the window of each grant year ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", WINDOWS)
def test_months_outside_the_grant_year_are_refused_and_not_counted(decide_case: Decide, year: int) -> None:
    before, first, last, after = WINDOWS[year]
    whole = period(f"{before}-01", f"{after}-30")
    answer = decide_case(national(year, doctor(whole, avtale_inngått="2021-01-01")))
    months = right(answer, "alis")
    assert months == {before: "nei", **dict.fromkeys(months_between(first, last), "ja"), after: "nei"}
    assert answer["søknad"]["utfall"] == "innvilget"
    assert answer["leger"][0]["komponenter"]["alis"]["måneder"] == {2022: 9, 2023: 11, 2024: 12, 2025: 9}[year]
    for outside in (before, after):
        assert found(answer, "innenfor-tilskuddsåret", måned=outside)["resultat"] == "ikke oppfylt"
        assert [one["id"] for one in answer["vilkår"] if one.get("måned") == outside] == ["innenfor-tilskuddsåret"]
    for inside in (first, last):
        assert found(answer, "innenfor-tilskuddsåret", måned=inside)["resultat"] == "oppfylt"


@pytest.mark.parametrize("year", WINDOWS)
@pytest.mark.parametrize("which", [0, 3])
def test_a_doctor_with_no_month_inside_the_window_is_refused(decide_case: Decide, year: int, which: int) -> None:
    outside = WINDOWS[year][which]
    one = doctor(period(f"{outside}-01", f"{outside}-30"), avtale_inngått="2021-01-01")
    answer = decide_case(national(year, one))
    assert answer["leger"][0]["utfall"] == answer["søknad"]["utfall"] == "avslag"
    assert answer["beløp"]["sum"] == "0.00"


# --- deadlines ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "month", "deadline"),
    [(2022, "2022-09", "2022-10-01"), (2023, "2023-08", "2023-09-01"), (2025, "2025-05", "2025-08-31")],
)
def test_the_deadline_lasts_to_the_end_of_its_day(decide_case: Decide, year: int, month: str, deadline: str) -> None:
    next_day = shifted(deadline, 1)
    for received, in_time in [
        (shifted(deadline, -1), True),
        (deadline, True),
        (f"{deadline}T00:00", True),
        (f"{deadline}T23:59", True),
        (f"{deadline}T23:59:59", True),
        (f"{next_day}T00:00", False),
        (f"{next_day}T00:00:01", False),
        (next_day, False),
        (shifted(deadline, 365), False),
    ]:
        one = doctor(period(f"{month}-01", f"{month}-30"), avtale_inngått="2021-01-01")
        answer = decide_case(national(year, one, mottatt=received))
        assert found(answer, "søknadsfrist")["resultat"] == ("oppfylt" if in_time else "ikke oppfylt"), received
        assert (answer["søknad"]["utfall"] == "avvist") != in_time, received
        if not in_time:
            assert answer["leger"] == [
                {"id": "lege-1", "regelsett": None, "utfall": "avvist", "komponenter": {}, "måneder": []}
            ]
            assert answer["beløp"] == {"sum": "0.00", "kjent": "0.00", "mangler_satser": []}


@pytest.mark.parametrize("received", ["2024-08-31T23:59", "2024-09-01T23:59", "2024-09-02T00:00", "2199-12-31", None])
def test_the_unknown_deadline_of_2024_rejects_nobody(decide_case: Decide, received: str | None) -> None:
    answer = decide_case(national(2024, doctor(period("2024-05-01", "2024-05-31")), mottatt=received))
    assert answer["søknad"]["utfall"] == "innvilget"
    assert found(answer, "søknadsfrist")["resultat"] == "ikke aktuelt"
    assert "søknadsfrist-ikke-registrert" in notes(answer)
    assert answer["mangler"] == []


@pytest.mark.parametrize("year", [2022, 2023, 2025])
def test_a_known_deadline_gives_no_note(decide_case: Decide, year: int) -> None:
    month = WINDOWS[year][1]
    one = doctor(period(f"{month}-01", f"{month}-30"), avtale_inngått="2021-01-01")
    assert "søknadsfrist-ikke-registrert" not in notes(decide_case(national(year, one)))


@pytest.mark.parametrize(
    ("received", "in_time"),
    [
        ("2015-03-31", True),
        ("2015-04-01T00:00", True),
        ("2015-04-01T23:59:59", True),
        ("2015-04-02T00:00", False),
        ("2015-04-02T00:01", False),
    ],
)
def test_a_late_discretionary_application_is_a_question(decide_case: Decide, received: str, in_time: bool) -> None:
    answer = decide_case(discretionary(mottatt=received))
    assert found(answer, "søknad-innen-fristen")["resultat"] == ("oppfylt" if in_time else "ikke oppfylt")
    assert answer["søknad"]["utfall"] == "til skjønn"
    assert ("søknad-innen-fristen" in {one["id"] for one in answer["skjønn"]}) != in_time
    assert answer["beløp"] == {"sum": None, "kjent": "0.00", "mangler_satser": []}


# --- more than three calendar weeks: 22 days ------------------------------------------------------------------------------

#: month → its number of days
LENGTHS = {
    "2022-02": 28, "2022-06": 30, "2022-07": 31, "2022-09": 30, "2023-01": 31, "2023-02": 28, "2023-04": 30, "2024-02": 29,
}  # fmt: skip


def last_days(month: str, days: int) -> str:
    """The date from which a month has so many days left."""
    return f"{month}-{LENGTHS[month] - days + 1:02d}"


def end_of(month: str) -> str:
    return f"{month}-{LENGTHS[month]}"


def signed(month: str, days: int) -> Json:
    return doctor(period(f"{month}-01", end_of(month)), avtale_inngått=last_days(month, days))


def converted(month: str, days: int) -> Json:
    return doctor(period(f"{month}-01", end_of(month)), konvertert_til_ny_ordning=last_days(month, days))


def started(month: str, days: int) -> Json:
    return doctor(period(last_days(month, days), end_of(month)))


def ended(month: str, days: int) -> Json:
    return doctor(period(f"{month}-01", f"{month}-{days}"))


def split(month: str, days: int) -> Json:
    """Ten days at the start and the rest at the end, with days off between where the month is longer."""
    return doctor(period(f"{month}-01", f"{month}-10"), period(last_days(month, days - 10), end_of(month)))


def signed_and_ended(month: str, days: int) -> Json:
    """Signed on the second and ended so that the days are right."""
    return doctor(period(f"{month}-01", f"{month}-{days + 1:02d}"), avtale_inngått=f"{month}-02")


@pytest.mark.parametrize("month", ["2023-02", "2024-02", "2023-04", "2023-01"])
@pytest.mark.parametrize("build", [signed, converted, started, ended, split, signed_and_ended])
def test_22_days_of_a_month_are_enough(decide_case: Decide, build: Callable[[str, int], Json], month: str) -> None:
    for days, expected in [(21, "nei"), (22, "ja"), (23, "ja")]:
        answer = decide_case(national(int(month[:4]), build(month, days)))
        assert right(answer, "alis") == {month: expected}, days
        assert counting(answer, month) == days
        assert found(answer, "over-tre-kalenderuker", måned=month)["resultat"] == (
            "oppfylt" if expected == "ja" else "ikke oppfylt"
        )


@pytest.mark.parametrize("month", ["2023-02", "2024-02", "2023-04", "2023-01"])
def test_supervision_needs_22_days_too_but_no_signature(decide_case: Decide, month: str) -> None:
    for days, expected in [(21, "nei"), (22, "ja"), (23, "ja")]:
        short = supervised(period(f"{month}-01", f"{month}-{days}"))
        late = supervised(period(f"{month}-01", f"{month}-{days}"), avtale_inngått=end_of(month))
        gone_over = {**converted(month, days), "tilskuddstype": "veiledning"}
        for one in (short, late, gone_over):
            assert right(decide_case(national(int(month[:4]), one)), "veiledning") == {month: expected}


# --- whole months to September 2022 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("month", ["2022-02", "2022-06", "2022-07", "2022-09"])
@pytest.mark.parametrize("build", [signed, converted, started, ended, split])
def test_whole_months_in_2022(decide_case: Decide, build: Callable[[str, int], Json], month: str) -> None:
    length = LENGTHS[month]
    for days, expected in [(22, "nei"), (length - 1, "nei"), (length, "ja")]:
        answer = decide_case(national(2022, build(month, days)))
        assert right(answer, "alis") == {month: expected}, days
        assert counting(answer, month) == days


@pytest.mark.parametrize("agreed", ["2017-03-01", "2022-09-30", "2022-10-01", "2024-05-01"])
def test_the_month_and_not_the_agreement_decides_between_whole_months_and_22_days(
    decide_case: Decide, agreed: str
) -> None:
    """Supervision only, for its days count whatever the signature: 29 of 30 days in September 2022, 22 of 31 in October."""
    september = supervised(period("2022-09-01", "2022-09-29"), avtale_inngått=agreed)
    full = supervised(period("2022-09-01", "2022-09-30"), avtale_inngått=agreed)
    october = supervised(period("2022-10-01", "2022-10-22"), avtale_inngått=agreed)
    too_few = supervised(period("2022-10-01", "2022-10-21"), avtale_inngått=agreed)
    assert right(decide_case(national(2022, september)), "veiledning") == {"2022-09": "nei"}
    assert right(decide_case(national(2022, full)), "veiledning") == {"2022-09": "ja"}
    assert right(decide_case(national(2023, october)), "veiledning") == {"2022-10": "ja"}
    assert right(decide_case(national(2023, too_few)), "veiledning") == {"2022-10": "nei"}


# --- the signature and the backdating of 2023 -----------------------------------------------------------------------------


#: (contract with the kommune, backdated to, signed) → the first day that counts
BACKDATING = [
    ("2022-09-29", "2022-10-01", "2023-02-15", "2023-02-15"),
    ("2022-09-30", "2022-10-01", "2023-02-15", "2023-02-15"),
    ("2022-10-01", "2022-10-01", "2023-02-15", "2022-10-01"),
    ("2022-10-02", "2022-10-01", "2023-02-15", "2022-10-02"),
    ("2022-10-01", "2022-09-30", "2023-02-15", "2022-10-01"),
    ("2022-10-01", "2022-10-02", "2023-02-15", "2022-10-02"),
    ("2022-10-10", "2022-10-01", "2023-02-15", "2022-10-10"),
    ("2022-10-11", "2022-10-01", "2023-02-15", "2022-10-11"),
    ("2022-10-01", "2022-10-10", "2023-02-15", "2022-10-10"),
    ("2022-10-01", "2022-10-11", "2023-02-15", "2022-10-11"),
    ("2022-12-05", "2022-11-05", "2023-02-15", "2022-12-05"),
    ("2022-11-05", "2022-12-05", "2023-02-15", "2022-12-05"),
    ("2022-10-01", "2023-02-14", "2023-02-15", "2023-02-14"),
    ("2022-10-01", "2023-02-15", "2023-02-15", "2023-02-15"),
    ("2022-10-01", "2023-02-16", "2023-02-15", "2023-02-15"),
    ("2023-02-16", "2022-10-01", "2023-02-15", "2023-02-15"),
    ("2022-10-01", None, "2023-02-15", "2023-02-15"),
    # only for agreements from 1.10.2022 to 31.8.2023
    ("2022-10-01", "2022-10-01", "2022-10-01", "2022-10-01"),
    ("2022-10-01", "2022-10-01", "2022-10-02", "2022-10-01"),
    ("2022-10-01", "2022-10-01", "2023-08-30", "2022-10-01"),
    ("2022-10-01", "2022-10-01", "2023-08-31", "2022-10-01"),
    ("2022-10-01", "2022-10-01", "2023-09-01", None),
    ("2022-10-01", "2022-10-01", "2024-02-01", None),
]


@pytest.mark.parametrize(("contract", "wished", "agreed", "counts_from"), BACKDATING)
def test_backdating(
    decide_case: Decide, contract: str, wished: str | None, agreed: str, counts_from: str | None
) -> None:
    one = doctor(
        period("2022-10-01", "2023-08-31"),
        avtale_inngått=agreed,
        kontrakt_med_kommunen=contract,
        tilbakedatert_til=wished,
    )
    answer = decide_case(national(2023, one))
    for month in answer["leger"][0]["måneder"]:
        name = month["måned"]
        length = {"02": 28, "04": 30, "06": 30, "11": 30}.get(name[5:], 31)
        days = 0
        if counts_from is not None:
            days = min(length, max(0, length - (int(counts_from[8:]) - 1))) if name == counts_from[:7] else length
            days = days if name >= counts_from[:7] else 0
        assert month["dager"] == days, name
        assert month["rett"]["alis"] == ("ja" if days >= 22 else "nei"), name


def test_a_2022_agreement_cannot_be_backdated(decide_case: Decide) -> None:
    facts: Json = {
        "avtale_inngått": "2022-09-30",
        "kontrakt_med_kommunen": "2022-10-01",
        "tilbakedatert_til": "2022-09-01",
    }
    answer = decide_case(national(2022, doctor(period("2022-09-01", "2022-09-30"), **facts)))
    assert counting(answer, "2022-09") == 1
    later = {
        **facts,
        "avtale_inngått": "2022-10-01",
        "tilbakedatert_til": "2022-09-15",
        "kontrakt_med_kommunen": "2022-10-01",
    }
    answer = decide_case(national(2022, doctor(period("2022-09-01", "2022-09-30"), **later)))
    assert counting(answer, "2022-09") == 0


# --- the template ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agreed", "needed"),
    [
        ("2022-09-30", False),
        ("2022-10-01", False),
        ("2022-12-30", False),
        ("2022-12-31", False),
        ("2023-01-01", True),
        ("2023-01-02", True),
        ("2023-09-01", True),
        ("2024-09-01", True),
    ],
)
def test_the_template_is_needed_from_2023(decide_case: Decide, agreed: str, needed: bool) -> None:
    for used, year, month in [("nei", 2023, "2023-05"), ("ja", 2023, "2023-05"), ("nei", 2025, "2025-05")]:
        one = doctor(period(f"{month}-01", f"{month}-31"), avtale_inngått=agreed, mal_brukt=used)
        answer = decide_case(national(year, one))
        if agreed > month:
            continue  # not signed yet: refused whatever the template
        refused = needed and used == "nei"
        assert right(answer, "alis") == {month: "nei" if refused else "ja"}
        assert ("mal-for-eldre-avtale" in notes(answer)) == (not needed and used == "nei")


@pytest.mark.parametrize(
    ("first", "last", "noted"),
    [("2022-12-01", "2022-12-31", False), ("2022-12-01", "2023-01-31", True), ("2023-01-01", "2023-01-31", True)],
)
def test_the_note_on_the_template_is_for_months_from_2023(
    decide_case: Decide, first: str, last: str, noted: bool
) -> None:
    answer = decide_case(national(2023, doctor(period(first, last), mal_brukt="nei")))
    assert ("mal-for-eldre-avtale" in notes(answer)) == noted
    assert set(right(answer, "alis").values()) == {"ja"}


# --- what came in October 2022 also for older agreements ------------------------------------------------------------------


@pytest.mark.parametrize("agreed", ["2017-03-01", "2022-09-30"])
@pytest.mark.parametrize(("done", "expected"), [("ja", "ja"), ("nei", "nei"), (None, "uavklart")])
def test_facilitation_must_be_carried_out_from_october_2022(
    decide_case: Decide, agreed: str, done: str | None, expected: str
) -> None:
    september = doctor(period("2022-09-01", "2022-09-30"), tiltak_gjennomført=done)
    assert right(decide_case(national(2022, september)), "alis") == {"2022-09": "ja"}
    october = doctor(period("2022-10-01", "2022-10-31"), avtale_inngått=agreed, tiltak_gjennomført=done)
    answer = decide_case(national(2023, october))
    assert right(answer, "alis") == {"2022-10": expected}
    if expected != "ja":
        assert answer["leger"][0]["måneder"][0]["avgjort_av"]["alis"] == ["tiltak-gjennomført"]


def test_the_agency_rule_of_2023_starts_in_october_2022(decide_case: Decide) -> None:
    facts: Json = {"stilling": "fastlegevikar", "tilknytning": "vikarbyrå"}
    long = ("2022-07-01", "2022-12-31")
    september = doctor(period(*long, **facts))
    answer = decide_case(national(2022, september))
    assert right(answer, "alis") == {
        **dict.fromkeys(["2022-07", "2022-08", "2022-09"], "ja"),
        "2022-10": "nei",
        "2022-11": "nei",
        "2022-12": "nei",
    }
    answer = decide_case(national(2023, september))
    october = rights(answer)
    assert october["2022-09"] == {"alis": "nei"}  # outside the window
    assert october["2022-10"] == october["2022-12"] == {"alis": "nei", "veiledning": "skjønn"}
    assert answer["søknad"]["utfall"] == "til skjønn"


@pytest.mark.parametrize(
    ("position", "tie", "refused"),
    [
        ("fastlegevikar", "vikarbyrå", True),
        ("ansatt fastlege", "vikarbyrå", False),
        ("introduksjonslege", "vikarbyrå", False),
        ("fastlegevikar", "kommersiell arbeidsgiver", False),
        ("fastlegevikar", "kommersiell kontordrift", False),
        ("fastlegevikar", "egen praksis", False),
        ("fastlegevikar", "ingen", False),
    ],
)
def test_in_2023_only_a_locum_from_an_agency_is_hit(
    decide_case: Decide, position: str, tie: str, refused: bool
) -> None:
    one = doctor(
        period("2023-03-01", "2023-06-30", stilling=position, tilknytning=tie), introduksjonsavtale_godkjent="ja"
    )
    answer = decide_case(national(2023, one))
    expected: Json = {"alis": "nei", "veiledning": "skjønn"} if refused else {"alis": "ja"}
    assert list(rights(answer).values()) == [expected] * 4


@pytest.mark.parametrize("free", [21, 22, 23])
def test_22_days_as_something_else_save_the_month_from_the_agency_rule(decide_case: Decide, free: int) -> None:
    """July 2023: employed GP first, then locum from an agency for three months."""
    one = doctor(
        period("2023-07-01", f"2023-07-{free}"),
        period(f"2023-07-{free + 1}", "2023-10-31", stilling="fastlegevikar", tilknytning="vikarbyrå"),
    )
    answer = decide_case(national(2023, one))
    assert right(answer, "alis")["2023-07"] == ("nei" if free == 21 else "ja")
    assert right(answer, "alis")["2023-08"] == "nei"


# --- locums ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "enough", "exactly"),
    [
        ("2023-03-01", "2023-05-30", False, False),
        ("2023-03-01", "2023-05-31", True, True),
        ("2023-03-01", "2023-06-01", True, False),
        ("2023-01-15", "2023-04-13", False, False),
        ("2023-01-15", "2023-04-14", True, True),
        ("2023-01-15", "2023-04-15", True, False),
        ("2022-12-01", "2023-02-27", False, False),
        ("2022-12-01", "2023-02-28", True, True),
        ("2022-12-01", "2023-03-01", True, False),
        # the rule looks at the whole stay, also outside the grant year
        ("2022-08-01", "2022-10-30", False, False),
        ("2022-08-01", "2022-10-31", True, True),
        ("2023-07-02", "2023-10-01", True, True),
        ("2023-07-02", "2023-09-30", False, False),
    ],
)
@pytest.mark.parametrize("kind", ["alis", "veiledning"])
def test_a_locum_stays_at_least_three_months(
    decide_case: Decide, first: str, last: str, enough: bool, exactly: bool, kind: str
) -> None:
    one = doctor(period(first, last, stilling="fastlegevikar"), tilskuddstype=kind)
    answer = decide_case(national(2023, one))
    inside = [
        one
        for one in answer["leger"][0]["måneder"]
        if "2022-10" <= one["måned"] <= "2023-08" and one["tellende_dager"][kind] >= 22
    ]
    assert inside
    assert {one["rett"][kind] for one in inside} == {"ja" if enough else "nei"}
    assert ("vikariat-nøyaktig-tre-måneder" in notes(answer)) == exactly


@pytest.mark.parametrize(("second", "expected"), [("2023-04-15", "ja"), ("2023-04-16", "nei"), ("2023-04-17", "nei")])
def test_only_adjoining_locum_periods_are_one_stay(decide_case: Decide, second: str, expected: str) -> None:
    locum: Json = {"stilling": "fastlegevikar"}
    one = doctor(period("2023-03-01", "2023-04-14", **locum), period(second, "2023-05-31", **locum))
    assert set(right(decide_case(national(2023, one)), "alis").values()) == {expected}


def test_another_position_between_breaks_the_locum_stay(decide_case: Decide) -> None:
    locum: Json = {"stilling": "fastlegevikar"}
    one = doctor(
        period("2023-03-01", "2023-04-14", **locum),
        period("2023-04-15", "2023-04-15"),
        period("2023-04-16", "2023-05-31", **locum),
    )
    assert set(right(decide_case(national(2023, one)), "alis").values()) == {"nei"}


def test_before_october_2022_exactly_three_months_need_no_note(decide_case: Decide) -> None:
    one = doctor(period("2022-07-01", "2022-09-30", stilling="fastlegevikar"))
    assert "vikariat-nøyaktig-tre-måneder" not in notes(decide_case(national(2022, one)))


def test_before_october_2022_a_locum_may_stay_shorter(decide_case: Decide) -> None:
    one = doctor(period("2022-08-01", "2022-09-30", stilling="fastlegevikar"))
    assert right(decide_case(national(2022, one)), "alis") == {"2022-08": "ja", "2022-09": "ja"}
    one = doctor(period("2022-09-01", "2022-10-31", stilling="fastlegevikar"))
    assert right(decide_case(national(2023, one)), "alis")["2022-10"] == "nei"


# --- commercial ties ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tie", [*COMMERCIAL, *HARMLESS])
@pytest.mark.parametrize(
    ("agreed", "is_new"), [("2024-04-16", False), ("2024-04-17", False), ("2024-04-18", True), ("2024-04-19", True)]
)
def test_new_agreements_from_18_april_2024_lose_alis_when_tied(
    decide_case: Decide, tie: str, agreed: str, is_new: bool
) -> None:
    answer = decide_case(
        national(2024, doctor(period("2024-05-01", "2024-08-31", tilknytning=tie), avtale_inngått=agreed))
    )
    lost = is_new and tie in COMMERCIAL
    expected: Json = {"alis": "nei", "veiledning": "ja"} if lost else {"alis": "ja"}
    assert rights(answer) == dict.fromkeys(months_between("2024-05", "2024-08"), expected)
    assert answer["søknad"]["utfall"] == ("delvis innvilget" if lost else "innvilget")
    if lost:  # 4 × 6 724.265625 = 26 897.0625
        assert answer["beløp"] == {"sum": "26897.00", "kjent": "26897.00", "mangler_satser": []}
        assert amount(answer, "alis") == "0.00"
    else:
        assert answer["beløp"] == {"sum": None, "kjent": "0.00", "mangler_satser": ["alis_beløp.fastlege"]}


@pytest.mark.parametrize("tie", [*COMMERCIAL, *HARMLESS])
@pytest.mark.parametrize(
    "agreed", ["2017-03-01", "2022-09-30", "2022-10-01", "2023-08-31", "2023-09-01", "2024-04-17", "2024-04-18"]
)
def test_from_september_2024_every_agreement_loses_alis_when_tied(decide_case: Decide, tie: str, agreed: str) -> None:
    one = doctor(period("2024-07-01", "2024-10-31", tilknytning=tie), avtale_inngått=agreed)
    until, after = right(decide_case(national(2024, one)), "alis"), decide_case(national(2025, one))
    lost = tie in COMMERCIAL
    already = lost and agreed >= "2024-04-18"
    assert (until["2024-07"], until["2024-08"]) == (("nei", "nei") if already else ("ja", "ja"))
    expected: Json = {"alis": "nei", "veiledning": "ja"} if lost else {"alis": "ja"}
    assert rights(after)["2024-09"] == rights(after)["2024-10"] == expected


@pytest.mark.parametrize("tie", [*COMMERCIAL, *HARMLESS])
def test_an_agreement_of_the_2025_set_loses_alis_when_tied(decide_case: Decide, tie: str) -> None:
    for agreed in ("2024-08-31", "2024-09-01", "2024-09-02"):
        one = doctor(period("2024-10-01", "2024-10-31", tilknytning=tie), avtale_inngått=agreed)
        assert right(decide_case(national(2025, one)), "alis") == {"2024-10": "nei" if tie in COMMERCIAL else "ja"}


@pytest.mark.parametrize(("month", "length"), [("2025-02", 28), ("2024-11", 30), ("2024-10", 31)])
@pytest.mark.parametrize("order", ["free first", "free last"])
def test_22_days_without_a_tie_save_the_month(decide_case: Decide, month: str, length: int, order: str) -> None:
    for free, expected in [(21, "nei"), (22, "ja"), (23, "ja")]:
        tied: Json = {"tilknytning": "kommersiell arbeidsgiver"}
        if order == "free first":
            periods = [
                period(f"{month}-01", f"{month}-{free}"),
                period(f"{month}-{free + 1}", f"{month}-{length}", **tied),
            ]
        else:
            last_tied = length - free
            periods = [
                period(f"{month}-01", f"{month}-{last_tied:02d}", **tied),
                period(f"{month}-{last_tied + 1:02d}", f"{month}-{length}"),
            ]
        answer = decide_case(national(2025, doctor(*periods)))
        assert rights(answer) == {month: {"alis": "ja"} if expected == "ja" else {"alis": "nei", "veiledning": "ja"}}, (
            free
        )


@pytest.mark.parametrize(("tied_days", "expected"), [(0, "ja"), (1, "nei"), (2, "nei")])
def test_one_tied_day_is_enough_when_fewer_than_22_are_free(decide_case: Decide, tied_days: int, expected: str) -> None:
    """22 counting days, of which some at the end are tied: none tied is met, one tied leaves 21 free."""
    free = 22 - tied_days
    periods = [period("2024-10-01", f"2024-10-{free}")]
    if tied_days:
        periods.append(period(f"2024-10-{free + 1}", "2024-10-22", tilknytning="kommersiell kontordrift"))
    assert right(decide_case(national(2025, doctor(*periods))), "alis") == {"2024-10": expected}


def test_days_before_the_signature_have_no_tie_that_counts(decide_case: Decide) -> None:
    tied: Json = {"tilknytning": "kommersiell arbeidsgiver"}
    for agreed, last_tied, met, decided_by in [
        ("2024-10-09", "2024-10-09", True, []),  # 23 counting days, 22 of them free
        ("2024-10-10", "2024-10-09", True, []),  # 22 counting days, all free
        ("2024-10-10", "2024-10-10", False, ["kommersiell-tilknytning"]),  # 22 counting days, 21 of them free
        ("2024-10-11", "2024-10-10", True, ["over-tre-kalenderuker"]),  # 21 counting days, all free
    ]:
        periods = [period("2024-10-01", last_tied, **tied), period(shifted(last_tied, 1), "2024-10-31")]
        answer = decide_case(national(2025, doctor(*periods, avtale_inngått=agreed)))
        result = found(answer, "kommersiell-tilknytning", måned="2024-10", komponent="alis")["resultat"]
        assert result == ("oppfylt" if met else "ikke oppfylt"), agreed
        assert right(answer, "alis") == {"2024-10": "nei" if decided_by else "ja"}
        assert answer["leger"][0]["måneder"][0]["avgjort_av"]["alis"] == decided_by or not decided_by


@pytest.mark.parametrize(("free", "expected"), [(21, "skjønn"), (22, "ja"), (23, "ja")])
def test_an_unclear_tie_is_for_a_person_unless_22_days_are_free(decide_case: Decide, free: int, expected: str) -> None:
    one = doctor(
        period("2024-10-01", f"2024-10-{free}"), period(f"2024-10-{free + 1}", "2024-10-31", tilknytning="uavklart")
    )
    answer = decide_case(national(2025, one))
    assert right(answer, "alis") == {"2024-10": expected}
    assert bool(answer["skjønn"]) == (expected == "skjønn")


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [("2024-04-16", "skjønn"), ("2024-04-17", "skjønn"), ("2024-04-18", "nei"), ("2024-04-19", "nei"), (None, "nei")],
)
def test_a_new_agreement_that_replaces_an_older_one_is_for_a_person(
    decide_case: Decide, earlier: str | None, expected: str
) -> None:
    facts: Json = {"avtale_inngått": "2024-05-02", "tidligere_avtale_inngått": earlier}
    one = doctor(period("2024-06-01", "2024-09-30", tilknytning="kommersiell arbeidsgiver"), **facts)
    assert right(decide_case(national(2024, one)), "alis") == {
        **dict.fromkeys(["2024-06", "2024-07", "2024-08"], expected),
        "2024-09": "nei",
    }
    later = rights(decide_case(national(2025, one)))
    assert later["2024-09"] == {"alis": "nei", "veiledning": "ja"}  # from September 2024 old and new are the same


def test_a_locum_from_an_agency_is_for_a_person_also_after_2024(decide_case: Decide) -> None:
    one = doctor(period("2024-10-01", "2024-12-31", stilling="fastlegevikar", tilknytning="vikarbyrå"))
    answer = decide_case(national(2025, one))
    assert list(rights(answer).values()) == [{"alis": "nei", "veiledning": "skjønn"}] * 3


# --- the specialist order, introduction doctors, other grants --------------------------------------------------------------


@pytest.mark.parametrize("year", WINDOWS)
@pytest.mark.parametrize("kind", ["alis", "veiledning"])
def test_only_the_new_order_counts(decide_case: Decide, year: int, kind: str) -> None:
    month = WINDOWS[year][2]
    last = f"{month}-30" if year == 2022 else f"{month}-31"
    for order, expected in [("ny ordning", "ja"), ("gammel ordning", "nei")]:
        one = doctor(period(f"{month}-01", last), tilskuddstype=kind, spesialisering=order)
        assert right(decide_case(national(year, one)), kind) == {month: expected}


@pytest.mark.parametrize(("approved", "expected"), [("ja", "ja"), ("nei", "nei"), (None, "uavklart")])
@pytest.mark.parametrize(("year", "month"), [(2022, "2022-07"), (2023, "2023-07"), (2025, "2024-10")])
def test_an_introduction_doctor_needs_an_approved_agreement(
    decide_case: Decide, approved: str | None, expected: str, year: int, month: str
) -> None:
    intro: Json = {"stilling": "introduksjonslege"}
    one = doctor(period(f"{month}-01", f"{month}-31", **intro), introduksjonsavtale_godkjent=approved)
    assert right(decide_case(national(year, one)), "alis") == {month: expected}
    one = supervised(period(f"{month}-01", f"{month}-31", **intro), introduksjonsavtale_godkjent=approved)
    assert right(decide_case(national(year, one)), "veiledning") == {month: "ja"}


@pytest.mark.parametrize("begins", ["2024-10-30", "2024-10-31"])
def test_the_position_of_a_month_is_that_of_its_last_day(decide_case: Decide, begins: str) -> None:
    intro: Json = {"stilling": "introduksjonslege"}
    for before, after, expected in [(intro, {}, "ja"), ({}, intro, "nei")]:
        periods = [period("2024-10-01", shifted(begins, -1), **before), period(begins, "2024-10-31", **after)]
        answer = decide_case(national(2025, doctor(*periods, introduksjonsavtale_godkjent="nei")))
        assert right(answer, "alis") == {"2024-10": expected}


@pytest.mark.parametrize(("converted_on", "fraction"), [("2024-09-30", "60"), ("2024-10-01", "60")])
def test_the_fraction_of_a_month_is_that_of_its_last_counting_day(
    decide_case: Decide, converted_on: str, fraction: str
) -> None:
    """80 % at first, then 60 %; and the days that do not count because the period ends have no say."""
    periods = [
        period("2024-10-01", "2024-10-22", stillingsandel=80),
        period("2024-10-23", "2024-10-23", stillingsandel=60),
    ]
    answer = decide_case(national(2025, supervised(*periods, konvertert_til_ny_ordning=converted_on)))
    assert answer["leger"][0]["måneder"][0]["stillingsandel"] == fraction


@pytest.mark.parametrize(
    ("here", "elsewhere", "expected"),
    [
        (50, "49.99", "ja"),
        (50, 50, "ja"),
        (50, "50.01", "skjønn"),
        (100, 0, "ja"),
        (100, "0.01", "skjønn"),
        ("99.99", "0.01", "ja"),
        ("0.01", 100, "skjønn"),
    ],
)
@pytest.mark.parametrize("kind", ["alis", "veiledning"])
def test_two_kommuner_share_at_most_a_full_position(
    decide_case: Decide, here: Any, elsewhere: Any, expected: str, kind: str
) -> None:
    both: Json = {"stillingsandel": here, "stillingsandel_annen_kommune": elsewhere}
    one = doctor(period("2023-05-01", "2023-05-31", **both), tilskuddstype=kind)
    assert right(decide_case(national(2023, one)), kind) == {"2023-05": expected}


@pytest.mark.parametrize(("other_days", "expected"), [(0, "ja"), (1, "nei"), (31, "nei")])
def test_another_of_these_grants_shuts_the_month(decide_case: Decide, other_days: int, expected: str) -> None:
    other: Json = {"annet_tilskudd": "ja"}
    periods = []
    if other_days:
        periods.append(period("2023-05-01", f"2023-05-{other_days:02d}", **other))
    if other_days < 31:
        periods.append(period(f"2023-05-{other_days + 1:02d}", "2023-05-31"))
    assert right(decide_case(national(2023, doctor(*periods))), "alis") == {"2023-05": expected}


# --- money in the national scheme -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "month", "fraction", "expected"),
    [
        (2022, "2022-09", 100, None),
        (2023, "2022-10", 100, "6309.00"),
        (2023, "2023-08", 100, "6309.00"),
        (2024, "2023-09", 100, "6724.00"),
        (2024, "2024-08", 100, "6724.00"),
        (2025, "2024-09", 100, None),
        (2025, "2025-05", 100, None),
        (2023, "2023-05", 50, "3155.00"),  # 3 154.59
        (2023, "2023-05", "62.5", "3943.00"),  # 3 943.24
        (2023, "2023-05", "62,5", "3943.00"),
        (2023, "2023-05", "0.01", "1.00"),  # 0.63
        (2023, "2023-05", "0.007", "0.00"),  # 0.44
        (2024, "2024-05", 50, "3362.00"),  # 3 362.13
    ],
)
def test_a_month_of_supervision_is_paid_at_its_months_rate(
    decide_case: Decide, year: int, month: str, fraction: Any, expected: str | None
) -> None:
    last = "30" if month.endswith(("-09", "-11", "-06", "-04")) else "31"
    answer = decide_case(national(year, supervised(period(f"{month}-01", f"{month}-{last}", stillingsandel=fraction))))
    assert right(answer, "veiledning") == {month: "ja"}
    assert amount(answer, "veiledning") == expected
    assert answer["beløp"]["sum"] == expected


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [
        (100, "69401.00"),  # 11 × 6 309.1875 = 69 401.0625
        (50, "34701.00"),  # 34 700.53125
        (8, "5552.00"),  # 5 552.085
    ],
)
def test_a_whole_year_of_supervision(decide_case: Decide, fraction: int, expected: str) -> None:
    one = supervised(period("2022-10-01", "2023-08-31", stillingsandel=fraction))
    assert decide_case(national(2023, one))["beløp"]["sum"] == expected


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [
        # 8 months × 6 309.1875 = 50 473.5 exactly: the half goes up
        ("99.999999", "50473.00"),
        (100, "50474.00"),
    ],
)
def test_half_a_krone_rounds_up(decide_case: Decide, fraction: Any, expected: str) -> None:
    one = supervised(period("2023-01-01", "2023-08-31", stillingsandel=fraction))
    assert decide_case(national(2023, one))["beløp"]["sum"] == expected


def test_each_line_is_rounded_by_itself(decide_case: Decide) -> None:
    """Two doctors with 8 months each: 50 474 + 50 474, where one sum would be 100 947."""
    doctors = [supervised(period("2023-01-01", "2023-08-31"), id=f"lege-{number}") for number in (1, 2)]
    assert decide_case(national(2023, *doctors))["beløp"]["sum"] == "100948.00"


@pytest.mark.parametrize(
    ("klasse", "expected"), [(1, "alis_beløp.{}"), (5, "alis_beløp.{}"), (6, "alis_beløp.{}_sentralitet_6")]
)
@pytest.mark.parametrize(
    ("position", "group"),
    [
        ("næringsdrivende fastlege", "fastlege"),
        ("ansatt fastlege", "fastlege"),
        ("fastlegevikar", "fastlege"),
        ("introduksjonslege", "introduksjonslege"),
        ("annen kommunal stilling", "annen_kommunal_stilling"),
    ],
)
def test_the_missing_rate_is_named_by_position_and_centrality(
    decide_case: Decide, klasse: int, expected: str, position: str, group: str
) -> None:
    one = doctor(period("2023-03-01", "2023-05-31", stilling=position), introduksjonsavtale_godkjent="ja")
    answer = decide_case(national(2023, one, sentralitetsklasse=klasse))
    assert answer["søknad"]["utfall"] == "innvilget"
    assert answer["beløp"] == {"sum": None, "kjent": "0.00", "mangler_satser": [expected.format(group)]}


# --- what follows after the award -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "deadline"), [(2022, "2023-04-01"), (2023, "2024-04-01"), (2024, "2025-04-01"), (2025, "2026-04-01")]
)
def test_a_late_attest_gives_a_note_and_nothing_else(decide_case: Decide, year: int, deadline: str) -> None:
    month = WINDOWS[year][2]
    one = doctor(period(f"{month}-01", f"{month}-30"), avtale_inngått="2021-01-01")
    for attested, noted in [
        (shifted(deadline, -1), False),
        (deadline, False),
        (shifted(deadline, 1), True),
        (None, True),
    ]:
        answer = decide_case(national(year, one, revisorattest_mottatt=attested))
        assert ("revisorattest" in notes(answer)) == noted, attested
        assert answer["søknad"]["utfall"] == "innvilget"


@pytest.mark.parametrize(
    ("year", "granted", "kept", "noted"),
    [
        (2022, 1_000_000, 0, False),
        (2022, 1_000_000, "0.01", True),
        (2022, 1_000_000, 1, True),
        *[
            (year, granted, kept, noted)
            for year in (2023, 2024, 2025)
            for granted, kept, noted in [
                (1_000_000, 49_999, False),
                (1_000_000, 50_000, False),
                (1_000_000, "50000.01", True),
                (1_000_000, 50_001, True),
                (999_999, 49_999, False),  # 49 999.95 is rounded down
                (999_999, "49999.01", True),
                (999_999, "49999.95", True),
                (19, 0, False),  # 0.95 is rounded down to nothing
                (19, "0.5", True),
                (20, 1, False),
            ]
        ],
    ],
)
def test_how_much_the_kommune_may_keep(decide_case: Decide, year: int, granted: int, kept: Any, noted: bool) -> None:
    month = WINDOWS[year][1]
    one = doctor(period(f"{month}-01", f"{month}-30"), avtale_inngått="2021-01-01")
    answer = decide_case(national(year, one, tildelt_beløp=granted, beholdt_beløp=kept))
    assert ("andel-beholdt" in notes(answer)) == noted
    for only in ({"tildelt_beløp": granted}, {"beholdt_beløp": kept}):
        assert "andel-beholdt" not in notes(decide_case(national(year, one, **only)))


@pytest.mark.parametrize(
    ("year", "month", "unit", "rate", "noted"),
    [
        (2023, "2022-10", "timer", "968.99", True),
        (2023, "2022-10", "timer", 969, False),
        (2023, "2022-10", "timer", "969.01", True),
        (2023, "2023-08", "timer", 969, False),
        (2023, "2023-08", "dager", 7751, True),
        (2023, "2023-08", "dager", 7752, False),
        (2023, "2023-08", "dager", 7753, True),
        (2024, "2023-09", "timer", 969, True),
        (2024, "2023-09", "timer", "1032.74", True),
        (2024, "2023-09", "timer", "1032.75", False),
        (2024, "2023-09", "timer", "1032.76", True),
        (2024, "2024-08", "dager", 8261, True),
        (2024, "2024-08", "dager", 8262, False),
        (2024, "2024-08", "dager", 8263, True),
        (2022, "2022-09", "timer", 1, False),  # no advice before October 2022
        (2025, "2024-09", "timer", 1, False),  # the rate is not known
    ],
)
def test_another_rate_for_absence_than_advised_gives_a_note(
    decide_case: Decide, year: int, month: str, unit: str, rate: Any, noted: bool
) -> None:
    absence = [{"måned": month, unit: 2, "sats": rate}]
    one = doctor(period(f"{month}-01", f"{month}-30"), fravær=absence)
    answer = decide_case(national(year, one))
    assert ("fraværssats" in notes(answer)) == noted


# --- guided service ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fraction", "expected", "outcome"),
    [
        ("59.99", "0.00", "avslag"),
        (60, "42242.00", "innvilget"),  # 12 × 0.6 × 5 867 = 42 242.4
        ("60.01", "42249.00", "innvilget"),  # 42 249.4404
    ],
)
def test_sixty_percent_is_needed(decide_case: Decide, fraction: Any, expected: str, outcome: str) -> None:
    answer = decide_case(guided(guided_doctor(guided_period("2019-07-01", "2020-06-30", fraction))))
    assert (answer["søknad"]["utfall"], answer["beløp"]["sum"]) == (outcome, expected)


def test_days_below_sixty_percent_give_no_credit(decide_case: Decide) -> None:
    """April 2020: 15 of 30 days at 60 % give 15/30 × 0.6 = 0.3 month, 1 760.1 kr; the rest at 59 % gives nothing."""
    periods = [guided_period("2020-04-01", "2020-04-15", 60), guided_period("2020-04-16", "2020-04-30", 59)]
    answer = decide_case(guided(guided_doctor(*periods)))
    month = answer["leger"][0]["måneder"][0]
    assert (month["rett"], month["godskrevne_måneder"]) == ({"veiledning": "ja"}, "0.3")
    assert answer["søknad"]["utfall"] == "delvis innvilget"
    assert answer["beløp"]["sum"] == "1760.00"


@pytest.mark.parametrize(
    ("necessary", "expected", "outcome", "paid"),
    [
        (11, "64537.00", "delvis innvilget", 11),  # 11 × 5 867
        ("11.01", "64596.00", "delvis innvilget", 12),  # 64 595.67
        ("11.99", "70345.00", "delvis innvilget", 12),  # 70 345.33
        (12, "70404.00", "innvilget", 12),
        ("12.01", "70404.00", "innvilget", 12),
        (0, "0.00", "avslag", 0),
        ("0.01", "59.00", "delvis innvilget", 1),  # 58.67
    ],
)
def test_the_necessary_months_are_the_most_that_is_paid(
    decide_case: Decide, necessary: Any, expected: str, outcome: str, paid: int
) -> None:
    one = guided_doctor(guided_period("2019-07-01", "2020-06-30"), nødvendige_måneder=necessary)
    answer = decide_case(guided(one))
    assert (answer["søknad"]["utfall"], answer["beløp"]["sum"]) == (outcome, expected)
    rights_in_order = list(right(answer, "veiledning").values())
    assert rights_in_order == ["ja"] * paid + ["nei"] * (12 - paid)


def test_part_time_for_longer_gives_the_same_sum(decide_case: Decide) -> None:
    """20 months at 60 % are 12 months; the sum is that of 12 full months."""
    answer = decide_case(guided(guided_doctor(guided_period("2019-07-01", "2021-02-28", 60))))
    assert (answer["søknad"]["utfall"], answer["beløp"]["sum"]) == ("innvilget", "70404.00")


@pytest.mark.parametrize(
    ("month", "last", "expected"),
    [("2019-06", "30", "skjønn"), ("2019-07", "31", "ja"), ("2021-06", "30", "ja"), ("2021-07", "31", "skjønn")],
)
def test_only_months_with_a_published_amount_are_paid(
    decide_case: Decide, month: str, last: str, expected: str
) -> None:
    answer = decide_case(guided(guided_doctor(guided_period(f"{month}-01", f"{month}-{last}"))))
    assert right(answer, "veiledning") == {month: expected}
    assert answer["søknad"]["utfall"] == ("innvilget" if expected == "ja" else "til skjønn")
    assert answer["beløp"]["sum"] == ("5867.00" if expected == "ja" else None)
    assert answer["beløp"]["mangler_satser"] == ([] if expected == "ja" else ["månedsbeløp"])


def test_the_exact_hours_are_shown_beside_the_published_amount(decide_case: Decide) -> None:
    """12 months: 880 × 80 ÷ 12 × 12 = 70 400 beside 70 404."""
    answer = decide_case(guided(guided_doctor(guided_period("2019-07-01", "2020-06-30"))))
    note = next(one for one in answer["merknader"] if one["id"] == "alternativ-avrunding")
    assert "70\u00a0400,00\u00a0kr" in note["tekst"]


@pytest.mark.parametrize(
    ("first", "last", "short"),
    [
        ("2020-03-01", "2020-04-29", True),
        ("2020-03-01", "2020-04-30", False),
        ("2020-03-01", "2020-05-01", False),
        ("2020-03-10", "2020-05-08", True),
        ("2020-03-10", "2020-05-09", False),
    ],
)
def test_a_period_under_two_months_gives_a_note(decide_case: Decide, first: str, last: str, short: bool) -> None:
    answer = decide_case(guided(guided_doctor(guided_period(first, last))))
    assert ("kort-veiledningsperiode" in notes(answer)) == short
    assert answer["søknad"]["utfall"] == "innvilget"


@pytest.mark.parametrize(
    ("fraction", "days", "expected"),
    [
        (100, 1, "189.00"),  # 5 867 ÷ 31 = 189.258
        (100, 30, "5678.00"),  # 5 677.74
        (100, 31, "5867.00"),
        (75, 31, "4400.00"),  # 4 400.25
    ],
)
def test_part_of_a_month_is_an_exact_fraction(decide_case: Decide, fraction: int, days: int, expected: str) -> None:
    answer = decide_case(guided(guided_doctor(guided_period("2020-03-01", f"2020-03-{days:02d}", fraction))))
    assert answer["beløp"]["sum"] == expected


def test_half_a_krone_rounds_up_in_guided_service(decide_case: Decide) -> None:
    """Two months at 75 %: 5 867 × 0.75 × 2 = 8 800.5, which goes up; a hair less goes down."""
    answer = decide_case(guided(guided_doctor(guided_period("2020-03-01", "2020-04-30", 75))))
    assert answer["beløp"]["sum"] == "8801.00"
    answer = decide_case(guided(guided_doctor(guided_period("2020-03-01", "2020-04-30", "74.9999"))))
    assert answer["beløp"]["sum"] == "8800.00"


@pytest.mark.parametrize(
    ("month", "suggested"),
    [
        ("2010-07", "4\u00a0453,33"), ("2011-06", "4\u00a0453,33"), ("2011-07", "4\u00a0520"), ("2012-07", "4\u00a0700"),
        ("2013-07", "4\u00a0786,67"), ("2014-07", "4\u00a0953,33"), ("2015-06", "4\u00a0953,33"), ("2015-07", "5\u00a0026,67"),
        ("2016-06", "5\u00a0026,67"), ("2016-07", "5\u00a0200"), ("2017-06", "5\u00a0200"), ("2017-07", "5\u00a0300"),
        ("2018-06", "5\u00a0300"), ("2018-07", "5\u00a0713,33"), ("2019-06", "5\u00a0713,33"), ("2021-07", "6\u00a0186,67"),
        ("2022-06", "6\u00a0186,67"), ("2022-07", "6\u00a0400"), ("2023-06", "6\u00a0400"), ("2023-07", "6\u00a0846,67"),
    ],
)  # fmt: skip
def test_a_month_without_a_published_amount_comes_with_a_suggestion(
    decide_case: Decide, month: str, suggested: str
) -> None:
    """A7: the month's hourly rate × 80 ÷ 12 (668, 678, 705, 718, 743, 754, 780, 795, 857, 928, 960 and 1 027 kroner an hour)."""
    last = "31" if month.endswith("-07") else "30"
    one = guided_doctor(guided_period(f"{month}-01", f"{month}-{last}"), avtale_inngått="2010-01-01")
    line = decide_case(guided(one, mottatt="2024-01-01"))["leger"][0]["komponenter"]["veiledning"]
    assert line["beløp"] is None, "a suggestion is not a rate"
    [value] = line["beregning"]["verdier"]
    assert (value["navn"], value["verdi"]) == ("månedsbeløp", "ukjent")
    assert value["forslag"].removeprefix("ca. ") == f"{suggested} kr/måned"


@pytest.mark.parametrize(("month", "last"), [("2010-06", "30"), ("2024-07", "31")])
def test_there_is_no_suggestion_where_the_hourly_rate_is_not_known(decide_case: Decide, month: str, last: str) -> None:
    one = guided_doctor(guided_period(f"{month}-01", f"{month}-{last}"), avtale_inngått="2010-01-01")
    line = decide_case(guided(one, mottatt="2024-09-01"))["leger"][0]["komponenter"]["veiledning"]
    assert line["beløp"] is None
    assert all(not value.get("forslag") for value in line["beregning"]["verdier"])
