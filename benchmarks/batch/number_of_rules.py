"""What more rules cost: 10, 30, 100 and 300 requirements more than the rules have, in the engine and in generated SQL.

python benchmarks/batch/number_of_rules.py [--months 1000000] [--counts 0 10 30 100 300] [--rounds 3]

The requirements are about facts there are: days that count, share, agreement date. With *distinct* leaves each has comparisons of its own;
with *shared* leaves they are combinations of the same few. Both say the same, row by row, or nothing is printed. Rules run more than once:
a first run, in which the engine writes its SQL and keeps it, is not counted, but its processor time is told.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import duckdb
import duckdb_sql
from throughput import ENGINE, HERE, ROOT, Runs, _digest, _run

from engine.batch.population import Population, write_population
from engine.language.rulebook import open_rulebook

COUNTS = (0, 10, 30, 100, 300)
KINDS = ("distinct", "shared")
SQL = "duckdb"


@dataclass(frozen=True)
class Leaf:
    """A comparison as the rules write it and as SQL of a month; `{dager}` is the days that count for the component."""

    yaml: str
    sql: str


@dataclass(frozen=True)
class Extra:
    """A requirement: one of its leaves must hold."""

    id: str
    leaves: tuple[Leaf, ...]

    @property
    def yaml(self) -> str:
        listed = ", ".join(leaf.yaml for leaf in self.leaves)
        return f"""
  {self.id}:
    tittel: Prøvevilkår {self.id}
    hjemmel: {{kilde: hdir-2022-03-16, punkt: prøve}}
    vurderes_per: måned
    gjelder: [alis, veiledning]
    i_kraft: {{nye_avtaler: 2017-03-01, eksisterende_avtaler: ingen}}
    krav: {{minst_én: [{listed}]}}
    ikke_oppfylt: avslag
    begrunnelse:
      oppfylt: Prøven er oppfylt.
      ikke_oppfylt: Prøven er ikke oppfylt.
