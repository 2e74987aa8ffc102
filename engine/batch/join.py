"""Joining tables by equal columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def joined(left: Any, right: Any, on: Mapping[str, str], how: str = "inner") -> Any:
    """The rows of two tables that match: the left one's columns, and the right one's but for those it is matched by.

    `on` is left column → right column. The table is one to build further on, also by joining.
    """
    left = left.view()
    keys = {column: f"~{column}" for column in on.values()}
    right = right.rename({hidden: column for column, hidden in keys.items()})
    matches = [left[mine] == right[keys[other]] for mine, other in on.items()]
    return without(left.join(right, matches, how=how), *keys.values()).view()


def without(table: Any, *names: str) -> Any:
    """The table without some columns. (Ibis' own `drop` can give SQL that names a table out of its scope.)"""
    return table.select(*(column for column in table.columns if column not in names))
