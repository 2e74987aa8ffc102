"""Whole tables against the single case at the size of a night's run: every column of every row, one application at a time.

    python tests/batch/nightly.py                         # a million doctor-months, decided by DuckDB
    python tests/batch/nightly.py --motor duckdb spark    # by Spark also, and compared row by row with DuckDB

A made-up population of every scheme is decided as tables by `alis masse`, and each of its applications by `engine.decide`. Prints the
counts; the exit code is 1 when anything differs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import duckdb
from agreement import KEYS, Tables, differences

from engine.batch.population import Population, write_population
from engine.batch.reading import kept, read_tables
from engine.batch.row import applications_of
from engine.cli.main import main as alis
from engine.language.rulebook import open_rulebook

ROOT = Path(__file__).resolve().parents[2]

#: applications are compared so many at a time, about
CHUNK = 500


def main() -> int:
    chosen = _arguments()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as temporary:
        folder = Path(temporary)
        wanted = Population(chosen.months, chosen.seed, chosen.missing)
        made = write_population(folder / "inn", open_rulebook(ROOT / "rules"), wanted)
        print(f"{made.doctor_months} doctor-months, {made.rows['søknader']} applications, {chosen.missing} % missing")
        for engine in chosen.motor:
            start = time.perf_counter()
            words = ["masse", folder / "inn", folder / engine, "--format", "parquet", "--motor", engine]
            if alis([str(word) for word in words]):
                return 1
            print(f"{engine}: decided in {time.perf_counter() - start:.0f} s", flush=True)
        wrong = _single(folder, chosen.motor[0], made.rows["søknader"], chosen.processes)
        for engine in chosen.motor[1:]:
            wrong += _between(folder, chosen.motor[0], engine)
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare whole tables with the single case.")
    option = parser.add_argument
    option("--months", type=int, default=1_000_000, help="doctor-months")
    option("--seed", type=int, default=1, help="of the population")
    option("--missing", type=Fraction, default=Fraction(10), help="percent of the facts that are not told")
    option(
        "--motor",
        nargs="+",
        choices=("duckdb", "spark"),
        default=("duckdb",),
        help="the first is compared with the single case",
    )
    option("--processes", type=int, default=multiprocessing.cpu_count())
    option("--folder", help="where the tables are kept while it runs")
    return parser.parse_args()


def _single(folder: Path, engine: str, applications: int, processes: int) -> int:
    """Compare an engine's tables with the single case; gives how much differs."""
    base = folder / "base"
    with duckdb.connect(str(base)) as connection:
        for table in read_tables(folder / "inn", open_rulebook(ROOT / "rules"), connection).tables:
            connection.execute(f'CREATE TABLE main."{kept(table)}" AS FROM temp."{kept(table)}"')
    count = -(-applications // CHUNK)
    compared = dict.fromkeys(KEYS, 0)
    columns = wrong = 0
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        chunks = [(base, folder / engine, place, count) for place in range(count)]
        for rows, cells, told in pool.imap_unordered(_chunk, chunks):
            wrong += len(told)
            columns += cells
            for name, number in rows.items():
                compared[name] += number
            for line in told[:20]:
                print(line, flush=True)
    shown = ", ".join(f"{number} {name}" for name, number in compared.items())
    print(f"{engine} and the single case: {shown}, {columns} cells: {wrong} differences")
    assert compared["søknader"] == applications, "some applications were not compared"
    return wrong


def _chunk(work: tuple[Path, Path, int, int]) -> tuple[dict[str, int], int, list[str]]:
    """The rows of a chunk of the applications, their cells, and what differs in them."""
    base, decided, place, count = work
    book = open_rulebook(ROOT / "rules")
    tables: Tables = {}
    with duckdb.connect() as connection:
        for name, key in KEYS.items():
            query = f"SELECT * FROM '{decided / name}/*.parquet' WHERE hash(søknad) % {count} = {place}"
            rows = connection.execute(query).to_arrow_table().to_pylist()
            tables[name] = {tuple(row[column] for column in key): row for row in rows}
            assert len(tables[name]) == len(rows), f"a key of {name} stands on two rows"
    with duckdb.connect(str(base), read_only=True) as connection:
        query = f"SELECT id FROM inn_søknader WHERE hash(id) % {count} = {place}"
        ids = [id for (id,) in connection.execute(query).fetchall()]
        told = list(differences(applications_of(connection, book, ids), book, tables))
    cells = sum(len(row) for rows in tables.values() for row in rows.values())
    return {name: len(rows) for name, rows in tables.items()}, cells, told


def _between(folder: Path, first: str, second: str) -> int:
    """Compare two engines' tables with each other, every column of every row; gives how many rows differ."""
    wrong = 0
    with duckdb.connect() as connection:
        for name in KEYS:
            one, other = (f"FROM '{folder / engine / name}/*.parquet'" for engine in (first, second))
            for left, right in ((one, other), (other, one)):
                query = f"SELECT count(*) FROM ({left} EXCEPT ALL {right})"
                wrong += int(connection.execute(query).fetchall()[0][0])
            count = connection.execute(f"SELECT count(*) {one}").fetchall()[0][0]
            print(f"{first} and {second}: {count} {name} compared, {wrong} rows differ so far", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
