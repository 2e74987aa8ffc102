"""Months, and periods counted from date to date."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text.month import (
    Month,
    date_to_date_end,
    days_in,
    first_day,
    last_day,
    month_in_words,
    month_of,
    month_text,
    whole_months,
)

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


def test_a_month_counts_from_year_zero() -> None:
    assert month_of(date(2024, 9, 30)) == 2024 * 12 + 8
    assert month_of(date(2025, 1, 1)) - month_of(date(2024, 12, 31)) == 1


def test_how_a_month_reads() -> None:
    assert month_text(month_of(date(2024, 9, 1))) == "2024-09"
    assert month_in_words(month_of(date(2024, 9, 1))) == "september 2024"
    words = [month_in_words(month_of(date(2025, number, 1))) for number in range(1, 13)]
    assert " ".join(words).replace(" 2025", "") == (
        "januar februar mars april mai juni juli august september oktober november desember"
    )


@pytest.mark.parametrize(("year", "days"), [(2023, 28), (2024, 29), (1900, 28), (2000, 29), (2100, 28)])
def test_february(year: int, days: int) -> None:
    assert days_in(month_of(date(year, 2, 1))) == days


@given(DAYS)
def test_a_month_runs_from_its_first_day_to_its_last(day: date) -> None:
    month = month_of(day)
    assert first_day(month) == day.replace(day=1)
    assert last_day(month) + timedelta(1) == first_day(Month(month + 1))
    assert (last_day(month) - first_day(month)).days + 1 == days_in(month)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2022-11-30", 3, "2023-03-01"),
        ("2023-03-01", 3, "2023-06-01"),
        ("2022-12-31", 3, "2023-03-31"),
        ("2023-01-31", 1, "2023-03-01"),
        ("2024-01-29", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-03-01"),
        ("2023-10-31", 1, "2023-12-01"),
        ("2023-05-15", 0, "2023-05-15"),
        ("2023-12-31", 2, "2024-03-01"),
    ],
)
def test_date_to_date(start: str, months: int, end: str) -> None:
    assert date_to_date_end(date.fromisoformat(start), months) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("start", "last", "expected"),
    [
        ("2023-03-01", "2023-05-31", (3, 0)),
        ("2023-03-01", "2023-05-30", (2, 30)),
        ("2023-03-01", "2023-06-01", (3, 1)),
        ("2023-01-31", "2023-02-27", (0, 28)),
        ("2023-01-31", "2023-02-28", (1, 0)),
        ("2022-11-30", "2023-02-28", (3, 0)),
        ("2023-05-15", "2023-05-15", (0, 1)),
        ("2023-05-15", "2023-05-14", (0, 0)),
        ("2023-01-01", "2022-12-31", (0, 0)),
    ],
)
def test_whole_months(start: str, last: str, expected: tuple[int, int]) -> None:
    assert whole_months(date.fromisoformat(start), date.fromisoformat(last)) == expected


@given(DAYS, st.integers(0, 500))
def test_more_months_end_later(start: date, months: int) -> None:
    assert date_to_date_end(start, months) < date_to_date_end(start, months + 1)


@given(DAYS, st.integers(0, 4000))
def test_whole_months_are_the_most_that_fit(start: date, days: int) -> None:
    end = start + timedelta(days)
    months, rest = whole_months(start, end - timedelta(1))
    assert rest >= 0
    assert date_to_date_end(start, months) + timedelta(rest) == end
    assert date_to_date_end(start, months + 1) > end


def test_what_cannot_be_counted() -> None:
    with pytest.raises(ValueError) as fewer:
        date_to_date_end(date(2024, 1, 1), -1)
    with pytest.raises(ValueError) as earlier:
        whole_months(date(2024, 1, 1), date(2023, 12, 30))
    assert str(fewer.value) == "forventet 0 måneder eller flere, fant -1"
    assert str(earlier.value) == "forventet en sluttdato tidligst dagen før 1.1.2024, fant 30.12.2023"
