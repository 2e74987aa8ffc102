"""The chain of rule sets: what each builds on and repeals, and that every source exists in it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.language.check_rule import check_repeal
from engine.language.model import Citation, RuleSet
from engine.language.rulebook import SchemeRules
from engine.language.vocabulary import Vocabulary
from engine.text.fault import FaultList
from engine.text.norsk import list_text
from engine.text.place import Place
from engine.text.suggest import did_you_mean


def check_chain(scheme: SchemeRules, unsure: frozenset[str], faults: FaultList) -> None:
    """A set builds on an earlier one, and repeals rules of earlier ones."""
    ids = [one.id for one in scheme.sets]
    for index, one in enumerate(scheme.sets):
        if one.builds_on is not None and one.builds_on not in ids[:index]:
            _no_earlier(one, ids[:index], ids[index:], faults)
        for repeal in one.repeals:
            check_repeal(repeal, one, scheme, faults)
            earlier = {name for other in scheme.sets[:index] for name in other.rules}
            if repeal.rule not in earlier | unsure:
                hint = did_you_mean(repeal.rule, earlier)
                what = f"«{repeal.rule}» finnes ikke i et tidligere regelsett" + ("," + hint if hint else "")
                faults.add(repeal.place, "OPPHEVER", what, "bare et vilkår som finnes, kan oppheves", "rett navnet")
            elif repeal.rule in one.rules:
                what = f"«{repeal.rule}» er både opphevet og skrevet på nytt"
                why = "et vilkår med samme navn erstatter det gamle av seg selv"
                faults.add(repeal.place, "OPPHEVER", what, why, "fjern det ene")


def _no_earlier(one: RuleSet, earlier: list[str], later: list[str], faults: FaultList) -> None:
    name = one.builds_on or ""
    known = f"tidligere regelsett er {list_text(earlier)}" if earlier else "dette er det første regelsettet i ordningen"
    if name in later:
        what = f"«{name}» er ikke et tidligere regelsett"
        next_step = f"skriv «bygger_på: {earlier[-1]}»" if earlier else "fjern linjen"
    else:
        hint = did_you_mean(name, earlier)
        what = f"regelsettet «{name}» finnes ikke i ordningen" + ("," + hint if hint else "")
        next_step = "rett navnet, eller fjern linjen"
    faults.add(one.at("bygger_på"), "BYGGER-PÅ", what, known, next_step)


def check_sources(scheme: SchemeRules, vocabulary: Vocabulary, unsure: frozenset[str], faults: FaultList) -> None:
    """Every source cited or searched stands in the set, in one it builds on, or in the vocabulary."""
    known: dict[str, set[str] | None] = {}
    for one in scheme.sets:
        below = known.get(one.builds_on) if one.builds_on is not None else set(vocabulary.sources)
        if below is None:  # it builds on nothing that can be found, which is told of already
            known[one.id] = None
            continue
        sources = known[one.id] = below | set(one.sources) | unsure
        for citation in _citations(one):
            if citation.source not in sources:
                _no_source(citation.source, citation.place, sources, scheme, one, faults)
        for parameter in one.parameters.values():
            for quantity in parameter.values:
                for number, source in enumerate(quantity.searched):
                    if source not in sources:
                        _no_source(source, quantity.at(f"undersøkt.{number}"), sources, scheme, one, faults)


def _no_source(
    source: str, place: Place, known: set[str], scheme: SchemeRules, one: RuleSet, faults: FaultList
) -> None:
    later = next((other.id for other in scheme.sets if source in other.sources), None)
    if later is not None:
        what = f"kilden «{source}» står i {later}, som dette regelsettet ikke bygger på"
        next_step = f"legg kilden til under «kilder» i {one.id}"
    else:
        hint = did_you_mean(source, known)
        what = f"kilden «{source}» finnes ikke" + ("," + hint if hint else "")
        next_step = "rett navnet, eller legg kilden til under «kilder»"
    why = "en kilde må stå i regelsettet, i et det bygger på, eller i vokabularet"
    faults.add(place, "KILDE", what, why, next_step)


def _citations(one: RuleSet) -> Iterator[Citation]:
    found: list[Citation | None] = [one.agreements_citation]
    if one.grant_year is not None:
        found.append(one.grant_year.citation)
    for rule in one.rules.values():
        found += [rule.citation, *(exemption.citation for exemption in rule.exemptions)]
    for calculation in one.calculations.values():
        found += [calculation.citation, calculation.rounding.citation]
    found += [note.citation for note in one.notes.values()]
    found += [definition.citation for definition in one.definitions.values()]
    found += [component.citation for component in one.components.values()]
    found += [repeal.citation for repeal in one.repeals]
    for parameter in one.parameters.values():
        found += [parameter.citation, *(quantity.citation for quantity in parameter.values)]
    return (citation for citation in found if citation is not None)
