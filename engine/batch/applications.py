"""The application's own conditions: a row for each application of the scheme, with its status and whether it is on hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch.answer import answers
from engine.batch.asking import Asking, looked_up
from engine.batch.frame import Frame, kept
from engine.batch.join import joined, without
from engine.batch.static import NO_YEAR
from engine.batch.vector import Expr, Vector, read_vectors, whole
from engine.batch.verdict import STATUS, Layout, Verdicts, of_line, on_hold
from engine.batch.word import Words
from engine.decide.group import Group

if TYPE_CHECKING:
    from engine.batch.builder import Builder


@dataclass(frozen=True)
class Rows:
    """A table that later tables are built on, with the vectors of the names it keeps."""

    table: Any
    vectors: Mapping[str, Vector]


def applications(builder: Builder) -> Rows:
    """The applications with the status of their own conditions (`status`), and whether they are on hold (`venter`)."""
    names, group = builder.names, builder.compiled.application
    source = builder.input("søknader")
    facts = [fact for fact in builder.vocabulary.facts_of(builder.scheme, "søknad") if fact.kind != "liste"]
    table = source.filter(source["ordning"] == builder.scheme).select("nr", "id", *(fact.name for fact in facts))
    year: Expr = whole(NO_YEAR)
    if names.year is not None:
        table = table.mutate(år=ibis.coalesce(table[names.year].cast("int64"), whole(NO_YEAR)))
        table = joined(table, builder.program.fixed_table("år"), {"år": "år"})
        year = table["år"]
    stated = builder.stated("søknader", facts, table)
    frame = builder.frame(stated | read_vectors(table, builder.year_vectors))
    words, verdicts = _judging(builder, group, "svar")
    table = table.select(
        nr=table["nr"],
        id=table["id"],
        år=year,
        plan=_plans(builder, verdicts, year),
        **kept(frame, builder.needs.of_application),
        **words.pack(answers(group, words.leaves, frame)),
    )
    given = (("status", "int8"), ("venter", "int8"))
    asking = Asking(builder.program.own("svar_søknad"), ("plan", *words.columns), given, partial(on_hold, verdicts))
    vectors = {name: frame.vector(name) for name in builder.needs.of_application}
    builder.program.ask(asking, table)
    found = Rows(builder.program.add("søknad", looked_up(table, asking)), vectors)
    return Rows(_with_lines(builder, found), vectors)


def _judging(builder: Builder, group: Group, name: str) -> tuple[Words, Verdicts]:
    words = Words(name, [place for place, leaf in enumerate(group.leaves) if leaf is not None])
    return words, Verdicts(group, Layout((words,)), builder.panel)


def _plans(builder: Builder, verdicts: Verdicts, year: Expr) -> Expr:
    """The number of the plan for each grant year."""
    cases = []
    for one in builder.years:
        plan = builder.compiled.plan(verdicts.group, None, None, None if one == NO_YEAR else one)
        cases.append((year == whole(one or 0), whole(verdicts.number(plan))))
    return ibis.cases(*cases)


def _with_lines(builder: Builder, rows: Rows) -> Any:
    """A row of a list that a person must judge sends an application that nothing else stops to judgement."""
    slots = builder.compiled.slots
    lists = [(name, group) for name, group in builder.compiled.lists.items() if slots.lists[name].level == "søknad"]
    if not lists:
        return rows.table
    judged = [_judged_lines(builder, rows, name, group) for name, group in lists]
    every = reduce(lambda left, right: left.union(right), judged).distinct()
    table = joined(rows.table, every.mutate(dømmes=ibis.literal(True)), {"nr": "søknad_nr"}, "left")
    free = table["status"] == ibis.literal(STATUS["ja"], "int8")
    status = (free & table["dømmes"].notnull()).ifelse(ibis.literal(STATUS["skjønn"], "int8"), table["status"])
    return builder.program.add("søknad_med_poster", without(table.mutate(status=status), "dømmes"))


def _judged_lines(builder: Builder, rows: Rows, name: str, group: Group) -> Any:
    """The applications that have a row in a list that a person must judge."""
    own = without(rows.table, "status", "venter", "plan", "id")
    table = joined(builder.input(name), own, {"søknad_nr": "nr"})
    fields = builder.compiled.slots.lists[name].fields
    stated = builder.stated(name, fields.values(), table)
    of_list = {f"{name}.{one}": vector for one, vector in stated.items()}
    frame: Frame = builder.frame(of_list | read_vectors(table, rows.vectors), name)
    words, verdicts = _judging(builder, group, "post")
    table = table.select(
        søknad_nr=table["søknad_nr"],
        plan=_plans(builder, verdicts, table["år"]),
        **words.pack(answers(group, words.leaves, frame)),
    )
    key, given = ("plan", *words.columns), (("status", "int8"),)
    asking = Asking(builder.program.own(f"svar_{name}"), key, given, partial(of_line, verdicts))
    builder.program.ask(asking, table)
    found = builder.program.add(f"poster_{name}", looked_up(table, asking))
    return found.filter(found["status"] == ibis.literal(STATUS["skjønn"], "int8")).select("søknad_nr")
