"""A rule file, schema-checked, as a `RuleSet`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from engine.language.condition import ALWAYS, Condition, expression_at, read_condition
from engine.language.expression import Expression, Number
from engine.language.field import Fields
from engine.language.model import (
    ByAgreement,
    ByGrantYear,
    Calculation,
    Component,
    DaysCounted,
    Definition,
    EarliestOf,
    Exemption,
    Formula,
    GrantYear,
    InForce,
    LastOf,
    Meaning,
    Note,
    Parameter,
    Quantity,
    Repeal,
    Rounding,
    Rule,
    RuleSet,
    Run,
    SumOfEarlier,
    SumOverDays,
    Variant,
    WithItsSet,
)
from engine.language.unit import DAYS, PLAIN, Unit, read_unit
from engine.text import literal
from engine.text.fault import FaultList
from engine.text.month import Month
from engine.text.node import Node, Scalar
from engine.text.place import Place

UNKNOWN = "ukjent"
NEVER = "ingen"


@dataclass
class Declared:
    """What the rule files of a scheme declare that its other files lean on.

    `kinds` is the kind of value of each rate and threshold; `anchors` are the thresholds that are a single date or month,
    which `i_kraft` may name.
    """

    kinds: dict[str, str] = field(default_factory=dict)
    anchors: dict[str, date | Month] = field(default_factory=dict)

    def learn(self, node: Node) -> None:
        """Add what one rule file declares. What cannot be read is left for the reading of the file itself."""
        top = Fields(node, FaultList())
        for key in ("grenser", "satser"):
            for name, _, part in top.items(key):
                if part.has("tittel") or name not in self.kinds:
                    self.kinds[name] = part.text("type", "tall")
                kind = self.kinds[name]
                for row in part.rows("verdier"):
                    if kind in ("dato", "måned") and not row.has("for") and row.text("verdi") != UNKNOWN:
                        value = (
                            row.value("verdi", literal.date) if kind == "dato" else row.value("verdi", literal.month)
                        )
                        if value is not None:
                            self.anchors[name] = value


def read_rule_set(node: Node, declared: Declared, faults: FaultList) -> RuleSet:
    """One rule file → RuleSet. `declared` is what all files of the scheme declare."""
    top = Fields(node, faults)
    origin = top.text("regelsett")
    agreements = top.fields("avtaler")
    return RuleSet(
        id=origin,
        title=top.text("tittel"),
        scheme=top.text("ordning"),
        intro=top.text("innledning"),
        builds_on=top.maybe("bygger_på"),
        agreements=top.days() if top.has("avtaler") else None,
        agreements_citation=agreements.citation(),
        agreements_reading=agreements.reading(),
        grant_year=_grant_year(top.fields("tilskuddsår")) if top.has("tilskuddsår") else None,
        sources=top.sources(),
        components={name: _component(name, place, part) for name, place, part in top.items("komponenter")},
        parameters={
            name: _parameter(name, place, part, origin, is_rate, declared.kinds[name])
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
            Repeal(name, origin, _in_force(part, declared), part.required_citation(), place)
            for name, place, part in top.items("opphever")
        ),
        places={key: top.key_place(key) for key in (top.node.entries if top.node else ())},
        place=top.place,
    )


def _grant_year(part: Fields) -> GrantYear:
    return GrantYear(
        part.value("år", literal.integer) or 0, part.months(), part.required_citation(), part.reading(), part.place
    )


def _component(name: str, place: Place, part: Fields) -> Component:
    return Component(
        name,
        part.text("tittel"),
        _condition(part, "søkes_når") or ALWAYS,
        part.maybe("subsidiær_til"),
        _condition(part, "subsidiær_når"),
        part.reading(),
        place,
    )


def _parameter(name: str, place: Place, part: Fields, origin: str, is_rate: bool, kind: str) -> Parameter:
    return Parameter(
        name=name,
        title=part.text("tittel"),
        is_rate=is_rate,
        kind=kind,
        unit=_unit(part) or PLAIN,
        keyed_by=part.maybe("etter"),
        variants=tuple(
            Variant(key, row.text("tittel"), _condition(row, "når") or ALWAYS)
            for key, _, row in part.items("varianter")
        ),
        values=tuple(read_quantity(row, kind, origin) for row in part.rows("verdier")),
        note=part.text("merknad"),
        reading=part.reading(),
        place=place,
    )


def read_quantity(row: Fields, kind: str, origin: str) -> Quantity:
    """One row of a table of values. `kind`, tall, dato or måned, decides how `verdi` is read."""
    readers: dict[str, Callable[[str], Fraction | date | Month]] = {
        "tall": literal.number,
        "dato": literal.date,
        "måned": literal.month,
    }
    known = row.has("verdi") and row.text("verdi") != UNKNOWN
    return Quantity(
        months=row.months(),
        key=row.maybe("for"),
        variant=row.maybe("variant"),
        value=_known(row, readers[kind]) if known else None,
        formula=_expression(row, "formel"),
        suggestion=_expression(row, "forslag"),
        citation=row.citation(),
        searched=row.words("undersøkt"),
        certainty=row.text("sikkerhet"),
        note=row.text("merknad"),
        reading=row.reading(),
        origin=origin,
        place=row.place,
    )


def _known(row: Fields, read: Callable[[str], Fraction | date | Month]) -> Fraction | date | Month:
    """The value; one that cannot be read is reported and counts as 0, so that it is not told of as unknown too."""
    value = row.value("verdi", read)
    return Fraction(0) if value is None else value


def read_definition(name: str, place: Place, part: Fields, origin: str) -> Definition:
    """A derived fact, from a rule set or from the vocabulary."""
    meaning = _meaning(part)
    unit = _unit(part)
    if unit is None and isinstance(meaning, DaysCounted):
        unit = DAYS
    if unit is None and isinstance(meaning, Run):
        unit = read_unit("måneder" if meaning.measures == "hele måneder" else "dager")
    return Definition(
        name, part.text("tittel"), origin, meaning, unit, part.months(), part.citation(), part.reading(), place
    )


def _meaning(part: Fields) -> Meaning:
    if part.has("antall_dager"):
        inner = part.fields("antall_dager")
        return DaysCounted(_condition(inner, "der"), inner.text("grunnlag") == "tellende")
    if part.has("siste"):
        return LastOf(part.text("siste"))
    if part.has("tidligste"):
        return EarliestOf(part.text("tidligste"))
    if part.has("sammenhengende"):
        inner = part.fields("sammenhengende")
        return Run(_condition(inner, "der"), inner.text("måler"))
    if part.has("sum_over_dager"):
        inner = part.fields("sum_over_dager")
        return SumOverDays(_expression(inner, "verdi") or Number(Fraction(0)), _condition(inner, "der"))
    if part.has("sum_av_tidligere_måneder"):
        return SumOfEarlier(part.text("sum_av_tidligere_måneder"))
    return Formula(_expression(part, "formel") or Number(Fraction(0)))


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
        scope=_condition(part, "gjelder_når"),
        requirement=_condition(part, "krav") or ALWAYS,
        partial_when=_condition(part, "delvis_når"),
        judgement_when=_condition(part, "skjønn_når"),
        consequence=part.text("ikke_oppfylt"),
        opens_for=part.words("åpner_for"),
        reasons=_reasons(part.fields("begrunnelse")),
        exemptions=tuple(_exemption(key, at, row) for key, at, row in part.items("unntak")),
        reading=part.reading(),
        place=place,
    )


def _reasons(part: Fields) -> dict[str, str]:
    return {key: part.text(key) for key in (part.node.entries if part.node else ())}


def _exemption(name: str, place: Place, part: Fields) -> Exemption:
    return Exemption(
        name,
        part.text("tittel"),
        part.required_citation(),
        part.days(),
        _condition(part, "når") or ALWAYS,
        part.text("begrunnelse"),
        part.reading(),
        place,
    )


def _in_force(part: Fields, declared: Declared) -> InForce:
    if part.text("i_kraft") == "alltid":
        return WithItsSet()
    inner = part.fields("i_kraft")
    if inner.has("tilskuddsår"):
        return ByGrantYear(inner.value("tilskuddsår", literal.integer) or 0)
    new, existing = inner.text("nye_avtaler"), inner.text("eksisterende_avtaler")
    day, month = declared.anchors.get(new), declared.anchors.get(existing)
    return ByAgreement(
        day if isinstance(day, date) else None if new == NEVER else inner.value("nye_avtaler", literal.date),
        Month(month)
        if isinstance(month, int)
        else None
        if existing == NEVER
        else inner.value("eksisterende_avtaler", literal.month),
    )


def _note(name: str, place: Place, part: Fields, origin: str) -> Note:
    return Note(
        name,
        origin,
        part.text("tittel"),
        part.required_citation(),
        part.text("vurderes_per"),
        part.words("gjelder"),
        part.months(),
        _condition(part, "når") or ALWAYS,
        _expression(part, "formel"),
        part.text("tekst"),
        part.reading(),
        place,
    )


def _calculation(name: str, place: Place, part: Fields, origin: str) -> Calculation:
    rounding = part.fields("avrunding")
    step, _, unit = rounding.text("til").partition(" ")
    step_value = Fraction(1)
    try:
        step_value = literal.number(step)
        if unit != "kr" or step_value <= 0:
            raise ValueError("forventet et antall kroner over null, for eksempel «1 kr»")
    except ValueError as error:
        what = f"«{rounding.text('til')}» kan ikke brukes som avrunding"
        rounding.faults.add(rounding.place, "AVRUNDING", what, str(error), "skriv for eksempel «1 kr»")
    return Calculation(
        name,
        origin,
        part.text("tittel"),
        _unit(part) or PLAIN,
        part.months(),
        _expression(part, "formel") or Number(Fraction(0)),
        part.words("vis"),
        Rounding(step_value, rounding.text("måte"), rounding.required_citation()),
        part.required_citation(),
        part.reading(),
        place,
    )


def _condition(part: Fields, key: str) -> Condition | None:
    node = part.get(key)
    return None if node is None else read_condition(node, part.faults)


def _expression(part: Fields, key: str) -> Expression | None:
    node = part.get(key)
    return expression_at(node, part.faults) if isinstance(node, Scalar) else None


def _unit(part: Fields) -> Unit | None:
    return part.value("enhet", read_unit)
