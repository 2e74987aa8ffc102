"""After the schema: names resolve, types and units agree, dates make sense, sources exist, months and agreement dates are covered.

`check_rulebook` reports every independent fault of the whole folder and gives back the schemes with their conditions settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.language.check_coverage import check_agreement_dates, check_tables
from engine.language.check_reasons import check_texts
from engine.language.check_years import check_grant_years, check_restated
from engine.language.condition import Condition
from engine.language.model import (
    ByAgreement,
    Calculation,
    Citation,
    DaysCounted,
    Definition,
    EarliestOf,
    Formula,
    LastOf,
    Note,
    Parameter,
    Rule,
    RuleSet,
    Run,
    SumOfEarlier,
    SumOverDays,
)
from engine.language.names import Type, field_names
from engine.language.rulebook import SchemeRules, gather
from engine.language.typing import Typer
from engine.language.unit import KRONER, KRONER_PER_MONTH
from engine.language.vocabulary import Vocabulary
from engine.text.fault import FaultList
from engine.text.norsk import list_text
from engine.text.place import Place
from engine.text.suggest import did_you_mean

#: consequences that a rule at each level may have
CONSEQUENCES: Mapping[str, frozenset[str]] = {
    "søknad": frozenset({"avvist", "avslag", "mangler opplysninger", "skjønn", "merknad", "ingen"}),
    "lege": frozenset({"avslag", "mangler opplysninger", "skjønn", "merknad", "ingen"}),
    "måned": frozenset({"utenfor", "avslag", "mangler opplysninger", "skjønn", "merknad", "ingen"}),
    "dag": frozenset({""}),
    "post": frozenset({"skjønn", "merknad", "ingen"}),
}


def check_rulebook(
    vocabulary: Vocabulary, schemes: Mapping[str, SchemeRules], faults: FaultList
) -> dict[str, SchemeRules]:
    """The schemes with conditions settled; everything wrong is in `faults`."""
    checked: dict[str, SchemeRules] = {}
    for name, scheme in schemes.items():
        if name not in vocabulary.schemes:
            for one in scheme.sets:
                hint = did_you_mean(name, vocabulary.schemes)
                what = f"ordningen «{name}» finnes ikke i vokabularet" + ("," + hint if hint else "")
                faults.add(
                    one.places["ordning"],
                    "ORDNING",
                    what,
                    f"ordningene er {list_text(list(vocabulary.schemes))}",
                    "rett navnet",
                )
            continue
        checked[name] = _SchemeCheck(vocabulary, scheme, faults).run()
    return checked


class _SchemeCheck:
    def __init__(self, vocabulary: Vocabulary, scheme: SchemeRules, faults: FaultList) -> None:
        self.vocabulary = vocabulary
        self.scheme = scheme
        self.faults = faults
        self.lists = {
            fact.name: fact for fact in vocabulary.facts.values() if fact.kind == "liste" and scheme.id in fact.schemes
        }

    def run(self) -> SchemeRules:
        self._chain()
        check_agreement_dates(self.scheme, self.faults)
        check_tables(self.scheme, self.faults)
        check_grant_years(self.vocabulary, self.scheme, self.faults)
        check_restated(self.scheme, self.faults)
        for one in self.scheme.sets:
            self._sources(one)
        settled = [self._settle(one) for one in self.scheme.sets]
        scheme = gather(self.vocabulary, settled)[self.scheme.id]
        derived = {
            name: (self._definition(definition),)
            for name, definition in self.vocabulary.derived.items()
            if name in scheme.names
        }
        check_texts(scheme, self.lists, self.faults)
        return replace(scheme, definitions={**derived, **scheme.definitions})

    # --- the chain of rule sets ----------------------------------------------------------------------------------------

    def _chain(self) -> None:
        ids = [one.id for one in self.scheme.sets]
        for index, one in enumerate(self.scheme.sets):
            if one.builds_on is not None and one.builds_on not in ids[:index]:
                hint = did_you_mean(one.builds_on, ids[:index])
                self.faults.add(
                    one.places["bygger_på"],
                    "BYGGER-PÅ",
                    f"«{one.builds_on}» er ikke et tidligere regelsett i ordningen" + ("," + hint if hint else ""),
                    f"tidligere regelsett er {list_text(ids[:index])}" if index else "dette er det første regelsettet",
                    "rett navnet eller fjern linjen",
                )
            for repeal in one.repeals:
                if not any(repeal.rule in earlier.rules for earlier in self.scheme.sets[:index]):
                    hint = did_you_mean(repeal.rule, self.scheme.rules)
                    what = f"«{repeal.rule}» finnes ikke i et tidligere regelsett" + ("," + hint if hint else "")
                    self.faults.add(
                        repeal.place, "OPPHEVER", what, "bare et vilkår som finnes, kan oppheves", "rett navnet"
                    )

    def _sources(self, one: RuleSet) -> None:
        known = set(self.vocabulary.sources)
        step: RuleSet | None = one
        by_id = {other.id: other for other in self.scheme.sets}
        seen: set[str] = set()
        while step is not None and step.id not in seen:
            seen.add(step.id)
            known |= set(step.sources)
            step = by_id.get(step.builds_on or "")
        for citation in _citations(one):
            if citation.source not in known:
                self._no_source(citation.source, citation.place, known)
        for parameter in one.parameters.values():
            for quantity in parameter.values:
                for source in quantity.searched:
                    if source not in known:
                        self._no_source(source, quantity.place, known)

    def _no_source(self, source: str, place: Place, known: set[str]) -> None:
        hint = did_you_mean(source, known)
        self.faults.add(
            place,
            "KILDE",
            f"kilden «{source}» finnes ikke" + ("," + hint if hint else ""),
            "en hjemmel må vise til en kilde i regelsettet eller i et det bygger på",
            "rett navnet, eller legg kilden til under «kilder»",
        )

    # --- what each set says --------------------------------------------------------------------------------------------

    def _settle(self, one: RuleSet) -> RuleSet:
        for component in one.components.values():
            if component.subsidiary_to is not None:
                self._component(component.subsidiary_to, component.place)
        return replace(
            one,
            components={
                name: replace(
                    part,
                    applied_when=self._typer("lege").condition(part.applied_when),
                    subsidiary_when=self._maybe("lege", part.subsidiary_when),
                )
                for name, part in one.components.items()
            },
            parameters={name: self._parameter(part) for name, part in one.parameters.items()},
            definitions={name: self._definition(part) for name, part in one.definitions.items()},
            rules={name: self._rule(part, one) for name, part in one.rules.items()},
            notes={name: self._note(part) for name, part in one.notes.items()},
            calculations={name: self._calculation(part) for name, part in one.calculations.items()},
        )

    def _typer(self, level: str, extra: Mapping[str, Type] | None = None) -> Typer:
        known = {**self.scheme.names, **extra} if extra else self.scheme.names
        return Typer(known, level, self.faults)

    def _maybe(
        self, level: str, condition: Condition | None, extra: Mapping[str, Type] | None = None
    ) -> Condition | None:
        return None if condition is None else self._typer(level, extra).condition(condition)

    def _component(self, name: str, place: Place) -> None:
        if name not in self.scheme.components:
            hint = did_you_mean(name, self.scheme.components)
            what = f"komponenten «{name}» finnes ikke" + ("," + hint if hint else "")
            self.faults.add(
                place,
                "KOMPONENT",
                what,
                f"komponentene er {list_text(list(self.scheme.components)) or 'ingen'}",
                "rett navnet",
            )

    def _level(self, per: str, place: Place, allowed: tuple[str, ...]) -> str:
        """The level to read names at; a list's name is `post`."""
        if per in self.lists:
            return "post"
        if per not in allowed:
            choices = [*allowed, *self.lists]
            hint = did_you_mean(per, choices)
            what = f"«{per}» er ikke noe det kan vurderes per" + ("," + hint if hint else "")
            self.faults.add(place, "NIVÅ", what, f"det kan stå {list_text(choices)}", "rett «vurderes_per»")
            return "måned"
        return per

    def _fields(self, per: str) -> Mapping[str, Type] | None:
        return field_names(self.lists[per]) if per in self.lists else None

    def _rule(self, rule: Rule, one: RuleSet) -> Rule:
        level = self._level(rule.per, rule.place, ("søknad", "lege", "måned", "dag"))
        extra = self._fields(rule.per)
        for component in rule.components + rule.opens_for:
            self._component(component, rule.place)
        self._consequence(rule, level)
        self._in_force(rule, one, level)
        return replace(
            rule,
            scope=self._maybe(level, rule.scope, extra),
            requirement=self._typer(level, extra).condition(rule.requirement),
            partial_when=self._maybe(level, rule.partial_when, extra),
            judgement_when=self._maybe(level, rule.judgement_when, extra),
            exemptions=tuple(
                replace(exemption, when=self._typer(level, extra).condition(exemption.when))
                for exemption in rule.exemptions
            ),
        )

    def _consequence(self, rule: Rule, level: str) -> None:
        allowed = CONSEQUENCES[level]
        if rule.consequence not in allowed:
            what = (
                f"«{rule.id}» har følgen «{rule.consequence}»"
                if rule.consequence
                else f"«{rule.id}» mangler «ikke_oppfylt»"
            )
            words = [word for word in sorted(allowed) if word]
            why = (
                f"for et vilkår per {rule.per} kan den være {list_text(words)}"
                if words
                else f"et vilkår per {rule.per} har ingen følge"
            )
            self.faults.add(rule.place, "FØLGE", what, why, "rett «ikke_oppfylt»")
        if level in ("lege", "måned", "dag") and not rule.components:
            what = f"«{rule.id}» mangler «gjelder»"
            self.faults.add(
                rule.place, "KOMPONENT", what, "et vilkår må si hvilke komponenter det gjelder", "legg til «gjelder»"
            )

    def _in_force(self, rule: Rule, one: RuleSet, level: str) -> None:
        in_force = rule.in_force
        if not isinstance(in_force, ByAgreement):
            return
        if level == "søknad" or (level == "post" and self.lists[rule.per].level == "søknad"):
            what = f"«{rule.id}» gjelder søknaden, men er i kraft etter avtaledato"
            self.faults.add(
                rule.place, "I-KRAFT", what, "en søknad har ikke én avtaledato", "bruk «tilskuddsår» eller «alltid»"
            )
        if in_force.new_from is not None and one.agreements is not None and not one.agreements.holds(in_force.new_from):
            self.faults.add(
                rule.place,
                "I-KRAFT",
                f"«{rule.id}» gjelder nye avtaler fra en dato utenfor regelsettets avtaledatoer",
                "regelsettet velges ikke for avtaler fra den datoen",
                "rett datoen eller flytt vilkåret til et annet regelsett",
            )

    def _definition(self, definition: Definition) -> Definition:
        meaning = definition.meaning
        match meaning:
            case DaysCounted(where, counting):
                meaning = DaysCounted(self._maybe("dag", where), counting)
            case Run(where, measures):
                meaning = Run(self._maybe("dag", where), measures)
            case SumOverDays(value, where):
                gives = self._typer("dag").expression(value, definition.place)
                if gives is not None and gives.unit is not None and definition.unit is not None:
                    from engine.language.unit import DAYS

                    self._same_unit(gives.unit.times(DAYS), definition.unit, definition.place)
                meaning = SumOverDays(value, self._maybe("dag", where))
            case Formula(value):
                level = self.scheme.names[definition.name].level
                gives = self._typer("lege" if level == "lege" else "måned").expression(value, definition.place)
                if gives is not None and gives.unit is not None and definition.unit is not None:
                    self._same_unit(gives.unit, definition.unit, definition.place)
            case LastOf(fact) | EarliestOf(fact):
                known = self.scheme.names.get(fact)
                if known is None or known.level != "periode":
                    what = f"«{fact}» er ikke en opplysning om perioden"
                    self.faults.add(
                        definition.place, "NAVN", what, "«siste» og «tidligste» leser perioder", "rett navnet"
                    )
            case SumOfEarlier(name):
                if name not in self.scheme.names or self.scheme.names[name].level != "måned":
                    what = f"«{name}» er ikke en definisjon per måned"
                    self.faults.add(
                        definition.place, "NAVN", what, "bare slike kan summeres over måneder", "rett navnet"
                    )
        return replace(definition, meaning=meaning)

    def _same_unit(self, found: object, declared: object, place: Place) -> None:
        if found != declared:
            what = f"formelen gir {found}, men enheten er oppgitt som {declared}"
            self.faults.add(place, "ENHET", what, "enhetene må være like", "rett formelen eller «enhet»")

    def _parameter(self, parameter: Parameter) -> Parameter:
        whole = self.scheme.parameters[parameter.name]
        for quantity in parameter.values:
            for formula in (quantity.formula, quantity.suggestion):
                if formula is not None:
                    gives = self._typer("måned").expression(formula, quantity.place)
                    if gives is not None and gives.unit is not None:
                        self._same_unit(gives.unit, whole.unit, quantity.place)
        if whole.keyed_by is not None and whole.keyed_by not in self.scheme.names:
            what = f"«{whole.keyed_by}» er ikke en opplysning i ordningen"
            self.faults.add(parameter.place, "NAVN", what, "«etter» må være en opplysning", "rett navnet")
        typer = self._typer("måned")
        variants = tuple(replace(variant, when=typer.condition(variant.when)) for variant in parameter.variants)
        return replace(parameter, variants=variants)

    def _note(self, note: Note) -> Note:
        allowed = ("søknad", "lege", "måned", "komponent")
        level = self._level(note.per, note.place, allowed)
        extra = self._fields(note.per)
        reading = "måned" if level == "komponent" else level
        for component in note.components:
            self._component(component, note.place)
        if note.formula is not None:
            gives = self._typer(reading, extra).expression(note.formula, note.place)
            if gives is not None and gives.unit is not None:
                self._same_unit(gives.unit, KRONER, note.place)
        return replace(note, when=self._typer(reading, extra).condition(note.when))

    def _calculation(self, calculation: Calculation) -> Calculation:
        self._component(calculation.component, calculation.place)
        gives = self._typer("måned").expression(calculation.formula, calculation.place)
        if gives is not None and gives.unit is not None:
            self._same_unit(gives.unit, calculation.unit, calculation.place)
        if calculation.unit not in (KRONER, KRONER_PER_MONTH):
            what = f"beregningen er oppgitt i {calculation.unit}"
            self.faults.add(
                calculation.place, "ENHET", what, "et tilskudd er kroner, eller kroner per måned", "rett «enhet»"
            )
        return calculation


def _citations(one: RuleSet) -> list[Citation]:
    found: list[Citation | None] = [one.agreements_citation]
    if one.grant_year is not None:
        found.append(one.grant_year.citation)
    for rule in one.rules.values():
        found += [rule.citation, *(exemption.citation for exemption in rule.exemptions)]
    for calculation in one.calculations.values():
        found += [calculation.citation, calculation.rounding.citation]
    found += [note.citation for note in one.notes.values()]
    found += [definition.citation for definition in one.definitions.values()]
    found += [repeal.citation for repeal in one.repeals]
    found += [quantity.citation for parameter in one.parameters.values() for quantity in parameter.values]
    return [citation for citation in found if citation is not None]