"""

    def sql(self, days: str) -> str:
        return f"({' OR '.join(leaf.sql.format(dager=days) for leaf in self.leaves)})"


def share(thousandths: int) -> Leaf:
    return Leaf(f"{{månedens_stillingsandel: {{minst: {thousandths / 1000:.3f}}}}}", f"andel >= {thousandths}")


def days(count: int) -> Leaf:
    return Leaf(f"{{tellende_dager: {{minst: {count}}}}}", f"{{dager}} >= {count}")


def agreed(day: date) -> Leaf:
    return Leaf(f"{{avtale_inngått: {{til_og_med: {day}}}}}", f"avtalt <= DATE '{day}'")


def requirements(count: int, kind: str) -> tuple[Extra, ...]:
    if kind == "shared":
        pool = [share(n * 7000) for n in range(1, 8)] + [days(n * 4) for n in range(1, 7)]
        pool += [agreed(date(2022 + n, 6, 1)) for n in range(3)]
        chosen = [*combinations(pool, 3)][:: max(1, len([*combinations(pool, 3)]) // max(count, 1))][:count]
        return tuple(Extra(f"x-{number:03}", leaves) for number, leaves in enumerate(chosen))
    found = []
    for number in range(count):
        ways = (share(10 + number * 3), agreed(date(2019, 1, 1) + timedelta(days=number * 7)))
        found.append(Extra(f"x-{number:03}", ways if number % 3 else (*ways, days(1 + number % 28))))
    return tuple(found)


def rules_with(extra: tuple[Extra, ...], folder: Path) -> Path:
    """A copy of the rules with the requirements added to the set that all others build on."""
    shutil.copytree(ROOT / "rules", folder)
    path = folder / "2022" / "nasjonal-alis.yaml"
    before, heading, after = path.read_text(encoding="utf-8").partition("\ndefinisjoner:\n")
    path.write_text(before + "".join(one.yaml for one in extra) + heading + after, encoding="utf-8")
    return folder


def sql_with(extra: tuple[Extra, ...], folder: Path) -> Path:
    """`duckdb_sql.py` with the requirements written into it."""
    text = Path(duckdb_sql.__file__).read_text(encoding="utf-8")
    if extra:
        for old, new in _changes(extra):
            assert old in text, old
            text = text.replace(old, new)
    path = folder / "generert_sql.py"
    path.write_text(text, encoding="utf-8")
    return path


def _changes(extra: tuple[Extra, ...]) -> Iterator[tuple[str, str]]:
    yield "AS aktør,\n", "AS aktør, l.avtale_inngått AS avtalt,\n"
    yield "sats, aktør, tidligere,", "sats, aktør, avtalt, tidligere,"
    yield "l.aktør, l.tidligere,", "l.aktør, l.avtalt, l.tidligere,"
    yield "aktør, tidligere, å_fra", "aktør, avtalt, tidligere, å_fra"
    columns = ""
    for days in ("a", "v"):
        unmet = " + ".join(f"if({one.sql(days)}, 0, 1)" for one in extra)
        named = ", ".join(f"CASE WHEN NOT {one.sql(days)} THEN '{one.id}' END" for one in extra)
        columns += f",\n        {unmet} AS x{days}, CASE WHEN x{days} > 0 THEN concat_ws(';', {named}) END AS t{days}"
    yield "AS vikariat\n    FROM fakta)", f"AS vikariat{columns}\n    FROM fakta)"
    yield "a, v, utenfor,\n        if(a_annet", "a, v, utenfor, ta, tv,\n        if(a_annet"
    yield "WHEN an <> 0 THEN 1", "WHEN an <> 0 OR ta IS NOT NULL THEN 1"
    yield "WHEN vn <> 0 THEN 1", "WHEN vn <> 0 OR tv IS NOT NULL THEN 1"
    yield "a_av AS av, andel", "a_av AS av, ta AS t, andel"
    yield "v, v_av, andel", "v, v_av, tv, andel"
    yield "n.navn AS avgjort_av", "concat_ws(';', nullif(n.navn, ''), CASE WHEN svar = 1 THEN t END) AS avgjort_av"


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what more rules cost.")
    parser.add_argument("--months", type=int, default=1_000_000, help="doctor-months")
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="requirements more than the rules have")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--folder", help="where the tables are kept while it runs")
    chosen = parser.parse_args()
    print(f"{chosen.threads} cores, {chosen.rounds} rounds, load average at the start {os.getloadavg()[0]:.1f}.\n")
    print(
        "| leaves | requirements more | engine: wall | processor | SQL: wall | processor | wall, engine ÷ SQL | processor | engine the first time |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    wrong = 0
    with tempfile.TemporaryDirectory(dir=chosen.folder) as temporary:
        folder = Path(temporary)
        source = folder / "inn"
        book = open_rulebook(ROOT / "rules")
        write_population(source, book, Population(chosen.months, 1, 0, ("nasjonal-alis",)), threads=chosen.threads)
        for kind in chosen.kinds:
            for count in chosen.counts:
                wrong += _measure(kind, count, chosen, folder, source)
    print(f"\nLoad average at the end: {os.getloadavg()[0]:.1f}.")
    return 1 if wrong else 0


def _measure(kind: str, count: int, chosen: argparse.Namespace, folder: Path, source: Path) -> int:
    own = folder / f"{kind}-{count}"
    own.mkdir()
    os.environ["XDG_CACHE_HOME"] = str(own)  # so that the first time is one, whatever was run before
    extra = requirements(count, kind)
    rules, script = rules_with(extra, own / "rules"), sql_with(extra, own)
    targets = {ENGINE: own / "ut-engine", SQL: own / "ut-sql"}
    commands = {
        ENGINE: [
            sys.executable,
            "-m",
            "engine.cli.main",
            "masse",
            str(source),
            str(targets[ENGINE]),
            "--format",
            "parquet",
        ],
        SQL: [sys.executable, str(HERE / "one.py"), script.stem, str(source), str(targets[SQL]), str(chosen.threads)],
    }
    commands[ENGINE] += ["--regler", str(rules)]
    runs, first_time = {name: Runs() for name in targets}, Runs()
    _run(commands[ENGINE], chosen.threads, first_time, own)
    for number in range(chosen.rounds):
        for name in sorted(targets, reverse=bool(number % 2)):
            shutil.rmtree(targets[name], ignore_errors=True)
            if name == SQL:
                targets[name].mkdir()
            if not runs[name].failed:
                _run(commands[name], chosen.threads, runs[name], own)
    if not any(one.failed for one in runs.values()):
        with duckdb.connect() as connection:
            first, second = (_digest(connection, target, True) for target in targets.values())
        if first != second:
            print(
                f"| {kind} | {count} | the answers differ: {[what for what in first if first[what] != second[what]]} | | | | | |"
            )
            return 1
    cells, medians = [], []
    for one in runs.values():
        if one.failed:
            cells += [one.failed, ""]
            continue
        medians.append((statistics.median(one.wall), statistics.median(one.cpu)))
        cells += [f"{seconds:.2f} s" for seconds in medians[-1]]
    ratios = [f"{a / b:.2f}" for a, b in zip(*medians, strict=True)] if len(medians) == 2 else ["", ""]
    cells += [*ratios, first_time.failed or f"{first_time.cpu[0]:.2f} s"]
    print(f"| {kind} | {count} | {' | '.join(cells)} |", flush=True)
    shutil.rmtree(own)
    return 0


if __name__ == "__main__":
    sys.exit(main())
