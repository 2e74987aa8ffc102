"""Whole tables against the single case: every column that the tables give, as the decision's own JSON tells it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from engine.batch.conversion import convert
from engine.batch.mass import Mass
from engine.case.application import read_application
from engine.case.stated import Application
from engine.decide.decide import decide
from engine.decide.naive import NaiveEvaluator
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook

Row = dict[str, Any]
Tables = dict[str, dict[tuple[str, ...], Row]]

KEYS = {"søknader": ("søknad",), "leger": ("søknad", "lege"), "måneder": ("søknad", "lege", "måned", "komponent")}


# --- applications, and the tables of them -----------------------------------------------------------------------------------


def drawn(strategy: st.SearchStrategy[Any], count: int, number: int) -> list[dict[str, Any]]:
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
    return found


def written(cases: Iterable[dict[str, Any]], folder: Path) -> list[Path]:
    """The cases as files, with ids of their own."""
    folder.mkdir()
    paths = []
    for number, case in enumerate(cases):
        case["søknad"]["id"] = f"sak-{number}"
        paths.append(folder / f"{number:05}.json")
        paths[-1].write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
    return paths


def converted(paths: list[Path], book: Rulebook, target: Path) -> list[Application]:
    """The applications, also written as tables."""
    done = convert(paths, target, book, "parquet")
    assert done.rejected == 0
    return [read_application(path, book) for path in paths]


# --- comparing --------------------------------------------------------------------------------------------------------------


def decided_tables(source: Path, book: Rulebook, target: Path, part: int = 1_000_000) -> Tables:
    """The tables of a folder, decided by DuckDB, by their keys. No key may stand on two rows."""
    target.mkdir()
    connection = duckdb.connect()
    mass = Mass(source, book, connection, part)
    for _ in mass.write(target, "parquet"):
        pass
    return read_tables(target)


def read_tables(target: Path) -> Tables:
    """The result tables in a folder, by their keys."""
    found: Tables = {}
    for name, key in KEYS.items():
        files = sorted((target / name).glob("**/*.parquet"))
        rows = [row for file in files for row in duckdb.read_parquet(str(file)).to_arrow_table().to_pylist()]
        found[name] = {tuple(row[column] for column in key): row for row in rows}
        assert len(found[name]) == len(rows), f"a key of {name} stands on two rows"
    return found


def differences(applications: Iterable[Application], book: Rulebook, tables: Tables) -> Iterator[str]:
    """What the tables say otherwise than the single case, for the applications given; and rows that it does not have."""
    left = {name: set(rows) for name, rows in tables.items()}
    for application in applications:
        decision = as_json(decide(application, book, (NaiveEvaluator(),)))
        for name, key, expected in expected_rows(decision):
            left[name].discard(key)
            row = tables[name].get(key)
            if row is None:
                yield f"{name} {key}: no row"
                continue
            for column, value in expected.items():
                if value != plain(row, column):
                    yield f"{name} {key}: {column} is {plain(row, column)!r}, and should be {value!r}"
    for name, keys in left.items():
        for key in sorted(keys):
            yield f"{name} {key}: a row too many"


def plain(row: Row, column: str) -> Any:
    """A value of a row: numbers exact, with a numerator and a denominator put together."""
    if column not in row:
        top, bottom = row[f"{column}_teller"], row[f"{column}_nevner"]
        return None if top is None else Fraction(top, bottom)
    value = row[column]
    return Fraction(value) if isinstance(value, Decimal | int) else value


def expected_rows(decision: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...], Row]]:
    """The rows that the tables should have of a decision: table, key and columns."""
    about, money = decision["søknad"], decision["beløp"]
    yield (
        "søknader",
        (about["id"],),
        {
            "ordning": about["ordning"],
            "tilskuddsår": exact(about.get("tilskuddsår")),
            "utfall": about["utfall"],
            "sum": exact(money["sum"]),
            "kjent": exact(money["kjent"]),
            "mangler_satser": ";".join(money["mangler_satser"]),
        },
    )
    for doctor in decision["leger"]:
        key = (about["id"], doctor["id"])
        if about["utfall"] == "avvist":
            yield "leger", key, {"utfall": doctor["utfall"], "regelsett": None}
            continue
        row: Row = {"utfall": doctor["utfall"], "regelsett": doctor["regelsett"]}
        for name, line in doctor["komponenter"].items():
            row |= {
                f"{name}_utfall": line["utfall"],
                f"{name}_måneder": exact(line["måneder"]),
                f"{name}_beløp": exact(line["beløp"]),
                f"{name}_kjent": exact(line.get("kjent", line["beløp"])),
                f"{name}_mangler_satser": ";".join(line.get("mangler_satser", [])),
            }
        yield "leger", key, row
        for month in doctor["måneder"]:
            for place, (name, right) in enumerate(month["rett"].items()):
                columns: Row = {
                    "rett": right,
                    "tellende_dager": exact(month["tellende_dager"][name]),
                    "avgjort_av": ";".join(month["avgjort_av"][name]),
                    "beløp": exact(month["beløp"][name]),
                }
                if place == 0:  # the others' are shown of their own days
                    shown = {"dager", "stillingsandel"} | (set(month) - _MONTH)
                    columns |= {one: exact(month[one]) for one in shown}
                yield "måneder", (*key, month["måned"], name), columns


_MONTH = {"måned", "rett", "dager", "stillingsandel", "tellende_dager", "beløp", "avgjort_av"}


def exact(value: Any) -> Any:
    """A number of the contract, text or not, as a fraction; None stays."""
    return None if value is None else Fraction(value)
