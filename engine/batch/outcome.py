"""From months to lines, doctors and applications: statuses gathered as bits, kroner added exactly, each line rounded once."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch.asking import Asking, looked_up
from engine.batch.join import joined, without
from engine.batch.vector import LARGEST, RATES, Expr, Number, TooLarge, as_whole, number, rounded, whole
from engine.batch.verdict import PAID, STATUS, STATUSES, month_statuses, of_parts, outcomes
from engine.case.calendar import MONTH
from engine.decide.money import NEEDED

if TYPE_CHECKING:
    from engine.batch.builder import Builder

#: where no component stepped in
_NOBODY = 7


def _status(name: str) -> Expr:
    return ibis.literal(STATUS[name], "int8")


def _is_one_of(status: Expr, names: tuple[str, ...]) -> Expr:
    return reduce(lambda a, b: a | b, (status == _status(name) for name in names))


def _bit(status: Expr) -> Expr:
    """A status as a bit."""
    return ibis.cases(*((status == _status(name), whole(1 << place)) for name, place in STATUS.items()), else_=whole(0))


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
                kept = rows.filter(~rows["kanskje"] | (rows["status"] == _status("uavklart")))
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
        refused = own.filter(own["status"] == _status("nei")).mutate(i_stedet=nobody)
        for _, table in others:
            stepped = table.select("lege_nr", MONTH, status2=table["status"])
            found = joined(refused, stepped, {"lege_nr": "lege_nr", MONTH: MONTH}, "left")
            refused = without(found.mutate(i_stedet=ibis.coalesce(found["status2"], found["i_stedet"])), "status2")
        rest = own.filter(own["status"] != _status("nei")).mutate(i_stedet=nobody)
        return rest.union(refused, distinct=False)

    def _row(self, place: int, table: Any, decides: bool) -> Any:
        table = table.filter(table["status"] != _status("utenfor"))
        mask = _bit(self._month_status(table)) if decides else whole(0)
        return self._columns(place, table, mask)

    def _columns(self, place: int, table: Any, mask: Expr) -> Any:
        paid = reduce(lambda a, b: a | b, (table["status"] == ibis.literal(one, "int8") for one in PAID))
        zero = whole(0)
        amount, rates = zero, zero
        if "beløp" in table.columns:
            amount = paid.ifelse(ibis.coalesce(table["beløp"], zero), zero)
            if "beløp|sak" in table.columns:
                needed = _is_one_of(table["status"], NEEDED) & table["beløp"].isnull()
                rates = needed.ifelse(table["beløp|sak"] & whole(RATES), zero)
        return table.select(
            lege_nr=table["lege_nr"],
            del_nr=ibis.literal(place, "int8"),
            maske=_bit(table["status"]),
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
            _parts_judge(self.builder.panel),
        )
        joint = self.builder.program.add("måneder_sammen", looked_up(grouped, asking), asking)
        inside = joint.filter(joint["månedens"] != _status("utenfor"))
        rows = []
        for place, table in enumerate(tables):
            own = joined(table, inside.select("lege_nr", MONTH, "månedens"), {"lege_nr": "lege_nr", MONTH: MONTH})
            rows.append(self._columns(place, own, _bit(own["månedens"])))
        return rows


def _parts_judge(panel: Any) -> Any:
    return partial(_judge_parts, panel)


def _judge_parts(panel: Any, key: tuple[int, ...]) -> tuple[int]:
    return (of_parts(panel, key[0]),)


def _outcomes(builder: Builder) -> list[str]:
    summary = builder.compiled.summary
    return outcomes(builder.panel, summary.outcomes, summary.without_months)


def _text_of(mask: Expr, texts: list[str]) -> Expr:
    """The outcome of a set of statuses."""
    by_text: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        by_text.setdefault(text, []).append(place)
    most = max(by_text, key=lambda text: len(by_text[text]))
    cases = [
        (mask.isin([whole(place) for place in places]), ibis.literal(text))
        for text, places in by_text.items()
        if text != most
    ]
    return ibis.cases(*cases, else_=ibis.literal(most))


def decided_doctors(builder: Builder, doctors: Any, months: Mapping[str, Any]) -> Any:
    """The doctors with their outcomes and lines."""
    lines = Lines(builder, months)
    rows = lines.rows()
    columns: dict[str, Expr] = {"månedsmaske": rows["månedsmaske"].bit_or(), "mangler": rows["mangler"].bit_or()}
    for place in range(len(builder.parts)):
        own = rows["del_nr"] == ibis.literal(place, "int8")
        zero = whole(0)
        columns |= {
            f"maske{place}": own.ifelse(rows["maske"], zero).bit_or(),
            f"måneder{place}": as_whole(own.ifelse(rows["betalt"], zero).sum()),
            f"beløp{place}": as_whole(own.ifelse(rows["beløp"], zero).sum()),
            f"satser{place}": own.ifelse(rows["satser"], zero).bit_or(),
            f"siste{place}": rows["måned_nr"].max(where=own),
        }
    gathered = builder.program.add("linjer", rows.group_by("lege_nr").aggregate(**columns))
    table = joined(doctors, gathered, {"lege_nr": "lege_nr"}, "left")
    texts, summary = _outcomes(builder), builder.compiled.summary
    none = ibis.null("string")
    outcome = ibis.cases(
        (table["avvist"], ibis.literal(summary.formal_defect)),
        (table["utenfor"], ibis.literal(summary.without_months)),
        else_=_text_of(ibis.coalesce(table["månedsmaske"], whole(0)), texts),
    )
    sets = [
        (table["avtaletype"] == ibis.literal(place, "int8"), ibis.literal(one.id))
        for place, one in enumerate(builder.kinds.sets)
        if one is not None
    ]
    found: dict[str, Expr] = {
        "lege_nr": table["lege_nr"],
        "lege_id": table["lege_id"],
        "søknad_nr": table["søknad_nr"],
        "søknad_id": table["søknad_id"],
        "utenfor": table["utenfor"],
        "regelsett": table["avvist"].ifelse(none, ibis.cases(*sets, else_=none)),
        "utfall": outcome,
        "mangler": ibis.coalesce(table["mangler"], whole(0)),
    }
    stopped = table["avvist"] | table["utenfor"]
    for place, name in enumerate(builder.parts):
        found |= _line(builder, table, place, name, stopped, texts)
    return builder.program.add("vedtak_lege", table.select(**found))


def _line(builder: Builder, table: Any, place: int, name: str, stopped: Expr, texts: list[str]) -> dict[str, Expr]:
    zero, nothing = whole(0), ibis.null("int64")
    mask = ibis.coalesce(table[f"maske{place}"], zero)
    exists = ~stopped & ((mask != zero) | table[f"søkt{place}"])
    rates = ibis.coalesce(table[f"satser{place}"], zero)
    øre = _rounded_line(builder, table, place, name)
    return {
        f"linje{place}": exists,
        f"utfall{place}": exists.ifelse(_text_of(mask, texts), ibis.null("string")),
        f"måneder{place}": exists.ifelse(ibis.coalesce(table[f"måneder{place}"], zero), nothing),
        f"kjent{place}": exists.ifelse(øre, nothing),
        f"satser{place}": exists.ifelse(rates, zero),
    }


def _rounded_line(builder: Builder, table: Any, place: int, name: str) -> Expr:
    """The line's kroner as øre, rounded as the calculation of its last month says."""
    amount = builder.amounts[place]
    if amount is None:
        return whole(0)
    most = max(-amount.least, amount.most) * len(builder.months)
    if most > LARGEST:
        raise TooLarge("beløpet på en linje kan bli for stort for tabellene")
    total = ibis.coalesce(table[f"beløp{place}"], whole(0))
    exact = number(total, total, amount.den, min(0, amount.least) * len(builder.months), max(0, most))
    calculations = [calculation for calculation, _ in builder.compiled.components[name].calculations][::-1]
    month = table[f"siste{place}"]
    choices = []
    for calculation in calculations:
        parts = [] if calculation.months.first is None else [month >= whole(calculation.months.first)]
        parts += [] if calculation.months.last is None else [month <= whole(calculation.months.last)]
        holds = reduce(lambda a, b: a & b, parts) if parts else month.notnull()
        choices.append((holds, _øre(rounded(exact, calculation.rounding.step, calculation.rounding.mode))))
    return ibis.cases(*choices, else_=whole(0))


