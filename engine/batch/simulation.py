"""Two versions of the rules over the same tables: decided one after the other, then laid side by side in the database.

After the phases the connection has `sim_søknader` and `sim_leger` (`engine.batch.simulation_pair`), and for each side, `før` and `etter`,
`sim_<side>_avgjort`: `ordning`, `komponent`, `rett`, `avgjort_av` and how many doctor-months were answered so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.batch import sql
from engine.batch.cell import BETWEEN
from engine.batch.folder import REJECTED
from engine.batch.mass import PART, Mass, Part, components_of
from engine.batch.reading import Intake, kept
from engine.batch.result import APPLICATIONS, DOCTORS, MONTHS
from engine.batch.schema import tables
from engine.batch.simulation_pair import BEFORE, DECIDED, SCHEME, SIDES, Pair
from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact
from engine.regress.impact_rules import unchanged_schemes
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


def decided_alike(before: Rulebook, after: Rulebook) -> frozenset[str]:
    """The schemes whose files and rates say the same in both versions, so that no application of theirs can come out otherwise."""
    return frozenset(
        name
        for name in unchanged_schemes(before, after)
        if before.overlay == after.overlay or before.schemes[name].parameters == after.schemes[name].parameters
    )


@dataclass(frozen=True, slots=True)
class Phase:
    """Work to be done by going through `amounts`: each is how much more of `total` is done; 0 when nobody knows how much there is."""

    doing: str
    total: int
    amounts: Iterator[int]


class Simulation:
    """Two versions over the tables of a folder. `facts` are those of an application that are totalled by.

    `intakes` is what each side read; the second is the first one when both read tables alike.
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
        self._same = sorted(decided_alike(*books)) if self.alike else []
        self._mass: Mass | None = None

    def phases(self) -> Iterator[Phase]:
        """The work in order; each phase must be gone through before the next is asked for.

        Raises `Faults` for what is wrong with whole files, and for rules that tables cannot take, told with the side they are of.
        """
        for side, book in zip(SIDES, self.books, strict=True):
            self._mass = None
            yield Phase(f"Leser ({side})", 0, self._read(side, book))
            if self._mass is not None:
                parts = self._mass.parts()
                total = sum(part.months for part in parts)
                yield Phase(f"Vurderer ({side})", total, self._decide(side, self._mass, parts))
        yield Phase("Sammenligner", 0, self._compare())

    def _read(self, side: str, book: Rulebook) -> Iterator[int]:
        again = not self.intakes or not self.alike
        if again:
            with _told_of(side):
                self._mass = Mass(self.source, book, self.connection, self.part, None, self.components)
            self.intakes.append(self._mass.intake)
            self._keep_facts(side, book)
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE sim_{side}_avvist AS FROM {REJECTED}")
        else:
            self.intakes.append(self.intakes[0])
            for name in ("fakta", "avvist"):
                self.connection.execute(f"CREATE OR REPLACE TEMP VIEW sim_{side}_{name} AS FROM sim_{BEFORE}_{name}")
            left = self._take_over(side)
            if left.applications.kept:
                with _told_of(side):
                    self._mass = Mass(self.source, book, self.connection, self.part, left, self.components)
        yield 0

    def _take_over(self, side: str) -> Intake:
        """What the version before gave for schemes that both decide alike; gives the intake of the applications that are left."""
        same = f"{SCHEME} IN ({sql.texts(self._same)})" if self._same else "false"
        for name in (APPLICATIONS, DOCTORS, MONTHS, DECIDED):
            self.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE sim_{side}_{name} AS FROM sim_{BEFORE}_{name} WHERE {same}"
            )
        own = sql.name(kept(APPLICATIONS))
        self.connection.execute(f"ALTER TABLE {own} RENAME TO sim_alle_{APPLICATIONS}")
        self.connection.execute(f"CREATE TEMP VIEW {own} AS FROM sim_alle_{APPLICATIONS} WHERE NOT ({same})")
        row = self.connection.execute(f"SELECT count(*) FROM {own}").fetchone()
        applications, *others = self.intakes[0].counts
        left = replace(applications, kept=0 if row is None else int(row[0]))
        return replace(self.intakes[0], counts=(left, *others))

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
            f"CREATE OR REPLACE TEMP TABLE sim_{side}_fakta AS SELECT {', '.join(['id AS søknad', *named])} "
            f"FROM {sql.name(kept(APPLICATIONS))}"
        )

    def _decide(self, side: str, mass: Mass, parts: Sequence[Part]) -> Iterator[int]:
        def take(name: str, query: str, number: int, place: int) -> int:
            if name == MONTHS:
                return self._take_months(side, query, mass.results[place][1].scheme)
            return self._add(f"sim_{side}_{name}", query)

        yield from mass.decide(parts, take)
        mass.check()
        self._forget(mass)

    def _take_months(self, side: str, query: str, scheme: str) -> int:
        """Of the months, a sum over each doctor's rights (equal when all months are), and how many were decided by what."""
        own = "sim_måneder_nå"
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {own} AS SELECT {sql.text(scheme)} AS {SCHEME}, søknad, lege, komponent, måned, "
            f"rett, avgjort_av FROM ({query}) AS rows"
        )
        keys = f"{SCHEME}, søknad, lege, komponent"
        rights = "sum(CAST(hash(måned, rett) AS HUGEINT)) AS rett"
        self._add(f"sim_{side}_{MONTHS}", f"SELECT {keys}, {rights} FROM {own} GROUP BY ALL")
        keys = f"{SCHEME}, komponent, rett, avgjort_av"
        self._add(f"sim_{side}_{DECIDED}", f"SELECT {keys}, count(*) AS antall FROM {own} GROUP BY ALL")
        row = self.connection.execute(f"SELECT count(*) FROM {own}").fetchone()
        self.connection.execute(f"DROP TABLE {own}")
        return 0 if row is None else int(row[0])

    def _add(self, table: str, query: str) -> int:
        """More rows in a table, which is made when it is not there. Gives how many."""
        self.connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} AS SELECT * FROM ({query}) AS rows LIMIT 0")
        row = self.connection.execute(f"INSERT INTO {table} BY NAME {query}").fetchone()
        return 0 if row is None else int(row[0])

    def _forget(self, mass: Mass) -> None:
        """Let go of the steps of a version, so that both do not take room at once."""
        for run, _ in mass.results:
            for name in run.tables():
                self.connection.execute(f"DROP TABLE IF EXISTS {sql.name(name)}")

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
