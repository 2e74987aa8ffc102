"""The tables an application is read from, made from the vocabulary: one for each level, and one for each list fact.

`søknader` has a row for each application, `leger` for each doctor, `perioder` for each period; a list fact has a table of its own
name with a row for each line. Rows are tied together by ids: `søknad` is the application's, `lege` the doctor's within it. What a
scheme does not ask for stays empty, and a column that nothing is said in may be left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.language.unit import KRONER
from engine.language.vocabulary import Fact, Vocabulary

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

APPLICATIONS, DOCTORS, PERIODS = "søknader", "leger", "perioder"

#: the columns that tie rows together, and the scheme's
ID, SCHEME, OF_APPLICATION, OF_DOCTOR = "id", "ordning", "søknad", "lege"

#: the digits of a decimal column: what fits a whole number of eight bytes
DIGITS = 18


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` is a fact's kind, or `tekst` for an id; `scale` is the number of decimals, for `desimal` alone.

    A `required` column must be in the file and filled in on every row.
    """

    name: str
    kind: str
    scale: int | None
    fact: Fact | None
    required: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `level` is `søknad`, `lege` or `periode`; for the lines of a list fact, which `lines_of` is, the level it belongs to."""

    name: str
    level: str
    columns: tuple[Column, ...]
    lines_of: Fact | None = None

    def column(self, name: str) -> Column:
        """The column of a name. Raises KeyError."""
        for one in self.columns:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def tables(vocabulary: Vocabulary) -> dict[str, Table]:
    """Every table by name: søknader, leger, perioder, then the list facts in the vocabulary's order."""
    found = [
        Table(APPLICATIONS, "søknad", (_key(ID), _key(SCHEME, False), *_columns(vocabulary, "søknad"))),
        Table(DOCTORS, "lege", (_key(OF_APPLICATION), _key(ID), *_columns(vocabulary, "lege"))),
        Table(PERIODS, "periode", (_key(OF_APPLICATION), _key(OF_DOCTOR), *_columns(vocabulary, "periode"))),
    ]
    for fact in vocabulary.facts.values():
        if fact.kind == "liste":
            keys = (_key(OF_APPLICATION),) if fact.level == "søknad" else (_key(OF_APPLICATION), _key(OF_DOCTOR))
            fields = tuple(_column(field, field.required) for field in fact.fields.values())
            found.append(Table(fact.name, fact.level, (*keys, *fields), fact))
    return {table.name: table for table in found}


def _columns(vocabulary: Vocabulary, level: str) -> Iterator[Column]:
    """The facts of a level. One that only some schemes ask for cannot be required of every row."""
    schemes = {name for name, scheme in vocabulary.schemes.items() if level == "søknad" or scheme.has_doctors}
    for fact in vocabulary.facts.values():
        if fact.level == level and fact.kind != "liste":
            yield _column(fact, fact.required and schemes <= set(fact.schemes))


def _key(name: str, required: bool = True) -> Column:
    return Column(name, "tekst", None, None, required)


def _column(fact: Fact, required: bool) -> Column:
    return Column(fact.name, fact.kind, decimals(fact) if fact.kind == "desimal" else None, fact, required)


def decimals(fact: Fact) -> int:
    """How many decimals a column keeps. A value with more is refused, never rounded."""
    return 3 if fact.unit.is_percent else 2 if fact.unit == KRONER else 4


def largest(fact: Fact) -> int:
    """The largest number a column takes of a fact that the vocabulary sets no limit to, either way; kroner have more room."""
    return 10**12 if fact.unit == KRONER else 10**6


#: kind → the type in DuckDB's SQL; decimals have their scale
_SQL = {
    "flervalg": "VARCHAR[]",
    "dato": "DATE",
    "tidspunkt": "TIMESTAMP_S",
    "heltall": "BIGINT",
}


def sql_type(column: Column) -> str:
    """The column's type in DuckDB: yes/no, choices, texts and months (`2020-05`) are VARCHAR."""
    return f"DECIMAL({DIGITS},{column.scale})" if column.kind == "desimal" else _SQL.get(column.kind, "VARCHAR")


def arrow_type(column: Column) -> pa.DataType:
    """The column's type in Arrow and Parquet."""
    import pyarrow as pa

    match column.kind:
        case "flervalg":
            return pa.list_(pa.string())
        case "dato":
            return pa.date32()
        case "tidspunkt":
            return pa.timestamp("s")
        case "heltall":
            return pa.int64()
        case "desimal":
            return pa.decimal128(DIGITS, column.scale)
        case _:
            return pa.string()


def arrow_schema(table: Table) -> pa.Schema:
    """The table's schema in Arrow and Parquet."""
    import pyarrow as pa

    return pa.schema([pa.field(one.name, arrow_type(one), nullable=not one.required) for one in table.columns])


_IBIS = {"flervalg": "array<string>", "dato": "date", "tidspunkt": "timestamp(0)", "heltall": "int64"}


def ibis_type(column: Column) -> str:
    """The column's type in Ibis, as text."""
    return f"decimal({DIGITS}, {column.scale})" if column.kind == "desimal" else _IBIS.get(column.kind, "string")


def ibis_schema(table: Table) -> ibis.Schema:
    """The table's schema in Ibis."""
    import ibis

    return ibis.schema({column.name: ibis_type(column) for column in table.columns})
