"""One component's months: cut in stretches, days counted, leaves answered, status and amount."""

from __future__ import annotations

from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch.answer import answer, tree
from engine.batch.frame import Frame
from engine.batch.gather import Gather
from engine.batch.join import joined
from engine.batch.names import INNERMOST, operands
from engine.batch.vector import FACTS, FIRST_RATE, Expr, Number, Vector, bits, number, whole
from engine.batch.verdict import of_day, of_month
from engine.case.calendar import DAY, MONTH
from engine.decide.compiled import HELD
from engine.language.model import DaysCounted, LastOf, Run, SumOfEarlier, SumOverDays

if TYPE_CHECKING:
    from engine.batch.program import Builder

_RATES = -(1 << FIRST_RATE)


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
        self.day_keys: list[Any] = []
        one = self._gathered(self._calendar(self._months_of(periods, False)), False)
        several = self._gathered(self._stretches(self._calendar(self._months_of(periods, True))), True)
        return self._decided(one.union(several, distinct=False).view())

    # --- the periods' own answers ----------------------------------------------------------------------------------------

    def _periods(self) -> Any:
        """The periods with the answers that hold for all their months."""
        table, builder = self.spans, self.builder
        frame = Frame(self.names, {n: v.read(lambda e, n=n: table[f"{n}{e}"]) for n, v in builder.span_vectors.items()}, builder.rates)  # fmt: skip
        columns: dict[str, Expr] = {}
        groups = [(self.plan.months, self.plan.month_layout.words[0])]
        if self.plan.days is not None:
            groups.append((self.plan.days, self.plan.day_layout.words[0]))
        for group, words in groups:
            answers = {place: answer(group.leaves[place], frame) for place in words.leaves}  # type: ignore[arg-type]
            columns |= words.pack(answers)
        return builder._add(f"periode{self.label}", table.mutate(**columns))

    def _months_of(self, periods: Any, several: bool) -> Any:
        """A row for each month of each period. Months that may be in several pieces are told apart from those that cannot."""
        cut = [
            ((periods[c] >= periods["fra|nr"]) & (periods[c] <= periods["til|nr"])).fill_null(False)
            for c in self.builder.cuts
        ]
        if several:
            perhaps = reduce(lambda a, b: a | b, [periods["deler_først"], periods["deler_sist"], *cut])
            periods = periods.filter(perhaps)
        table = periods.mutate(**{MONTH: ibis.range(periods["m0"], periods["m1"] + whole(1)).unnest()})
        if self.refused is not None:
            table = joined(table, self.refused, {"lege_nr": "lege_nr", MONTH: MONTH})
        return table

    def _calendar(self, table: Any) -> Any:
        calendar = ibis.table(
            ibis.schema(dict.fromkeys(self.builder.program.fixed["kalender"], "int64")), name="kalender"
        )
        own = [*calendar.columns]
        mine = [c for c in own if not c.startswith("plan_") or c in (f"plan_måned{self.place}", f"plan_dag{self.place}")]
        calendar = calendar.select(*mine).drop(MONTH)
        found = joined(table.mutate(rad=table["rad0"] + table[MONTH]), calendar, {"rad": "rad"})
        first = ibis.greatest(found["fra|nr"], found["første"])
        last = ibis.least(found["til|nr"], found["siste"])
        return found.mutate(**{"dag": first, "dag_til": last}).view()

    def _is_several(self, table: Any) -> Expr:
        """Whether the month has other stretches: another period's, or a date in it at which a rule about days changes."""
        shared = (table["deler_først"] & (table[MONTH] == table["m0"])) | (
            table["deler_sist"] & (table[MONTH] == table["m1"])
        )
        parts = [shared]
        for cut in self.builder.cuts:
            value = table[cut]
            inside = ((value > table["dag"]) & (value <= table["dag_til"])) | (
                (value + whole(1) > table["dag"]) & (value + whole(1) <= table["dag_til"])
            )
            parts.append(inside.fill_null(False))
        return reduce(lambda a, b: a | b, parts)

    def _stretches(self, table: Any) -> Any:
        """The stretches of months that have several."""
        table = table.filter(self._is_several(table))
        cuts = self.builder.cuts
        if not cuts:
            return table
        starts = [table["dag"], *(table[c] for c in cuts), *(table[c] + whole(1) for c in cuts)]
        pieces = table.mutate(**{"~start": ibis.array(starts).unique().unnest()})
        pieces = pieces.filter((pieces["~start"] >= pieces["dag"]) & (pieces["~start"] <= pieces["dag_til"]))
        own = ibis.window(group_by=["lege_nr", MONTH, "fra|nr"], order_by="~start")
        pieces = pieces.mutate(**{"~neste": pieces["~start"].lead().over(own)})
        return pieces.mutate(
            dag=pieces["~start"],
            dag_til=ibis.coalesce(pieces["~neste"] - whole(1), pieces["dag_til"]),
        ).drop("~start", "~neste")

    # --- days ------------------------------------------------------------------------------------------------------------

    def _gathered(self, table: Any, several: bool) -> Any:
        """Which days count, and what is counted of them."""
        builder = self.builder
        if not several:
            table = table.filter(~self._is_several(table))
        table = table.mutate(dager=table["dag_til"] - table["dag"] + whole(1)).view()
        frame = self._frame(table, days=True)
        asking = None
        if self.plan.days is not None:
            words = self.plan.day_layout.words[1]
            answers = {place: answer(self.plan.days.leaves[place], frame) for place in words.leaves}  # type: ignore[arg-type]
            table = table.mutate(**words.pack(answers))
            from engine.batch.program import _looked_up

            asking = self._asking_days(None)
            self.day_keys.append(table.select(*asking.key))
            table = _looked_up(table, asking)
            frame = self._frame(table, days=True)
            sure, no = table["teller"] == ibis.literal(1, "int8"), table["teller"] == ibis.literal(2, "int8")
            sure, no = sure.fill_null(False), no.fill_null(False)
            why = (table["hviler"] == ibis.literal(1, "int8")).ifelse(whole(FACTS), whole(0))
        else:
            sure, no, why = ibis.literal(True), ibis.literal(False), None
        gather = self._gather(table, frame, sure, no, why)
        if asking is not None:
            gather.joined["ubesvart"] = table["teller"].isnull().ifelse(whole(1), whole(0))
        self.gather = gather
        if not several:
            return gather.single(table)
        return gather.several(table, ("lege_nr", MONTH), sure, no, table["dag"])

    def _asking_days(self, keys: Any) -> Any:
        from engine.batch.program import Asking

        plan = f"plan_dag{self.place}"
        return Asking(
            f"svar_dag{self.place}",
            (plan, *self.plan.day_layout.columns),
            (("teller", "int8"), ("hviler", "int8")),
            partial(of_day, self.plan.day_verdicts),
            "ubesvart",
            keys,
        )

    def _frame(self, table: Any, days: bool) -> Frame:
        vectors = {**self.builder.span_vectors, **self.builder.calendar_vectors}
        kept: dict[str, Vector] = {n: v.read(lambda e, n=n: table[f"{n}{e}"]) for n, v in vectors.items()}
        month = table[MONTH]
        kept[MONTH] = number(month, month, 1, 0, 9999 * 12 + 11, None, "måned")
        if days:
            day = table["dag"]
            kept[DAY] = number(day, day, 1, 1, 3_652_059, None, "dato")
        return Frame(self.names, kept, self.builder.rates)

    def _gather(self, table: Any, frame: Frame, sure: Expr, no: Expr, why: Expr | None) -> Gather:
        builder, gather, days = self.builder, Gather(), table["dager"]
        uncertain = self.plan.days is not None
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
                    reason = bits((cause, why if meaning.counting else why))
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
        needed = self._month_vectors()
        gather.last |= {
            f"{name}{ending}": part for name in needed for ending, part in frame.vector(name).parts().items()
        }
        return gather

    def _month_vectors(self) -> list[str]:
        """The names that the month's own answers, amount and shown values read."""
        return sorted({*self.builder.span_vectors, *self.builder.calendar_vectors})

    def _filter(self, table: Any, frame: Frame, key: str, where: Any) -> tuple[Expr, Expr, Expr | None]:
        if where is None:
            return ibis.literal(True), ibis.literal(False), None
        if self.builder._level(operands(where)) == INNERMOST:
            yes, no = tree(where, frame)
            return yes, no, frame.cause(where)
        cause = table[f"{key}|hvorfor"] if f"{key}|hvorfor" in table.columns else None
        return table[f"{key}|der"], table[f"{key}|ikke"], cause

    # --- the month -------------------------------------------------------------------------------------------------------

    def _month_frame(self, table: Any) -> tuple[Any, Frame]:
        frame = self._frame(table, days=False)
        for name, vector in self.gather.read(table).items():
            frame.keep(name, vector)
        for name in sorted(self.builder.counted):
            for key, version in self.builder._keyed(name):
                if isinstance(version.meaning, SumOfEarlier):
                    table, frame = self._earlier(table, frame, key, version.meaning.name)
        return table, frame

    def _earlier(self, table: Any, frame: Frame, key: str, name: str) -> tuple[Any, Frame]:
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
        columns: dict[str, Expr] = {key: ibis.coalesce(table[f"{key}|ledd"].sum().over(before).cast("int64"), whole(0))}
        if term.ranged:
            high = table[f"{key}|ledd_høyst"].sum().over(before).cast("int64")
            columns[f"{key}|høyst"] = ibis.coalesce(high, whole(0))
        if term.cause is not None:
            columns[f"{key}|sak"] = ibis.coalesce(table[f"{key}|ledd_sak"].bit_or().over(before), whole(0))
            unknown = table[f"{key}|ledd"].isnull().cast("int64").sum().over(before)
            columns[f"{key}|ukjent"] = ibis.coalesce(unknown.cast("int64"), whole(0))
        table = table.mutate(**columns).view()
        low = table[key]
        high = table[f"{key}|høyst"] if term.ranged else low
        cause = None
        if term.cause is not None:
            unknown = table[f"{key}|ukjent"] > whole(0)
            cause = (~unknown & (low == high)).ifelse(whole(0), table[f"{key}|sak"])
            low = unknown.ifelse(ibis.null("int64"), low)
            high = unknown.ifelse(ibis.null("int64"), high) if term.ranged else low
        again = self._frame(table, days=False)
        for gathered, vector in self.gather.read(table).items():
            again.keep(gathered, vector)
        least, most = min(0, term.least) * count, max(0, term.most) * count
        again.keep(key, number(low, high, term.den, least, most, cause))
        return table, again

    def _decided(self, table: Any) -> Any:
        from engine.batch.program import Asking, _looked_up

        builder = self.builder
        table, frame = self._month_frame(table)
        words = self.plan.month_layout.words[1]
        group = self.plan.months
        answers = {place: answer(group.leaves[place], frame) for place in words.leaves}  # type: ignore[arg-type]
        amount = self._amount(frame)
        hangs = ibis.literal(False)
        if amount is not None and amount.cause is not None:
            rated = amount.low.isnull() & ((amount.cause & whole(_RATES)) != whole(0))
            hangs = (amount.cause != whole(0)) & ~rated
        held = table["venter"] | hangs
        if self.refused is not None:
            held = held | table["kanskje"]
        rated_leaves = self._rated(frame)
        columns: dict[str, Expr] = {
            **{c: table[c] for c in ("lege_nr", MONTH, "antall_søkt")},
            **{c: table[c] for c in table.columns if c.startswith(("søkt", "subsidiær"))},
            **{c: table[c] for c in self.plan.month_layout.words[0].columns},
            "plan": table[f"plan_måned{self.place}"],
            **words.pack(answers),
            "holdes": held.ifelse(whole(1), whole(0)),
            "tellende_dager": (table["teller_sikkert"] == table["teller_høyst"]).ifelse(
                table["teller_sikkert"], ibis.null("int64")
            ),
        }
        if amount is not None:
            columns |= {f"beløp{ending}": part for ending, part in amount.parts().items()}
        for name in builder.shown:
            shown = frame.vector(name)
            if isinstance(shown, Number):
                unknown = None if shown.cause is None else shown.cause != whole(0)
                columns[f"vis {name}"] = (
                    shown.low if unknown is None else unknown.ifelse(ibis.null("int64"), shown.low)
                )
                builder.shown_dens[name] = shown.den
        if rated_leaves:
            columns |= {f"sats{place}": cause for place, cause in rated_leaves.items()}
        if self.plan.days is not None:
            columns["ubesvart"] = table["ubesvart"]
        if self.refused is not None:
            columns["kanskje"] = table["kanskje"]
        asking = Asking(
            f"svar_måned{self.place}",
            ("plan", *self.plan.month_layout.columns, "holdes"),
            (("status", "int8"), ("avgjort_av", "string"), ("åpner", "int64"), ("åpner_kanskje", "int64"), ("henger", "int64")),
            partial(
                of_month,
                self.plan.month_verdicts,
                held=HELD,
                components=tuple(builder.parts),
                rated={leaf: 1 << place for place, leaf in enumerate(rated_leaves)},
            ),
        )
        table = _looked_up(table.select(**columns), asking)
        if rated_leaves:
            lacking = [
                ((table["henger"] & whole(1 << place)) != whole(0)).ifelse(table[f"sats{leaf}"], whole(0))
                for place, leaf in enumerate(rated_leaves)
            ]
            table = table.mutate(satser=reduce(lambda a, b: a | b, lacking))
            table = table.drop(*(f"sats{leaf}" for leaf in rated_leaves))
        else:
            table = table.mutate(satser=whole(0))
        asks = [asking]
        if self.plan.days is not None:
            keys = reduce(lambda a, b: a.union(b, distinct=False), self.day_keys).distinct()
            asks.insert(0, self._asking_days(keys))
        self.amount = amount
        builder.amounts[self.place] = amount
        return builder._add(f"måned{self.label}", table, *asks)

    def _amount(self, frame: Frame) -> Number | None:
        calculations = [
            (calculation.months, frame.formula(calculation.formula))
            for calculation, _ in self.plan.part.calculations
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
            from engine.batch.program import _named

            causes = [
                vector.cause & whole(_RATES)
                for name in _named(leaf)
                for vector in (frame.vector(name),)
                if vector.cause is not None and self._may_lack_rate(name)
            ]
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
