"""What the engine decides, one application at a time, as the rows that the peers write: to tell that they answer alike."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from engine.batch.reading import read_tables
from engine.batch.row import applications_of
from engine.decide.decide import decide
from engine.decide.decision import Decision, DoctorDecision, Line
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook

COMPONENTS = ("alis", "veiledning")

#: the columns that every contender's tables are compared by
COLUMNS = {
    "måneder": (
        "søknad",
        "lege",
        "måned",
        "komponent",
        "rett",
        "tellende_dager",
        "avgjort_av",
        "beløp",
        "stillingsandel",
    ),
    "leger": (
        "søknad",
        "lege",
        "regelsett",
        "utfall",
        *tuple(f"{component}_{what}" for component in COMPONENTS for what in ("utfall", "måneder", "beløp", "kjent")),
    ),
    "søknader": ("søknad", "tilskuddsår", "utfall", "sum", "kjent"),
}

#: so many of the first columns tell a row apart
KEYS = {"måneder": 4, "leger": 2, "søknader": 1}

Rows = dict[str, list[tuple[Any, ...]]]


def decided(folder: Path, book: Rulebook, count: int) -> Rows:
    """The rows of `count` applications spread evenly over the folder."""
    rows: Rows = {name: [] for name in COLUMNS}
    with duckdb.connect() as connection:
        read_tables(folder, book, connection)
        every = [id for (id,) in connection.execute("SELECT id FROM inn_søknader ORDER BY nr").fetchall()]
        chosen = every[:: max(1, len(every) // count)]
        for application in applications_of(connection, book, chosen):
            _add(rows, decide(application, book))
    return rows


def _add(rows: Rows, one: Decision) -> None:
    id = one.application.id
    rows["søknader"].append((id, one.grant_year, one.outcome, one.total, one.known))
    for doctor in one.doctors:
        rule_set = doctor.rule_set.id if doctor.rule_set else None
        rows["leger"].append((id, doctor.doctor.id, rule_set, doctor.outcome, *_lines(doctor)))
        for month in _months(as_json(one), doctor.doctor.id):
            for name, right in month["rett"].items():
                days, deciding = month["tellende_dager"][name], ";".join(month["avgjort_av"][name])
                amount = None if month["beløp"][name] is None else Decimal(month["beløp"][name])
                share = Decimal(month["stillingsandel"])
                rows["måneder"].append(
                    (id, doctor.doctor.id, month["måned"], name, right, days, deciding, amount, share)
                )


def _months(contract: dict[str, Any], doctor: str) -> list[dict[str, Any]]:
    return next(one["måneder"] for one in contract["leger"] if one["id"] == doctor)


def _lines(doctor: DoctorDecision) -> Iterable[Any]:
    for name in COMPONENTS:
        line: Line | None = doctor.lines.get(name)
        yield from (None,) * 4 if line is None else (line.outcome, line.months, line.amount, line.known)


def differences(rows: Rows, folder: Path, limit: int = 5) -> list[str]:
    """What a contender's tables say of the same applications that is not in the rows; the first few of each table."""
    told = []
    with duckdb.connect() as connection:
        ids = sorted({row[0] for row in rows["søknader"]})
        connection.execute("CREATE TABLE valgt AS SELECT unnest(CAST(? AS VARCHAR[])) AS søknad", [ids])
        for name, columns in COLUMNS.items():
            wanted = ", ".join(f'"{column}"' for column in columns)
            query = f"SELECT {wanted} FROM {table(folder, name)} WHERE søknad IN (FROM valgt)"
            key = KEYS[name]
            found = {row[:key]: row for row in connection.execute(query).fetchall()}
            expected = {row[:key]: row for row in rows[name]}
            wrong = [one for one in sorted(found.keys() | expected.keys()) if found.get(one) != expected.get(one)]
            told += [f"{name} {one}: {found.get(one)} and not {expected.get(one)}" for one in wrong[:limit]]
            if wrong:
                told.append(f"{name}: {len(wrong)} of {len(expected)} rows differ")
    return told


def table(folder: Path, name: str) -> str:
    """A contender's table in SQL: one file, or a folder of them."""
    return f"'{folder}/{name}.parquet'" if (folder / f"{name}.parquet").exists() else f"'{folder}/{name}/*.parquet'"
