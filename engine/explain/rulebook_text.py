"""The consolidated text of a rule set, readable aloud."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine.explain.prose import Prose, days_text, in_force_text, months_text
from engine.language.model import Citation, Definition, Parameter, Reading, Rule, RuleSet
from engine.language.rulebook import SchemeRules
from engine.ruleset.force import standings
from engine.ruleset.selection import ancestors
from engine.text.month import Month, month_in_words
from engine.text.norsk import date_text, list_text

#: heading level and text; level 0 is running text
Line = tuple[int, str]

_ROUNDING = {
    "halv opp": "av til nærmeste {step} kr, og halve kroner rundes opp",
    "ned": "ned til nærmeste {step} kr",
    "opp": "opp til nærmeste {step} kr",
}
_CONSEQUENCE = {
    "avvist": "Ellers avvises søknaden uten at den vurderes.",
    "utenfor": "Ellers er svaret nei for måneden, og måneden teller ikke med.",
    "avslag": "Ellers er svaret nei.",
    "mangler opplysninger": "Ellers stanses saken til dette er på plass.",
    "skjønn": "Ellers må en saksbehandler avgjøre.",
    "merknad": "Ellers gis det en merknad.",
    "ingen": "Svaret vises, men avgjør ingenting.",
    "": "Ellers teller ikke dagen.",
}


def rulebook_text(scheme: SchemeRules, one: RuleSet, agreed: date | None, month: Month | None) -> Iterator[Line]:
    """Headings and paragraphs of the set with everything it builds on; with a date (and month), only what is in force then."""
    prose = Prose(scheme)
    chain = ancestors(scheme, one)
    in_chain = [other for other in scheme.sets if other.id in chain]
    yield 1, one.title
    if agreed is not None:
        when = f" og {month_in_words(month)}" if month is not None else ""
        yield 0, f"Slik reglene er for en avtale inngått {date_text(agreed)}{when}."
    if one.intro:
        yield 0, one.intro
    yield from _axes(one)
    yield from _components(scheme)
    yield 2, "Vilkår"
    for rule, why in _rules(scheme, in_chain, agreed, month, one):
        yield from _rule(rule, why, prose)
    tables = [
        parameter
        for parameter in scheme.parameters.values()
        if any(value.origin in chain for value in parameter.values)
    ]
    yield from _tables("Satser", [table for table in tables if table.is_rate], prose, chain, month)
    yield from _tables("Grenser", [table for table in tables if not table.is_rate], prose, chain, month)
    definitions = [versions[-1] for versions in scheme.definitions.values() if versions[-1].origin in chain]
    if definitions:
        yield 2, "Begreper"
        for definition in definitions:
            yield from _definition(definition)
    calculations = [versions[-1] for versions in scheme.calculations.values() if versions[-1].origin in chain]
    if calculations:
        yield 2, "Beregning"
        for calculation in calculations:
            yield 3, calculation.title
            yield 0, f"{prose.operand(calculation.formula).capitalize()}, i {calculation.unit}."
            step = calculation.rounding.step
            yield (
                0,
                f"Beløpet rundes {_ROUNDING[calculation.rounding.mode].format(step=step)}, én gang, på linjen for legen.",
            )
            yield from _footing(calculation.citation, calculation.reading)
    yield 2, "Kilder"
    for source in {id: source for other in in_chain for id, source in other.sources.items()}.values():
        dated = f" ({source.dated})" if source.dated else ""
        address = f" {source.address}" if source.address else ""
        yield 0, f"{source.id}: {source.publisher}, «{source.title}»{dated}.{address}"


def _axes(one: RuleSet) -> Iterator[Line]:
    if one.agreements is not None:
        yield 0, f"Regelsettet velges for avtaler inngått {days_text(one.agreements)}."
        if one.agreements_citation is not None:
            yield from _footing(one.agreements_citation, one.agreements_reading)
    if one.grant_year is not None:
        yield 0, f"Tilskuddsåret {one.grant_year.year} er {months_text(one.grant_year.months)}."
        yield from _footing(one.grant_year.citation, one.grant_year.reading)


def _components(scheme: SchemeRules) -> Iterator[Line]:
    if scheme.components:
        yield 2, "Hva det kan gis tilskudd til"
    for component in scheme.components.values():
        instead = f" Kan tre inn i stedet for «{component.subsidiary_to}»." if component.subsidiary_to else ""
        yield 0, f"«{component.id}»: {component.title}.{instead}"
        if component.reading is not None:
            yield 0, _reading(component.reading)


def _rules(
    scheme: SchemeRules, chain: list[RuleSet], agreed: date | None, month: Month | None, one: RuleSet
) -> Iterator[tuple[Rule, str]]:
    if agreed is None:
        latest = {rule.id: rule for other in chain for rule in other.rules.values()}
        repealed = {repeal.rule for other in chain for repeal in other.repeals}
        yield from ((rule, in_force_text(rule.in_force)) for rule in latest.values() if rule.id not in repealed)
        return
    year = one.grant_year.year if one.grant_year is not None else None
    for other in scheme.sets:
        if month is not None and other.grant_year is not None and other.grant_year.months.holds(month):
            year = other.grant_year.year
    yield from (
        (standing.rule, standing.why) for standing in standings(scheme, agreed, month, year) if standing.in_force
    )


def _rule(rule: Rule, why: str, prose: Prose) -> Iterator[Line]:
    yield 3, rule.title
    about = f" Gjelder {list_text(rule.components)}." if rule.components else ""
    months = months_text(rule.months)
    yield (
        0,
        f"{why}{about}{f' Måneder: {months}.' if months else ''} Vurderes per {rule.per}. ({rule.id}, fra {rule.origin})",
    )
    if rule.scope is not None:
        yield 0, "Vilkåret er bare aktuelt når:"
        yield 0, "\n".join(prose.lines(rule.scope, 1))
    yield 0, "Kravet er oppfylt når:"
    yield 0, "\n".join(prose.lines(rule.requirement, 1))
    yield 0, _CONSEQUENCE[rule.consequence]
    for condition, words in (
        (rule.partial_when, "Måneden er bare delvis innvilget når:"),
        (rule.judgement_when, "I stedet for nei avgjør en saksbehandler når:"),
    ):
        if condition is not None:
            yield 0, words
            yield 0, "\n".join(prose.lines(condition, 1))
    for exemption in rule.exemptions:
        yield 0, f"Unntak: {exemption.title}. For avtaler inngått {days_text(exemption.agreements)}, når:"
        yield 0, "\n".join(prose.lines(exemption.when, 1))
        yield from _footing(exemption.citation, exemption.reading)
    yield from _footing(rule.citation, rule.reading)


def _tables(
    title: str, tables: list[Parameter], prose: Prose, chain: tuple[str, ...], month: Month | None
) -> Iterator[Line]:
    if not tables:
        return
    yield 2, title
    for table in tables:
        yield 3, f"{table.title} ({table.name})"
        for quantity in table.values:
            if quantity.origin not in chain or (month is not None and not quantity.months.holds(month)):
                continue
            labels = [
                part for part in (months_text(quantity.months), quantity.variant or "", quantity.key or "") if part
            ]
            label = f"{', '.join(labels)}: " if labels else ""
            certainty = f" ({quantity.certainty})" if quantity.certainty else ""
            note = f" {quantity.note}" if quantity.note else ""
            searched = f" Undersøkt uten funn: {list_text(quantity.searched)}." if quantity.searched else ""
            cited = f" [{quantity.citation.source}, {quantity.citation.point}]" if quantity.citation is not None else ""
            yield 0, f"{label}{prose.value(quantity, table.unit, table.kind)}{certainty}.{note}{searched}{cited}"
            if quantity.reading is not None:
                yield 0, _reading(quantity.reading)
        if table.reading is not None:
            yield 0, _reading(table.reading)


def _definition(definition: Definition) -> Iterator[Line]:
    cited = f" [{definition.citation.source}, {definition.citation.point}]" if definition.citation is not None else ""
    yield 0, f"{definition.name.replace('_', ' ')}: {definition.title}.{cited}"
    if definition.reading is not None:
        yield 0, _reading(definition.reading)


def _footing(citation: Citation, reading: Reading | None) -> Iterator[Line]:
    yield 0, f"Hjemmel: {citation.source}, {citation.point}."
    if reading is not None:
        yield 0, _reading(reading)


def _reading(reading: Reading) -> str:
    return f"Tolkning {reading.number}: {reading.text} Fordi: {reading.because}"
