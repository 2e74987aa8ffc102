"""Grant years: known to the vocabulary, and apart from each other. And what a later rule set restates.

A part that is restated says from which month, so that it does not change what is already decided.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.language.in_force import ALL_MONTHS
from engine.language.model import Calculation, Definition, Note
from engine.language.rulebook import SchemeRules
from engine.language.vocabulary import Vocabulary
from engine.text.fault import FaultList
from engine.text.norsk import list_text


def check_grant_years(vocabulary: Vocabulary, scheme: SchemeRules, faults: FaultList) -> None:
    """Every grant year is an answer in the vocabulary and of one rule set, its months are its own, and tables by year have it."""
    dated = [(one, one.grant_year) for one in scheme.sets if one.grant_year is not None]
    fact = vocabulary.facts.get(vocabulary.grant_year)
    for index, (one, year) in enumerate(dated):
        place = one.at("tilskuddsår")
        for other, earlier in dated[:index]:
            if year.year == earlier.year:
                what = f"«{other.id}» og «{one.id}» har begge tilskuddsåret {year.year}"
                faults.add(place, "TILSKUDDSÅR", what, "et tilskuddsår kan bare høre til ett regelsett", "rett «år»")
            elif year.months.meet(earlier.months):
                what = f"tilskuddsårene {earlier.year} og {year.year} har måneder felles"
                why = "en måned kan bare høre til ett tilskuddsår"
                faults.add(place, "TILSKUDDSÅR", what, why, "rett «måneder» i ett av dem")
        if fact is not None and fact.choices and str(year.year) not in fact.choices:
            what = f"tilskuddsåret {year.year} kan ikke oppgis i en søknad"
            why = f"svarene på «{fact.name}» i vokabularet er {list_text(fact.choices)}"
            next_step = f"legg til {year.year} under «verdier» i vokabularet, eller rett «år»"
            faults.add(place, "TILSKUDDSÅR", what, why, next_step)


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
