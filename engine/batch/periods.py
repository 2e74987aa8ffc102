"""The periods: a row for each, with everything about it that is the same in all its months."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from engine.batch import fact as facts_as
from engine.batch.answer import answers, tree
from engine.batch.frame import Frame
from engine.batch.join import joined, without
from engine.batch.span import measured, neighbours, packed, run_vector
from engine.batch.vector import Expr, Number, Vector, read_vectors
from engine.case.names import INNERMOST, SPAN, operands
from engine.language.expression import Expression
from engine.language.meaning import LastOf, Run

if TYPE_CHECKING:
    from engine.batch.builder import Builder


#: the endings of the columns that the length of a run is worked out from
_OF_RUN = ("der", "ikke", "hvorfor", "årsak", "hele", "hele|høyst", "lik", "over")


class Periods:
    """The periods of doctors who are assessed, with the answers that hold for all months of one, for every component; a step.

    `vectors` are the names it keeps; `limits` the dates that days are compared with, in the columns `kutt…`; `cuts` the columns, with 0
    for a day that an answer turns on and 1 for one whose next day it turns on; `tests` the rate variants whose conditions are answered
    (`…|ja`, `…|nei`, and where true `…|mangler`); `read` the names that the months of each component read, and its stretches.
    """

    def __init__(self, builder: Builder, doctors: Any) -> None:
        self.builder = builder
        self.needs = builder.needs
        self.vectors: dict[str, Vector] = {}
        self.limits: dict[Expression, Number] = {}
        self.cuts: list[tuple[str, int]] = []
        self.tests: dict[str, bool] = {}
        self.read: dict[str, tuple[set[str], set[str]]] = {}
        self.table = self._build(doctors)

    def _build(self, doctors: Any) -> Any:
        builder = self.builder
        facts = builder.vocabulary.facts_of(builder.scheme, "periode")
        periods = builder.input("perioder").select("nr", "lege_nr", *(fact.name for fact in facts))
        periods = periods.mutate(lege_nr=periods["lege_nr"].cast("int32")).rename(periode_nr="nr")
        live = doctors.filter(~doctors["avvist"] & ~doctors["utenfor"])
        source = joined(periods, without(live, "lege_id", "søknad_id", "avvist", "utenfor"), {"lege_nr": "lege_nr"})
        stated = builder.stated("perioder", facts, source)
        frame = builder.frame(read_vectors(source, builder.doctors.vectors) | stated)
        columns: dict[str, Expr] = {
            "periode_nr": source["periode_nr"],
            **self._dates(source, frame),
            "rad0": builder.calendar_row(source),
            **{
                name: source[name]
                for name in source.columns
                if name.startswith(("venter", "antall_", "søkt", "subsidiær"))
            },
            **self._kept(frame),
            **self._cut(frame),
            **self._filters(frame),
            **self._variants(frame),
        }
        return self._answered(self._with_runs(source.select(**columns).view()))

    @staticmethod
    def _dates(source: Any, frame: Frame) -> dict[str, Expr]:
        after = source["til"] + ibis.interval(days=1)
        return {
            "lege_nr": source["lege_nr"],
            "fra|nr": frame.number("fra").low,
            "til|nr": frame.number("til").low,
            "m0": facts_as.month_of(source["fra"]),
            "m1": facts_as.month_of(source["til"]),
            "fra|dag": packed(facts_as.month_of(source["fra"]), source["fra"].day().cast("int64")),
            "slutt|dag": packed(facts_as.month_of(after), after.day().cast("int64")),
        }

    def _kept(self, frame: Frame) -> dict[str, Expr]:
        """The names that months, or the period's own answers, read."""
        for key, version in self.needs.versions():
            if isinstance(version.meaning, LastOf):
                frame.keep(key, frame.vector(version.meaning.fact))
        wanted = self.builder.names.frontier(self.needs.outer, SPAN) | self.needs.of_span | set(frame.versions())
        self.vectors = {name: frame.vector(name) for name in sorted(self.needs.before_runs(wanted))}
        return {f"{name}{end}": part for name, one in self.vectors.items() for end, part in one.parts().items()}

    def _cut(self, frame: Frame) -> dict[str, Expr]:
        """The dates at which a rule about days may change its answer."""
        columns: dict[str, Expr] = {}
        for place, (expression, days) in enumerate(self.needs.limits.items()):
            limit = self.limits[expression] = frame.formula(expression)
            columns |= {f"kutt{place}{ending}": part for ending, part in limit.parts().items()}
            for ending in ("", "|høyst") if limit.ranged else ("",):
                self.cuts += [(f"kutt{place}{ending}", after) for after in sorted(days)]
        return columns

    def _filters(self, frame: Frame) -> dict[str, Expr]:
        """Whether the period's days are counted: `…|der` surely, `…|ikke` surely not, `…|hvorfor` what that hangs on."""
        columns: dict[str, Expr] = {}
        for key, where in self.needs.filters():
            if self.needs.level(operands(where)) < INNERMOST:
                yes, no = tree(where, frame)
                cause = frame.cause(where)
                columns |= {f"{key}|der": yes, f"{key}|ikke": no} | ({} if cause is None else {f"{key}|hvorfor": cause})
        return columns

    def _variants(self, frame: Frame) -> dict[str, Expr]:
        """Which variant of a rate the period is for, where its months do not matter."""
        columns: dict[str, Expr] = {}
        for name in sorted(self.needs.inner):
            found = self.builder.names.parameter(name)
            for variant in found[0].variants if found is not None and name == found[0].name else ():
                read = set(operands(variant.when))
                if self.needs.level(read) <= SPAN and not self.needs.on_run(read):
                    key = f"{name}.{variant.id}"
                    yes, no, cause = frame.test(key, variant.when)
                    columns |= {f"{key}|ja": yes, f"{key}|nei": no} | (
                        {} if cause is None else {f"{key}|mangler": cause}
                    )
                    self.tests[key] = cause is not None
        return columns

    def _with_runs(self, table: Any) -> Any:
        """The periods with what their neighbours tell: shared months, and the lengths of runs."""
        runs = self.needs.runs()
        by_filter: dict[object, str] = {}
        for key, meaning in runs:
            by_filter.setdefault(meaning.where, key)
            if meaning.where is None:
                table = table.mutate(**{f"{key}|der": ibis.literal(True), f"{key}|ikke": ibis.literal(False)}).view()
        unsure = {key: f"{key}|hvorfor" in table.columns for key in by_filter.values()}
        near = self.builder.program.add("naboer", neighbours(table, unsure))
        table = measured(table, near, unsure, {by_filter[one.where] for _, one in runs if _counts_days(one)})
        columns: dict[str, Expr] = {}
        for key, meaning in runs:
            run = by_filter[meaning.where]
            vector = run_vector(table, run, meaning.measures, unsure[run], len(self.builder.months) + 1)
            columns |= {f"{key}{ending}": part for ending, part in vector.parts().items()}
            self.vectors[key] = vector
        unread = {f"{run}|{ending}" for run in unsure for ending in _OF_RUN}
        return without(table.mutate(**columns), "fra|dag", "slutt|dag", *unread).view()

    def _answered(self, table: Any) -> Any:
        """The periods with the answers that hold for all months of one, and without what no later table reads."""
        frame = self.builder.frame(read_vectors(table, self.vectors))
        words: dict[str, Expr] = {}
        for name, part in self.builder.parts.items():
            words |= part.month_layout.words[0].pack(answers(part.months, part.month_layout.words[0].leaves, frame))
            if part.days is not None:
                words |= part.day_layout.words[0].pack(answers(part.days, part.day_layout.words[0].leaves, frame))
            self.read[name] = self.needs.of_months(part, self.tests), self.needs.of_days(part, self.tests)
        unread = set(self.vectors).difference(*(names for both in self.read.values() for names in both))
        dropped = {f"{name}{ending}" for name in unread for ending in ("", "|høyst", "|sak")}
        return self.builder.program.add("periode", without(table.mutate(**words), *dropped, "periode_nr"))


def _counts_days(run: Run) -> bool:
    return run.measures != "hele måneder"
