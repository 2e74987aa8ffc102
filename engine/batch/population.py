"""A made-up population: tables of applications of any size, the same for the same seed on every machine.

Municipalities of uneven size apply once for each scheme and grant year, and as many times over as the size asks for. Doctors have one to
three periods; position and share change within months. Which facts there are, their choices and the dates and counts that an answer
turns on come from the vocabulary and the rules (`engine.batch.boundary`), so that nothing has to be said of them here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from engine.batch import sql
from engine.batch.boundary import Boundaries, Window, boundaries
from engine.batch.cell import BETWEEN, NONE
from engine.batch.course import periods
from engine.batch.draw import MACROS, day, draw
from engine.batch.folder_out import whole_folder
from engine.batch.population_rows import PopulationRows
from engine.batch.schema import Column, tables
from engine.language.rulebook import Rulebook

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: as many as there are in Norway
MUNICIPALITIES = 357

#: how far from the size asked for the months may be, when the last doctor is chosen
_LEEWAY = 4

_YEARS_BEFORE = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True)
class Population:
    """What to make: so many doctor-months, of these schemes (all when none is named), so many percent of the facts missing."""

    doctor_months: int
    seed: int = 1
    missing: Fraction = Fraction(0)
    schemes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the rows of each table, and the doctor-months they hold."""

    rows: Mapping[str, int]
    doctor_months: int


def write_population(
    folder: Path, book: Rulebook, wanted: Population, format: str = "parquet", threads: int | None = None
) -> Made:
    """The tables in a new folder, which appears whole or not at all. Raises `Faults` when something is there already."""
    import duckdb

    with whole_folder(folder) as target, duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        connection.execute("SET enable_progress_bar = false")
        if threads is not None:
            connection.execute(f"SET threads = {threads}")
        connection.execute(f"SET temp_directory = {sql.text(os.fspath(target / '.midlertidig'))}")
        return _Maker(connection, book, wanted).write(target, format)


