"""The doctors: what kind of agreement date each has, what is applied for, and whether anything stops the assessment."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch import fact as facts_as
from engine.batch.answer import tree
from engine.batch.applications import Rows
from engine.batch.frame import Frame, kept
from engine.batch.join import joined
from engine.batch.vector import LAST_DATE, Expr, number, read_vectors
from engine.batch.verdict import STATUS

if TYPE_CHECKING:
    from engine.batch.builder import Builder


def doctors(builder: Builder, application: Rows) -> Rows:
    """A row for each doctor: `avtaletype`, `avvist`, `utenfor` (of every rule set), `venter`, `antall_søkt`, and for each component
    `søkt…` and `subsidiær…`.
    """
    facts = [fact for fact in builder.vocabulary.facts_of(builder.scheme, "lege") if fact.kind != "liste"]
    rows = builder.input("leger").select("nr", "id", "søknad_nr", *(fact.name for fact in facts))
    rows = rows.mutate(nr=rows["nr"].cast("int32")).rename(lege_nr="nr", lege_id="id")
    table = joined(rows, application.table.rename(søknad_id="id"), {"søknad_nr": "nr"})
    earliest = builder.needs.earliest()
    if earliest:
        table = joined(table, _earliest(builder), {"lege_nr": "lege_nr"}, "left")
    stated = builder.stated("leger", facts, table)
    stated |= {name: number(table[name], table[name], 1, 1, LAST_DATE, None, "dato") for name, _ in earliest}
    frame = builder.frame(read_vectors(table, application.vectors) | stated)
    agreed = frame.number(builder.vocabulary.agreement_date).low
    kind = builder.kinds.column(agreed)
    applied, any_sure = _applied_for(builder, frame)
    dismissed = table["status"] == ibis.literal(STATUS["avvist"], "int8")
    outside = kind.isin([ibis.literal(one, "int8") for one in builder.kinds.outside])
    columns: dict[str, Expr] = {
        **{name: table[name] for name in ("lege_nr", "lege_id", "søknad_nr", "søknad_id", "år")},
        "avtaletype": kind,
        "avvist": dismissed,
        "utenfor": outside & ~dismissed,
        "venter": (table["venter"] == ibis.literal(1, "int8")) | agreed.isnull() | ~any_sure,
        "antall_søkt": reduce(lambda left, right: left + right, (one.cast("int8") for one in applied)),
        **{f"søkt{place}": sought for place, sought in enumerate(applied)},
        **{f"subsidiær{place}": instead for place, instead in enumerate(_subsidiary(builder, frame))},
        **kept(frame, builder.needs.of_doctor),
    }
    vectors = {name: frame.vector(name) for name in builder.needs.of_doctor}
    return Rows(builder.program.add("lege", table.select(**columns)), vectors)


def _applied_for(builder: Builder, frame: Frame) -> tuple[list[Expr], Expr]:
    """The components applied for, or when none surely is, all that may be; and whether some surely is."""
    codes = [tree(part.part.component.applied_when, frame) for part in builder.parts.values()]
    any_sure = reduce(lambda left, right: left | right, (yes for yes, _ in codes))
    return [any_sure.ifelse(yes, ~no) for yes, no in codes], any_sure


def _subsidiary(builder: Builder, frame: Frame) -> list[Expr]:
    """Whether each component surely is applied for in place of a refused one."""
    conditions = [part.part.component.subsidiary_when for part in builder.parts.values()]
    return [ibis.literal(False) if one is None else tree(one, frame)[0] for one in conditions]


def _earliest(builder: Builder) -> Any:
    """The earliest dates over each doctor's periods."""
    periods = builder.input("perioder")
    columns = {name: facts_as.ordinal(periods[one.fact]).min() for name, one in builder.needs.earliest()}
    found = periods.group_by("lege_nr").aggregate(**columns)
    return found.mutate(lege_nr=found["lege_nr"].cast("int32"))
