"""A folder of tables decided: read, checked, decided a part at a time, and written as a folder that appears whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis

from engine import __version__
from engine.batch.engine import DuckDB, Run
from engine.batch.program import Builder
from engine.batch.reading import Intake, kept, read_tables
from engine.batch.result import APPLICATIONS, DOCTORS, MONTHS, Result, shown_columns
from engine.batch.schema import Table, sql_type
from engine.batch.vector import TooLarge
from engine.decide.agreement import Panel
from engine.decide.compiled import compiled
from engine.decide.decide import evaluators
from engine.language.rulebook import Rulebook
from engine.text.fault import Fault, Faults
from engine.text.month import Month
from engine.text.place import Place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: the doctor-months that are decided at a time, about
PART = 1_000_000

#: the first part is small: most of what must be judged is met there
_FIRST = 20_000


@dataclass
class Tally:
    """What a run came to."""

    applications: int = 0
    rejected: int = 0
    faults: int = 0
    doctors: int = 0
    months: int = 0
    outcomes: dict[tuple[str, str], int] = field(default_factory=dict)


class Mass:
    """One run over the tables of a folder. `connection` is an empty DuckDB database of the run's own."""

    def __init__(self, source: Path, book: Rulebook, connection: DuckDBPyConnection, part: int = PART) -> None:
        self.book = book
        self.connection = connection
        self.part = part
        self.intake: Intake = read_tables(source, book, connection)
        self.tally = Tally(self.intake.applications.kept, self.intake.applications.rejected, self.intake.faults)
        self.results: list[tuple[Run, Result]] = []
        self._build(source)

    def _build(self, source: Path) -> None:
        """The program of every scheme that some application is of."""
        months = self._months()
        inputs = {_part(name): _schema(table) for name, table in self.intake.tables.items()}
        for name, table in self.intake.tables.items():
            columns = ", ".join(f'"{column}"' for column in _schema(table))
            self.connection.execute(
                f'CREATE OR REPLACE TEMP VIEW "{_part(name)}" AS SELECT {columns} FROM "{kept(name)}" '
                f"WHERE {'nr' if name == APPLICATIONS else 'søknad_nr'} BETWEEN getvariable('fra') AND getvariable('til')"
            )
        schemes = [
            row[0] for row in self._rows(f'SELECT DISTINCT ordning FROM "{kept(APPLICATIONS)}" ORDER BY ordning')
        ]
        engine = DuckDB(self.connection)
        panel = Panel(evaluators())
        builders = []
        for scheme in schemes:
            try:
                builder = Builder(compiled(self.book, scheme), panel, inputs, months)
                builder.build()
            except TooLarge as error:
                what = f"reglene for «{scheme}» kan ikke brukes på tabeller"
                raise Faults(
                    [Fault(Place(str(source), 1, 1), "TABELL-REGEL", what, str(error), "bruk «alis vurder»")]
                ) from None
            builders.append(builder)
        components = list(dict.fromkeys(name for scheme in self.book.schemes.values() for name in scheme.components))
        shown = shown_columns(builders)
        for builder in builders:
            result = Result(builder, components, shown)
            result.build()
            engine.put(
                "månedsnavn",
                {
                    "måned": [row[0] for row in result.month_names()],
                    "måned_tekst": [row[1] for row in result.month_names()],
                },
                Result.month_names_schema,
            )
            self.results.append((Run(builder.program, engine), result))

    def _months(self) -> list[Month]:
        """Every month from the first a period is in to the last."""
        dates = "min(year(fra) * 12 + month(fra) - 1), max(year(til) * 12 + month(til) - 1)"
        first, last = self._rows(f'SELECT {dates} FROM "{kept("perioder")}"')[0]
        return [] if first is None else [Month(month) for month in range(first, last + 1)]

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self.connection.execute(sql).fetchall())

    # --- deciding --------------------------------------------------------------------------------------------------------

    def parts(self) -> list[tuple[int, int]]:
        """Ranges of applications' numbers, of about as many doctor-months each; the first is a small one."""
        months = "(year(til) * 12 + month(til)) - (year(fra) * 12 + month(fra)) + 1"
        rows = self._rows(
            f"SELECT max(nr) FROM (SELECT nr, sum(months) OVER (ORDER BY nr) AS sofar FROM (SELECT nr, "
            f'coalesce(months, 0) + 1 AS months FROM "{kept(APPLICATIONS)}" LEFT JOIN (SELECT søknad_nr, sum({months}) AS '
            f'months FROM "{kept("perioder")}" GROUP BY søknad_nr) AS found ON søknad_nr = nr)) '
            f"GROUP BY CASE WHEN sofar <= {min(_FIRST, self.part)} THEN 0 ELSE 1 + (sofar - {_FIRST}) // {self.part} END ORDER BY 1"
        )
        ends = [row[0] for row in rows]
        return list(zip([0, *(end + 1 for end in ends[:-1])], ends, strict=True))

    def write(self, target: Path, format: str) -> Iterator[int]:
        """Decide every part and write it in the target folder; gives the number of doctor-months as they are done."""
        for name in (MONTHS, DOCTORS, APPLICATIONS):
            (target / name).mkdir()
        for number, (first, last) in enumerate(self.parts(), 1):
            self.connection.execute(f"SET VARIABLE fra = {first}")
            self.connection.execute(f"SET VARIABLE til = {last}")
            yield self._part(target, format, number)
        self._copy("SELECT * FROM avvist ORDER BY tabell, rad, kolonne", target / f"avvist.{format}", format)
        (target / "kvittering.json").write_text(self.receipt(), encoding="utf-8")

    def _part(self, target: Path, format: str, number: int) -> int:
        done = 0
        for place, (run, result) in enumerate(self.results):
            for _ in run.all_steps():
                pass
            for name, expression in result.tables.items():
                sql = run.engine.sql(expression)  # type: ignore[attr-defined]
                count = self._copy(sql, target / name / f"del-{number:05}-{place}.{format}", format)
                if name == MONTHS:
                    done += count
                elif name == DOCTORS:
                    self.tally.doctors += count
            for outcome, count in self._rows(
                f'SELECT utfall, count(*) FROM "{result.builder.own("vedtak_søknad")}" GROUP BY utfall'
            ):
                key = (result.scheme, outcome)
                self.tally.outcomes[key] = self.tally.outcomes.get(key, 0) + count
        self.tally.months += done
        return done

    def _copy(self, sql: str, file: Path, format: str) -> int:
        options = "FORMAT parquet" if format == "parquet" else "FORMAT csv, HEADER, DELIMITER ';'"
        return int(self._rows(f"COPY ({sql}) TO '{str(file).replace(chr(39), chr(39) * 2)}' ({options})")[0][0])

    def receipt(self) -> str:
        """What the run rests on, as JSON: the rules, the engine, and counts that add up. No clock inside."""
        counts = {one.table: {"rader": one.rows, "med": one.kept, "avvist": one.rejected} for one in self.intake.counts}
        told = {
            "regler_sha256": dict(self.book.digests),
            "motor": __version__,
            "evaluatorer": [one.name for one in evaluators()],
            "inn": counts,
            "avgjort": {"søknader": self.tally.applications, "leger": self.tally.doctors, "måneder": self.tally.months},
            "utfall": [
                {"ordning": scheme, "utfall": outcome, "søknader": count}
                for (scheme, outcome), count in sorted(self.tally.outcomes.items())
            ],
            "feil": self.tally.faults,
        }
        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _part(table: str) -> str:
    """The name of a table's rows in the part that is being decided."""
    return f"del_{table}"


def _schema(table: Table) -> ibis.Schema:
    """The schema of a table as it is kept: its keys as numbers, and every fact."""
    from ibis.backends.sql.datatypes import DuckDBType

    keys: Mapping[str, str] = {"nr": "BIGINT"}
    if table.name == APPLICATIONS:
        keys = {**keys, "id": "VARCHAR", "ordning": "VARCHAR"}
    elif table.name == DOCTORS:
        keys = {**keys, "søknad_nr": "BIGINT", "id": "VARCHAR"}
    elif table.level == "søknad":
        keys = {**keys, "søknad_nr": "BIGINT"}
    else:
        keys = {**keys, "søknad_nr": "BIGINT", "lege_nr": "BIGINT"}
    types = {**keys, **{column.name: sql_type(column) for column in table.columns if column.fact is not None}}
    return ibis.schema({name: DuckDBType.from_string(type) for name, type in types.items()})
