"""Two versions of the rules over the same tables: decided one after the other, and compared in the database.

After `decided` the connection has, for each side (`før`, `etter`), `sim_<side>_søknader` and `sim_<side>_leger` with what that version
gave, and after `compare` `sim_søknader` and `sim_leger`, a row for each application and doctor that either version decided. A sum that is
not known is NULL there, and never counts as nothing: what is known of it stands beside, and how many there are is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.batch import sql
from engine.batch.mass import PART, Mass, components_of
from engine.batch.reading import Intake, kept
from engine.batch.result import APPLICATIONS, DOCTORS, MONTHS
from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BEFORE, AFTER = SIDES = ("før", "etter")

#: what a side is known by in the columns of `sim_søknader`
YEAR, SCHEME = "tilskuddsår", "ordning"

#: each column of a component in `leger`, without the component's name
ENDINGS = ("utfall", "måneder", "beløp", "kjent", "mangler_satser", "rett")

#: so many values a whole number may have and still be a class to total by
_MOST_CLASSES = 20

_OF_APPLICATION = ("utfall", "sum", "kjent", "mangler_satser")


def facts_to_total_by(book: Rulebook) -> list[str]:
    """The facts of an application that are a code of a fixed form, or a class among few."""
    return [
        fact.name
        for fact in book.vocabulary.facts.values()
        if fact.level == "søknad" and (fact.pattern or _is_class(fact))
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
class Work:
    """How far a simulation has come: what it is doing, so much more done, of so much in all."""

    doing: str
    done: int
    total: int


class Simulation:
    """Two versions over the tables of a folder. `facts` are those of an application that are totalled by."""

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
        self.intakes: list[Intake] = []

    def work(self) -> Iterator[Work]:
        """Decide with both versions and compare. Raises `Faults` for what is wrong with whole files, or rules that tables cannot take."""
        for side, book in zip(SIDES, self.books, strict=True):
            yield Work(f"Leser ({side})" if not self.intakes else f"Forbereder ({side})", 0, 0)
            again = not self.intakes or not read_alike(*self.books)
            mass = Mass(
                self.source, book, self.connection, self.part, None if again else self.intakes[0], self.components
            )
            self.intakes.append(mass.intake)
            if again:
                self._keep_facts(side, book)
                self.connection.execute(f"CREATE OR REPLACE TABLE sim_{side}_avvist AS FROM avvist")
            else:
                self.connection.execute(f"CREATE OR REPLACE VIEW sim_{side}_fakta AS FROM sim_{BEFORE}_fakta")
                self.connection.execute(f"CREATE OR REPLACE VIEW sim_{side}_avvist AS FROM sim_{BEFORE}_avvist")
            yield from self._decide(side, mass)
            self._forget()
        yield Work("Sammenligner", 0, 0)
        self._compare()

    def _decide(self, side: str, mass: Mass) -> Iterator[Work]:
        connection, made = self.connection, set()

        def take(name: str, query: str, number: int, place: int) -> int:
            table = f"sim_{side}_{name}"
            if name == MONTHS:
                query = (
                    "SELECT søknad, lege, komponent, sum(CAST(hash(måned, rett) AS HUGEINT)) AS rett, count(*) AS antall "
                    f"FROM ({query}) AS rows GROUP BY ALL"
                )
            if table not in made:
                made.add(table)
                connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM ({query}) AS rows LIMIT 0")
            row = connection.execute(f"INSERT INTO {table} {query}").fetchone()
            return 0 if row is None else int(row[0])

        parts = mass.parts()
        total = sum(part.months for part in parts)
        for done in mass.decide(parts, take):
            yield Work(f"Vurderer ({side})", done, total)
        mass.check()

    def _keep_facts(self, side: str, book: Rulebook) -> None:
        """What applications are totalled by, as text."""
        named = [
            f"CAST({sql.name(name)} AS VARCHAR) AS {sql.name(name)}"
            if name in book.vocabulary.facts
            else f"CAST(NULL AS VARCHAR) AS {sql.name(name)}"
            for name in self.facts
        ]
        columns = ", ".join(["id AS søknad", *named])
        self.connection.execute(
            f"CREATE OR REPLACE TABLE sim_{side}_fakta AS SELECT {columns} FROM {sql.name(kept(APPLICATIONS))}"
        )

    def _forget(self) -> None:
        """Let go of the steps of a version, so that both do not take room at once."""
        rows = self.connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
        for (name,) in rows:
            self.connection.execute(f"DROP TABLE {sql.name(name)}")

    # --- comparing -------------------------------------------------------------------------------------------------------

    def _compare(self) -> None:
        for side, book in zip(SIDES, self.books, strict=True):
            self._doctors_of(side)
            self._applications_of(side, book)
        own = ["regelsett", "utfall", *(f"{name}_{ending}" for name in self.components for ending in ENDINGS)]
        changed = [
            f"{_differs([f'{name}_{ending}' for ending in ENDINGS])} AS {sql.name(name + '_endret')}"
            for name in self.components
        ]
        columns = ", ".join([_both(("søknad", "lege"), [SCHEME, *own]), f"{_differs(own)} AS endret", *changed])
        self.connection.execute(
            f"CREATE OR REPLACE TABLE sim_leger AS SELECT {columns} FROM sim_{BEFORE}_lege AS b "
            f"FULL JOIN sim_{AFTER}_lege AS a USING (søknad, lege)"
        )
        facts = "".join(
            f"coalesce(fa.{sql.name(name)}, fb.{sql.name(name)}) AS {sql.name(name)}, " for name in self.facts
        )
        sides = ", ".join(f"{name}_før, {name}_etter" for name in _OF_APPLICATION)
        self.connection.execute(
            "CREATE OR REPLACE TABLE sim_søknader AS WITH doctors AS (SELECT søknad, count(*) AS leger, "
            "count(*) FILTER (endret) AS leger_endret FROM sim_leger GROUP BY søknad), "
            f"compared AS (SELECT {_both(('søknad',), ['år', SCHEME, *_OF_APPLICATION])}, {_differs(_OF_APPLICATION)} AS own, "
            "CASE WHEN b.søknad IS NULL THEN 'bare etter' WHEN a.søknad IS NULL THEN 'bare før' ELSE 'begge' END AS vurdert "
            f"FROM sim_{BEFORE}_søknad AS b FULL JOIN sim_{AFTER}_søknad AS a USING (søknad)) "
            f"SELECT søknad, coalesce(år_etter, år_før) AS {YEAR}, coalesce({SCHEME}_etter, {SCHEME}_før) AS {SCHEME}, "
            f"{facts}vurdert, {sides}, "
            "own OR coalesce(leger_endret, 0) > 0 AS endret, coalesce(leger, 0) AS leger, coalesce(leger_endret, 0) AS leger_endret "
            "FROM compared LEFT JOIN doctors USING (søknad) "
            f"LEFT JOIN sim_{BEFORE}_fakta AS fb USING (søknad) LEFT JOIN sim_{AFTER}_fakta AS fa USING (søknad)"
        )

    def _doctors_of(self, side: str) -> None:
        """The doctors of a side with a sum over the rights of each component's months: equal when the months are."""
        rights = [
            f"sum(rett) FILTER (komponent = {sql.text(name)}) AS {sql.name(f'{name}_rett')}" for name in self.components
        ]
        self.connection.execute(
            f"CREATE OR REPLACE VIEW sim_{side}_lege AS SELECT l.*, r.* EXCLUDE (søknad, lege) FROM sim_{side}_{DOCTORS} AS l "
            f"LEFT JOIN (SELECT søknad, lege, {', '.join(rights)} FROM sim_{side}_{MONTHS} GROUP BY søknad, lege) AS r "
            "USING (søknad, lege)"
        )

    def _applications_of(self, side: str, book: Rulebook) -> None:
        """The applications of a side with the year they are counted in: the grant year, or the year of the rule set."""
        first = " ".join(
            f"WHEN {sql.text(name)} THEN {sql.text(scheme.sets[0].id.split('/')[0])}"
            for name, scheme in book.schemes.items()
            if scheme.sets
        )
        self.connection.execute(
            f"CREATE OR REPLACE VIEW sim_{side}_søknad AS SELECT s.*, coalesce(CAST(s.tilskuddsår AS VARCHAR), y.år, "
            f"CASE s.ordning {first} END) AS år FROM sim_{side}_{APPLICATIONS} AS s LEFT JOIN "
            f"(SELECT søknad, min(split_part(regelsett, '/', 1)) AS år FROM sim_{side}_{DOCTORS} GROUP BY søknad) AS y USING (søknad)"
        )


def _both(keys: Iterable[str], names: Iterable[str]) -> str:
    """The columns of a comparison: keys once, everything else before and after."""
    columns = [f"{sql.name(one)}" for one in keys]
    for name in names:
        columns += [
            f"b.{sql.name(name)} AS {sql.name(f'{name}_før')}",
            f"a.{sql.name(name)} AS {sql.name(f'{name}_etter')}",
        ]
    return ", ".join(columns)


def _differs(names: Iterable[str]) -> str:
    return "(" + " OR ".join(f"b.{sql.name(name)} IS DISTINCT FROM a.{sql.name(name)}" for name in names) + ")"
