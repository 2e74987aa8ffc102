"""How values read in Norwegian, and how exact numbers are written for machines."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

NBSP = "\u00a0"
MINUS = "\u2212"
_LONGEST_QUOTE = 60


def date_text(day: date) -> str:
    """`17.5.2020`"""
    return f"{day.day}.{day.month}.{day.year}"


def number_text(value: Fraction) -> str:
    """`1 397,25`: decimal comma, thousands apart by NBSP, every decimal; `4/3` when the decimals never end.

    `engine.text.literal.number` reads it back to the same value.
    """
    return _norwegian(exact_decimal(value))


def money_text(amount: Fraction | Decimal) -> str:
    """`26 897,00 kr`: two decimals, half an øre up, NBSP before kr."""
    return f"{_norwegian(plain_decimal(Fraction(amount), 2))}{NBSP}kr"


def list_text(words: Sequence[str], joiner: str = "og") -> str:
    """`a, b og c`; `joiner` may be `eller`. No words give an empty text."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joiner} {words[-1]}"


def quoted(text: str) -> str:
    """What was found, fit for a message on one line: `«rød»`, shortened, invisible signs shown by their code."""
    short = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
    return f"«{''.join(_visible(sign) for sign in short)}»"


def plain_decimal(value: Fraction | int, places: int) -> str:
    """`26897.00`: exactly `places` decimals, half up (away from zero), decimal point."""
    doubled = abs(value.numerator) * 10**places * 2
    scaled = (doubled + value.denominator) // (2 * value.denominator)
    return _pointed("-" if value < 0 and scaled else "", scaled, places)


def exact_decimal(value: Fraction | int) -> str:
    """`62.5`: every decimal and no more; `4/3` when the decimals never end."""
    if value.denominator == 1:
        return str(value.numerator)
    places, rest = 0, value.denominator
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest //= prime
            count += 1
        places = max(places, count)
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    scaled = abs(value.numerator) * 10**places // value.denominator
    return _pointed("-" if value < 0 else "", scaled, places)


def _pointed(sign: str, scaled: int, places: int) -> str:
    digits = str(scaled).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _norwegian(machine: str) -> str:
    text = machine.replace("-", MINUS).replace(".", ",")
    if "/" in text:
        return text
    whole, comma, decimals = text.partition(",")
    sign, digits = (MINUS, whole[1:]) if whole.startswith(MINUS) else ("", whole)
    return f"{sign}{int(digits):,}".replace(",", NBSP) + comma + decimals


def _visible(sign: str) -> str:
    return sign if sign.isprintable() or sign == NBSP else f"<U+{ord(sign):04X}>"
