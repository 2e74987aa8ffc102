"""One rule or note beside its conditions: the consequence, when it is in force, and that no key in it is without effect."""

from __future__ import annotations

from collections.abc import Mapping

from engine.language.condition import ALWAYS
from engine.language.in_force import ByAgreement, ByGrantYear, InForce, WithItsSet
from engine.language.model import Note, Placed, Repeal, Rule, RuleSet
from engine.language.rulebook import SchemeRules
from engine.text.fault import FaultList
from engine.text.norsk import date_text, list_text
from engine.text.place import Place

#: consequences that a rule at each level may have
CONSEQUENCES: Mapping[str, tuple[str, ...]] = {
    "søknad": ("avvist", "avslag", "mangler opplysninger", "skjønn", "merknad", "ingen"),
    "lege": ("avslag", "mangler opplysninger", "skjønn", "merknad", "ingen"),
    "måned": ("utenfor", "avslag", "mangler opplysninger", "skjønn", "merknad", "ingen"),
    "dag": (),
    "post": ("skjønn", "merknad", "ingen"),
}

#: keys that change nothing for a rule at a level, and why
_IDLE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "søknad": (("gjelder", "åpner_for", "måneder", "unntak"), "vilkåret gjelder hele søknaden"),
    "dag": (("åpner_for", "delvis_når", "skjønn_når"), "vilkåret avgjør bare om dagen teller"),
    "post": (("gjelder", "åpner_for", "måneder", "unntak", "delvis_når"), "vilkåret gjelder én linje i listen"),
}


class RuleCheck:
    """The checks of one rule."""

    def __init__(self, rule: Rule, one: RuleSet, level: str, scheme: SchemeRules, faults: FaultList) -> None:
        self.rule = rule
        self.one = one
        self.level = level.partition(" ")[0]
        self.scheme = scheme
        self.faults = faults

    def run(self) -> None:
        """Report everything wrong."""
        self._consequence()
        self._idle_keys()
        if self.level in ("lege", "måned", "dag") and not self.rule.components:
            what = f"«{self.rule.id}» mangler «gjelder»"
            self._add(
                self.rule.place,
                "KOMPONENT",
                what,
                "et vilkår må si hvilke komponenter det gjelder",
                "legg til «gjelder»",
            )
        if isinstance(self.rule.in_force, ByAgreement) and self.level in ("søknad", "post"):
            about = "søknaden" if self.level == "søknad" else f"linjene i «{self.rule.per}»"
            what = f"«{self.rule.id}» gjelder {about}, men er i kraft etter avtaledato"
            next_step = "bruk «tilskuddsår»" if len(self.scheme.sets) > 1 else "bruk «tilskuddsår» eller «alltid»"
            self._add(self.rule.at("i_kraft"), "I-KRAFT", what, "avtaledatoen brukes bare for hver lege", next_step)
        else:
            check_in_force(self.rule.in_force, self.rule.id, self.rule, self.one, self.scheme, self.faults)

    def _consequence(self) -> None:
        rule, allowed = self.rule, CONSEQUENCES[self.level]
        if rule.consequence in allowed or (not rule.consequence and not allowed):
            return
        if not allowed:
            self._add(
                rule.at("ikke_oppfylt"),
                "FØLGE",
                f"«{rule.id}» har følgen «{rule.consequence}»",
                "et vilkår per dag avgjør bare om dagen teller",
                "fjern «ikke_oppfylt»",
            )
            return
        what = (
            f"«{rule.id}» har følgen «{rule.consequence}»"
            if rule.consequence
            else f"«{rule.id}» mangler «ikke_oppfylt»"
        )
        why = f"for et vilkår per {rule.per} kan den være {list_text(allowed, 'eller')}"
        next_step = "velg en av dem" if rule.consequence else "legg til «ikke_oppfylt»"
        self._add(rule.at("ikke_oppfylt"), "FØLGE", what, why, next_step)

    def _idle_keys(self) -> None:
        keys, why = _IDLE.get(self.level, ((), ""))
        for key in keys:
            if key in self.rule.spots:
                what = f"«{key}» virker ikke i et vilkår per {self.rule.per}"
                self._add(self.rule.at(key), "NIVÅ", what, why, f"fjern «{key}», eller endre «vurderes_per»")

    def _add(self, place: Place, code: str, what: str, why: str, next_step: str) -> None:
        self.faults.add(place, code, what, why, next_step)


