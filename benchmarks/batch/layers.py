"""Which dataframe layer: the same row's work written once in Ibis and once in Narwhals, on DuckDB and Polars, beside SQL by hand.

The work is what a doctor-month costs at least: ten comparisons packed in one number, a counted number of days, and an exact amount.
Equal results are checked. Run: `python benchmarks/batch/layers.py [ROWS]`; needs the extras `masse` and `benchmarks`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import duckdb
import ibis
import narwhals as nw
import polars as pl

COLUMNS = "i, i % 31 + 1 AS days, i % 5 AS position, i % 6 AS tie, (i % 1000) * 100 AS share, i % 700 AS agreed"
LIMITS = [3, 7, 12, 15, 18, 20, 22, 25, 27, 30]


def by_hand(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    packed = " + ".join(
        f"CASE WHEN days >= {limit} THEN {1 << 2 * n} ELSE {2 << 2 * n} END" for n, limit in enumerate(LIMITS)
    )
    amount = "CASE WHEN position IN (1, 2) AND tie < 4 THEN share * 139725 * 5775 ELSE 0 END"
    (row,) = connection.execute(f"SELECT sum({packed})::BIGINT, sum(({amount}) // 12)::HUGEINT FROM rows").fetchall()
    return int(row[0]), int(row[1])


def with_ibis(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    @ibis.udf.scalar.builtin(name="whole_part", signature=(("int64", "int64"), "int64"))
    def whole_part(top, bottom):  # type: ignore[no-untyped-def]
        """DuckDB's own integer division."""

    connection.execute("CREATE OR REPLACE TEMP MACRO whole_part(a, b) AS a // b")
    names = ("i", "days", "position", "tie", "share", "agreed")
    table = ibis.table(ibis.schema(dict.fromkeys(names, "int64")), name="rows")
    packed = sum(
        (table.days >= limit).ifelse(ibis.literal(1 << 2 * n, "int64"), ibis.literal(2 << 2 * n, "int64"))
        for n, limit in enumerate(LIMITS)
    )
    paid = table.position.isin([1, 2]) & (table.tie < 4)
    amount = paid.ifelse(table.share * ibis.literal(139725 * 5775, "int64"), ibis.literal(0, "int64"))
    sums = table.aggregate(packed=packed.sum(), amount=whole_part(amount, ibis.literal(12, "int64")).sum())
    (row,) = connection.execute(str(ibis.to_sql(sums, dialect="duckdb"))).fetchall()
    return int(row[0]), int(row[1])


def with_narwhals(frame: nw.LazyFrame) -> tuple[int, int]:  # type: ignore[type-arg]
    packed = sum(
        nw.when(nw.col("days") >= limit).then(nw.lit(1 << 2 * n)).otherwise(nw.lit(2 << 2 * n))
        for n, limit in enumerate(LIMITS)
    )
    paid = nw.col("position").is_in([1, 2]) & (nw.col("tie") < 4)
    amount = nw.when(paid).then(nw.col("share") * 139725 * 5775).otherwise(0) // 12
    sums = frame.select(packed.alias("packed"), amount.alias("amount")).select(
        nw.col("packed").sum(), nw.col("amount").sum()
    )
    row = sums.collect().to_native()
    columns = row.to_pydict() if hasattr(row, "to_pydict") else row.to_dict(as_series=False)
    return int(columns["packed"][0]), int(columns["amount"][0])


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute(f"CREATE TABLE rows AS SELECT {COLUMNS} FROM range({rows}) AS numbers(i)")
    lazy = connection.sql("FROM rows").pl().lazy()
    contenders: dict[str, Callable[[], tuple[int, int]]] = {
        "SQL by hand, DuckDB": lambda: by_hand(connection),
        "Ibis on DuckDB": lambda: with_ibis(connection),
        "Narwhals on DuckDB": lambda: with_narwhals(nw.from_native(connection.table("rows"))),
        "Narwhals on Polars": lambda: with_narwhals(nw.from_native(lazy)),
    }
    assert pl.thread_pool_size()
    best, answers = {}, {}
    for _ in range(3):
        for name, run in contenders.items():
            begins = time.perf_counter()
            answers[name] = run()
            best[name] = min(best.get(name, 1e9), time.perf_counter() - begins)
    print("| layer | ratio to SQL by hand | same answer |\n| --- | --- | --- |")
    for name, seconds in best.items():
        same = "yes" if answers[name] == answers["SQL by hand, DuckDB"] else f"no: {answers[name]}"
        print(f"| {name} | {seconds / best['SQL by hand, DuckDB']:.2f} | {same} |")


if __name__ == "__main__":
    main()
