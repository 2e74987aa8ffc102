"""Seeing decisions: every condition of the rules meets the frames it was answered on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from engine.case.calendar import DAY, MONTH, Span, Stretch
from engine.case.facts import application_frame, doctor_frame, row_frames
from engine.case.frame import PERIODS, STRETCHES, Frame
from engine.case.stated import Application
from engine.case.truth import NO, YES
from engine.case.value import UNSET
from engine.decide.compiled import CompiledScheme, compiled
from engine.decide.decision import ComponentMonth, Decision, DoctorDecision
from engine.language.meaning import DaysCounted, Run, SumOverDays
from engine.language.model import Component, Definition, Parameter, Variant
from engine.language.rulebook import Rulebook, SchemeRules
from engine.regress.coverage_rule import MET, NoteWatch, RuleWatch
from engine.regress.coverage_site import Site, on_days
from engine.ruleset.selection import of_grant_year
from engine.text.month import Month

_OUTSIDE = "utenfor"


class Moment(NamedTuple):
    """A component assessed in a month, for an agreement date and a grant year; `inside` the grant year or not."""

    agreed: date | None
    month: Month
    year: int | None
    component: str
    inside: bool


@dataclass(frozen=True, slots=True)
class DefinitionWatch:
    definition: Definition
    site: Site


@dataclass(frozen=True, slots=True)
class ComponentWatch:
    component: Component
    applied: Site
    subsidiary: Site | None


@dataclass(frozen=True, slots=True)
class VariantWatch:
    parameter: Parameter
    variants: tuple[tuple[Variant, Site], ...]


class SchemeWatch:
    """Everything in one scheme's rules that has a condition or a date, and what decisions showed of it.

    `doctors` are the agreement dates met, also those no rule set covers; `years` the grant years.
    """

    def __init__(self, ready: CompiledScheme) -> None:
        self.ready = ready
        self.scheme: SchemeRules = ready.scheme
        slots = self.slots = ready.slots
        self.rules = [RuleWatch(rule, slots) for versions in self.scheme.rules.values() for rule in versions]
        self.notes = [NoteWatch(one.note, slots) for versions in ready.notes for one in reversed(versions)]
        self.definitions = [
            DefinitionWatch(one, Site("der", "avgrensningen", one.meaning.where, slots))
            for versions in self.scheme.definitions.values()
            for one in versions
            if isinstance(one.meaning, DaysCounted | Run | SumOverDays) and one.meaning.where is not None
        ]
        self.components = [
            ComponentWatch(
                one,
                Site("søkes_når", "vilkåret for at det søkes om dette", one.applied_when, slots),
                None
                if one.subsidiary_when is None
                else Site("subsidiær_når", "vilkåret for å tre inn", one.subsidiary_when, slots),
            )
            for one in self.scheme.components.values()
        ]
        self.tables = [
            VariantWatch(
                one,
                tuple(
                    (variant, Site(f"variant {variant.id}", f"varianten «{variant.id}»", variant.when, slots))
                    for variant in one.variants
                ),
            )
            for one in self.scheme.parameters.values()
            if one.variants
        ]
        self.moments: dict[Moment, str] = {}
        self.doctors: dict[date, str] = {}
        self.years: dict[int, str] = {}

    # --- one decision ------------------------------------------------------------------------------------------------------

    def see(self, application: Application, decision: Decision, case: str) -> None:
        """Note what a decision shows. What a refusal or a month outside makes irrelevant shows nothing."""
        year = decision.grant_year
        base = application_frame(application, self.slots, of_grant_year(self.scheme, year), [])
        refused = decision.outcome == self.ready.summary.formal_defect
        if year is not None:
            self.years.setdefault(year, case)
        for watch in self._in_force(None, None, year):
            if watch.rule.per == "søknad" and (watch.rule.consequence == "avvist" or not refused):
                watch.see(base, None, case)
        if refused:
            return
        self._notes("søknad", base, [], year, case)
        self._rows(base, "søknad", application.lists, year, case)
        for decided in decision.doctors:
            self._doctor(base, decided, year, case)
        given = {id(one.note.note) for one in decision.notes}
        for noted in self.notes:
            if noted.note.per == "komponent" and id(noted.note) in given:
                noted.results.setdefault(MET, {})[case] = None

    def _in_force(self, agreed: date | None, month: Month | None, year: int | None) -> Iterable[RuleWatch]:
        standing = self.ready.standing(agreed, month, year)
        for watch in self.rules:
            one = standing[watch.rule.id]
            if one.in_force and one.rule.origin == watch.rule.origin:
                yield watch

    def _rows(self, base: Frame, level: str, lists: object, year: int | None, case: str) -> None:
        assert isinstance(lists, dict)
        for name, fact in self.slots.lists.items():
            if fact.level != level:
                continue
            for frame in row_frames(base, name, lists.get(name, ()), "", None, self.slots):
                for watch in self._in_force(None, None, year):
                    if watch.rule.per == name:
                        watch.see(frame, None, case)
                month = frame[self.slots.index[MONTH]]
                self._notes(name, frame, [Month(month)] if isinstance(month, int) else [], year, case)

    def _notes(self, per: str, frame: Frame, months: list[Month], year: int | None, case: str) -> None:
        """Of a note's versions the last counts that the grant year's rule set knows and whose months hold."""
        order = [one.id for one in self.scheme.sets]
        known = order[: order.index(of_grant_year(self.scheme, year).id) + 1]
        counted: set[str] = set()
        for watch in reversed(self.notes):
            note = watch.note
            if note.per == per and note.origin in known:
                limited = note.months.first is not None or note.months.last is not None
                holds = not limited or any(note.months.holds(month) for month in months)
                watch.see(frame, months, holds and note.id not in counted, case)
                if holds:
                    counted.add(note.id)

    # --- one doctor --------------------------------------------------------------------------------------------------------

    def _doctor(self, base: Frame, decided: DoctorDecision, year: int | None, case: str) -> None:
        agreed = decided.agreed
        if agreed is not None:
            self.doctors.setdefault(agreed, case)
        if decided.outside:
            return
        frame, _ = doctor_frame(base, decided.doctor, self.slots, [])
        for component in self.components:
            component.applied.see(frame, component.applied.codes(frame), case)
        inside = []
        for month in decided.months:
            for name, own in month.components.items():
                kept = own.status != _OUTSIDE
                self.moments.setdefault(Moment(agreed, month.month, year, name, kept), case)
                self._month(own, month.month, agreed, year, frame, case)
            if month.status != _OUTSIDE:
                inside.append(month.month)
                if month.components:
                    self._notes(MONTH, next(iter(month.components.values())).frame, [month.month], year, case)
                for own in month.components.values():
                    self._definitions(own.frame, month.month, case)
        self._rows(frame, "lege", decided.doctor.lists, year, case)
        self._notes("lege", frame, inside, year, case)

    def _month(
        self, own: ComponentMonth, month: Month, agreed: date | None, year: int | None, doctor: Frame, case: str
    ) -> None:
        for watch in self._in_force(agreed, month, year):
            rule = watch.rule
            if own.component not in rule.components or (own.status == _OUTSIDE and rule.consequence != _OUTSIDE):
                continue
            for frame in self._days(own.frame) if rule.per == DAY else (own.frame,):
                watch.see(frame, agreed, case)
        if own.status == _OUTSIDE:
            return
        for table in self.tables:
            if own.frame[self.slots.index[table.parameter.name]] is not UNSET:
                for _, variant in table.variants:
                    variant.see(own.frame, variant.codes(own.frame), case)
        if own.status == "nei":
            opened = {name for watch in self.rules if watch.rule.id in own.decided_by for name in watch.rule.opens_for}
            for component in self.components:
                site = component.subsidiary
                if site is not None and component.component.subsidiary_to == own.component:
                    site.see(doctor, site.codes(doctor), case, telling=component.component.id not in opened)

    def _days(self, frame: Frame) -> Iterable[Frame]:
        """The month's days, as the first and the last of every stretch in which nothing changes."""
        slot = self.slots.index[DAY]
        for stretch in frame[STRETCHES]:
            last = date.fromordinal(stretch.first.toordinal() + stretch.days - 1)
            yield from on_days(stretch.frame, slot, (stretch.first, last))

    def _definitions(self, frame: Frame, month: Month, case: str) -> None:
        """The definitions that rules and notes had worked out for a month, on the days or periods they take in or leave out."""
        for watch in self.definitions:
            definition, site = watch.definition, watch.site
            versions = self.scheme.definitions[definition.name]
            current = next((one for one in reversed(versions) if one.months.holds(month)), None)
            if frame[self.slots.index[definition.name]] is UNSET or current is not definition:
                continue
            if isinstance(definition.meaning, Run):
                spans: list[Span] = frame[PERIODS]
                for span in spans:
                    site.see(span.frame, site.codes(span.frame), case)
                continue
            counting = not isinstance(definition.meaning, DaysCounted) or definition.meaning.counting
            stretches: list[Stretch] = frame[STRETCHES]
            for stretch in stretches:
                if not (counting and stretch.code & NO):
                    sure = not counting or bool(stretch.code & YES)
                    site.see(stretch.frame, site.codes(stretch.frame), case, telling=sure)


class Watch:
    """All schemes of a rulebook."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.schemes = {name: SchemeWatch(compiled(book, name)) for name in book.schemes}

    def see(self, application: Application, decision: Decision, case: str) -> None:
        """Note what a decision shows."""
        self.schemes[application.scheme].see(application, decision, case)
