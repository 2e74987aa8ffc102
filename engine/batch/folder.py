"""A folder of tables: which file holds which table, which columns it has, and how DuckDB reads its rows.

What is wrong with a whole file (missing, unreadable, an unknown or a missing column) is a located fault; nothing is read then.
A file is `søknader.parquet` or `søknader.csv`, and so on. CSV is UTF-8 with `,` or `;`, and every cell is read as text. A table in
Parquet may be a folder of parts instead, `søknader/*.parquet` or `søknader.parquet/*.parquet`: rows are numbered through them in
the order of their names. Moments with a time zone, and the INT96 that Spark writes for them, are read as wall time in Norway.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engine.batch import csv_file, sql
from engine.batch.cell import can_read
from engine.batch.schema import APPLICATIONS, Table
from engine.text.fault import Fault, FaultList, Faults
from engine.text.norsk import list_text, quoted
from engine.text.place import Place
from engine.text.suggest import did_you_mean

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PARQUET = ".parquet"
SUFFIXES = (PARQUET, ".csv")

#: where the moments of an application are told
ZONE = "Europe/Oslo"

_INSTANT = "TIMESTAMP WITH TIME ZONE"

#: the table of what was refused, which may lie beside the others and is not read
REJECTED = "avvist"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a table's folder, and how many rows come before it."""

    path: Path
    before: int


@dataclass(frozen=True, slots=True)
class File:
    """One table's file. `columns` maps a column's name to the name it has in the file and its type there, in DuckDB's words.

    `parts` are the files in Parquet, one when the table is a file. `moments` has, by name in the file, SQL that makes a moment wall time.
    """

    table: Table
    path: Path
    columns: Mapping[str, tuple[str, str]]
    separator: str | None = None
    parts: tuple[Part, ...] = ()
    moments: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_csv(self) -> bool:
        return self.separator is not None

    def rows(self) -> str:
        """A query for the rows: `nr`, the row's number from 1, and each column of the file under its own name in the schema."""
        raw = {own: self.moments.get(own, sql.name(own)) for own, _ in self.columns.values()}
        wanted = ", ".join(f"{raw[own]} AS {sql.name(name)}" for name, (own, _) in self.columns.items())
        if self.is_csv:
            return f"SELECT rowid + 1 AS nr, {wanted} FROM {self._loaded}"
        number = "file_row_number + 1"
        if len(self.parts) > 1:
            before = ", ".join(str(part.before) for part in self.parts)
            number += f" + list_extract([{before}], CAST(file_index AS BIGINT) + 1)"
        return f"SELECT {number} AS nr, {wanted} FROM {_scan([part.path for part in self.parts])}"

    def load(self, connection: DuckDBPyConnection) -> None:
        """Take in the text of a CSV file, in the file's order; it is many times as quick to number the rows afterwards."""
        if self.separator is None:
            return
        row = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchone()
        rows = csv_file.scan(self.path, [own for own, _ in self.columns.values()], self.separator)
        connection.execute("SET preserve_insertion_order = true")
        try:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {self._loaded} AS SELECT * FROM {rows}")
        finally:
            connection.execute(f"SET preserve_insertion_order = {'false' if row == (False,) else 'true'}")

    def unload(self, connection: DuckDBPyConnection) -> None:
        """Let go of what `load` took in."""
        connection.execute(f"DROP TABLE IF EXISTS {self._loaded}")

    @property
    def _loaded(self) -> str:
        return sql.name(f"trinn_fil_{self.table.name}")


def find(folder: Path, tables: Mapping[str, Table], connection: DuckDBPyConnection) -> dict[str, File]:
    """The files of a folder by table. Raises `Faults` with everything wrong with any of them as a whole."""
    faults = FaultList()
    found: dict[str, File] = {}
    for name, path in _paths(folder, tables, faults).items():
        try:
            found[name] = (
                _csv(path, tables[name]) if path.suffix == ".csv" else _parquet(path, tables[name], connection)
            )
        except Faults as own:
            faults.extend(own)
    faults.raise_if_any()
    return found


def missing(folder: Path, name: str, why: str) -> Fault:
    """A table that is needed and not there."""
    next_step = f"legg til «{name}.parquet» eller «{name}.csv»; «alis masse --mal MAPPE» lager tomme tabeller"
    return Fault(Place(str(folder / name), 1, 1), "FIL-MANGLER", f"tabellen «{name}» finnes ikke", why, next_step)


def _paths(folder: Path, tables: Mapping[str, Table], faults: FaultList) -> dict[str, Path]:
    """The file of each table that has one."""
    try:
        entries = sorted(folder.iterdir())
    except (OSError, ValueError):
        why = "tabellene leses fra en mappe, og her er det ingen som kan leses"
        next_step = "kontroller navnet; «alis masse --mal MAPPE» lager tomme tabeller"
        raise Faults([Fault(Place(str(folder), 1, 1), "MAPPE-MANGLER", "mappen finnes ikke", why, next_step)]) from None
    found: dict[str, Path] = {}
    for path in entries:
        parts = _is_folder_of_parts(path)
        name = unicodedata.normalize("NFC", path.name.removesuffix(PARQUET) if parts else path.stem)
        if path.name.startswith(".") or name == REJECTED or not (parts or path.suffix in SUFFIXES):
            continue
        place = Place(str(path), 1, 1)
        if name not in tables:
            hint = did_you_mean(name, tables)
            what = f"{quoted(name)} er ikke en tabell i en søknad" + ("," + hint if hint else "")
            why = f"tabellene er {list_text(list(tables))}"
            faults.add(place, "TABELL-UKJENT", what, why, "rett filnavnet, eller flytt filen ut av mappen")
        elif name in found:
            first, second = ("mappe" if one.is_dir() else one.suffix[1:] for one in (found[name], path))
            what = f"tabellen «{name}» finnes både som {first} og {second}"
            faults.add(place, "TABELL-DOBBEL", what, "det er uklart hvilken som gjelder", "behold bare én av dem")
        else:
            found[name] = path
    if APPLICATIONS not in found:
        faults.extend([missing(folder, APPLICATIONS, "hver søknad har en rad der")])
    return found


