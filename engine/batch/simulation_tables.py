"""A simulation as Parquet: a row for each application and doctor with both sides, the totals, what decided the months, refused rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import __version__
from engine.batch import sql
from engine.batch.folder import REJECTED
from engine.batch.folder_out import copy
from engine.batch.result import APPLICATIONS, DOCTORS
from engine.batch.run_folder import COMMAND, RECEIPT
from engine.batch.simulation_effect import Group
from engine.batch.simulation_json import as_object
from engine.batch.simulation_pair import DECIDED, SIDES
from engine.batch.simulation_report import Report
from engine.decide.decide import evaluators

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOTALS = "summer"

#: what a run may find in a folder that an earlier run wrote
ENTRIES = frozenset([RECEIPT, *(f"{name}.parquet" for name in (APPLICATIONS, DOCTORS, TOTALS, DECIDED, REJECTED))])


def write_tables(report: Report, target: Path) -> None:
    """Write every table in a folder that is there, and the receipt."""
    connection = report.simulation.connection
    vurdert = [sql.name(f"{name}_vurdert") for name in report.simulation.components]
    _totals(report, connection)
    queries = {
        APPLICATIONS: "SELECT * FROM sim_søknader ORDER BY søknad",
        DOCTORS: f"SELECT * EXCLUDE ({', '.join(vurdert)}) FROM sim_leger ORDER BY søknad, lege",
        TOTALS: "SELECT * EXCLUDE (nr) FROM sim_summer ORDER BY nr",
        DECIDED: " UNION ALL ".join(
            f"SELECT {sql.text(side)} AS versjon, ordning, komponent, rett, avgjort_av, CAST(sum(antall) AS BIGINT) AS måneder "
            f"FROM sim_{side}_{DECIDED} GROUP BY ALL"
            for side in SIDES
        )
        + " ORDER BY ALL",
        REJECTED: _rejected(report.simulation.alike),
    }
    for name, query in queries.items():
        copy(connection, query, target / f"{name}.parquet", "parquet")
    (target / RECEIPT).write_text(_receipt(report), encoding="utf-8")


def _totals(report: Report, connection: DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sim_summer (nr INTEGER, etter VARCHAR, gruppe VARCHAR, søknader BIGINT, endret BIGINT, "
        "kjent_før DECIMAL(38,2), kjent_etter DECIMAL(38,2), endring DECIMAL(38,2), ukjent_sum_før BIGINT, ukjent_sum_etter BIGINT, "
        "ikke_regnet_ut_før BIGINT, ikke_regnet_ut_etter BIGINT, opp BIGINT, ned BIGINT, måneder_før BIGINT, måneder_etter BIGINT)"
    )
    groups = [("alle", report.effect.whole)]
    groups += [(axis, one) for axis, found in report.effect.totals.items() for one in found]
    rows = [(number, axis, *_row(one)) for number, (axis, one) in enumerate(groups)]
    connection.executemany(f"INSERT INTO sim_summer VALUES ({', '.join('?' * len(rows[0]))})", rows)


def _row(one: Group) -> tuple[Any, ...]:
    unknown = one.open_before, one.open_after, one.unfinished_before, one.unfinished_after
    moved = one.up, one.down, one.months_before, one.months_after
    return one.group, one.cases, one.changed, one.before, one.after, one.difference, *unknown, *moved


def _rejected(alike: bool) -> str:
    """The rows that were refused, with the version that did."""
    told = ["begge"] if alike else list(SIDES)
    each = (
        f"SELECT {sql.text(one)} AS versjon, * FROM sim_{side}_avvist"
        for one, side in zip(told, SIDES[: len(told)], strict=True)
    )
    return " UNION ALL ".join(each) + " ORDER BY versjon DESC, tabell, rad, kolonne"


def _receipt(report: Report) -> str:
    """What the run rests on, as JSON: both versions' rules and rates, the engine, and counts that add up. No clock inside."""
    told = as_object(report)
    for key, book in zip(("fra", "til"), report.simulation.books, strict=True):
        told[key] |= {"regler_sha256": dict(book.digests), "satser_sha256": book.overlay}
    kept = {key: told[key] for key in ("fra", "til", "antall", "kroner", "ikke_sammenlignet", "avvist")}
    receipt = {COMMAND: "simuler", "motor": __version__, "evaluatorer": [one.name for one in evaluators()], **kept}
    return json.dumps(receipt, ensure_ascii=False, indent=2) + "\n"
