"""A folder of new tables, which appears whole or not at all."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.batch import sql
from engine.batch.cell import BETWEEN, NONE
from engine.text.fault import Fault, Faults
from engine.text.place import Place

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

FORMATS = ("parquet", "csv")

#: what is written when nothing is said: a spreadsheet opens it
USUAL_FORMAT = "csv"

#: the rows that are gathered before they are written
_AT_ONCE = 20_000

_BLOCK = 1 << 20

_MARK = "\ufeff"


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to write in; when all went well it gets the target's name. Raises `Faults` when something is there already."""
    place = Place(str(target), 1, 1)
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            what, why = "det ligger noe her fra før", "det som er der, skal ikke gå tapt"
            raise Faults([Fault(place, "MAPPE-OPPTATT", what, why, "velg en ny mappe, eller flytt den gamle")])
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        beside = target.absolute().with_name(f".{os.urandom(8).hex()}.tmp")
        beside.mkdir()
    except (OSError, ValueError) as error:
        raise Faults([_refused(place, error)]) from None
    try:
        yield beside
        if target.is_dir():
            target.rmdir()
        beside.rename(target)
    except OSError as error:
        raise Faults([_refused(place, error)]) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _refused(place: Place, error: Exception) -> Fault:
    full = getattr(error, "strerror", None) or "navnet er ikke gyldig"
    return Fault(
        place, "FIL-SKRIV", "mappen kan ikke skrives", f"operativsystemet svarer: {full}", "velg en annen mappe"
    )


class TableWriter:
    """One table being written, some thousand rows at a time. Values are as Arrow takes them; in CSV as the tables are read."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema, format: str, open_files: ExitStack) -> None:
        self.rows = 0
        self._schema = schema
        self._waiting: list[Mapping[str, Any]] = []
        self._csv = None
        if format == "csv":
            stream = open_files.enter_context((folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline=""))
            self._csv = csv.writer(stream, delimiter=";", lineterminator="\n")
            self._csv.writerow(schema.names)
        else:
            import pyarrow.parquet as pq

            self._parquet = open_files.enter_context(pq.ParquetWriter(folder / f"{name}.parquet", schema))
        open_files.callback(self._flush)

    def write(self, row: Mapping[str, Any]) -> None:
        """Add a row; what it does not name is empty."""
        self.rows += 1
        self._waiting.append(row)
        if len(self._waiting) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._csv is not None:
            self._csv.writerows([cell_text(row.get(name)) for name in self._schema.names] for row in self._waiting)
        else:
            columns: Sequence[Any] = [
                pa.array([row.get(field.name) for row in self._waiting], field.type) for field in self._schema
            ]
            self._parquet.write_table(pa.table(list(columns), schema=self._schema))
        self._waiting = []


def copy(connection: DuckDBPyConnection, query: str, file: Path, format: str) -> int:
    """Write what a query gives to a new file; gives the number of rows. In CSV as `TableWriter` does: decimal comma, semicolons, BOM."""
    options = "FORMAT parquet"
    if format == "csv":
        options = "FORMAT csv, HEADER, DELIMITER ';'"
        columns = connection.execute(f"DESCRIBE {query}").fetchall()
        told = [_csv_column(place, name, type) for place, (name, type, *_) in enumerate(columns)]
        query = f"SELECT {', '.join(told)} FROM ({query}) AS rows"
    row = connection.execute(f"COPY ({query}) TO {sql.text(str(file))} ({options})").fetchone()
    return 0 if row is None else int(row[0])


def _csv_column(place: int, name: str, type: str) -> str:
    """A column as CSV has it; a spreadsheet knows UTF-8 by the mark before the first one's name."""
    own, titled = sql.name(name), sql.name(name if place else _MARK + name)
    return (
        f"replace(CAST({own} AS VARCHAR), '.', ',') AS {titled}" if type.startswith("DECIMAL") else f"{own} AS {titled}"
    )


def one_file(folder: Path) -> None:
    """Make one CSV file of a folder of them that have the same columns."""
    with folder.with_name(f"{folder.name}.csv").open("wb") as whole:
        for place, path in enumerate(sorted(folder.iterdir())):
            with path.open("rb") as part:
                header = part.readline()
                if place == 0:
                    whole.write(header)
                shutil.copyfileobj(part, whole, _BLOCK)
            path.unlink()
    folder.rmdir()


def cell_text(value: Any) -> str:
    """A value as a cell of CSV: decimal comma, dates as 2020-05-17, answers with semicolons between."""
    from datetime import datetime
    from decimal import Decimal

    if value is None:
        return ""
    if isinstance(value, list):
        return f"{BETWEEN} ".join(value) if value else NONE
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
