"""The periods: a row for each, with everything about it that is the same in all its months."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from engine.batch import fact as facts_as
from engine.batch.answer import answers, tree
from engine.batch.frame import Frame
from engine.batch.join import joined, without
from engine.batch.span import measured, neighbours, packed, run_vector
from engine.batch.vector import Expr, Number, Vector, either_of, read_vectors, whole
from engine.case.names import INNERMOST, SPAN, operands
from engine.language.condition import Condition
from engine.language.expression import Expression
from engine.language.meaning import LastOf, Run

if TYPE_CHECKING:
    from engine.batch.builder import Builder


#: the endings of the columns that the length of a run is worked out from
_OF_RUN = ("årsak", "hele", "hele|høyst", "lik", "over")


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
        self.runs: dict[str, Condition | None] = {}
        """Runs of periods that meet a condition, by the key of the first length that is measured of each."""
        for key, meaning in self.needs.runs():
            if meaning.where not in self.runs.values():
                self.runs[key] = meaning.where
        self.unsure: dict[str, bool] = {}
        """Of each run, whether some periods may neither surely belong nor surely not."""
        self.table = self._build(doctors)

    def _build(self, doctors: Any) -> Any:
        builder = self.builder
        facts = [fact.name for fact in builder.vocabulary.facts_of(builder.scheme, "periode")]
        periods = builder.input("perioder").select("nr", "lege_nr", *facts)
        periods = periods.mutate(lege_nr=periods["lege_nr"].cast("int32")).rename(periode_nr="nr")
        live = doctors.filter(~doctors["avvist"] & ~doctors["utenfor"])
        live = without(live, "lege_id", "søknad_id", "avvist", "utenfor")
        near = self._neighbours(joined(periods, live, {"lege_nr": "lege_nr"}))
        beside = joined(periods, near, {"periode_nr": "periode_nr"}, "left")
        source = joined(beside, live, {"lege_nr": "lege_nr"})
        frame = self._frame(source)
        columns: dict[str, Expr] = {
            **self._dates(source, frame),
            "rad0": builder.calendar_row(source),
            **{
                name: source[name]
                for name in source.columns
                if name.startswith(("venter", "antall_", "søkt", "subsidiær"))
            },
            **self._kept(frame),
            **self._cut(frame),
            **self._filters(frame, of_runs=False),
            **self._variants(frame),
            **{name: source[name] for name in near.columns if name != "periode_nr"},
        }
        return self._answered(self._with_runs(source.select(**columns).view()))

    def _frame(self, source: Any) -> Frame:
        """The names of a table of periods with their doctors."""
        facts = self.builder.vocabulary.facts_of(self.builder.scheme, "periode")
        doctor = read_vectors(source, self.builder.doctors.vectors)
        return self.builder.frame(doctor | self.builder.stated("perioder", facts, source))

    def _neighbours(self, source: Any) -> Any:
        """What periods' neighbours tell of them, for doctors who have several; a step."""
        frame = self._frame(source)
        tests = self._filters(frame, of_runs=True)
        for run, where in self.runs.items():
            if where is None:
                tests |= {f"{run}|der": ibis.literal(True), f"{run}|ikke": ibis.literal(False)}
            self.unsure[run] = f"{run}|hvorfor" in tests
        table = source.select(periode_nr=source["periode_nr"], **self._dates(source, frame), **tests)
        return self.builder.program.add("naboer", neighbours(table.view(), self.unsure))

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
        """The dates at which a rule about days may change its answer, and `skifter`: whether some of them are inside the period."""
        columns: dict[str, Expr] = {}
        for place, (expression, days) in enumerate(self.needs.limits.items()):
            limit = self.limits[expression] = frame.formula(expression)
            columns |= {f"kutt{place}{ending}": part for ending, part in limit.parts().items()}
            for ending in ("", "|høyst") if limit.ranged else ("",):
                self.cuts += [(f"kutt{place}{ending}", after) for after in sorted(days)]
        first, last = frame.number("fra").low, frame.number("til").low
        turns = [columns[cut] + whole(1) if after else columns[cut] for cut, after in self.cuts]
        inside = either_of(((day > first) & (day <= last)).fill_null(False) for day in turns)
        return columns | {"skifter": ibis.literal(False) if inside is None else inside}

    def _filters(self, frame: Frame, of_runs: bool) -> dict[str, Expr]:
        """Whether the period is in a run, or its days are counted: `…|der` surely, `…|ikke` surely not, `…|hvorfor` what that hangs on."""
        columns: dict[str, Expr] = {}
        runs = {key for key, _ in self.needs.runs()}
        for key, where in self.needs.filters():
            if (key in runs) is of_runs and self.needs.level(operands(where)) < INNERMOST:
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
        by_filter = {where: run for run, where in self.runs.items()}
        table = measured(table, self.unsure, {by_filter[one.where] for _, one in runs if _counts_days(one)})
        columns: dict[str, Expr] = {}
        for key, meaning in runs:
            run = by_filter[meaning.where]
            vector = run_vector(table, run, meaning.measures, self.unsure[run], len(self.builder.months) + 1)
            columns |= {f"{key}{ending}": part for ending, part in vector.parts().items()}
            self.vectors[key] = vector
        unread = {f"{run}|{ending}" for run in self.runs for ending in _OF_RUN}
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
        return self.builder.program.add("periode", without(table.mutate(**words), *dropped))


def _counts_days(run: Run) -> bool:
    return run.measures != "hele måneder"
