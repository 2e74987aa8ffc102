"""One table read: every cell as its column's type, rows numbered, and each cell that cannot be read told of.

Cells are read in one pass over the file. Only when a row has a fault is the file read again, for those rows alone, to say why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.batch import cell, sql
from engine.batch.folder import File
from engine.batch.reason import reasons, written
from engine.batch.schema import ID, OF_APPLICATION, OF_DOCTOR, SCHEME, Column, Table, sql_type
from engine.text.suggest import did_you_mean

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: faults as they are found: the table, the row's number in it, the column, the code and the reason
FOUND = "trinn_feil"

#: so many different misspelt answers are compared with the known ones
_MOST_HINTS = 1000

NUMBER, APPLICATION_NUMBER, DOCTOR_NUMBER, FAULTY = "nr", "søknad_nr", "lege_nr", "feil"


def begin(connection: DuckDBPyConnection) -> None:
    """An empty list of faults."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {FOUND} (tabell VARCHAR, nr BIGINT, kolonne VARCHAR, kode VARCHAR, grunn VARCHAR)"
    )


@dataclass(frozen=True)
class Stage:
    """A table on its way in. `name` is what it is called in the connection: `nr`, the numbers of the rows it belongs to, the facts, `feil`."""

    table: Table
    file: File | None
    schemes: list[str]

    @property
    def name(self) -> str:
        return sql.name(f"trinn_{self.table.name}")

    @property
    def parents(self) -> list[str]:
        """The columns with the numbers of the rows this one belongs to."""
        owners = {OF_APPLICATION: APPLICATION_NUMBER, OF_DOCTOR: DOCTOR_NUMBER}
        return [owners[name] for name in self.table.names[:2] if name in owners]

    @property
    def kept_columns(self) -> list[Column]:
        """The columns that stay: all but the ids that numbers take the place of."""
        return [one for one in self.table.columns if one.fact is not None or one.name in (ID, SCHEME)]

    def read(self, connection: DuckDBPyConnection, keys: Mapping[str, str]) -> None:
        """Create the table. `keys` has, for `søknad` and `lege`, the table in which ids are looked up."""
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {self.name} AS {self._query(keys)}")
        if self.file is not None:
            self._tell(connection, self.file)

    def _query(self, keys: Mapping[str, str]) -> str:
        numbers, joins = self._parents(keys)
        kept = [sql.name(column.name) for column in self.kept_columns]
        chosen = ", ".join(["cells.nr", *numbers, *(f"cells.{name}" for name in kept), f"cells.{FAULTY}"])
        return f"SELECT {chosen} FROM ({self._cells()}) AS cells {joins}"

    def _parents(self, keys: Mapping[str, str]) -> tuple[list[str], str]:
        numbers, joins = [], ""
        if APPLICATION_NUMBER in self.parents:
            numbers.append(f"a.nr AS {APPLICATION_NUMBER}")
            joins += f"LEFT JOIN {keys[OF_APPLICATION]} AS a ON a.id = cells.{sql.name(OF_APPLICATION)} "
        if DOCTOR_NUMBER in self.parents:
            numbers.append(f"d.nr AS {DOCTOR_NUMBER}")
            joins += f"LEFT JOIN {keys[OF_DOCTOR]} AS d ON d.søknad_nr = a.nr AND d.id = cells.{sql.name(OF_DOCTOR)} "
        return numbers, joins

    def _cells(self) -> str:
        """Values in their types, and `feil`: a cell with something in it that is no value, or a required cell that is empty."""
        if self.file is None:
            empty = [f"CAST(NULL AS {sql_type(one)}) AS {sql.name(one.name)}" for one in self.table.columns]
            return f"SELECT CAST(NULL AS BIGINT) AS nr, {', '.join(empty)}, false AS {FAULTY} WHERE false"
        read, bounded, chosen, faulty = ["nr"], ["nr"], ["nr"], []
        for number, column in enumerate(self.table.columns):
            given, value, own = f"given_{number}", f"value_{number}", sql.name(column.name)
            if column.name not in self.file.columns:
                chosen.append(f"CAST(NULL AS {sql_type(column)}) AS {own}")
                continue
            read += [f"{own} IS NOT NULL AS {given}", f"{self._value(column)} AS {value}"]
            within = cell.within(column, value)
            bounded += [given, value if within is None else f"CASE WHEN {within} THEN {value} END AS {value}"]
            chosen.append(f"{value} AS {own}")
            faulty.append(f"{value} IS NULL" if column.required else f"{given} AND {value} IS NULL")
        chosen.append(f"{sql.any_of(faulty)} AS {FAULTY}")
        inner = f"SELECT {', '.join(read)} FROM ({self.file.rows()}) AS rows"
        return f"SELECT {', '.join(chosen)} FROM (SELECT {', '.join(bounded)} FROM ({inner}) AS read) AS bounded"

    def _value(self, column: Column) -> str:
        assert self.file is not None
        raw, type = sql.name(column.name), self.file.columns[column.name][1]
        if column.fact is None and column.name == SCHEME:
            return cell.choice(self.schemes, written(raw, type))
        return cell.value(column, raw, type)

    def _tell(self, connection: DuckDBPyConnection, file: File) -> None:
        """A fault for each cell that cannot be read."""
        if connection.execute(f"SELECT 1 FROM {self.name} WHERE {FAULTY} LIMIT 1").fetchone() is None:
            return
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE trinn_rå AS SELECT rows.* FROM ({file.rows()}) AS rows "
            f"WHERE nr IN (SELECT nr FROM {self.name} WHERE {FAULTY})"
        )
        for column in self.table.columns:
            if column.name in file.columns:
                for query in self._faults(connection, column, file.columns[column.name][1]):
                    connection.execute(f"INSERT INTO {FOUND} {query}")
        connection.execute("DROP TABLE trinn_rå")

    def _faults(self, connection: DuckDBPyConnection, column: Column, type: str) -> Iterator[str]:
        raw, own = sql.name(column.name), sql.text(column.name)
        table = sql.text(self.table.name)
        if column.required:
            why = sql.text(f"«{column.name}» mangler – den må være fylt ut på hver rad – fyll inn verdien")
            yield f"SELECT {table}, nr, {own}, 'SKJEMA-MANGLER', {why} FROM trinn_rå WHERE {raw} IS NULL"
        value = self._value(column)
        within = cell.within(column, "value")
        bad = f"{raw} IS NOT NULL AND (value IS NULL{'' if within is None else f' OR NOT ({within})'})"
        rows = f"(SELECT nr, {raw}, {value} AS value FROM trinn_rå) AS read"
        hints = self._hints(connection, column, written(raw, type), f"{rows} WHERE {bad}")
        told = reasons(column, raw, type, self.schemes, f"map_extract_value({hints}, {written(raw, type)})")
        code, reason = f"ELSE {sql.text(told[-1].code)}", f"ELSE {told[-1].told}"
        for one in reversed(told[:-1]):
            code = f"WHEN {one.when} THEN {sql.text(one.code)} {code}"
            reason = f"WHEN {one.when} THEN {one.told} {reason}"
        always = "WHEN false THEN NULL"
        yield f"SELECT {table}, nr, {own}, CASE {always} {code} END, CASE {always} {reason} END FROM {rows} WHERE {bad}"

    def _hints(self, connection: DuckDBPyConnection, column: Column, text: str, bad: str) -> str:
        """What each misspelt answer was probably meant to be, as a map."""
        answers = column.fact.choices if column.fact is not None else self.schemes if column.name == SCHEME else ()
        if column.kind == "ja_nei":
            answers = ("ja", "nei")
        if column.kind == "flervalg" or not answers:
            return "MAP {}"
        found = connection.execute(f"SELECT DISTINCT {text} FROM {bad} ORDER BY 1 LIMIT {_MOST_HINTS}").fetchall()
        hints = [f"{sql.text(word)}: {sql.text(hint)}" for (word,) in found if (hint := did_you_mean(word, answers))]
        return f"MAP {{{', '.join(hints)}}}" if hints else "MAP {}"
