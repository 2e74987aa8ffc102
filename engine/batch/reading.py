"""A folder of tables into DuckDB: checked as the single case checks, whole applications kept or rejected.

After `read_tables` the connection has, for each table of the schema, `inn_<tabell>` with the rows of the applications that are
kept: `nr` (the row's number in its file, from 1), `søknad_nr` and `lege_nr` where it belongs to one, `id` and `ordning` (filled in
where it was left out), and every fact in its canonical type (`engine.batch.schema`). The ids a row is tied by are not repeated.
`avvist` names every bad row: `tabell`, `rad` (from 1), `linje` (in a CSV file), `kolonne`, `kode`, `grunn`, `søknad`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.batch import checking, csv_file, database, sql
from engine.batch.folder import REJECTED, File, find, missing, unreadable
from engine.batch.schema import APPLICATIONS, DOCTORS, OF_APPLICATION, OF_DOCTOR, PERIODS, SCHEME, Table, tables
from engine.batch.stage import FAULTY, FOUND, Stage, begin
from engine.language.rulebook import Rulebook
from engine.text.fault import Faults

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FORSAKEN = "trinn_forkastet"


def kept(table: str) -> str:
    """The name in the connection of a table's rows that are kept."""
    return f"inn_{table}"


@dataclass(frozen=True, slots=True)
class Count:
    """The rows of one table: as many as its file has, and as many as are kept."""

    table: str
    rows: int
    kept: int

    @property
    def rejected(self) -> int:
        return self.rows - self.kept


@dataclass(frozen=True, slots=True)
class Intake:
    """What was read. `counts` is by table in the schema's order; `faults` is the number of rows in `avvist`."""

    tables: Mapping[str, Table]
    counts: tuple[Count, ...]
    faults: int

    @property
    def applications(self) -> Count:
        return self.counts[0]


def read_tables(folder: Path, book: Rulebook, connection: DuckDBPyConnection) -> Intake:
    """Read and check a folder of tables. Raises `Faults` for what is wrong with whole files; bad rows are in `avvist`."""
    schema = tables(book.vocabulary)
    files = find(folder, schema, connection)
    schemes = [name for name in book.vocabulary.schemes if name in book.schemes]
    stages = {name: Stage(table, files.get(name), schemes) for name, table in schema.items()}
    begin(connection)
    _read(connection, stages, book)
    _check(connection, stages, book, folder)
    intake = Intake(schema, _keep(connection, stages), _rejections(connection, stages))
    for file in files.values():
        file.unload(connection)
    for name in (*(stage.name for stage in stages.values()), FOUND, _FORSAKEN):
        connection.execute(f"DROP TABLE IF EXISTS {name}")
    return intake


def _read(connection: DuckDBPyConnection, stages: Mapping[str, Stage], book: Rulebook) -> None:
    keys = {OF_APPLICATION: checking.APPLICATION_KEYS, OF_DOCTOR: checking.DOCTOR_KEYS}
    for name, stage in stages.items():
        with _file_faults(stage.file):
            if stage.file is not None:
                stage.file.load(connection)
            stage.read(connection, keys)
        if name == APPLICATIONS:
            checking.key_applications(connection, stage)
        elif name == DOCTORS:
            checking.key_doctors(connection, stage, stages[APPLICATIONS])
    for name in keys.values():
        connection.execute(f"DROP TABLE {name}")
    checking.settle_schemes(connection, stages, book)


@contextmanager
def _file_faults(file: File | None) -> Iterator[None]:
    """What DuckDB cannot read of a file, as a located fault."""
    import duckdb

    try:
        yield
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException) as error:
        if file is None or database.FULL.search(str(error)):
            raise
        raise Faults([csv_file.fault(file.path, error) if file.is_csv else unreadable(file.path)]) from None


def _check(connection: DuckDBPyConnection, stages: Mapping[str, Stage], book: Rulebook, folder: Path) -> None:
    with_doctors = [name for name, scheme in book.vocabulary.schemes.items() if scheme.has_doctors]
    asking = f"SELECT 1 FROM {stages[APPLICATIONS].name} WHERE {SCHEME} IN ({sql.texts(with_doctors)}) LIMIT 1"
    if with_doctors and connection.execute(asking).fetchone() is not None:
        lacking = [name for name in (DOCTORS, PERIODS) if stages[name].file is None]
        if lacking:
            raise Faults(missing(folder, name, "ordningen i tabellen med søknader gis per lege") for name in lacking)
    for name, stage in stages.items():
        if name != APPLICATIONS:
            checking.check_belonging(connection, stage)
        checking.check_facts(connection, stage, book)
    checking.check_doctors(connection, stages, book)
    checking.check_periods(connection, stages[PERIODS], stages[APPLICATIONS])


