"""Formulas: what each piece reads as, which binds tighter, and the exact column of what cannot be read."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.condition import expression_at
from engine.language.expression import (
    FUNCTIONS,
    Binary,
    Call,
    Day,
    Expression,
    FormulaError,
    MonthOf,
    Name,
    Number,
    names,
    read_expression,
)
from engine.language.unit import SPELLINGS, read_unit
from engine.text import yaml
from engine.text.fault import FaultList
from engine.text.month import Month, month_text
from engine.text.node import Mapping, Scalar
from engine.text.norsk import number_text
from engine.text.place import Place

HERE = Place("f.yaml", 7, 5)
A, B, C = (Name(name, HERE) for name in "abc")
SPLIT = "del den opp: gi en del av den et navn under «definisjoner»"


def read(text: str) -> Expression:
    return read_expression(text, HERE)


def number(value: int | Fraction, unit: str | None = None) -> Number:
    return Number(Fraction(value), None if unit is None else read_unit(unit))


# --- pieces -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("22", number(22)), ("57,75", number(Fraction(231, 4))), ("57.75", number(Fraction(231, 4))), ("1 215", number(1215)),
        ("1\u00a0215,50", number(Fraction(2431, 2))), ("0", number(0)), ("5 %", number(5, "prosent")), ("5%", number(5, "prosent")),
        ("1 kr", number(1, "kr")), ("12 måneder/år", number(12, "måneder/år")), ("3 måneder", number(3, "måneder")),
        ("2024-04-18", Day(date(2024, 4, 18))), ("18.4.2024", Day(date(2024, 4, 18))), ("2024-09", MonthOf(Month(2024 * 12 + 8))),
        ("a", A), ("  a  ", A), ("(a)", A), ("((a))", A), ("æøå_1", Name("æøå_1", HERE)),
        ("80/12", Binary("/", number(80), number(12))),
        ("12 kr/time", number(12, "kr/time")),
        ("12 kr / a", Binary("/", number(12, "kr"), A)),
        ("12 kr/a", Binary("/", number(12, "kr"), A)),
        ("12 kr / time", Binary("/", number(12, "kr"), Name("time", HERE))),
        ("12 kr ÷ timer", Binary("/", number(12, "kr"), Name("timer", HERE))),
        ("timer", Name("timer", HERE)),
    ],
)  # fmt: skip
def test_pieces(text: str, expression: Expression) -> None:
    assert read(text) == expression


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("a + b × c", Binary("+", A, Binary("*", B, C))),
        ("a × b + c", Binary("+", Binary("*", A, B), C)),
        ("(a + b) × c", Binary("*", Binary("+", A, B), C)),
        ("a − b − c", Binary("-", Binary("-", A, B), C)),
        ("a - b + c", Binary("+", Binary("-", A, B), C)),
        ("a ÷ b ÷ c", Binary("/", Binary("/", A, B), C)),
        ("a * b / c", Binary("/", Binary("*", A, B), C)),
        ("−a", Binary("-", number(0), A)),
        ("-a × b", Binary("*", Binary("-", number(0), A), B)),
        ("a × −b", Binary("*", A, Binary("-", number(0), B))),
        ("a − −b", Binary("-", A, Binary("-", number(0), B))),
        ("−2 kr", Binary("-", number(0), number(2, "kr"))),
        ("min(a; b)", Call("min", (A, B))),
        ("maks(a; b; c)", Call("maks", (A, B, C))),
        ("maks(0,5; a + b)", Call("maks", (number(Fraction(1, 2)), Binary("+", A, B)))),
        ("rund_halv_opp(a × b; 1 kr)", Call("rund_halv_opp", (Binary("*", A, B), number(1, "kr")))),
        ("min(a; maks(b; c))", Call("min", (A, Call("maks", (B, C))))),
    ],
)
def test_what_binds_tighter(text: str, expression: Expression) -> None:
    assert read(text) == expression


def test_names_have_their_own_places() -> None:
    assert [(name.name, name.place.column) for name in names(read("min(a; bb) × ccc"))] == [
        ("a", 9),
        ("bb", 12),
        ("ccc", 18),
    ]


# --- any formula ------------------------------------------------------------------------------------------------------------

numbers = st.fractions(0, 10**6, max_denominator=1000).filter(lambda value: "/" not in number_text(value))
word = st.from_regex(r"[a-zæøå][a-zæøå0-9_]{0,8}", fullmatch=True).filter(
    lambda text: text not in (*SPELLINGS, *FUNCTIONS)
)
atoms = st.one_of(
    st.builds(
        Number,
        numbers,
        st.sampled_from([None, "kr", "prosent", "kr/time", "måneder"]).map(lambda unit: unit and read_unit(unit)),
    ),
    st.dates(date(1900, 1, 1), date(2200, 12, 31)).map(Day),
    st.integers(1900 * 12, 2200 * 12 + 11).map(lambda month: MonthOf(Month(month))),
    word.map(lambda text: Name(text, HERE)),
)
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from("+-*/"), inner, inner),
        st.builds(Call, st.sampled_from(["min", "maks"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Call, st.sampled_from(["rund_ned", "rund_opp", "rund_halv_opp"]), st.tuples(inner, inner)),
    ),
    max_leaves=8,
)
SIGNS = {"+": ["+"], "-": ["-", "−"], "*": ["*", "×"], "/": ["÷", " / "]}


@st.composite
def written(draw: st.DrawFn) -> tuple[Expression, str]:
    """A formula, and a text it can be written as."""
    expression = draw(expressions)
    return expression, write(draw, expression)


def write(draw: st.DrawFn, expression: Expression) -> str:
    space = draw(st.sampled_from(["", " "]))
    match expression:
        case Number(value, unit):
            text = (
                number_text(value)
                if draw(st.booleans())
                else number_text(value).replace(",", ".").replace("\u00a0", "")
            )
            return text if unit is None else f"{text} {unit}"
        case Day(day):
            return draw(st.sampled_from([day.isoformat(), f"{day.day}.{day.month}.{day.year}"]))
        case MonthOf(month):
            return month_text(month)
        case Name(name):
            return name
        case Binary(op, left, right):
            sign = draw(st.sampled_from(SIGNS[op]))
            return f"({write(draw, left)}){space}{sign}{space}({write(draw, right)})"
        case Call(function, arguments):
            return f"{function}({space}{f'{space};{space}'.join(write(draw, one) for one in arguments)})"


@given(written())
def test_any_formula_reads_back(both: tuple[Expression, str]) -> None:
    expression, text = both
    if len(text) <= 500:
        assert read(text) == expression


@given(st.lists(st.tuples(st.sampled_from("+-*/"), st.integers(0, 99)), min_size=1, max_size=8), st.integers(0, 99))
def test_sums_and_products_bind_as_in_arithmetic(rest: list[tuple[str, int]], first: int) -> None:
    text = str(first) + "".join(f" {sign} {value}" for sign, value in rest)
    exact = str(Fraction(first)) and f"Fraction({first})" + "".join(
        f" {sign} Fraction({value})" for sign, value in rest
    )
    try:
        wanted = eval(exact, {"Fraction": Fraction})
    except ZeroDivisionError:
        return
    assert value_of(read(text)) == wanted


def value_of(expression: Expression) -> Fraction:
    match expression:
        case Number(value):
            return value
        case Binary(op, left, right):
            one, two = value_of(left), value_of(right)
            return {"+": one + two, "-": one - two, "*": one * two}[op] if op != "/" else one / two
    raise AssertionError(expression)


@given(st.text(max_size=40))
def test_any_text_reads_or_is_refused_at_a_place_in_it(text: str) -> None:
    try:
        read(text)
    except FormulaError as error:
        assert 0 <= error.offset <= len(text)
        assert str(error) and error.next_step


# --- what cannot be read --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "column", "what", "next_step"),
    [
        ("", 0, "formelen slutter for tidlig", "skriv det som mangler"),
        ("a ×", 3, "formelen slutter for tidlig", "skriv det som mangler"),
        ("a × × b", 4, "«×» kan ikke stå her", "fjern tegnet, eller skriv det som mangler"),
        ("a x b", 2, "«x» kan ikke stå her", "sett inn et regnetegn foran, for eksempel × eller +"),
        ("2 (a)", 2, "«(» kan ikke stå her", "sett inn et regnetegn foran, for eksempel × eller +"),
        ("a)", 1, "«)» kan ikke stå her", "fjern tegnet, eller skriv det som mangler"),
        ("(a", 2, "her skulle det stått «)»", "sett inn «)»"),
        ("min(a b)", 6, "her skulle det stått «)», ikke «b»", "sett inn «)»"),
        ("min(a, b)", 5, "tegnet «,» kan ikke stå i en formel", "komma er desimaltegn; skriv semikolon mellom verdier"),
        ("a ^ 2", 2, "tegnet «^» kan ikke stå i en formel", "regnetegnene er +, −, × og ÷"),
        ("a = 2", 2, "tegnet «=» kan ikke stå i en formel", "sammenlign utenfor formelen, med «minst», «over», «høyst», «under» eller «er»"),
        ("min(a)", 0, "«min» trenger minst to verdier med semikolon mellom", "skriv for eksempel «min(a; b)»"),
        ("rund_ned(a; b; c)", 0, "«rund_ned» trenger to verdier med semikolon mellom", "skriv for eksempel «rund_ned(a; 1 kr)»"),
        (
            "max(a; b)",
            0,
            "«max» er ikke en funksjon, mente du «maks»?",
            "bruk min, maks, rund_ned, rund_opp eller rund_halv_opp, eller sett inn et regnetegn",
        ),
        ("a − − − b", 6, "«−» kan ikke stå her", "fjern tegnet, eller skriv det som mangler"),
        ("a + 31.2.2024", 4, "datoen «31.2.2024» finnes ikke: februar 2024 har dagene 1 til 29", "rett formelen"),
        ("2024-13", 0, "måneden «2024-13» finnes ikke: måneder går fra 1 til 12", "rett formelen"),
        ("a + 012", 4, "forventet et tall som 62,5 eller 1 250,50 eller 1/3, fant «012»: tall skrives uten 0 foran", "rett formelen"),
        ("a" * 501, 500, "formelen er lengre enn 500 tegn", SPLIT),
        ("(" * 31 + "a" + ")" * 31, 0, "formelen har mer enn 30 parenteser inne i hverandre", SPLIT),
    ],
)  # fmt: skip
def test_refused(text: str, column: int, what: str, next_step: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read(text)
    assert (caught.value.offset, str(caught.value), caught.value.next_step) == (column, what, next_step)


@pytest.mark.parametrize("quoted", [False, True])
def test_the_place_of_what_is_refused(quoted: bool) -> None:
    """In quotes, what stands in the file begins a column later."""
    faults = FaultList()
    expression_at(Scalar("a × × b", HERE, quoted), faults)
    assert [fault.place for fault in faults] == [Place("f.yaml", 7, 9 + quoted)]
    found = expression_at(Scalar("a × bb", HERE, quoted), faults)
    assert [name.place.column for name in names(found)] == [5 + quoted, 9 + quoted]


@pytest.mark.parametrize("written", [">-\n  a ×\n  × b", '"a \\xd7 × b"', "a ×\n  × b", '"a ×\n  × b"'])
def test_the_place_in_a_text_written_otherwise(written: str) -> None:
    """Folded over lines, or with a code: everything is where the text begins, for the columns are others."""
    faults = FaultList()
    root = yaml.read_text(f"f: {written}\n", "f.yaml")
    assert isinstance(root, Mapping)
    value = root.entries["f"]
    assert isinstance(value, Scalar)
    expression_at(value, faults)
    assert [fault.place for fault in faults] == [Place("f.yaml", 1, 4)]
    root = yaml.read_text(f"f: {written.replace('× b', 'b')}\n", "f.yaml")
    assert isinstance(root, Mapping)
    value = root.entries["f"]
    assert isinstance(value, Scalar)
    assert {name.place for name in names(expression_at(value, faults))} == {Place("f.yaml", 1, 4)}


@pytest.mark.parametrize(("written", "column"), [("a × × b", 8), ("'a × × b'", 9), ('"a × × b"', 9)])
def test_the_place_in_a_text_of_a_file(written: str, column: int) -> None:
    faults = FaultList()
    root = yaml.read_text(f"f: {written} # slutt\n", "f.yaml")
    assert isinstance(root, Mapping)
    value = root.entries["f"]
    assert isinstance(value, Scalar)
    expression_at(value, faults)
    assert [fault.place for fault in faults] == [Place("f.yaml", 1, column)]