class _Maker:
    def __init__(self, connection: DuckDBPyConnection, book: Rulebook, wanted: Population) -> None:
        self.connection = connection
        self.book = book
        self.wanted = wanted
        self.schema = tables(book.vocabulary)
        found = boundaries(book)
        known = [name for name in book.vocabulary.schemes if name in found]
        self.schemes = [name for name in known if not wanted.schemes or name in wanted.schemes]
        self.boundaries = {name: found[name] for name in self.schemes}
        self.lists = {name: f"grenser_{place}" for place, name in enumerate(self._dated())}
        for macro in MACROS:
            connection.execute(macro)

    def _dated(self) -> list[str]:
        return [fact.name for fact in self.book.vocabulary.facts.values() if fact.kind in ("dato", "tidspunkt")]

    def write(self, folder: Path, format: str) -> Made:
        self._windows()
        months = self._applicants()
        cells = PopulationRows(self.book, self.schemes, self.boundaries, self.lists, self.wanted.missing)
        rows = {}
        for name, table in self.schema.items():
            query = cells.query(table)
            if query is None:
                continue
            self.connection.execute(f"CREATE OR REPLACE TEMP VIEW utskrift AS {query}")
            path = sql.text(os.fspath(folder / f"{name}.{format}"))
            if format == "csv":
                text = ", ".join(_csv_cell(column) for column in table.columns)
                told = f"COPY (SELECT {text} FROM utskrift) TO {path} (FORMAT csv, DELIMITER ';', HEADER)"
            else:
                told = f"COPY (SELECT * FROM utskrift) TO {path} (FORMAT parquet)"
            rows[name] = self._number(told)
        return Made(rows, months)

    def _number(self, query: str) -> int:
        row = self.connection.execute(query).fetchone()
        return 0 if row is None or row[0] is None else int(row[0])

    # --- windows ---------------------------------------------------------------------------------------------------------

    def _windows(self) -> None:
        """A row for each window of each scheme: its days, the agreement dates there are, and the boundaries of each date fact."""
        columns = "nr INTEGER, ordning_nr INTEGER, tilskuddsår INTEGER, første DATE, siste DATE, måneder INTEGER, "
        columns += "avtaler_fra DATE, avtaler_til DATE, dager DATE[], "
        columns += ", ".join(f"{name} DATE[]" for name in self.lists.values())
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE vindu ({columns})")
        rows: list[str] = []
        for number, (name, found) in enumerate(self.boundaries.items()):
            for window in found.windows:
                rows.append(f"({len(rows)}, {number}, {', '.join(self._window(found, window, name))})")
        self.connection.execute(f"INSERT INTO vindu VALUES {', '.join(rows)}")

    def _window(self, found: Boundaries, window: Window, scheme: str) -> Iterator[str]:
        yield "NULL" if window.year is None else str(window.year)
        yield day(window.first)
        yield day(window.last)
        yield str((window.last.year - window.first.year) * 12 + window.last.month - window.first.month + 1)
        last = min(window.last, found.closed or window.last)
        opened = found.opened or last - _YEARS_BEFORE
        yield day(min(last, max(opened, last - _YEARS_BEFORE)))
        yield day(last)
        far = timedelta(days=31)
        inside = [one for one in sorted(found.days) if window.first - far <= one <= window.last + far]
        yield _dates(inside)
        newest = window == found.windows[-1]
        for fact in self.lists:
            if fact == self.book.vocabulary.agreement_date:
                yield _dates([one for one in sorted(found.agreements) if newest or one <= window.last + far])
            else:
                own = found.dates.get(fact, set())
                yield _dates(sorted({one for key, one in own if key is None or key == str(window.year)}))

    # --- who there is ----------------------------------------------------------------------------------------------------

    def _applicants(self) -> int:
        """The tables `sak` and `lege`: applications and doctors, with their states and periods. Gives the doctor-months."""
        entries = []
        for number, name in enumerate(self.schemes):
            own = [(place, one) for place, one in enumerate(self._all_windows()) if one[0] == name]
            yearly = [place for place, (_, window) in own if window.year is not None]
            entries += [(number, [place]) for place in yearly] or [(number, [place for place, _ in own])]
        told = ", ".join(f"({place}, {number}, {choices})" for place, (number, choices) in enumerate(entries))
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE innslag (nr INTEGER, ordning_nr INTEGER, vinduer INTEGER[])"
        )
        self.connection.execute(f"INSERT INTO innslag VALUES {told}")
        if not any(self.book.vocabulary.schemes[name].has_doctors for name in self.schemes):
            self._make(self.wanted.doctor_months, len(entries))
            return 0
        some = 40
        months = self._make(some, len(entries))
        while months < self.wanted.doctor_months:
            some = max(some + 1, some * self.wanted.doctor_months * 21 // (20 * max(months, 1)) + 1)
            months = self._make(some, len(entries))
        return self._cut()

    def _all_windows(self) -> list[tuple[str, Window]]:
        return [(name, window) for name, found in self.boundaries.items() for window in found.windows]

    def _make(self, units: int, entries: int) -> int:
        """The applications of so many municipalities, one after another and then over again. Gives their doctor-months."""
        with_doctors = [str(n) for n, name in enumerate(self.schemes) if self.book.vocabulary.schemes[name].has_doctors]
        has = f"i.ordning_nr IN ({', '.join(with_doctors)})" if with_doctors else "false"
        seed = self.wanted.seed & 0xFFFFFFFF
        self.connection.execute(
            f"""CREATE OR REPLACE TEMP TABLE sak AS
            SELECT nr, ordning_nr, sted, runde, stedets, tilstand,
                vinduer[1 + {draw("vindu", "len(vinduer)")}] AS vindu_nr,
                CASE WHEN har_leger THEN greatest(1, (1 + 1500 // (30 + {draw("størrelse", 1000, "stedets")}))
                    * (70 + {draw("leger", 61)}) // 100) ELSE 0 END AS leger
            FROM (SELECT e.nr * {entries} + i.nr AS nr, i.ordning_nr, i.vinduer, {has} AS har_leger,
                e.nr % {MUNICIPALITIES} + 1 AS sted, e.nr // {MUNICIPALITIES} + 1 AS runde,
                tilstand_av({seed}, e.nr % {MUNICIPALITIES}) AS stedets,
                tilstand_av(tilstand_av({seed}, e.nr), i.nr + 1) AS tilstand
                FROM (SELECT range AS nr FROM range({units})) AS e CROSS JOIN innslag AS i) AS alle
            ORDER BY nr"""
        )
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE lege AS {self._doctors()}")
        return self._number("SELECT sum(måneder) FROM lege")

    def _cut(self) -> int:
        """Only the first doctors, as many as the size asks for, and the applications up to theirs."""
        most = self.wanted.doctor_months + _LEEWAY
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE til_nå AS SELECT sak_nr, sum(sum(måneder)) OVER (ORDER BY sak_nr) AS måneder "
            "FROM lege GROUP BY sak_nr"
        )
        whole = self._number(f"SELECT coalesce(max(sak_nr), -1) FROM til_nå WHERE måneder <= {most}")
        before = self._number(f"SELECT coalesce(max(måneder), 0) FROM til_nå WHERE sak_nr <= {whole}")
        following = self._number(f"SELECT coalesce(min(sak_nr), {whole}) FROM til_nå WHERE sak_nr > {whole}")
        fits = f"SELECT nr, sum(måneder) OVER (ORDER BY nr) AS sum FROM lege WHERE sak_nr = {following} AND {following} > {whole}"
        part = self._number(f"SELECT coalesce(max(nr), 0) FROM ({fits}) AS rest WHERE sum <= {most - before}")
        if before == 0:
            part = max(part, 1)
        last = following if part else whole
        kept = f"sak_nr <= {whole} OR (sak_nr = {following} AND nr <= {part})"
        self.connection.execute(f"DELETE FROM lege WHERE NOT ({kept})")
        self.connection.execute(f"DELETE FROM sak WHERE nr > {last}")
        return self._number("SELECT coalesce(sum(måneder), 0) FROM lege")

    def _doctors(self) -> str:
        found = self.boundaries.values()
        return periods(
            sorted({count for one in found for count in one.day_counts}),
            sorted({count for one in found for count in one.month_counts}),
        )


def _dates(days: Iterable[date]) -> str:
    return f"CAST([{', '.join(day(one) for one in days)}] AS DATE[])"


def _csv_cell(column: Column) -> str:
    own = sql.name(column.name)
    if column.kind != "flervalg":
        return own
    return f"CASE WHEN len({own}) = 0 THEN '{NONE}' ELSE array_to_string({own}, '{BETWEEN} ') END AS {own}"
