"""Random applications for grant year 2024, one doctor each, spread over both sides of every limit of the month's conditions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]

_FIRST, _LAST = date(2023, 8, 1), date(2024, 9, 30)
_AGREEMENTS = (
    *(date(2017, 3, 1), date(2022, 12, 31), date(2023, 1, 1), date(2023, 8, 31), date(2023, 9, 1), date(2023, 9, 10)),
    *(date(2024, 4, 17), date(2024, 4, 18), date(2024, 4, 18), date(2024, 4, 19), date(2024, 8, 31)),
)
_EARLIER = (date(2023, 1, 1), date(2024, 4, 17), date(2024, 4, 18), date(2024, 6, 30))
_POSITIONS = (
    "næringsdrivende fastlege",
    "ansatt fastlege",
    "fastlegevikar",
    "introduksjonslege",
    "annen kommunal stilling",
)
_TIES = ("ingen", "egen praksis", "vikarbyrå", "kommersiell arbeidsgiver", "kommersiell kontordrift", "uavklart")
#: first days of a period that leave 21, 22 or 23 days of a month on one side of it, or a single one
_EDGES = (2, 7, 8, 9, 10, 11, 22, 23, 24, 30)


def applications(count: int, seed: int) -> Iterator[Json]:
    """The content of ``count`` applications. The same seed gives the same applications."""
    rng = random.Random(seed)
    for number in range(count):
        yield {
            "søknad": {
                "id": f"tilfeldig-{number}",
                "ordning": "nasjonal-alis",
                "tilskuddsår": 2024,
                "mottatt": "2024-09-16T09:30",
                "søkertype": "kommune",
                **_some(rng, 0.95, sentralitetsklasse=rng.randint(1, 6)),
            },
            "leger": [_doctor(rng)],
        }


def _some(rng: random.Random, share: float, **stated: Any) -> Json:
    """The facts, or nothing: stated in about this share of the applications."""
    return stated if rng.random() < share else {}


def _mostly(rng: random.Random, usual: str, other: str, share: float = 0.9) -> str:
    return usual if rng.random() < share else other


def _doctor(rng: random.Random) -> Json:
    agreed = rng.choice(_AGREEMENTS) if rng.random() < 0.6 else _day(rng, date(2022, 6, 1), _LAST)
    return {
        "id": "lege-1",
        "tilskuddstype": _mostly(rng, "alis", "veiledning", 0.8),
        "avtale_inngått": agreed.isoformat(),
        **_some(rng, 0.95, mal_brukt=_mostly(rng, "ja", "nei")),
        **_some(rng, 0.97, spesialisering=_mostly(rng, "ny ordning", "gammel ordning", 0.95)),
        **_some(rng, 0.95, tiltak_gjennomført=_mostly(rng, "ja", "nei")),
        **_some(rng, 0.70, introduksjonsavtale_godkjent=_mostly(rng, "ja", "nei", 0.7)),
        **_some(rng, 0.30, tidligere_avtale_inngått=rng.choice(_EARLIER).isoformat()),
        **_some(rng, 0.10, konvertert_til_ny_ordning=_day(rng, _FIRST, _LAST).isoformat()),
        **_some(rng, 0.10, tilbakedatert_til="2023-09-01"),
        **_some(rng, 0.30, subsidiær_veiledning=_mostly(rng, "ja", "nei", 0.7)),
        "perioder": list(_periods(rng)),
    }


def _periods(rng: random.Random) -> Iterator[Json]:
    """One to nine periods in order, a few with days between them. Half the doctors keep one position."""
    first = _FIRST if rng.random() < 0.2 else date(2023, 9, 1)
    last = _LAST if rng.random() < 0.2 else date(2024, 8, 31)
    limits = sorted({first, *(_limit(rng) for _ in range(rng.choice((0, 1, 2, 4, 8))))})
    positions = _POSITIONS if rng.random() < 0.5 else (rng.choice((*_POSITIONS, "fastlegevikar", "fastlegevikar")),)
    for begins, ends in zip(limits, [*(limit - timedelta(days=1) for limit in limits[1:]), last], strict=True):
        gap = timedelta(days=rng.choice((1, 5, 9, 10, 40)) if rng.random() < 0.15 else 0)
        if begins <= ends - gap:
            yield _period(rng, begins, ends - gap, rng.choice(positions))


def _limit(rng: random.Random) -> date:
    day = _day(rng, date(2023, 9, 2), date(2024, 8, 20))
    return day.replace(day=rng.choice(_EDGES)) if day.month != 2 and rng.random() < 0.8 else day


def _period(rng: random.Random, first: date, last: date, position: str) -> Json:
    return {
        "fra": first.isoformat(),
        "til": last.isoformat(),
        "stilling": position,
        **_some(rng, 0.97, stillingsandel=rng.choice(("100", "80", "62.51", "62.5", "0.01"))),
        **_some(rng, 0.70, tilknytning=rng.choice(_TIES)),
        **_some(rng, 0.15, stillingsandel_annen_kommune=rng.choice(("0", "0.01", "20", "37.5"))),
        **_some(rng, 0.05, annet_tilskudd=_mostly(rng, "nei", "ja", 0.5)),
    }


def _day(rng: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randint(0, (last - first).days))
