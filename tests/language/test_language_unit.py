"""Units: an abelian group under multiplication, written and read the same way, with percent as hundredths only in products."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.expression import read_expression
from engine.language.names import Type
from engine.language.typing import Gives, Typer
from engine.language.unit import DAYS, KRONER, KRONER_PER_MONTH, MONTHS, PERCENT, PLAIN, SPELLINGS, Unit, read_unit
from engine.text.fault import FaultList
from engine.text.place import Place

HERE = Place("f.yaml", 1, 1)
BASES = sorted(set(SPELLINGS.values()))
units = st.dictionaries(st.sampled_from(BASES), st.integers(-3, 3).filter(bool), max_size=3).map(
    lambda powers: Unit(tuple(sorted(powers.items())))
)


@given(units, units, units)
def test_products(one: Unit, two: Unit, three: Unit) -> None:
    assert one.times(two) == two.times(one)
    assert one.times(two).times(three) == one.times(two.times(three))
    assert one.times(PLAIN) == one
    assert one.times(one, -1) == PLAIN
    assert one.times(two).times(two, -1) == one


@given(units)
def test_no_exponent_is_zero_and_bases_are_sorted(unit: Unit) -> None:
    for result in (unit, unit.times(unit), unit.times(KRONER, -1)):
        assert all(exponent for _, exponent in result.powers)
        assert list(result.powers) == sorted(result.powers)


@given(st.sampled_from(sorted(SPELLINGS)), st.sampled_from(sorted(SPELLINGS)))
def test_reading(over: str, under: str) -> None:
    assert read_unit(over) == Unit(((SPELLINGS[over], 1),))
    assert read_unit(f"{over}/{under}") == read_unit(over).times(read_unit(under), -1)


@given(st.sampled_from(BASES), st.sampled_from(BASES))
def test_what_is_written_reads_back(over: str, under: str) -> None:
    unit = read_unit(f"{over}/{under}")
    if unit != PLAIN:
        assert read_unit(str(unit)) == unit


@pytest.mark.parametrize("text", ["", "mnd", "kr/", "/kr", "kr/time/dag", "kr time", "KR"])
def test_not_a_unit(text: str) -> None:
    with pytest.raises(ValueError, match=r"er ikke en kjent enhet|mer enn én skråstrek"):
        read_unit(text)


@pytest.mark.parametrize(
    ("text", "amount", "words"),
    [
        ("dag", 1, "dag"), ("dag", 22, "dager"), ("dag", 0, "dager"), ("måned", 1, "måned"), ("måned", 3, "måneder"), ("kr", 2, "kr"),
        ("prosent", 5, "%"), ("time", 2, "timer"), ("kr/time", 2, "kr/time"), ("timer/år", 2, "timer/år"), ("timer/år", 1, "time/år"),
        ("år", 2, "år"),
    ],
)  # fmt: skip
def test_after_an_amount(text: str, amount: int, words: str) -> None:
    assert read_unit(text).after(amount) == words


def test_names_of_units() -> None:
    names = [unit.name for unit in (KRONER, KRONER_PER_MONTH, DAYS, MONTHS, PERCENT, PLAIN, read_unit("dager/år"))]
    assert names == ["kr", "kr/måned", "dager", "måneder", "prosent", "tall uten enhet", "dager/år"]


# --- in formulas --------------------------------------------------------------------------------------------------------------

KNOWN = {
    name: Type("tall", read_unit(unit) if unit else PLAIN, "konstant", "tabell")
    for name, unit in {
        "sats": "kr/time", "timer_per_år": "timer/år", "måneder_per_år": "måneder/år", "andel": "prosent", "beløp": "kr", "faktor": "",
        "varighet": "måneder", "frist": "",
    }.items()
}  # fmt: skip
KNOWN["frist"] = Type("dato", PLAIN, "konstant", "tabell")


def gives(text: str) -> tuple[Gives | None, list[str]]:
    faults = FaultList()
    found = Typer(KNOWN, "måned", faults).expression(read_expression(text, HERE), HERE)
    return found, [f"{fault.code}: {fault.what}" for fault in faults]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("sats × timer_per_år", "kr/år"),
        ("sats × timer_per_år ÷ måneder_per_år", "kr/måned"),
        ("sats × timer_per_år ÷ 12 måneder/år × andel", "kr/måned"),
        ("andel × beløp", "kr"),
        ("beløp × 5 %", "kr"),
        ("beløp ÷ 1 måned", "kr/måned"),
        ("beløp + 100", "kr"),
        ("100 + beløp", "kr"),
        ("−beløp", "kr"),
        ("andel + 5 %", "prosent"),
        ("andel + 5", "prosent"),
        ("maks(0; beløp)", "kr"),
        ("rund_ned(andel × beløp; 1 kr)", "kr"),
        ("faktor × beløp", "kr"),
        ("beløp ÷ beløp", ""),
        ("andel ÷ andel", ""),
        ("andel × faktor", ""),
        ("varighet × 2", "måneder"),
    ],
)
def test_units_of_formulas(text: str, unit: str) -> None:
    assert gives(text) == (Gives("tall", read_unit(unit) if unit else PLAIN), [])


def test_a_bare_number_takes_the_unit_it_meets() -> None:
    assert gives("2 × 3 + 1") == (Gives("tall", None), [])
    assert gives("maks(2; 3)") == (Gives("tall", None), [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("beløp + andel", "ENHET: kr og prosent kan ikke legges sammen eller sammenlignes"),
        ("beløp + sats", "ENHET: kr og kr/time kan ikke legges sammen eller sammenlignes"),
        ("beløp − varighet", "ENHET: kr og måneder kan ikke legges sammen eller sammenlignes"),
        ("min(beløp; andel)", "ENHET: kr og prosent kan ikke legges sammen eller sammenlignes"),
        ("beløp + faktor", "ENHET: kr og tall uten enhet kan ikke legges sammen eller sammenlignes"),
        ("rund_opp(beløp; 1 måned)", "ENHET: kr og måneder kan ikke legges sammen eller sammenlignes"),
        ("frist + 14 dager", "TYPE: en dato + et tall kan ikke regnes ut"),
        ("frist − frist", "TYPE: en dato − en dato kan ikke regnes ut"),
        ("maks(frist; 3)", "TYPE: «maks» får en dato og et tall"),
        ("rund_ned(frist; 1)", "TYPE: «rund_ned» får en dato og et tall"),
    ],
)
def test_units_that_do_not_agree(text: str, fault: str) -> None:
    assert gives(text) == (None, [fault])


@given(st.sampled_from(sorted(KNOWN)), st.sampled_from(sorted(KNOWN)))
def test_multiplying_and_dividing_by_the_same_changes_nothing(one: str, two: str) -> None:
    kinds = {KNOWN[one].kind, KNOWN[two].kind}
    if kinds == {"tall"} and PERCENT not in (KNOWN[one].unit, KNOWN[two].unit):
        assert gives(f"{one} × {two} ÷ {two}") == (Gives("tall", KNOWN[one].unit), [])