def _øre(amount: Number) -> Expr:
    """An amount of whole øre as øre."""
    factor = Fraction(100, amount.den)
    if factor.denominator == 1:
        return amount.low * whole(factor.numerator)
    raise TooLarge("avrundingen gir mindre enn hele øre")


def decided_applications(builder: Builder, application: Any, doctors: Any | None) -> Any:
    """The applications with their outcomes and sums."""
    summary = builder.compiled.summary
    status_of = {rule.outcome: rule.status for rule in summary.outcomes if rule.status}
    texts, zero = _outcomes(builder), whole(0)
    table = application
    if doctors is not None:
        own = ibis.cases(
            *((doctors["utfall"] == text, whole(1 << STATUS[status])) for text, status in status_of.items()),
            else_=whole(1 << STATUS["delvis"]),
        )
        known = reduce(
            lambda a, b: a + b,
            (ibis.coalesce(doctors[f"kjent{place}"], zero) for place in range(len(builder.parts))),
        )
        rates = reduce(
            lambda a, b: a | b, (doctors[f"satser{place}"] for place in range(len(builder.parts))), doctors["mangler"]
        )
        rows = doctors.select(søknad_nr=doctors["søknad_nr"], maske=own, kjent=known, satser=rates)
        gathered = rows.group_by("søknad_nr").aggregate(
            maske=rows["maske"].bit_or(), kjent=as_whole(rows["kjent"].sum()), satser=rows["satser"].bit_or()
        )
        table = joined(application, gathered, {"nr": "søknad_nr"}, "left")
    else:
        table = application.mutate(maske=ibis.null("int64"), kjent=zero, satser=zero)
    status = table["status"]
    alone = (status == _status("nei")) | table["maske"].isnull()
    mask = alone.ifelse(_bit(status), (status == _status("ja")).ifelse(table["maske"], table["maske"] | _bit(status)))
    outcome = (status == _status("avvist")).ifelse(ibis.literal(summary.formal_defect), _text_of(mask, texts))
    known = ibis.coalesce(table["kjent"], zero)
    lacking = ibis.coalesce(table["satser"], zero)
    open_sum = lacking != zero
    if not builder.parts:
        settled = (outcome == summary.formal_defect) | (outcome == summary.without_months)
        open_sum = open_sum | ~settled
    return builder.program.add(
        "vedtak_søknad",
        table.select(
            nr=table["nr"],
            id=table["id"],
            år=table["år"],
            utfall=outcome,
            sum=open_sum.ifelse(ibis.null("int64"), known),
            kjent=known,
            satser=lacking,
        ),
    )
