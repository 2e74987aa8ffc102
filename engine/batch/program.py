"""A scheme's rules as a row of table expressions, from the input tables to months, doctors and applications.

Each step is one table, built on the ones before it. Where a step needs verdicts, it looks them up by the packed answers; the engine
that runs the program has distinct answers judged as they appear (`Step.asks`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial, reduce
from typing import Any

import ibis

from engine.batch import fact as facts_as
from engine.batch.answer import answer, tree
from engine.batch.asking import Asking, Question, looked_up
from engine.batch.frame import Frame
from engine.batch.gather import Gather
from engine.batch.join import joined, without
from engine.batch.names import APPLICATION, DOCTOR, INNERMOST, SPAN, Names, in_formula, named, operands
from engine.batch.span import SHARED, measured, neighbours, packed, run_vector
from engine.batch.static import NO_YEAR, Static, of_months, of_years, rate_bits
from engine.batch.vector import (
    FIRST_RATE,
    LARGEST,
    Choice,
    Expr,
    Number,
    TooLarge,
    Vector,
    number,
    read_vectors,
    rounded,
    whole,
)
from engine.batch.verdict import (
    PAID,
    STATUS,
    STATUSES,
    Layout,
    Verdicts,
    month_statuses,
    of_day,
    of_line,
    of_month,
    of_parts,
    on_hold,
    outcomes,
)
from engine.batch.word import Words
from engine.case.calendar import DAY, MONTH
from engine.decide.agreement import Panel
from engine.decide.compiled import HELD, CompiledComponent, CompiledScheme
from engine.decide.group import Group
from engine.language.condition import Compare, leaves
from engine.language.expression import Name
from engine.language.model import (
    ByAgreement,
    DaysCounted,
    EarliestOf,
    LastOf,
    Repeal,
    Rule,
    Run,
    SumOfEarlier,
    SumOverDays,
)
from engine.ruleset.selection import of_grant_year, select
from engine.text.month import Month

Keep = dict[str, Expr]


@dataclass(frozen=True)
class Step:
    """One table of the program, and what it asks; it is made again until all of that is judged."""

    name: str
    expression: Any
    asks: tuple[Question, ...] = ()


@dataclass
class Program:
    """What to run for one scheme: `fixed` are the tables that do not come from applications; then the steps in order."""

    scheme: str
    fixed: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    components: tuple[str, ...] = ()
    rates: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    """What months show beside the contract's own columns: name → the table column's type in Ibis."""


def _question(name: str, expression: Any, asking: Asking) -> Question:
    table = ibis.table(expression.schema(), name=name)
    given = asking.given[0][0]
    return Question(asking, given, table.filter(table[given].isnull()).select(*asking.key))


def _table(step: Step) -> Any:
    return ibis.table(step.expression.schema(), name=step.name)


def _kept(frame: Frame, names: Iterable[str]) -> Keep:
    """The columns that keep these names for later tables."""
    return {f"{name}{ending}": part for name in sorted(names) for ending, part in frame.vector(name).parts().items()}


class Builder:
    """Builds the program of one scheme. `inputs` are the schemas of the input tables, `months` every month there is a day in."""

    def __init__(
        self, compiled: CompiledScheme, panel: Panel, inputs: Mapping[str, ibis.Schema], months: Sequence[Month]
    ) -> None:
        self.compiled = compiled
        self.panel = panel
        self.inputs = inputs
        self.months = list(months)
        self.names = Names(compiled.slots)
        self.rates = rate_bits(self.names)
        self.scheme = compiled.scheme.id
        self.program = Program(self.scheme, components=tuple(compiled.components), rates=self.rates)
        self.vocabulary = compiled.vocabulary
        self.amounts: dict[int, Number | None] = {}
        self.shown_numbers: dict[str, Number] = {}
        self._plan_rules()

    # --- what is needed --------------------------------------------------------------------------------------------------

    def _plan_rules(self) -> None:
        """Sort leaves by the table that answers them, and gather the names each table must keep."""
        compiled, names = self.compiled, self.names
        self.parts = {name: ComponentPlan(part, names, self.panel) for name, part in compiled.components.items()}
        shown = {name for name in self.vocabulary.shown_per_month.values() if name in compiled.slots.index}
        self.shown = sorted(shown.union(*({n for c, _ in p.calculations for n in c.shown} for p in self._components())))
        wanted: set[str] = set(self.shown)
        for part in self.parts.values():
            wanted |= part.inner_names
        self.counted = self._counted(wanted.union(*(part.outer_names for part in self.parts.values())))
        for name in list(self.counted):
            for version in names.versions(name):
                if isinstance(version.meaning, SumOverDays):
                    wanted |= in_formula(version.meaning.value)
        tests = [
            leaf
            for part in self._components()
            if part.days is not None
            for leaf in part.days.leaves
            if leaf is not None
        ]
        tests += [leaf for where in self._filters() for leaf in leaves(where)]
        self.limits: dict[Any, set[int]] = {}
        for leaf in tests:
            for expression, after in limits(leaf):
                self.limits.setdefault(expression, set()).update(after)
        self.inner_filters = [where for where in self._filters() if self._level(operands(where)) == INNERMOST]
        self.month_names = wanted | {name for where in self.inner_filters for name in operands(where)}
        self.span_kept = names.frontier(self.month_names, SPAN)
        outer = set(self.span_kept) | {name for part in self.parts.values() for name in part.outer_names}
        outer |= {name for where in self._filters() for name in operands(where)}
        outer |= {name for expr in self.limits for name in in_formula(expr)}
        for part in self._components():
            outer |= {*operands(part.component.applied_when), *operands(part.component.subsidiary_when)}
        outer |= {
            one.meaning.fact for name in self.counted for one in names.versions(name) if isinstance(one.meaning, LastOf)
        }
        self.doctor_kept = names.frontier(outer, DOCTOR)
        application = set(outer) | {n for leaf in compiled.application.leaves if leaf is not None for n in named(leaf)}
        self.application_kept = names.frontier(application, APPLICATION)

    def _components(self) -> list[CompiledComponent]:
        return list(self.compiled.components.values())

    def _level(self, wanted: Iterable[str]) -> int:
        return max((self.names.level(name) for name in wanted), default=0)

    def _counted(self, wanted: Iterable[str]) -> set[str]:
        """The names counted over the month's days, or added up over months, that the wanted names rest on."""
        found: set[str] = set()
        waiting = {base for name in wanted for base in self.names.bases(name)}
        while waiting:
            name = waiting.pop()
            for version in self.names.versions(name):
                meaning = version.meaning
                if isinstance(meaning, DaysCounted | SumOverDays | Run | LastOf):
                    found.add(name)
                if isinstance(meaning, SumOfEarlier) and name not in found:
                    found.add(name)
                    waiting |= set(self.names.bases(meaning.name))
        return found

    def _filters(self) -> list[Any]:
        return [
            version.meaning.where
            for name in sorted(self.counted)
            for version in self.names.versions(name)
            if isinstance(version.meaning, DaysCounted | SumOverDays | Run) and version.meaning.where is not None
        ]

    # --- the program -----------------------------------------------------------------------------------------------------

    def build(self) -> Program:
        """Every step, in order."""
        self._years()
        application = self._application()
        if self.vocabulary.schemes[self.scheme].has_doctors:
            doctors = self._doctors(application)
            self._calendar()
            spans = self._spans(doctors)
            months = self._all_months(spans)
            decided = self._decided(doctors, months)
            self._applications(application, decided)
        else:
            self._applications(application, None)
        return self.program

    def _add(self, name: str, expression: Any, *asks: Asking | Question) -> Any:
        """A step. Of a lookup alone, the step itself has the keys, and `status` tells what is not judged."""
        name = self.own(name)
        questions = tuple(one if isinstance(one, Question) else _question(name, expression, one) for one in asks)
        step = Step(name, expression, questions)
        self.program.steps.append(step)
        return _table(step)

    def own(self, name: str) -> str:
        """The name of one of the program's tables: schemes have tables of their own."""
        return f"{self.scheme}/{name}"

    def _input(self, name: str) -> Any:
        return ibis.table(self.inputs[name], name=name)

    def _years(self) -> None:
        self.year_vectors: Mapping[str, Vector] = {}
        if self.names.year is None:
            return
        wanted = [name for name in self.application_kept if self.names.is_of_year(name)]
        static = of_years(self.compiled, self.names, wanted, self.rates)
        self.program.fixed[self.own("år")] = static.rows
        self.year_rows = static.rows["år"]
        self.year_vectors = static.vectors

    # --- the application -------------------------------------------------------------------------------------------------

    def _application(self) -> Any:
        names, group = self.names, self.compiled.application
        source = self._input("del_søknader")
        facts = [fact for fact in self.vocabulary.facts_of(self.scheme, "søknad") if fact.kind != "liste"]
        table = source.filter(source["ordning"] == self.scheme).select("nr", "id", *(fact.name for fact in facts))
        year: Expr = whole(NO_YEAR)
        if names.year is not None:
            years = ibis.table(_schema(self.program.fixed[self.own("år")]), name=self.own("år"))
            year = ibis.coalesce(table[names.year].cast("int64"), whole(NO_YEAR))
            table = table.mutate(år=year)
            table = joined(table, years, {"år": "år"})
            year = table["år"]
        kept = {fact.name: facts_as.vector(fact, table[fact.name]) for fact in facts}
        frame = Frame(names, kept | read_vectors(table, self.year_vectors), self.rates)
        numbers = [number for number, leaf in enumerate(group.leaves) if leaf is not None]
        words = Words("svar", numbers)
        verdicts = Verdicts(group, Layout((words,)), self.panel)
        answers = {number: answer(leaf, frame) for number, leaf in enumerate(group.leaves) if leaf is not None}
        plans = self._year_plans(verdicts, year)
        table = table.select(
            nr=table["nr"],
            id=table["id"],
            år=year,
            plan=plans,
            **_kept(frame, self.application_kept),
            **words.pack(answers),
        )
        asking = Asking(
            self.own("svar_søknad"),
            ("plan", *words.columns),
            (("status", "int8"), ("venter", "int8")),
            partial(on_hold, verdicts),
        )
        table = looked_up(table, asking)
        self.application_vectors = {name: frame.vector(name) for name in self.application_kept}
        found = self._add("søknad", table, asking)
        return self._with_lines(found)

    def _year_plans(self, verdicts: Verdicts, year: Expr) -> Expr:
        rows = self.year_rows if self.names.year is not None else [NO_YEAR]
        plans = [
            verdicts.number(self.compiled.plan(verdicts.group, None, None, None if one == NO_YEAR else one))
            for one in rows
        ]
        return ibis.cases(*((year == whole(one), whole(plan)) for one, plan in zip(rows, plans, strict=True)))

    def _with_lines(self, application: Any) -> Any:
        """A row of a list that a person must judge sends an application that nothing else stops to judgement."""
        lists = [
            (name, group)
            for name, group in self.compiled.lists.items()
            if self.compiled.slots.lists[name].level == "søknad" and f"del_{name}" in self.inputs
        ]
        if not lists:
            return application
        judged = [self._judged_lines(application, name, group) for name, group in lists]
        all_judged = reduce(lambda left, right: left.union(right), judged).distinct()
        table = joined(application, all_judged.mutate(dømmes=ibis.literal(True)), {"nr": "søknad_nr"}, "left")
        status = ((table["status"] == _status("ja")) & table["dømmes"].notnull()).ifelse(
            _status("skjønn"), table["status"]
        )
        return self._add("søknad_med_poster", without(table.mutate(status=status), "dømmes"))

    def _judged_lines(self, application: Any, name: str, group: Group) -> Any:
        rows = self._input(f"del_{name}")
        table = joined(rows, without(application, "status", "venter", "plan", "id"), {"søknad_nr": "nr"})
        fields = self.compiled.slots.lists[name].fields
        kept = {f"{name}.{one.name}": facts_as.vector(one, table[one.name]) for one in fields.values()}
        frame = Frame(self.names, kept | read_vectors(table, self.application_vectors), self.rates, of_list=name)
        numbers = [number for number, leaf in enumerate(group.leaves) if leaf is not None]
        words = Words("post", numbers)
        verdicts = Verdicts(group, Layout((words,)), self.panel)
        answers = {number: answer(leaf, frame) for number, leaf in enumerate(group.leaves) if leaf is not None}
        table = table.select(
            søknad_nr=table["søknad_nr"], plan=self._year_plans(verdicts, table["år"]), **words.pack(answers)
        )
        asking = Asking(
            self.own(f"svar_{name}"), ("plan", *words.columns), (("status", "int8"),), partial(of_line, verdicts)
        )
        found = self._add(f"poster_{name}", looked_up(table, asking), asking)
        return found.filter(found["status"] == _status("skjønn")).select("søknad_nr")

    # --- the doctor ------------------------------------------------------------------------------------------------------

    def _doctors(self, application: Any) -> Any:
        names = self.names
        facts = [fact for fact in self.vocabulary.facts_of(self.scheme, "lege") if fact.kind != "liste"]
        rows = self._input("del_leger").select("nr", "id", "søknad_nr", *(fact.name for fact in facts))
        rows = rows.mutate(nr=rows["nr"].cast("int32")).rename(lege_nr="nr", lege_id="id")
        table = joined(rows, application.rename(søknad_id="id"), {"søknad_nr": "nr"})
        earliest = self._earliest()
        if earliest is not None:
            table = joined(table, earliest, {"lege_nr": "lege_nr"}, "left")
        kept = {fact.name: facts_as.vector(fact, table[fact.name]) for fact in facts}
        for name in self._earliest_names():
            value = table[name]
            kept[name] = number(value, value, 1, 1, 3_652_059, None, "dato")
        frame = Frame(names, read_vectors(table, self.application_vectors) | kept, self.rates)
        agreed = frame.number(self.vocabulary.agreement_date).low
        self.buckets = Buckets(self.compiled)
        bucket = self.buckets.column(agreed)
        codes = [tree(part.component.applied_when, frame) for part in self._components()]
        any_sure = reduce(lambda left, right: left | right, (yes for yes, _ in codes))
        applied = [any_sure.ifelse(yes, ~no) for yes, no in codes]
        subsidiary = [
            ibis.literal(False)
            if part.component.subsidiary_when is None
            else tree(part.component.subsidiary_when, frame)[0]
            for part in self._components()
        ]
        outside = bucket.isin([ibis.literal(one, "int8") for one in self.buckets.outside])
        dismissed = table["status"] == _status("avvist")
        held = (table["venter"] == ibis.literal(1, "int8")) | agreed.isnull() | ~any_sure
        select_columns: Keep = {
            "lege_nr": table["lege_nr"],
            "lege_id": table["lege_id"],
            "søknad_nr": table["søknad_nr"],
            "søknad_id": table["søknad_id"],
            "år": table["år"],
            "bøtte": bucket,
            "avvist": dismissed,
            "utenfor": outside & ~dismissed,
            "venter": held,
            "antall_søkt": reduce(lambda left, right: left + right, (one.cast("int8") for one in applied)),
        }
        for place, (sought, instead) in enumerate(zip(applied, subsidiary, strict=True)):
            select_columns[f"søkt{place}"] = sought
            select_columns[f"subsidiær{place}"] = instead
        self.doctor_vectors = {name: frame.vector(name) for name in self.doctor_kept}
        return self._add("lege", table.select(**select_columns, **_kept(frame, self.doctor_kept)))

    def _earliest_names(self) -> list[str]:
        found = []
        for name, versions in self.compiled.scheme.definitions.items():
            needed = any(name in self.names.bases(one) for one in self.doctor_kept)
            if needed and isinstance(versions[0].meaning, EarliestOf):
                found.append(name)
        return found

    def _earliest(self) -> Any:
        wanted = self._earliest_names()
        if not wanted:
            return None
        periods = self._input("del_perioder")
        columns = {}
        for name in wanted:
            meaning = self.names.versions(name)[0].meaning
            assert isinstance(meaning, EarliestOf)
            columns[name] = facts_as.ordinal(periods[meaning.fact]).min()
        found = periods.group_by("lege_nr").aggregate(**columns)
        return found.mutate(lege_nr=found["lege_nr"].cast("int32"))

    # --- the calendar ----------------------------------------------------------------------------------------------------

    def _calendar(self) -> None:
        """One row for each kind of agreement date, grant year and month: the month's values and the rules in force."""
        wanted = {name for name in self.read_by(self.month_names) if self.names.is_calendar(name)}
        static = of_months(self.names, wanted - {MONTH}, self.months, self.rates)
        self.calendar_vectors: dict[str, Vector] = dict(static.vectors)
        years = self.year_rows if self.names.year is not None else [NO_YEAR]
        rows: dict[str, list[Any]] = {"rad": [], **{name: [] for name in static.rows}}
        numbered = [
            (f"plan_{kind}{place}", verdicts)
            for place, part in enumerate(self.parts.values())
            for kind, verdicts in part.verdicts
        ]
        for column, _ in numbered:
            rows[column] = []
        self._first_month = self.months[0]
        alike = alike_months(self.compiled, self.months)
        for bucket, agreed in enumerate(self.buckets.dates):
            for place, year in enumerate(years):
                for index, month in enumerate(self.months):
                    rows["rad"].append((bucket * len(years) + place) * len(self.months) + index)
                    for name, column in static.rows.items():
                        rows[name].append(column[index])
                    for column_name, verdicts in numbered:
                        plan = self.compiled.plan(
                            verdicts.group, agreed, alike[month], None if year == NO_YEAR else year
                        )
                        rows[column_name].append(verdicts.number(plan))
        self.program.fixed[self.own("kalender")] = rows

    def read_by(self, wanted: Iterable[str], tested: Iterable[str] = ()) -> set[str]:
        """Every name that is read when the wanted names are worked out, down to columns of the calendar and facts.

        Of rates whose variants are `tested` already, only the variants.
        """
        found: set[str] = set()
        waiting = set(wanted)
        rates = {test.partition(".")[0]: test for test in tested}
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            if not self.names.is_calendar(name):
                parts = self.names.parts(name)
                waiting |= {one for one in parts if name not in rates or one.startswith(f"{name}.")}
                for version in self.names.versions(name):
                    if isinstance(version.meaning, SumOfEarlier):
                        waiting.add(version.meaning.name)
                    if isinstance(version.meaning, SumOverDays):
                        waiting |= in_formula(version.meaning.value)
        return found

    def _row(self, table: Any) -> Expr:
        """The calendar's row, but for the month, from a doctor's kind of agreement date and grant year."""
        years = self.year_rows if self.names.year is not None else [NO_YEAR]
        year = ibis.cases(*((table["år"] == whole(one), whole(place)) for place, one in enumerate(years)))
        return (table["bøtte"].cast("int64") * whole(len(years)) + year) * whole(len(self.months)) - whole(
            self._first_month
        )

    # --- the periods -----------------------------------------------------------------------------------------------------

    def _spans(self, doctors: Any) -> Any:
        names = self.names
        facts = self.vocabulary.facts_of(self.scheme, "periode")
        periods = self._input("del_perioder").select("nr", "lege_nr", *(fact.name for fact in facts))
        periods = periods.mutate(lege_nr=periods["lege_nr"].cast("int32")).rename(periode_nr="nr")
        live = doctors.filter(~doctors["avvist"] & ~doctors["utenfor"])
        live = without(live, "lege_id", "søknad_id", "avvist", "utenfor")
        source = joined(periods, live, {"lege_nr": "lege_nr"})
        own = {fact.name: facts_as.vector(fact, source[fact.name]) for fact in facts}
        frame = Frame(names, read_vectors(source, self.doctor_vectors) | own, self.rates)
        first, last = own["fra"], own["til"]
        assert isinstance(first, Number) and isinstance(last, Number)
        columns: Keep = {
            "lege_nr": source["lege_nr"],
            "fra|nr": first.low,
            "til|nr": last.low,
            "m0": facts_as.month_of(source["fra"]),
            "m1": facts_as.month_of(source["til"]),
            "rad0": self._row(source),
            "venter": source["venter"],
            "antall_søkt": source["antall_søkt"],
        }
        for place in range(len(self.parts)):
            columns |= {f"søkt{place}": source[f"søkt{place}"], f"subsidiær{place}": source[f"subsidiær{place}"]}
        runs = [
            (key, version.meaning)
            for name in sorted(self.counted)
            for key, version in self._keyed(name)
            if isinstance(version.meaning, Run)
        ]
        for name in sorted(self.counted):
            for key, version in self._keyed(name):
                if isinstance(version.meaning, LastOf):
                    frame.keep(key, frame.vector(version.meaning.fact))
        outer = {name for part in self.parts.values() for name in part.outer_names}
        wanted = self._before_runs(names.frontier(outer, SPAN) | set(self.span_kept) | set(frame.versions()))
        stored: dict[str, Vector] = {name: frame.vector(name) for name in sorted(wanted)}
        columns |= {f"{n}{e}": part for n, v in stored.items() for e, part in v.parts().items()}
        self.limit_vectors = {expr: frame.formula(expr) for expr in self.limits}
        self.cuts: list[str] = []
        self.cuts: list[tuple[str, int]] = []
        for place, (expression, limit) in enumerate(self.limit_vectors.items()):
            columns |= {f"kutt{place}{ending}": part for ending, part in limit.parts().items()}
            for ending in ("", "|høyst") if limit.ranged else ("",):
                self.cuts += [(f"kutt{place}{ending}", after) for after in sorted(self.limits[expression])]
        filters: dict[str, Expr] = {}
        for key, where in self._keyed_filters():
            if self._level(operands(where)) < INNERMOST:
                yes, no = tree(where, frame)
                cause = frame.cause(where)
                filters |= {f"{key}|der": yes, f"{key}|ikke": no}
                if cause is not None:
                    filters[f"{key}|hvorfor"] = cause
        columns |= filters
        tests: list[str] = []
        for name in sorted(self.month_names):
            found = names.parameter(name)
            for variant in found[0].variants if found is not None and name == found[0].name else ():
                if self._level(operands(variant.when)) <= SPAN and not self._on_run(operands(variant.when)):
                    key = f"{name}.{variant.id}"
                    yes, no, cause = frame.test(key, variant.when)
                    columns |= {f"{key}|ja": yes, f"{key}|nei": no}
                    if cause is not None:
                        columns[f"{key}|mangler"] = cause
                    tests.append(key)
        self.span_tests = {key: f"{key}|mangler" in columns for key in tests}
        after = source["til"] + ibis.interval(days=1)
        columns["fra|dag"] = packed(facts_as.month_of(source["fra"]), source["fra"].day().cast("int64"))
        columns["slutt|dag"] = packed(facts_as.month_of(after), after.day().cast("int64"))
        by_filter: dict[Any, str] = {}
        for key, meaning in runs:
            by_filter.setdefault(meaning.where, key)
            if meaning.where is None:
                columns |= {f"{key}|der": ibis.literal(True), f"{key}|ikke": ibis.literal(False)}
        unsure = {key: f"{key}|hvorfor" in columns for key in by_filter.values()}
        periods = source.select(periode_nr=source["periode_nr"], **columns).view()
        near = self._add("naboer", neighbours(periods, unsure))
        over = {by_filter[meaning.where] for _, meaning in runs if meaning.measures != "hele måneder"}
        lengths = measured(periods, near, unsure, over)
        found: dict[str, Expr] = {one: lengths[one] for one in ("periode_nr", *SHARED)}
        self.span_vectors = dict(stored)
        for key, meaning in runs:
            run = by_filter[meaning.where]
            vector = run_vector(lengths, run, meaning.measures, unsure[run], len(self.months) + 1)
            found |= {f"{key}{ending}": part for ending, part in vector.parts().items()}
            self.span_vectors[key] = vector
        rows = self._add("løp", lengths.select(**found))
        return joined(without(periods, "fra|dag", "slutt|dag"), rows, {"periode_nr": "periode_nr"})

    def _before_runs(self, wanted: Iterable[str]) -> set[str]:
        """The names to keep of a period before its runs are measured; what rests on a run is worked out after."""
        found: set[str] = set()
        for name in wanted:
            if isinstance(self._meaning(name), Run):
                continue
            if any(isinstance(self._meaning(base), Run) for base in self.names.bases(name)):
                found |= self._before_runs(self.names.frontier(set(self.names.parts(name)) - {name}, SPAN))
            else:
                found.add(name)
        return found

    def _on_run(self, wanted: Iterable[str]) -> bool:
        return any(isinstance(self._meaning(base), Run) for name in wanted for base in self.names.bases(name))

    def _meaning(self, name: str) -> object:
        versions = self.names.versions(name.partition("#")[0])
        return versions[0].meaning if versions else None

    def _keyed(self, name: str) -> list[tuple[str, Any]]:
        """The versions of a derived name by the key their columns have."""
        versions = self.names.versions(name)
        if len(versions) == 1:
            return [(name, versions[0])]
        return [(f"{name}#{place}", version) for place, version in enumerate(versions)]

    def _keyed_filters(self) -> list[tuple[str, Any]]:
        return [
            (key, version.meaning.where)
            for name in sorted(self.counted)
            for key, version in self._keyed(name)
            if isinstance(version.meaning, DaysCounted | SumOverDays | Run) and version.meaning.where is not None
        ]

    # --- the months ------------------------------------------------------------------------------------------------------

    def _all_months(self, spans: Any) -> dict[str, Any]:
        """For each component its own months, and the months it is looked at in place of a refused component."""
        found: dict[str, Any] = {}
        order = list(self.parts)
        for place, name in enumerate(order):
            found[name] = Months(self, place, name, spans, None).build()
        for place, name in enumerate(order):
            over = self.compiled.components[name].component.subsidiary_to
            if over in found:
                before = order.index(over)
                refused = self._refused(found[over], before, place)
                found[f"{name} i stedet for {over}"] = Months(self, place, name, spans, refused).build()
        return found

    def _refused(self, months: Any, before: int, place: int) -> Any:
        """The refused months that another component is looked at in: surely, or as far as that is not known."""
        bit, none = ibis.literal(1 << place, "int16"), ibis.literal(0, "int16")
        sure = ((months["åpner"] & bit) != none) | months[f"subsidiær{place}"]
        perhaps = (months["åpner_kanskje"] & bit) != none
        sought = months[f"søkt{place}"] & ibis.literal(place < before)
        table = months.filter((months["status"] == _status("nei")) & (sure | perhaps) & ~sought)
        return self._add(
            f"avslått{before}_{place}",
            table.select(lege_nr=table["lege_nr"], måned=table["måned"], kanskje=~sure),
        )

    # --- doctors and applications ----------------------------------------------------------------------------------------

    def _decided(self, doctors: Any, months: Mapping[str, Any]) -> Any:
        from engine.batch.outcome import decided

        return decided(self, doctors, months)

    def _applications(self, application: Any, doctors: Any) -> None:
        from engine.batch.outcome import applications

        applications(self, application, doctors)


