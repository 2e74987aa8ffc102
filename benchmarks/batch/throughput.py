"""Doctor-months per second, from Parquet to Parquet: the engine beside hand-written SQL, Polars, OpenFisca, zen-engine and durable-rules.

python benchmarks/batch/throughput.py                       # 10 thousand to 10 million, some minutes
python benchmarks/batch/throughput.py --sizes 10000 1000000 --rounds 5
python benchmarks/batch/throughput.py --only duckdb polars

Each contender is a process of its own on so many cores. No figure is printed unless all say the same. See README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from check import COLUMNS, decided, differences, table

from engine.batch.population import Population, write_population
from engine.language.rulebook import open_rulebook

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
ENGINE = "engine"
#: contender → its module; what `masse` is run as is `_command`
TABLES = {ENGINE: "", "duckdb": "duckdb_sql", "polars": "polars_lazy", "openfisca": "openfisca_numpy"}
ROWS = {"zen": "zen-engine", "durable": "durable-rules"}
TITLES = {
    ENGINE: "the engine: `alis masse`",
    "duckdb": "DuckDB SQL by hand",
    "polars": "Polars by hand, streaming",
    "openfisca": "OpenFisca (one thread)",
    "zen": "zen-engine, a month at a time (no calendar)",
    "durable": "durable-rules alone, a month at a time (no calendar)",
}
REFERENCE = "duckdb"

#: the type each column is compared in
_TYPES = {"måneder": "BIGINT", "beløp": "DECIMAL(18,2)", "kjent": "DECIMAL(18,2)", "sum": "DECIMAL(18,2)"}
_TYPES |= {"tellende_dager": "BIGINT", "stillingsandel": "DECIMAL(18,3)", "tilskuddsår": "BIGINT"}


@dataclass
class Runs:
    """What was measured of one contender at one size: seconds on the wall and of the processor, and the peak memory in MB."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: float = 0.0
    failed: str = ""


def main() -> int:
    chosen = _arguments()
    print(f"{chosen.threads} cores, {chosen.rounds} rounds, load average at the start {os.getloadavg()[0]:.1f}.\n")
    wrong = 0
    with tempfile.TemporaryDirectory(dir=chosen.folder) as temporary:
        for size in chosen.sizes:
            wrong += _size(size, chosen, Path(temporary))
    print(f"Load average at the end: {os.getloadavg()[0]:.1f}.")
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure whole tables, beside other ways to decide them.")
    option = parser.add_argument
    option("--sizes", type=int, nargs="+", default=SIZES, help="doctor-months")
    option("--rounds", type=int, default=3, help="each contender once a round, in turn")
    option("--threads", type=int, default=2, help="cores that each may use")
    option("--only", nargs="+", choices=(*TABLES, *ROWS), default=(*TABLES, *ROWS), help="these contenders alone")
    option("--sample", type=int, default=20_000, help="doctor-months of those that take one at a time")
    option("--check", type=int, default=300, help="applications decided one by one by the engine, to compare with")
    option(
        "--hash-up-to",
        type=int,
        default=1_000_000,
        help="sizes at which every row is compared, not only counts and sums",
    )
    option("--seed", type=int, default=1, help="of the population")
    option("--folder", help="where the tables are kept while it runs")
    return parser.parse_args()


def _size(size: int, chosen: argparse.Namespace, folder: Path) -> int:
    """Measure one size and print its table; gives the number of contenders that answer otherwise."""
    book, source = open_rulebook(ROOT / "rules"), folder / f"inn-{size}"
    scheme = ("nasjonal-alis",)
    made = write_population(source, book, Population(size, chosen.seed, 0, scheme), threads=chosen.threads)
    names = [name for name in TABLES if name in chosen.only]
    runs = {name: Runs() for name in names}
    targets = {name: folder / f"ut-{name}" for name in names}
    for number in range(chosen.rounds):
        for name in (*names[number % len(names) :], *names[: number % len(names)]):
            if not runs[name].failed:
                shutil.rmtree(targets[name], ignore_errors=True)
                _run(_command(name, source, targets[name], chosen.threads), chosen.threads, runs[name])
    done = [name for name in names if not runs[name].failed]
    told = list(_unequal(done, targets, size <= chosen.hash_up_to))
    if done and chosen.check:
        expected = decided(source, book, chosen.check)
        for name in done:
            told += [f"{name}: {line}" for line in differences(expected, targets[name])]
    print(f"## {made.doctor_months:,} doctor-months ({made.rows['leger']:,} doctors)\n".replace(",", " "))
    if told:
        print("The answers differ, so there are no figures:\n\n" + "\n".join(told[:40]) + "\n")
        return len(told)
    _print(
        runs, {one: _one_by_one(one, source, chosen.sample) for one in ROWS if one in chosen.only}, made.doctor_months
    )
    if done and chosen.check:
        rows = ", ".join(f"{len(expected[name])} {name}" for name in COLUMNS)
        how = "every row" if size <= chosen.hash_up_to else "counts and sums"
        print(f"Equal: {how} of each; and {rows} decided one by one by the engine.\n")
    for target in (source, *targets.values()):
        shutil.rmtree(target, ignore_errors=True)
    return 0


# --- running ---------------------------------------------------------------------------------------------------------------


def _command(name: str, source: Path, target: Path, threads: int) -> list[str]:
    if name == ENGINE:
        return [sys.executable, "-m", "engine.cli.main", "masse", str(source), str(target), "--format", "parquet"]
    target.mkdir()
    return [sys.executable, str(HERE / "one.py"), TABLES[name], str(source), str(target), str(threads)]


