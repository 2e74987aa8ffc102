"""One component's months: days counted, leaves answered, amount worked out, answers judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce
from itertools import islice
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch.answer import answers, tree
from engine.batch.asking import Asking, looked_up
from engine.batch.earlier import with_earlier
from engine.batch.frame import Frame
from engine.batch.gather import Gather
from engine.batch.join import without
from engine.batch.program import Fixed
from engine.batch.stretches import Stretches
from engine.batch.vector import FACTS, RATES, Expr, Number, Vector, bits, read_vector, whole
from engine.batch.verdict import of_day, of_month
from engine.case.calendar import MONTH
from engine.case.names import INNERMOST, named, operands
from engine.decide.compiled import HELD
from engine.language.condition import Condition
from engine.language.meaning import DaysCounted, SumOfEarlier, SumOverDays

if TYPE_CHECKING:
    from engine.batch.builder import Builder

#: what is given for a month's answers
_GIVEN = (
    ("status", "int8"),
    ("avgjort_av", "string"),
    ("åpner", "int16"),
    ("åpner_kanskje", "int16"),
    ("henger", "int64"),
)


#: so many ways to answer are judged without looking for those there are
MOST_WAYS = 2000


@dataclass(frozen=True)
class Counted:
    """Stretches with whether their days surely count, surely do not, and what that hangs on (None: nothing)."""

    table: Any
    sure: Expr
    no: Expr
    why: Expr | None


class Months:
    """Builds one component's months: of doctors it is applied for, or of the months in `refused`."""

    def __init__(self, builder: Builder, place: int, name: str, refused: Any | None) -> None:
        self.builder = builder
        self.place = place
        self.plan = builder.parts[name]
        self.refused = refused
        self.stretches = Stretches(builder, place, name, refused)
        self.label = self.stretches.label
        self.earlier: dict[str, Vector] = {}

    def build(self) -> Any:
        """The component's months with their verdicts. They are a step, but for the verdicts, which are looked up where they are read."""
        counted = self._counted(self.stretches.several())
        gather, key = self._gather(counted), ("lege_nr", MONTH)
        pieces = gather.pieces(counted.table, (*key, "fra|nr"), counted.sure, counted.no, counted.table["dag"])
        several = self.stretches.around(gather.several(pieces, key, "fra|nr"))
        counted = self._counted(self.stretches.single())
        self.gather, kept = self._gather(counted), self._kept()
        single = self.gather.single(counted.table, kept)
        several = several.select(*kept, *gather.added, *gather.joined)
        return self._judged(single.union(several, distinct=False).view())

    # --- days ------------------------------------------------------------------------------------------------------------

    def _counted(self, table: Any) -> Counted:
        """Which stretches' days count."""
        table = table.mutate(dager=table["dag_til"] - table["dag"] + whole(1)).view()
        if self.plan.days is None:
            return Counted(table, ibis.literal(True), ibis.literal(False), None)
        words = self.plan.day_layout.words[1]
        own = answers(self.plan.days, words.leaves, self.stretches.frame(table, days=True))
        table, asking = table.mutate(**words.pack(own)), self._asking_days()
        self._ask_days(asking, table, list(islice(words.possible(own), MOST_WAYS + 1)))
        table = looked_up(table, asking)
        sure = table["teller"] == ibis.literal(1, "int8")
        no = table["teller"] == ibis.literal(2, "int8")
        why = (table["hviler"] == ibis.literal(1, "int8")).ifelse(whole(FACTS), whole(0))
        return Counted(table, sure, no, why)

    def _ask_days(self, asking: Asking, table: Any, inner: list[tuple[int, ...]]) -> None:
        """Have days judged. `inner` are the ways days may answer what turns on them, `MOST_WAYS` or more when they are many.

        When they are few, each of them is judged beside each way that periods answer the rest: no need to look through all days.
        """
        program, name = self.builder.program, f"dagsvar{self.place}"
        plan, outer = asking.key[0], self.plan.day_layout.words[0].columns
        plans = range(len(self.plan.day_verdicts.plans))
        if len(plans) * len(inner) > MOST_WAYS:
            program.ask(asking, table)
            return
        rows = [(number, *words) for number in plans for words in inner]
        columns = (plan, *self.plan.day_layout.words[1].columns)
        fixed: Fixed = {column: [row[place] for row in rows] for place, column in enumerate(columns)}
        known = program.fixed.get(program.own(name))
        if known is None:
            ways = program.fix(name, fixed)
            told = self.builder.periods.table.select(*outer).distinct().cross_join(ways) if outer else ways
            program.ask(asking, told)
        assert known in (None, fixed), "a component's days may answer the same whoever asks"

    def _asking_days(self) -> Asking:
        key = (f"plan_dag{self.place}", *self.plan.day_layout.columns)
        given = (("teller", "int8"), ("hviler", "int8"))
        name = self.builder.program.own(f"svar_dag{self.place}")
        return Asking(name, key, given, partial(of_day, self.plan.day_verdicts))

    def _gather(self, counted: Counted) -> Gather:
        """What the stretches give the month."""
        gather, table = Gather(), counted.table
        frame = self.stretches.frame(table, days=True)
        for key, version in self.builder.needs.versions():
            if isinstance(version.meaning, DaysCounted):
                self._count(gather, key, version.meaning, counted, frame)
            elif isinstance(version.meaning, SumOverDays):
                yes, never, cause = self._filter(table, frame, key, version.meaning.where)
                why = bits((cause, counted.why))
                value = frame.formula(version.meaning.value)
                gather.add(key, table["dager"], value, yes & counted.sure, never | counted.no, why)
        gather.added["teller_sikkert"] = counted.sure.ifelse(table["dager"], whole(0))
        gather.added["teller_høyst"] = counted.no.ifelse(whole(0), table["dager"])
        return gather

    def _kept(self) -> list[str]:
        """The columns that a month keeps of its last stretch."""
        vectors = self.builder.periods.vectors | self.builder.calendar_vectors
        names = [f"{name}{ending}" for name in sorted(self.stretches.month_names) for ending in vectors[name].parts()]
        return [*self._carried(), *names]

    def _carried(self) -> list[str]:
        """The columns that a month keeps of its last stretch, but for names."""
        places = range(len(self.builder.parts))
        found = ["lege_nr", MONTH, "venter", "antall_søkt", f"plan_måned{self.place}"]
        found += [f"{one}{place}" for place in places for one in ("søkt", "subsidiær")]
        found += [] if self.refused is None else ["kanskje"]
        found += self.plan.month_layout.words[0].columns
        for test, lacks in self.builder.periods.tests.items():
            found += [f"{test}|{ending}" for ending in (("ja", "nei", "mangler") if lacks else ("ja", "nei"))]
        return found

    def _count(self, gather: Gather, key: str, meaning: DaysCounted, counted: Counted, frame: Frame) -> None:
        table = counted.table
        yes, never, cause = self._filter(table, frame, key, meaning.where)
        surely, maybe = (yes & counted.sure if meaning.counting else yes), None
        if cause is not None or (meaning.counting and counted.why is not None):
            maybe = ~surely & ~never & ~counted.no if meaning.counting else ~surely & ~never
        gather.count(key, table["dager"], surely, maybe, bits((cause, counted.why)))

    def _filter(self, table: Any, frame: Frame, key: str, where: Condition | None) -> tuple[Expr, Expr, Expr | None]:
        """Whether a stretch's days are to be counted: surely, surely not, and what that hangs on."""
        if where is None:
            return ibis.literal(True), ibis.literal(False), None
        if self.builder.needs.level(operands(where)) == INNERMOST:
            return (*tree(where, frame), frame.cause(where))
        why = f"{key}|hvorfor"
        return table[f"{key}|der"], table[f"{key}|ikke"], table[why] if why in table.columns else None

    # --- the month -------------------------------------------------------------------------------------------------------

    def _frame(self, table: Any) -> Frame:
        """The names of a month."""
        frame = self.stretches.frame(table, days=False)
        for name, vector in self.gather.read(table).items():
            frame.keep(name, vector)
        for key, vector in self.earlier.items():
            frame.keep(key, read_vector(table, key, vector))
        return frame

    def _judged(self, table: Any) -> Any:
        """The months with their answers judged."""
        for key, version in self.builder.needs.versions():
            if isinstance(version.meaning, SumOfEarlier):
                term = self._frame(table).number(version.meaning.name)
                table, self.earlier[key] = with_earlier(table, term, key, len(self.builder.months))
        table, amount = self._with_amount(table)
        self.builder.amounts[self.place] = amount
        frame = self._frame(table)
        rated = self._rated(frame)
        asking = self._asking(list(rated))
        own = without(table.select(**self._columns(table, frame, amount, rated)), "beløp|høyst")
        own = self.builder.program.add(f"måned{self.label}", own)
        self.builder.program.ask(asking, own)
        table = looked_up(own, asking)
        hangs = [
            ((table["henger"] & whole(1 << place)) != whole(0)).ifelse(table[f"sats{leaf}"], whole(0))
            for place, leaf in enumerate(rated)
        ]
        rates = reduce(lambda a, b: a | b, hangs) if hangs else ibis.literal(0, "int8")
        unread = {*asking.key, "henger", *(f"sats{leaf}" for leaf in rated)}
        decided = self.builder.decided[self.label] = without(table.mutate(satser=rates), *unread)
        return decided

    def _asking(self, rated: list[int]) -> Asking:
        """The lookup of the month's answers. `rated` are the leaves that may lack a rate."""
        bit = {leaf: 1 << place for place, leaf in enumerate(rated)}
        judge = partial(of_month, self.plan.month_verdicts, held=HELD, components=tuple(self.builder.parts), rated=bit)
        key = ("plan", *self.plan.month_layout.columns, "holdes")
        return Asking(self.builder.program.own(f"svar_måned{self.place}"), key, _GIVEN, judge)

    def _columns(self, table: Any, frame: Frame, amount: Number | None, rated: dict[int, Expr]) -> dict[str, Expr]:
        words = self.plan.month_layout.words[1]
        sure, most = table["teller_sikkert"], table["teller_høyst"]
        found: dict[str, Expr] = {
            **{column: table[column] for column in self._carried() if "|" not in column and column != "venter"},
            "plan": table[f"plan_måned{self.place}"],
            **words.pack(answers(self.plan.months, words.leaves, frame)),
            "holdes": self._held(table, amount).ifelse(whole(1), whole(0)),
            "tellende_dager": (sure == most).ifelse(sure.cast("int8"), ibis.null("int8")),
            **{f"sats{leaf}": cause for leaf, cause in rated.items()},
            **self._shown(frame),
        }
        del found[f"plan_måned{self.place}"]
        if amount is not None:
            found |= {f"beløp{ending}": part for ending, part in amount.parts().items()}
        return found

    def _held(self, table: Any, amount: Number | None) -> Expr:
        """Whether the month must wait: with the whole application, or because its amount hangs on what is missing."""
        held = table["venter"]
        if amount is not None and amount.cause is not None:
            by_rate = amount.low.isnull() & ((amount.cause & whole(RATES)) != whole(0))
            held = held | ((amount.cause != whole(0)) & ~by_rate)
        return held if self.refused is None else held | table["kanskje"]

    def _shown(self, frame: Frame) -> dict[str, Expr]:
        """The values that the decision shows for each month; NULL where they are not known."""
        found: dict[str, Expr] = {}
        for name in self.builder.needs.shown:
            shown = frame.vector(name)
            if isinstance(shown, Number):
                size = "int32" if shown.least >= -(2**31) and shown.most < 2**31 else "int64"
                value = shown.low.cast(size)
                known = None if shown.cause is None else shown.cause == whole(0)
                found[f"vis {name}"] = value if known is None else known.ifelse(value, ibis.null(size))
                self.builder.shown_numbers[name] = shown
        return found

    # --- money -----------------------------------------------------------------------------------------------------------

    def _with_amount(self, table: Any) -> tuple[Any, Number | None]:
        """The months with what the component comes to, exact; None where it pays nothing."""
        frame = self._frame(table)
        calculations = [(one.months, frame.formula(one.formula)) for one, _ in self.plan.part.calculations]
        if not calculations:
            return table, None
        amount = calculations[0][1] if len(calculations) == 1 else frame.by_month(calculations[::-1], 0)
        table = table.mutate(**{f"~beløp{ending}": part for ending, part in amount.parts().items()}).view()
        return table, read_vector(table, "~beløp", amount)

    def _rated(self, frame: Frame) -> dict[int, Expr]:
        """The leaves of which an operand may lack a rate, with the rates it lacks."""
        found: dict[int, Expr] = {}
        for place, leaf in enumerate(self.plan.months.leaves):
            read = filter(self.builder.names.may_lack_rate, named(leaf)) if leaf is not None else ()
            causes = [frame.vector(name).cause for name in read]
            told = bits(cause & whole(RATES) for cause in causes if cause is not None)
            if told is not None:
                found[place] = told
        return found
