"""Looking up verdicts: a table of judged answers, and the columns that rows are looked up by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np

from engine.batch.join import joined
from engine.batch.judged import MOST
from engine.batch.word import Rows

#: the columns a row is looked up by, as whole numbers
Key = tuple[int, ...]


#: the column that numbers the rows of judged answers
NUMBER = "svar"


@dataclass(frozen=True)
class Asking:
    """A lookup of verdicts: the table they are kept in, the columns they are looked up by, and what gives the rest of some rows."""

    table: str
    key: tuple[str, ...]
    given: tuple[tuple[str, str], ...]
    judge: Callable[[Rows], Iterable[tuple[Any, ...]]]

    def answered(self, keys: Sequence[Key]) -> Iterator[tuple[Any, ...]]:
        """What is given for each key."""
        for start in range(0, len(keys), MOST):
            yield from self.judge(np.array(keys[start : start + MOST], np.int64))

    @property
    def schema(self) -> ibis.Schema:
        """The key, the row's own number, and what is given."""
        return ibis.schema({**dict.fromkeys(self.key, "int64"), NUMBER: "int32", **dict(self.given)})

    @property
    def judged(self) -> Any:
        """The table of verdicts."""
        return ibis.table(self.schema, name=self.table)


@dataclass(frozen=True)
class Question:
    """Answers that later steps look up: each of the distinct rows of `keys`, judged once."""

    asking: Asking
    keys: Any

    @property
    def unjudged(self) -> Any:
        """The distinct rows that no run has judged before."""
        keys = self.keys.select(*self.asking.key).distinct().view()
        judged = self.asking.judged.select(*self.asking.key)
        return keys.anti_join(judged, [keys[column] == judged[column] for column in self.asking.key])


def looked_up(table: Any, asking: Asking, *kept: str) -> Any:
    """The table with what is given for its rows' answers; `kept` is what of it, else all."""
    given = asking.judged.select(*asking.key, *(kept or [name for name, _ in asking.given]))
    return joined(table, given, {column: column for column in asking.key})
