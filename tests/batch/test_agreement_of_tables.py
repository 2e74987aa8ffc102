"""Every fixture, and random applications by the hundred, decided in tables exactly as one at a time."""

from pathlib import Path

from agreement import converted, decided_tables, differences, drawn, written
from random_applications import discretionary_applications, guided_applications, national_applications

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