class ComponentPlan:
    """A component's leaves, by the table that answers them."""

    def __init__(self, part: CompiledComponent, names: Names, panel: Panel) -> None:
        self.part = part
        self.outer_names: set[str] = set()
        self.inner_names: set[str] = {
            n for calculation, _ in part.calculations for n in in_formula(calculation.formula)
        }
        self.inner_names |= {n for calculation, _ in part.calculations for n in calculation.shown}
        self.months, month_words = self._sorted(part.months, names, "m")
        self.month_names = set(self.inner_names)
        self.month_layout = Layout(month_words)
        self.month_verdicts = Verdicts(part.months, self.month_layout, panel)
        self.verdicts = [("måned", self.month_verdicts)]
        self.days = None
        if part.days is not None:
            self.days, day_words = self._sorted(part.days, names, "d")
            self.day_layout = Layout(day_words)
            self.day_verdicts = Verdicts(part.days, self.day_layout, panel)
            self.verdicts.append(("dag", self.day_verdicts))

    def _sorted(self, group: Group, names: Names, prefix: str) -> tuple[Group, tuple[Words, Words]]:
        outer, inner = [], []
        for place, leaf in enumerate(group.leaves):
            if leaf is None:
                continue
            own = named(leaf)
            if any(names.level(name) == INNERMOST for name in own):
                inner.append(place)
                self.inner_names |= own - {DAY}
            else:
                outer.append(place)
                self.outer_names |= own
        return group, (Words(f"{prefix}y", outer), Words(f"{prefix}i", inner))