def _run(command: list[str], threads: int, runs: Runs, also: Path = HERE) -> None:
    """One run in a process of its own, on the first so many of the cores that this one may use."""
    cores = set(sorted(os.sched_getaffinity(0))[:threads])
    paths = os.pathsep.join((str(ROOT), str(also)))
    environment = os.environ | {"POLARS_MAX_THREADS": str(threads), "PYTHONPATH": paths}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # no Python compiles every module anew where it is used
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=environment,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode != 0:
            lines = said.read().decode(errors="replace").strip().splitlines()
            runs.failed = f"exit code {process.returncode}: {lines[-1] if lines else ''}"
            return
    runs.wall.append(seconds)
    runs.cpu.append(used.ru_utime + used.ru_stime)
    runs.peak = max(runs.peak, used.ru_maxrss / 1024)


def _one_by_one(name: str, source: Path, count: int) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "row_by_row.py"), name, str(source), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    if not done.stdout:
        return {"failed": done.stderr.strip().splitlines()[-1]}
    found: dict[str, Any] = json.loads(done.stdout)
    return found if not found["differences"] else {"failed": f"{found['differences']} months are answered otherwise"}


# --- equal answers ---------------------------------------------------------------------------------------------------------


def _unequal(names: Sequence[str], folders: dict[str, Path], hashed: bool) -> Iterator[str]:
    """What a contender says otherwise than the first."""
    if not names:
        return
    with duckdb.connect() as connection:
        first = _digest(connection, folders[names[0]], hashed)
        for name in names[1:]:
            for what, found in _digest(connection, folders[name], hashed).items():
                if found != first[what]:
                    yield f"{what}: {name} {found}, {names[0]} {first[what]}"


def _digest(connection: duckdb.DuckDBPyConnection, folder: Path, hashed: bool) -> dict[str, Any]:
    """Counts and sums, and of every row a hash that their order does not change."""
    groups = {"måneder": "komponent, rett, avgjort_av", "leger": "regelsett, utfall, alis_utfall, veiledning_utfall"}
    groups["søknader"] = "tilskuddsår, utfall"
    sums = {
        "måneder": ("tellende_dager", "beløp"),
        "leger": ("veiledning_kjent", "veiledning_beløp"),
        "søknader": ("sum", "kjent"),
    }
    found: dict[str, Any] = {}
    for name, columns in COLUMNS.items():
        own = f"(SELECT {', '.join(_typed(column) for column in columns)} FROM {table(folder, name)})"
        added = ", ".join(f"sum({column})" for column in sums[name])
        query = f"SELECT {groups[name]}, count(*), {added} FROM {own} GROUP BY {groups[name]} ORDER BY ALL"
        found[f"{name}: counts and sums"] = connection.execute(query).fetchall()
        if hashed:
            texts = ", ".join(f"coalesce(CAST(\"{column}\" AS VARCHAR), '∅')" for column in columns)
            query = f"SELECT count(*), bit_xor(h), sum(h % 4294967291) FROM (SELECT hash(concat_ws('|', {texts})) AS h FROM {own})"
            found[f"{name}: every row"] = connection.execute(query).fetchall()
    return found


def _typed(column: str) -> str:
    kind = _TYPES.get(column, _TYPES.get(column.split("_")[-1]) if "_" in column else None)
    return f'CAST("{column}" AS {kind}) AS "{column}"' if kind else f'CAST("{column}" AS VARCHAR) AS "{column}"'


# --- the table -------------------------------------------------------------------------------------------------------------


def _print(runs: dict[str, Runs], rows: dict[str, dict[str, Any]], months: int) -> None:
    reference = runs.get(REFERENCE)
    base = statistics.median(reference.wall) if reference is not None and reference.wall else None
    of_cpu = statistics.median(reference.cpu) if reference is not None and reference.wall else None
    print("| contender | wall | months/s | processor | peak memory | wall ÷ SQL | processor ÷ SQL |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, one in runs.items():
        if one.failed:
            print(f"| {TITLES[name]} | not run: {one.failed} | | | | | |")
            continue
        wall, cpu = statistics.median(one.wall), statistics.median(one.cpu)
        cells = [
            f"{wall:.2f} s",
            _rate(months / wall),
            f"{cpu:.2f} s",
            f"{one.peak:.0f} MB",
            _ratio(wall, base),
            _ratio(cpu, of_cpu),
        ]
        print(f"| {TITLES[name]} | {' | '.join(cells)} |")
    for name, found in rows.items():
        if "failed" in found:
            print(f"| {TITLES[name]} | not run: {found['failed']} | | | | | |")
            continue
        wall, cpu = (months * found[what] / found["months"] for what in ("seconds", "cpu"))
        cells = [f"≈ {wall:.1f} s", _rate(months / wall), f"≈ {cpu:.1f} s", "", _ratio(wall, base), _ratio(cpu, of_cpu)]
        print(f"| {TITLES[name]}; {found['months']} months timed | {' | '.join(cells)} |")
    print()


def _rate(number: float) -> str:
    return f"{number / 1e6:.2f} M" if number >= 1e5 else f"{number / 1e3:.1f} k"


def _ratio(seconds: float, base: float | None) -> str:
    return f"{seconds / base:.2f}" if base else ""


if __name__ == "__main__":
    sys.exit(main())
