"""Every fixture, and random applications by the hundred, decided in tables exactly as one at a time."""

import json
from pathlib import Path

import duckdb
import pytest
from agreement import converted, decided_tables, differences, drawn, written
from application_builder import discretionary, doctor, national, period
from random_applications import discretionary_applications, guided_applications, national_applications

from engine.batch.reading import read_tables
from engine.batch.told import Told, told
from engine.language.rulebook import Rulebook

ROOT = Path(__file__).parents[2]


def test_every_fixture(book: Rulebook, tmp_path: Path) -> None:
    paths = sorted((ROOT / "fixtures").rglob("*.yaml"))
    applications = converted(paths, book, tmp_path / "inn")
    tables = decided_tables(tmp_path / "inn", book, tmp_path / "ut")
    assert len(applications) > 300
    assert list(differences(applications, book, tables)) == []


def test_random_applications(book: Rulebook, tmp_path: Path) -> None:
    cases = [
        *drawn(national_applications(0.1), 250, 1),
        *drawn(national_applications(0.4), 100, 2),
        *drawn(guided_applications(0.15), 120, 3),
        *drawn(discretionary_applications(0.15), 60, 4),
    ]
    applications = converted(written(cases, tmp_path / "saker"), book, tmp_path / "inn")
    tables = decided_tables(tmp_path / "inn", book, tmp_path / "ut", part=1500)
    assert len(list((tmp_path / "ut" / "søknader").iterdir())) > 3, "several parts were meant"
    assert list(differences(applications, book, tables)) == []


def test_parts_have_the_same_columns(book: Rulebook, tmp_path: Path) -> None:
    """Whoever reads the files of a table together must not meet two types of one column."""
    import pyarrow.parquet as pq

    paths = sorted((ROOT / "fixtures").rglob("*.yaml"))[::9]
    converted(paths, book, tmp_path / "inn")
    decided_tables(tmp_path / "inn", book, tmp_path / "ut")
    for name, least in (("søknader", 3), ("leger", 2), ("måneder", 2)):
        files = sorted((tmp_path / "ut" / name).iterdir())
        assert len(files) >= least, "one for each scheme was meant"
        assert len({str(pq.read_schema(file)) for file in files}) == 1


def test_where_nothing_is_missing(book: Rulebook, tmp_path: Path) -> None:
    """What every row tells is not carried as something that may be missing; the answers must be the same."""
    cases = [*drawn(national_applications(0), 120, 5), *drawn(guided_applications(0), 60, 6)]
    applications = converted(written(cases, tmp_path / "saker"), book, tmp_path / "inn")
    tables = decided_tables(tmp_path / "inn", book, tmp_path / "ut")
    assert list(differences(applications, book, tables)) == []


def test_days_that_may_answer_in_many_ways(book: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether all ways days might answer are judged, or only those there are, the tables are the same."""
    converted(written(drawn(national_applications(0.2), 80, 7), tmp_path / "saker"), book, tmp_path / "inn")
    few = decided_tables(tmp_path / "inn", book, tmp_path / "få")
    monkeypatch.setattr("engine.batch.months.MOST_WAYS", 0)
    assert few == decided_tables(tmp_path / "inn", book, tmp_path / "mange")
    assert len(few["måneder"]) > 300


def test_what_all_rows_tell(book: Rulebook, tmp_path: Path) -> None:
    """One row that lacks a fact, or a grant year, is enough; rows of another scheme do not count."""
    year = period("2024-01-01", "2024-12-31")
    one, other, discretion = national(2024, doctor(year)), national(2023, doctor(year)), discretionary()
    applications = written([one, other, discretion], tmp_path / "saker")
    connection = duckdb.connect()

    def found() -> Told:
        folder = tmp_path / f"inn-{len(list(tmp_path.iterdir()))}"
        converted(applications, book, folder)
        tables = read_tables(folder, book, connection).tables
        return told(connection, tables, one["søknad"]["ordning"], "tilskuddsår")

    whole = found()
    assert whole.years == (2023, 2024)
    assert {"stilling", "stillingsandel"} <= set(whole.facts["perioder"])
    lacking = json.loads(applications[1].read_text(encoding="utf-8"))
    del lacking["søknad"]["tilskuddsår"], lacking["leger"][0]["perioder"][0]["stilling"]
    applications[1].write_text(json.dumps(lacking, ensure_ascii=False), encoding="utf-8")
    after = found()
    assert after.years == (2024, None)
    assert set(whole.facts["perioder"]) - set(after.facts["perioder"]) == {"stilling"}
