"""How values read."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import literal
from engine.text.norsk import (
    date_text,
    exact_decimal,
    list_text,
    money_text,
    number_text,
    plain_decimal,
    quoted,
)

FRACTIONS = st.fractions(-(10**9), 10**9, max_denominator=10**6)
DECIMALS = st.decimals(-(10**9), 10**9, places=5)


def test_dates() -> None:
    assert date_text(date(2024, 4, 8)) == "8.4.2024"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("62.5", "62,5"),
        ("999", "999"),
        ("5867", "5\u00a0867"),
        ("1397.25", "1\u00a0397,25"),
        ("1234567.0001", "1\u00a0234\u00a0567,0001"),
        ("-1215", "\u22121\u00a0215"),
        ("-0.5", "\u22120,5"),
        ("4/3", "4/3"),
        ("-10000/3", "\u221210000/3"),
    ],
)
def test_numbers(value: str, text: str) -> None:
    assert number_text(Fraction(value)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Fraction(26897), "26\u00a0897,00\u00a0kr"),
        (Decimal("26897.005"), "26\u00a0897,01\u00a0kr"),
        (Fraction(1, 3), "0,33\u00a0kr"),
        (Fraction(-2, 3), "\u22120,67\u00a0kr"),
        (Fraction(-1, 1000), "0,00\u00a0kr"),
        (Fraction(999999, 1000), "1\u00a0000,00\u00a0kr"),
    ],
)
def test_money(amount: Fraction | Decimal, text: str) -> None:
    assert money_text(amount) == text


def test_lists() -> None:
    assert list_text([]) == ""
    assert list_text(["a"]) == "a"
    assert list_text(["a", "b"]) == "a og b"
    assert list_text(["a", "b", "c"]) == "a, b og c"
    assert list_text(["a", "b", "c"], "eller") == "a, b eller c"


def test_quoted_text_stays_on_one_line_and_short() -> None:
    assert quoted("kommune") == "«kommune»"
    assert quoted("a\nb\tc\x00d\u200be\u00a0f") == "«a<U+000A>b<U+0009>c<U+0000>d<U+200B>e\u00a0f»"
    assert quoted("x" * 60) == f"«{'x' * 60}»"
    assert quoted("x" * 61) == f"«{'x' * 59}…»"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("26897", 2, "26897.00"),
        ("1/2", 0, "1"),
        ("-1/2", 0, "-1"),
        ("-1/3", 0, "0"),
        ("2.675", 2, "2.68"),
        ("0.05", 1, "0.1"),
        ("-0.004", 2, "0.00"),
        ("1/3", 5, "0.33333"),
    ],
)
def test_plain_decimals_round_half_up(value: str, places: int, text: str) -> None:
    assert plain_decimal(Fraction(value), places) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("62.50", "62.5"), ("100", "100"), ("-1/8", "-0.125"), ("1/3", "1/3"), ("-7/6", "-7/6"), ("0", "0")],
)
def test_exact_decimals(value: str, text: str) -> None:
    assert exact_decimal(Fraction(value)) == text


@given(FRACTIONS)
def test_numbers_read_back(value: Fraction) -> None:
    assert Fraction(exact_decimal(value)) == value
    if sum(sign.isdigit() for sign in number_text(value)) <= 30:
        assert literal.number(number_text(value)) == value


@given(DECIMALS, st.integers(0, 4))
def test_rounding_agrees_with_decimal(value: Decimal, places: int) -> None:
    with localcontext() as context:
        context.prec = 50
        rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert Decimal(plain_decimal(Fraction(value), places)) == rounded
