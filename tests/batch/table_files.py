"""Applications as tables in files, written as plainly as a user would: every value as text, in CSV or Parquet."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from application_builder import Json

from engine.batch.reading import Intake, read_tables
from engine.language.rulebook import Rulebook

LISTS = ("budsjett", "fravær")

Tables = dict[str, list[Json]]


def table_rows(cases: Iterable[Json]) -> Tables:
    """The rows of the cases, each value as it stands in the case."""
    found: Tables = {"søknader": [], "leger": [], "perioder": [], "budsjett": [], "fravær": []}
    for number, case in enumerate(cases):
        top = case["søknad"]
        keys = {"søknad": top.get("id", f"uten-id-{number}")}
        found["søknader"].append(_without(top, LISTS))
        _add_lists(found, top, keys)
        for doctor in case.get("leger", []):
            found["leger"].append(keys | _without(doctor, (*LISTS, "perioder")))
            own = keys | {"lege": doctor.get("id", "uten-id")}
            _add_lists(found, doctor, own)
            found["perioder"] += [own | period for period in doctor.get("perioder", [])]
    return found


def _without(facts: Json, names: tuple[str, ...]) -> Json:
    return {name: value for name, value in facts.items() if name not in names}


def _add_lists(found: Tables, facts: Json, keys: Json) -> None:
    for name in LISTS:
        found[name] += [keys | line for line in facts.get(name, [])]


#: the columns a table must have even when it has no rows
REQUIRED = {
    "søknader": ["id"],
    "leger": ["søknad", "id"],
    "perioder": ["søknad", "lege", "fra", "til"],
    "budsjett": ["søknad"],
    "fravær": ["søknad", "lege"],
}


def write_tables(folder: Path, rows: Tables, format: str) -> Path:
    """Write the tables to a folder. Lists stay lists in Parquet."""
    folder.mkdir(exist_ok=True)
    for name, own in rows.items():
        columns = list(dict.fromkeys([*REQUIRED[name], *(column for row in own for column in row)]))
        if format == "csv":
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream, delimiter=";")
                writer.writerow(columns)
                writer.writerows([_cell(row.get(column)) for column in columns] for row in own)
        else:
            arrays = [_array([row.get(column) for row in own]) for column in columns]
            pq.write_table(pa.table(arrays, names=columns), folder / f"{name}.parquet")
    return folder


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(value) if value else "[]"
    return "" if value is None else str(value)


def _array(values: list[Any]) -> pa.Array:
    if any(isinstance(value, list) for value in values):
        return pa.array(
            [value if isinstance(value, list | None) else [str(value)] for value in values], pa.list_(pa.string())
        )
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def read(folder: Path, book: Rulebook) -> tuple[Intake, duckdb.DuckDBPyConnection]:
    """The tables of a folder, read, and the connection they are in."""
    connection = duckdb.connect()
    return read_tables(folder, book, connection), connection


def rejections(connection: duckdb.DuckDBPyConnection, columns: str = "tabell, rad, kolonne, kode, søknad") -> list[Any]:
    """The rows of `avvist`."""
    return connection.execute(f"SELECT {columns} FROM avvist").fetchall()


def kept_ids(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The ids of the applications that are kept."""
    return {id for (id,) in connection.execute("SELECT id FROM inn_søknader").fetchall()}
