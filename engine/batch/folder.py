"""A folder of tables: which file holds which table, which columns it has, and how DuckDB reads its rows.

What is wrong with a whole file (missing, unreadable, an unknown or a missing column) is a located fault; nothing is read then.
A file is `søknader.parquet` or `søknader.csv`, and so on. CSV is UTF-8 with `,` or `;`, and every cell is read as text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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

SUFFIXES = (".parquet", ".csv")

#: the table of what was refused, which may lie beside the others and is not read
REJECTED = "avvist"


@dataclass(frozen=True, slots=True)
class File:
    """One table's file. `columns` maps a column's name to the name it has in the file and its type there, in DuckDB's words."""

    table: Table
    path: Path
    columns: Mapping[str, tuple[str, str]]
    separator: str | None = None

    @property
    def is_csv(self) -> bool:
        return self.separator is not None

    def rows(self) -> str:
        """A query for the rows: `nr`, the row's number from 1, and each column of the file under its own name in the schema."""
        wanted = ", ".join(f"{sql.name(own)} AS {sql.name(name)}" for name, (own, _) in self.columns.items())
        if self.is_csv:
            return f"SELECT rowid + 1 AS nr, {wanted} FROM {self._loaded}"
        return f"SELECT file_row_number + 1 AS nr, {wanted} FROM {_scan(self.path)}"

    def load(self, connection: DuckDBPyConnection) -> None:
        """Take in the text of a CSV file, in the file's order; it is many times as quick to number the rows afterwards."""
        if self.separator is None:
            return
        row = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchone()
        rows = csv_file.scan(self.path, [own for own, _ in self.columns.values()], self.separator)
        connection.execute("SET preserve_insertion_order = true")
        try:
            connection.execute(f"CREATE OR REPLACE TABLE {self._loaded} AS SELECT * FROM {rows}")
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
        name = unicodedata.normalize("NFC", path.stem)
        if path.suffix not in SUFFIXES or path.name.startswith(".") or name == REJECTED:
            continue
        place = Place(str(path), 1, 1)
        if name not in tables:
            hint = did_you_mean(name, tables)
            what = f"{quoted(name)} er ikke en tabell i en søknad" + ("," + hint if hint else "")
            why = f"tabellene er {list_text(list(tables))}"
            faults.add(place, "TABELL-UKJENT", what, why, "rett filnavnet, eller flytt filen ut av mappen")
        elif name in found:
            what = f"tabellen «{name}» finnes både som {found[name].suffix[1:]} og {path.suffix[1:]}"
            faults.add(place, "TABELL-DOBBEL", what, "det er uklart hvilken som gjelder", "behold bare én av filene")
        else:
            found[name] = path
    if APPLICATIONS not in found:
        faults.extend([missing(folder, APPLICATIONS, "hver søknad har en rad der")])
    return found


def _csv(path: Path, table: Table) -> File:
    names, separator = csv_file.header(path)
    place = Place(str(path), 1, 1)
    columns = _matched(dict.fromkeys(names, "VARCHAR"), names, table, place)
    return File(table, path, columns, separator)


def _parquet(path: Path, table: Table, connection: DuckDBPyConnection) -> File:
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = Place(str(path), 1, 1)
    try:
        names = pq.read_schema(path).names  # DuckDB renames a column that stands there twice, and so hides it
        types = dict(
            connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {_scan(path)})").fetchall()
        )
    except (OSError, pa.ArrowException, duckdb.Error):
        raise Faults([unreadable(path)]) from None
    return File(table, path, _matched(types, names, table, place))


def unreadable(path: Path) -> Fault:
    """A Parquet file that is not one, or is damaged."""
    what, why = "filen kan ikke leses som Parquet", "den er skadet, ikke skrevet ferdig, eller ikke en Parquet-fil"
    return Fault(Place(str(path), 1, 1), "TABELL-LES", what, why, "lag filen på nytt, eller lagre den som CSV")


def _scan(path: Path) -> str:
    return f"read_parquet({sql.text(csv_file.literal_path(path))}, file_row_number = true)"


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
