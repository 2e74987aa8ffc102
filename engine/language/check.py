"""After the schema: names resolve, types and units agree, dates make sense, sources exist, months and agreement dates are covered.

`check_rulebook` reports every independent fault of the whole folder and gives back the schemes with their conditions settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.language.check_chain import check_chain, check_sources
from engine.language.check_circle import check_circles
from engine.language.check_coverage import check_agreement_dates, check_tables
from engine.language.check_definition import settled
from engine.language.check_reasons import check_texts
from engine.language.check_rule import CONSEQUENCES as CONSEQUENCES
from engine.language.check_rule import RuleCheck, note_keys
from engine.language.check_years import check_grant_years, check_restated
from engine.language.condition import Condition
from engine.language.expression import Expression
from engine.language.meaning import LastOf
from engine.language.model import Calculation, Definition, Note, Parameter, Placed, Rule, RuleSet
from engine.language.names import CALENDAR, UNSURE, WINDOW, Type, field_names, post_level, scheme_names
from engine.language.partial import Part, names_in
from engine.language.rulebook import SchemeRules, gather
from engine.language.typing import Typer
from engine.language.unit import KRONER, KRONER_PER_MONTH, Unit
from engine.language.vocabulary import Vocabulary
from engine.text.fault import FaultList
from engine.text.norsk import list_text
from engine.text.place import Place
from engine.text.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Faulty:
    """What has been reported already: schemes with a file that cannot be read, and by scheme the faulty parts."""

    schemes: frozenset[str] = frozenset()
    parts: Mapping[str, Iterable[Part]] = field(default_factory=dict)


NOTHING_FAULTY = Faulty()


def check_rulebook(
    vocabulary: Vocabulary, schemes: Mapping[str, SchemeRules], faults: FaultList, faulty: Faulty = NOTHING_FAULTY
) -> dict[str, SchemeRules]:
    """The schemes with conditions settled; everything wrong is in `faults`, but nothing that only follows from a faulty part."""
    checked: dict[str, SchemeRules] = {}
    unfinished = set(faulty.schemes)
    for name, scheme in schemes.items():
        if name not in vocabulary.schemes:
            unfinished |= {one.id.partition("/")[2] for one in scheme.sets}
            hint = did_you_mean(name, vocabulary.schemes)
            what = f"ordningen «{name}» finnes ikke i vokabularet" + ("," + hint if hint else "")
            why = f"ordningene er {list_text(list(vocabulary.schemes))}"
            for one in scheme.sets:
                faults.add(
                    one.at("ordning"), "ORDNING", what, why, "rett navnet, eller legg ordningen til i vokabularet"
                )
    for name, scheme in schemes.items():
        if name in vocabulary.schemes and name not in unfinished:
            checked[name] = _SchemeCheck(vocabulary, scheme, faults, faulty.parts.get(name, ())).run()
    return checked


class _SchemeCheck:
    def __init__(self, vocabulary: Vocabulary, scheme: SchemeRules, faults: FaultList, faulty: Iterable[Part]) -> None:
        self.vocabulary = vocabulary
        self.faults = faults
        self.faulty = frozenset(faulty)
        self.unsure = names_in(self.faulty, "grenser", "satser", "definisjoner")
        versions = [version for versions in scheme.definitions.values() for version in versions]
        known = scheme_names(vocabulary, scheme.id, versions, scheme.parameters.values(), self.unsure)
        self.scheme = replace(scheme, names=known)
        self.lists = {
            fact.name: fact for fact in vocabulary.facts.values() if fact.kind == "liste" and scheme.id in fact.schemes
        }
        definitions = [
            *vocabulary.derived.values(),
            *(one for versions in scheme.definitions.values() for one in versions),
        ]
        self.last = {one.meaning.fact: one.name for one in reversed(definitions) if isinstance(one.meaning, LastOf)}

    def run(self) -> SchemeRules:
        check_chain(self.scheme, names_in(self.faulty, "vilkår"), self.faults)
        check_sources(self.scheme, self.vocabulary, names_in(self.faulty, "kilder"), self.faults)
        check_agreement_dates(self.scheme, self.faults)
        check_grant_years(self.vocabulary, self.scheme, self.faults)
        check_restated(self.scheme, self.faults)
        check_tables(self.scheme, self.vocabulary, self.unsure, self.faults)
        check_circles(self.vocabulary, self.scheme, self.faults)
        self._taken_names()
        self._unpaid_components()
        derived = {
            name: (self._definition(definition),)
            for name, definition in self.vocabulary.derived.items()
            if self.scheme.names.get(name, UNSURE) is not UNSURE
        }
        settled = [self._settle_rest(one) for one in [self._settle_tables(one) for one in self.scheme.sets]]
        check_texts(self.scheme, self.lists, self.faults)
        scheme = gather(self.vocabulary, settled)[self.scheme.id]
        return replace(scheme, definitions={**derived, **scheme.definitions})

    # --- names ---------------------------------------------------------------------------------------------------------

    def _taken_names(self) -> None:
        """A name means one thing in a scheme."""
        facts = [fact.name for fact in self.vocabulary.facts.values() if self.scheme.id in fact.schemes]
        outside = dict.fromkeys((*facts, *self.vocabulary.derived), "i vokabularet")
        outside |= dict.fromkeys((*CALENDAR, *WINDOW), "navnet på noe fra kalenderen")
        first: dict[str, tuple[str, str]] = {}
        for one in self.scheme.sets:
            parts: list[tuple[str, Parameter | Definition]] = [
                *(("en sats" if part.is_rate else "en grense", part) for part in one.parameters.values()),
                *(("en definisjon", part) for part in one.definitions.values()),
            ]
            for kind, part in parts:
                earlier, where = first.setdefault(part.name, (kind, one.id))
                if part.name in outside:
                    self._taken(part, f"«{part.name}» er allerede {outside[part.name]}")
                elif earlier != kind:
                    self._taken(part, f"«{part.name}» er {earlier} i {where}, og {kind} her")

    def _taken(self, part: Parameter | Definition, what: str) -> None:
        self.faults.add(
            part.place, "NAVN-BRUKT", what, "et navn kan bare bety én ting i en ordning", "velg et annet navn"
        )

    def _unpaid_components(self) -> None:
        for name, part in self.scheme.components.items():
            if name not in self.scheme.calculations and ("beregning", name) not in self.faulty:
                what = f"komponenten «{name}» har ingen beregning"
                why = "uten den kan ikke beløpet regnes ut"
                self.faults.add(part.place, "BEREGNING", what, why, f"legg til «{name}» under «beregning»")

    # --- what each set says --------------------------------------------------------------------------------------------

    def _settle_tables(self, one: RuleSet) -> RuleSet:
        """What names are worked out from, first; a name with a fault in it is unsure from then on."""
        return replace(
            one,
            parameters={name: self._parameter(part) for name, part in one.parameters.items()},
            definitions={name: self._definition(part) for name, part in one.definitions.items()},
        )

    def _settle_rest(self, one: RuleSet) -> RuleSet:
        for component in one.components.values():
            if component.subsidiary_to is not None:
                self._component(component.subsidiary_to, component.at("subsidiær_til"))
        return replace(
            one,
            components={
                name: replace(
                    part,
                    applied_when=self._typer("lege").condition(part.applied_when),
                    subsidiary_when=self._maybe(self._typer("lege"), part.subsidiary_when),
                )
                for name, part in one.components.items()
            },
            rules={name: self._rule(part, one) for name, part in one.rules.items()},
            notes={name: self._note(part) for name, part in one.notes.items()},
            calculations={name: self._calculation(part) for name, part in one.calculations.items()},
        )

    def _typer(self, level: str, extra: Mapping[str, Type] | None = None, movable: bool = False) -> Typer:
        known = {**self.scheme.names, **extra} if extra else self.scheme.names
        return Typer(known, level, self.faults, self.last, movable)

    @staticmethod
    def _maybe(typer: Typer, condition: Condition | None) -> Condition | None:
        return None if condition is None else typer.condition(condition)

    def _component(self, name: str, place: Place) -> None:
        if name in self.scheme.components or ("komponenter", name) in self.faulty:
            return
        hint = did_you_mean(name, self.scheme.components)
        what = f"komponenten «{name}» finnes ikke" + ("," + hint if hint else "")
        why = f"komponentene er {list_text(list(self.scheme.components)) or 'ingen'}"
        self.faults.add(place, "KOMPONENT", what, why, "rett navnet")

    def _components(self, names: Iterable[str], key: str, part: Placed) -> None:
        for number, name in enumerate(names):
            self._component(name, part.at(f"{key}.{number}"))

    def _level(self, per: str, place: Place, allowed: tuple[str, ...]) -> str | None:
        """The level to read names at, or None when there is no such level."""
        if per in self.lists:
            return post_level(self.lists[per])
        has_doctors = self.vocabulary.schemes[self.scheme.id].has_doctors
        if not has_doctors:
            allowed = ("søknad",)
        if per in allowed:
            return per
        choices = [*allowed, *self.lists]
        hint = did_you_mean(per, choices)
        what = f"«{per}» er ikke noe det kan vurderes per" + ("," + hint if hint else "")
        why = f"{'' if has_doctors else 'ordningen har ingen leger; '}det kan stå {list_text(choices, 'eller')}"
        self.faults.add(place, "NIVÅ", what, why, "rett «vurderes_per»")
        return None

    def _rule_typer(self, per: str, level: str) -> Typer:
        return self._typer(level, field_names(self.lists[per]) if per in self.lists else None, movable=True)

    def _rule(self, rule: Rule, one: RuleSet) -> Rule:
        self._components(rule.components, "gjelder", rule)
        self._components(rule.opens_for, "åpner_for", rule)
        level = self._level(rule.per, rule.at("vurderes_per"), ("søknad", "lege", "måned", "dag"))
        if level is None:
            return rule
        RuleCheck(rule, one, level, self.scheme, self.faults).run()
        typer = self._rule_typer(rule.per, level)
        return replace(
            rule,
            scope=self._maybe(typer, rule.scope),
            requirement=typer.condition(rule.requirement),
            partial_when=self._maybe(typer, rule.partial_when),
            judgement_when=self._maybe(typer, rule.judgement_when),
            exemptions=tuple(replace(exemption, when=typer.condition(exemption.when)) for exemption in rule.exemptions),
        )

    def _definition(self, definition: Definition) -> Definition:
        before = len(self.faults)
        checked = settled(definition, self.scheme, self._typer, self.faults)
        self._doubt(definition.name, before)
        return checked

    def _doubt(self, name: str, before: int) -> None:
        """Say nothing more of a name when its own part has turned out faulty."""
        if len(self.faults) > before:
            names = self.scheme.names
            assert isinstance(names, dict)
            names[name] = UNSURE

    def _number(self, typer: Typer, formula: Expression, place: Place, unit: Unit, stated: str) -> None:
        """A formula that must give a number in a unit. `stated` says where the unit is from."""
        gives = typer.expression(formula, place)
        if gives is None:
            return
        if gives.kind != "tall":
            what = "formelen gir ikke et tall"
            self.faults.add(place, "TYPE", what, "beløp, satser og grenser med formel er tall", "rett formelen")
        elif gives.unit is not None and gives.unit != unit:
            what = f"formelen gir {gives.unit.name}, men {stated} {unit.name}"
            self.faults.add(place, "ENHET", what, "enhetene må være like", "rett formelen eller enheten")

    def _parameter(self, parameter: Parameter) -> Parameter:
        if parameter.name in self.unsure:
            return parameter
        before = len(self.faults)
        whole = self.scheme.parameters[parameter.name]
        for quantity in parameter.values:
            for key, formula in (("formel", quantity.formula), ("forslag", quantity.suggestion)):
                if formula is not None:
                    typer = self._typer("måned" if whole.variants else "verdi")
                    self._number(typer, formula, quantity.at(key), whole.unit, "enheten er oppgitt som")
        typer = self._typer("måned")
        variants = tuple(replace(variant, when=typer.condition(variant.when)) for variant in parameter.variants)
        self._doubt(parameter.name, before)
        return replace(parameter, variants=variants)

    def _note(self, note: Note) -> Note:
        level = self._level(note.per, note.at("vurderes_per"), ("søknad", "lege", "måned", "komponent"))
        if level is None:
            return note
        self._components(note.components, "gjelder", note)
        note_keys(note, self.faults)
        typer = self._rule_typer(note.per, "måned" if level == "komponent" else level)
        if note.formula is not None:
            self._number(typer, note.formula, note.at("formel"), KRONER, "beløpet i en merknad er i")
        return replace(note, when=typer.condition(note.when))

    def _calculation(self, calculation: Calculation) -> Calculation:
        self._component(calculation.component, calculation.place)
        unit = calculation.unit
        if unit in (KRONER, KRONER_PER_MONTH):
            place = calculation.at("formel")
            self._number(self._typer("måned"), calculation.formula, place, unit, "enheten er oppgitt som")
        for number, name in enumerate(calculation.shown):
            known = self.scheme.names.get(name)
            if known is None or known.kind not in ("tall", ""):
                hint = did_you_mean(name, self.scheme.names)
                what = f"«{name}» er ikke navnet på et tall" + ("," + hint if hint and known is None else "")
                why = "«vis» tar med utregnede tall for hver måned"
                self.faults.add(calculation.at(f"vis.{number}"), "NAVN", what, why, "rett navnet")
        return calculation
