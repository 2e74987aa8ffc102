"""What every name in a scheme means: its type, its unit, and the level at which it has one value.

A name that cannot be told about, because its own part of a file is faulty, is `UNSURE`: it exists, and nothing more is said of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.language.condition import leaves, operand_names
from engine.language.expression import UNREADABLE, Call, Day, Expression, MonthOf, Name, names
from engine.language.meaning import DaysCounted, EarliestOf, Formula, LastOf, Run, SumOverDays
from engine.language.model import Definition, Parameter
from engine.language.unit import DAYS, PLAIN, Unit
from engine.language.vocabulary import Fact, Vocabulary

_CONSTANT = frozenset({"konstant"})

#: what is assessed → the levels of the names it may read. `verdi` is a value in a table, `post` a row of a list.
READABLE: Mapping[str, frozenset[str]] = {
    "søknad": _CONSTANT | {"søknad"},
    "lege": _CONSTANT | {"søknad", "lege"},
    "måned": _CONSTANT | {"søknad", "lege", "kalender", "måned"},
    "dag": _CONSTANT | {"søknad", "lege", "kalender", "periode", "dag"},
    "periode": _CONSTANT | {"søknad", "lege", "periode"},
    "verdi": _CONSTANT | {"søknad", "lege", "kalender"},
    "post i søknad": _CONSTANT | {"søknad", "post"},
    "post i lege": _CONSTANT | {"søknad", "lege", "post"},
    "post med måned i søknad": _CONSTANT | {"søknad", "post", "kalender"},
    "post med måned i lege": _CONSTANT | {"søknad", "lege", "post", "kalender"},
}
_RANK = ("konstant", "søknad", "lege", "kalender", "måned")

_KINDS = {"heltall": "tall", "desimal": "tall", "tidspunkt": "dato"}


@dataclass(frozen=True, slots=True)
class Type:
    """`kind` is tall, dato, måned, ja_nei, valg, flervalg, tekst or liste. `source` tells facts from tables and worked-out values."""

    kind: str
    unit: Unit
    level: str
    source: str  # "fakta", "tabell", "utledet" or "kalender"
    choices: tuple[str, ...] = ()


UNSURE = Type("", PLAIN, "", "")

#: the name of the day itself, which conditions compare but formulas cannot work with
DAY = "dag"

#: names that the calendar gives every scheme
CALENDAR: Mapping[str, Type] = {
    DAY: Type("dato", PLAIN, "dag", "kalender"),
    "måned": Type("måned", PLAIN, "kalender", "kalender"),
    "dager_i_måneden": Type("tall", DAYS, "kalender", "kalender"),
}

#: names that the grant year gives the schemes that have grant years
WINDOW: Mapping[str, Type] = {
    "tilskuddsårets_første_måned": Type("måned", PLAIN, "søknad", "kalender"),
    "tilskuddsårets_siste_måned": Type("måned", PLAIN, "søknad", "kalender"),
}


def fact_type(fact: Fact, level: str) -> Type:
    choices = ("ja", "nei") if fact.kind == "ja_nei" else fact.choices
    return Type(_KINDS.get(fact.kind, fact.kind), fact.unit, level, "fakta", choices)


def _parameter_type(parameter: Parameter, known: Mapping[str, Type]) -> Type | None:
    """The type of a rate or threshold; None while a name in one of its formulas is not known yet."""
    operands = [name.name for value in parameter.values if value.formula is not None for name in names(value.formula)]
    operands += [parameter.keyed_by] if parameter.keyed_by is not None else []
    if any(name not in known for name in operands):
        return None
    if any(known[name] is UNSURE for name in operands):
        return UNSURE
    monthly = parameter.is_rate or any(value.months.first or value.months.last for value in parameter.values)
    own = "måned" if parameter.variants else "kalender" if monthly else "konstant"
    return Type(parameter.kind, parameter.unit, _highest([own, *(known[name].level for name in operands)]), "tabell")


def scheme_names(
    vocabulary: Vocabulary,
    scheme: str,
    definitions: Iterable[Definition],
    parameters: Iterable[Parameter],
    unsure: Iterable[str] = (),
) -> dict[str, Type]:
    """Every name that the rules of a scheme may use, except the fields of lists. `unsure` are names from faulty parts."""
    known: dict[str, Type] = {UNREADABLE: UNSURE, **CALENDAR, **dict.fromkeys(unsure, UNSURE)}
    for fact in vocabulary.facts.values():
        if fact.name in CALENDAR:
            continue
        if scheme in fact.schemes:
            known[fact.name] = fact_type(fact, fact.level)
        elif not set(fact.schemes) <= set(vocabulary.schemes):  # a misspelt scheme, which may be this one
            known[fact.name] = UNSURE
    if vocabulary.grant_year in known:
        known |= WINDOW
    own = list(definitions)
    for facts, some in ((vocabulary.facts, vocabulary.derived.values()), (known, own)):
        for part in some:
            if isinstance(part.meaning, LastOf | EarliestOf) and part.meaning.fact not in facts:
                known.setdefault(part.name, UNSURE)
    waiting: list[Definition | Parameter] = [*parameters, *vocabulary.derived.values(), *own]
    waiting = [one for one in waiting if one.name not in known]
    while waiting:
        later = [one for one in waiting if not _learn(one, known)]
        if len(later) == len(waiting):
            for one in later:  # a name is missing or there is a circle; either is told of where it stands
                known.setdefault(one.name, UNSURE)
            break
        waiting = later
    del known[UNREADABLE]
    return known


def _learn(one: Definition | Parameter, known: dict[str, Type]) -> bool:
    """Add the type of a table or definition to what is known; no when a name it is worked out from is not known yet."""
    if isinstance(one, Parameter):
        table = _parameter_type(one, known)
        if table is not None:
            known[one.name] = table
        return table is not None
    if known.get(one.name, UNSURE).source == "tabell":
        return True  # the name of a table, which is told of where it is taken again
    meaning = one.meaning
    unit = one.unit or PLAIN
    if isinstance(meaning, LastOf | EarliestOf):
        fact = known.get(meaning.fact)
        if fact is not None:  # else it is a fact of another scheme, and what is derived of it does not exist here
            level = "måned" if isinstance(meaning, LastOf) else "lege"
            known[one.name] = Type(fact.kind, fact.unit, level, "utledet", fact.choices)
        return True
    if isinstance(meaning, Formula):
        operands = [name.name for name in names(meaning.value)]
        if any(name not in known for name in operands):
            return False
        if any(known[name] is UNSURE for name in operands):
            known[one.name] = UNSURE
        else:
            kind = _kind(meaning.value, known)
            known[one.name] = Type(kind, unit, _highest(known[name].level for name in operands), "utledet")
        return True
    known[one.name] = Type("tall", unit, "måned", "utledet")
    return True


def _highest(levels: Iterable[str]) -> str:
    """The innermost of some levels."""
    return max(levels, key=lambda level: _RANK.index(level) if level in _RANK else len(_RANK), default="konstant")


def _kind(expression: Expression, known: Mapping[str, Type]) -> str:
    match expression:
        case Name(name):
            return known[name].kind
        case Day():
            return "dato"
        case MonthOf():
            return "måned"
        case Call(arguments=arguments):
            return _kind(arguments[0], known)
        case _:
            return "tall"


def reads(one: Definition | Parameter) -> Iterator[Name]:
    """Every name whose value for the same month a table or definition is worked out from."""
    conditions = []
    if isinstance(one, Parameter):
        for value in one.values:
            for formula in (value.formula, value.suggestion):
                if formula is not None:
                    yield from names(formula)
        conditions = [variant.when for variant in one.variants]
    else:
        meaning = one.meaning
        if isinstance(meaning, Formula | SumOverDays):
            yield from names(meaning.value)
        if isinstance(meaning, DaysCounted | Run | SumOverDays) and meaning.where is not None:
            conditions = [meaning.where]
    for condition in conditions:
        for leaf in leaves(condition):
            yield from operand_names(leaf)


def field_names(fact: Fact) -> dict[str, Type]:
    """The fields of a list fact, as names within its own rules."""
    return {name: fact_type(field, "post") for name, field in fact.fields.items()}


def post_level(fact: Fact) -> str:
    """The level that rules about the rows of a list are read at. A field called `måned` gives the row a month."""
    monthly = " med måned" if "måned" in fact.fields else ""
    return f"post{monthly} i {'søknad' if fact.level == 'søknad' else 'lege'}"