def _is_folder_of_parts(path: Path) -> bool:
    return path.is_dir() and (path.suffix == PARQUET or any(path.glob(f"*{PARQUET}")))


def _parts_of(path: Path) -> list[Path]:
    """The Parquet files of a table, in the order of their names. Names that begin with `.` or `_` are no parts to Spark, nor here."""
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.glob(f"*{PARQUET}") if one.name[0] not in "._" and one.is_file())
    if not found:
        what, why = (
            "mappen har ingen Parquet-filer",
            "en tabell i flere deler er en mappe med filer som slutter på .parquet",
        )
        raise Faults([Fault(Place(str(path), 1, 1), "TABELL-LES", what, why, "legg delene i mappen, eller fjern den")])
    return found


def _csv(path: Path, table: Table) -> File:
    names, separator = csv_file.header(path)
    place = Place(str(path), 1, 1)
    columns = _matched(dict.fromkeys(names, "VARCHAR"), names, table, place)
    return File(table, path, columns, separator)


def _parquet(path: Path, table: Table, connection: DuckDBPyConnection) -> File:
    import duckdb

    parts: list[Part] = []
    names: list[str] = []
    moments: dict[str, str] = {}
    rows = 0
    for one in _parts_of(path):
        own, count, odd = _footer(one)
        parts.append(Part(one, rows))
        rows += count
        names += own if not names else [name for name in own if name not in names]
        moments |= odd
    scan = _scan([part.path for part in parts])
    try:
        types = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {scan})").fetchall())
    except duckdb.Error:
        raise Faults([unreadable(path)]) from None
    for name, type in types.items():
        if type == _INSTANT:
            moments[name] = f"timezone({sql.text(ZONE)}, {sql.name(name)})"
    types |= dict.fromkeys((name for name in moments if name in types), "TIMESTAMP")
    return File(table, path, _matched(types, names, table, Place(str(path), 1, 1)), None, tuple(parts), moments)


def _footer(path: Path) -> tuple[list[str], int, dict[str, str]]:
    """A Parquet file's columns, also one that stands there twice, which DuckDB would hide; its rows; its moments of the old kind."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            columns = [file.schema.column(number) for number in range(len(file.schema))]
            utc = {
                one.name: f"timezone({sql.text(ZONE)}, timezone('UTC', {sql.name(one.name)}))"
                for one in columns
                if one.physical_type == "INT96"
            }
            return list(file.schema_arrow.names), int(file.metadata.num_rows), utc
    except (OSError, pa.ArrowException):
        raise Faults([unreadable(path)]) from None


def unreadable(path: Path) -> Fault:
    """A Parquet file that is not one, or is damaged."""
    what, why = "filen kan ikke leses som Parquet", "den er skadet, ikke skrevet ferdig, eller ikke en Parquet-fil"
    return Fault(Place(str(path), 1, 1), "TABELL-LES", what, why, "lag filen på nytt, eller lagre den som CSV")


def _scan(paths: list[Path]) -> str:
    listed = sql.texts(csv_file.literal_path(path) for path in paths)
    several = ", union_by_name = true" if len(paths) > 1 else ""
    return f"read_parquet([{listed}], file_row_number = true{several})"


def _matched(types: Mapping[str, str], names: list[str], table: Table, place: Place) -> dict[str, tuple[str, str]]:
    """The columns of the schema that the file has. Raises `Faults`."""
    faults = FaultList()
    faults.extend(_unfit(names, table, place))
    found: dict[str, tuple[str, str]] = {}
    for own in names:
        name = normal(own)
        if name not in table.names or own not in types:
            continue
        column = table.column(name)
        if not can_read(column, types[own]):
            what = f"kolonnen «{name}» har typen {types[own]}"
            why = f"den kan ikke leses som {column.kind}"
            faults.add(place, "SKJEMA-TYPE", what, why, "gjør kolonnen om til typen i malen, eller til tekst")
        found[name] = (own, types[own])
    faults.raise_if_any()
    return found


def normal(name: str) -> str:
    """A column's name as it is compared: NFC, without blanks around it."""
    return unicodedata.normalize("NFC", name).strip()


def _unfit(names: list[str], table: Table, place: Place) -> Iterator[Fault]:
    given = [normal(name) for name in names]
    for name in dict.fromkeys(given):
        if given.count(name) > 1:
            what, why = f"kolonnen {quoted(name)} står flere ganger", "det er uklart hvilken som gjelder"
            yield Fault(place, "KOLONNE-DUPLIKAT", what, why, "behold bare én av dem")
        if name not in table.names:
            hint = did_you_mean(name, table.names)
            what = f"kolonnen {quoted(name)} er ikke kjent i tabellen «{table.name}»" + ("," + hint if hint else "")
            why = f"her kan det stå {list_text(table.names)}"
            yield Fault(place, "SKJEMA-UKJENT", what, why, "rett navnet, eller fjern kolonnen")
    for column in table.columns:
        if column.required and column.name not in given:
            what = f"kolonnen «{column.name}» mangler i tabellen «{table.name}»"
            yield Fault(place, "SKJEMA-MANGLER", what, "den må være fylt ut på hver rad", "legg til kolonnen")
