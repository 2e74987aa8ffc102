"""A month's days gathered: what is counted, added up, or taken from the last day.

A month has one or more stretches in which every fact is the same. `pieces` says what each stretch gives; where a month has several,
they are gathered; where it has one, that is the month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis

from engine.batch.arithmetic import as_whole
from engine.batch.vector import LARGEST, OTHER, Expr, Number, TooLarge, Vector, bits, number, whole

#: the longest month
LONGEST = 31

#: ordinals are below this
_DAYS = 1 << 24


#: the column that says which stretch of a month is the last
RANK = "plass"


@dataclass
class Gather:
    """What stretches give: `added` is summed, and `joined` is or-ed. The rest of a month is that of the last stretch that counts."""

    added: dict[str, Expr] = field(default_factory=dict)
    joined: dict[str, Expr] = field(default_factory=dict)
    readers: dict[str, Callable[[Any], Vector]] = field(default_factory=dict)

    def single(self, table: Any, kept: Iterable[str]) -> Any:
        """Months of one stretch, with the columns that are kept of it."""
        return table.select(*kept, **self.added, **self.joined)

    def pieces(self, table: Any, key: Iterable[str], counts: Expr, not_counts: Expr, first: Expr) -> Any:
        """Stretches of months that have several, each with its rank: the last of a month is the last counting one; else the last that
        may count; else the last.
        """
        rank = counts.ifelse(whole(2 * _DAYS), (~not_counts).ifelse(whole(_DAYS), whole(0))) + first
        return table.select(*key, **self.added, **self.joined, **{RANK: rank})

    def several(self, pieces: Any, key: Iterable[str], last: str) -> Any:
        """Months of several stretches, from the stretches: the key, `last` of the last stretch, and what is gathered."""
        columns: dict[str, Expr] = {last: pieces[last].argmax(pieces[RANK])}
        columns |= {name: as_whole(pieces[name].sum()) for name in self.added}
        columns |= {name: pieces[name].bit_or() for name in self.joined}
        return pieces.group_by(list(key)).aggregate(**columns)

    # --- what can be gathered --------------------------------------------------------------------------------------------

    def count(self, name: str, days: Expr, sure: Expr, perhaps: Expr | None, cause: Expr | None) -> None:
        """Days that surely are counted, and those that may be."""
        self.added[f"{name}|sikre"] = sure.ifelse(days, whole(0))
        if perhaps is not None:
            self.added[f"{name}|kanskje"] = perhaps.ifelse(days, whole(0))
            self.joined[f"{name}|hvorfor"] = _because(perhaps, cause)

        def read(table: Any) -> Vector:
            low = table[f"{name}|sikre"]
            if perhaps is None:
                return number(low, low, 1, 0, LONGEST)
            more = table[f"{name}|kanskje"]
            why = (more > whole(0)).ifelse(table[f"{name}|hvorfor"], whole(0))
            return number(low, low + more, 1, 0, LONGEST, why)

        self.readers[name] = read

    def add(self, name: str, days: Expr, value: Number, sure: Expr, no: Expr, unsure_cause: Expr | None) -> None:
        """The sum over days of a value; of days that may count, as a value between two bounds."""
        least, most = min(value.least * LONGEST, 0), max(value.most * LONGEST, 0)
        if max(-least, most) > LARGEST:
            raise TooLarge("en sum over dager kan bli for stor for tabellene")
        zero = whole(0)
        uncertain = unsure_cause is not None
        low, high = value.low, value.high
        if uncertain:
            low, high = sure.ifelse(low, ibis.least(low, zero)), sure.ifelse(high, ibis.greatest(high, zero))
        self.added[f"{name}|lav"] = no.ifelse(zero, ibis.coalesce(days * low, zero))
        ranged = value.ranged or uncertain
        if ranged:
            self.added[f"{name}|høy"] = no.ifelse(zero, ibis.coalesce(days * high, zero))
        causes = [] if value.cause is None else [no.ifelse(zero, value.cause)]
        if uncertain:
            causes.append((~sure & ~no).ifelse(_told(unsure_cause), zero))
        cause = bits(causes)
        if cause is not None:
            self.joined[f"{name}|hvorfor"] = cause
        if value.cause is not None:
            self.joined[f"{name}|ukjent"] = (~no & value.low.isnull()).ifelse(whole(1), zero)

        def read(table: Any) -> Vector:
            bottom = table[f"{name}|lav"]
            top = table[f"{name}|høy"] if ranged else bottom
            if cause is None:
                return number(bottom, bottom, value.den, least, most)
            why = table[f"{name}|hvorfor"]
            if value.cause is not None:
                unknown = table[f"{name}|ukjent"] != zero
                bottom = unknown.ifelse(ibis.null("int64"), bottom)
                top = unknown.ifelse(ibis.null("int64"), top) if ranged else bottom
                why = (
                    ~unknown & (table[f"{name}|lav"] == (table[f"{name}|høy"] if ranged else table[f"{name}|lav"]))
                ).ifelse(zero, why)
            else:
                why = (bottom == top).ifelse(zero, why)
            return number(bottom, top, value.den, least, most, why)

        self.readers[name] = read

    def read(self, table: Any) -> Mapping[str, Vector]:
        """The gathered names, from the month's table."""
        return {name: reader(table) for name, reader in self.readers.items()}


def _told(cause: Expr | None) -> Expr:
    """A cause, or that there is another where it is empty."""
    return whole(OTHER) if cause is None else (cause == whole(0)).ifelse(whole(OTHER), cause)


def _because(holds: Expr, cause: Expr | None) -> Expr:
    return holds.ifelse(_told(cause), whole(0))
