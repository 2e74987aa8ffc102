"""Texts: the reasons a rule must have, and that every `{navn}` in a text is a name the text can be filled in with."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from engine.language.names import READABLE, UNSURE, Type, field_names, post_level
from engine.language.vocabulary import Fact
from engine.text.fault import FaultList
from engine.text.place import Place
from engine.text.suggest import did_you_mean

if TYPE_CHECKING:
    from engine.language.rulebook import SchemeRules

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

#: `{navn:tall}` writes the number without its unit
BARE = ":tall"

#: `{mangler_av_X}` lists what a multiple choice X lacks
LACKING = "mangler_av_"

#: `{beløp}` in a note per component is the amount of the note
AMOUNT = "beløp"

_READERS = {"søknad": "søknaden", "lege": "legen", "måned": "måneden", "dag": "dagen"}


def check_texts(scheme: SchemeRules, lists: Mapping[str, Fact], faults: FaultList) -> None:
    """Every text of the scheme's rules, exceptions and notes."""
    for versions in scheme.rules.values():
        for rule in versions:
            if rule.consequence and not {"ikke_oppfylt"} & _answers(rule.reasons, rule.consequence):
                what = f"«{rule.id}» mangler begrunnelse for «ikke_oppfylt»"
                place = rule.at("begrunnelse")
                faults.add(place, "BEGRUNNELSE", what, "hvert svar må kunne begrunnes", "legg til «ikke_oppfylt»")
            texts = [(text, rule.at(f"begrunnelse.{key}")) for key, text in rule.reasons.items()]
            texts += [(exemption.reason, exemption.at("begrunnelse")) for exemption in rule.exemptions]
            for text, place in texts:
                _Text(scheme, rule.per, lists, place, faults).check(text)
    for notes in scheme.notes.values():
        for note in notes:
            amount = {AMOUNT} if note.per == "komponent" else set()
            per = "måned" if note.per == "komponent" else note.per
            _Text(scheme, per, lists, note.at("tekst"), faults, amount).check(note.text)


def _answers(reasons: Mapping[str, str], consequence: str) -> set[str]:
    """What the reasons answer for; where a person always judges, the text for `uavklart` is the one shown."""
    return {"ikke_oppfylt" if key == "uavklart" and consequence == "skjønn" else key for key in reasons}


class _Text:
    def __init__(
        self,
        scheme: SchemeRules,
        per: str,
        lists: Mapping[str, Fact],
        place: Place,
        faults: FaultList,
        more: Collection[str] = (),
    ) -> None:
        self.known: dict[str, Type] = dict(scheme.names)
        self.level = per
        if per in lists:
            self.known |= field_names(lists[per])
            self.level = post_level(lists[per])
        self.place = place
        self.faults = faults
        self.more = more

    def check(self, text: str) -> None:
        """Report every name in the text that cannot be filled in."""
        for placeholder in PLACEHOLDER.findall(text):
            name = placeholder.removesuffix(BARE)
            if name not in self.more:
                self._name(name, bare=name != placeholder)
        if set(PLACEHOLDER.sub("", text)) & set("{}"):
            what = "en krøllparentes i teksten står alene"
            self._wrong(
                "TEKST-NAVN",
                what,
                "{navn} settes inn med verdien",
                "skriv både { og } rundt navnet, eller fjern tegnet",
            )

    def _name(self, name: str, bare: bool) -> None:
        found = self.known.get(name)
        if found is None and name.startswith(LACKING):
            found = self.known.get(name.removeprefix(LACKING))
            if found is not None and found is not UNSURE and found.kind != "flervalg":
                found = None
        if found is None:
            hint = did_you_mean(name, self.known)
            what = f"«{{{name}}}» i teksten er ikke navnet på noe" + ("," + hint if hint else "")
            self._wrong("TEKST-NAVN", what, "teksten kan ikke fylles ut", "rett navnet mellom krøllparentesene")
        elif found is not UNSURE and found.level not in READABLE.get(self.level, {found.level}):
            reader = _READERS.get(self.level, "linjen i listen")
            what = f"«{{{name}}}» i teksten har ikke én verdi for {reader}"
            self._wrong("NIVÅ", what, "teksten kan ikke fylles ut", f"bruk en opplysning om {reader}")
        elif bare and found is not UNSURE and found.kind != "tall":
            what = f"«{{{name}{BARE}}}» i teksten er ikke et tall"
            self._wrong("TEKST-NAVN", what, f"«{BARE}» skriver et tall uten enheten", f"skriv «{{{name}}}»")

    def _wrong(self, code: str, what: str, why: str, next_step: str) -> None:
        self.faults.add(self.place, code, what, why, next_step)
