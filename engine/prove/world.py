"""The variables of one application and one doctor, shared by all the rulebooks that are asked about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from engine.case.calendar import DAYS_IN_MONTH, MONTH
from engine.case.frame import Slots
from engine.decide.compiled import CompiledScheme
from engine.language.names import WINDOW
from engine.language.vocabulary import Fact, Vocabulary
from engine.prove.domain import Variable
from engine.prove.logic import Bool, conj
from engine.prove.moment import Moment
from engine.prove.solver import Undecided
from engine.prove.vector import NONE, Cause, Vector, exact, unknown
from engine.ruleset.selection import of_grant_year
from engine.text.month import Month, days_in

APPLICATION, DOCTOR = "søknad", "lege"


class World:
    """Facts as variables, by owner. All the vocabularies must mean the same by the facts of the scheme."""

    def __init__(self, vocabularies: Iterable[Vocabulary], scheme: str, horizon: tuple[date, date]) -> None:
        several = list(vocabularies)
        self.vocabulary = several[0]
        self.scheme = scheme
        self.horizon = (horizon[0].toordinal(), horizon[1].toordinal())
        for level in ("søknad", "lege", "periode"):
            meant = [[_meant(fact) for fact in one.facts_of(scheme, level)] for one in several]
            if any(one != meant[0] for one in meant):
                raise Undecided("opplysningene i søknaden er ikke de samme i de to versjonene av vokabularet")
        self.variables: dict[str, Variable] = {}
        levels = ("søknad", "lege", "periode")
        #: whether an answer in an application can be that a person must judge
        self.judged = any(fact.unclear for level in levels for fact in self.vocabulary.facts_of(scheme, level))

    def variable(self, owner: str, fact: Fact) -> Variable:
        """The variable of a fact of an owner."""
        made = self.variables.get(f"{owner}.{fact.name}")
        if made is None:
            made = self.variables[f"{owner}.{fact.name}"] = Variable(owner, fact, self.horizon)
        return made

    def of(self, owner: str, level: str) -> dict[str, Variable]:
        """The variables of an owner that can be asked about, by fact."""
        facts = self.vocabulary.facts_of(self.scheme, level)
        return {fact.name: self.variable(owner, fact) for fact in facts if fact.kind not in ("tekst", "liste")}

    def rows(self, name: str, owner: str) -> dict[str, Variable]:
        """The variables of one row of a list fact."""
        fields = self.vocabulary.facts[name].fields.values()
        return {field.name: self.variable(owner, field) for field in fields if field.kind != "tekst"}

    @property
    def limits(self) -> list[Bool]:
        """What the facts can be, of all variables made so far."""
        return [one.limits for one in self.variables.values()]

    def of_year(self, moment: Moment) -> list[Bool]:
        """What a moment says of the application."""
        year = self.variables.get(f"{APPLICATION}.{self.vocabulary.grant_year}")
        return [] if year is None else [year.is_(moment.year)]

    def at(self, moment: Moment) -> list[Bool]:
        """What a moment says of the facts that choose rules."""
        found = self.of_year(moment)
        agreed = self.variables.get(f"{DOCTOR}.{self.vocabulary.agreement_date}")
        if agreed is not None:
            if moment.agreed is None:
                found.append(agreed.is_(None))
            else:
                first, last = (day.toordinal() for day in moment.agreed)
                found.append(conj(agreed.given, agreed.value >= first, agreed.value <= last))
        return found


def _meant(fact: Fact) -> tuple[object, ...]:
    """What a fact means: everything but what is only said of it."""
    values = (fact.name, fact.level, fact.kind, fact.unit, fact.choices, frozenset(fact.unclear), fact.pattern)
    bounds = (fact.at_least, fact.above, fact.at_most, fact.default, fact.optional, fact.required)
    return *values, *bounds, *(_meant(one) for one in fact.fields.values())


def vectors(variables: dict[str, Variable]) -> dict[str, Vector]:
    """Variables as what the rules read."""
    return {name: one.vector for name, one in variables.items()}


def calendar(slots: Slots, month: Month | None) -> dict[str, Vector]:
    """The names of the calendar, for a month; None for where there is no month."""
    if month is None:
        return {}
    found: dict[str, Vector] = {MONTH: exact(int(month)), DAYS_IN_MONTH: exact(days_in(month))}
    return {name: value for name, value in found.items() if name in slots.index}


def window(compiled: CompiledScheme, year: int | None) -> dict[str, Vector]:
    """The first and last month of the grant year."""
    if compiled.vocabulary.grant_year not in compiled.slots.index:
        return {}
    if year is None:
        return {name: unknown(Cause(facts=True)) for name in WINDOW}
    grant_set = of_grant_year(compiled.scheme, year)
    if grant_set.grant_year is None:
        return {name: exact(year) for name in WINDOW}
    months = grant_set.grant_year.months
    values: list[Any] = [months.first, months.last]
    return {
        name: unknown(NONE) if value is None else exact(int(value)) for name, value in zip(WINDOW, values, strict=True)
    }
