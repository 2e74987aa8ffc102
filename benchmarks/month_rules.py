"""The conditions of one month for grant year 2024, written by hand once for the peers.

Each peer is compiled from this table, so both hold the same rules; ``one_decision.py`` refuses to print a figure unless they also
give the answers that the engine gives from ``rules/``. A test is ``fact op whole number`` with one of ``== >= <=``; ``and`` binds
tighter than ``or``. Facts are whole numbers, worked out by the engine (``month_facts.py``); -1 is a fact that is not stated.
Dates are written 20240418 and months 202404.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

ALIS, SUPERVISION = "alis", "veiledning"
COMPONENTS = (ALIS, SUPERVISION)

#: strongest first; a month without any of them is "ja"
STATUSES = ("utenfor", "nei", "uavklart", "skjønn")

FACTS = (
    "maaned",
    "avtale",
    "tidligere_avtale",
    "ny_ordning",
    "mal_brukt",
    "tiltak",
    "introduksjonsavtale",
    "introduksjonslege",
    "vikar",
    "vikariat_maaneder",
    "tellende_dager",
    "stillingsandel",  # in hundredths of a percent, as are the two below
    "annen_kommune",
    "samlet",
    "dager_annet_tilskudd",
    "vikarbyraa_minst",  # days; a count that hangs on a judgement lies from minst to mest
    "vikarbyraa_mest",
    "ellers_minst",
    "ellers_mest",
    "kommersiell_minst",
    "kommersiell_mest",
    "fri_minst",
    "fri_mest",
    "venter",  # 1 when the month's amount hangs on a fact that is not stated
)


class Test(NamedTuple):
    fact: str
    op: str
    value: int


Way = tuple[Test, ...]


@dataclass(frozen=True)
class MonthRule:
    """A rule that is met, not met, or neither, and what the month's status then is said to be.

    ``unmet_gives`` is ``skjønn`` instead where ``judged`` holds. A rule that ``opens`` lets supervision be tried when it refuses ALIS.
    """

    id: str
    met: str
    unmet: str
    unmet_gives: str = "nei"
    open_gives: str = "uavklart"
    judged: str = ""
    components: tuple[str, ...] = COMPONENTS
    opens: bool = False


def ways(text: str) -> tuple[Way, ...]:
    """A written condition as alternatives of tests that must all hold."""
    return tuple(tuple(_test(test) for test in way.split(" and ")) for way in text.split(" or "))


def _test(text: str) -> Test:
    fact, op, value = text.split()
    if fact not in FACTS or op not in ("==", ">=", "<="):
        raise ValueError(f"not a test: {text}")
    return Test(fact, op, int(value))


_AGENCY_MET, _AGENCY_UNMET = "vikarbyraa_mest <= 0 or ellers_minst >= 22", "vikarbyraa_minst >= 1 and ellers_mest <= 21"

RULES = (
    MonthRule(
        "innenfor-tilskuddsåret",
        met="maaned >= 202309 and maaned <= 202408",
        unmet="maaned <= 202308 or maaned >= 202409",
        unmet_gives="utenfor",
    ),
    MonthRule("ny-ordning", met="ny_ordning == 1", unmet="ny_ordning == 0"),
    MonthRule("over-tre-kalenderuker", met="tellende_dager >= 22", unmet="tellende_dager <= 21"),
    MonthRule(
        "vikariatets-varighet",
        met="vikar == 0 or vikariat_maaneder >= 3",
        unmet="vikar == 1 and vikariat_maaneder <= 2",
    ),
    MonthRule("stillingsandel-oppgitt", met="stillingsandel >= 1", unmet="stillingsandel == 0"),
    MonthRule(
        "samlet-stillingsandel",
        met="annen_kommune == 0 or samlet >= 0 and samlet <= 10000",
        unmet="annen_kommune >= 1 and samlet >= 10001",
        unmet_gives="skjønn",
    ),
    MonthRule("ett-tilskudd-per-måned", met="dager_annet_tilskudd == 0", unmet="dager_annet_tilskudd >= 1"),
    MonthRule(
        "mal-brukt",
        met="mal_brukt == 1 or avtale <= 20221231",
        unmet="mal_brukt == 0 and avtale >= 20230101",
        components=(ALIS,),
    ),
    MonthRule("tiltak-gjennomført", met="tiltak == 1", unmet="tiltak == 0", components=(ALIS,)),
    MonthRule(
        "introduksjonsavtale",
        met="introduksjonslege == 0 or introduksjonsavtale == 1",
        unmet="introduksjonslege == 1 and introduksjonsavtale == 0",
        components=(ALIS,),
    ),
    MonthRule(
        "vikar-fra-vikarbyrå",
        met=_AGENCY_MET,
        unmet=_AGENCY_UNMET,
        open_gives="skjønn",
        components=(ALIS,),
        opens=True,
    ),
    MonthRule(
        "kommersiell-tilknytning",
        met="avtale <= 20240417 or kommersiell_mest <= 0 or fri_minst >= 22",
        unmet="avtale >= 20240418 and kommersiell_minst >= 1 and fri_mest <= 21",
        open_gives="skjønn",
        judged="tidligere_avtale >= 1 and tidligere_avtale <= 20240417",
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
