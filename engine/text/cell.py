"""A cell as the text a person would have written in a file, by what is wanted there. Nothing is guessed and nothing is rounded.

Excel keeps numbers as binary fractions. The shortest text that reads back to the same one is what was typed, as long as it has no
more digits than Excel itself keeps; a number with more was worked out, and is refused.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.text.fault import Fault, Faults
from engine.text.node import Scalar
from engine.text.norsk import NBSP, date_text, quoted
from engine.text.refusal import hidden_sign as hidden_sign_fault
from engine.text.source import hidden_sign
from engine.text.workbook import Cell

#: how many digits of a number Excel keeps
MOST_DIGITS = 15

_WORDS = {
    "tekst": "tekst",
    "tall": "et tall",
    "prosent": "et tall, i prosent",
    "dato": "en dato",
    "tidspunkt": "en dato, med klokkeslett om det er kjent",
    "måned": "en måned, for eksempel 2020-05",
    "ja_nei": "ja eller nei",
}


def scalar(cell: Cell, wanted: str, pattern: str | None = None) -> Scalar | None:
    """The cell's text; None for one with nothing but spaces. Raises `Faults`.

    `wanted` is tekst, tall, prosent, dato, tidspunkt, måned or ja_nei; `pattern` is the form a text must have.
    """
    match cell.kind:
        case "formula":
            raise _refused(
                cell,
                "CELLE-FORMEL",
                "cellen har en formel",
                "formler regnes ikke ut",
                "skriv svaret i stedet for formelen",
            )
        case "error":
            raise _refused(
                cell,
                "CELLE-FEIL",
                f"cellen viser feilen {quoted(str(cell.value))}",
                "den har ikke noe svar",
                "skriv svaret",
            )
        case "text":
            return _text(cell)
        case "truth":
            text = _truth(cell, wanted)
        case "date":
            text = _date(cell, wanted)
        case _:
            text = _number(cell, wanted, pattern)
    return Scalar(text, cell.place, False)


def _text(cell: Cell) -> Scalar | None:
    text = unicodedata.normalize("NFC", str(cell.value)).strip(f" \t\r\n{NBSP}")
    sign = hidden_sign(text)
    if sign is not None:
        raise Faults([hidden_sign_fault(cell.place, sign, text)])
    return Scalar(text, cell.place, True) if text else None


def _truth(cell: Cell, wanted: str) -> str:
    if wanted != "ja_nei":
        raise _other(cell, wanted, "en celle med sann eller usann")
    return "ja" if cell.value else "nei"


def _date(cell: Cell, wanted: str) -> str:
    value: Any = cell.value
    if isinstance(value, datetime):
        if wanted == "tidspunkt" and not value.microsecond:
            return value.isoformat(timespec="seconds")
        if wanted == "tidspunkt":
            raise _other(cell, wanted, f"klokkeslettet {value:%H.%M.%S} med brøkdel av et sekund")
        if (value.hour, value.minute, value.second, value.microsecond) != (0, 0, 0, 0):
            raise _other(cell, wanted, f"{date_text(value.date())} med klokkeslettet {value:%H.%M}")
        value = value.date()
    if not isinstance(value, date):
        raise _other(cell, wanted, "et klokkeslett eller en varighet")
    if wanted in ("dato", "tidspunkt"):
        return value.isoformat()
    if wanted == "måned" and value.day == 1:
        return f"{value:%Y-%m}"
    raise _other(cell, wanted, f"datoen {date_text(value)}")


def _number(cell: Cell, wanted: str, pattern: str | None) -> str:
    if wanted not in ("tekst", "tall", "prosent"):
        raise _other(cell, wanted, f"tallet {_short(cell.value)}")
    number = _exact(cell)
    as_percent = "%" in re.sub(r'"[^"]*"|\\.', "", cell.shape)
    if wanted == "prosent":
        return _percent(cell, number, as_percent)
    if as_percent:
        raise _other(cell, wanted, f"{_told(number.scaleb(2))} %")
    if wanted == "tall":
        return _plain(number)
    text = _plain(number)
    if re.fullmatch("0+", cell.shape) and text.isdigit():
        text = text.zfill(len(cell.shape))  # what the cell shows
    if pattern is not None and not re.fullmatch(pattern, text):
        why = "et tall i Excel mister nuller foran, så det kan være et annet enn det som ble skrevet"
        step = "gjør cellen om til tekst, og skriv alle sifrene, også nuller foran"
        raise _refused(cell, "CELLE-TALL", f"cellen har tallet {text}, men her skal det stå tekst", why, step)
    return text


def _percent(cell: Cell, number: Decimal, as_percent: bool) -> str:
    if as_percent:
        return _plain(number.scaleb(2))
    if 0 < number <= 1:
        what = f"cellen har tallet {_told(number)}, som kan bety {_told(number)} % eller {_told(number.scaleb(2))} %"
        step = "velg formatet prosent for cellen, eller skriv prosenten som tekst"
        raise _refused(cell, "CELLE-PROSENT", what, "svaret skal være i prosent", step)
    return _plain(number)


def _exact(cell: Cell) -> Decimal:
    text = repr(cell.value)
    try:
        number = Decimal(text)
    except ArithmeticError:
        number = Decimal("NaN")
    few = number.is_finite() and len(number.normalize().as_tuple().digits) <= MOST_DIGITS
    if not few or "e" in text.lower():
        what, why = (
            f"tallet {_short(cell.value)} er ikke skrevet med få sifre",
            f"Excel har bare {MOST_DIGITS} sikre sifre",
        )
        raise _refused(
            cell, "CELLE-TALL", what, why, "skriv tallet med de sifrene det skal ha, eller skriv det som tekst"
        )
    return number


def _plain(number: Decimal) -> str:
    """`62.5`, `80`: no exponent, no zeros behind."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _told(number: Decimal) -> str:
    return _plain(number).replace(".", ",")


def _short(value: Any) -> str:
    return repr(value).replace(".", ",")[:40]


def _other(cell: Cell, wanted: str, found: str) -> Faults:
    step = "rett svaret, eller gjør cellen om til tekst og skriv det på nytt"
    return _refused(cell, "CELLE-TYPE", f"cellen har {found}", f"her skal det stå {_WORDS[wanted]}", step)


def _refused(cell: Cell, code: str, what: str, why: str, next_step: str) -> Faults:
    return Faults([Fault(cell.place, code, what, why, next_step)])
