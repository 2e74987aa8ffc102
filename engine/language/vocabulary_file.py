"""The vocabulary file, schema-checked, as a `Vocabulary`."""

from __future__ import annotations

from engine.language.check_vocabulary import check_vocabulary
from engine.language.definition_file import read_definition
from engine.language.field import Fields
from engine.language.unit import PLAIN, read_unit
from engine.language.vocabulary import Fact, LetterText, OutcomeRule, Scheme, Summary, Vocabulary
from engine.text import literal
from engine.text.fault import FaultList
from engine.text.node import Node
from engine.text.place import Place


def read_vocabulary(node: Node, faults: FaultList) -> Vocabulary:
    """The vocabulary file → Vocabulary, checked by itself; what it says of the rules is checked with them."""
    top = Fields(node, faults)
    axes = top.fields("akser")
    vocabulary = Vocabulary(
        id=top.text("vokabular"),
        title=top.text("tittel"),
        agreement_date=axes.text("avtaledato"),
        grant_year=axes.text("tilskuddsår"),
        schemes={name: _scheme(name, place, part) for name, place, part in top.items("ordninger")},
        facts={name: _fact(name, place, part, part.text("nivå")) for name, place, part in top.items("fakta")},
        derived={name: read_definition(name, place, part, "vokabular") for name, place, part in top.items("utledet")},
        shown_per_month={name: top.fields("vises_per_måned").text(name) for name, _, _ in top.items("vises_per_måned")},
        summary=_summary(top.fields("sammenfatning")),
        sources=top.sources(),
    )
    check_vocabulary(vocabulary, top, faults)
    return vocabulary


def _scheme(name: str, place: Place, part: Fields) -> Scheme:
    outside = part.fields("uten_regelsett")
    return Scheme(
        name,
        part.text("tittel"),
        part.yes("har_leger"),
        outside.text("begrunnelse"),
        outside.citation(),
        outside.reading(),
        place,
        {key: LetterText(row.text("tekst"), row.required_citation()) for key, _, row in part.items("brev")},
    )


def _fact(name: str, place: Place, part: Fields, level: str) -> Fact:
    return Fact(
        name=name,
        level=level,
        schemes=part.words("ordninger"),
        kind=part.text("type"),
        unit=part.value("enhet", read_unit) or PLAIN,
        choices=part.words("verdier"),
        unclear=part.words("uavklarte_verdier"),
        at_least=part.value("minst", literal.number),
        above=part.value("over", literal.number),
        at_most=part.value("høyst", literal.number),
        pattern=part.maybe("mønster"),
        default=part.maybe("forvalg"),
        optional=part.yes("valgfri"),
        required=part.yes("påkrevd"),
        changeable=part.value("kan_endres", literal.yes_no),
        title=part.text("tittel"),
        change=part.maybe("endring"),
        question=part.text("spørsmål"),
        help=part.text("hjelp"),
        fields={key: _fact(key, at, inner, name) for key, at, inner in part.items("felt")},
        place=place,
    )


def _summary(part: Fields) -> Summary:
    rules = []
    for row in part.rows("utfall"):
        quantifier, _, status = row.text("når").partition(" ")
        rules.append(OutcomeRule(row.text("utfall"), quantifier, status))
    return Summary(
        part.words("måned"),
        tuple(rules),
        part.text("formell_feil"),
        part.text("uten_måneder"),
        part.required_citation(),
        part.reading(),
    )
