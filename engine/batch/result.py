"""What a run gives: the tables of months, doctors and applications, with the columns of the contract.

Money is exact decimals with two places. `måneder` has a row for each doctor, month and component; a value that is not known is NULL.
A shown number that decimals cannot tell exactly is two columns, `…_teller` and `…_nevner`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

import ibis

from engine.batch.arithmetic import rounded
from engine.batch.asking import Asking
from engine.batch.join import joined
from engine.batch.vector import Expr, Number, whole
from engine.batch.verdict import PAID, STATUS, STATUSES
from engine.batch.word import Rows
from engine.case.calendar import MONTH
from engine.text.month import month_text

if TYPE_CHECKING:
    from engine.batch.builder import Builder

MONTHS, DOCTORS, APPLICATIONS = "måneder", "leger", "søknader"

#: between the names in one cell
BETWEEN = ";"

#: places that an exact decimal of a shown number may have
_PLACES = 6

_MONEY = "decimal(18,2)"


class Result:
    """The result tables of one scheme, built after its program. `components` are those of every scheme, so that tables are alike."""

    def __init__(self, builder: Builder, components: Iterable[str], shown: Mapping[str, Shown]) -> None:
        self.builder = builder
        self.scheme = builder.scheme
        self.components = list(components)
        self.shown = shown
        self.order = list(builder.parts)
        self.tables: dict[str, Any] = {}

    def build(self) -> dict[str, Any]:
        """The expressions of the tables, by name. Names of rates are asked for in steps that are added to the program."""
        self._names_of_rates()
        self.tables[APPLICATIONS] = self._applications()
        if self.order:
            self.tables[DOCTORS] = self._doctors()
            self.tables[MONTHS] = self._months()
        return self.tables

    def _step(self, name: str) -> Any:
        return self.builder.program.step(name)

    # --- rates -----------------------------------------------------------------------------------------------------------

    def _names_of_rates(self) -> None:
        masks = [self._step("vedtak_søknad").select(maske="satser")]
        if self.order:
            doctors = self._step("vedtak_lege")
            masks += [doctors.select(maske=f"satser{place}") for place in range(len(self.order))]
        every = masks[0]
        for one in masks[1:]:
            every = every.union(one)
        names = self.builder.program.own("satsnavn")
        asking = Asking(names, ("maske",), (("satser_tekst", "string"),), self._text_of)
        self.builder.program.ask(asking, every)
        self.rate_names = asking.judged.select("maske", "satser_tekst")

    def _text_of(self, masks: Rows) -> Iterator[tuple[str]]:
        for (mask,) in masks.tolist():
            yield (BETWEEN.join(sorted(name for name, bit in self.builder.rates.items() if mask & bit)),)

    def _with_rates(self, table: Any, column: str, name: str) -> Any:
        return joined(table, self.rate_names.rename({name: "satser_tekst"}), {column: "maske"}, "left")

    # --- the tables ------------------------------------------------------------------------------------------------------

    def _applications(self) -> Any:
        table = self._with_rates(self._step("vedtak_søknad"), "satser", "mangler_satser")
        year = ibis.null("int64")
        if self.builder.names.year is not None:
            year = (table["år"] < whole(0)).ifelse(ibis.null("int64"), table["år"])
        return table.select(
            søknad=table["id"],
            ordning=ibis.literal(self.scheme),
            tilskuddsår=year,
            utfall=table["utfall"],
            sum=_kroner(table["sum"]),
            kjent=_kroner(table["kjent"]),
            mangler_satser=table["mangler_satser"],
        )

    def _doctors(self) -> Any:
        table = self._step("vedtak_lege")
        for place, name in enumerate(self.order):
            table = self._with_rates(table, f"satser{place}", f"~{name}")
        columns: dict[str, Expr] = {
            "søknad": table["søknad_id"],
            "lege": table["lege_id"],
            "ordning": ibis.literal(self.scheme),
            "regelsett": table["regelsett"],
            "utfall": table["utfall"],
        }
        for name in self.components:
            columns |= self._line(table, name)
        return table.select(**columns)

    def _line(self, table: Any, name: str) -> dict[str, Expr]:
        text, count, money = ibis.null("string"), ibis.null("int32"), ibis.null(_MONEY)
        if name not in self.order:
            found: list[Expr] = [text, count, money, money, text]
        else:
            place = self.order.index(name)
            kroner = _kroner(table[f"kjent{place}"])
            found = [
                table[f"utfall{place}"],
                table[f"måneder{place}"].cast("int32"),
                (table[f"satser{place}"] != whole(0)).ifelse(money, kroner),
                kroner,
                table[f"linje{place}"].ifelse(table[f"~{name}"], text),
            ]
        endings = ("utfall", "måneder", "beløp", "kjent", "mangler_satser")
        return {f"{name}_{ending}": part for ending, part in zip(endings, found, strict=True)}

    def _months(self) -> Any:
        parts = []
        for place, name in enumerate(self.order):
            parts.append(self._of_component(place, name, self.builder.decided[f"{place}"]))
            rows = self.builder.decided.get(f"{place}_i_stedet")
            if rows is not None:
                kept = ~rows["kanskje"] | (rows["status"] == ibis.literal(STATUS["uavklart"], "int8"))
                parts.append(self._of_component(place, name, rows.filter(kept & ~rows[f"søkt{place}"])))
        table = parts[0]
        for part in parts[1:]:
            table = table.union(part, distinct=False)
        return table

    def _of_component(self, place: int, name: str, rows: Any) -> Any:
        months = ibis.table(self.month_names_schema, name="månedsnavn")
        people = self._step("vedtak_lege").select("lege_nr", "lege_id", "søknad_id")
        table = joined(joined(rows, months, {MONTH: MONTH}), people, {"lege_nr": "lege_nr"})
        rights = {"utenfor": "nei", "delvis": "ja"}
        right = ibis.cases(
            *(
                (table["status"] == ibis.literal(number, "int8"), ibis.literal(rights.get(status, status)))
                for number, status in enumerate(STATUSES)
                if status != "ja"
            ),
            else_=ibis.literal("ja"),
        )
        columns: dict[str, Expr] = {
            "søknad": table["søknad_id"],
            "lege": table["lege_id"],
            "måned": table["måned_tekst"],
            "komponent": ibis.literal(name),
            "rett": right,
            "tellende_dager": table["tellende_dager"],
            "avgjort_av": table["avgjort_av"],
            "beløp": self._amount(place, table),
        }
        for column, kept in self.shown.items():
            columns |= self._shown(column, kept, table)
        return table.select(**columns)

    month_names_schema = ibis.schema({MONTH: "int64", "måned_tekst": "string"})

    def month_names(self) -> list[tuple[int, str]]:
        """The rows of the table of months' names."""
        return [(int(month), month_text(month)) for month in self.builder.months]

    def _amount(self, place: int, table: Any) -> Expr:
        """A paid month's amount to the øre, for showing; 0 where nothing is paid, NULL where it is not known."""
        amount = self.builder.amounts[place]
        nothing = ibis.null(_MONEY)
        if amount is None:
            return nothing
        value = table["beløp"]
        known = value.notnull() if amount.cause is None else value.notnull() & (table["beløp|sak"] == whole(0))
        exact = Number(None, value, value, amount.den, amount.least, amount.most)
        øre = rounded(exact, Fraction(1, 100), "halv opp").low
        paid = (table["status"] == ibis.literal(PAID[0], "int8")) | (table["status"] == ibis.literal(PAID[1], "int8"))
        judged = table["status"] == ibis.literal(STATUS["skjønn"], "int8")
        shown = (paid & known).ifelse(øre, (paid | judged).ifelse(ibis.null("int64"), whole(0)))
        return _kroner(shown, max(-amount.least, amount.most) * 100 // amount.den + 1)

    def _shown(self, column: str, shown: Shown, table: Any) -> dict[str, Expr]:
        number = self.builder.shown_numbers.get(shown.name)
        nothing = ibis.null("int64")
        value = nothing if number is None else table[f"vis {shown.name}"].cast("int64")
        den = 1 if number is None else number.den
        if shown.places is None:
            return {f"{column}_teller": value, f"{column}_nevner": whole(den)}
        factor = 10**shown.places // den
        return {column: as_decimal(value * whole(factor) if factor > 1 else value, shown.most, shown.places)}


@dataclass(frozen=True)
class Shown:
    """A number that months show: `places` decimals tell it exactly, None where they cannot; `most` is its largest then."""

    name: str
    places: int | None
    most: int


def shown_columns(builders: Sequence[Builder]) -> dict[str, Shown]:
    """What months show, of every scheme together: column → number. All schemes' tables have the same columns."""
    found: dict[str, Shown] = {}
    for builder in builders:
        titles = {name: column for column, name in builder.vocabulary.shown_per_month.items()}
        for name in builder.needs.shown:
            numbers = [one.shown_numbers[name] for one in builders if name in one.shown_numbers]
            if numbers:
                den = lcm(*(number.den for number in numbers))
                places = next((place for place in range(_PLACES + 1) if 10**place % den == 0), None)
                most = max(max(-one.least, one.most) * 10 ** (places or 0) // one.den for one in numbers)
                found[titles.get(name, name)] = Shown(name, places, most)
    return found


def as_decimal(value: Expr, most: int, places: int) -> Expr:
    """Whole numbers up to `most` as exact decimals, that many places moved."""
    if not places:
        return value
    digits = min(max(len(str(most)), 1), 17 - places)
    kind, unit = f"decimal({digits},0)", f"decimal({places + 1},{places})"

    @ibis.udf.scalar.builtin(name="desimal", signature=((kind, unit), f"decimal({digits + places + 1},{places})"))
    def moved(whole_number, one):  # type: ignore[no-untyped-def]
        """The product, which each engine is told of: Ibis knows no type for it."""

    return moved(value.cast(kind), ibis.literal(Decimal(1).scaleb(-places), unit))


def _kroner(øre: Expr, most: int = 10**14) -> Expr:
    return as_decimal(øre, most, 2).cast(_MONEY)
