"""Findings: what is proved to be amiss in the rules, each with the rule, its citation, and an application that shows it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.case.stated import Application
from engine.language.model import Citation
from engine.text.month import Month
from engine.text.place import Place

#: each kind of finding, and the question it answers no to
KINDS = {
    "HULL-AVTALEDATO": "Finnes det et regelsett for hver avtaledato?",
    "OVERLAPP-AVTALEDATO": "Velger hver avtaledato bare ett regelsett?",
    "HULL-TILSKUDDSÅR": "Har hvert tilskuddsår som kan oppgis, et regelsett?",
    "HULL-MÅNED": "Hører hver måned til et tilskuddsår?",
    "HULL-I-TID": "Er det som kreves før og etter, også krevd imellom?",
    "HULL-REGLER": "Er det noe som må være oppfylt i hver måned?",
    "HULL-SATS": "Har hver sats og grense en verdi i månedene der den trengs?",
    "HULL-VARIANT": "Passer en av variantene for alle opplysninger som kan oppgis?",
    "HULL-BEREGNING": "Kan hver måned som innvilges, regnes ut?",
    "GJELDER-ALDRI": "Kan vilkåret noen gang gjelde?",
    "SVIKTER-ALDRI": "Finnes det en søknad som ikke oppfyller kravet?",
    "OPPFYLLES-ALDRI": "Finnes det en søknad som oppfyller kravet?",
    "AVGJØR-ALDRI": "Finnes det en sak der vilkåret har noe å si?",
    "OVERLAPP": "Har begge vilkårene noe å si der begge gjelder?",
    "LEDD-UTEN-VIRKNING": "Har hvert ledd i vilkåret noe å si?",
    "UNNTAK-UTEN-VIRKNING": "Finnes det en søknad som unntaket hjelper?",
    "UNNTAK-SLUKER": "Finnes det en søknad som vilkåret rammer, og som unntaket ikke redder?",
    "MERKNAD-ALDRI": "Kan merknaden noen gang vises?",
    "MOTSTRID": "Kan vilkårene oppfylles samtidig?",
    "EVALUATORENE": "Regner de to evaluatorene ut det samme?",
}


@dataclass(frozen=True)
class Shown:
    """A witness: the application, and the month and component in it that show the finding."""

    application: Application
    month: Month | None = None
    component: str = ""


@dataclass(frozen=True)
class Finding:
    """What is amiss. `id` is the same from run to run: the code, the part, and what tells findings on the part apart."""

    code: str
    scheme: str
    part: str
    """The rule, rate or rule set it is about: `set/name`."""
    place: Place
    text: str
    """The explanation, in bokmål."""
    citations: tuple[Citation, ...] = ()
    detail: str = ""
    others: tuple[str, ...] = ()
    """Other rules that have to do with it."""
    witness: Shown | None = None
    no_witness: str = ""
    """Why no application is shown, when none is."""
    argued: str = field(default="", compare=False)
    """Why it is as it should be, from the file of arguments."""

    @property
    def id(self) -> str:
        return " ".join(filter(None, (self.code, self.part, self.detail)))

    def because(self, reason: str) -> Finding:
        """The finding with its argument."""
        return replace(self, argued=reason)


@dataclass(frozen=True)
class Open:
    """A question that was not decided: its code, the part it is about, and why."""

    code: str
    scheme: str
    part: str
    why: str
