"""Running a program: DuckDB by default. Each step becomes a table; what has not been judged yet is judged, and the step made again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import ibis

from engine.batch.asking import Asking, Question
from engine.batch.program import Program, Step


class Engine(Protocol):
    """What a database must do for a program."""

    def put(self, name: str, rows: Mapping[str, Sequence[Any]], schema: ibis.Schema) -> None:
        """Make a table of rows."""

    def add(self, name: str, rows: Sequence[tuple[Any, ...]], schema: ibis.Schema) -> None:
        """Add rows to a table."""

    def make(self, name: str, expression: Any) -> None:
        """Make a table of an expression, in place of an earlier one of that name."""

    def rows(self, expression: Any) -> list[tuple[Any, ...]]:
        """The rows of an expression."""


class DuckDB:
    """The embedded engine, on a connection that has the input tables."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        connection.execute("CREATE OR REPLACE TEMP MACRO heltallsdeling(a, b) AS a // b")
        connection.execute("CREATE OR REPLACE TEMP MACRO desimal(a, b) AS a * b")
        connection.execute("CREATE OR REPLACE TEMP MACRO som_heltall(a) AS CAST(a AS BIGINT)")
        self._sql: dict[int, str] = {}
        self._kept: list[Any] = []

    def put(self, name: str, rows: Mapping[str, Sequence[Any]], schema: ibis.Schema) -> None:
        import pyarrow as pa

        arrow = pa.table({column: list(values) for column, values in rows.items()}, schema=schema.to_pyarrow())
        self.connection.register("~nytt", arrow)
        self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT * FROM "~nytt"')
        self.connection.unregister("~nytt")

    def add(self, name: str, rows: Sequence[tuple[Any, ...]], schema: ibis.Schema) -> None:
        import pyarrow as pa

        columns = {column: [row[place] for row in rows] for place, column in enumerate(schema)}
        self.connection.register("~nytt", pa.table(columns, schema=schema.to_pyarrow()))
        self.connection.execute(f'INSERT INTO "{name}" SELECT * FROM "~nytt"')
        self.connection.unregister("~nytt")

    def make(self, name: str, expression: Any) -> None:
        self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {self.sql(expression)}')

    def rows(self, expression: Any) -> list[tuple[Any, ...]]:
        return list(self.connection.execute(self.sql(expression)).fetchall())

    def sql(self, expression: Any) -> str:
        """The expression in DuckDB's SQL, worked out once."""
        key = id(expression)
        if key not in self._sql:
            self._sql[key] = str(ibis.to_sql(expression, dialect="duckdb"))
            self._kept.append(expression)
        return self._sql[key]


class Run:
    """One program on one engine; may be run again on other input, with the verdicts it has."""

    def __init__(self, program: Program, engine: Engine) -> None:
        self.program = program
        self.engine = engine
        self._judged: dict[str, set[tuple[int, ...]]] = {}
        for name, rows in program.fixed.items():
            engine.put(name, rows, ibis.schema(dict.fromkeys(rows, "int64")))
        for step in program.steps:
            for question in step.asks:
                asking = question.asking
                if asking.table not in self._judged:
                    self._judged[asking.table] = set()
                    engine.put(asking.table, {column: [] for column in asking.schema}, asking.schema)
        self._tests = {step.name: [self._unjudged(step, question) for question in step.asks] for step in program.steps}

    @staticmethod
    def _unjudged(step: Step, question: Question) -> tuple[Question, Any, Any]:
        """Whether a step has rows that are not judged, and the keys of these."""
        table = ibis.table(step.expression.schema(), name=step.name)
        some = table.filter(table[question.unjudged].isnull()).limit(1).select(question.unjudged)
        return question, some, question.keys.distinct()

    def all_steps(self) -> Iterable[str]:
        """Make each table in turn; gives the name of each as it is done."""
        for step in self.program.steps:
            self._make(step)
            yield step.name

    def _make(self, step: Step) -> None:
        self.engine.make(step.name, step.expression)
        for question, some, keys in self._tests[step.name]:
            while self.engine.rows(some):
                self._judge(question.asking, keys)
                self.engine.make(step.name, step.expression)

    def _judge(self, asking: Asking, keys: Any) -> None:
        """Judge what has not been judged."""
        new, judged = sorted(self.engine.rows(keys)), self._judged[asking.table]
        assert new and not judged.intersection(new), f"{asking.table} was asked for what it has answered"
        rows = [(*key, number, *asking.judge(key)) for number, key in enumerate(new, len(judged))]
        self.engine.add(asking.table, rows, asking.schema)
        judged.update(new)
