"""From what was seen to what is to be told: each piece of the regulation with its text and its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.case.calendar import DAY
from engine.explain.prose import Prose, days_text, in_force_text, months_text
from engine.language.in_force import ByAgreement, Months
from engine.language.model import Citation, Repeal, RuleSet
from engine.language.vocabulary import Vocabulary
from engine.regress.coverage_force import Force
from engine.regress.coverage_limit import limits_of
from engine.regress.coverage_part import ALONE, EXEMPTIONS, LEAVES, NOTES, RULES, Line, Part, Passage, Subject
from engine.regress.coverage_possible import Possible
from engine.regress.coverage_rule import RESULTS, UNCLEAR, NoteWatch, RuleWatch
from engine.regress.coverage_site import ANSWERS, FALSE, OPEN, TRUE, Site
from engine.regress.coverage_watch import SchemeWatch

_ORDINALS = (
    "første", "andre", "tredje", "fjerde", "femte", "sjette", "sjuende", "åttende", "niende", "tiende", "ellevte",
    "tolvte", "trettende", "fjortende", "femtende", "sekstende", "syttende", "attende", "nittende", "tjuende",
)  # fmt: skip
_HEADINGS = {
    "gjelder_når": "Vilkåret er bare aktuelt når",
    "krav": "Kravet er oppfylt når",
    "delvis_når": "Måneden er bare delvis innvilget når",
    "skjønn_når": "I stedet for nei avgjør en saksbehandler når",
    "når": "Merknaden gis når",
    "der": "Det som regnes med, er der",
    "søkes_når": "Det søkes om dette når",
    "subsidiær_når": "Det trer inn når",
}
_NOTHING: frozenset[str] = frozenset()


def subjects(watch: SchemeWatch, vocabulary: Vocabulary) -> Iterator[Subject]:
    """Everything in a scheme's rules that must be seen: rule sets, rules, notes, then what they build on."""
    return _Teller(watch, vocabulary).all()


