"""The consolidated text of a rule set, readable aloud."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine.explain.aloud import Aloud
from engine.explain.prose import days_text, in_force_text, months_text
from engine.explain.rulebook_concepts import calculations, concepts, notes
from engine.explain.rulebook_tables import tables
from engine.language.condition import Judgement
from engine.language.model import Component, Rule, RuleSet
from engine.language.rulebook import SchemeRules
from engine.language.vocabulary import Vocabulary
from engine.ruleset.force import standings
from engine.ruleset.selection import ancestors
from engine.text.month import Month, month_in_words
from engine.text.norsk import date_text, list_text

#: heading level and text; level 0 is running text
Line = tuple[int, str]

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


def rulebook_text(
    scheme: SchemeRules, vocabulary: Vocabulary, one: RuleSet, agreed: date | None, month: Month | None
) -> Iterator[Line]:
    """Headings and paragraphs of the set with everything it builds on; with a date (and month), only what is in force then."""
    yield from opening(scheme, vocabulary, one, agreed, month)
    yield 2, "Vilkår"
    for _, lines in conditions(scheme, vocabulary, one, agreed, month):
        yield from lines
    yield from closing(scheme, vocabulary, one, month)


def opening(
    scheme: SchemeRules, vocabulary: Vocabulary, one: RuleSet, agreed: date | None, month: Month | None
) -> Iterator[Line]:
    """The title, when the set is selected, and what it gives grants for."""
    aloud = Aloud(scheme, vocabulary)
    yield 1, one.title
    if agreed is not None:
        when = f" og {month_in_words(month)}" if month is not None else ""
        yield 0, f"Slik reglene er for en avtale inngått {date_text(agreed)}{when}."
    if one.intro:
        yield 0, one.intro
    yield from _axes(one, aloud)
    yield from _outside(aloud)
    if scheme.components:
        yield 2, "Hva det kan gis tilskudd til"
        for component in scheme.components.values():
            yield from _component(component, aloud)


def conditions(
    scheme: SchemeRules, vocabulary: Vocabulary, one: RuleSet, agreed: date | None, month: Month | None
) -> Iterator[tuple[Rule, list[Line]]]:
    """Each rule of the set and of those it builds on, with its heading and paragraphs."""
    aloud = Aloud(scheme, vocabulary)
    for rule, why in _rules(scheme, _chain(scheme, one), agreed, month, one):
        yield rule, list(_rule(rule, why, aloud.about(rule.per)))


def closing(scheme: SchemeRules, vocabulary: Vocabulary, one: RuleSet, month: Month | None) -> Iterator[Line]:
    """What the rules rest on: rates and thresholds, concepts, calculations, notes, how answers are summed up, and sources."""
    aloud = Aloud(scheme, vocabulary)
    chain = ancestors(scheme, one)
    yield from tables(aloud, chain, month)
    yield from concepts(aloud, chain, month)
    yield from calculations(aloud, chain, month)
    yield from notes(aloud, chain, month)
    yield from _summary(aloud)
    yield 2, "Kilder"
    for source in {id: source for other in _chain(scheme, one) for id, source in other.sources.items()}.values():
        dated = f" ({source.dated})" if source.dated else ""
        address = f" {source.address}" if source.address else ""
        yield 0, f"{source.publisher}, «{source.title}»{dated}.{address}"


def _chain(scheme: SchemeRules, one: RuleSet) -> list[RuleSet]:
    chain = ancestors(scheme, one)
    return [other for other in scheme.sets if other.id in chain]


def _axes(one: RuleSet, aloud: Aloud) -> Iterator[Line]:
    if one.agreements is not None:
        yield 0, f"Regelsettet velges for avtaler inngått {days_text(one.agreements)}."
        yield from _footing(aloud.footing(one.agreements_citation, one.agreements_reading))
    if one.grant_year is not None:
        yield 0, f"Tilskuddsåret {one.grant_year.year} er {months_text(one.grant_year.months)}."
        yield from _footing(aloud.footing(one.grant_year.citation, one.grant_year.reading))


def _outside(aloud: Aloud) -> Iterator[Line]:
    scheme = aloud.vocabulary.schemes[aloud.scheme.id]
    if scheme.outside_reason:
        answer = aloud.vocabulary.summary.without_months
        yield 0, f"Dekker ingen regelsett avtaledatoen, blir svaret {answer}: {aloud.text(scheme.outside_reason)}"
        yield from _footing(aloud.footing(scheme.outside_citation, scheme.outside_reading))


def _summary(aloud: Aloud) -> Iterator[Line]:
    summary = aloud.vocabulary.summary
    yield 2, "Hvordan svarene føres sammen"
    yield 0, f"Det første av disse svarene som finnes, gjelder for måneden: {list_text(summary.month)}."
    yield 0, "For legen og søknaden gjelder den første linjen som passer:"
    for rule in summary.outcomes:
        yield 0, f"  {' '.join(part for part in (rule.quantifier, rule.status) if part)}: {rule.outcome}"
    yield from _footing(aloud.footing(summary.citation, summary.reading))


def _component(component: Component, aloud: Aloud) -> Iterator[Line]:
    yield 3, f"{component.title} («{component.id}»)"
    yield 0, "Det søkes om dette når:"
    yield 0, aloud.when(component.applied_when)
    if component.subsidiary_to is not None:
        yield (
            0,
            f"Det vurderes også for måneder uten rett til «{component.subsidiary_to}», når vilkåret som svikter, åpner for det.",
        )
        if component.subsidiary_when is not None:
            yield 0, "Svikter et annet vilkår, vurderes det bare når:"
            yield 0, aloud.when(component.subsidiary_when)
    yield from _footing(aloud.footing(component.citation, component.reading))


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


def _rule(rule: Rule, why: str, aloud: Aloud) -> Iterator[Line]:
    yield 3, rule.title
    about = f" Gjelder {list_text(rule.components)}." if rule.components else ""
    months = months_text(rule.months)
    yield (
        0,
        f"{why}{about}{f' Måneder: {months}.' if months else ''} Vurderes per {rule.per}. ({rule.id}, fra {rule.origin})",
    )
    if rule.scope is not None:
        yield 0, "Vilkåret er bare aktuelt når:"
        yield 0, aloud.when(rule.scope)
    if isinstance(rule.requirement, Judgement):
        yield 0, "Dette er det alltid en person som avgjør."
    else:
        yield 0, "Kravet er oppfylt når:"
        yield 0, aloud.when(rule.requirement)
        instead = f" Da vurderes {list_text(rule.opens_for)} i stedet." if rule.opens_for else ""
        yield 0, _CONSEQUENCE[rule.consequence] + instead
    for condition, words in (
        (rule.partial_when, "Måneden er bare delvis innvilget når:"),
        (rule.judgement_when, "I stedet for nei avgjør en saksbehandler når:"),
    ):
        if condition is not None:
            yield 0, words
            yield 0, aloud.when(condition)
    yield from _footing(aloud.footing(rule.citation, rule.reading))
    for exemption in rule.exemptions:
        yield 0, f"Unntak: {exemption.title}. For avtaler inngått {days_text(exemption.agreements)}, når:"
        yield 0, aloud.when(exemption.when)
        yield from _footing(aloud.footing(exemption.citation, exemption.reading))


def _footing(lines: Iterator[str]) -> Iterator[Line]:
    return ((0, line) for line in lines)