def _keep(connection: DuckDBPyConnection, stages: Mapping[str, Stage]) -> tuple[Count, ...]:
    """Every table without the applications that have a fault, and without rows that belong to none."""
    refused = [
        f"SELECT row.{_owner(stage)} AS nr FROM {stage.name} AS row JOIN {FOUND} AS found ON found.nr = row.nr "
        f"AND found.tabell = {sql.text(name)} WHERE row.{_owner(stage)} IS NOT NULL"
        for name, stage in stages.items()
    ]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_FORSAKEN} AS SELECT DISTINCT nr FROM ({' UNION ALL '.join(refused)}) AS refused"
    )
    clean = connection.execute(f"SELECT 1 FROM {FOUND} LIMIT 1").fetchone() is None
    return tuple(_keep_table(connection, name, stage, clean) for name, stage in stages.items())


def _keep_table(connection: DuckDBPyConnection, name: str, stage: Stage, clean: bool) -> Count:
    rows, own = _count(connection, stage.name), sql.name(kept(name))
    connection.execute(f"DROP TABLE IF EXISTS {own}")
    if clean:
        connection.execute(f"ALTER TABLE {stage.name} RENAME TO {own}")
        connection.execute(f"ALTER TABLE {own} DROP COLUMN {FAULTY}")
        return Count(name, rows, rows)
    number = _owner(stage)
    connection.execute(
        f"CREATE TEMP TABLE {own} AS SELECT * EXCLUDE ({FAULTY}) FROM {stage.name} AS row WHERE {number} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {_FORSAKEN} AS forsaken WHERE forsaken.nr = row.{number})"
    )
    return Count(name, rows, _count(connection, own))


def _owner(stage: Stage) -> str:
    """The column with the number of the row's application."""
    return stage.parents[0] if stage.parents else "nr"


def _rejections(connection: DuckDBPyConnection, stages: Mapping[str, Stage]) -> int:
    """The table `avvist`, in the order of the tables and their rows."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {REJECTED} (tabell VARCHAR, rad BIGINT, linje BIGINT, kolonne VARCHAR, kode VARCHAR, "
        "grunn VARCHAR, søknad VARCHAR)"
    )
    for name, stage in stages.items():
        found = f"SELECT 1 FROM {FOUND} WHERE tabell = {sql.text(name)} LIMIT 1"
        if stage.file is None or connection.execute(found).fetchone() is None:
            continue
        _lines(connection, name, stage.file)
        id = sql.name(OF_APPLICATION if stage.parents else "id")
        ids = f"SELECT nr, CAST({id} AS VARCHAR) AS søknad FROM ({stage.file.rows()}) AS rows"
        connection.execute(
            f"INSERT INTO {REJECTED} SELECT found.tabell, found.nr, lines.linje, found.kolonne, found.kode, found.grunn, "
            f"ids.søknad FROM {FOUND} AS found JOIN ({ids}) AS ids ON ids.nr = found.nr "
            f"LEFT JOIN trinn_linjer AS lines ON lines.nr = found.nr "
            f"WHERE found.tabell = {sql.text(name)} ORDER BY found.nr, found.kolonne, found.kode"
        )
    connection.execute("DROP TABLE IF EXISTS trinn_linjer")
    return _count(connection, REJECTED)


def _lines(connection: DuckDBPyConnection, name: str, file: File) -> None:
    """The line each refused row of a CSV file begins on."""
    connection.execute("CREATE OR REPLACE TEMP TABLE trinn_linjer (nr BIGINT, linje BIGINT)")
    if file.separator is None:
        return
    refused = f"SELECT DISTINCT nr FROM {FOUND} WHERE tabell = {sql.text(name)}"
    if csv_file.line_by_line(file.path, _count(connection, f"({file.rows()})")):
        connection.execute(f"INSERT INTO trinn_linjer SELECT nr, nr + 1 FROM ({refused}) AS refused")
        return
    rows = [nr for (nr,) in connection.execute(refused).fetchall()]
    found = sorted(csv_file.lines(file.path, rows, file.separator).items())
    numbers, lines = [nr for nr, _ in found], [line for _, line in found]
    connection.execute("INSERT INTO trinn_linjer SELECT unnest(?), unnest(?)", [numbers, lines])


def _count(connection: DuckDBPyConnection, name: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
    return 0 if row is None else int(row[0])
