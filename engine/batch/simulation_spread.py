"""How differences are spread: so many in each of some intervals of a round width, with what is far out gathered at the ends."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: about so many intervals, between what this share of the differences lie below and above
_INTERVALS = 20
_FAR_OUT = 0.01


@dataclass(frozen=True, slots=True)
class Bin:
    """How many differences are at least `least` and below `most`, in kroner. An end that is None is open."""

    least: Decimal | None
    most: Decimal | None
    number: int


def spread(connection: DuckDBPyConnection, query: str) -> list[Bin]:
    """The intervals of the differences that a query gives in one column of kroner; those that are 0 or NULL are left out.

    No interval reaches over 0, so that each is of what falls or of what rises. Empty when nothing differs.
    """
    some = f"(SELECT * FROM ({query}) AS rows(kroner) WHERE kroner <> 0)"
    ends = f"quantile_disc(kroner, {_FAR_OUT}), quantile_disc(kroner, {1 - _FAR_OUT}), min(kroner), max(kroner)"
    row = connection.execute(f"SELECT {ends} FROM {some}").fetchone()
    if row is None or row[0] is None:
        return []
    low, high, least, most = (Decimal(end) for end in row)
    width = _round_width((high - low) / _INTERVALS)
    first, last = _floor(low, width), _floor(high, width)
    øre, unit = "CAST(kroner * 100 AS BIGINT)", int(width) * 100
    floor = f"(({øre} - (({øre} % {unit}) + {unit}) % {unit}) // {unit})"
    place = f"greatest({first}, least({last}, {floor}))"
    found = dict(connection.execute(f"SELECT {place}, count(*) FROM {some} GROUP BY 1").fetchall())
    return [
        Bin(
            None if one == first and least < first * width else one * width,
            None if one == last and most >= (last + 1) * width else (one + 1) * width,
            found.get(one, 0),
        )
        for one in range(first, last + 1)
    ]


def _floor(value: Decimal, width: Decimal) -> int:
    """How many whole widths, downwards also below 0."""
    return int(value // width) - (value < 0 and value % width != 0)


def _round_width(least: Decimal) -> Decimal:
    """The smallest of 1, 2, 5, 10, 20, 50 … kroner that is not below."""
    return next(Decimal(digit * 10**power) for power in count() for digit in (1, 2, 5) if digit * 10**power >= least)
