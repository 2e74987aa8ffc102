"""A scheme's rules as a row of table expressions, from the input tables to months, doctors and applications.

Each step is one table, built on the ones before it, or a question: the distinct packed answers that have not been judged are judged,
and the steps after it look the verdicts up.
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
    """One table of the program."""

    name: str
    expression: Any

    @property
    def table(self) -> Any:
        """The table that the step makes, to build further on."""
        return ibis.table(self.expression.schema(), name=self.name)


@dataclass
class Program:
    """What to run for one scheme: `fixed` are the tables that do not come from applications; then the steps in order."""

    scheme: str
    fixed: dict[str, Fixed] = field(default_factory=dict)
    steps: list[Step | Question] = field(default_factory=list)

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

    def add(self, name: str, expression: Any) -> Any:
        """Add a step."""
        step = Step(self.own(name), expression)
        self.steps.append(step)
        return step.table

    def ask(self, asking: Asking, keys: Any) -> None:
        """Have every answer judged that is in the columns of the asking's key in a table."""
        self.steps.append(Question(asking, keys))

    def step(self, name: str) -> Any:
        """The table of a step. Raises StopIteration when there is none."""
        return next(one.table for one in self.steps if isinstance(one, Step) and one.name == self.own(name))

    @property
    def questions(self) -> list[Question]:
        return [one for one in self.steps if isinstance(one, Question)]


def fixed_schema(rows: Fixed) -> ibis.Schema:
    """The schema of a table that does not come from applications."""
    return ibis.schema(dict.fromkeys(rows, "int64"))
