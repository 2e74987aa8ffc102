"""Sums over a doctor's earlier months, in calendar order: what was used before."""

from __future__ import annotations

from typing import Any

import ibis

from engine.batch.arithmetic import as_whole
from engine.batch.vector import Expr, Number, number, read_vector, whole
from engine.case.calendar import MONTH


def with_earlier(table: Any, term: Number, name: str, months: int) -> tuple[Any, Number]:
    """The months with the sum of a number over the earlier ones. There are at most `months` of them. Raises TooLarge."""
    before = ibis.window(group_by="lege_nr", order_by=MONTH, preceding=(None, 1))
    own: dict[str, Expr] = {f"{name}|ledd{ending}": part for ending, part in term.parts().items()}
    table = table.mutate(**own).view()

    def total(column: str) -> Expr:
        return ibis.coalesce(as_whole(table[column].sum().over(before)), whole(0))

    sums: dict[str, Expr] = {f"{name}|sum": total(f"{name}|ledd")}
    if term.ranged:
        sums[f"{name}|sum|høyst"] = total(f"{name}|ledd|høyst")
    if term.cause is not None:
        sums[f"{name}|sum|sak"] = ibis.coalesce(table[f"{name}|ledd|sak"].bit_or().over(before), whole(0))
        unknown = table[f"{name}|ledd"].isnull().cast("int64").sum().over(before)
        sums[f"{name}|ukjente"] = ibis.coalesce(as_whole(unknown), whole(0))
    table = table.mutate(**sums).view()
    low = high = table[f"{name}|sum"]
    if term.ranged:
        high = table[f"{name}|sum|høyst"]
    cause = None
    if term.cause is not None:
        unknown, nothing = table[f"{name}|ukjente"] > whole(0), ibis.null("int64")
        cause = (~unknown & (low == high)).ifelse(whole(0), table[f"{name}|sum|sak"])
        bottom = unknown.ifelse(nothing, low)
        low, high = bottom, unknown.ifelse(nothing, high) if term.ranged else bottom
    found = number(low, high, term.den, min(0, term.least) * months, max(0, term.most) * months, cause)
    table = table.mutate(**{f"{name}{ending}": part for ending, part in found.parts().items()}).view()
    return table, read_vector(table, name, found)
