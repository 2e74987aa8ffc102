"""Names and texts as SQL, and queries that raise nothing but what DuckDB does."""

from __future__ import annotations

from collections.abc import Iterable


def name(text: str) -> str:
    """A name in double quotes."""
    return '"' + text.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text in single quotes."""
    return "'" + value.replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    """Texts with commas between, as `IN (…)` and `[…]` take them."""
    return ", ".join(text(value) for value in values)


def any_of(conditions: Iterable[str]) -> str:
    """Whether one of some conditions holds; none holds when there are none."""
    return " OR ".join(f"({condition})" for condition in conditions) or "false"


def shown(value: str) -> str:
    """SQL for a text value as a message quotes it: `«rød»`, shortened, control signs made visible."""
    short = f"CASE WHEN length({value}) > {_LONGEST} THEN left({value}, {_LONGEST - 1}) || '…' ELSE {value} END"
    return f"'«' || regexp_replace({short}, '[\\x00-\\x1f\\x7f-\\x9f]', '\ufffd', 'g') || '»'"


_LONGEST = 64
