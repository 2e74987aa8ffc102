"""Two versions of the rules over the same tables: decided one after the other, then laid side by side in the database.

After the phases the connection has `sim_søknader` and `sim_leger` (`engine.batch.simulation_pair`), and for each side, `før` and `etter`,
`sim_<side>_avgjort`: `ordning`, `komponent`, `rett`, `avgjort_av` and how many doctor-months were answered so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.batch import sql
from engine.batch.cell import BETWEEN
from engine.batch.folder import REJECTED
from engine.batch.mass import PART, Mass, Tally, components_of
from engine.batch.reading import Intake, kept
from engine.batch.result import APPLICATIONS, MONTHS
from engine.batch.schema import tables
from engine.batch.simulation_pair import BEFORE, SIDES, Pair
from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact
from engine.text.fault import Fault, Faults

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: so many values a whole number may have and still be a class to total by
_MOST_CLASSES = 20


def facts_of_applications(book: Rulebook) -> list[str]:
    """The facts of an application that have one value, and so may be totalled by."""
    return [column.name for column in tables(book.vocabulary)[APPLICATIONS].columns if column.fact is not None]


def facts_to_total_by(book: Rulebook) -> list[str]:
    """The facts of an application that are a code of a fixed form, or a class among few."""
    return [
        fact.name
        for fact in book.vocabulary.facts.values()
        if fact.level == "søknad" and (fact.pattern is not None or _is_class(fact))
    ]


def _is_class(fact: Fact) -> bool:
    if fact.kind != "heltall" or fact.at_least is None or fact.at_most is None:
        return False
    return fact.at_most - fact.at_least < _MOST_CLASSES


def read_alike(before: Rulebook, after: Rulebook) -> bool:
    """Whether two versions read tables alike: the same vocabulary, and the same dates for every scheme."""

    def dates(book: Rulebook) -> list[object]:
        return [(name, [one.agreements for one in scheme.sets]) for name, scheme in book.schemes.items()]

    return before.vocabulary == after.vocabulary and dates(before) == dates(after)


@dataclass(frozen=True, slots=True)
class Phase:
    """Work to be done by going through `amounts`: each is how much more of `total` is done; 0 when nobody knows how much there is."""

    doing: str
    total: int
    amounts: Iterator[int]


class Simulation:
    """Two versions over the tables of a folder. `facts` are those of an application that are totalled by.

    `intakes` and `tallies` are what each side read and came to; the second intake is the first one when both read tables alike.
    """

    def __init__(
        self,
        source: Path,
        books: tuple[Rulebook, Rulebook],
        connection: DuckDBPyConnection,
        facts: Sequence[str],
        part: int = PART,
    ) -> None:
        self.source, self.books, self.connection, self.part = source, books, connection, part
        self.facts = list(facts)
        self.components = components_of(*books)
        self.alike = read_alike(*books)
        self.intakes: list[Intake] = []
        self.tallies: list[Tally] = []
        self._mass: Mass | None = None

    def phases(self) -> Iterator[Phase]:
        """The work in order; each phase must be gone through before the next is asked for.

        Raises `Faults` for what is wrong with whole files, and for rules that tables cannot take, told with the side they are of.
        """
        for side, book in zip(SIDES, self.books, strict=True):
            yield Phase(f"Leser ({side})", 0, self._read(side, book))
            assert self._mass is not None, "the phase before was not gone through"
            parts = self._mass.parts()
            total = sum(part.months for part in parts)
            yield Phase(f"Vurderer ({side})", total, self._decide(side, self._mass))
        yield Phase("Sammenligner", 0, self._compare())

    def _read(self, side: str, book: Rulebook) -> Iterator[int]:
        known = self.intakes[0] if self.intakes and self.alike else None
        with _told_of(side):
            self._mass = Mass(self.source, book, self.connection, self.part, known, self.components)
        self.intakes.append(self._mass.intake)
        if known is None:
            self._keep_facts(side, book)
            self.connection.execute(f"CREATE OR REPLACE TABLE sim_{side}_avvist AS FROM {REJECTED}")
        else:
            self.connection.execute(f"CREATE OR REPLACE VIEW sim_{side}_fakta AS FROM sim_{BEFORE}_fakta")
            self.connection.execute(f"CREATE OR REPLACE VIEW sim_{side}_avvist AS FROM sim_{BEFORE}_avvist")
        yield 0

    def _keep_facts(self, side: str, book: Rulebook) -> None:
        """What applications are totalled by, as text; a fact that this version does not have is not known."""
        columns = {column.name: column for column in tables(book.vocabulary)[APPLICATIONS].columns}
        named = []
        for name in self.facts:
            value = sql.name(name)
            if name not in columns:
                value = "NULL"
            elif columns[name].kind == "flervalg":
                value = f"array_to_string(list_sort({value}), {sql.text(BETWEEN + ' ')})"
            named.append(f"CAST({value} AS VARCHAR) AS {sql.name(name)}")
        self.connection.execute(
            f"CREATE OR REPLACE TABLE sim_{side}_fakta AS SELECT {', '.join(['id AS søknad', *named])} "
            f"FROM {sql.name(kept(APPLICATIONS))}"
        )

    def _decide(self, side: str, mass: Mass) -> Iterator[int]:
        made: set[str] = set()

        def take(name: str, query: str, number: int, place: int) -> int:
            if name == MONTHS:
                return self._take_months(side, query, mass.results[place][1].scheme, made)
            return self._add(f"sim_{side}_{name}", query, made)

        yield from mass.decide(mass.parts(), take)
        mass.check()
        self.tallies.append(mass.tally)
        self._forget()

    def _take_months(self, side: str, query: str, scheme: str, made: set[str]) -> int:
        """Of the months, a sum over each doctor's rights (equal when all months are), and how many were decided by what."""
        own = "sim_måneder_nå"
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {own} AS SELECT søknad, lege, komponent, måned, rett, avgjort_av FROM ({query}) AS rows"
        )
        rights = "sum(CAST(hash(måned, rett) AS HUGEINT)) AS rett, count(*) AS antall"
        self._add(f"sim_{side}_{MONTHS}", f"SELECT søknad, lege, komponent, {rights} FROM {own} GROUP BY ALL", made)
        self._add(
            f"sim_{side}_avgjort",
            f"SELECT {sql.text(scheme)} AS ordning, komponent, rett, avgjort_av, count(*) AS antall FROM {own} GROUP BY ALL",
            made,
        )
        row = self.connection.execute(f"SELECT count(*) FROM {own}").fetchone()
        return 0 if row is None else int(row[0])

    def _add(self, table: str, query: str, made: set[str]) -> int:
        """More rows in a table of this side, which is new the first time. Gives how many."""
        if table not in made:
            made.add(table)
            self.connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM ({query}) AS rows LIMIT 0")
        row = self.connection.execute(f"INSERT INTO {table} BY NAME {query}").fetchone()
        return 0 if row is None else int(row[0])

    def _forget(self) -> None:
        """Let go of the steps of a version, so that both do not take room at once."""
        rows = self.connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
        for (name,) in rows:
            self.connection.execute(f"DROP TABLE {sql.name(name)}")

    def _compare(self) -> Iterator[int]:
        Pair(self.connection, self.books, self.components, self.facts).build()
        yield 0


@contextmanager
def _told_of(side: str) -> Iterator[None]:
    """What is wrong with files or rules, with the side it is wrong by."""
    try:
        yield
    except Faults as faults:
        raise Faults(
            Fault(one.place, one.code, f"{one.what} (med reglene {side})", one.why, one.next_step) for one in faults
        ) from None
