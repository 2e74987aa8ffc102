"""One cell: the SQL that reads a value as its column's type, exactly as the single case does, or gives NULL where it cannot.

A file may hold a column in its own type or as text; text is read by the same forms as `engine.text.literal`. A float counts as
the shortest decimal number that is that float, so 62.5 is exactly 62.5. Nothing is rounded: a value with more decimals than its
column keeps is no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from engine.batch import sql
from engine.batch.schema import ID, Column, largest, sql_type
from engine.language.vocabulary import Fact
from engine.text.literal import EARLIEST_YEAR, LATEST_YEAR, MOST_DIGITS
from engine.text.norsk import exact_decimal

#: signs that are not text, as RE2 writes them (`engine.text.source` refuses them in YAML)
HIDDEN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\x{FEFF}\x{FFFE}\x{FFFF}]"

ISO_DATE, NORWEGIAN_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}"
CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
ISO_MONTH, NORWEGIAN_MONTH = "[0-9]{4}-(0[1-9]|1[0-2])", r"(0?[1-9]|1[0-2])\.[0-9]{4}"
INTEGER = "[-−]?(0|[1-9][0-9]*)"
WHOLE = "[-−]?(0|[1-9][0-9]*|[1-9][0-9]{0,2}([ \u00a0][0-9]{3})+)"

#: what a cell of several answers has between them, and what it says when there are none
BETWEEN, NONE = ";", "[]"

_INTEGERS = re.compile(r"U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)")
_DATES = re.compile(r"DATE|TIMESTAMP(_S|_MS|_NS)?")

#: below this a float has fewer digits than it takes for two decimal numbers to be the same float
_PLAIN_FLOAT = 1_000_000_000
_EXACT_FLOAT = 1 << 53

#: so many digits after the first are few enough for the form that nearly every number has
_PLAIN_DIGITS = 8


def is_text(type: str) -> bool:
    return type == "VARCHAR" or type.startswith("ENUM(")


def can_read(column: Column, type: str) -> bool:
    """Whether a column of a type in a file (in DuckDB's words) can hold the column's values."""
    number = _INTEGERS.fullmatch(type) or type in ("DOUBLE", "FLOAT") or type.startswith("DECIMAL(")
    if is_text(type) or type == '"NULL"':
        return True
    match column.kind:
        case "ja_nei":
            return type == "BOOLEAN"
        case "flervalg":
            return type == "VARCHAR[]"
        case "dato" | "tidspunkt":
            return bool(_DATES.fullmatch(type))
        case "heltall" | "desimal":
            return bool(number)
        case "tekst":
            return bool(_INTEGERS.fullmatch(type))
        case _:
            return False


def value(column: Column, raw: str, type: str) -> str:
    """The value of a raw cell of a readable type, before bounds; NULL where it is none."""
    if type == '"NULL"':
        return f"CAST(NULL AS {sql_type(column)})"
    if is_text(type) and type != "VARCHAR":
        raw = f"CAST({raw} AS VARCHAR)"
    match column.kind:
        case "ja_nei":
            return _yes_no(raw, type)
        case "valg":
            return choice(_fact(column).choices, raw)
        case "flervalg":
            return _choices(_fact(column), items(raw, type))
        case "dato":
            return _date(raw, type)
        case "tidspunkt":
            return _moment(raw, type)
        case "måned":
            return _month(raw)
        case "heltall":
            return _integer(column, raw, type)
        case "desimal":
            return _decimal(column, raw, type)
        case _:
            return _text(column, raw, type)


def within(column: Column, read: str) -> str | None:
    """Whether a value that could be read is one the column can have; None when every one is."""
    if column.kind in ("dato", "tidspunkt"):
        end = " 23:59:59" if column.kind == "tidspunkt" else ""
        return f"{read} BETWEEN {_day(f'{EARLIEST_YEAR}-01-01')} AND CAST('{LATEST_YEAR}-12-31{end}' AS TIMESTAMP)"
    if column.kind in ("heltall", "desimal"):
        return " AND ".join([*stated_bounds(column, read), small(column, read)])
    return None


def stated_bounds(column: Column, read: str) -> list[str]:
    """What the vocabulary says of a number, each as SQL."""
    fact = _fact(column)
    bounds = ((">=", fact.at_least), (">", fact.above), ("<=", fact.at_most))
    told = [_compared(read, sign, bound) for sign, bound in bounds if bound is not None]
    if column.kind == "heltall" and fact.choices:
        told.append(f"{read} IN ({', '.join(fact.choices)})")
    return told


def small(column: Column, read: str) -> str:
    """Whether a number is one that tables take. The evaluation's proof that its whole numbers fit rests on this."""
    most = largest(_fact(column))
    return f"{read} BETWEEN {-most} AND {most}"


def _compared(read: str, sign: str, bound: Fraction) -> str:
    written = exact_decimal(bound)
    return (
        f"{read} {sign} {written}" if "/" not in written else f"{read} * {bound.denominator} {sign} {bound.numerator}"
    )


def _fact(column: Column) -> Fact:
    assert column.fact is not None, column.name
    return column.fact


def _day(text: str) -> str:
    return f"CAST('{text}' AS DATE)"


def _full(raw: str, pattern: str) -> str:
    return f"regexp_full_match({raw}, {sql.text(pattern)})"


def _yes_no(raw: str, type: str) -> str:
    if type == "BOOLEAN":
        return f"CASE WHEN {raw} THEN 'ja' WHEN NOT {raw} THEN 'nei' END"
    return f"CASE WHEN {raw} IN ('ja', 'true') THEN 'ja' WHEN {raw} IN ('nei', 'false') THEN 'nei' END"


def choice(choices: Iterable[str], raw: str) -> str:
    """One of some answers, in NFC; texts that are so already are not normalised again."""
    known, normal = sql.texts(choices), f"nfc_normalize({raw})"
    return f"CASE WHEN {raw} IN ({known}) THEN {raw} WHEN {normal} IN ({known}) THEN {normal} END"


def items(raw: str, type: str) -> str:
    """The answers of a cell as a list."""
    if is_text(type):
        split = f"list_transform(string_split({raw}, '{BETWEEN}'), lambda one: trim(one))"
        raw = f"CASE WHEN {raw} = '{NONE}' THEN CAST([] AS VARCHAR[]) ELSE {split} END"
    return f"list_transform({raw}, lambda one: nfc_normalize(one))"


def _choices(fact: Fact, listed: str) -> str:
    """Each answer once, and none of them missing or unknown."""
    fits = f"len(list_distinct({listed})) = len({listed}) AND list_has_all([{sql.texts(fact.choices)}], {listed})"
    return f"CASE WHEN {fits} THEN {listed} END"


def _date(raw: str, type: str) -> str:
    if not is_text(type):
        return f"CASE WHEN CAST(CAST({raw} AS DATE) AS {type}) = {raw} THEN CAST({raw} AS DATE) END"
    norwegian = f"TRY_CAST(try_strptime({raw}, '%d.%m.%Y') AS DATE)"
    return (
        f"CASE WHEN {_full(raw, ISO_DATE)} THEN TRY_CAST({raw} AS DATE) "
        f"WHEN {_full(raw, NORWEGIAN_DATE)} THEN {norwegian} END"
    )


def _moment(raw: str, type: str) -> str:
    if not is_text(type):
        whole = f"CAST(CAST({raw} AS TIMESTAMP) AS TIMESTAMP_S)"
        return f"CASE WHEN CAST(CAST({whole} AS TIMESTAMP) AS {type}) = {raw} THEN {whole} END"
    date, clock = f"regexp_extract({raw}, '^[^T ]+')", f"regexp_extract({raw}, '[T ](.*)$', 1)"
    day = f"strftime({_date(date, 'VARCHAR')}, '%Y-%m-%d')"
    shape = f"({ISO_DATE}|{NORWEGIAN_DATE})([T ]{CLOCK})?"
    at = f"CASE WHEN {clock} = '' THEN '00:00:00' WHEN length({clock}) = 5 THEN {clock} || ':00' ELSE {clock} END"
    return f"CASE WHEN {_full(raw, shape)} THEN TRY_CAST({day} || ' ' || {at} AS TIMESTAMP_S) END"


def _month(raw: str) -> str:
    """`2020-05`, whichever way it is written."""
    turned = f"right({raw}, 4) || '-' || lpad(split_part({raw}, '.', 1), 2, '0')"
    month = f"CASE WHEN {_full(raw, ISO_MONTH)} THEN {raw} WHEN {_full(raw, NORWEGIAN_MONTH)} THEN {turned} END"
    return f"CASE WHEN left({month}, 4) BETWEEN '{EARLIEST_YEAR}' AND '{LATEST_YEAR}' THEN {month} END"


def _integer(column: Column, raw: str, type: str) -> str:
    if _INTEGERS.fullmatch(type):
        return f"TRY_CAST({raw} AS BIGINT)"
    if type in ("DOUBLE", "FLOAT"):
        return f"CASE WHEN abs({raw}) < {_EXACT_FLOAT} AND {raw} = trunc({raw}) THEN CAST({raw} AS BIGINT) END"
    if type.startswith("DECIMAL("):
        return f"CASE WHEN {raw} = trunc({raw}) THEN TRY_CAST({raw} AS BIGINT) END"
    choices = _fact(column).choices
    fits = f"{raw} IN ({sql.texts(choices)})" if choices else _full(raw, INTEGER)
    return f"CASE WHEN {fits} THEN TRY_CAST(replace({raw}, '−', '-') AS BIGINT) END"


def _decimal(column: Column, raw: str, type: str) -> str:
    own = sql_type(column)
    if _INTEGERS.fullmatch(type):
        return f"TRY_CAST({raw} AS {own})"
    text = _decimal_text(column, raw if is_text(type) else f"CAST({raw} AS VARCHAR)")
    if type not in ("DOUBLE", "FLOAT") and not type.startswith("DECIMAL("):
        return text
    near = f"TRY_CAST({raw} AS {own})"
    exact = f"CASE WHEN TRY_CAST({near} AS {type}) = {raw} THEN {near} END"
    if type.startswith("DECIMAL("):
        return exact
    return text if type == "FLOAT" else f"CASE WHEN abs({raw}) < {_PLAIN_FLOAT} THEN {exact} ELSE {text} END"


def _decimal_text(column: Column, raw: str) -> str:
    plain = f"(0|[1-9][0-9]{{0,{_PLAIN_DIGITS}}})([.,][0-9]{{1,{column.scale}}})?"
    quick = f"WHEN {_full(raw, plain)} THEN TRY_CAST(replace({raw}, ',', '.') AS {sql_type(column)})"
    shape = f"{WHOLE}([.,][0-9]{{1,{column.scale}}}0*)?"
    few = f"length(regexp_replace({raw}, '[^0-9]', '', 'g')) <= {MOST_DIGITS}"
    return f"CASE {quick} WHEN {_full(raw, shape)} AND {few} THEN TRY_CAST({machine(raw)} AS {sql_type(column)}) END"


def machine(raw: str) -> str:
    """A number's text as DuckDB reads it."""
    return f"translate({raw}, '−, \u00a0', '-.')"


def _text(column: Column, raw: str, type: str) -> str:
    """A text in NFC of its pattern; an id is any text. What refers to an id need only be found among the ids."""
    if not is_text(type):
        raw = f"CAST({raw} AS VARCHAR)"
    if column.fact is None and column.name != ID:
        return f"nfc_normalize(nullif({raw}, ''))"
    shape = f"{raw} <> ''" if column.fact is None else _full(f"nfc_normalize({raw})", column.fact.pattern or ".+")
    return f"CASE WHEN {shape} AND NOT regexp_matches({raw}, '{HIDDEN}') THEN nfc_normalize({raw}) END"
