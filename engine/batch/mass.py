"""A folder of tables decided: read, checked, decided a part at a time, and written as a folder that appears whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch.builder import Builder
from engine.batch.engine import DuckDB, Run
from engine.batch.folder import REJECTED
from engine.batch.folder_out import copy, one_file
from engine.batch.reading import Intake, kept, read_tables
from engine.batch.result import APPLICATIONS, DOCTORS, MONTHS, Result, shown_columns
from engine.batch.run_folder import RECEIPT
from engine.batch.schema import Table, sql_type
from engine.batch.tally import Sums, Tally, receipt
from engine.batch.told import told
from engine.batch.vector import TooLarge
from engine.decide.agreement import Disagreement, Panel
from engine.decide.compiled import compiled
from engine.decide.decide import evaluators
from engine.language.rulebook import Rulebook
from engine.text.fault import Fault, Faults
from engine.text.month import Month
from engine.text.place import Place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: the most doctor-months that are decided at a time, about
PART = 1_500_000

#: what a run may find in a folder that an earlier run wrote
ENTRIES = frozenset(
    [
        RECEIPT,
        *(f"{name}{end}" for name in (MONTHS, DOCTORS, APPLICATIONS, REJECTED) for end in ("", ".csv", ".parquet")),
    ]
)

#: what a row of a table is known by
_KEYS = {
    APPLICATIONS: ("søknad",),
    DOCTORS: ("søknad", "lege"),
    MONTHS: ("søknad", "lege", "måned", "komponent"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Applications decided together, by their numbers, and about how many doctor-months they have."""

    first: int
    last: int
    months: int


#: what becomes of a part's table: its name, SQL for its rows, the part's number and the scheme's place → how many rows it has
Take = Callable[[str, str, int, int], int]


