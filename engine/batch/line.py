"""What a month adds to its line, its doctor and their statuses: the rows that lines and doctors are gathered from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch.asking import Asking, looked_up
from engine.batch.join import joined, without
from engine.batch.vector import RATES, Expr, whole
from engine.batch.verdict import PAID, STATUS, STATUSES, month_statuses, of_parts
from engine.case.calendar import MONTH
from engine.decide.money import NEEDED

if TYPE_CHECKING:
    from engine.batch.builder import Builder

#: where no component stepped in
_NOBODY = 7


def status_code(name: str) -> Expr:
    return ibis.literal(STATUS[name], "int8")


def is_one_of(status: Expr, names: tuple[str, ...]) -> Expr:
    return reduce(lambda a, b: a | b, (status == status_code(name) for name in names))


def status_bit(status: Expr) -> Expr:
    """A status as a bit."""
    return ibis.cases(
        *((status == status_code(name), whole(1 << place)) for name, place in STATUS.items()), else_=whole(0)
    )


class Lines:
    """The rows that lines and doctors are gathered from."""

    def __init__(self, builder: Builder, months: Mapping[str, Any]) -> None:
        self.builder = builder
        self.order = list(builder.parts)
        self.own = {place: months[name] for place, name in enumerate(self.order)}
        self.instead: dict[int, list[tuple[int, Any]]] = {}
        for place, name in enumerate(self.order):
            over = builder.compiled.components[name].component.subsidiary_to
            if over in self.order:
                rows = months[f"{name} i stedet for {over}"]
                kept = rows.filter(~rows["kanskje"] | (rows["status"] == status_code("uavklart")))
                self.instead.setdefault(self.order.index(over), []).append((place, kept))

    def rows(self) -> Any:
        """A row for each component's month inside the window, with what it adds to its line and to the month's status."""
        single, several = [], []
        for place, own in self.own.items():
            table = self._with_instead(place, own)
            single.append(self._row(place, table.filter(table["antall_søkt"] == ibis.literal(1, "int8")), True))
            if len(self.order) > 1:
                several.append(table.filter(table["antall_søkt"] > ibis.literal(1, "int8")))
        parts = single
        if several:
            parts += self._several(several)
        for others in self.instead.values():
            for place, table in others:
                lone = table.filter(~table[f"søkt{place}"])
                parts.append(self._row(place, lone.mutate(i_stedet=ibis.literal(_NOBODY, "int8")), False))
        return reduce(lambda a, b: a.union(b, distinct=False), parts)

    def _with_instead(self, place: int, own: Any) -> Any:
        """A component's months with the status of the one that stepped in."""
        nobody = ibis.literal(_NOBODY, "int8")
        others = self.instead.get(place, [])
        if not others:
            return own.mutate(i_stedet=nobody)
        refused = own.filter(own["status"] == status_code("nei")).mutate(i_stedet=nobody)
        for _, table in others:
            stepped = table.select("lege_nr", MONTH, status2=table["status"])
            found = joined(refused, stepped, {"lege_nr": "lege_nr", MONTH: MONTH}, "left")
            refused = without(found.mutate(i_stedet=ibis.coalesce(found["status2"], found["i_stedet"])), "status2")
        rest = own.filter(own["status"] != status_code("nei")).mutate(i_stedet=nobody)
        return rest.union(refused, distinct=False)

    def _row(self, place: int, table: Any, decides: bool) -> Any:
        table = table.filter(table["status"] != status_code("utenfor"))
        mask = status_bit(self._month_status(table)) if decides else whole(0)
        return self._columns(place, table, mask)

    def _columns(self, place: int, table: Any, mask: Expr) -> Any:
        paid = reduce(lambda a, b: a | b, (table["status"] == ibis.literal(one, "int8") for one in PAID))
        zero = whole(0)
        amount, rates = zero, zero
        if "beløp" in table.columns:
            amount = paid.ifelse(ibis.coalesce(table["beløp"], zero), zero)
            if "beløp|sak" in table.columns:
                needed = is_one_of(table["status"], NEEDED) & table["beløp"].isnull()
                rates = needed.ifelse(table["beløp|sak"] & whole(RATES), zero)
        return table.select(
            lege_nr=table["lege_nr"],
            del_nr=ibis.literal(place, "int8"),
            maske=status_bit(table["status"]),
            betalt=paid.ifelse(whole(1), zero),
            beløp=amount,
            satser=rates,
            mangler=table["satser"].cast("int64"),
            måned_nr=table[MONTH],
            månedsmaske=mask,
        )

    def _month_status(self, table: Any) -> Expr:
        """The status of a month of a doctor for whom one component is applied for."""
        answers = month_statuses(self.builder.panel)
        cases = [
            (
                (table["status"] == ibis.literal(own, "int8"))
                & (table["i_stedet"] == ibis.literal(_NOBODY if instead is None else instead, "int8")),
                ibis.literal(status, "int8"),
            )
            for (own, instead), status in answers.items()
            if status != own
        ]
        return ibis.cases(*cases, else_=table["status"]) if cases else table["status"]

    def _several(self, tables: list[Any]) -> list[Any]:
        """The rows of doctors for whom more than one component may be applied for: a month's status is of them together."""
        parts = []
        for place, table in enumerate(tables):
            pair = table["status"].cast("int64") * whole(8) + table["i_stedet"].cast("int64")
            bit = ibis.cases(
                *((pair == whole(one), whole(1 << one)) for one in range(8 * len(STATUSES))), else_=whole(0)
            )
            parts.append(
                table.select(lege_nr=table["lege_nr"], måned=table[MONTH], deler=bit, sett=ibis.literal(place))
            )
        every = reduce(lambda a, b: a.union(b, distinct=False), parts)
        grouped = every.group_by(["lege_nr", "måned"]).aggregate(deler=every["deler"].bit_or())
        asking = Asking(
            self.builder.program.own("svar_deler"),
            ("deler",),
            (("månedens", "int8"),),
            partial(of_parts, self.builder.panel),
        )
        grouped = self.builder.program.add("måneder_samlet", grouped)
        self.builder.program.ask(asking, grouped)
        joint = self.builder.program.add("måneder_sammen", looked_up(grouped, asking))
        inside = joint.filter(joint["månedens"] != status_code("utenfor"))
        rows = []
        for place, table in enumerate(tables):
            own = joined(table, inside.select("lege_nr", MONTH, "månedens"), {"lege_nr": "lege_nr", MONTH: MONTH})
            rows.append(self._columns(place, own, status_bit(own["månedens"])))
        return rows