class _Teller:
    def __init__(self, watch: SchemeWatch, vocabulary: Vocabulary) -> None:
        self.watch = watch
        self.scheme = watch.scheme
        self.slots = watch.slots
        self.agreed = frozenset({vocabulary.agreement_date})
        self.prose = Prose(watch.scheme)
        self.force = Force(watch, vocabulary)
        self.possible = Possible(
            watch.slots, [site.condition for one in watch.rules if one.rule.per == DAY for site in one.sites]
        )

    def all(self) -> Iterator[Subject]:
        yield from (self._rule_set(one) for one in self.scheme.sets if one.agreements or one.grant_year)
        yield from (self._rule(one) for one in self.watch.rules)
        yield from (self._repeal(repeal) for one in self.scheme.sets for repeal in one.repeals)
        yield from (self._note(one) for one in self.watch.notes)
        yield from self._foundations()

    # --- the kinds of subjects -------------------------------------------------------------------------------------------

    def _rule_set(self, one: RuleSet) -> Subject:
        intro = []
        if one.agreements is not None:
            intro.append(f"Regelsettet velges for avtaler inngått {days_text(one.agreements)}.")
        if one.grant_year is not None:
            intro.append(f"Tilskuddsåret {one.grant_year.year} er {months_text(one.grant_year.months)}.")
        subject = self._subject("regelsett", one.id, one.id, one.title, one.agreements_citation, intro, [])
        subject.parts += self.force.rule_set(one)
        return subject

    def _rule(self, watch: RuleWatch) -> Subject:
        rule = watch.rule
        known = self.agreed if isinstance(rule.in_force, ByAgreement) else _NOTHING
        intro = [in_force_text(rule.in_force), *_months(rule.months)]
        subject = self._subject("vilkår", rule.id, rule.origin, rule.title, rule.citation, intro, watch.sites, known)
        answers = self.possible.answers(rule.requirement, watch.requirement.of_list, known)
        if watch.scope is not None:
            answers |= self.possible.answers(watch.scope.condition, watch.scope.of_list, known) & {OPEN}
        own = [
            Part(RULES, result, result, f"ingen test viser vilkåret {result}", tuple(watch.results.get(result, ())))
            for result, answer in RESULTS.items()
            if answer in answers
        ]
        own += self._exemptions(watch, known)
        subject.parts[:0] = own
        subject.parts += self.force.rule(watch)
        subject.results = {result: tuple(cases) for result, cases in watch.results.items()}
        return subject

    def _exemptions(self, watch: RuleWatch, known: frozenset[str]) -> Iterator[Part]:
        for one, site in watch.exemptions:
            answers = self.possible.answers(one.when, site.of_list, known)
            for key, never, answer, cases in (
                ("brukt", "er aldri brukt", TRUE, watch.used[one.id].values()),
                ("holder ikke", "svikter aldri", FALSE, site.ended(FALSE)),
                ("uavklart", "er aldri uavklart", OPEN, site.ended(OPEN)),
            ):
                if answer in answers:
                    lack = f"unntaket «{one.id}» {never} i noen test"
                    yield Part(EXEMPTIONS, f"unntak {one.id} {key}", f"unntak {one.id} {key}", lack, tuple(cases))

    def _repeal(self, repeal: Repeal) -> Subject:
        title = f"Opphevet: {self.scheme.rules[repeal.rule][-1].title}"
        intro = [in_force_text(repeal.in_force)]
        subject = self._subject("opphevelse", repeal.rule, repeal.origin, title, repeal.citation, intro, [])
        subject.parts += self.force.repeal(repeal)
        return subject

    def _note(self, watch: NoteWatch) -> Subject:
        note = watch.note
        subject = self._subject(
            "merknad", note.id, note.origin, note.title, note.citation, _months(note.months), [watch.site]
        )
        answers = self.possible.answers(note.when, watch.site.of_list)
        never = dict(zip(RESULTS, ("gis aldri", "utelates aldri"), strict=False))
        subject.parts[:0] = [
            Part(NOTES, result, result, f"merknaden {never[result]} i noen test", tuple(watch.results.get(result, ())))
            for result, answer in RESULTS.items()
            if answer in answers and result != UNCLEAR
        ]
        subject.parts += self.force.note(watch)
        subject.results = {result: tuple(cases) for result, cases in watch.results.items()}
        return subject

    def _foundations(self) -> Iterator[Subject]:
        """What rules build on and has conditions of its own: definitions, components, rates with variants."""
        for watch in self.watch.definitions:
            one = watch.definition
            yield self._subject("definisjon", one.name, one.origin, one.title, one.citation, [], [watch.site])
        for component in self.watch.components:
            part = component.component
            sites = [site for site in (component.applied, component.subsidiary) if site is not None and site.leaves]
            if sites:
                origin = next(one.id for one in self.scheme.sets if part.id in one.components)
                yield self._subject("komponent", part.id, origin, part.title, None, [], sites)
        for table in self.watch.tables:
            rate = table.parameter
            sites = [site for _, site in table.variants]
            yield self._subject("sats", rate.name, rate.values[0].origin, rate.title, None, [], sites)

    # --- conditions --------------------------------------------------------------------------------------------------------

    def _subject(
        self,
        kind: str,
        id: str,
        origin: str,
        title: str,
        citation: Citation | None,
        intro: Sequence[str],
        sites: Iterable[Site],
        known: frozenset[str] = _NOTHING,
    ) -> Subject:
        passages, parts = [], []
        for site in sites:
            of_leaf = [tuple(self._leaf(site, number, known)) for number in range(len(site.leaves))]
            parts += [part for found in of_leaf for part in found]
            lines = [
                Line(depth, text, () if number is None else of_leaf[number])
                for depth, text, number in site.lines(self.prose)
            ]
            heading = _HEADINGS.get(site.word, f"{site.called[0].upper()}{site.called[1:]} gjelder når")
            passages.append(Passage(heading, tuple(lines)))
        return Subject(kind, id, origin, self.scheme.id, title, citation, tuple(intro), tuple(passages), parts)

    def _leaf(self, site: Site, number: int, known: frozenset[str]) -> Iterator[Part]:
        several = len(site.leaves) > 1
        key = f"{site.word} {number + 1} " if several else f"{site.word} "
        which = _ORDINALS[number] if number < len(_ORDINALS) else f"{number + 1}."
        called = f"{which} ledd i {site.called}" if several else site.called
        quote = f" ({site.sentence(number, self.prose)})" if several else ""
        unclear = self.possible.unclear(site.leaves[number], site.of_list, known)
        for word in ANSWERS if unclear else (TRUE, FALSE):
            lack = f"{called} er aldri {word} i noen test{quote}"
            yield Part(LEAVES, f"{key}{word}", word, lack, tuple(site.answered(number, word)))
        for word in (TRUE, FALSE):
            lack = f"{called} avgjør aldri svaret alene i noen test der det er {word}{quote}"
            yield Part(ALONE, f"{key}alene {word}", f"alene {word}", lack, tuple(site.alone(number, word)))
        yield from limits_of(site, number, key, called, self.slots)


def _months(months: Months) -> list[str]:
    text = months_text(months)
    return [f"Måneder: {text}."] if text else []