class Mass:
    """One run over the tables of a folder. `connection` is a DuckDB database of the run's own.

    `intake` is what is in the connection already, when the tables are read; `components` are those that the result has columns for.
    Raises `Faults` for what is wrong with whole files, and when the rules cannot be used on tables.
    """

    def __init__(
        self,
        source: Path,
        book: Rulebook,
        connection: DuckDBPyConnection,
        part: int = PART,
        intake: Intake | None = None,
        components: Iterable[str] | None = None,
    ) -> None:
        self.source = source
        self.book = book
        self.connection = connection
        self.part = part
        self.components = list(components_of(book) if components is None else components)
        self.intake = read_tables(source, book, connection) if intake is None else intake
        self.tally = Tally(self.intake.applications.kept, self.intake.applications.rejected, self.intake.faults)
        self.results: list[tuple[Run, Result]] = []
        self._build()

    def _build(self) -> None:
        """The program of every scheme that some application is of; one with doctors is there always, so that all tables are written."""
        months = self._months()
        inputs = {_part(name): _schema(table) for name, table in self.intake.tables.items()}
        for name, table in self.intake.tables.items():
            columns = ", ".join(f'"{column}"' for column in _schema(table))
            self.connection.execute(
                f'CREATE OR REPLACE TEMP VIEW "{_part(name)}" AS SELECT {columns} FROM "{kept(name)}" '
                f"WHERE {'nr' if name == APPLICATIONS else 'søknad_nr'} BETWEEN getvariable('fra') AND getvariable('til')"
            )
        engine = DuckDB(self.connection)
        panel = Panel(evaluators())
        builders = []
        for scheme in self._schemes():
            rules = compiled(self.book, scheme)
            all_tell = told(self.connection, self.intake.tables, scheme, rules.names.year)
            builder = Builder(rules, panel, inputs, months, all_tell)
            with _decidable(scheme, self.source):
                builder.build()
            builders.append(builder)
        shown = shown_columns(builders)
        for builder in builders:
            result = Result(builder, self.components, shown)
            with _decidable(builder.scheme, self.source):
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

    def _schemes(self) -> list[str]:
        rows = self._rows(f'SELECT DISTINCT ordning FROM "{kept(APPLICATIONS)}" ORDER BY ordning')
        found = [row[0] for row in rows]
        with_doctors = [name for name in self.book.schemes if self.book.vocabulary.schemes[name].has_doctors]
        return found if set(found) & set(with_doctors) else [*found, *with_doctors[:1]]

    def _months(self) -> list[Month]:
        """Every month from the first a period is in to the last."""
        dates = "min(year(fra) * 12 + month(fra) - 1), max(year(til) * 12 + month(til) - 1)"
        first, last = self._rows(f'SELECT {dates} FROM "{kept("perioder")}"')[0]
        return [] if first is None else [Month(month) for month in range(first, last + 1)]

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self.connection.execute(sql).fetchall())

    # --- deciding --------------------------------------------------------------------------------------------------------

    def parts(self) -> list[Part]:
        """The applications in the fewest parts, of about as many doctor-months each. There is always one."""
        months = "(year(til) * 12 + month(til)) - (year(fra) * 12 + month(fra)) + 1"
        rows = self._rows(
            f"SELECT max(nr), sum(months) FROM (SELECT nr, months, sum(months) OVER (ORDER BY nr) - months AS before, "
            f"sum(months) OVER () AS every FROM (SELECT nr, "
            f'coalesce(months, 0) + 1 AS months FROM "{kept(APPLICATIONS)}" LEFT JOIN (SELECT søknad_nr, sum({months}) AS '
            f'months FROM "{kept("perioder")}" GROUP BY søknad_nr) AS found ON søknad_nr = nr)) '
            f"GROUP BY before * ((every + {self.part - 1}) // {self.part}) // every ORDER BY 1"
        ) or [(0, 0)]
        starts = [0, *(last + 1 for last, _ in rows[:-1])]
        return [Part(first, last, int(months)) for first, (last, months) in zip(starts, rows, strict=True)]

    def decide(self, parts: Iterable[Part], take: Take) -> Iterator[int]:
        """Decide the parts and let `take` have their tables; gives the doctor-months that are done since it last gave any."""
        for number, part in enumerate(parts, 1):
            self._choose(part)
            total, done, told = sum(len(run.program.steps) + len(result.tables) for run, result in self.results), 0, 0
            for place, (run, result) in enumerate(self.results):
                for _ in self._scheme(run, result, take, number, place):
                    done += 1
                    yield part.months * done // total - told
                    told = part.months * done // total
            for run, _ in self.results:
                run.engine.sentences.keep()

    def _choose(self, part: Part) -> None:
        """Let the tables of the part that is being decided be those of this one."""
        self.connection.execute(f"SET VARIABLE fra = {part.first}")
        self.connection.execute(f"SET VARIABLE til = {part.last}")

    def _scheme(self, run: Run, result: Result, take: Take, number: int, place: int) -> Iterator[None]:
        """One scheme of one part, a step at a time."""
        with _decidable(result.scheme, self.source):
            for _ in run.all_steps():
                yield
        for name, expression in result.tables.items():
            count = take(name, run.engine.query(expression), number, place)
            if name == MONTHS:
                self.tally.months += count
            elif name == DOCTORS:
                self.tally.doctors += count
            yield
        self._count(result)

    def _count(self, result: Result) -> None:
        counted = "count(*), coalesce(sum(sum), 0), count(*) - count(sum), coalesce(sum(kjent) FILTER (sum IS NULL), 0)"
        decided = result.builder.program.own("vedtak_søknad")
        for outcome, count, known, open_, open_known in self._rows(
            f'SELECT utfall, {counted} FROM "{decided}" GROUP BY utfall'
        ):
            key = (result.scheme, outcome)
            self.tally.outcomes[key] = self.tally.outcomes.get(key, 0) + count
            sums = self.tally.sums.setdefault(result.scheme, Sums())
            sums.known, sums.open_known, sums.open = sums.known + known, sums.open_known + open_known, sums.open + open_

    def check(self) -> None:
        """That every application that was kept is decided, once."""
        decided = sum(self.tally.outcomes.values())
        assert decided == self.tally.applications, f"{decided} of {self.tally.applications} applications are decided"

    def write(self, target: Path, format: str, parts: Iterable[Part] | None = None) -> Iterator[int]:
        """Decide every part and write it in the target folder; gives the number of doctor-months as they are done."""
        for name in (MONTHS, DOCTORS, APPLICATIONS):
            (target / name).mkdir()

        def take(name: str, sql: str, number: int, place: int) -> int:
            if format == "csv":  # for people to read: in the order of ids
                sql = f"SELECT * FROM ({sql}) AS rows ORDER BY {', '.join(_KEYS[name])}"
            return copy(self.connection, sql, target / name / f"del-{number:05}-{place}.{format}", format)

        yield from self.decide(self.parts() if parts is None else parts, take)
        self.check()
        if format == "csv":
            for name in (MONTHS, DOCTORS, APPLICATIONS):
                one_file(target / name)
        self.write_rejected(target, format)
        (target / RECEIPT).write_text(receipt(self.tally, self.intake, self.book), encoding="utf-8")

    def write_rejected(self, target: Path, format: str) -> None:
        """The rows that were refused, as `avvist`."""
        rejected = "SELECT * FROM avvist ORDER BY tabell, rad, kolonne"
        copy(self.connection, rejected, target / f"{REJECTED}.{format}", format)


def components_of(*books: Rulebook) -> list[str]:
    """The components of every scheme, in the books' order."""
    found = (name for book in books for scheme in book.schemes.values() for name in scheme.components)
    return list(dict.fromkeys(found))


@contextmanager
def _decidable(scheme: str, source: Path) -> Iterator[None]:
    """A number that might not fit, and evaluators that differ, as located faults."""
    try:
        yield
    except Disagreement as difference:
        raise Faults([difference.fault(str(source))]) from None
    except TooLarge as error:
        what = f"ordningen «{scheme}» kan ikke vurderes i tabeller"
        next_step = "vurder søknadene for seg med «alis vurder»"
        raise Faults([Fault(Place(str(source), 1, 1), "TABELL-REGEL", what, str(error), next_step)]) from None


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
