"""Running a program on PySpark: the same expressions as on DuckDB, each step a Parquet folder in a scratch place.

A step is written before the next one reads it, so that memory is bounded whatever the size, and lineage never grows. Verdicts and the
calendar are small and are sent to every executor.

Relied on, and set for the engine's own session: `spark.sql.ansi.enabled` (a whole number that does not fit raises; it never wraps),
`spark.sql.caseSensitive` (as names are in the rules), `spark.sql.session.timeZone` UTC (dates are dates).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch.kept_sql import KeptSql
from engine.batch.spark_sql import quoted, spark_sql

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

_SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
}


class Spark:
    """The engine on a Spark session. `scratch` is a folder for the steps, which every executor must reach."""

    def __init__(self, session: SparkSession, scratch: str) -> None:
        self.session = session.newSession()
        self.scratch = scratch.rstrip("/")
        for setting, value in _SETTINGS.items():
            self.session.conf.set(setting, value)
        self._folders: dict[str, str] = {}
        self._small: dict[str, pa.Table] = {}
        self.sentences = KeptSql("spark", spark_sql)

    def put(self, name: str, rows: Mapping[str, Sequence[Any]], schema: ibis.Schema) -> None:
        import pyarrow as pa

        table = pa.table({column: list(values) for column, values in rows.items()}, schema=schema.to_pyarrow())
        self._keep(name, table)

    def add(self, name: str, rows: Sequence[tuple[Any, ...]], schema: ibis.Schema) -> None:
        import pyarrow as pa

        columns = {column: [row[place] for row in rows] for place, column in enumerate(schema)}
        self._keep(name, pa.concat_tables([self._small[name], pa.table(columns, schema=schema.to_pyarrow())]))

    def make(self, name: str, expression: Any) -> None:
        folder = self._folders.setdefault(name, f"{self.scratch}/{len(self._folders):04}")
        made = self.session.sql(self.sql(expression))
        made.write.mode("overwrite").parquet(_address(folder))
        self.show(name, self.session.read.schema(made.schema).parquet(_readable(folder)))

    def folder(self, name: str) -> str:
        """Where the Parquet files of a step are."""
        return self._folders[name]

    def query(self, expression: Any) -> str:
        from ibis.backends.sql.datatypes import PySparkType

        columns = expression.schema().items()
        typed = (f"CAST({quoted(name)} AS {PySparkType.to_string(type)}) AS {quoted(name)}" for name, type in columns)
        return f"SELECT {', '.join(typed)} FROM ({self.sql(expression)})"

    def write(self, query: str, folder: str) -> None:
        """The rows of a query as a Parquet folder, in place of an earlier one."""
        self.session.sql(query).write.mode("overwrite").parquet(_address(folder))

    def read(self, folder: str) -> DataFrame:
        """The rows of a Parquet folder."""
        return self.session.read.parquet(_readable(folder))

    def rows(self, expression: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.session.sql(self.sql(expression)).collect()]

    def show(self, name: str, frame: DataFrame) -> None:
        """Let queries know a table by this name, in place of an earlier one."""
        frame.createOrReplaceTempView(quoted(name))

    def sql(self, expression: Any) -> str:
        """The expression in Spark's SQL, worked out once."""
        return self.sentences.sql(expression)

    def _keep(self, name: str, table: pa.Table) -> None:
        self._small[name] = table
        self.show(name, self.session.createDataFrame(table).hint("broadcast"))


def _address(folder: str) -> str:
    """A folder of the file system, also where the cluster's own storage is another."""
    return f"file://{folder}"


def _readable(folder: str) -> str:
    """The address to read from; signs that Spark takes for patterns stand for themselves."""
    return _address(re.sub(r"([\\*?\[\]{}^])", r"\\\1", folder))