class Buckets:
    """Kinds of agreement dates: between two dates that a rule names, every agreement date is treated alike. 0 is no date."""

    def __init__(self, compiled: CompiledScheme) -> None:
        self.limits = sorted(set(self._found(compiled)))
        self.dates: list[date | None] = [None, date.min, *self.limits]
        self.sets = [None if one is None else select(compiled.scheme, one) for one in self.dates]
        self.outside = [place for place, one in enumerate(self.sets) if place and one is None]

    @staticmethod
    def _found(compiled: CompiledScheme) -> Iterable[date]:
        for one in compiled.scheme.sets:
            if one.agreements is not None:
                yield from _edges(one.agreements.first, one.agreements.last)
            for repeal in one.repeals:
                if isinstance(repeal.in_force, ByAgreement) and repeal.in_force.new_from is not None:
                    yield repeal.in_force.new_from
        for rules in compiled.scheme.rules.values():
            for rule in rules:
                if isinstance(rule.in_force, ByAgreement) and rule.in_force.new_from is not None:
                    yield rule.in_force.new_from
                for exemption in rule.exemptions:
                    yield from _edges(exemption.agreements.first, exemption.agreements.last)

    def column(self, agreed: Expr) -> Expr:
        """The kind of each agreement date."""
        kind = ibis.literal(1, "int8")
        parts = [((agreed >= whole(one.toordinal())).cast("int8")) for one in self.limits]
        total = reduce(lambda left, right: (left + right).cast("int8"), parts, kind)
        return agreed.isnull().ifelse(ibis.literal(0, "int8"), total)


