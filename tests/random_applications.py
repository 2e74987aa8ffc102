"""Random applications of every scheme: facts stated or missing, dates near the borders of the rules, one to three doctors."""

from datetime import date, timedelta
from typing import Any

from application_builder import CONTENT, Json
from hypothesis import strategies as st

YES_NO = ("ja", "nei")
POSITIONS = (
    "næringsdrivende fastlege",
    "ansatt fastlege",
    "fastlegevikar",
    "introduksjonslege",
    "annen kommunal stilling",
)
TIES = ("ingen", "egen praksis", "vikarbyrå", "kommersiell arbeidsgiver", "kommersiell kontordrift", "uavklart")
APPLICANTS = ("kommune", "fylkeskommune", "annen")
RELATIONS = ("ingen", "ektefelle", "forelder", "annen nær familie")
SIGNERS = ("rådmann", "delegert av rådmann", "styreleder", "prokura", "annen")
PURPOSES = ("vikar", "kompensasjon til kandidaten", "annet")
PRIORITIES = ("ett års institusjonstjeneste", "ledige fastlegehjemler", "flerlegepraksis", "individuell veiledning")
YEARS = (2022, 2023, 2024, 2025)

_BORDERS = [
    date.fromisoformat(day)
    for day in (
        "2017-03-01", "2022-01-01", "2022-10-01", "2023-01-01", "2023-04-01", "2023-09-01", "2024-04-01", "2024-04-18",
        "2024-09-01", "2025-04-01", "2025-06-01",
    )
]  # fmt: skip
BORDERS = sorted({border + timedelta(days=days) for border in _BORDERS for days in (-1, 0, 1)})
MOMENTS = (
    "2022-10-01T23:59", "2022-10-02T00:00", "2023-09-01T23:59", "2023-09-02", "2024-09-16", "2025-08-31T23:59:59",
    "2025-09-01T00:00",
)  # fmt: skip

#: the first day of each grant year's months and a day after its last
_SPANS = {
    2022: (date(2021, 12, 1), date(2022, 10, 31)),
    2023: (date(2022, 9, 1), date(2023, 9, 30)),
    2024: (date(2023, 8, 1), date(2024, 9, 30)),
    2025: (date(2024, 8, 1), date(2025, 6, 30)),
}

agreement_dates = st.one_of(st.sampled_from(BORDERS), st.dates(date(2022, 1, 1), date(2025, 1, 31))).map(date.isoformat)
fractions = st.one_of(st.just(100), st.sampled_from(["0.5", 20, "37,5", 50, "59.99", 60, "62.5", 80, "99.5"]))


@st.composite
def mostly(draw: Any, value: st.SearchStrategy[Any], usual: Any, missing: float = 0.1, odd: float = 0.4) -> Any:
    """Usually the usual, sometimes any value, sometimes None for missing. Simple is the usual, for that is what is drawn first."""
    roll = 99 - draw(st.integers(0, 99))
    if roll < missing * 100:
        return None
    return draw(value) if roll < (missing + odd) * 100 else usual


def stated(facts: Json) -> Json:
    return {name: value for name, value in facts.items() if value is not None}


@st.composite
def date_spans(draw: Any, first: date, last: date, most: int = 4) -> list[tuple[str, str]]:
    """Periods in order that do not overlap, often adjoining, of a day to some months."""
    spans = []
    begins = first + timedelta(days=draw(st.integers(0, (last - first).days - 1)))
    for _ in range(most - draw(st.integers(0, most - 1))):
        length = draw(st.one_of(st.integers(20, 70), st.integers(71, 330), st.integers(0, 19)))
        ends = min(begins + timedelta(days=length), last)
        spans.append((begins.isoformat(), ends.isoformat()))
        begins = ends + timedelta(days=draw(st.sampled_from([1, 1, 1, 2, 9, 40])))
        if begins > last:
            break
    return spans


@st.composite
def national_doctors(draw: Any, number: int, year: int, missing: float, odd: float) -> Json:
    first, last = _SPANS[year]
    rarely = missing / 2
    facts = {
        "id": f"lege-{number}",
        "tilskuddstype": draw(mostly(st.sampled_from(["alis", "veiledning"]), "alis", rarely, 0.5)),
        "avtale_inngått": draw(mostly(agreement_dates, "2022-01-01", rarely, 0.4)),
        "mal_brukt": draw(mostly(st.sampled_from(YES_NO), "ja", missing, odd)),
        "spesialisering": draw(mostly(st.sampled_from(["ny ordning", "gammel ordning"]), "ny ordning", rarely, odd)),
        "tiltak_gjennomført": draw(mostly(st.sampled_from(YES_NO), "ja", missing, odd)),
        "introduksjonsavtale_godkjent": draw(st.sampled_from([None, "ja", "nei"])),
        "subsidiær_veiledning": draw(st.sampled_from([None, "ja", "nei"])),
    }
    if draw(st.integers(0, 5)) == 0:
        facts["konvertert_til_ny_ordning"] = draw(st.dates(first, last)).isoformat()
    if draw(st.integers(0, 3)) == 0:
        facts["tilbakedatert_til"] = draw(st.dates(date(2022, 9, 1), date(2023, 9, 30))).isoformat()
        contract = st.one_of(st.sampled_from(BORDERS), st.dates(date(2022, 9, 1), date(2023, 9, 30))).map(
            date.isoformat
        )
        facts["kontrakt_med_kommunen"] = draw(st.one_of(st.none(), contract))
    if draw(st.integers(0, 5)) == 0:
        facts["tidligere_avtale_inngått"] = draw(st.sampled_from(BORDERS)).isoformat()
    if draw(st.integers(0, 5)) == 0:
        months = st.sampled_from(["2022-09", "2022-10", "2023-08", "2023-09", "2024-09"])
        rate = st.sampled_from([969, 7752, "1032.75", 8262, 1])
        row = st.fixed_dictionaries({"måned": months, "timer": st.integers(0, 9), "sats": rate})
        facts["fravær"] = draw(st.lists(row, max_size=2))
    periods = []
    for begins, ends in draw(date_spans(first, last)):
        own = {
            "fra": begins,
            "til": ends,
            "stilling": draw(mostly(st.sampled_from(POSITIONS), "ansatt fastlege", missing, 0.3)),
            "stillingsandel": draw(mostly(fractions, 100, missing, 0.4)),
            "tilknytning": draw(mostly(st.sampled_from(TIES), None, 0, 0.3)),
        }
        if draw(st.integers(0, 5)) == 0:
            own["stillingsandel_annen_kommune"] = draw(st.sampled_from([0, 20, 50, "50.01", 100]))
        if draw(st.integers(0, 9)) == 0:
            own["annet_tilskudd"] = draw(st.sampled_from(YES_NO))
        periods.append(stated(own))
    return {**stated(facts), "perioder": periods}


