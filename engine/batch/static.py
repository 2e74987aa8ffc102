"""What does not hang on an application: a table with a row for each month, and one with a row for each grant year.

The single-case engine's own readers work the values out, so that no rate or threshold is read in two ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any

from engine.batch.program import Fixed
from engine.batch.vector import FACTS, FIRST_RATE, MOST_RATES, OTHER, Number, TooLarge, Vector, number
from engine.case.calendar import DAYS_IN_MONTH, MONTH
from engine.case.facts import application_frame
from engine.case.frame import Frame as CaseFrame
from engine.case.names import Names
from engine.case.stated import Application
from engine.case.value import Between, Unknown
from engine.decide.compiled import CompiledScheme
from engine.ruleset.selection import of_grant_year
from engine.text.month import Month, days_in, first_day, last_day

#: a grant year that is not stated
NO_YEAR = -1

Rows = Fixed


def rate_bits(names: Names) -> dict[str, int]:
    """Every rate and threshold, and every variant of one → its bit in a cause. Raises TooLarge."""
    found = [
        name
        for parameter in names.scheme.parameters.values()
        for name in (parameter.name, *(f"{parameter.name}.{variant.id}" for variant in parameter.variants))
    ]
    if len(found) > MOST_RATES:
        raise TooLarge(f"ordningen har {len(found)} satser og grenser, og tabellene har plass til {MOST_RATES}")
    return {name: 1 << (FIRST_RATE + place) for place, name in enumerate(found)}


@dataclass(frozen=True)
class Static:
    """Names with one value a row: `rows` are the columns, `vectors` how they are read (`low` is then a column name)."""

    rows: Rows
    vectors: Mapping[str, Vector]


def of_months(names: Names, wanted: Iterable[str], months: Sequence[Month], rates: Mapping[str, int]) -> Static:
    """The calendar: month, first and last date, and the wanted names."""
    frames = []
    slots = names.slots
    for month in months:
        frame = slots.empty()
        frame[slots.index[MONTH]] = month
        frame[slots.index[DAYS_IN_MONTH]] = days_in(month)
        frames.append(frame)
    static = _static(names, sorted({*wanted, DAYS_IN_MONTH} - {MONTH}), frames, rates)
    rows: Rows = {
        MONTH: list(months),
        "første": [first_day(month).toordinal() for month in months],
        "siste": [last_day(month).toordinal() for month in months],
    }
    return Static(rows | static.rows, static.vectors)


def of_years(
    compiled: CompiledScheme,
    names: Names,
    wanted: Iterable[str],
    rates: Mapping[str, int],
    years: Iterable[int | None],
) -> Static:
    """A row for each grant year; one that is not stated is None."""
    assert names.year is not None
    frames = []
    for year in years:
        facts = {} if year is None else {names.year: year}
        application = Application("", compiled.scheme.id, facts, {}, (), "")
        grant_set = of_grant_year(compiled.scheme, year)
        frames.append(application_frame(application, compiled.slots, grant_set, []))
    static = _static(names, sorted(wanted), frames, rates)
    own: Rows = {"år": [NO_YEAR if year is None else year for year in years]}
    return Static(own | static.rows, static.vectors)


def _static(names: Names, wanted: Sequence[str], frames: Sequence[CaseFrame], rates: Mapping[str, int]) -> Static:
    rows: Rows = {}
    vectors: dict[str, Vector] = {}
    for name in wanted:
        values = [_value(names, name, frame) for frame in frames]
        column, vector = _column(values, names.slots.types[name.partition(".")[0]].kind, rates)
        vectors[name] = vector
        rows |= {f"{name}{ending}": part for ending, part in column.items()}
    return Static(rows, vectors)


def _value(names: Names, name: str, frame: CaseFrame) -> Any:
    slots = names.slots
    return slots.readers[name](frame) if name in slots.readers else frame[slots.index[name]]


def _column(values: Sequence[Any], kind: str, rates: Mapping[str, int]) -> tuple[Rows, Number]:
    known = [Fraction(_plain(value)) for value in values if not isinstance(value, Unknown | Between)]
    den = lcm(*(value.denominator for value in known)) if known else 1
    tops = [None if isinstance(value, Unknown | Between) else int(_plain(value) * den) for value in values]
    told = [top for top in tops if top is not None]
    column: Rows = {"": tops}
    cause: Any = None
    if len(told) < len(tops):
        column["|sak"] = [_cause(value, rates) if isinstance(value, Unknown | Between) else 0 for value in values]
        cause = "|sak"
    domain = frozenset(told) if cause is None and len(set(told)) <= 64 else None
    return column, number("", "", den, min(told, default=0), max(told, default=0), cause, kind, domain)


def _plain(value: Any) -> Any:
    return value.toordinal() if isinstance(value, date) else value


def _cause(value: Any, rates: Mapping[str, int]) -> int:
    cause = value.cause if isinstance(value, Between) else value
    found = FACTS if cause.facts else 0
    for rate in cause.rates:
        found |= rates[rate]
    return found or OTHER
