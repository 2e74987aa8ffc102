"""A rule file, schema-checked, as a `RuleSet`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from engine.language.condition import ALWAYS
from engine.language.declared import UNKNOWN, Declared
from engine.language.definition_file import read_definition
from engine.language.expression import Number
from engine.language.field import Fields
from engine.language.in_force import ByAgreement, ByGrantYear, InForce, WithItsSet
from engine.language.model import (
    Calculation,
    Component,
    Exemption,
    GrantYear,
    Note,
    Parameter,
    Quantity,
    Repeal,
    Rounding,
    Rule,
    RuleSet,
    Variant,
)
from engine.language.unit import PLAIN
from engine.text import literal
from engine.text.fault import FaultList
from engine.text.month import Month
from engine.text.node import Node
from engine.text.place import Place
from engine.text.suggest import did_you_mean

NEVER = "ingen"


def read_rule_set(node: Node, declared: Declared, faults: FaultList) -> RuleSet:
    """One rule file → RuleSet. `declared` is what all files of the scheme declare."""
    top = Fields(node, faults)
    origin = top.text("regelsett")
    agreements = top.fields("avtaler")
    before = len(faults)
    dates = top.days() if top.has("avtaler") else None
    misdated = len(faults) > before
    return RuleSet(
        id=origin,
        title=top.text("tittel"),
        scheme=top.text("ordning"),
        intro=top.text("innledning"),
        builds_on=top.maybe("bygger_på"),
        agreements=dates,
        agreements_citation=agreements.citation(),
        agreements_reading=agreements.reading(),
        grant_year=_grant_year(top.fields("tilskuddsår")) if top.has("tilskuddsår") else None,
        sources=top.sources(),
        components={name: _component(name, place, part) for name, place, part in top.items("komponenter")},
        parameters={
            name: _parameter(name, place, part, origin, is_rate, declared)
            for key, is_rate in (("grenser", False), ("satser", True))
            for name, place, part in top.items(key)
        },
        definitions={
            name: read_definition(name, place, part, origin) for name, place, part in top.items("definisjoner")
        },
        rules={name: _rule(name, place, part, origin, declared) for name, place, part in top.items("vilkår")},
        notes={name: _note(name, place, part, origin) for name, place, part in top.items("merknader")},
        calculations={name: _calculation(name, place, part, origin) for name, place, part in top.items("beregning")},
        repeals=tuple(
            Repeal(name, origin, _in_force(part, declared), part.required_citation(), place, part.spots("i_kraft"))
            for name, place, part in top.items("opphever")
        ),
        places={key: top.key_place(key) for key in (top.node.entries if top.node else ())},
        place=top.place,
        misdated=misdated,
    )


def _grant_year(part: Fields) -> GrantYear:
    return GrantYear(
        part.value("år", literal.integer) or 0, part.months(), part.required_citation(), part.reading(), part.place
    )


def _component(name: str, place: Place, part: Fields) -> Component:
    return Component(
        name,
        part.text("tittel"),
        part.condition("søkes_når") or ALWAYS,
        part.maybe("subsidiær_til"),
        part.condition("subsidiær_når"),
        part.citation(),
        part.reading(),
        place,
        part.spots(),
    )


def _parameter(name: str, place: Place, part: Fields, origin: str, is_rate: bool, declared: Declared) -> Parameter:
    kind = declared.kinds[name]
    read_as = kind if name in declared.explained else ""
    return Parameter(
        name=name,
        title=part.text("tittel"),
        is_rate=is_rate,
        kind=kind,
        unit=part.unit() or PLAIN,
        keyed_by=part.maybe("etter"),
        variants=tuple(
            Variant(key, row.text("tittel"), row.condition("når") or ALWAYS) for key, _, row in part.items("varianter")
        ),
        values=tuple(read_quantity(row, read_as, origin) for row in part.rows("verdier")),
        note=part.text("merknad"),
        citation=part.citation(),
        reading=part.reading(),
        place=place,
        spots=part.spots(),
    )


def read_quantity(row: Fields, kind: str, origin: str) -> Quantity:
    """One row of a table of values. `kind`, tall, dato or måned, decides how `verdi` is read; without it, it is not."""
    readers: dict[str, Callable[[str], Fraction | date | Month]] = {
        "tall": literal.number,
        "dato": literal.date,
        "måned": literal.month,
    }
    before = len(row.faults)
    months = row.months()
    misdated = len(row.faults) > before
    known = row.has("verdi") and row.text("verdi") != UNKNOWN and kind in readers
    return Quantity(
        months=months,
        key=row.maybe("for"),
        variant=row.maybe("variant"),
        value=row.value("verdi", readers[kind], "rett verdien, eller skriv «ukjent»") if known else None,
        formula=row.formula("formel"),
        suggestion=row.formula("forslag"),
        citation=row.citation(),
        searched=row.words("undersøkt"),
        written=row.text("verdi"),
        certainty=row.text("sikkerhet"),
        note=row.text("merknad"),
        reading=row.reading(),
        origin=origin,
        place=row.place,
        spots=row.spots("undersøkt"),
        misdated=misdated,
    )


def _rule(name: str, place: Place, part: Fields, origin: str, declared: Declared) -> Rule:
    return Rule(
        id=name,
        origin=origin,
        title=part.text("tittel"),
        citation=part.required_citation(),
        per=part.text("vurderes_per"),
        components=part.words("gjelder"),
        in_force=_in_force(part, declared),
        months=part.months(),
        scope=part.condition("gjelder_når"),
        requirement=part.condition("krav") or ALWAYS,
        partial_when=part.condition("delvis_når"),
        judgement_when=part.condition("skjønn_når"),
        consequence=part.text("ikke_oppfylt"),
        opens_for=part.words("åpner_for"),
        reasons=_reasons(part.fields("begrunnelse")),
        exemptions=tuple(_exemption(key, at, row) for key, at, row in part.items("unntak")),
        reading=part.reading(),
        place=place,
        spots=part.spots("gjelder", "i_kraft", "åpner_for", "begrunnelse"),
    )


def _reasons(part: Fields) -> dict[str, str]:
    return {key: part.text(key) for key in (part.node.entries if part.node else ())}


def _exemption(name: str, place: Place, part: Fields) -> Exemption:
    return Exemption(
        name,
        part.text("tittel"),
        part.required_citation(),
        part.days(),
        part.condition("når") or ALWAYS,
        part.text("begrunnelse"),
        part.reading(),
        place,
        part.spots(),
    )


def _in_force(part: Fields, declared: Declared) -> InForce:
    if part.text("i_kraft") == "alltid":
        return WithItsSet()
    inner = part.fields("i_kraft")
    if inner.has("tilskuddsår"):
        return ByGrantYear(inner.value("tilskuddsår", literal.integer) or 0)
    if inner.text("nye_avtaler") == inner.text("eksisterende_avtaler") == NEVER:
        why = "verken nye eller eksisterende avtaler nås"
        part.faults.add(
            inner.place, "I-KRAFT", "dette trer aldri i kraft", why, "oppgi en dato eller en måned i minst én av dem"
        )
    day = _anchored(inner, "nye_avtaler", literal.date, "dato", declared)
    month = _anchored(inner, "eksisterende_avtaler", literal.month, "måned", declared)
    return ByAgreement(day if isinstance(day, date) else None, Month(month) if isinstance(month, int) else None)


def _anchored(
    inner: Fields, key: str, read: Callable[[str], date | Month], kind: str, declared: Declared
) -> date | Month | None:
    """A date or month, written out or as the name of a threshold that has just one; `ingen` is None."""
    text = inner.text(key)
    if text == NEVER or text in declared.unsure:
        return None
    anchor = declared.anchors.get(text)
    if anchor is not None and isinstance(anchor, date) == (kind == "dato"):
        return anchor
    if not text[:1].isalpha():
        return inner.value(key, read)
    own = [name for name, value in declared.anchors.items() if isinstance(value, date) == (kind == "dato")]
    if anchor is not None:
        what = f"«{text}» er en {'måned' if kind == 'dato' else 'dato'}"
    elif text in declared.kinds:
        what = f"«{text}» er ikke én bestemt {kind}"
    else:
        what = f"«{text}» er ikke navnet på en grense" + (f",{hint}" if (hint := did_you_mean(text, own)) else "")
    example = "2020-05-17" if kind == "dato" else "2020-05"
    why = f"«{key}» skal være en {kind} som {example}, en grense av typen {kind}, eller «{NEVER}»"
    inner.faults.add(inner.places()[key], "I-KRAFT", what, why, "rett verdien")
    return None


def _note(name: str, place: Place, part: Fields, origin: str) -> Note:
    return Note(
        name,
        origin,
        part.text("tittel"),
        part.required_citation(),
        part.text("vurderes_per"),
        part.words("gjelder"),
        part.months(),
        part.condition("når") or ALWAYS,
        part.formula("formel"),
        part.text("tekst"),
        part.reading(),
        place,
        part.spots("gjelder"),
    )


def _calculation(name: str, place: Place, part: Fields, origin: str) -> Calculation:
    rounding = part.fields("avrunding")
    step, _, unit = rounding.text("til").partition(" ")
    step_value = Fraction(1)
    try:
        step_value = literal.number(step)
        if unit not in ("kr", "krone", "kroner") or step_value <= 0 or (step_value * 100).denominator != 1:
            raise ValueError("forventet et beløp over null i hele kroner eller øre")
    except ValueError as error:
        what = f"«{rounding.text('til')}» kan ikke brukes som avrunding"
        at = rounding.places().get("til", rounding.place)
        rounding.faults.add(at, "AVRUNDING", what, str(error), "skriv for eksempel «1 kr»")
    return Calculation(
        name,
        origin,
        part.text("tittel"),
        part.unit() or PLAIN,
        part.months(),
        part.formula("formel") or Number(Fraction(0)),
        part.words("vis"),
        Rounding(step_value, rounding.text("måte"), rounding.required_citation()),
        part.required_citation(),
        part.reading(),
        place,
        part.spots("vis"),
    )