def check_repeal(repeal: Repeal, one: RuleSet, scheme: SchemeRules, faults: FaultList) -> None:
    """When a repeal is in force."""
    check_in_force(repeal.in_force, repeal.rule, repeal, one, scheme, faults)


def check_in_force(
    in_force: InForce, name: str, part: Placed, one: RuleSet, scheme: SchemeRules, faults: FaultList
) -> None:
    """The dates of an `i_kraft` can be met, and belong to the rule set they stand in."""
    match in_force:
        case WithItsSet() if len(scheme.sets) > 1:
            what = f"«{name}» gjelder alltid, men ordningen har flere regelsett"
            why = "da ville vilkåret også endret svaret for eldre avtaler og tilskuddsår"
            next_step = "bruk «nye_avtaler» og «eksisterende_avtaler», eller «tilskuddsår»"
            faults.add(part.at("i_kraft"), "I-KRAFT", what, why, next_step)
        case ByGrantYear(year) if year:
            years = [str(other.grant_year.year) for other in scheme.sets if other.grant_year is not None]
            if str(year) not in years:
                what = f"«{name}» gjelder fra tilskuddsåret {year}, som ikke finnes"
                why = f"tilskuddsårene er {list_text(years)}" if years else "ordningen har ingen tilskuddsår"
                faults.add(
                    part.at("i_kraft.tilskuddsår"), "I-KRAFT", what, why, "rett året" if years else "bruk «alltid»"
                )
        case ByAgreement(new_from) if new_from is not None and one.agreements is not None:
            if one.misdated or one.agreements.holds(new_from):
                return
            first, last = one.agreements.first, one.agreements.last
            span = " ".join(
                words
                for words in (
                    f"fra {date_text(first)}" if first else "",
                    f"til og med {date_text(last)}" if last else "",
                )
                if words
            )
            faults.add(
                part.at("i_kraft.nye_avtaler"),
                "I-KRAFT",
                f"«{name}» gjelder nye avtaler fra {date_text(new_from)}",
                f"regelsettet velges bare for avtaler {span}",
                "rett datoen, eller flytt vilkåret til et annet regelsett",
            )


def note_keys(note: Note, faults: FaultList) -> None:
    """A note with an amount is told per component; the other notes have a condition and no amount."""
    if note.per != "komponent":
        for key in ("formel", "gjelder"):
            if key in note.spots:
                what = f"«{key}» virker ikke i en merknad per {note.per}"
                why = "bare en merknad per komponent har et beløp for en komponent"
                faults.add(note.at(key), "MERKNAD", what, why, f"fjern «{key}», eller skriv «vurderes_per: komponent»")
        if note.when == ALWAYS and "når" not in note.spots:
            what = f"«{note.id}» mangler «når»"
            faults.add(note.place, "MERKNAD", what, "merknaden ville blitt gitt i alle saker", "legg til «når»")
        return
    for key in ("formel", "gjelder"):
        if key not in note.spots:
            what = f"«{note.id}» mangler «{key}»"
            why = "en merknad per komponent viser et beløp for de komponentene den gjelder"
            faults.add(note.place, "MERKNAD", what, why, f"legg til «{key}»")
    for key in ("når",):
        if key in note.spots:
            what = f"«{key}» virker ikke i en merknad per komponent"
            faults.add(
                note.at(key), "MERKNAD", what, "beløpet summeres over alle månedene som betales", f"fjern «{key}»"
            )
