"""Joining tables by equal columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ibis.expr import operations as ops
from ibis.expr import types


def joined(left: Any, right: Any, on: Mapping[str, str], how: str = "inner") -> Any:
    """The rows of two tables that match: the left one's columns, and the right one's others but for those it is matched by.

    `on` is left column → right column. The table is one to build further on, also by joining. The join is put together here, since
    `Table.join` and `Table.select` look every column of both tables up anew, many times.
    """
    one, other = (ops.JoinReference(table.op(), identifier=place) for place, table in enumerate((left, right)))
    matches = [ops.Equals(ops.Field(one, mine), ops.Field(other, its)) for mine, its in on.items()]
    columns = {name: ops.Field(one, name) for name in left.columns}
    taken = columns.keys() | set(on.values())
    added = {name: ops.Field(other, name) for name in right.columns if name not in taken}
    return types.Table(ops.JoinChain(one, (ops.JoinLink(how, other, matches),), columns | added)).view()


def without(table: Any, *names: str) -> Any:
    """The table without some columns. (Ibis' own `drop` can give SQL that names a table out of its scope.)"""
    return table.select(*(column for column in table.columns if column not in names))
