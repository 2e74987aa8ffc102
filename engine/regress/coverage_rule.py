"""A rule version under observation: each of its conditions, and what the whole of it came to."""

from __future__ import annotations

from datetime import date

from engine.case.frame import Frame, Slots
from engine.case.truth import JA, NO, YES, either, opposite
from engine.language.condition import Condition
from engine.language.model import Exemption, Note, Rule
from engine.regress.coverage_site import FALSE, OPEN, TRUE, Cases, Site, told
from engine.text.month import Month

MET, NOT_MET, UNCLEAR, NOT_RELEVANT = "oppfylt", "ikke oppfylt", "uavklart", "ikke aktuelt"
#: what the whole of a rule comes to, and the answer of its condition that it is
RESULTS = {MET: TRUE, NOT_MET: FALSE, UNCLEAR: OPEN}
_RESULT = {answer: result for result, answer in RESULTS.items()}


class RuleWatch:
    """One version of a rule. `used` tells the agreement dates each exemption was needed and held for."""

    def __init__(self, rule: Rule, slots: Slots) -> None:
        of_list = rule.per if rule.per in slots.lists else None

        def site(word: str, called: str, condition: Condition | None) -> Site | None:
            return None if condition is None else Site(word, called, condition, slots, of_list)

        self.rule = rule
        self.scope = site("gjelder_når", "virkeområdet", rule.scope)
        self.requirement = Site("krav", "kravet", rule.requirement, slots, of_list)
        self.partial = site("delvis_når", "delvilkåret", rule.partial_when)
        self.judgement = site("skjønn_når", "skjønnsregelen", rule.judgement_when)
        self.exemptions: list[tuple[Exemption, Site]] = [
            (one, Site(f"unntak {one.id}", f"unntaket «{one.id}»", one.when, slots, of_list)) for one in rule.exemptions
        ]
        self.results: dict[str, Cases] = {}
        self.used: dict[str, dict[date, str]] = {one.id: {} for one in rule.exemptions}

    @property
    def sites(self) -> list[Site]:
        """Its conditions, in the order they are told."""
        own = [self.scope, self.requirement, self.partial, self.judgement]
        return [*(one for one in own if one is not None), *(one for _, one in self.exemptions)]

    def see(self, frame: Frame, agreed: date | None, case: str) -> None:
        """Note what the rule answers on a frame where it is in force."""
        scope = JA
        if self.scope is not None:
            codes = self.scope.codes(frame)
            self.scope.see(frame, codes, case)
            scope = self.scope.answer(codes)
        if scope & NO:
            self.results.setdefault(NOT_RELEVANT, {})[case] = None
            return
        codes = self.requirement.codes(frame)
        required = self.requirement.answer(codes)
        excepted = self._exempt(frame, agreed, required, bool(scope & YES), case)
        self.requirement.see(frame, codes, case, telling=bool(scope & YES and excepted & NO))
        value = either(opposite(scope), either(required, excepted))
        self.results.setdefault(_RESULT[told(value)], {})[case] = None
        for site, wanted in ((self.judgement, NO), (self.partial, YES)):
            if site is not None:
                site.see(frame, site.codes(frame), case, telling=bool(value & wanted))

    def _exempt(self, frame: Frame, agreed: date | None, required: int, within: bool, case: str) -> int:
        """The answer of the exemptions that the agreement is for, together."""
        found = [
            (one, site, codes, site.answer(codes))
            for one, site in self.exemptions
            if agreed is not None and one.agreements.holds(agreed)
            for codes in (site.codes(frame),)
        ]
        together = opposite(JA)
        for one, site, codes, code in found:
            others = all(other & NO for sibling, _, _, other in found if sibling is not one)
            site.see(frame, codes, case, telling=bool(within and required & NO and others))
            if code & YES and not required & YES:
                assert agreed is not None
                self.used[one.id].setdefault(agreed, case)
            together = either(together, code)
        return together


class NoteWatch:
    """One version of a note. `latest` and `earliest` are the months at hand when its condition held, whether it was told or not."""

    def __init__(self, note: Note, slots: Slots) -> None:
        of_list = note.per if note.per in slots.lists else None
        self.note = note
        self.site = Site("når", "vilkåret for merknaden", note.when, slots, of_list)
        self.results: dict[str, Cases] = {}
        self.latest: dict[Month, str] = {}
        self.earliest: dict[Month, str] = {}

    def see(self, frame: Frame, months: list[Month], current: bool, case: str) -> None:
        """Note what the condition answers on a frame that these months go with; `current` when this version of the note counts."""
        codes = self.site.codes(frame)
        held = told(self.site.answer(codes))
        if held == TRUE and months:
            self.latest.setdefault(max(months), case)
            self.earliest.setdefault(min(months), case)
        if current:
            self.site.see(frame, codes, case)
            self.results.setdefault(_RESULT[held], {})[case] = None
