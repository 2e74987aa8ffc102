"""Texts: the reasons a rule must have, and that every `{navn}` in a text is a name the text can be filled in with."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.language.names import REASON_WORDS
from engine.language.rulebook import SchemeRules
from engine.language.vocabulary import Fact
from engine.text.fault import FaultList
from engine.text.place import Place
from engine.text.suggest import did_you_mean

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

#: `{navn:tall}` writes the number without its unit
BARE = ":tall"

#: `{mangler_av_X}` lists what a multiple choice X lacks
LACKING = "mangler_av_"


def check_texts(scheme: SchemeRules, lists: Mapping[str, Fact], faults: FaultList) -> None:
    """Every text of the scheme's rules, exceptions and notes."""
    for versions in scheme.rules.values():
        for rule in versions:
            if rule.consequence and rule.consequence not in rule.reasons:
                needed = {"skjønn": ("ikke_oppfylt", "uavklart")}.get(rule.consequence, ("ikke_oppfylt",))
                if not any(word in rule.reasons for word in needed):
                    what = f"«{rule.id}» mangler begrunnelse for «ikke_oppfylt»"
                    faults.add(
                        rule.place, "BEGRUNNELSE", what, "hvert svar må kunne begrunnes", "legg til begrunnelsen"
                    )
            texts = [*rule.reasons.values(), *(exemption.reason for exemption in rule.exemptions)]
            _placeholders(scheme, lists.get(rule.per), texts, rule.place, faults)
    for notes in scheme.notes.values():
        for note in notes:
            _placeholders(scheme, lists.get(note.per), [note.text], note.place, faults)


def _placeholders(scheme: SchemeRules, of_list: Fact | None, texts: list[str], place: Place, faults: FaultList) -> None:
    known = {*scheme.names, *REASON_WORDS, *(of_list.fields if of_list else ())}
    for text in texts:
        for placeholder in PLACEHOLDER.findall(text):
            name = placeholder.removesuffix(BARE)
            if name not in known and not (name.startswith(LACKING) and name.removeprefix(LACKING) in known):
                hint = did_you_mean(name, known)
                what = f"«{{{name}}}» i en tekst er ikke navnet på noe" + ("," + hint if hint else "")
                faults.add(
                    place, "TEKST-NAVN", what, "teksten kan ikke fylles ut", "rett navnet mellom krøllparentesene"
                )
