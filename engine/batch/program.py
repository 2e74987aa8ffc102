"""A scheme's rules as a row of table expressions, from the input tables to months, doctors and applications.

Each step is one table, built on the ones before it. Where a step needs verdicts, it looks them up by the packed answers; the engine
that runs the program has distinct answers judged as they appear (`Step.asks`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import ibis

from engine.batch.asking import Asking, Question

#: a table that does not come from applications: its columns of whole numbers
Fixed = dict[str, list[int | None]]


@dataclass(frozen=True)
class Step:
    """One table of the program, and what it asks; it is made again until all of that is judged."""

    name: str
    expression: Any
    asks: tuple[Question, ...] = ()

    @property
    def table(self) -> Any:
        """The table that the step makes, to build further on."""
        return ibis.table(self.expression.schema(), name=self.name)


@dataclass
class Program:
    """What to run for one scheme: `fixed` are the tables that do not come from applications; then the steps in order."""

    scheme: str
    fixed: dict[str, Fixed] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def own(self, name: str) -> str:
        """The name of one of the program's tables: schemes have tables of their own."""
        return f"{self.scheme}/{name}"

    def fix(self, name: str, rows: Fixed) -> Any:
        """Add a table that does not come from applications."""
        self.fixed[self.own(name)] = rows
        return self.fixed_table(name)

    def fixed_table(self, name: str) -> Any:
        """A table that does not come from applications."""
        return ibis.table(fixed_schema(self.fixed[self.own(name)]), name=self.own(name))

    def add(self, name: str, expression: Any, *asks: Asking | Question) -> Any:
        """Add a step. Of an asking alone, the step's own rows have the keys, and the first thing given tells what is not judged."""
        name = self.own(name)
        questions = tuple(one if isinstance(one, Question) else _question(name, expression, one) for one in asks)
        self.steps.append(Step(name, expression, questions))
        return self.steps[-1].table

    def step(self, name: str) -> Any | None:
        """The table of a step; None when there is no such step."""
        return next((one.table for one in self.steps if one.name == self.own(name)), None)

    def asking(self, name: str) -> Asking:
        """The asking that fills a table of verdicts. Raises StopIteration when none does."""
        asked = (question.asking for step in self.steps for question in step.asks)
        return next(one for one in asked if one.table == self.own(name))


def _question(name: str, expression: Any, asking: Asking) -> Question:
    table = ibis.table(expression.schema(), name=name)
    given = asking.given[0][0]
    return Question(asking, given, table.filter(table[given].isnull()).select(*asking.key))


def fixed_schema(rows: Fixed) -> ibis.Schema:
    """The schema of a table that does not come from applications."""
    return ibis.schema(dict.fromkeys(rows, "int64"))
