"""Calendar months, and periods counted from date to date."""

from datetime import date
from functools import lru_cache
from typing import NewType

from engine.text.norsk import date_text

Month = NewType("Month", int)
"""A calendar month as year × 12 + (month number − 1): months compare, subtract and count as whole numbers."""

NAMES = (
    "januar", "februar", "mars", "april", "mai", "juni",
    "juli", "august", "september", "oktober", "november", "desember",
)  # fmt: skip


def month_of(day: date) -> Month:
    """The month a date lies in."""
    return Month(day.year * 12 + day.month - 1)


@lru_cache(maxsize=4096)
def first_day(month: Month) -> date:
    """The first date of the month."""
    year, index = divmod(month, 12)
    return date(year, index + 1, 1)


def last_day(month: Month) -> date:
    """The last date of the month."""
    return first_day(month).replace(day=days_in(month))


@lru_cache(maxsize=4096)
def days_in(month: Month) -> int:
    """The number of days in the month."""
    year, index = divmod(month, 12)
    if index == 1:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if index in (3, 5, 8, 10) else 31


@lru_cache(maxsize=4096)
def month_text(month: Month) -> str:
    """The month as files and tables write it: `2020-05`."""
    year, index = divmod(month, 12)
    return f"{year:04d}-{index + 1:02d}"


def month_in_words(month: Month) -> str:
    """The month as a letter writes it: `mai 2001`."""
    year, index = divmod(month, 12)
    return f"{NAMES[index]} {year}"


def date_to_date_end(start: date, months: int) -> date:
    """The first day after `months` whole months counted date to date from `start`.

    A day number that the end month lacks rolls to the first of the month after: three months from 30 November 2001
    are over when 1 March 2002 begins. `months` is 0 or more; fewer raises ValueError.
    """
    if months < 0:
        raise ValueError(f"forventet 0 måneder eller flere, fant {months}")
    end = Month(month_of(start) + months)
    if start.day > days_in(end):
        return first_day(Month(end + 1))
    return first_day(end).replace(day=start.day)


def whole_months(start: date, last: date) -> tuple[int, int]:
    """How many whole months, counted date to date, fit from `start` to `last` (both inclusive), and the days left over.

    `last` is at the earliest the day before `start`, which gives (0, 0); earlier raises ValueError.
    """
    end = last.toordinal() + 1
    if end < start.toordinal():
        raise ValueError(f"forventet en sluttdato tidligst dagen før {date_text(start)}, fant {date_text(last)}")
    months = month_of(last) - month_of(start)
    for count in (months + 1, months):
        rest = end - date_to_date_end(start, count).toordinal()
        if rest >= 0:
            return count, rest
    return months - 1, end - date_to_date_end(start, months - 1).toordinal()
