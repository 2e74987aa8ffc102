"""From months to lines, doctors and applications: statuses gathered as bits, kroner added exactly, each line rounded once."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch.arithmetic import as_whole, rounded
from engine.batch.join import joined
from engine.batch.line import Lines, status_bit, status_code
from engine.batch.vector import LARGEST, Expr, Number, TooLarge, number, whole
from engine.batch.verdict import STATUS, outcomes

if TYPE_CHECKING:
    from engine.batch.builder import Builder


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
    alone = (status == status_code("nei")) | table["maske"].isnull()
    mask = alone.ifelse(
        status_bit(status), (status == status_code("ja")).ifelse(table["maske"], table["maske"] | status_bit(status))
    )
    outcome = (status == status_code("avvist")).ifelse(ibis.literal(summary.formal_defect), _text_of(mask, texts))
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