def alike_months(compiled: CompiledScheme, months: Sequence[Month]) -> dict[Month, Month]:
    """Each month → the first of those that every rule treats alike when it comes to whether it is in force."""
    turns: set[int] = set()
    for one in (*(rule for rules in compiled.scheme.rules.values() for rule in rules), *_repeals(compiled)):
        if isinstance(one.in_force, ByAgreement) and one.in_force.existing_from is not None:
            turns.add(one.in_force.existing_from)
        if isinstance(one, Rule):
            turns |= {month for month in (one.months.first,) if month is not None}
            turns |= {month + 1 for month in (one.months.last,) if month is not None}
    found: dict[Month, Month] = {}
    for month in months:
        before = found.get(Month(month - 1))
        found[month] = month if before is None or month in turns else before
    return found


def _repeals(compiled: CompiledScheme) -> Iterable[Repeal]:
    return (repeal for one in compiled.scheme.sets for repeal in one.repeals)


def _edges(first: date | None, last: date | None) -> Iterable[date]:
    if first is not None:
        yield first
    if last is not None and last < date.max:
        yield last + timedelta(days=1)


#: which day a comparison of a day turns on: the date it is compared with (0), or the day after (1)
_TURNS = {">=": {0}, "<": {0}, ">": {1}, "<=": {1}, "=": {0, 1}}
_MIRRORED = {">=": "<=", "<=": ">=", "<": ">", ">": "<", "=": "="}


def limits(leaf: Any) -> Iterable[tuple[Any, set[int]]]:
    """What a leaf compares a day with, and the days its answer turns on: that date (0), or the day after (1)."""
    if isinstance(leaf, Compare):
        for side, op, other in ((leaf.left, leaf.op, leaf.right), (leaf.right, _MIRRORED[leaf.op], leaf.left)):
            if isinstance(side, Name) and side.name == DAY:
                yield other, _TURNS[op]


def _status(name: str) -> Expr:
    return ibis.literal(STATUS[name], "int8")


def _schema(rows: Mapping[str, Sequence[Any]]) -> ibis.Schema:
    return ibis.schema(dict.fromkeys(rows, "int64"))


from engine.batch.months import Months  # noqa: E402

__all__ = [
    "FIRST_RATE",
    "HELD",
    "LARGEST",
    "PAID",
    "STATUSES",
    "Builder",
    "Choice",
    "Gather",
    "Program",
    "Static",
    "Step",
    "TooLarge",
    "month_statuses",
    "of_day",
    "of_grant_year",
    "of_month",
    "of_parts",
    "outcomes",
    "rounded",
]
