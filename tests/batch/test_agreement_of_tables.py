"""Every fixture, and random applications by the hundred, decided in tables exactly as one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agreement import decided_tables, differences
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from random_applications import discretionary_applications, guided_applications, national_applications

from engine.batch.conversion import convert
from engine.case.application import read_application
from engine.case.stated import Application
from engine.language.rulebook import Rulebook, open_rulebook

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return open_rulebook(ROOT / "rules")


def converted(paths: list[Path], book: Rulebook, target: Path) -> list[Application]:
    """The applications, also written as tables."""
    done = convert(paths, target, book, "parquet")
    assert done.rejected == 0
    return [read_application(path, book) for path in paths]


def test_every_fixture(book: Rulebook, tmp_path: Path) -> None:
    paths = sorted((ROOT / "fixtures").rglob("*.yaml"))
    applications = converted(paths, book, tmp_path / "inn")
    tables = decided_tables(tmp_path / "inn", book, tmp_path / "ut")
    assert len(applications) > 300
    assert list(differences(applications, book, tables)) == []


def drawn(strategy: st.SearchStrategy[Any], count: int, number: int) -> Iterator[dict[str, Any]]:
    """Random applications, the same each time: a table of all of them is decided at once, not each by itself."""
    found: list[dict[str, Any]] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(case: dict[str, Any]) -> None:
        found.append(json.loads(json.dumps(case)))

    draw()
    return iter(found)


def test_random_applications(book: Rulebook, tmp_path: Path) -> None:
    cases = [
        *drawn(national_applications(0.1), 250, 1),
        *drawn(national_applications(0.4), 100, 2),
        *drawn(guided_applications(0.15), 120, 3),
        *drawn(discretionary_applications(0.15), 60, 4),
    ]
    folder = tmp_path / "saker"
    folder.mkdir()
    paths = []
    for number, case in enumerate(cases):
        case["søknad"]["id"] = f"sak-{number}"
        paths.append(folder / f"{number:05}.json")
        paths[-1].write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
    applications = converted(paths, book, tmp_path / "inn")
    tables = decided_tables(tmp_path / "inn", book, tmp_path / "ut", part=1500)
    assert len(list((tmp_path / "ut" / "søknader").iterdir())) > 3, "several parts were meant"
    assert list(differences(applications, book, tables)) == []
