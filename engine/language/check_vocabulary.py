"""The vocabulary by itself: what its facts, axes and outcomes must say for a form, a schema and a decision to be made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from engine.language.check_reasons import PLACEHOLDER
from engine.language.field import Fields
from engine.language.meaning import EarliestOf, LastOf
from engine.language.names import CALENDAR, WINDOW
from engine.language.vocabulary import Fact, Vocabulary
from engine.text import literal
from engine.text.fault import FaultList
from engine.text.norsk import list_text
from engine.text.place import Place
from engine.text.suggest import did_you_mean

_CHOSEN = ("valg", "flervalg")
_NUMBERS = ("heltall", "desimal")

#: what `endring` is filled in with
ANSWER = "verdi"
_STATUSES = ("nei", "uavklart", "skjønn", "ja")
_READERS: dict[str, Callable[[str], object]] = {
    "ja_nei": literal.yes_no,
    "dato": literal.date,
    "tidspunkt": literal.moment,
    "måned": literal.month,
    "heltall": literal.integer,
    "desimal": literal.number,
}

#: keys of a fact → the kinds of answer they are for
_FOR_KINDS = {
    "verdier": (*_CHOSEN, "heltall"),
    "uavklarte_verdier": ("valg",),
    "enhet": _NUMBERS,
    "minst": _NUMBERS,
    "over": _NUMBERS,
    "høyst": _NUMBERS,
    "mønster": ("tekst",),
    "felt": ("liste",),
    "forvalg": (*_READERS, "valg", "tekst"),
}


def check_vocabulary(vocabulary: Vocabulary, top: Fields, faults: FaultList) -> None:
    """Report everything wrong with the vocabulary. `top` is the file it was read from."""
    _Check(vocabulary, top, faults).run()


class _Check:
    def __init__(self, vocabulary: Vocabulary, top: Fields, faults: FaultList) -> None:
        self.vocabulary = vocabulary
        self.top = top
        self.faults = faults

    def run(self) -> None:
        for name, place, part in self.top.items("fakta"):
            fact = self.vocabulary.facts[name]
            self._fact(fact, place, part)
            self._schemes(fact, part)
            for key, at, inner in part.items("felt"):
                self._fact(fact.fields[key], at, inner)
        self._derived()
        self._axes()
        self._shown()
        self._outcomes()
        self._sources()
        for name, _, part in self.top.items("ordninger"):
            self._outside(name, part.fields("uten_regelsett"))

    # --- facts ---------------------------------------------------------------------------------------------------------

    def _fact(self, fact: Fact, place: Place, part: Fields) -> None:
        places = part.places("verdier", "uavklarte_verdier")
        for key, kinds in _FOR_KINDS.items():
            if part.has(key) and fact.kind not in kinds:
                what = f"«{key}» virker ikke for «{fact.name}», som har typen {fact.kind}"
                why = f"«{key}» er for {'typene' if len(kinds) > 1 else 'typen'} {list_text(kinds)}"
                self._add(places[key], "FAKTUM", what, why, f"fjern «{key}», eller rett «type»")
        if (fact.kind in _CHOSEN and not fact.choices) or (fact.kind == "liste" and not fact.fields):
            key = "felt" if fact.kind == "liste" else "verdier"
            what = f"«{fact.name}» har typen {fact.kind}, men mangler «{key}»"
            self._add(place, "FAKTUM", what, "skjemaet må vite hva som kan svares", f"legg til «{key}»")
        self._twice(fact, places)
        for number, word in enumerate(fact.unclear):
            if word not in fact.choices:
                self._no_choice(places[f"uavklarte_verdier.{number}"], word, fact.choices)
        if fact.default is not None:
            self._default(fact, fact.default, places["forvalg"])
        if fact.change is not None:
            self._change(fact, places["endring"])
        if fact.pattern is not None:
            try:
                re.compile(fact.pattern)
            except re.error:
                what = f"mønsteret i «{fact.name}» kan ikke leses"
                self._add(places["mønster"], "FAKTUM", what, "det er ikke et regulært uttrykk", "rett «mønster»")
        low = max((bound for bound in (fact.at_least, fact.above) if bound is not None), default=None)
        if low is not None and fact.at_most is not None and low > fact.at_most:
            what = f"ingen tall kan svares på «{fact.name}»"
            self._add(places["høyst"], "FAKTUM", what, "den minste grensen er over den høyeste", "rett grensene")
        if fact.name in {*CALENDAR, *WINDOW} and fact.level in ("søknad", "lege", "periode"):
            what = f"«{fact.name}» er allerede navnet på noe fra kalenderen"
            self._add(place, "NAVN-BRUKT", what, "et navn kan bare bety én ting", "velg et annet navn")

    def _twice(self, fact: Fact, places: dict[str, Place]) -> None:
        for number, word in enumerate(fact.choices):
            if word in fact.choices[:number]:
                what = f"«{word}» står to ganger blant svarene på «{fact.name}»"
                self._add(
                    places[f"verdier.{number}"], "FAKTUM", what, "hvert svar kan bare stå én gang", "fjern den ene"
                )

    def _default(self, fact: Fact, default: str, place: Place) -> None:
        if fact.kind in _CHOSEN and default not in fact.choices:
            self._no_choice(place, default, fact.choices)
            return
        try:
            _READERS.get(fact.kind, str)(default)
        except ValueError as error:
            what = f"«{default}» kan ikke være forvalg for «{fact.name}»"
            self._add(place, "FAKTUM", what, str(error), "rett «forvalg»")

    def _change(self, fact: Fact, place: Place) -> None:
        """How a change is told, needs a fact that can be changed, and tells nothing but its answer."""
        told = PLACEHOLDER.findall(fact.change or "")
        if not fact.changeable:
            what = f"«{fact.name}» har «endring», men ikke «kan_endres: ja»"
            self._add(
                place, "FAKTUM", what, "teksten blir aldri brukt", "skriv «kan_endres: ja», eller fjern «endring»"
            )
        for name in told:
            if name != ANSWER:
                what = f"«{{{name}}}» i teksten kan ikke fylles ut"
                self._add(place, "TEKST-NAVN", what, "bare {verdi} kan stå her", "skriv {verdi}")
        if not told and fact.kind != "ja_nei":
            what = f"teksten om endring av «{fact.name}» mangler {{verdi}}"
            self._add(
                place, "TEKST-NAVN", what, "bare for ja_nei sier teksten seg selv", "skriv {verdi} der svaret skal stå"
            )

    def _schemes(self, fact: Fact, part: Fields) -> None:
        places = part.places("ordninger")
        for number, scheme in enumerate(fact.schemes):
            known = self.vocabulary.schemes.get(scheme)
            place = places[f"ordninger.{number}"]
            if known is None:
                hint = did_you_mean(scheme, self.vocabulary.schemes)
                what = f"ordningen «{scheme}» finnes ikke" + ("," + hint if hint else "")
                why = f"ordningene er {list_text(list(self.vocabulary.schemes))}"
                self._add(place, "ORDNING", what, why, "rett navnet, eller legg ordningen til under «ordninger»")
            elif fact.level != "søknad" and not known.has_doctors:
                what = f"«{scheme}» har ingen leger, men «{fact.name}» hører til {fact.level}n"
                why = "bare ordninger med «har_leger: ja» har slike opplysninger"
                self._add(place, "ORDNING", what, why, "rett «nivå» eller «ordninger»")
        if fact.level == "periode" and fact.kind == "liste":
            what = f"«{fact.name}» er en liste i perioden"
            self._add(places["type"], "FAKTUM", what, "lister kan bare stå på søknaden eller legen", "rett «nivå»")

    # --- the rest ------------------------------------------------------------------------------------------------------

    def _derived(self) -> None:
        for name, place, part in self.top.items("utledet"):
            meaning = self.vocabulary.derived[name].meaning
            if isinstance(meaning, LastOf | EarliestOf) and not self._of_period(meaning.fact):
                facts = [fact.name for fact in self.vocabulary.facts.values() if fact.level == "periode"]
                hint = did_you_mean(meaning.fact, facts)
                what = f"«{meaning.fact}» er ikke en opplysning om perioden" + ("," + hint if hint else "")
                at = part.places()["siste" if isinstance(meaning, LastOf) else "tidligste"]
                self._add(at, "NAVN", what, "«siste» og «tidligste» leser perioder", "rett navnet")
            if name in self.vocabulary.facts or name in {*CALENDAR, *WINDOW}:
                what = f"«{name}» er allerede navnet på noe annet"
                self._add(place, "NAVN-BRUKT", what, "et navn kan bare bety én ting", "velg et annet navn")

    def _of_period(self, name: str) -> bool:
        fact = self.vocabulary.facts.get(name)
        return fact is not None and fact.level == "periode"

    def _axes(self) -> None:
        places = self.top.fields("akser").places()
        for key, name, level, kind in (
            ("avtaledato", self.vocabulary.agreement_date, "lege", "dato"),
            ("tilskuddsår", self.vocabulary.grant_year, "søknad", "heltall"),
        ):
            fact = self.vocabulary.facts.get(name)
            if fact is None:
                self._no_fact(places[key], name)
            elif (fact.level, fact.kind) != (level, kind):
                what = f"«{name}» kan ikke være {key}"
                self._add(
                    places[key], "AKSE", what, f"den må ha nivå {level} og type {kind}", "velg en annen opplysning"
                )

    def _shown(self) -> None:
        places = self.top.fields("vises_per_måned").places()
        for key, name in self.vocabulary.shown_per_month.items():
            if name not in self.vocabulary.derived:
                hint = did_you_mean(name, self.vocabulary.derived)
                what = f"«{name}» står ikke under «utledet»" + ("," + hint if hint else "")
                self._add(
                    places[key], "NAVN", what, "vedtaket viser bare det som regnes ut for hver måned", "rett navnet"
                )

    def _outcomes(self) -> None:
        part = self.top.fields("sammenfatning")
        summary = self.vocabulary.summary
        if sorted(summary.month) != sorted(_STATUSES):
            what = f"«måned» har svarene {list_text(summary.month)}"
            why = f"hvert av svarene {list_text(_STATUSES)} må stå nøyaktig én gang"
            self._add(part.places()["måned"], "SAMMENFATNING", what, why, "rett listen")
        place = part.places("utfall")["utfall"]
        quantifiers = [rule.quantifier for rule in summary.outcomes]
        if "ellers" not in quantifiers or quantifiers.index("ellers") != len(quantifiers) - 1:
            what = "den siste regelen for utfall er ikke «ellers»"
            self._add(
                place, "SAMMENFATNING", what, "alle saker må få et utfall", "sett «når: ellers» sist, og bare der"
            )

    def _sources(self) -> None:
        cited = [("sammenfatning", self.top.fields("sammenfatning"))]
        cited += [(name, part.fields("uten_regelsett")) for name, _, part in self.top.items("ordninger")]
        cited += [(key, own) for _, _, part in self.top.items("ordninger") for key, _, own in part.items("brev")]
        cited += [(name, part) for name, _, part in self.top.items("utledet")]
        for _, part in cited:
            citation = part.citation()
            if citation is not None and citation.source not in self.vocabulary.sources:
                hint = did_you_mean(citation.source, self.vocabulary.sources)
                what = f"kilden «{citation.source}» finnes ikke" + ("," + hint if hint else "")
                why = "en kilde for vokabularet må stå under «kilder» i vokabularet"
                self._add(citation.place, "KILDE", what, why, "rett navnet, eller legg kilden til")

    def _outside(self, scheme: str, part: Fields) -> None:
        """The reason for a doctor whom no rule set is for is filled in with what is stated of the doctor."""
        known = {fact.name for fact in self.vocabulary.facts_of(scheme, "lege")}
        for name in PLACEHOLDER.findall(part.text("begrunnelse")):
            if name not in known:
                hint = did_you_mean(name, known)
                what = f"«{{{name}}}» i teksten er ikke en opplysning om legen" + ("," + hint if hint else "")
                place = part.places()["begrunnelse"]
                self._add(
                    place, "TEKST-NAVN", what, "teksten kan ikke fylles ut", "rett navnet mellom krøllparentesene"
                )

    def _no_fact(self, place: Place, name: str) -> None:
        hint = did_you_mean(name, self.vocabulary.facts)
        what = f"«{name}» står ikke under «fakta»" + ("," + hint if hint else "")
        self._add(place, "NAVN", what, "det må være en opplysning i søknaden", "rett navnet")

    def _no_choice(self, place: Place, word: str, choices: Iterable[str]) -> None:
        known = list(choices)
        hint = did_you_mean(word, known)
        what = f"«{word}» er ikke et svar som kan velges" + ("," + hint if hint else "")
        self._add(place, "SVAR", what, f"svarene er {list_text(known) or 'ingen'}", "velg ett av svarene")

    def _add(self, place: Place, code: str, what: str, why: str, next_step: str) -> None:
        self.faults.add(place, code, what, why, next_step)
