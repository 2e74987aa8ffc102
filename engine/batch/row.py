"""Applications as rows of the tables, and rows as applications again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.batch import sql
from engine.batch.reading import kept
from engine.batch.schema import (
    APPLICATIONS,
    DOCTORS,
    ID,
    OF_APPLICATION,
    OF_DOCTOR,
    PERIODS,
    SCHEME,
    Column,
    Table,
    tables,
)
from engine.case.stated import Application, Doctor, Facts, Period, Stated, digest
from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact
from engine.text import literal
from engine.text.month import Month, month_text
from engine.text.norsk import exact_decimal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]


class TooExact(ValueError):
    """A number with more decimals, or more digits, than its column keeps: `column` and `number`, as text."""

    def __init__(self, column: Column, number: Fraction) -> None:
        super().__init__(column.name)
        self.column = column
        self.number = exact_decimal(number)


# --- applications as rows -------------------------------------------------------------------------------------------------


def rows_of(application: Application, schema: Mapping[str, Table]) -> Iterator[tuple[str, Row]]:
    """The rows of an application, each with its table's name. Raises TooExact."""
    top = {OF_APPLICATION: application.id}
    facts = _row(application.facts, schema[APPLICATIONS])
    yield APPLICATIONS, {ID: application.id, SCHEME: application.scheme, **facts}
    yield from _lines(application.lists, top, schema)
    for doctor in application.doctors:
        yield DOCTORS, {**top, ID: doctor.id, **_row(doctor.facts, schema[DOCTORS])}
        keys = {**top, OF_DOCTOR: doctor.id}
        yield from _lines(doctor.lists, keys, schema)
        for period in doctor.periods:
            yield PERIODS, {**keys, **_row(period.facts, schema[PERIODS])}


def _lines(lists: Mapping[str, tuple[Facts, ...]], keys: Row, schema: Mapping[str, Table]) -> Iterator[tuple[str, Row]]:
    for name, lines in lists.items():
        for line in lines:
            yield name, {**keys, **_row(line, schema[name])}


def _row(facts: Facts, table: Table) -> Row:
    return {name: _cell(table.column(name), value) for name, value in facts.items()}


def _cell(column: Column, value: Stated) -> Any:
    """The value as Arrow takes it."""
    if isinstance(value, frozenset):
        return sorted(value)
    if column.kind == "måned" and isinstance(value, int):
        return month_text(Month(value))
    if isinstance(value, Fraction):
        return _decimal(column, value)
    return value


def _decimal(column: Column, value: Fraction) -> Decimal:
    from engine.batch.schema import DIGITS

    scaled = value * 10 ** (column.scale or 0)
    if scaled.denominator != 1 or abs(scaled.numerator) >= 10**DIGITS:
        raise TooExact(column, value)
    return Decimal(exact_decimal(value))


# --- rows as applications -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rows:
    """The rows of some applications, by table and by the number of the row they belong to."""

    by_owner: Mapping[str, Mapping[int, list[Row]]]

    def of(self, table: str, number: int) -> list[Row]:
        return self.by_owner[table].get(number, [])


def applications_of(connection: DuckDBPyConnection, book: Rulebook, ids: Iterable[str]) -> list[Application]:
    """The applications of some ids among those `read_tables` kept, as the single case reads them, in the tables' order."""
    schema = tables(book.vocabulary)
    connection.execute("CREATE OR REPLACE TEMP TABLE utvalg AS SELECT unnest(CAST(? AS VARCHAR[])) AS id", [list(ids)])
    chosen = f"SELECT nr FROM {sql.name(kept(APPLICATIONS))} WHERE id IN (SELECT id FROM utvalg)"
    tops = _fetched(connection, schema[APPLICATIONS], f"nr IN ({chosen})")
    by_owner = {}
    for name, table in schema.items():
        if name != APPLICATIONS:
            owner = "søknad_nr" if table.level == "søknad" or name == DOCTORS else "lege_nr"
            grouped: dict[int, list[Row]] = {}
            for row in _fetched(connection, table, f"søknad_nr IN ({chosen})"):
                grouped.setdefault(row[owner], []).append(row)
            by_owner[name] = grouped
    return [_application(book, _Rows(by_owner), top) for top in tops]


def _fetched(connection: DuckDBPyConnection, table: Table, where: str) -> list[Row]:
    cursor = connection.execute(f"SELECT * FROM {sql.name(kept(table.name))} WHERE {where} ORDER BY nr")
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _application(book: Rulebook, rows: _Rows, top: Row) -> Application:
    scheme, id = top[SCHEME], top[ID]
    facts, lists = _facts(book, scheme, "søknad", top, rows)
    doctors = tuple(
        _doctor(book, scheme, row, rows, f"leger[{index}]") for index, row in enumerate(rows.of(DOCTORS, top["nr"]))
    )
    own_digest = digest(scheme, id, facts, lists, doctors)
    return Application(id, scheme, facts, lists, doctors, kept(APPLICATIONS), digest=own_digest)


def _doctor(book: Rulebook, scheme: str, row: Row, rows: _Rows, path: str) -> Doctor:
    facts, lists = _facts(book, scheme, "lege", row, rows)
    periods = []
    for index, period in enumerate(rows.of(PERIODS, row["nr"])):
        own, _ = _facts(book, scheme, "periode", period, rows)
        periods.append(Period(period["fra"], period["til"], own, f"{path}.perioder[{index}]"))
    return Doctor(row[ID], facts, lists, tuple(sorted(periods, key=lambda one: one.first)), path)


def _facts(
    book: Rulebook, scheme: str, level: str, row: Row, rows: _Rows
) -> tuple[dict[str, Stated], dict[str, tuple[Facts, ...]]]:
    facts: dict[str, Stated] = {}
    lists: dict[str, tuple[Facts, ...]] = {}
    for fact in book.vocabulary.facts_of(scheme, level):
        if fact.kind == "liste":
            lines = [_stated_fields(fact, line) for line in rows.of(fact.name, row["nr"])]
            if lines:
                lists[fact.name] = tuple(lines)
        elif row[fact.name] is not None:
            facts[fact.name] = _stated(fact, row[fact.name])
    return facts, lists


def _stated_fields(fact: Fact, line: Row) -> dict[str, Stated]:
    return {name: _stated(field, line[name]) for name, field in fact.fields.items() if line[name] is not None}


def _stated(fact: Fact, value: Any) -> Stated:
    if fact.kind == "flervalg":
        return frozenset(value)
    if fact.kind == "måned":
        return literal.month(value)
    return Fraction(value) if isinstance(value, Decimal) else value
