"""The same programs on PySpark: one run of the command over every fixture and random applications, and what is told when it cannot run.

Spark takes long to start and to plan, so there is one run for all that is compared.
"""

import subprocess
from pathlib import Path

import duckdb
import pytest
from agreement import KEYS, converted, decided_tables, differences, drawn, read_tables, written
from random_applications import discretionary_applications, guided_applications, national_applications

from engine.batch import spark_session
from engine.batch.arithmetic import floored
from engine.batch.spark_sql import spark_sql
from engine.batch.vector import whole
from engine.cli.main import main
from engine.language.rulebook import Rulebook

ROOT = Path(__file__).parents[2]

#: quick to start and to plan, and slow in the long run, which there is none of here
QUICK = {
    "PYSPARK_SUBMIT_ARGS": "--conf spark.sql.codegen.wholeStage=false --conf spark.sql.adaptive.enabled=false pyspark-shell",
    "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


def test_every_fixture_and_random_applications(book: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the single case, column by column, and as DuckDB, row by row."""
    for name, value in QUICK.items():
        monkeypatch.setenv(name, value)
    cases = [
        *drawn(national_applications(0.15), 60, 11),
        *drawn(guided_applications(0.15), 30, 12),
        *drawn(discretionary_applications(0.15), 15, 13),
    ]
    paths = [*sorted((ROOT / "fixtures").rglob("*.yaml")), *written(cases, tmp_path / "saker")]
    folder = tmp_path / "æ {b} [c]"  # Spark takes some of these for patterns
    applications = converted(paths, book, folder / "inn")
    # first, since the run on Spark uses the sentences that it keeps
    embedded = decided_tables(folder / "inn", book, tmp_path / "duckdb")
    assert main(["masse", str(folder / "inn"), str(folder / "ut"), "--motor", "spark", "--minne", "1,5GB"]) == 0
    tables = read_tables(folder / "ut")
    assert len(tables["søknader"]) == len(applications) > 400
    assert list(differences(applications, book, tables)) == []
    for name in KEYS:
        both = [
            duckdb.connect().read_parquet([str(file) for file in sorted((one / name).iterdir())]).to_arrow_table()
            for one in (folder / "ut", tmp_path / "duckdb")
        ]
        assert both[0].schema.names == both[1].schema.names and both[0].schema.types == both[1].schema.types
        assert tables[name] == embedded[name]
    assert sorted(one.name for one in (folder / "ut").iterdir()) == ["avvist.parquet", "kvittering.json", *sorted(KEYS)]


def test_whole_numbers_in_sql() -> None:
    """Each has its own width, and a quotient is Spark's own of whole numbers, never one of doubles."""
    import ibis

    table = ibis.table({"a": "int64"}, name="t")
    text = spark_sql(table.select(b=floored(table["a"], 7) * whole(2**62)))
    assert "DIV 7L" in text.replace("`", "").upper() or "DIV (7L)" in text.upper()
    assert f"{2**62}L" in text and "/" not in text


# --- what is told when it cannot run ----------------------------------------------------------------------------------------


def test_only_parquet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["masse", str(tmp_path), str(tmp_path / "ut"), "--motor", "spark", "--format", "csv"]) == 2
    assert "--motor spark skriver bare Parquet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, "MANGLER-PAKKE: Java er ikke installert"),
        ('openjdk version "11.0.22" 2024-01-16', "MANGLER-PAKKE: Java er for gammel: versjon 11"),
        ('java version "1.8.0_402"', "MANGLER-PAKKE: Java er for gammel: versjon 8"),
    ],
)
def test_no_java(
    answer: str | None, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written, and an earlier answer is not touched."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    if answer is not None:
        java = tmp_path / "bin" / "java"
        java.write_text(f"#!/bin/sh\necho '{answer}' >&2\n", encoding="utf-8")
        java.chmod(0o755)
    assert main(["masse", str(tmp_path), str(tmp_path / "ut"), "--motor", "spark"]) == 2
    assert told in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["bin"]


def test_java_here() -> None:
    """The tests above are of a machine that has Java; this one must, or Spark is not tried at all."""
    assert (spark_session.java_version() or 0) >= 17, subprocess.run(["sh", "-c", "command -v java"], check=False)
