"""Stretches: a component's periods cut at month ends, and months cut where a rule about days may change its answer.

Nearly every month is one stretch. Those that are not, because two periods share them or a date in them turns an answer, are worked
out apart from the others.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch.frame import Frame
from engine.batch.join import joined, without
from engine.batch.vector import LAST_DATE, LAST_MONTH, Expr, number, read_vector, read_vectors, whole
from engine.case.calendar import DAY, MONTH

if TYPE_CHECKING:
    from engine.batch.builder import Builder


class Stretches:
    """The stretches of one component: of the doctors it is applied for, or of the months in `refused`."""

    def __init__(self, builder: Builder, place: int, name: str, refused: Any | None) -> None:
        self.builder = builder
        self.place = place
        self.plan = builder.parts[name]
        self.refused = refused
        self.label = f"{place}" if refused is None else f"{place}_i_stedet"
        vectors = {*builder.periods.vectors, *builder.calendar_vectors}
        self.month_names, self.day_names = (names & vectors for names in builder.periods.read[name])
        self.periods = self._periods()

    def single(self) -> Any:
        """The months of one stretch, each from `dag` to `dag_til`."""
        table = self._dated(self._months(self.periods))
        outside = [day.isnull() | (day <= table["dag"]) | (day > table["dag_til"]) for day in self._turns(table)]
        no_turn = ~table["skifter"]  # asked first, as nearly all periods answer yes
        return table.filter(
            ~table["deler_først"] | (table[MONTH] != table["m0"]),
            ~table["deler_sist"] | (table[MONTH] != table["m1"]),
            no_turn | reduce(lambda a, b: a & b, outside, ibis.literal(True)),
        )

    def several(self) -> Any:
        """The stretches of months that have several: another period's, or one from a day in it at which a rule changes."""
        perhaps = self.periods["deler_først"] | self.periods["deler_sist"] | self.periods["skifter"]
        table = self._dated(self._months(self.periods.filter(perhaps)))
        cut = [self._within(day, table) for day in self._turns(table)]
        return self._cut(
            table.filter(
                (table["deler_først"] & (table[MONTH] == table["m0"]))
                | (table["deler_sist"] & (table[MONTH] == table["m1"]))
                | (table["skifter"] & reduce(lambda a, b: a | b, cut, ibis.literal(False)))
            )
        )

    def around(self, months: Any) -> Any:
        """Months with what is kept of the period that is in `fra|nr`, and of the calendar."""
        table = joined(months, self.periods, {"lege_nr": "lege_nr", "fra|nr": "fra|nr"})
        return self._dated(table if self.refused is None else self._of_refused(table))

    def frame(self, table: Any, days: bool) -> Frame:
        """The names of a table of stretches (`days`), or of months."""
        builder, periods = self.builder, self.builder.periods
        vectors = {**periods.vectors, **builder.calendar_vectors}
        read = self.month_names | self.day_names if days else self.month_names
        month = number(table[MONTH], table[MONTH], 1, 0, LAST_MONTH, None, "måned")
        kept = read_vectors(table, {name: vector for name, vector in vectors.items() if name in read})
        frame = builder.frame(kept | {MONTH: month})
        for test, lacks in periods.tests.items():
            cause = table[f"{test}|mangler"] if lacks else None
            frame.tests[test] = (table[f"{test}|ja"], table[f"{test}|nei"], cause)
        if days:
            frame.keep(DAY, number(table["dag"], table["dag"], 1, 1, LAST_DATE, None, "dato"))
            for place, (expression, limit) in enumerate(periods.limits.items()):
                frame.formulas[expression] = read_vector(table, f"kutt{place}", limit)
        return frame

    # --- periods and months ----------------------------------------------------------------------------------------------

    def _periods(self) -> Any:
        """The periods that are looked at for the component."""
        table = self.builder.periods.table
        own = table[f"søkt{self.place}"]
        return (table.filter(own) if self.refused is None else table.semi_join(self.refused, "lege_nr")).view()

    def _months(self, periods: Any) -> Any:
        """A row for each month of each period."""
        table = periods.mutate(**{MONTH: ibis.range(periods["m0"], periods["m1"] + whole(1)).unnest()})
        return table if self.refused is None else self._of_refused(table)

    def _of_refused(self, months: Any) -> Any:
        return joined(months, self.refused, {"lege_nr": "lege_nr", MONTH: MONTH})

    def _dated(self, months: Any) -> Any:
        """Months with the calendar's values, the rules in force, and the first and last day that the period has in them."""
        calendar = self.builder.program.fixed_table("kalender")
        plans = (f"plan_måned{self.place}", f"plan_dag{self.place}")
        values = {f"{name}{ending}" for name in self.month_names | self.day_names for ending in ("", "|sak")}
        read = {"rad", "første", "siste", *plans, *values}
        calendar = calendar.select(*(column for column in calendar.columns if column in read))
        found = joined(months.mutate(rad=months["rad0"] + months[MONTH]), calendar, {"rad": "rad"})
        first, last = ibis.greatest(found["fra|nr"], found["første"]), ibis.least(found["til|nr"], found["siste"])
        return found.mutate(dag=first, dag_til=last).view()

    # --- stretches -------------------------------------------------------------------------------------------------------

    def _turns(self, table: Any) -> list[Expr]:
        """The days from which a rule about days may change its answer."""
        return [table[cut] + whole(1) if after else table[cut] for cut, after in self.builder.periods.cuts]

    @staticmethod
    def _within(day: Expr, table: Any) -> Expr:
        """Whether a day is inside a stretch, after its first."""
        return ((day > table["dag"]) & (day <= table["dag_til"])).fill_null(False)

    def _cut(self, table: Any) -> Any:
        """The stretches of each period's part of a month."""
        nothing = ibis.null("int64")
        turns = [self._within(day, table).ifelse(day, nothing) for day in self._turns(table)]
        if not turns:
            return table
        pieces = table.mutate(**{"~start": ibis.array([table["dag"], *turns]).unique().unnest()}).view()
        pieces = pieces.filter(pieces["~start"].notnull()).view()
        later = [
            (self._within(day, pieces) & (day > pieces["~start"])).ifelse(day, nothing) for day in self._turns(pieces)
        ]
        following = ibis.least(*later) if len(later) > 1 else later[0]
        ends = ibis.coalesce(following - whole(1), pieces["dag_til"])
        return without(pieces.mutate(dag=pieces["~start"], dag_til=ends), "~start")
