"""Running a program: DuckDB by default. Each step becomes a table; each question has what has not been judged yet judged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import ibis
from ibis.backends.sql.datatypes import DuckDBType

from engine.batch import sql
from engine.batch.asking import Asking, Key
from engine.batch.kept_sql import KeptSql
from engine.batch.program import Program, Step


class Engine(Protocol):
    """What a database must do for a program."""

    sentences: KeptSql

    def put(self, name: str, rows: Mapping[str, Sequence[Any]], schema: ibis.Schema) -> None:
        """Make a table of rows."""

    def add(self, name: str, rows: Sequence[tuple[Any, ...]], schema: ibis.Schema) -> None:
        """Add rows to a table."""

    def make(self, name: str, expression: Any) -> None:
        """Make a table of an expression, in place of an earlier one of that name."""

    def rows(self, expression: Any) -> list[tuple[Any, ...]]:
        """The rows of an expression."""

    def query(self, expression: Any) -> str:
        """The expression in the engine's SQL, with columns of exactly the types it has."""


class DuckDB:
    """The embedded engine, on a connection that has the input tables."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        connection.execute("CREATE OR REPLACE TEMP MACRO heltallsdeling(a, b) AS a // b")
        connection.execute("CREATE OR REPLACE TEMP MACRO desimal(a, b) AS a * b")
        connection.execute("CREATE OR REPLACE TEMP MACRO som_heltall(a) AS CAST(a AS BIGINT)")
        self.sentences = KeptSql("duckdb", lambda one: str(ibis.to_sql(one, dialect="duckdb", pretty=False)))

    def put(self, name: str, rows: Mapping[str, Sequence[Any]], schema: ibis.Schema) -> None:
        self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {_listed(rows, schema)}')

    def add(self, name: str, rows: Sequence[tuple[Any, ...]], schema: ibis.Schema) -> None:
        columns = {column: [row[place] for row in rows] for place, column in enumerate(schema)}
        self.connection.execute(f'INSERT INTO "{name}" {_listed(columns, schema)}')

    def make(self, name: str, expression: Any) -> None:
        self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {self.sql(expression)}')

    def rows(self, expression: Any) -> list[tuple[Any, ...]]:
        return list(self.connection.execute(self.sql(expression)).fetchall())

    def query(self, expression: Any) -> str:
        """The expression in DuckDB's SQL, each column with its own type: DuckDB gives a literal the smallest that it fits in."""
        columns = expression.schema().items()
        typed = (f"CAST({sql.name(one)} AS {DuckDBType.to_string(type)}) AS {sql.name(one)}" for one, type in columns)
        return f"SELECT {', '.join(typed)} FROM ({self.sql(expression)}) AS rows"

    def sql(self, expression: Any) -> str:
        """The expression in DuckDB's SQL, worked out once."""
        return self.sentences.sql(expression)


def _listed(rows: Mapping[str, Sequence[Any]], schema: ibis.Schema) -> str:
    """SQL for some rows, by column. As text: to be handed anything else, DuckDB loads a library that costs more than the run.

    The text stands in a row of its own, as DuckDB takes three times as long to work out what is the same whatever it reads.
    """
    texts = ", ".join(sql.text(json.dumps(list(rows[name]))) for name in schema)
    places = range(len(schema))
    types = (DuckDBType.to_string(type) for type in schema.types)
    lists = (f"from_json(t{place}, '[\"{type}\"]') AS l{place}" for place, type in zip(places, types, strict=True))
    told = f"SELECT {', '.join(lists)} FROM (VALUES ({texts})) AS told({', '.join(f't{place}' for place in places)})"
    chosen = (f"unnest(l{place}) AS {sql.name(name)}" for place, name in zip(places, schema, strict=True))
    return f"SELECT {', '.join(chosen)} FROM ({told}) AS lists"


#: verdicts: for each table of them, the rows by what they are looked up by
Verdicts = dict[str, dict[Key, tuple[Any, ...]]]


class Run:
    """One program on one engine; may be run again on other input, with the verdicts it has. `verdicts` are some that are known already."""

    def __init__(self, program: Program, engine: Engine, verdicts: Verdicts | None = None) -> None:
        self.program = program
        self.engine = engine
        self.verdicts: Verdicts = {}
        for name, rows in program.fixed.items():
            engine.put(name, rows, ibis.schema(dict.fromkeys(rows, "int64")))
        for asking in (question.asking for question in program.questions):
            if asking.table not in self.verdicts:
                known = dict((verdicts or {}).get(asking.table, {}))
                self.verdicts[asking.table] = known
                columns = {column: [row[place] for row in known.values()] for place, column in enumerate(asking.schema)}
                engine.put(asking.table, columns, asking.schema)
        self._steps = [(one, one.expression if isinstance(one, Step) else one.unjudged) for one in program.steps]

    def tables(self) -> Iterator[str]:
        """The names of the tables that the run makes."""
        yield from (*self.program.fixed, *self.verdicts)
        yield from (step.name for step in self.program.steps if isinstance(step, Step))

    def all_steps(self) -> Iterable[str]:
        """Take each step in turn; gives the name of each as it is done."""
        for step, expression in self._steps:
            if isinstance(step, Step):
                self.engine.make(step.name, expression)
                yield step.name
            else:
                self._judge(step.asking, expression)
                yield step.asking.table

    def _judge(self, asking: Asking, unjudged: Any) -> None:
        """Judge what has not been judged."""
        new, known = sorted(self.engine.rows(unjudged)), self.verdicts[asking.table]
        if not new:
            return
        assert not known.keys() & set(new), f"{asking.table} was asked for what it has answered"
        given = enumerate(zip(new, asking.answered(new), strict=True), len(known))
        rows = {key: (*key, number, *told) for number, (key, told) in given}
        self.engine.add(asking.table, list(rows.values()), asking.schema)
        known |= rows
