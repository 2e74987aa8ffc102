"""What every name in a scheme means: its type, its unit, and the level at which it has one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.language.expression import names
from engine.language.model import (
    Definition,
    EarliestOf,
    Formula,
    LastOf,
    Parameter,
    SumOfEarlier,
    SumOverDays,
)
from engine.language.unit import DAYS, PLAIN, Unit
from engine.language.vocabulary import Fact, Vocabulary

#: a name's level → the levels of assessment that may read it
READABLE: Mapping[str, frozenset[str]] = {
    "søknad": frozenset({"konstant", "søknad"}),
    "lege": frozenset({"konstant", "søknad", "lege"}),
    "måned": frozenset({"konstant", "søknad", "lege", "kalender", "måned"}),
    "dag": frozenset({"konstant", "søknad", "lege", "kalender", "periode"}),
    "post": frozenset({"konstant", "søknad", "lege", "kalender", "post"}),
}
_RANK = ("konstant", "søknad", "lege", "kalender", "måned")

_KINDS = {"heltall": "tall", "desimal": "tall", "tidspunkt": "dato"}


@dataclass(frozen=True, slots=True)
class Type:
    """`kind` is tall, dato, måned, ja_nei, valg, flervalg or tekst. `source` tells facts from tables and worked-out values."""

    kind: str
    unit: Unit
    level: str
    source: str  # "fakta", "tabell", "utledet" or "kalender"
    choices: tuple[str, ...] = ()


#: names that the calendar gives every scheme
CALENDAR: Mapping[str, Type] = {
    "dag": Type("dato", PLAIN, "periode", "kalender"),
    "måned": Type("måned", PLAIN, "kalender", "kalender"),
    "dager_i_måneden": Type("tall", DAYS, "kalender", "kalender"),
    "tilskuddsårets_første_måned": Type("måned", PLAIN, "søknad", "kalender"),
    "tilskuddsårets_siste_måned": Type("måned", PLAIN, "søknad", "kalender"),
}

#: words only reasons may use
REASON_WORDS = frozenset({"beløp"})


def fact_type(fact: Fact, level: str) -> Type:
    choices = ("ja", "nei") if fact.kind == "ja_nei" else fact.choices
    return Type(_KINDS.get(fact.kind, fact.kind), fact.unit, level, "fakta", choices)


def parameter_type(parameter: Parameter, facts: Mapping[str, Fact]) -> Type:
    if parameter.keyed_by is not None:
        fact = facts.get(parameter.keyed_by)
        level = fact.level if fact else "søknad"
    elif parameter.variants:
        level = "måned"
    elif parameter.is_rate or any(value.months.first or value.months.last for value in parameter.values):
        level = "kalender"
    else:
        level = "konstant"
    return Type(parameter.kind, parameter.unit, level, "tabell")


def scheme_names(
    vocabulary: Vocabulary, scheme: str, definitions: Iterable[Definition], parameters: Iterable[Parameter]
) -> dict[str, Type]:
    """Every name that the rules of a scheme may use, except the fields of lists."""
    known: dict[str, Type] = dict(CALENDAR)
    for fact in vocabulary.facts.values():
        if scheme in fact.schemes:
            known[fact.name] = fact_type(fact, fact.level)
    for parameter in parameters:
        known[parameter.name] = parameter_type(parameter, vocabulary.facts)
    waiting = [*vocabulary.derived.values(), *definitions]
    while waiting:
        later = [definition for definition in waiting if not _learn(definition, known)]
        if len(later) == len(waiting):
            for definition in later:  # a name that is missing or a circle; told of when the formula is checked
                known.setdefault(definition.name, Type("tall", definition.unit or PLAIN, "måned", "utledet"))
            break
        waiting = later
    return known


def _learn(definition: Definition, known: dict[str, Type]) -> bool:
    meaning = definition.meaning
    unit = definition.unit or PLAIN
    if isinstance(meaning, LastOf | EarliestOf):
        fact = known.get(meaning.fact)
        if fact is None:
            # a fact of another scheme: the derived fact does not exist here
            return True
        level = "måned" if isinstance(meaning, LastOf) else "lege"
        known[definition.name] = Type(fact.kind, fact.unit, level, "utledet", fact.choices)
        return True
    level = "måned"
    if isinstance(meaning, Formula):
        operands = [name.name for name in names(meaning.value)]
        if any(name not in known for name in operands):
            return False
        level = max(
            (known[name].level for name in operands),
            key=lambda one: _RANK.index(one) if one in _RANK else 9,
            default="konstant",
        )
    elif isinstance(meaning, SumOfEarlier) and meaning.name not in known:
        known[definition.name] = Type("tall", unit, level, "utledet")
        return True
    elif isinstance(meaning, SumOverDays) and any(name.name not in known for name in names(meaning.value)):
        return False
    kind = "tall"
    known[definition.name] = Type(kind, unit, level, "utledet")
    return True


def field_names(fact: Fact) -> dict[str, Type]:
    """The fields of a list fact, as names within its own rules."""
    return {name: fact_type(field, "post") for name, field in fact.fields.items()}
