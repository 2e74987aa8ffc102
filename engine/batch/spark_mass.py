"""A folder of tables decided on Spark: read and checked by DuckDB, handed over as Parquet, and written as Parquet by Spark.

The folder to write in and the scratch place must be ones that this machine and every executor reach by the same path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from engine.batch import sql
from engine.batch.csv_file import literal_path
from engine.batch.engine import Run
from engine.batch.mass import Mass, Part, Take
from engine.batch.reading import kept
from engine.batch.result import APPLICATIONS, DOCTORS, MONTHS, Result
from engine.batch.run_folder import RECEIPT
from engine.batch.schema import sql_type
from engine.batch.spark import Spark
from engine.batch.tally import receipt
from engine.language.rulebook import Rulebook

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyspark.sql import SparkSession

#: more doctor-months than there are: all are decided at once
_ALL = 2**62


class SparkMass(Mass):
    """One run over the tables of a folder, decided on `session`. `scratch` is an empty folder of the run's own."""

    def __init__(
        self,
        source: Path,
        book: Rulebook,
        connection: DuckDBPyConnection,
        session: SparkSession,
        scratch: Path,
    ) -> None:
        super().__init__(source, book, connection, _ALL)
        self.scratch = scratch.absolute()
        self.engine = Spark(session, str(self.scratch / "trinn"))
        for table in self.intake.tables:
            self._hand_over(table)
        self.results = [self._moved(run, result) for run, result in self.results]

    def _hand_over(self, name: str) -> None:
        """The rows of a table that are kept, in Parquet."""
        folder = self.scratch / "inn" / name
        folder.mkdir(parents=True)
        columns = [
            f"CAST({sql.name(column.name)} AS TIMESTAMP) AS {sql.name(column.name)}"
            for column in self.intake.tables[name].columns
            if column.fact is not None and sql_type(column).startswith("TIMESTAMP")
        ]
        replaced = f" REPLACE ({', '.join(columns)})" if columns else ""
        self.connection.execute(
            f"COPY (SELECT *{replaced} FROM {sql.name(kept(name))}) TO {sql.text(str(folder / 'rader.parquet'))} (FORMAT parquet)"
        )

    def _moved(self, run: Run, result: Result) -> tuple[Run, Result]:
        months = result.month_names()
        columns = {name: [row[place] for row in months] for place, name in enumerate(Result.month_names_schema)}
        self.engine.put("månedsnavn", columns, Result.month_names_schema)
        return Run(run.program, self.engine, run.verdicts), result

    def parts(self) -> list[Part]:
        """All at once: Spark divides the work itself."""
        every = super().parts()
        return [Part(every[0].first, every[-1].last, sum(part.months for part in every))]

    # --- deciding --------------------------------------------------------------------------------------------------------

    def decide(self, parts: Iterable[Part], take: Take) -> Iterator[int]:
        return super().decide(self._shown(parts), take)

    def _shown(self, parts: Iterable[Part]) -> Iterator[Part]:
        """The parts, each with its rows in place as it is reached."""
        for part in parts:
            for name in self.intake.tables:
                number = "nr" if name == APPLICATIONS else "søknad_nr"
                rows = self.engine.read(str(self.scratch / "inn" / name))
                self.engine.show(f"del_{name}", rows.where(f"`{number}` BETWEEN {part.first} AND {part.last}"))
            yield part

    def write(self, target: Path, format: str, parts: Iterable[Part] | None = None) -> Iterator[int]:
        """As `Mass.write`; `format` must be `parquet`."""
        assert format == "parquet", format
        for name in (MONTHS, DOCTORS, APPLICATIONS):
            (target / name).mkdir()

        def take(name: str, query: str, number: int, place: int) -> int:
            return self._taken(query, target / name, f"del-{number:05}-{place}")

        yield from self.decide(self.parts() if parts is None else parts, take)
        self.check()
        self.write_rejected(target, format)
        (target / RECEIPT).write_text(receipt(self.tally, self.intake, self.book), encoding="utf-8")

    def _taken(self, query: str, folder: Path, name: str) -> int:
        """The rows of a query as Parquet files of a folder; gives how many they are."""
        written = self.scratch / "ut"
        self.engine.write(query, str(written))
        count = 0
        for place, file in enumerate(sorted(written.glob("*.parquet"))):
            count += pq.read_metadata(file).num_rows
            file.rename(folder / f"{name}-{place:05}.parquet")
        return count

    def _count(self, result: Result) -> None:
        name = result.builder.program.own("vedtak_søknad")
        files = sql.texts(literal_path(one) for one in sorted(Path(self.engine.folder(name)).glob("*.parquet")))
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {sql.name(name)} AS FROM read_parquet([{files}])")
        super()._count(result)
