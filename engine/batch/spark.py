"""Running a program on PySpark: the same expressions as on DuckDB, each step a Parquet folder in a scratch place.

A step is written before the next one reads it, so that memory is bounded whatever the size, lineage never grows, and a step that is
made again after more verdicts is read anew. Verdicts and the calendar are small and are sent to every executor.

Relied on, and set for the engine's own session: `spark.sql.ansi.enabled` (a whole number that does not fit raises; it never wraps),
`spark.sql.caseSensitive` (as names are in the rules), `spark.sql.session.timeZone` UTC (dates are dates).
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch.spark_sql import quoted, spark_sql
from engine.text.fault import Fault, Faults
from engine.text.place import Place

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

#: the oldest Java that PySpark 4 runs on
_JAVA = 17

_EXTRA = "pip install 'alis-regler[spark]'"

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
        self._sql: dict[int, str] = {}
        self._kept: list[Any] = []

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
        made.write.mode("overwrite").parquet(folder)
        self.show(name, self.session.read.schema(made.schema).parquet(folder))

    def folder(self, name: str) -> str:
        """Where the Parquet files of a step are."""
        return self._folders[name]

    def write(self, query: str, schema: ibis.Schema, folder: str) -> None:
        """The rows of a query as a Parquet folder, in place of an earlier one, with exactly these columns and types."""
        from ibis.backends.sql.datatypes import PySparkType

        columns = (
            f"CAST({quoted(name)} AS {PySparkType.to_string(kind)}) AS {quoted(name)}" for name, kind in schema.items()
        )
        made = self.session.sql(f"SELECT {', '.join(columns)} FROM ({query})")
        made.write.mode("overwrite").parquet(folder)

    def rows(self, expression: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.session.sql(self.sql(expression)).collect()]

    def show(self, name: str, frame: DataFrame) -> None:
        """Let queries know a table by this name, in place of an earlier one."""
        frame.createOrReplaceTempView(quoted(name))

    def sql(self, expression: Any) -> str:
        """The expression in Spark's SQL, worked out once."""
        key = id(expression)
        if key not in self._sql:
            self._sql[key] = spark_sql(expression)
            self._kept.append(expression)
        return self._sql[key]

    def _keep(self, name: str, table: pa.Table) -> None:
        self._small[name] = table
        self.show(name, self.session.createDataFrame(table).hint("broadcast"))


# --- starting ----------------------------------------------------------------------------------------------------------------


def check_spark() -> None:
    """Raise `Faults` that say what to install when Spark cannot be started here."""
    if importlib.util.find_spec("pyspark") is None:
        raise _lacking("pakken «pyspark» er ikke installert", f"kjør {_EXTRA}")
    if _is_submitted():
        return
    advice = f"installer Java {_JAVA} eller nyere (på Debian: apt-get install default-jre-headless), eller bruk --motor duckdb"
    version = java_version()
    if version is None:
        raise _lacking("Java er ikke installert", advice)
    if version < _JAVA:
        raise _lacking(f"Java er for gammel: versjon {version}", advice)


def java_version() -> int | None:
    """The version of the Java that Spark would start; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else "java"
    if shutil.which(java) is None:
        return None
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    return int(found.group(1)) if told.returncode == 0 and found else None


def _lacking(what: str, advice: str) -> Faults:
    return Faults(
        [Fault(Place("kommandolinjen", 1, 1), "MANGLER-PAKKE", what, "«--motor spark» kjører på PySpark", advice)]
    )


def _is_submitted() -> bool:
    """Whether `spark-submit` started us: then the cluster, the memory and the rest are as it was told."""
    return "PYSPARK_GATEWAY_PORT" in os.environ


@contextmanager
def spark_session(scratch: Path, memory: int, threads: int) -> Iterator[SparkSession]:
    """The session that `spark-submit` gives; else one on this machine, with so many bytes of memory. Raises `Faults`."""
    check_spark()
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("alis masse")
    if not _is_submitted():
        scratch.mkdir(parents=True, exist_ok=True)
        logging = scratch / "log4j2.properties"
        logging.write_text(_LOGGING, encoding="utf-8")
        local = {
            "spark.driver.memory": f"{memory >> 20}m",
            "spark.driver.host": "localhost",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={logging.absolute().as_uri()}",
            "spark.local.dir": str(scratch.absolute()),
            "spark.sql.shuffle.partitions": str(threads),
            "spark.sql.warehouse.dir": (scratch / "lager").absolute().as_uri(),
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
        }
        builder = builder.master(f"local[{threads}]")
        for setting, value in local.items():
            builder = builder.config(setting, value)
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        if not _is_submitted():
            session.stop()


_LOGGING = """rootLogger.level = error
rootLogger.appenderRef.out.ref = out
appender.out.type = Console
appender.out.name = out
appender.out.target = SYSTEM_ERR
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %m%n
logger.query.name = SQLQueryContextLogger
logger.query.level = off
"""
