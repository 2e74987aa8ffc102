"""What two versions gave, side by side in the database: a row for each application and each doctor that either version decided.

`build` makes `sim_leger` and `sim_søknader`. A sum that is not known is NULL in them and never counts as nothing: what is known of it
stands beside. `vurdert` tells whether both versions decided the application, `endret` whether they gave it something else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.batch import sql
from engine.batch.result import APPLICATIONS, DOCTORS, MONTHS
from engine.language.rulebook import Rulebook

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BEFORE, AFTER = SIDES = ("før", "etter")

#: whether an application was decided by both versions
BOTH, ONLY_BEFORE, ONLY_AFTER = "begge", "bare før", "bare etter"

YEAR, SCHEME = "tilskuddsår", "ordning"

#: of a side, how many doctor-months were answered so and decided by what
DECIDED = "avgjort"

#: each column of a component in `leger`, without the component's name
ENDINGS = ("utfall", "måneder", "beløp", "kjent", "mangler_satser")

#: a sum over the rights of a component's months, and whether the component was looked at
RIGHTS = "rett"

_OF_APPLICATION = ("utfall", "sum", "kjent", "mangler_satser")


class Pair:
    """The tables of both sides, as `engine.batch.simulation` leaves them, and the tables that compare them."""

    def __init__(
        self,
        connection: DuckDBPyConnection,
        books: tuple[Rulebook, Rulebook],
        components: list[str],
        facts: list[str],
    ) -> None:
        self.connection, self.books, self.components, self.facts = connection, books, components, facts

    def build(self) -> None:
        """Make `sim_leger` and `sim_søknader`."""
        for side, book in zip(SIDES, self.books, strict=True):
            self._doctors_of(side)
            self._applications_of(side, book)
        self._doctors()
        self._applications()

    def _doctors_of(self, side: str) -> None:
        """The doctors of a side with a sum over the rights of each component's months: equal when the months are."""
        rights = [
            f"sum(rett) FILTER (komponent = {sql.text(name)}) AS {sql.name(f'{name}_{RIGHTS}')}"
            for name in self.components
        ]
        self.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW sim_{side}_lege AS SELECT l.*, r.* EXCLUDE (søknad, lege) FROM sim_{side}_{DOCTORS} AS l "
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
            f"CREATE OR REPLACE TEMP VIEW sim_{side}_søknad AS SELECT s.*, coalesce(CAST(s.{YEAR} AS VARCHAR), y.år, "
            f"CASE s.{SCHEME} {first} END) AS år FROM sim_{side}_{APPLICATIONS} AS s LEFT JOIN "
            f"(SELECT søknad, min(split_part(regelsett, '/', 1)) AS år FROM sim_{side}_{DOCTORS} GROUP BY søknad) AS y "
            "USING (søknad)"
        )

    def _doctors(self) -> None:
        own = [f"{name}_{ending}" for name in self.components for ending in ENDINGS]
        rights = [f"{name}_{RIGHTS}" for name in self.components]
        every = ["regelsett", "utfall", *own]
        changed = [f"{self._line_differs(name)} AS {sql.name(f'{name}_endret')}" for name in self.components]
        months = [f"{_differs([one])} AS {sql.name(one.removesuffix(RIGHTS) + 'måneder_endret')}" for one in rights]
        present = [
            f"({' OR '.join(f'{side}.{sql.name(one)} IS NOT NULL' for side in 'ba' for one in (f'{name}_utfall', f'{name}_{RIGHTS}'))}) "
            f"AS {sql.name(f'{name}_vurdert')}"
            for name in self.components
        ]
        columns = ", ".join(
            [
                _both(("søknad", "lege"), [SCHEME, *every]),
                f"{_differs([*every, *rights])} AS endret",
                *changed,
                *months,
                *present,
            ]
        )
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE sim_leger AS SELECT {columns} FROM sim_{BEFORE}_lege AS b "
            f"FULL JOIN sim_{AFTER}_lege AS a USING (søknad, lege)"
        )

    def _line_differs(self, name: str) -> str:
        """Whether a component came to something else: which rates are unknown does not count, whether any is does."""
        same = [f"{name}_{ending}" for ending in (*ENDINGS, RIGHTS) if ending != "mangler_satser"]
        rates = sql.name(f"{name}_mangler_satser")
        return f"({_differs(same)} OR (coalesce(b.{rates}, '') <> '') <> (coalesce(a.{rates}, '') <> ''))"

    def _applications(self) -> None:
        facts = "".join(
            f"coalesce(fa.{sql.name(name)}, fb.{sql.name(name)}) AS {sql.name(name)}, " for name in self.facts
        )
        sides = ", ".join(f"{name}_{side}" for name in _OF_APPLICATION for side in SIDES)
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE sim_søknader AS WITH doctors AS (SELECT søknad, count(*) AS leger, "
            "count(*) FILTER (endret) AS leger_endret FROM sim_leger GROUP BY søknad), "
            f"compared AS (SELECT {_both(('søknad',), ['år', SCHEME, *_OF_APPLICATION])}, {_differs(_OF_APPLICATION)} AS own, "
            f"CASE WHEN b.søknad IS NULL THEN {sql.text(ONLY_AFTER)} WHEN a.søknad IS NULL THEN {sql.text(ONLY_BEFORE)} "
            f"ELSE {sql.text(BOTH)} END AS vurdert "
            f"FROM sim_{BEFORE}_søknad AS b FULL JOIN sim_{AFTER}_søknad AS a USING (søknad)) "
            f"SELECT søknad, coalesce(år_{AFTER}, år_{BEFORE}) AS {YEAR}, "
            f"coalesce({SCHEME}_{AFTER}, {SCHEME}_{BEFORE}) AS {SCHEME}, {facts}vurdert, {sides}, "
            f"coalesce(kjent_{AFTER}, 0) - coalesce(kjent_{BEFORE}, 0) AS endring_kjent, "
            "own OR coalesce(leger_endret, 0) > 0 AS endret, coalesce(leger, 0) AS leger, "
            "coalesce(leger_endret, 0) AS leger_endret "
            "FROM compared LEFT JOIN doctors USING (søknad) "
            f"LEFT JOIN sim_{BEFORE}_fakta AS fb USING (søknad) LEFT JOIN sim_{AFTER}_fakta AS fa USING (søknad)"
        )


def _both(keys: Iterable[str], names: Iterable[str]) -> str:
    """The columns of a comparison: keys once, everything else before and after."""
    columns = [sql.name(one) for one in keys]
    for name in names:
        columns += [f"b.{sql.name(name)} AS {sql.name(f'{name}_{BEFORE}')}"]
        columns += [f"a.{sql.name(name)} AS {sql.name(f'{name}_{AFTER}')}"]
    return ", ".join(columns)


def _differs(names: Iterable[str]) -> str:
    return "(" + " OR ".join(f"b.{sql.name(name)} IS DISTINCT FROM a.{sql.name(name)}" for name in names) + ")"
