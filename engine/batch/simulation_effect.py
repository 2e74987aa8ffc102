"""What a simulation comes to: totals, outcomes, months and what decided them, how the differences are spread, and the largest of them.

Amounts are kroner, exact. Totals are over the applications that both versions decided, so that a difference is one of rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.batch import sql
from engine.batch.simulation_pair import AFTER, BEFORE, BOTH, DECIDED, ONLY_AFTER, ONLY_BEFORE, SCHEME, SIDES, YEAR
from engine.batch.simulation_spread import Bin, spread
from engine.regress.impact import COMPONENT, NOT_STATED, Total

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from engine.batch.simulation import Simulation

#: applications named as those whose known amount changes most
MOST_MOVERS = 25

_WAITS = {side: f"coalesce(mangler_satser_{side}, '') <> ''" for side in SIDES}

#: of applications: what a group comes to, in the order of `Group`
_COUNTED = ", ".join(
    [
        "count(*), count(*) FILTER (endret)",
        *(f"coalesce(sum(kjent_{side}), 0)" for side in SIDES),
        *(f"count(*) FILTER ({_WAITS[side]})" for side in SIDES),
        "count(*) FILTER (endring_kjent > 0), count(*) FILTER (endring_kjent < 0)",
        *(f"count(*) FILTER (sum_{side} IS NULL AND NOT {_WAITS[side]})" for side in SIDES),
    ]
)


@dataclass(slots=True)
class Group(Total):
    """Applications of one group. `up` and `down` are those whose known amount rises and falls.

    `unfinished_*` are those whose sum is not known though every rate is: facts are missing, or a person must judge.
    `months_*` are the months paid, of a component alone.
    """

    up: int = 0
    down: int = 0
    unfinished_before: int = 0
    unfinished_after: int = 0
    months_before: int | None = None
    months_after: int | None = None


@dataclass(frozen=True, slots=True)
class OneSided:
    """Applications that one version alone could decide, and what is known of their sums."""

    applications: int
    known: Decimal


@dataclass(frozen=True, slots=True)
class Answer:
    """Doctor-months of a component with one answer, by what decided it; empty where nothing in particular did."""

    component: str
    right: str
    decided_by: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Mover:
    """An application and what it came to. `groups` is what it is totalled by; the difference is of the known amounts."""

    id: str
    groups: tuple[tuple[str, str], ...]
    outcomes: tuple[str, str]
    known: tuple[Decimal, Decimal]
    exact: bool

    @property
    def difference(self) -> Decimal:
        return self.known[1] - self.known[0]


@dataclass(frozen=True)
class Effect:
    """Everything a simulation came to. `rows` is how many applications the tables hold, `unread` how many no version took.

    `outcomes` counts the changed applications by outcome before and after; `inexact` how many of them have a sum that is not known.
    """

    facts: tuple[str, ...]
    rows: int
    unread: int
    whole: Group
    totals: Mapping[str, list[Group]]
    one_sided: Mapping[str, OneSided]
    outcomes: list[tuple[str, str, int]]
    inexact: int
    answers: list[Answer]
    movers: list[Mover]
    spread: list[Bin]

    @property
    def grouped(self) -> Mapping[str, list[Group]]:
        """The totals that have any group to show."""
        return {axis: groups for axis, groups in self.totals.items() if groups}

    @property
    def one_sided_count(self) -> int:
        return sum(one.applications for one in self.one_sided.values())

    @property
    def anything(self) -> bool:
        """Whether any application differs, or can be decided by one version alone."""
        return bool(self.whole.changed or self.one_sided_count)


def effect(simulation: Simulation) -> Effect:
    """What a simulation that has been gone through comes to."""
    return _Reader(simulation.connection, simulation.components, simulation.facts).effect(
        simulation.intakes[0].applications.rows
    )


class _Reader:
    def __init__(self, connection: DuckDBPyConnection, components: Sequence[str], facts: Sequence[str]) -> None:
        self.connection, self.components, self.facts = connection, components, facts

    def effect(self, rows: int) -> Effect:
        whole = Group("alle søknader", *self._one(f"SELECT {_COUNTED} FROM sim_søknader WHERE {_both()}"))
        one_sided = dict(self._one_sided())
        return Effect(
            facts=tuple(self.facts),
            rows=rows,
            unread=rows - whole.cases - sum(one.applications for one in one_sided.values()),
            whole=whole,
            totals={
                YEAR: self._totals(YEAR),
                SCHEME: self._totals(SCHEME),
                COMPONENT: [group for name in self.components for group in self._component(name)],
                **{fact: self._totals(fact) for fact in self.facts},
            },
            one_sided=one_sided,
            outcomes=self._all(
                f"SELECT utfall_{BEFORE}, utfall_{AFTER}, count(*) FROM sim_søknader WHERE endret AND {_both()} "
                "GROUP BY ALL ORDER BY 3 DESC, 1, 2"
            ),
            inexact=self._one(f"SELECT count(*) FROM sim_søknader WHERE endret AND {_both()} AND {_open()}")[0],
            answers=list(self._answers()),
            movers=list(self._movers()),
            spread=spread(self.connection, f"SELECT endring_kjent FROM sim_søknader WHERE {_both()}"),
        )

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        return list(self.connection.execute(query).fetchall())

    def _one(self, query: str) -> tuple[Any, ...]:
        (row,) = self._all(query)
        return row

    def _totals(self, axis: str) -> list[Group]:
        group = f"coalesce({sql.name(axis)}, {sql.text(NOT_STATED)})"
        query = f"SELECT {group}, {_COUNTED} FROM sim_søknader WHERE {_both()} GROUP BY 1 ORDER BY 1"
        return [Group(*row) for row in self._all(query)]

    def _component(self, name: str) -> Iterator[Group]:
        """The applications that have a line of the component, with what the lines come to."""

        def of(ending: str, side: str) -> str:
            return sql.name(f"{name}_{ending}_{side}")

        lines = ", ".join(
            [
                f"bool_or({sql.name(f'{name}_endret')}) AS endret",
                *(f"coalesce(sum({of('kjent', side)}), 0) AS kjent_{side}" for side in SIDES),
                *(f"bool_or(coalesce({of('mangler_satser', side)}, '') <> '') AS venter_{side}" for side in SIDES),
                *(f"coalesce(sum({of('måneder', side)}), 0) AS måneder_{side}" for side in SIDES),
            ]
        )
        row = self._one(
            "SELECT count(*), count(*) FILTER (endret), "
            f"{', '.join(f'coalesce(sum(kjent_{side}), 0)' for side in SIDES)}, "
            f"{', '.join(f'count(*) FILTER (venter_{side})' for side in SIDES)}, "
            f"count(*) FILTER (kjent_{AFTER} > kjent_{BEFORE}), count(*) FILTER (kjent_{AFTER} < kjent_{BEFORE}), 0, 0, "
            f"{', '.join(f'CAST(coalesce(sum(måneder_{side}), 0) AS BIGINT)' for side in SIDES)} FROM (SELECT {lines} "
            f"FROM sim_leger JOIN sim_søknader USING (søknad) WHERE {_both()} AND {sql.name(f'{name}_vurdert')} GROUP BY søknad)"
        )
        if row[0]:
            yield Group(name, *row)

    def _one_sided(self) -> Iterator[tuple[str, OneSided]]:
        for status, side in ((ONLY_BEFORE, BEFORE), (ONLY_AFTER, AFTER)):
            counted = f"count(*), CAST(coalesce(sum(kjent_{side}), 0) AS DECIMAL(38,2))"
            row = self._one(f"SELECT {counted} FROM sim_søknader WHERE vurdert = {sql.text(status)}")
            yield status, OneSided(*row)

    def _answers(self) -> Iterator[Answer]:
        each = " UNION ALL ".join(
            f"SELECT komponent, rett, coalesce(avgjort_av, '') AS avgjort_av, {counts} FROM sim_{side}_{DECIDED}"
            for side, counts in ((BEFORE, "antall AS n, 0 AS m"), (AFTER, "0 AS n, antall AS m"))
        )
        rows = self._all(
            f"SELECT komponent, rett, avgjort_av, CAST(sum(n) AS BIGINT), CAST(sum(m) AS BIGINT) FROM ({each}) "
            "GROUP BY ALL ORDER BY ALL"
        )
        order = {name: place for place, name in enumerate(self.components)}
        return (Answer(*row) for row in sorted(rows, key=lambda row: order[row[0]]))

    def _movers(self) -> Iterator[Mover]:
        axes = [YEAR, SCHEME, *self.facts]
        columns = ", ".join(f"coalesce({sql.name(axis)}, {sql.text(NOT_STATED)})" for axis in axes)
        for id, outcome, new_outcome, known, new_known, is_open, *groups in self._all(
            f"SELECT søknad, utfall_{BEFORE}, utfall_{AFTER}, coalesce(kjent_{BEFORE}, 0), coalesce(kjent_{AFTER}, 0), {_open()}, "
            f"{columns} FROM sim_søknader WHERE {_both()} AND endring_kjent <> 0 "
            f"ORDER BY abs(endring_kjent) DESC, søknad LIMIT {MOST_MOVERS}"
        ):
            told = tuple(zip(axes, groups, strict=True))
            yield Mover(id, told, (outcome, new_outcome), (known, new_known), not is_open)


def _both() -> str:
    return f"vurdert = {sql.text(BOTH)}"


def _open() -> str:
    return f"(sum_{BEFORE} IS NULL OR sum_{AFTER} IS NULL)"
