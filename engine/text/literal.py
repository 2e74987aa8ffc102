"""Strict readers from text to values. Each raises ValueError with a short Norwegian reason; none of them guesses."""

import re
from datetime import date as Date
from datetime import datetime, time
from fractions import Fraction

from engine.text.month import NAMES, Month, days_in
from engine.text.norsk import quoted

MOST_DIGITS = 30
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200

_WHOLE = r"(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:[ \u00a0\u202f][0-9]{3})+)"
_INTEGER = re.compile(rf"[-\u2212]?{_WHOLE}")
_DECIMAL = re.compile(rf"[-\u2212]?{_WHOLE}(?:[.,][0-9]+)?")
_RATIO = re.compile(r"[-\u2212]?(?:0|[1-9][0-9]*)/(?:0|[1-9][0-9]*)")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_NORWEGIAN_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_ISO_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_NORWEGIAN_MONTH = re.compile(r"([0-9]{1,2})\.([0-9]{4})")
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_ZONE = re.compile(r"[0-9] ?(?:[Zz]|[-+\u2212][0-9]{2}:?(?:[0-9]{2})?)")


def yes_no(text: str) -> bool:
    """`ja` or `true`, `nei` or `false`; nothing else, in no other case."""
    if text in ("ja", "true"):
        return True
    if text in ("nei", "false"):
        return False
    case = " med små bokstaver" if text.lower() in ("ja", "true", "nei", "false") else ""
    raise ValueError(f"forventet ja eller nei{case}, fant {quoted(text)}")


def integer(text: str) -> int:
    """A whole number: `2001`, `-3`, `1 250`."""
    if _INTEGER.fullmatch(text):
        return int(_machine(text))
    raise ValueError(f"forventet et helt tall som 12 eller 1 250, fant {quoted(text)}{_number_hint(text)}")


def number(text: str) -> Fraction:
    """An exact number: `62.5`, `62,5`, `1 250,50`, `-3`, `1/3`. At most 30 digits."""
    if _DECIMAL.fullmatch(text):
        return Fraction(_machine(text).replace(",", "."))
    if _RATIO.fullmatch(text):
        top, _, bottom = _machine(text).partition("/")
        if bottom == "0":
            raise ValueError(f"forventet et tall, fant {quoted(text)}: det går ikke an å dele på 0")
        return Fraction(int(top), int(bottom))
    raise ValueError(f"forventet et tall som 62,5 eller 1 250,50 eller 1/3, fant {quoted(text)}{_number_hint(text)}")


def date(text: str) -> Date:
    """A date from 1900 to 2200: `2020-05-17`, `17.5.2020` or `17.05.2020`."""
    if iso := _ISO_DATE.fullmatch(text):
        return _existing(int(iso[1]), int(iso[2]), int(iso[3]), text)
    if norwegian := _NORWEGIAN_DATE.fullmatch(text):
        return _existing(int(norwegian[3]), int(norwegian[2]), int(norwegian[1]), text)
    raise ValueError(f"forventet en dato som 2020-05-17 eller 17.5.2020, fant {quoted(text)}")


def moment(text: str) -> datetime:
    """A date and Norwegian wall time: `2020-05-17T23:00`, `17.5.2020 23:00:59`. No zone; a bare date is midnight."""
    expected = f"forventet dato og klokkeslett som 2020-05-17T23:00 eller 17.5.2020 23:00, fant {quoted(text)}"
    parts = re.fullmatch(r"([^T ]+)(?:[T ](.+))?", text)
    if parts is None:
        raise ValueError(expected)
    day_text, clock_text = parts[1], parts[2] or "00:00"
    if not (_ISO_DATE.fullmatch(day_text) or _NORWEGIAN_DATE.fullmatch(day_text)):
        raise ValueError(expected)
    day = date(day_text)
    if _ZONE.search(clock_text):
        raise ValueError(f"forventet norsk tid uten tidssone, som 2020-05-17T23:00, fant {quoted(text)}")
    clock = _CLOCK.fullmatch(clock_text)
    if clock is None:
        raise ValueError(f"{expected}: klokkeslett skrives som 09:30 eller 09:30:15")
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or "0")
    if hour == 24:
        raise ValueError(f"klokkeslettet i {quoted(text)} finnes ikke: midnatt skrives 00:00 på dagen som begynner")
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"klokkeslettet i {quoted(text)} finnes ikke: forventet 00:00 til 23:59")
    return datetime.combine(day, time(hour, minute, second))


def month(text: str) -> Month:
    """A calendar month from 1900 to 2200: `2020-05`, `5.2020` or `05.2020`."""
    if iso := _ISO_MONTH.fullmatch(text):
        year, number_ = int(iso[1]), int(iso[2])
    elif norwegian := _NORWEGIAN_MONTH.fullmatch(text):
        year, number_ = int(norwegian[2]), int(norwegian[1])
    else:
        raise ValueError(f"forventet en måned som 2020-05 eller 5.2020, fant {quoted(text)}")
    _check_year_and_month(year, number_, f"måneden {quoted(text)}")
    return Month(year * 12 + number_ - 1)


def _machine(text: str) -> str:
    """The digits as Python reads them, once they are few enough."""
    if sum(sign.isdigit() for sign in text) > MOST_DIGITS:
        raise ValueError(f"forventet høyst {MOST_DIGITS} sifre, fant {quoted(text)}")
    return re.sub(r"[ \u00a0\u202f]", "", text).replace("\u2212", "-")


def _number_hint(text: str) -> str:
    """What the writer most likely has to change, when that can be told."""
    if len(text) > 100:
        return ""
    if re.fullmatch(r"[-\u2212]?0[0-9]+(?:[.,][0-9]+)?", text):
        return ": tall skrives uten 0 foran"
    if re.fullmatch(r"[0-9.,]*(?:\.[0-9]*,|,[0-9]*\.)[0-9.,]*", text):
        return ": skriv tusener med mellomrom, og bare ett komma eller punktum"
    if re.match(r"[-\u2212]?[0-9][0-9 .,\u00a0\u202f]*(?:%|kr|prosent)", text) or text.startswith("kr"):
        return ": skriv bare tallet, uten enhet"
    if re.fullmatch(r"[0-9.,]+[eE][-+]?[0-9]+", text):
        return ": skriv alle sifrene, uten e"
    return ""


def _existing(year: int, month_number: int, day: int, text: str) -> Date:
    _check_year_and_month(year, month_number, f"datoen {quoted(text)}")
    days = days_in(Month(year * 12 + month_number - 1))
    if not 1 <= day <= days:
        name = NAMES[month_number - 1]
        raise ValueError(f"datoen {quoted(text)} finnes ikke: {name} {year} har dagene 1 til {days}")
    return Date(year, month_number, day)


def _check_year_and_month(year: int, month_number: int, what: str) -> None:
    if not 1 <= month_number <= 12:
        raise ValueError(f"{what} finnes ikke: måneder går fra 1 til 12")
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(f"{what} kan ikke brukes: forventet et år fra {EARLIEST_YEAR} til {LATEST_YEAR}")
