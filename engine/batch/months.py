"""One component's months: cut in stretches, days counted, leaves answered, status and amount."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch.answer import answer, tree
from engine.batch.asking import NUMBER, Asking, Question, looked_up
from engine.batch.frame import Frame
from engine.batch.gather import Gather
from engine.batch.join import joined, without
from engine.batch.names import INNERMOST, in_formula, named, operands
from engine.batch.vector import FACTS, FIRST_RATE, Expr, Number, Vector, as_whole, bits, number, read_vectors, whole
from engine.batch.verdict import of_day, of_month
from engine.case.calendar import DAY, MONTH
from engine.decide.compiled import HELD
from engine.language.condition import Compare, leaves
from engine.language.model import DaysCounted, LastOf, Run, SumOfEarlier, SumOverDays

if TYPE_CHECKING:
    from engine.batch.program import Builder

_RATES = -(1 << FIRST_RATE)

_GIVEN = (
    ("status", "int8"),
    ("avgjort_av", "string"),
    ("åpner", "int16"),
    ("åpner_kanskje", "int16"),
    ("henger", "int64"),
)


@dataclass(frozen=True)
class Counted:
    """Stretches with whether their days surely count, surely do not, and what that hangs on."""

    table: Any
    sure: Expr
    no: Expr
    why: Expr | None


class Months:
    """Builds one component's months: of doctors it is applied for, or of the months in `refused`."""

    def __init__(self, builder: Builder, place: int, name: str, spans: Any, refused: Any) -> None:
        self.builder = builder
        self.place = place
        self.plan = builder.parts[name]
        self.names = builder.names
        self.refused = refused
        self.label = f"{place}" if refused is None else f"{place}_i_stedet"
        self.spans = spans if refused is not None else spans.filter(spans[f"søkt{place}"])

    def build(self) -> Any:
        """The component's months as a step."""
        periods = self._periods()
        pieces = self._pieces(self._calendar(self._months_of(periods, True)))
        single = self._single(self._calendar(self._months_of(periods, False)))
        several = self.gather.several(pieces, ("lege_nr", MONTH))
        return self._decided(single.union(several, distinct=False).view())

    # --- the periods' own answers ----------------------------------------------------------------------------------------

    def _periods(self) -> Any:
        """The periods with the answers that hold for all their months, and what the months need of them."""
        table, builder = self.spans, self.builder
        if self.refused is not None:
            table = table.view().semi_join(self.refused, "lege_nr").view()
        frame = Frame(self.names, read_vectors(table, builder.span_vectors), builder.rates)
        columns: dict[str, Expr] = {}
        groups = [(self.plan.months, self.plan.month_layout.words[0])]
        if self.plan.days is not None:
            groups.append((self.plan.days, self.plan.day_layout.words[0]))
        for group, words in groups:
            answers = {place: answer(group.leaves[place], frame) for place in words.leaves}  # type: ignore[arg-type]
            columns |= words.pack(answers)
        unread = {*builder.span_vectors} - {*self._month_vectors(), *self._day_vectors()}
        dropped = {f"{name}{ending}" for name in unread for ending in ("", "|høyst", "|sak")}
        dropped |= {"fra|dag", "slutt|dag", "periode_nr"}
        ends = (
            "|første",
            "|slutt",
            "|første|kanskje",
            "|slutt|kanskje",
            "|hele",
            "|hele|høyst",
            "|lik",
            "|over",
            "|årsak",
        )
        kept = [name for name in table.columns if name not in dropped and not name.endswith(ends)]
        return builder._add(f"periode{self.label}", table.mutate(**columns).select(*kept, *columns))

    def _day_vectors(self) -> set[str]:
        """The names that stretches read: the answers about days, and what is summed over days."""
        builder = self.builder
        wanted: set[str] = set()
        leaves_read = (
            [] if self.plan.days is None else [self.plan.days.leaves[n] for n in self.plan.day_layout.words[1].leaves]
        )
        leaves_read += [leaf for where in builder.inner_filters for leaf in leaves(where)]
        for leaf in leaves_read:
            sides = [leaf.left, leaf.right] if isinstance(leaf, Compare) else []
            told = {name for side in sides if side not in builder.limits for name in in_formula(side)}
            wanted |= told if sides else named(leaf)  # type: ignore[arg-type]
        for name in builder.counted:
            for version in self.names.versions(name):
                if isinstance(version.meaning, SumOverDays):
                    wanted |= in_formula(version.meaning.value)
        return builder.read_by(wanted - {DAY}, builder.span_tests)

    def _months_of(self, periods: Any, several: bool) -> Any:
        """A row for each month of each period. Months that may be in several pieces are told apart from those that cannot."""
        cut = [
            ((day > periods["fra|nr"]) & (day <= periods["til|nr"])).fill_null(False) for day in self._turns(periods)
        ]
        if several:
            perhaps = reduce(lambda a, b: a | b, [periods["deler_først"], periods["deler_sist"], *cut])
            periods = periods.filter(perhaps)
        table = periods.mutate(**{MONTH: ibis.range(periods["m0"], periods["m1"] + whole(1)).unnest()})
        if self.refused is not None:
            table = joined(table, self.refused, {"lege_nr": "lege_nr", MONTH: MONTH})
        return table

    def _calendar(self, table: Any) -> Any:
        kalender = self.builder.own("kalender")
        calendar = ibis.table(ibis.schema(dict.fromkeys(self.builder.program.fixed[kalender], "int64")), name=kalender)
        own = [*calendar.columns]
        mine = [
            c for c in own if not c.startswith("plan_") or c in (f"plan_måned{self.place}", f"plan_dag{self.place}")
        ]
        calendar = calendar.select(*(c for c in mine if c != MONTH))
        found = joined(table.mutate(rad=table["rad0"] + table[MONTH]), calendar, {"rad": "rad"})
        first = ibis.greatest(found["fra|nr"], found["første"])
        last = ibis.least(found["til|nr"], found["siste"])
        return found.mutate(dag=first, dag_til=last).view()

    def _turns(self, table: Any) -> list[Expr]:
        """The dates at which a rule about days may change its answer."""
        return [table[cut] + whole(1) if after else table[cut] for cut, after in self.builder.cuts]

    def _is_several(self, table: Any) -> Expr:
        """Whether the month has other stretches: another period's, or a date in it at which a rule about days changes."""
        shared = (table["deler_først"] & (table[MONTH] == table["m0"])) | (
            table["deler_sist"] & (table[MONTH] == table["m1"])
        )
        parts = [shared]
        for day in self._turns(table):
            parts.append(((day > table["dag"]) & (day <= table["dag_til"])).fill_null(False))
        return reduce(lambda a, b: a | b, parts)

    def _stretches(self, table: Any) -> Any:
        """The stretches of months that have several."""
        table = table.filter(self._is_several(table))
        if not self.builder.cuts:
            return table
        nothing = ibis.null("int64")
        starts = [table["dag"]]
        for day in self._turns(table):
            inside = (day > table["dag"]) & (day <= table["dag_til"])
            starts.append(inside.fill_null(False).ifelse(day, nothing))
        pieces = table.mutate(**{"~start": ibis.array(starts).unique().unnest()}).view()
        pieces = pieces.filter(pieces["~start"].notnull()).view()
        own = ibis.window(group_by=["lege_nr", MONTH, "fra|nr"], order_by="~start")
        pieces = pieces.mutate(**{"~neste": pieces["~start"].lead().over(own)}).view()
        pieces = pieces.mutate(
            dag=pieces["~start"], dag_til=ibis.coalesce(pieces["~neste"] - whole(1), pieces["dag_til"])
        )
        return without(pieces, "~start", "~neste")

    # --- days ------------------------------------------------------------------------------------------------------------

    def _pieces(self, table: Any) -> Any:
        """The stretches of months that have several, as a step."""
        counted = self._counted(self._stretches(table))
        pieces = self.gather.pieces(counted.table, counted.sure, counted.no, counted.table["dag"])
        return self.builder._add(f"biter{self.label}", pieces, *self._asks_days())

    def _single(self, table: Any) -> Any:
        """The months of one stretch."""
        counted = self._counted(table.filter(~self._is_several(table)))
        return self.gather.single(counted.table)

    def _counted(self, table: Any) -> Counted:
        """Which days count, and what is counted of them: `gather` is set to the latter."""
        table = table.mutate(dager=table["dag_til"] - table["dag"] + whole(1)).view()
        if self.plan.days is None:
            found = Counted(table, ibis.literal(True), ibis.literal(False), None)
        else:
            frame = self._frame(table, days=True)
            words = self.plan.day_layout.words[1]
            answers = {place: answer(self.plan.days.leaves[place], frame) for place in words.leaves}  # type: ignore[arg-type]
            (asking,) = self._asks_days()
            table = looked_up(table.mutate(**words.pack(answers)), asking)
            sure = (table["teller"] == ibis.literal(1, "int8")).fill_null(False)
            no = (table["teller"] == ibis.literal(2, "int8")).fill_null(False)
            why = (table["hviler"] == ibis.literal(1, "int8")).ifelse(whole(FACTS), whole(0))
            found = Counted(table, sure, no, why)
        self.gather = self._gather(table, self._frame(table, days=True), found)
        return found

    def _asks_days(self) -> tuple[Asking, ...]:
        if self.plan.days is None:
            return ()
        key = (f"plan_dag{self.place}", *self.plan.day_layout.columns)
        given = (("teller", "int8"), ("hviler", "int8"))
        return (Asking(self.builder.own(f"svar_dag{self.place}"), key, given, partial(of_day, self.plan.day_verdicts)),)

    def _frame(self, table: Any, days: bool) -> Frame:
        vectors = {**self.builder.span_vectors, **self.builder.calendar_vectors}
        if not days:
            vectors = {name: vectors[name] for name in self._month_vectors()}
            kept = read_vectors(table, vectors)
        else:
            read = {*self._month_vectors(), *self._day_vectors()}
            kept = read_vectors(table, {name: vector for name, vector in vectors.items() if name in read})
        month = table[MONTH]
        kept[MONTH] = number(month, month, 1, 0, 9999 * 12 + 11, None, "måned")
        if days:
            day = table["dag"]
            kept[DAY] = number(day, day, 1, 1, 3_652_059, None, "dato")
        frame = Frame(self.names, kept, self.builder.rates)
        for test, lacks in self.builder.span_tests.items():
            cause = table[f"{test}|mangler"] if lacks else None
            frame.tests[test] = (table[f"{test}|ja"], table[f"{test}|nei"], cause)
        if days:
            for place, (expression, limit) in enumerate(self.builder.limit_vectors.items()):
                found = limit.read(lambda ending, place=place: table[f"kutt{place}{ending}"])
                assert isinstance(found, Number)
                frame.formulas[expression] = found
        return frame

    def _gather(self, table: Any, frame: Frame, counted: Counted) -> Gather:
        builder, gather, days = self.builder, Gather(), table["dager"]
        sure, no, why = counted.sure, counted.no, counted.why
        uncertain = self.plan.days is not None
        for asking in self._asks_days():
            gather.last |= {column: table[column] for column in (*asking.key, "teller")}
        for name in sorted(builder.counted):
            for key, version in builder._keyed(name):
                meaning = version.meaning
                if isinstance(meaning, DaysCounted | SumOverDays):
                    yes, never, cause = self._filter(table, frame, key, meaning.where)
                if isinstance(meaning, DaysCounted):
                    surely = (yes & sure) if meaning.counting else yes
                    maybe = None
                    if cause is not None or (meaning.counting and uncertain):
                        maybe = ~surely & ~never & (~no if meaning.counting else ibis.literal(True))
                    reason = bits((cause, why))
                    gather.count(key, days, surely, maybe, reason)
                elif isinstance(meaning, SumOverDays):
                    surely, refused = yes & sure, never | no
                    reason = bits((cause, why)) if cause is not None or uncertain else None
                    if reason is None and uncertain:
                        reason = whole(0)
                    gather.add(key, days, frame.formula(meaning.value), surely, refused, reason)
        gather.added["teller_sikkert"] = sure.ifelse(days, whole(0))
        gather.added["teller_høyst"] = no.ifelse(whole(0), days)
        gather.last |= {"lege_nr": table["lege_nr"], MONTH: table[MONTH], "venter": table["venter"]}
        gather.last["antall_søkt"] = table["antall_søkt"]
        for other in range(len(builder.parts)):
            gather.last[f"søkt{other}"] = table[f"søkt{other}"]
            gather.last[f"subsidiær{other}"] = table[f"subsidiær{other}"]
        if self.refused is not None:
            gather.last["kanskje"] = table["kanskje"]
        gather.last[f"plan_måned{self.place}"] = table[f"plan_måned{self.place}"]
        for column in self.plan.month_layout.words[0].columns:
            gather.last[column] = table[column]
        for test, lacks in builder.span_tests.items():
            endings = ("ja", "nei", "mangler") if lacks else ("ja", "nei")
            gather.last |= {f"{test}|{ending}": table[f"{test}|{ending}"] for ending in endings}
        needed = self._month_vectors()
        gather.last |= {
            f"{name}{ending}": part for name in needed for ending, part in frame.vector(name).parts().items()
        }
        return gather

    def _month_vectors(self) -> list[str]:
        """The names that the month's own answers, amount and shown values read."""
        wanted = {*self.plan.month_names, *self.builder.shown}
        wanted |= {
            name
            for leaf in self.plan.months.leaves
            if leaf is not None
            for name in named(leaf)
            if self._may_lack_rate(name)
        }
        read = self.builder.read_by(wanted, self.builder.span_tests)
        return sorted(read & {*self.builder.span_vectors, *self.builder.calendar_vectors})

    def _filter(self, table: Any, frame: Frame, key: str, where: Any) -> tuple[Expr, Expr, Expr | None]:
        if where is None:
            return ibis.literal(True), ibis.literal(False), None
        if self.builder._level(operands(where)) == INNERMOST:
            yes, no = tree(where, frame)
            return yes, no, frame.cause(where)
        cause = table[f"{key}|hvorfor"] if f"{key}|hvorfor" in table.columns else None
        return table[f"{key}|der"], table[f"{key}|ikke"], cause

    # --- the month -------------------------------------------------------------------------------------------------------

    def _month_frame(self, table: Any, again: bool = False) -> tuple[Any, Frame]:
        """The names of a month; `again` where sums over earlier months are columns already."""
        frame = self._frame(table, days=False)
        for name, vector in self.gather.read(table).items():
            frame.keep(name, vector)
        if again:
            for key, vector in self.earlier.items():
                frame.keep(key, vector.read(lambda ending, key=key: table[f"{key}{ending}"]))
            return table, frame
        self.earlier: dict[str, Vector] = {}
        for name in sorted(self.builder.counted):
            for key, version in self.builder._keyed(name):
                if isinstance(version.meaning, SumOfEarlier):
                    table = self._earlier(table, frame, key, version.meaning.name)
                    table, frame = self._month_frame(table, again=True)
        return table, frame

    def _earlier(self, table: Any, frame: Frame, key: str, name: str) -> Any:
        """The sum of a number over the doctor's earlier months."""
        term = frame.number(name)
        before = ibis.window(group_by="lege_nr", order_by=MONTH, preceding=(None, 1))
        count = len(self.builder.months)
        parts: dict[str, Expr] = {f"{key}|ledd": term.low}
        if term.ranged:
            parts[f"{key}|ledd_høyst"] = term.high
        if term.cause is not None:
            parts[f"{key}|ledd_sak"] = term.cause
        table = table.mutate(**parts).view()
        columns: dict[str, Expr] = {key: ibis.coalesce(as_whole(table[f"{key}|ledd"].sum().over(before)), whole(0))}
        if term.ranged:
            high = as_whole(table[f"{key}|ledd_høyst"].sum().over(before))
            columns[f"{key}|høyst"] = ibis.coalesce(high, whole(0))
        if term.cause is not None:
            columns[f"{key}|sak"] = ibis.coalesce(table[f"{key}|ledd_sak"].bit_or().over(before), whole(0))
            unknown = table[f"{key}|ledd"].isnull().cast("int64").sum().over(before)
            columns[f"{key}|ukjent"] = ibis.coalesce(as_whole(unknown), whole(0))
        table = table.mutate(**columns).view()
        low = table[key]
        high = table[f"{key}|høyst"] if term.ranged else low
        cause = None
        if term.cause is not None:
            unknown = table[f"{key}|ukjent"] > whole(0)
            cause = (~unknown & (low == high)).ifelse(whole(0), table[f"{key}|sak"])
            low = unknown.ifelse(ibis.null("int64"), low)
            high = unknown.ifelse(ibis.null("int64"), high) if term.ranged else low
        least, most = min(0, term.least) * count, max(0, term.most) * count
        self.earlier[key] = number(low, high, term.den, least, most, cause)
        return table.mutate(**{f"{key}{ending}": part for ending, part in self.earlier[key].parts().items()}).view()

    def _decided(self, table: Any) -> Any:
        """The months with their answers judged, as a step."""
        builder = self.builder
        table, frame = self._month_frame(table)
        table, amount = self._with_amount(table, frame)
        table, frame = self._month_frame(table, again=True)
        words, group = self.plan.month_layout.words[1], self.plan.months
        answers = {place: answer(group.leaves[place], frame) for place in words.leaves}  # type: ignore[arg-type]
        rated = self._rated(frame)
        columns: dict[str, Expr] = {
            **{c: table[c] for c in ("lege_nr", MONTH, "antall_søkt")},
            **{c: table[c] for c in table.columns if c.startswith(("søkt", "subsidiær"))},
            **{c: table[c] for c in self.plan.month_layout.words[0].columns},
            "plan": table[f"plan_måned{self.place}"],
            **words.pack(answers),
            "holdes": self._held(table, amount).ifelse(whole(1), whole(0)),
            "tellende_dager": (table["teller_sikkert"] == table["teller_høyst"]).ifelse(
                table["teller_sikkert"].cast("int8"), ibis.null("int8")
            ),
            **{f"sats{leaf}": cause for leaf, cause in rated.items()},
            **self._shown(frame),
        }
        if amount is not None:
            columns |= {f"beløp{ending}": part for ending, part in amount.parts().items()}
        for days in self._asks_days():
            columns |= {column: table[column] for column in (*days.key, "teller")}
        if self.refused is not None:
            columns["kanskje"] = table["kanskje"]
        builder.amounts[self.place] = amount
        asking = Asking(
            builder.own(f"svar_måned{self.place}"),
            ("plan", *self.plan.month_layout.columns, "holdes"),
            _GIVEN,
            partial(
                of_month,
                self.plan.month_verdicts,
                held=HELD,
                components=tuple(builder.parts),
                rated={leaf: 1 << place for place, leaf in enumerate(rated)},
            ),
        )
        table = looked_up(table.select(**columns), asking, NUMBER, "status", "åpner", "åpner_kanskje", "henger").view()
        hangs = [
            ((table["henger"] & whole(1 << place)) != whole(0)).ifelse(table[f"sats{leaf}"], whole(0))
            for place, leaf in enumerate(rated)
        ]
        rates = reduce(lambda a, b: a | b, hangs) if hangs else ibis.literal(0, "int8")
        unread = {
            "plan",
            "holdes",
            "henger",
            "beløp|høyst",
            *self.plan.month_layout.columns,
            *(f"sats{leaf}" for leaf in rated),
        }
        asks = [Question(asking, "status", table.filter(table["status"].isnull()).select(*asking.key))]
        for days in self._asks_days():
            asks.insert(0, Question(days, "teller", table.filter(table["teller"].isnull()).select(*days.key)))
            unread |= set(days.key)
        table = without(table.mutate(satser=rates), *unread)
        return builder._add(f"måned{self.label}", table, *asks)

    def _with_amount(self, table: Any, frame: Frame) -> tuple[Any, Number | None]:
        """The month's amount, exact; None where the component pays nothing."""
        amount = self._amount(frame)
        if amount is None:
            return table, None
        table = table.mutate(**{f"~beløp{ending}": part for ending, part in amount.parts().items()}).view()
        found = amount.read(lambda ending: table[f"~beløp{ending}"])
        return table, found

    def _held(self, table: Any, amount: Number | None) -> Expr:
        """Whether the month must wait: with the whole application, or because its amount hangs on what is missing."""
        held = table["venter"]
        if amount is not None and amount.cause is not None:
            by_rate = amount.low.isnull() & ((amount.cause & whole(_RATES)) != whole(0))
            held = held | ((amount.cause != whole(0)) & ~by_rate)
        return held if self.refused is None else held | table["kanskje"]

    def _shown(self, frame: Frame) -> dict[str, Expr]:
        """The values that the decision shows for each month; NULL where they are not known."""
        found: dict[str, Expr] = {}
        for name in self.builder.shown:
            shown = frame.vector(name)
            if isinstance(shown, Number):
                size = "int32" if shown.least >= -(2**31) and shown.most < 2**31 else "int64"
                value = shown.low.cast(size)
                known = None if shown.cause is None else shown.cause == whole(0)
                found[f"vis {name}"] = value if known is None else known.ifelse(value, ibis.null(size))
                self.builder.shown_numbers[name] = shown
        return found

    def _amount(self, frame: Frame) -> Number | None:
        calculations = [
            (calculation.months, frame.formula(calculation.formula)) for calculation, _ in self.plan.part.calculations
        ]
        if not calculations:
            return None
        if len(calculations) == 1 and calculations[0][0].first is None and calculations[0][0].last is None:
            return calculations[0][1]
        return frame._first(calculations[::-1], 0)

    def _rated(self, frame: Frame) -> dict[int, Expr]:
        """The leaves of which an operand may lack a rate, with the rates it lacks."""
        found: dict[int, Expr] = {}
        for place, leaf in enumerate(self.plan.months.leaves):
            if leaf is None:
                continue
            vectors = [frame.vector(name) for name in named(leaf) if self._may_lack_rate(name)]
            causes = [vector.cause & whole(_RATES) for vector in vectors if vector.cause is not None]
            told = bits(causes)
            if told is not None:
                found[place] = told
        return found

    def _may_lack_rate(self, name: str) -> bool:
        """Whether a name is worked out from a rate or threshold that may be unknown."""
        waiting, seen = [name], set()
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            if self.names.parameter(one) is not None:
                return True
            waiting += list(self.names.parts(one))
        return False


__all__ = ["LastOf", "Months", "Run"]
