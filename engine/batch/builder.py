"""Building a scheme's program: what all its steps share, and the order they come in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ibis

from engine.batch import fact as facts_as
from engine.batch.applications import applications
from engine.batch.doctors import doctors
from engine.batch.frame import Frame
from engine.batch.kind import Kinds, alike_months
from engine.batch.months import Months
from engine.batch.needs import Needs
from engine.batch.outcome import decided_applications, decided_doctors
from engine.batch.periods import Periods
from engine.batch.program import Program
from engine.batch.static import NO_YEAR, of_months, of_years, rate_bits
from engine.batch.told import Told
from engine.batch.vector import Expr, Number, Vector, whole
from engine.batch.verdict import STATUS
from engine.case.calendar import MONTH
from engine.decide.agreement import Panel
from engine.decide.compiled import CompiledScheme
from engine.language.vocabulary import Fact
from engine.text.month import Month

#: some month, where no application has a period
_ANY_MONTH = Month(12)


class Builder:
    """Builds the program of one scheme. `inputs` are the schemas of the input tables, `months` every month there is a day in,
    `told` what none of the rows lack.

    Raises TooLarge for rules that cannot be used on tables.
    """

    def __init__(
        self,
        compiled: CompiledScheme,
        panel: Panel,
        inputs: Mapping[str, ibis.Schema],
        months: Sequence[Month],
        told: Told,
    ) -> None:
        self.compiled = compiled
        self.vocabulary = compiled.vocabulary
        self.scheme = compiled.scheme.id
        self.panel = panel
        self.inputs = inputs
        self.told = told
        self.months = list(months) or [_ANY_MONTH]
        self.names = compiled.names
        self.rates = rate_bits(self.names)
        self.needs = Needs(compiled, self.names, panel)
        self.parts = self.needs.parts
        self.kinds = Kinds(compiled)
        self.program = Program(self.scheme)
        self.years: list[int | None] = [NO_YEAR]
        self.year_vectors: Mapping[str, Vector] = {}
        self.amounts: dict[int, Number | None] = {}
        """What each component pays for a month, by its place; set when its months are built."""
        self.decided: dict[str, Any] = {}
        """The months of each component with their verdicts: by its place, and by place and `_i_stedet`."""
        self.shown_numbers: dict[str, Number] = {}
        """The numbers that months show, by name."""

    def build(self) -> Program:
        """Every step, in order."""
        self._fix_years()
        application = applications(self)
        found = None
        if self.vocabulary.schemes[self.scheme].has_doctors:
            self._fix_calendar()
            self.doctors = doctors(self, application)
            self.periods = Periods(self, self.doctors.table)
            found = decided_doctors(self, self.doctors.table, self._months())
        decided_applications(self, application.table, found)
        return self.program

    # --- tables that do not come from applications -----------------------------------------------------------------------

    def _fix_years(self) -> None:
        if self.names.year is None:
            return
        wanted = [name for name in self.needs.of_application if self.names.is_of_year(name)]
        static = of_years(self.compiled, self.names, wanted, self.rates, self.told.years)
        self.program.fix("år", static.rows)
        self.years = static.rows["år"]
        self.year_vectors = static.vectors

    def _fix_calendar(self) -> None:
        """One row for each kind of agreement date, grant year and month: the month's values and the rules in force."""
        wanted = {name for name in self.needs.read_by(self.needs.inner) if self.names.is_calendar(name)}
        static = of_months(self.names, wanted - {MONTH}, self.months, self.rates)
        self.calendar_vectors: dict[str, Vector] = dict(static.vectors)
        rows: dict[str, list[int | None]] = {"rad": [], **{name: [] for name in static.rows}}
        plans = {
            f"plan_{kind}{place}": verdicts
            for place, part in enumerate(self.parts.values())
            for kind, verdicts in part.verdicts.items()
        }
        rows |= {column: [] for column in plans}
        alike = alike_months(self.compiled, self.months)
        for kind, agreed in enumerate(self.kinds.dates):
            for place, year in enumerate(self.years):
                for index, month in enumerate(self.months):
                    rows["rad"].append((kind * len(self.years) + place) * len(self.months) + index)
                    for name, values in static.rows.items():
                        rows[name].append(values[index])
                    for column, verdicts in plans.items():
                        stated = None if year == NO_YEAR else year
                        plan = self.compiled.plan(verdicts.group, agreed, alike[month], stated)
                        rows[column].append(verdicts.number(plan))
        self.program.fix("kalender", rows)

    def calendar_row(self, table: Any) -> Expr:
        """The calendar's row, but for the month's number, of a doctor's kind of agreement date and grant year."""
        year = ibis.cases(*((table["år"] == whole(one or 0), whole(place)) for place, one in enumerate(self.years)))
        row = (table["avtaletype"].cast("int64") * whole(len(self.years)) + year) * whole(len(self.months))
        return row - whole(self.months[0])

    # --- what steps are built with ---------------------------------------------------------------------------------------

    def input(self, name: str) -> Any:
        """An input table, of the applications that are being decided."""
        return ibis.table(self.inputs[f"del_{name}"], name=f"del_{name}")

    def stated(self, table: str, facts: Iterable[Fact], source: Any) -> dict[str, Vector]:
        """The facts that an input table states, by name."""
        told = self.told.facts[table]
        return {fact.name: facts_as.vector(fact, source[fact.name], fact.name in told) for fact in facts}

    def frame(self, kept: Mapping[str, Vector], of_list: str | None = None) -> Frame:
        """A frame of names, with what its table keeps."""
        return Frame(self.names, kept, self.rates, of_list)

    # --- months ----------------------------------------------------------------------------------------------------------

    def _months(self) -> dict[str, Any]:
        """For each component its own months, and the months it is looked at in place of a refused component."""
        found: dict[str, Any] = {}
        order = list(self.parts)
        for place, name in enumerate(order):
            found[name] = Months(self, place, name, None).build()
        for place, name in enumerate(order):
            over = self.compiled.components[name].component.subsidiary_to
            if over in found:
                refused = self._refused(found[over], order.index(over), place)
                found[instead_of(name, over)] = Months(self, place, name, refused).build()
        return found

    def _refused(self, months: Any, before: int, place: int) -> Any:
        """The refused months that another component is looked at in: surely, or as far as that is not known."""
        bit, none = ibis.literal(1 << place, "int16"), ibis.literal(0, "int16")
        sure = ((months["åpner"] & bit) != none) | months[f"subsidiær{place}"]
        perhaps = (months["åpner_kanskje"] & bit) != none
        sought = months[f"søkt{place}"] & ibis.literal(place < before)
        refused = months["status"] == ibis.literal(STATUS["nei"], "int8")
        table = months.filter(refused & (sure | perhaps) & ~sought)
        return self.program.add(
            f"avslått{before}_{place}",
            table.select(lege_nr=table["lege_nr"], måned=table["måned"], kanskje=~sure),
        )


def instead_of(name: str, over: str) -> str:
    """What the months of a component in place of another are called."""
    return f"{name} i stedet for {over}"
