"""Definitions: what they read, and that what they give is in the unit that is stated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.language.condition import Condition
from engine.language.meaning import DaysCounted, EarliestOf, Formula, LastOf, Run, SumOfEarlier, SumOverDays
from engine.language.model import Definition
from engine.language.names import UNSURE
from engine.language.rulebook import SchemeRules
from engine.language.typing import Gives, Typer
from engine.language.unit import DAYS, MONTHS, PLAIN, Unit
from engine.text.fault import FaultList
from engine.text.place import Place
from engine.text.suggest import did_you_mean


def settled(
    definition: Definition, scheme: SchemeRules, typer: Callable[[str], Typer], faults: FaultList
) -> Definition:
    """The definition checked, with its conditions settled."""
    return _Check(definition, scheme, typer, faults).run()


class _Check:
    def __init__(
        self, definition: Definition, scheme: SchemeRules, typer: Callable[[str], Typer], faults: FaultList
    ) -> None:
        self.definition = definition
        self.scheme = scheme
        self.typer = typer
        self.faults = faults

    def run(self) -> Definition:
        one, meaning = self.definition, self.definition.meaning
        match meaning:
            case DaysCounted(where, counting):
                self._fixed(DAYS)
                return replace(one, meaning=DaysCounted(self._condition("dag", where), counting))
            case Run(where, measures):
                self._fixed(MONTHS if measures == "hele måneder" else DAYS)
                return replace(one, meaning=Run(self._condition("periode", where), measures))
            case SumOverDays(value, where):
                place = one.at("sum_over_dager.verdi")
                self._formula(self.typer("dag").expression(value, place), place, DAYS)
                return replace(one, meaning=SumOverDays(value, self._condition("dag", where)))
            case Formula(value):
                known = self.scheme.names[one.name]
                level = known.level if known.level in ("søknad", "lege") else "måned"
                self._formula(self.typer(level).expression(value, one.at("formel")), one.at("formel"), PLAIN)
            case LastOf(fact):
                self._of_period(fact, one.at("siste"), dated=False)
            case EarliestOf(fact):
                self._of_period(fact, one.at("tidligste"), dated=True)
            case SumOfEarlier(name):
                self._summed(name, one.at("sum_av_tidligere_måneder"))
        return one

    def _condition(self, level: str, where: Condition | None) -> Condition | None:
        return None if where is None else self.typer(level).condition(where)

    def _fixed(self, unit: Unit) -> None:
        """The unit of what is counted is given by the kind of definition."""
        if self.definition.unit is not None and self.definition.unit != unit:
            what = f"definisjonen gir {unit.name}, men enheten er oppgitt som {self.definition.unit.name}"
            self._wrong(self.definition.at("enhet"), "ENHET", what, "enhetene må være like", "fjern «enhet»")

    def _formula(self, gives: Gives | None, place: Place, per: Unit) -> None:
        """What a formula gives, times `per`, is in the unit stated."""
        one = self.definition
        if gives is None:
            return
        if gives.kind not in ("tall", "dato", "måned") or (per != PLAIN and gives.kind != "tall"):
            self._wrong(place, "TYPE", "formelen gir ikke et tall", "det går bare an å regne med tall", "rett formelen")
            return
        if gives.unit is None or gives.kind != "tall":
            return
        unit = gives.unit.times(per)
        if one.unit is None and unit != PLAIN:
            what = f"formelen gir {unit.name}, men «enhet» er ikke oppgitt"
            self._wrong(place, "ENHET", what, "uten enhet er det et tall uten enhet", f"legg til «enhet: {unit.name}»")
        elif one.unit is not None and unit != one.unit:
            what = f"formelen gir {unit.name}, men enheten er oppgitt som {one.unit.name}"
            self._wrong(place, "ENHET", what, "enhetene må være like", "rett formelen eller enheten")

    def _of_period(self, fact: str, place: Place, dated: bool) -> None:
        known = self.scheme.names.get(fact)
        if known is UNSURE:
            return
        choices = [name for name, one in self.scheme.names.items() if one.level == "periode"]
        if known is None or known.level != "periode":
            hint = did_you_mean(fact, choices)
            what = f"«{fact}» er ikke en opplysning om perioden" + ("," + hint if hint else "")
            self._wrong(place, "NAVN", what, "«siste» og «tidligste» leser perioder", "rett navnet")
        elif dated and known.kind != "dato":
            what = f"«{fact}» er ikke en dato"
            self._wrong(place, "TYPE", what, "«tidligste» finner den første av flere datoer", "bruk en dato")

    def _summed(self, name: str, place: Place) -> None:
        known = self.scheme.names.get(name)
        if known is UNSURE:
            return
        if known is None or known.level != "måned" or known.kind != "tall" or known.source != "utledet":
            definitions = [one for one, kind in self.scheme.names.items() if kind.source == "utledet"]
            hint = did_you_mean(name, definitions) if known is None else ""
            what = f"«{name}» er ikke en definisjon som gir et tall for måneden" + ("," + hint if hint else "")
            self._wrong(place, "NAVN", what, "bare slike kan summeres over måneder", "rett navnet")
        elif (self.definition.unit or PLAIN) != known.unit:
            what = f"summen er i {known.unit.name}, men enheten er oppgitt som {(self.definition.unit or PLAIN).name}"
            at = self.definition.at("enhet")
            self._wrong(at, "ENHET", what, "enhetene må være like", f"skriv «enhet: {known.unit.name}»")

    def _wrong(self, place: Place, code: str, what: str, why: str, next_step: str) -> None:
        self.faults.add(place, code, what, why, next_step)
