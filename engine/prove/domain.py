"""The vocabulary's facts as variables: for each fact of each owner, whether it is stated, and which of its possible values it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from typing import Any

import z3

from engine.case.stated import Stated, read_stated
from engine.language.vocabulary import Fact
from engine.prove.logic import Bool, Num, compare, conj, disj, either, neg
from engine.prove.solver import Undecided
from engine.prove.vector import Cause, Choice, Number, Several, Vector

_NUMBERS = ("heltall", "desimal")
_DATES = ("dato", "tidspunkt")
_YES_NO = ("ja", "nei")

#: dates that are tried lie within these many years of a date the rules name
YEARS = 12


@dataclass(frozen=True)
class Variable:
    """One fact of one owner (`søknad`, `lege`, `periode 1` …). A fact with a default counts as stated."""

    owner: str
    fact: Fact
    horizon: tuple[int, int]
    """The first and last date tried, as ordinals."""

    @property
    def key(self) -> str:
        return f"{self.owner}.{self.fact.name}"

    @cached_property
    def given(self) -> Bool:
        """Whether the application states the fact."""
        if self.fact.required or self.fact.default is not None:
            return True
        return z3.Bool(f"{self.key} oppgitt")

    @cached_property
    def value(self) -> Any:
        """The variable: a number, a date's ordinal, the place of a choice, yes or no; for several choices one of these each."""
        match self.fact.kind:
            case "ja_nei":
                return z3.Bool(self.key)
            case "desimal":
                return z3.Real(self.key)
            case "flervalg":
                return {choice: z3.Bool(f"{self.key}: {choice}") for choice in self.fact.choices}
            case "tekst" | "liste":
                raise Undecided(f"«{self.fact.name}» er fri tekst og har ingen formel")
            case _:
                return z3.Int(self.key)

    @cached_property
    def limits(self) -> Bool:
        """What the value can be."""
        fact = self.fact
        match fact.kind:
            case "heltall" if fact.choices:
                return disj(*(self.value == int(choice) for choice in fact.choices))
            case "valg":
                return conj(self.value >= 0, self.value < len(fact.choices))
            case "dato" | "tidspunkt":
                return conj(self.value >= self.horizon[0], self.value <= self.horizon[1])
            case "heltall" | "desimal":
                return conj(
                    True if fact.at_least is None else compare(self.value, ">=", fact.at_least),
                    True if fact.above is None else compare(self.value, ">", fact.above),
                    True if fact.at_most is None else compare(self.value, "<=", fact.at_most),
                )
            case _:
                return True

    @cached_property
    def vector(self) -> Vector:
        """What the rules read."""
        missing = neg(self.given)
        cause = Cause(facts=missing)
        fact = self.fact
        match fact.kind:
            case "ja_nei":
                return Choice(
                    {"ja": conj(self.given, self.value), "nei": conj(self.given, neg(self.value))}, missing, cause
                )
            case "valg":
                answers = {name: conj(self.given, self.value == place) for place, name in enumerate(fact.choices)}
                return Choice(answers, missing, cause, frozenset(fact.unclear))
            case "flervalg":
                return Several({name: conj(self.given, part) for name, part in self.value.items()}, missing, cause)
        low = fact.at_least if fact.at_least is not None else fact.above
        if fact.kind in _NUMBERS and low is not None and fact.at_most is not None:
            return Number(
                either(self.given, self.value, low), either(self.given, self.value, fact.at_most), False, cause
            )
        return Number(self.value, self.value, missing, cause, fact.kind in _DATES)

    def is_(self, stated: Stated | None) -> Bool:
        """Whether the fact is stated so; None is not stated."""
        if stated is None:
            return neg(self.given)
        if self.fact.kind == "flervalg":
            assert isinstance(stated, frozenset)
            return conj(self.given, *(part if name in stated else neg(part) for name, part in self.value.items()))
        if self.fact.kind == "ja_nei":
            return conj(self.given, self.value if stated == "ja" else neg(self.value))
        return conj(self.given, compare(self.value, "=", self.number(stated)))

    def number(self, stated: Stated) -> Num:
        """A stated value as the variable has it."""
        if isinstance(stated, datetime):
            stated = stated.date()
        if isinstance(stated, date):
            return stated.toordinal()
        return self.fact.choices.index(stated) if isinstance(stated, str) else stated

    def read(self, model: Any) -> Stated | None:
        """The value in a model; None when it is not stated there, or when it is the default."""
        if self.given is not True and not z3.is_true(model.eval(self.given, model_completion=True)):
            return None
        found = self._read(model)
        default = self.fact.default
        return None if default is not None and found == read_stated(self.fact, default) else found

    def _read(self, model: Any) -> Stated:
        match self.fact.kind:
            case "ja_nei":
                return _YES_NO[0] if z3.is_true(model.eval(self.value, model_completion=True)) else _YES_NO[1]
            case "flervalg":
                return frozenset(
                    name for name, part in self.value.items() if z3.is_true(model.eval(part, model_completion=True))
                )
        number = read_number(model, self.value)
        match self.fact.kind:
            case "valg":
                return self.fact.choices[int(number)]
            case "dato":
                return date.fromordinal(int(number))
            case "tidspunkt":
                day = date.fromordinal(int(number))
                return datetime(day.year, day.month, day.day, 12)
            case "desimal":
                return number
            case _:
                return int(number)


def read_number(model: Any, value: Num) -> Fraction:
    """A number's value in a model."""
    if not z3.is_expr(value):
        return Fraction(value)
    found = model.eval(value, model_completion=True)
    return Fraction(found.as_long()) if z3.is_int_value(found) else Fraction(found.as_fraction())
