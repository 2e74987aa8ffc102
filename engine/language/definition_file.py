"""A derived fact as it stands in a file, of rules or the vocabulary."""

from __future__ import annotations

from fractions import Fraction

from engine.language.expression import Number
from engine.language.field import Fields
from engine.language.meaning import DaysCounted, EarliestOf, Formula, LastOf, Meaning, Run, SumOfEarlier, SumOverDays
from engine.language.model import Definition
from engine.language.unit import DAYS, read_unit
from engine.text.place import Place


def read_definition(name: str, place: Place, part: Fields, origin: str) -> Definition:
    """A derived fact, from a rule set or from the vocabulary."""
    meaning = _meaning(part)
    unit = part.unit()
    if unit is None and isinstance(meaning, DaysCounted):
        unit = DAYS
    if unit is None and isinstance(meaning, Run):
        unit = read_unit("måneder" if meaning.measures == "hele måneder" else "dager")
    return Definition(
        name=name,
        title=part.text("tittel"),
        origin=origin,
        meaning=meaning,
        unit=unit,
        months=part.months(),
        citation=part.citation(),
        reading=part.reading(),
        place=place,
        spots=part.spots("sum_over_dager"),
    )


def _meaning(part: Fields) -> Meaning:
    if part.has("antall_dager"):
        inner = part.fields("antall_dager")
        return DaysCounted(inner.condition("der"), inner.text("grunnlag") == "tellende")
    if part.has("siste"):
        return LastOf(part.text("siste"))
    if part.has("tidligste"):
        return EarliestOf(part.text("tidligste"))
    if part.has("sammenhengende"):
        inner = part.fields("sammenhengende")
        return Run(inner.condition("der"), inner.text("måler"))
    if part.has("sum_over_dager"):
        inner = part.fields("sum_over_dager")
        return SumOverDays(inner.formula("verdi") or Number(Fraction(0)), inner.condition("der"))
    if part.has("sum_av_tidligere_måneder"):
        return SumOfEarlier(part.text("sum_av_tidligere_måneder"))
    return Formula(part.formula("formel") or Number(Fraction(0)))
