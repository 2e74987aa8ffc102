"""Grant years: known to the vocabulary, apart from each other, and with a row in every table that goes by them. And a part that a
later rule set restates says from which month, so that it does not change what is already decided."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from engine.language.model import ALL_MONTHS, Calculation, Definition, Note, RuleSet
from engine.language.rulebook import SchemeRules
from engine.language.vocabulary import Vocabulary
from engine.text.fault import FaultList
from engine.text.norsk import list_text


def check_grant_years(vocabulary: Vocabulary, scheme: SchemeRules, faults: FaultList) -> None:
    """Every grant year is an answer in the vocabulary, its months are its own, and tables by grant year have it."""
    dated = [one for one in scheme.sets if one.grant_year is not None]
    fact = vocabulary.facts.get(vocabulary.grant_year)
    for one in dated:
        assert one.grant_year is not None
        if fact is not None and fact.choices and str(one.grant_year.year) not in fact.choices:
            what = f"«{fact.name}» kan ikke være {one.grant_year.year} i vokabularet"
            why = f"svarene der er {list_text(fact.choices)}"
            faults.add(one.grant_year.place, "TILSKUDDSÅR", what, why, f"legg til {one.grant_year.year} i vokabularet")
        _rows(vocabulary, scheme, one, faults)
    for earlier, later in pairwise(dated):
        assert earlier.grant_year is not None and later.grant_year is not None
        last, first = earlier.grant_year.months.last, later.grant_year.months.first
        if last is not None and first is not None and first <= last:
            what = f"tilskuddsårene {earlier.grant_year.year} og {later.grant_year.year} har en måned felles"
            why = "en måned kan bare høre til ett tilskuddsår"
            faults.add(later.grant_year.place, "TILSKUDDSÅR", what, why, "rett månedene i ett av dem")


def _rows(vocabulary: Vocabulary, scheme: SchemeRules, one: RuleSet, faults: FaultList) -> None:
    assert one.grant_year is not None
    for table in scheme.parameters.values():
        if table.keyed_by != vocabulary.grant_year:
            continue
        keys = {quantity.key for quantity in table.values}
        first = min((int(key) for key in keys if key is not None and key.isdigit()), default=one.grant_year.year)
        if one.grant_year.year > first and str(one.grant_year.year) not in keys:
            what = f"«{table.name}» mangler en verdi for tilskuddsåret {one.grant_year.year}"
            why = "uten verdi kan ikke søknader for det året vurderes"
            faults.add(
                one.grant_year.place,
                "TABELL-HULL",
                what,
                why,
                "legg inn verdien under «grenser», eller skriv «ukjent» med hva som er undersøkt",
            )


def check_restated(scheme: SchemeRules, faults: FaultList) -> None:
    """A definition, calculation or note of an earlier set may be restated from a month on; a component may not."""
    _restated(scheme.definitions.values(), "definisjonen", faults)
    _restated(scheme.calculations.values(), "beregningen", faults)
    for notes in scheme.notes.values():
        if any(note.per in ("måned", "komponent") for note in notes):
            _restated([notes], "merknaden", faults)
    for position, one in enumerate(scheme.sets):
        for name, component in one.components.items():
            earlier = next((other.id for other in scheme.sets[:position] if name in other.components), None)
            if earlier is not None:
                what = f"komponenten «{name}» er alt beskrevet i {earlier}"
                why = "en endring her ville endret svaret for alle år"
                faults.add(
                    component.place, "KOMPONENT", what, why, "fjern den her, eller gi den nye komponenten et nytt navn"
                )


def _restated(
    parts: Iterable[tuple[Definition, ...] | tuple[Calculation, ...] | tuple[Note, ...]], what: str, faults: FaultList
) -> None:
    for versions in parts:
        for version in versions[1:]:
            if version.months is ALL_MONTHS or version.months.first is None:
                name = (
                    getattr(version, "name", None) or getattr(version, "component", None) or getattr(version, "id", "")
                )
                faults.add(
                    version.place,
                    "GJENTATT",
                    f"{what} «{name}» er gjentatt uten å si fra hvilken måned",
                    f"den står fra før i {versions[0].origin}, og uten måned ville den endret alle år",
                    "legg til «måneder: {fra: …}»",
                )
