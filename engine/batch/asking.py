"""Looking up verdicts: a table of judged answers, and the columns that rows are looked up by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis

from engine.batch.join import joined

#: the columns a row is looked up by, as whole numbers
Key = tuple[int, ...]


#: the column that numbers the rows of judged answers
NUMBER = "svar"


@dataclass(frozen=True)
class Asking:
    """A lookup of verdicts: the table they are kept in, the columns they are looked up by, and what gives the rest of a row."""

    table: str
    key: tuple[str, ...]
    given: tuple[tuple[str, str], ...]
    judge: Callable[[Key], tuple[Any, ...]]

    @property
    def schema(self) -> ibis.Schema:
        """The key, the row's own number, and what is given."""
        return ibis.schema({**dict.fromkeys(self.key, "int64"), NUMBER: "int32", **dict(self.given)})


@dataclass(frozen=True)
class Question:
    """What a step asks: `keys` has a row for each of its rows that has not been judged, where `unjudged` is yes."""

    asking: Asking
    unjudged: str
    keys: Any


def looked_up(table: Any, asking: Asking, *kept: str) -> Any:
    """The table with what is given for its rows' answers, NULL where they have not been judged; `kept` is what of it, else all."""
    given = ibis.table(asking.schema, name=asking.table)
    given = given.select(*asking.key, *(kept or [name for name, _ in asking.given]))
    return joined(table, given, {column: column for column in asking.key}, "left")
