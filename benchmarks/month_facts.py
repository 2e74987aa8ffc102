"""What the peers are given: the facts of each month, worked out by the engine, and the engine's own answers to compare with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from month_rules import COMPONENTS

from engine.case.application import Application, application
from engine.case.value import Between, Unknown
from engine.decide.decide import decide
from engine.decide.decision import ComponentMonth, Decision
from engine.decide.money import hangs_on_facts
from engine.language.rulebook import Rulebook
from engine.text import yaml

Facts = dict[str, int]
Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A component's status in a month, and the rules that gave it that status."""

    status: str
    decided_by: frozenset[str]


@dataclass(frozen=True)
class Month:
    """One month of one doctor: the facts per component, what is applied for, and what the engine answered."""

    facts: Mapping[str, Facts]
    applied: str
    subsidiary: bool
    expected: Mapping[str, Answer]


def read(content: Json, book: Rulebook) -> Application:
    """An application from its content, read as any file is."""
    return application(yaml.read_text(json.dumps(content, ensure_ascii=False), "søknad.json"), book)


def months(content: Json, book: Rulebook) -> list[Month]:
    """The months of the application's only doctor.

    The facts of both components are read from the application decided as if that component were applied for, so that a peer is not
    told by their absence that a component was not reached.
    """
    decision = decide(read(content, book), book)
    facts = {component: _facts(content, component, book) for component in COMPONENTS}
    stated = content["leger"][0]
    return [
        Month(
            facts={component: facts[component][index] for component in COMPONENTS},
            applied=stated["tilskuddstype"],
            subsidiary=stated.get("subsidiær_veiledning") == "ja",
            expected={name: Answer(one.status, frozenset(one.decided_by)) for name, one in month.components.items()},
        )
        for index, month in enumerate(decision.doctors[0].months)
    ]


def _facts(content: Json, component: str, book: Rulebook) -> list[Facts]:
    doctor = {**content["leger"][0], "tilskuddstype": component}
    decision = decide(read({**content, "leger": [doctor]}, book), book)
    return [_month_facts(month.components[component], decision) for month in decision.doctors[0].months]


def _month_facts(month: ComponentMonth, decision: Decision) -> Facts:
    def value(name: str) -> Any:
        return decision.compiled.slots.reader(name)(month.frame)

    def of_yes_no(name: str, yes: str = "ja") -> int:
        found = value(name)
        return -1 if isinstance(found, Unknown) else int(found == yes)

    def bounds(name: str) -> tuple[int, int]:
        found = value(name)
        return (int(found.low), int(found.high)) if isinstance(found, Between) else (int(found), int(found))

    own, other = value("månedens_stillingsandel"), value("månedens_stillingsandel_annen_kommune")
    agency, elsewhere = bounds("dager_som_vikar_fra_vikarbyrå"), bounds("dager_ikke_som_vikar_fra_vikarbyrå")
    commercial, free = bounds("dager_med_kommersiell_tilknytning"), bounds("dager_uten_kommersiell_tilknytning")
    year, month_number = divmod(int(value("måned")), 12)
    return {
        "maaned": year * 100 + month_number + 1,
        "avtale": _day(value("avtale_inngått")),
        "tidligere_avtale": _day(value("tidligere_avtale_inngått")),
        "ny_ordning": of_yes_no("spesialisering", "ny ordning"),
        "mal_brukt": of_yes_no("mal_brukt"),
        "tiltak": of_yes_no("tiltak_gjennomført"),
        "introduksjonsavtale": of_yes_no("introduksjonsavtale_godkjent"),
        "introduksjonslege": of_yes_no("månedens_stilling", "introduksjonslege"),
        "vikar": of_yes_no("månedens_stilling", "fastlegevikar"),
        "vikariat_maaneder": int(value("vikariatets_hele_måneder")),
        "tellende_dager": int(value("tellende_dager")),
        "stillingsandel": _hundredths(own),
        "annen_kommune": _hundredths(other),
        "samlet": -1 if isinstance(own, Unknown | Between) else _hundredths(own + other),
        "dager_annet_tilskudd": int(value("dager_med_annet_tilskudd")),
        "vikarbyraa_minst": agency[0],
        "vikarbyraa_mest": agency[1],
        "ellers_minst": elsewhere[0],
        "ellers_mest": elsewhere[1],
        "kommersiell_minst": commercial[0],
        "kommersiell_mest": commercial[1],
        "fri_minst": free[0],
        "fri_mest": free[1],
        "venter": int(hangs_on_facts(month.amount)),
    }


def _day(value: Any) -> int:
    return value.year * 10000 + value.month * 100 + value.day if isinstance(value, date) else -1


def _hundredths(value: Any) -> int:
    return -1 if isinstance(value, Unknown | Between) else int(Fraction(value) * 100)
