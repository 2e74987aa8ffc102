"""Doctor-months for the peers that take one at a time: the facts of each as whole numbers, and what the engine answers.

The calendar (counting days, runs of periods) is worked out by the engine and is not part of what these peers are timed for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

sys.path.append(str(Path(__file__).resolve().parents[1]))

from month_facts import _month_facts
from month_rules import ALIS, COMPONENTS, SUPERVISION, MonthRule

from engine.batch.reading import read_tables
from engine.batch.row import applications_of
from engine.case.stated import Application, Doctor
from engine.decide.decide import decide, evaluators
from engine.decide.decision import ComponentMonth, Decision
from engine.language.rulebook import Rulebook

NEW, OLD = "maaned >= 202210", "maaned <= 202209"
_AGENCY_MET = f"{OLD} or vikarbyraa_mest <= 0 or ellers_minst >= 22"
_AGENCY_UNMET = f"{NEW} and vikarbyraa_minst >= 1 and ellers_mest <= 21"
_COMMERCIAL = "kommersiell_minst >= 1 and fri_mest <= 21"

#: the rules of a month for every grant year; a test is a fact and a whole number (`month_rules.py`)
RULES = (
    MonthRule("innenfor-tilskuddsåret", met="innenfor == 1", unmet="innenfor == 0", unmet_gives="utenfor"),
    MonthRule("ny-ordning", met="ny_ordning == 1", unmet="ny_ordning == 0"),
    MonthRule("hel-måned", met=f"{NEW} or dager_som_mangler <= 0", unmet=f"{OLD} and dager_som_mangler >= 1"),
    MonthRule("over-tre-kalenderuker", met=f"{OLD} or tellende_dager >= 22", unmet=f"{NEW} and tellende_dager <= 21"),
    MonthRule(
        "vikariatets-varighet",
        met=f"{OLD} or vikar == 0 or vikariat_maaneder >= 3",
        unmet=f"{NEW} and vikar == 1 and vikariat_maaneder <= 2",
    ),
    MonthRule("stillingsandel-oppgitt", met="stillingsandel >= 1", unmet="stillingsandel == 0"),
    MonthRule(
        "samlet-stillingsandel",
        met="annen_kommune == 0 or samlet <= 100000",
        unmet="annen_kommune >= 1 and samlet >= 100001",
        unmet_gives="skjønn",
    ),
    MonthRule("ett-tilskudd-per-måned", met="dager_annet_tilskudd == 0", unmet="dager_annet_tilskudd >= 1"),
    MonthRule(
        "mal-brukt",
        met="mal_brukt == 1 or avtale <= 20221231",
        unmet="mal_brukt == 0 and avtale >= 20230101",
        components=(ALIS,),
    ),
    MonthRule("tiltak-gjennomført", met=f"{OLD} or tiltak == 1", unmet=f"{NEW} and tiltak == 0", components=(ALIS,)),
    MonthRule(
        "introduksjonsavtale",
        met="introduksjonslege == 0 or introduksjonsavtale == 1",
        unmet="introduksjonslege == 1 and introduksjonsavtale == 0",
        components=(ALIS,),
    ),
    MonthRule(
        "vikar-fra-vikarbyrå", met=_AGENCY_MET, unmet=_AGENCY_UNMET, open_gives="skjønn", components=(ALIS,), opens=True
    ),
    MonthRule(
        "kommersiell-tilknytning",
        met="avtale <= 20240417 and maaned <= 202408 or kommersiell_mest <= 0 or fri_minst >= 22",
        unmet=f"avtale >= 20240418 and {_COMMERCIAL} or maaned >= 202409 and {_COMMERCIAL}",
        open_gives="skjønn",
        judged="tidligere_avtale >= 1 and tidligere_avtale <= 20240417 and maaned <= 202408",
        components=(ALIS,),
        opens=True,
    ),
    MonthRule(
        "veiledning-for-vikar-fra-vikarbyrå",
        met=_AGENCY_MET,
        unmet=_AGENCY_UNMET,
        unmet_gives="skjønn",
        open_gives="skjønn",
        components=(SUPERVISION,),
    ),
)


def rules_of(component: str) -> tuple[MonthRule, ...]:
    return tuple(rule for rule in RULES if component in rule.components)


@dataclass(frozen=True)
class Row:
    """One doctor-month: its facts by component, what is applied for, and the engine's answers: (component, status, rules)."""

    facts: dict[str, dict[str, int]]
    applied: str
    subsidiary: bool
    expected: tuple[tuple[str, str, frozenset[str]], ...]


def prepared(folder: Path, book: Rulebook, count: int) -> list[Row]:
    """At least `count` doctor-months of applications spread over the folder, or all it has."""
    rows: list[Row] = []
    with duckdb.connect() as connection:
        intake = read_tables(folder, book, connection)
        every = [id for (id,) in connection.execute("SELECT id FROM inn_søknader ORDER BY nr").fetchall()]
        (months,) = connection.execute("SELECT sum(datediff('month', fra, til) + 1) FROM inn_perioder").fetchone() or (
            0,
        )
        step = max(1, int(intake.applications.kept * 0.75 * months / intake.applications.kept / count))
        for application in applications_of(connection, book, every[::step]):
            rows += _of_application(application, book)
            if len(rows) >= count:
                break
    return rows


def _of_application(application: Application, book: Rulebook) -> Iterator[Row]:
    by = evaluators()[:1]
    decision = decide(application, book, by)
    others = {name: decide(_applying(application, name), book, by) for name in COMPONENTS}
    for place, doctor in enumerate(decision.doctors):
        for number, month in enumerate(doctor.months):
            facts = {
                name: _facts(others[name].doctors[place].months[number].components[name], others[name])
                for name in COMPONENTS
            }
            expected = tuple((n, one.status, frozenset(one.decided_by)) for n, one in month.components.items())
            stated = doctor.doctor.facts
            yield Row(facts, str(stated["tilskuddstype"]), stated.get("subsidiær_veiledning") == "ja", expected)


def _applying(application: Application, component: str) -> Application:
    """The application as if the component were applied for, so that no facts are absent because nobody asked."""

    def one(doctor: Doctor) -> Doctor:
        return replace(doctor, facts={**doctor.facts, "tilskuddstype": component})

    return replace(application, doctors=tuple(one(doctor) for doctor in application.doctors))


def _facts(month: ComponentMonth, decision: Decision) -> dict[str, int]:
    def value(name: str) -> Any:
        return decision.compiled.slots.reader(name)(month.frame)

    facts = _month_facts(month, decision)
    first, last = value("tilskuddsårets_første_måned"), value("tilskuddsårets_siste_måned")
    own, other = value("månedens_stillingsandel"), value("månedens_stillingsandel_annen_kommune")
    del facts["venter"]
    return facts | {
        "innenfor": int(first <= month.month <= last),
        "dager_som_mangler": value("dager_i_måneden") - value("tellende_dager"),
        # thousandths: the population has shares with three decimals
        "stillingsandel": int(own * 1000),
        "annen_kommune": int(other * 1000),
        "samlet": int((own + other) * 1000),
    }
