"""Starting Spark: the session that `spark-submit` gives, or one on this machine; and its errors in bokmål."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine.batch.database import FULL, disk_full, too_little_memory
from engine.text.fault import Fault, Faults
from engine.text.place import Place

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Spark does not start with less memory than this
LEAST = 512 << 20

#: the oldest Java that PySpark 4 runs on
_JAVA = 17

_EXTRA = "pip install 'alis-regler[spark]'"


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
def spark_session(scratch: Path, shown: str, memory: int, threads: int) -> Iterator[SparkSession]:
    """The session that `spark-submit` gives; else one on this machine, with so many bytes of memory.

    `scratch` is a folder of the run's own, `shown` the place errors are told at. Raises `Faults`: MANGLER-PAKKE, MINNE, FIL-SKRIV, SPARK.
    """
    check_spark()
    from py4j.protocol import Py4JError
    from pyspark.errors import AnalysisException, PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("alis masse")
    for setting, value in ({} if _is_submitted() else _local(scratch, memory, threads)).items():
        builder = builder.config(setting, value)
    session = builder.getOrCreate()
    try:
        yield session
    except AnalysisException:  # a query that Spark cannot make sense of is our fault, and no one else can mend it
        raise
    except (PySparkException, Py4JError) as error:
        raise _told(str(error), shown, memory) from error
    finally:
        if not _is_submitted():
            session.stop()


def _local(scratch: Path, memory: int, threads: int) -> dict[str, str]:
    """The settings of a session on this machine, which keeps all it writes in `scratch` and logs only errors."""
    scratch.mkdir(parents=True, exist_ok=True)
    logging = scratch / "log4j2.properties"
    logging.write_text(_LOGGING, encoding="utf-8")
    return {
        "spark.master": f"local[{threads}]",
        "spark.driver.memory": f"{max(memory, LEAST) >> 20}m",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={logging.absolute().as_uri()}",
        "spark.local.dir": str(scratch.absolute()),
        "spark.sql.shuffle.partitions": str(threads),
        "spark.sql.warehouse.dir": (scratch / "lager").absolute().as_uri(),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }


def _told(error: str, shown: str, memory: int) -> Faults:
    """What stopped a run, as `Faults`."""
    if FULL.search(error):
        return disk_full(shown)
    if re.search(r"OutOfMemoryError|Java heap space|GC overhead limit", error):
        return too_little_memory(shown, memory)
    first = next((line.strip() for line in error.splitlines() if line.strip()), "ukjent feil")
    next_step = "se Sparks egen logg; på én maskin kan du bruke --motor duckdb"
    return Faults(
        [Fault(Place(shown, 1, 1), "SPARK", "kjøringen på Spark stanset", f"Spark svarer: {first}", next_step)]
    )


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