@st.composite
def national_applications(draw: Any, missing: float = 0.1, most_doctors: int = 3, odd: float = 0.4) -> Json:
    year = draw(st.sampled_from(YEARS))
    facts = {
        "id": "sak",
        "ordning": "nasjonal-alis",
        "tilskuddsår": None if draw(st.floats(0, 1)) < missing / 4 else year,
        "mottatt": draw(mostly(st.sampled_from(MOMENTS), "2022-09-01T12:00", missing, odd)),
        "søkertype": draw(mostly(st.sampled_from(("kommune",) * 5 + APPLICANTS), "kommune", missing / 2, odd)),
        "kommunenummer": draw(st.sampled_from([None, "0301", "4642"])),
        "sentralitetsklasse": draw(mostly(st.integers(1, 6), 3, missing, odd)),
        "revisorattest_mottatt": draw(st.sampled_from([None, None, *(day.isoformat() for day in BORDERS)])),
        "tildelt_beløp": draw(st.sampled_from([None, 100, 999_999])),
        "beholdt_beløp": draw(st.sampled_from([None, 5, "49999.01"])),
    }
    number = draw(st.integers(1, most_doctors))
    return {
        "søknad": stated(facts),
        "leger": [draw(national_doctors(one, year, missing, odd)) for one in range(1, number + 1)],
    }


@st.composite
def guided_applications(draw: Any, missing: float = 0.1, most_doctors: int = 3, odd: float = 0.4) -> Json:
    facts = {
        "id": "sak",
        "ordning": "veiledet-tjeneste",
        "mottatt": draw(st.sampled_from([None, "2020-02-04T12:00"])),
        "søkertype": draw(mostly(st.sampled_from(("kommune",) * 5 + APPLICANTS), "kommune", missing / 2, odd)),
        "altinn_rolle_delegert": draw(mostly(st.sampled_from(("ja", "ja", "nei")), "ja", missing, odd)),
        "uoppgjorte_fakturaer": draw(mostly(st.sampled_from(YES_NO), "nei", missing, odd)),
    }
    doctors = []
    for number in range(1, draw(st.integers(1, most_doctors)) + 1):
        agreed = st.sampled_from(["2010-05-05", "2017-02-28", "2017-03-01"])
        own = {
            "id": f"lege-{number}",
            "avtale_inngått": draw(mostly(agreed, "2016-05-02", missing / 2, odd)),
            "veiledning_attestert": draw(mostly(st.sampled_from(YES_NO), "ja", missing, odd)),
            "attest_vedlagt": draw(mostly(st.sampled_from(YES_NO), "ja", missing, odd)),
            "veileder_relasjon": draw(mostly(st.sampled_from(RELATIONS), "ingen", missing, odd)),
            "nødvendige_måneder": draw(mostly(st.sampled_from([0, "0.5", 2, "3.25", 6, 36]), 12, missing, 0.5)),
        }
        periods = []
        for begins, ends in draw(date_spans(date(2019, 5, 1), date(2021, 8, 31))):
            fraction = draw(mostly(fractions, 100, missing, 0.4))
            periods.append(stated({"fra": begins, "til": ends, "stillingsandel": fraction}))
        doctors.append({**stated(own), "perioder": periods})
    return {"søknad": stated(facts), "leger": doctors}


@st.composite
def discretionary_applications(draw: Any, missing: float = 0.1) -> Json:
    facts = {
        "id": "sak",
        "ordning": "spesialisering",
        "mottatt": draw(
            mostly(st.sampled_from(["2015-03-31", "2015-04-01T23:59:59", "2015-04-02"]), "2015-03-01", missing)
        ),
        "søknadsfrist": draw(mostly(st.just("2015-04-01"), "2015-04-01", missing)),
        "søkertype": draw(mostly(st.sampled_from(("kommune",) * 3 + APPLICANTS), "kommune", missing)),
        "undertegnet_av": draw(mostly(st.sampled_from(SIGNERS), "rådmann", missing)),
        "deltar_i_evaluering": draw(mostly(st.sampled_from(YES_NO), "ja", missing)),
        "innhold": draw(mostly(st.lists(st.sampled_from(CONTENT), unique=True), CONTENT, missing)),
        "prioritering": draw(mostly(st.lists(st.sampled_from(PRIORITIES), unique=True), None, 0)),
    }
    if draw(st.booleans()):
        amounts = st.integers(0, 900_000)
        row = st.fixed_dictionaries({"formål": st.sampled_from(PURPOSES), "beløp": amounts})
        facts["budsjett"] = draw(st.lists(row, max_size=3))
    return {"søknad": stated(facts)}


applications = st.one_of(national_applications(), guided_applications(), discretionary_applications())
