"""Looking up verdicts: a table of judged answers, and the columns that rows are looked up by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis

from engine.batch.join import joined

#: the columns a row is looked up by, as whole numbers
Key = tuple[int, ...]


@dataclass(frozen=True)
class Asking:
    """A lookup of verdicts: the table they are kept in, the columns they are looked up by, and what gives the rest of a row."""

    table: str
    key: tuple[str, ...]
    given: tuple[tuple[str, str], ...]
    judge: Callable[[Key], tuple[Any, ...]]

    @property
    def schema(self) -> ibis.Schema:
        return ibis.schema({**dict.fromkeys(self.key, "int64"), **dict(self.given)})


def looked_up(table: Any, asking: Asking) -> Any:
    """The table with what is given for its rows' answers; NULL where they have not been judged."""
    given = ibis.table(asking.schema, name=asking.table)
    return joined(table, given, {column: column for column in asking.key}, "left")
