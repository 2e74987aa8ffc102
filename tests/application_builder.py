"""Applications built in a test, complete and in order unless the test says otherwise, and answers read from the decision.

A fact given as None is left out of the application.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from engine.case.application import application
from engine.decide.decide import decide
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook
from engine.text import yaml

Json = dict[str, Any]

CONTENT = [
    "opplysninger om søker",
    "formål",
    "beskrivelse av tiltak",
    "søknadsbeløp",
    "budsjett",
    "tilskudd fra andre",
    "egenfinansiering",
    "kontrolltiltak",
    "plan for hele spesialistløpet",
    "bruk av midlene",
    "antall leger og avlønning",
    "veiledning av legen",
    "pasientene ved fravær",
    "legenes evalueringer",
]

#: a moment well before the deadline of each grant year
RECEIVED = {2022: "2022-09-20T10:00", 2023: "2023-08-20T10:00", 2024: "2024-09-16T10:00", 2025: "2025-08-20T10:00"}


def _without_none(facts: Json) -> Json:
    return {name: value for name, value in facts.items() if value is not None}


def period(first: str, last: str, **facts: Any) -> Json:
    """A full position as employed GP from one date to another, both inclusive."""
    return _without_none({"fra": first, "til": last, "stilling": "ansatt fastlege", "stillingsandel": 100, **facts})


def doctor(*periods: Json, **facts: Any) -> Json:
    """A doctor with an ALIS agreement from the start of the national scheme, everything stated and in order."""
    return _without_none(
        {
            "id": "lege-1",
            "tilskuddstype": "alis",
            "avtale_inngått": "2022-01-01",
            "mal_brukt": "ja",
            "spesialisering": "ny ordning",
            "tiltak_gjennomført": "ja",
            **facts,
            "perioder": list(periods),
        }
    )


def supervised(*periods: Json, **facts: Any) -> Json:
    """A doctor for whom only supervision is applied for."""
    return doctor(*periods, **{"tilskuddstype": "veiledning", "mal_brukt": None, "tiltak_gjennomført": None, **facts})


def national(year: int | None, *doctors: Json, **facts: Any) -> Json:
    """An application in the national scheme, in time."""
    top = {
        "id": "sak-1",
        "ordning": "nasjonal-alis",
        "tilskuddsår": year,
        "mottatt": RECEIVED.get(year or 0),
        "søkertype": "kommune",
        "sentralitetsklasse": 3,
        **facts,
    }
    return {"søknad": _without_none(top), "leger": list(doctors)}


def guided_period(first: str, last: str, fraction: Any = 100) -> Json:
    """A period of guided service."""
    return _without_none({"fra": first, "til": last, "stillingsandel": fraction})


def guided_doctor(*periods: Json, **facts: Any) -> Json:
    """A doctor in guided service with twelve necessary months."""
    return _without_none(
        {
            "id": "lege-1",
            "avtale_inngått": "2016-05-02",
            "veiledning_attestert": "ja",
            "attest_vedlagt": "ja",
            "veileder_relasjon": "ingen",
            "nødvendige_måneder": 12,
            **facts,
            "perioder": list(periods),
        }
    )


def guided(*doctors: Json, **facts: Any) -> Json:
    """An application in the scheme for guided service."""
    top = {
        "id": "sak-1",
        "ordning": "veiledet-tjeneste",
        "mottatt": "2021-10-04T10:00",
        "søkertype": "kommune",
        "altinn_rolle_delegert": "ja",
        "uoppgjorte_fakturaer": "nei",
        **facts,
    }
    return {"søknad": _without_none(top), "leger": list(doctors)}


def discretionary(**facts: Any) -> Json:
    """A complete application in the discretionary scheme, in time."""
    top = {
        "id": "sak-1",
        "ordning": "spesialisering",
        "mottatt": "2015-03-12T10:00",
        "søknadsfrist": "2015-04-01",
        "søkertype": "kommune",
        "undertegnet_av": "rådmann",
        "deltar_i_evaluering": "ja",
        "innhold": CONTENT,
        "prioritering": ["flerlegepraksis"],
        "budsjett": [{"formål": "vikar", "beløp": 250000}],
        **facts,
    }
    return {"søknad": _without_none(top)}


def decided(case: Json, book: Rulebook, by: Sequence[Any] | None = None) -> Json:
    """The decision's JSON."""
    node = yaml.read_text(json.dumps(case, ensure_ascii=False), "sak.json")
    return as_json(decide(application(node, book), book, by))


def day(text: str) -> date:
    return date.fromisoformat(text)


def shifted(text: str, days: int) -> str:
    """A date some days later (or earlier), both as text."""
    return (day(text) + timedelta(days=days)).isoformat()


def months_between(first: str, last: str) -> list[str]:
    """The months from one to another, both inclusive, as `2024-05`."""
    year, number = map(int, first.split("-"))
    found = []
    while (text := f"{year}-{number:02d}") <= last:
        found.append(text)
        year, number = (year, number + 1) if number < 12 else (year + 1, 1)
    return found


def rights(decision: Json, doctor: int = 0) -> dict[str, Json]:
    """Month → component → ja, nei, skjønn or uavklart."""
    return {month["måned"]: month["rett"] for month in decision["leger"][doctor]["måneder"]}


def right(decision: Json, component: str, doctor: int = 0) -> dict[str, str]:
    """Month → the right to one component, in the months it was looked at."""
    return {month: one[component] for month, one in rights(decision, doctor).items() if component in one}


def amount(decision: Json, component: str, doctor: int = 0) -> str | None:
    """A line's money as the contract writes it."""
    money: str | None = decision["leger"][doctor]["komponenter"][component]["beløp"]
    return money


def notes(decision: Json) -> set[str]:
    """The ids of the notes."""
    return {note["id"] for note in decision["merknader"]}


def found(decision: Json, rule: str, **identity: str) -> Json:
    """The one finding for a rule with this identity (`måned`, `komponent`, `lege`)."""
    matching = [
        one
        for one in decision["vilkår"]
        if one["id"] == rule and all(one.get(key) == value for key, value in identity.items())
    ]
    assert len(matching) == 1, f"{len(matching)} funn for {rule} {identity}"
    return matching[0]


def asked(decision: Json) -> set[str]:
    """The facts named as missing."""
    return {one["faktum"] for one in decision["mangler"]}
