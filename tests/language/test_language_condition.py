"""Conditions: how each way of writing reads, and that reading never depends on the order of equal parts."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.condition import (
    ALWAYS,
    COMPARISONS,
    All,
    Among,
    Any,
    Compare,
    Condition,
    Given,
    Includes,
    Judgement,
    Not,
    leaves,
    operand_names,
    read_condition,
)
from engine.language.expression import Binary, Name, Number
from engine.language.names import CALENDAR, Type
from engine.language.typing import Typer
from engine.language.unit import DAYS, PLAIN
from engine.text import yaml
from engine.text.fault import FaultList
from engine.text.node import Node
from engine.text.place import Place

P = Place("f.yaml", 1, 1)
A, B = Name("a", P), Name("b", P)


def read(text: str) -> tuple[Condition, list[str]]:
    faults = FaultList()
    found = read_condition(node(text), faults)
    return found, [str(fault) for fault in faults]


def node(text: str) -> Node:
    return yaml.read_text(text, "f.yaml")


def compare(name: Name, op: str, value: int | Name) -> Compare:
    return Compare(name, op, value if isinstance(value, Name) else Number(Fraction(value)), P)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("alltid", ALWAYS),
        ("skjønn", Judgement()),
        ("a: x", Among(A, ("x",), P)),
        ("a: ja", Among(A, ("ja",), P)),
        ("a: true", Among(A, ("ja",), P)),
        ("a: {er: x}", Among(A, ("x",), P)),
        ("a: {minst: 3}", compare(A, ">=", 3)),
        ("a: {over: 3}", compare(A, ">", 3)),
        ("a: {høyst: b}", compare(A, "<=", B)),
        ("a: {under: 3}", compare(A, "<", 3)),
        ("a: {fra_og_med: b}", compare(A, ">=", B)),
        ("a: {etter: b}", compare(A, ">", B)),
        ("a: {til_og_med: b}", compare(A, "<=", B)),
        ("a: {før: b}", compare(A, "<", B)),
        ("a: {på: b}", compare(A, "=", B)),
        ("a: {minst: 3, under: 5}", All((compare(A, ">=", 3), compare(A, "<", 5)))),
        ("a: {en_av: [x, y]}", Among(A, ("x", "y"), P)),
        ("a: {ingen_av: [x, y]}", Not(Among(A, ("x", "y"), P))),
        ("a: {inneholder: x}", Includes(A, "x", P)),
        ("a: {inneholder_alle: [x, y]}", All((Includes(A, "x", P), Includes(A, "y", P)))),
        ("a: {oppgitt: ja}", Given(A, "oppgitt", P)),
        ("a: {oppgitt: nei}", Not(Given(A, "oppgitt", P))),
        ("a: {kjent: nei}", Not(Given(A, "kjent", P))),
        ("{a: x, b: y}", All((Among(A, ("x",), P), Among(B, ("y",), P)))),
        ("ikke: {a: x}", Not(Among(A, ("x",), P))),
        ("alle: [{a: x}, {b: y}]", All((Among(A, ("x",), P), Among(B, ("y",), P)))),
        ("minst_én: [{a: x}, {b: y}]", Any((Among(A, ("x",), P), Among(B, ("y",), P)))),
        ("ingen_av: [{a: x}, {b: y}]", Not(Any((Among(A, ("x",), P), Among(B, ("y",), P))))),
        ("{minst_én: [skjønn, {a: x}], b: y}", All((Any((Judgement(), Among(A, ("x",), P))), Among(B, ("y",), P)))),
        ("{formel: a + b, høyst: 3}", Compare(Binary("+", A, B), "<=", Number(Fraction(3)), P)),
        (
            "{formel: a + b, minst: 1, under: 3}",
            All(
                tuple(Compare(Binary("+", A, B), op, Number(Fraction(value)), P) for op, value in ((">=", 1), ("<", 3)))
            ),
        ),
    ],
)
def test_ways_of_writing(text: str, condition: Condition) -> None:
    assert read(text) == (condition, [])


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("ofte", "1:1", "«ofte» er ikke et krav"),
        ("[a]", "1:1", "en liste er ikke et krav"),
        ("a: [x]", "1:4", "«a» er sammenlignet med en liste"),
        ("alle: {a: x}", "1:7", "«alle» skal ha en liste med krav"),
        ("a: {mins: 3}", "1:5", "«mins» er ikke en sammenligning, mente du «minst»?"),
        ("a: {oppgitt: kanskje}", "1:14", "verdien passer ikke til «oppgitt»"),
        ("a: {minst: [3]}", "1:12", "her skal det stå et tall, en dato, et navn eller en formel"),
        ("{formel: a}", "1:1", "formelen er ikke sammenlignet med noe"),
        ("{formel: a, b: 3}", "1:13", "«b» kan ikke stå sammen med «formel»"),
        ("{formel: a, oppgitt: ja}", "1:13", "«oppgitt» kan ikke stå sammen med «formel»"),
    ],
)
def test_what_cannot_be_read(text: str, place: str, what: str) -> None:
    _, told = read(text)
    assert len(told) == 1 and told[0].startswith(f"f.yaml:{place}: KRAV: {what} – kravet kan ikke leses – "), told


# --- any condition ------------------------------------------------------------------------------------------------------------

words = st.sampled_from(["a", "b", "c"])
tests = st.one_of(
    st.sampled_from(["x", "y", "ja", "nei"]),
    st.builds(lambda test, value: f"{{{test}: {value}}}", st.sampled_from(sorted(COMPARISONS)), st.integers(0, 9)),
    st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, max_size=3).map(
        lambda values: f"{{en_av: [{', '.join(values)}]}}"
    ),
    st.sampled_from(["{oppgitt: ja}", "{kjent: nei}", "{inneholder: x}"]),
)
conditions = st.recursive(
    st.one_of(st.builds(lambda word, test: f"{{{word}: {test}}}", words, tests), st.just("skjønn")),
    lambda inner: st.one_of(
        st.builds(
            lambda word, parts: f"{{{word}: [{', '.join(parts)}]}}",
            st.sampled_from(["alle", "minst_én", "ingen_av"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        inner.map(lambda part: f"{{ikke: {part}}}"),
    ),
    max_leaves=8,
)


@given(conditions)
def test_any_condition_reads(text: str) -> None:
    found, told = read(text)
    assert told == []
    assert found == read(text)[0] and hash(found) == hash(read(text)[0])
    for leaf in leaves(found):
        assert {name.name for name in operand_names(leaf)} <= {"a", "b", "c"}


@given(conditions)
def test_twice_not_is_written_and_read(text: str) -> None:
    inner, _ = read(text)
    assert read(f"{{ikke: {{ikke: {text}}}}}") == (Not(Not(inner)), [])


@given(st.dictionaries(words, tests, min_size=2, max_size=3))
def test_several_keys_mean_all(parts: dict[str, str]) -> None:
    together = "{" + ", ".join(f"{word}: {test}" for word, test in parts.items()) + "}"
    apart = "alle: [" + ", ".join(f"{{{word}: {test}}}" for word, test in parts.items()) + "]"
    assert read(together) == read(apart)


# --- settled by the types of the names -------------------------------------------------------------------------------------------

KNOWN = {
    **CALENDAR,
    "valg": Type("valg", PLAIN, "lege", "fakta", ("x", "y")),
    "svar": Type("ja_nei", PLAIN, "lege", "fakta", ("ja", "nei")),
    "flere": Type("flervalg", PLAIN, "lege", "fakta", ("x", "y")),
    "tekst": Type("tekst", PLAIN, "lege", "fakta"),
    "antall": Type("tall", DAYS, "måned", "utledet"),
    "frist": Type("dato", PLAIN, "søknad", "tabell"),
    "stilling": Type("valg", PLAIN, "periode", "fakta", ("x", "y")),
    "liste": Type("liste", PLAIN, "lege", "fakta"),
}


def settle(text: str, level: str = "måned") -> tuple[Condition, list[str]]:
    faults = FaultList()
    found = Typer(KNOWN, level, faults, {"stilling": "månedens_stilling"}, movable=True).condition(
        read_condition(node(text), faults)
    )
    return found, [f"{fault.place.column}: {fault.code}: {fault.what}" for fault in faults]


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("valg: x", Among(Name("valg", P), ("x",), P)),
        ("svar: ja", Among(Name("svar", P), ("ja",), P)),
        ("tekst: hva som helst", Among(Name("tekst", P), ("hva som helst",), P)),
        ("antall: 0", Compare(Name("antall", P), "=", Number(Fraction(0)), P)),
        (
            "antall: {en_av: [1, 2]}",
            Any(tuple(Compare(Name("antall", P), "=", Number(Fraction(n)), P) for n in (1, 2))),
        ),
        ("antall: {er: dager_i_måneden}", Compare(Name("antall", P), "=", Name("dager_i_måneden", P), P)),
    ],
)
def test_equality_is_settled_by_type(text: str, condition: Condition) -> None:
    assert settle(text) == (condition, [])


@pytest.mark.parametrize(
    ("text", "level", "told"),
    [
        ("valg: z", "måned", "7: SVAR: «z» er ikke et svar som kan velges"),
        ("valg: {en_av: [x, z]}", "måned", "19: SVAR: «z» er ikke et svar som kan velges"),
        ("svar: Ja", "måned", "7: SVAR: «Ja» er ikke et svar som kan velges, mente du «ja»?"),
        ("valg: {minst: 3}", "måned", "8: TYPE: «valg» kan ikke være større eller mindre enn noe"),
        ("flere: x", "måned", "8: TYPE: «flere» kan ha flere svar på en gang"),
        ("valg: {inneholder: x}", "måned", "20: TYPE: «inneholder» passer ikke for «valg»"),
        ("flere: {inneholder: z}", "måned", "21: SVAR: «z» er ikke et svar som kan velges"),
        ("frist: {minst: 3}", "måned", "9: TYPE: «frist» er en dato, men er sammenlignet med et tall"),
        ("antall: {minst: 3 kr}", "måned", "10: ENHET: dager og kr kan ikke legges sammen eller sammenlignes"),
        ("måned: {før: 2024-09-01}", "måned", "9: TYPE: «måned» er en måned, men er sammenlignet med en dato"),
        ("frist: {oppgitt: ja}", "måned", "9: TYPE: «oppgitt» kan ikke brukes om «frist»"),
        ("antall: {kjent: ja}", "måned", "10: TYPE: «kjent» kan ikke brukes om «antall»"),
        ("ukjent: x", "måned", "1: NAVN: «ukjent» er ikke navnet på noe"),
        ("liste: x", "måned", "1: TYPE: «liste» er en liste, og har ikke én verdi"),
        ("stilling: x", "måned", "1: NIVÅ: «stilling» har ikke én verdi for måneden"),
        ("stilling: x", "lege", "1: NIVÅ: «stilling» har ikke én verdi for legen"),
        ("antall: 1", "søknad", "1: NIVÅ: «antall» har ikke én verdi for søknaden"),
        ("antall: 1", "dag", "1: NIVÅ: «antall» har ikke én verdi for dagen"),
        ("dag: {etter: frist}", "måned", "1: NIVÅ: «dag» har ikke én verdi for måneden"),
        ("dag: {etter: frist}", "periode", "1: NIVÅ: «dag» har ikke én verdi for perioden"),
        ("{formel: maks(dag; frist), etter: 2024-01-01}", "dag", "15: DAG: «dag» står i et regnestykke"),
        ("frist: {etter: min(dag; frist)}", "dag", "20: DAG: «dag» står i et regnestykke"),
        ("dag: {etter: dag}", "dag", "14: DAG: «dag» er sammenlignet med seg selv"),
        ("dag: {etter: måned}", "dag", "14: DAG: «dag» er sammenlignet med «måned», som skifter fra måned til måned"),
        ("dag: {etter: 3}", "dag", "7: TYPE: «dag» er en dato, men er sammenlignet med et tall"),
    ],
)
def test_what_does_not_fit(text: str, level: str, told: str) -> None:
    assert settle(text, level)[1] == [told]


@pytest.mark.parametrize(
    "text", ["dag: {etter: frist}", "dag: 2024-04-18", "frist: {etter: dag}", "dag: {før: maks(frist; 2024-01-01)}"]
)
def test_a_day_is_compared_directly(text: str) -> None:
    assert settle(text, "dag")[1] == []
