"""Text to values: what each reader takes, and the whole reason it gives for what it does not take."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import literal
from engine.text.month import month_of
from engine.text.norsk import date_text

GOOD: list[tuple[Callable[[str], object], str, object]] = [
    (literal.yes_no, "ja", True),
    (literal.yes_no, "true", True),
    (literal.yes_no, "nei", False),
    (literal.yes_no, "false", False),
    (literal.integer, "0", 0),
    (literal.integer, "2024", 2024),
    (literal.integer, "-3", -3),
    (literal.integer, "\u22123", -3),
    (literal.integer, "1 215", 1215),
    (literal.integer, "9" * 30, int("9" * 30)),
    (literal.number, "62.5", Fraction(125, 2)),
    (literal.number, "62,5", Fraction(125, 2)),
    (literal.number, "1 215,50", Fraction(2431, 2)),
    (literal.number, "12\u00a0345\u00a0678", Fraction(12345678)),
    (literal.number, "1\u202f215", Fraction(1215)),
    (literal.number, "-0,05", Fraction(-1, 20)),
    (literal.number, "\u22121,15", Fraction(-23, 20)),
    (literal.number, "1/3", Fraction(1, 3)),
    (literal.number, "\u22127/12", Fraction(-7, 12)),
    (literal.number, "1.215", Fraction(1215, 1000)),
    (literal.number, "0." + "1" * 29, Fraction(int("1" * 29), 10**29)),
    (literal.date, "2024-04-18", date(2024, 4, 18)),
    (literal.date, "18.4.2024", date(2024, 4, 18)),
    (literal.date, "18.04.2024", date(2024, 4, 18)),
    (literal.date, "2024-02-29", date(2024, 2, 29)),
    (literal.date, "1900-01-01", date(1900, 1, 1)),
    (literal.date, "31.12.2200", date(2200, 12, 31)),
    (literal.moment, "2022-10-01T23:00", datetime(2022, 10, 1, 23)),
    (literal.moment, "2022-10-01 23:00:59", datetime(2022, 10, 1, 23, 0, 59)),
    (literal.moment, "18.4.2024 09:30", datetime(2024, 4, 18, 9, 30)),
    (literal.moment, "18.4.2024", datetime(2024, 4, 18)),
    (literal.month, "2024-09", 2024 * 12 + 8),
    (literal.month, "9.2024", 2024 * 12 + 8),
    (literal.month, "09.2024", 2024 * 12 + 8),
]

HELT = "forventet et helt tall som 12 eller 1 250, fant {}"
TALL = "forventet et tall som 62,5 eller 1 250,50 eller 1/3, fant {}"
DATO = "forventet en dato som 2020-05-17 eller 17.5.2020, fant {}"
TID = "forventet dato og klokkeslett som 2020-05-17T23:00 eller 17.5.2020 23:00, fant {}"
SONE = "forventet norsk tid uten tidssone, som 2020-05-17T23:00, fant {}"
MÅNED = "forventet en måned som 2020-05 eller 5.2020, fant {}"

BAD: list[tuple[Callable[[str], object], str, str]] = [
    (literal.yes_no, "yes", "forventet ja eller nei, fant «yes»"),
    (literal.yes_no, "", "forventet ja eller nei, fant «»"),
    (literal.yes_no, "ja ", "forventet ja eller nei, fant «ja »"),
    (literal.yes_no, "NEI", "forventet ja eller nei med små bokstaver, fant «NEI»"),
    (literal.yes_no, "Ja", "forventet ja eller nei med små bokstaver, fant «Ja»"),
    (literal.yes_no, "TRUE", "forventet ja eller nei med små bokstaver, fant «TRUE»"),
    (literal.yes_no, "False", "forventet ja eller nei med små bokstaver, fant «False»"),
    (literal.integer, "1,5", HELT.format("«1,5»")),
    (literal.integer, "0301", HELT.format("«0301»: tall skrives uten 0 foran")),
    (literal.integer, "12 kr", HELT.format("«12 kr»: skriv bare tallet, uten enhet")),
    (literal.integer, "1_000", HELT.format("«1_000»")),
    (literal.integer, "\u0661\u0662", HELT.format("«\u0661\u0662»")),
    (literal.integer, "12\n", HELT.format("«12<U+000A>»")),
    (literal.integer, "9" * 31, f"forventet høyst 30 sifre, fant «{'9' * 31}»"),
    (literal.number, "nan", TALL.format("«nan»")),
    (literal.number, "inf", TALL.format("«inf»")),
    (literal.number, "1e5", TALL.format("«1e5»: skriv alle sifrene, uten e")),
    (literal.number, "1.215,50",
     TALL.format("«1.215,50»: skriv tusener med mellomrom, og bare ett komma eller punktum")),
    (literal.number, "007,5", TALL.format("«007,5»: tall skrives uten 0 foran")),
    (literal.number, "62,5 %", TALL.format("«62,5 %»: skriv bare tallet, uten enhet")),
    (literal.number, "kr 5", TALL.format("«kr 5»: skriv bare tallet, uten enhet")),
    (literal.number, "+5", TALL.format("«+5»")),
    (literal.number, ".5", TALL.format("«.5»")),
    (literal.number, "5,", TALL.format("«5,»")),
    (literal.number, "1 21", TALL.format("«1 21»")),
    (literal.number, "1 / 3", TALL.format("«1 / 3»")),
    (literal.number, "1/0", "forventet et tall, fant «1/0»: det går ikke an å dele på 0"),
    (literal.number, "0," + "1" * 30, f"forventet høyst 30 sifre, fant «0,{'1' * 30}»"),
    (literal.number, "x" * 500, TALL.format(f"«{'x' * 59}…»")),
    (literal.date, "18/4/2024", DATO.format("«18/4/2024»")),
    (literal.date, "2024-4-18", DATO.format("«2024-4-18»")),
    (literal.date, "18.4.24", DATO.format("«18.4.24»")),
    (literal.date, "30.2.2024", "datoen «30.2.2024» finnes ikke: februar 2024 har dagene 1 til 29"),
    (literal.date, "2023-02-29", "datoen «2023-02-29» finnes ikke: februar 2023 har dagene 1 til 28"),
    (literal.date, "0.4.2024", "datoen «0.4.2024» finnes ikke: april 2024 har dagene 1 til 30"),
    (literal.date, "2024-13-01", "datoen «2024-13-01» finnes ikke: måneder går fra 1 til 12"),
    (literal.date, "1899-12-31", "datoen «1899-12-31» kan ikke brukes: forventet et år fra 1900 til 2200"),
    (literal.date, "2201-01-01", "datoen «2201-01-01» kan ikke brukes: forventet et år fra 1900 til 2200"),
    (literal.moment, "i går", TID.format("«i går»")),
    (literal.moment, "2022-10-01T", TID.format("«2022-10-01T»")),
    (literal.moment, "2022-10-01T9:30", TID.format("«2022-10-01T9:30»: klokkeslett skrives som 09:30 eller 09:30:15")),
    (literal.moment, "2022-10-01T23:00Z", SONE.format("«2022-10-01T23:00Z»")),
    (literal.moment, "2022-10-01T23:00+02:00", SONE.format("«2022-10-01T23:00+02:00»")),
    (literal.moment, "2022-10-01T23:00:00-0200", SONE.format("«2022-10-01T23:00:00-0200»")),
    (literal.moment, "2022-10-01T24:00",
     "klokkeslettet i «2022-10-01T24:00» finnes ikke: midnatt skrives 00:00 på dagen som begynner"),
    (literal.moment, "2022-10-01T23:60", "klokkeslettet i «2022-10-01T23:60» finnes ikke: forventet 00:00 til 23:59"),
    (literal.moment, "18.4.2024 23:00:60", "klokkeslettet i «18.4.2024 23:00:60» finnes ikke: forventet 00:00 til 23:59"),
    (literal.moment, "18.4.2024 25:00", "klokkeslettet i «18.4.2024 25:00» finnes ikke: forventet 00:00 til 23:59"),
    (literal.moment, "31.4.2024 10:00", "datoen «31.4.2024» finnes ikke: april 2024 har dagene 1 til 30"),
    (literal.month, "2024-9", MÅNED.format("«2024-9»")),
    (literal.month, "september 2024", MÅNED.format("«september 2024»")),
    (literal.month, "2024-09-01", MÅNED.format("«2024-09-01»")),
    (literal.month, "0.2024", "måneden «0.2024» finnes ikke: måneder går fra 1 til 12"),
    (literal.month, "1899-12", "måneden «1899-12» kan ikke brukes: forventet et år fra 1900 til 2200"),
]  # fmt: skip


@pytest.mark.parametrize(("read", "text", "value"), GOOD)
def test_good(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value
    assert type(read(text)) is type(value)


@pytest.mark.parametrize(("read", "text", "reason"), BAD)
def test_bad(read: Callable[[str], object], text: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        read(text)
    assert str(caught.value) == reason


READERS = [literal.yes_no, literal.integer, literal.number, literal.date, literal.moment, literal.month]
ALMOST = st.text("0123456789-.:/, TZ+\u2212\u00a0", max_size=20)


@pytest.mark.parametrize("read", READERS)
@given(text=st.text(max_size=20) | ALMOST)
def test_any_text_gives_a_value_or_a_norwegian_reason(read: Callable[[str], object], text: str) -> None:
    try:
        read(text)
    except ValueError as error:
        assert str(error).startswith(("forventet ", "datoen ", "måneden ", "klokkeslettet "))
        assert "\n" not in str(error)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_dates_and_months_read_back(day: date) -> None:
    assert literal.date(day.isoformat()) == literal.date(date_text(day)) == day
    assert literal.month(f"{day:%Y-%m}") == literal.month(f"{day.month}.{day.year}") == month_of(day)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 12, 31)).map(
        lambda time: time - timedelta(microseconds=time.microsecond)
    )
)
def test_moments_read_back(time: datetime) -> None:
    assert literal.moment(time.isoformat()) == literal.moment(time.isoformat(" ")) == time


@given(st.integers(-(10**30) + 1, 10**30 - 1))
def test_whole_numbers_read_back_with_and_without_thousands(value: int) -> None:
    for text in (str(value), f"{value:,}".replace(",", " ")):
        assert literal.integer(text) == literal.number(text) == value
