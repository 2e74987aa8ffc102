"""What all of a scheme's rows tell: nothing can be missing of it, so tables need not carry what would tell that it is.

The SQL of a run hangs on this. It is the same for every part of the run, and kept by what it says (`engine.batch.kept_sql`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.batch import sql
from engine.batch.reading import kept
from engine.batch.schema import APPLICATIONS, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Told:
    """`facts` are, for each table, the facts with no empty cell. `years` are the grant years there are, None for one not stated."""

    facts: Mapping[str, Collection[str]]
    years: tuple[int | None, ...]


def told(connection: DuckDBPyConnection, tables: Mapping[str, Table], scheme: str, year: str | None) -> Told:
    """What the rows of a scheme's applications that are kept tell; `year` is the fact that is the grant year, where there is one."""
    own = f"FROM {sql.name(kept(APPLICATIONS))} WHERE ordning = {sql.text(scheme)}"
    facts = {name: _of_table(connection, table, own) for name, table in tables.items()}
    if year is None:
        return Told(facts, (None,))
    rows = connection.execute(f"SELECT DISTINCT {sql.name(year)} {own} ORDER BY 1 NULLS LAST").fetchall()
    return Told(facts, tuple(None if row[0] is None else int(row[0]) for row in rows) or (None,))


def _of_table(connection: DuckDBPyConnection, table: Table, own: str) -> frozenset[str]:
    names = [column.name for column in table.columns if column.fact is not None]
    if not names:
        return frozenset()
    rows = own
    if table.name != APPLICATIONS:
        rows = f"FROM {sql.name(kept(table.name))} WHERE søknad_nr IN (SELECT nr {own})"
    empty = ", ".join(f"count(*) - count({sql.name(name)})" for name in names)
    row = connection.execute(f"SELECT {empty} {rows}").fetchone()
    assert row is not None
    return frozenset(name for name, count in zip(names, row, strict=True) if count == 0)
