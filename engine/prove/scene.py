"""One rulebook seen from one month of one doctor: each component's rules as formulas over the variables of a world.

A scene is exact (over a layout of periods) or loose: what is counted and measured is then any value it could possibly have, so that
what holds in the loose scene holds of every application, however its periods lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import z3

from engine.case.calendar import DAY, MONTH
from engine.decide.compiled import CompiledComponent, CompiledScheme
from engine.language.condition import Compare, leaves
from engine.language.expression import Name
from engine.language.meaning import Run
from engine.prove import code as codes
from engine.prove.code import Code
from engine.prove.derive import Derivation, Span, Stretch, why
from engine.prove.frame import Frame
from engine.prove.layout import Layout, Slot
from engine.prove.logic import Bool, compare, conj, disj, neg
from engine.prove.meaning import GroupMeaning
from engine.prove.moment import Moment
from engine.prove.solver import Undecided
from engine.prove.vector import NONE, Cause, Number, Vector
from engine.prove.world import APPLICATION, DOCTOR, World, calendar, vectors, window
from engine.text.month import Month, days_in


@dataclass(frozen=True)
class ComponentScene:
    """A component in the month: what its rules answer, and what it comes to."""

    part: CompiledComponent
    rules: GroupMeaning
    amount: Number | None
    frame: Frame
    days: GroupMeaning | None = None


class Scene:
    """One rulebook's side of a month. `held` is whether the whole application is on hold."""

    def __init__(self, compiled: CompiledScheme, world: World, moment: Moment, held: Bool = False) -> None:
        self.compiled = compiled
        self.slots = compiled.slots
        self.world = world
        self.moment = moment
        self.held = disj(held, moment.agreed is None)
        self.formulas: list[Bool] = []
        self.base: dict[str, Vector] = {
            **vectors(world.of(APPLICATION, "søknad")),
            **window(compiled, moment.year),
        }
        self.doctor = {**self.base, **vectors(world.of(DOCTOR, "lege"))}
        self._components: dict[str, ComponentScene] = {}
        self._answers: dict[str, GroupMeaning] = {}
        self._amounts: dict[str, Number] = {}
        self._frames: dict[str, Frame] = {}

    def component(self, name: str) -> ComponentScene:
        """The component in the month."""
        if name not in self._components:
            self._components[name] = self._component(self.compiled.components[name])
        return self._components[name]

    def _component(self, part: CompiledComponent) -> ComponentScene:
        frame = self.frame_of(part)
        amount = self.amount_of(part.component.id)
        held: Bool = self.held
        if amount is not None:
            held = disj(held, conj(amount.unknown, neg(amount.cause.rates)), amount.ranged)
        rules = GroupMeaning(self.compiled, part.months, self.moment, frame, True, held)
        return ComponentScene(part, rules, amount, frame)

    def amount_of(self, name: str) -> Number | None:
        """What the component comes to in the month, before it is known whether it is paid; None where nothing is calculated."""
        part = self.compiled.components[name]
        calculation = part.calculation(self.moment.month)
        if calculation is not None and name not in self._amounts:
            self._amounts[name] = self.frame_of(part).formula(calculation[0].formula)
        return self._amounts.get(name)

    def answers(self, name: str) -> GroupMeaning:
        """The component's rules one by one: without what its amount lacks, they do not give a status."""
        if name not in self._answers:
            part = self.compiled.components[name]
            self._answers[name] = GroupMeaning(self.compiled, part.months, self.moment, self.frame_of(part), True)
        return self._answers[name]

    def frame_of(self, part: CompiledComponent) -> Frame:
        """The month's frame, for the component."""
        if part.component.id not in self._frames:
            self._frames[part.component.id] = self.month_frame(part)
        return self._frames[part.component.id]

    def month_frame(self, part: CompiledComponent) -> Frame:
        raise NotImplementedError

    def applied(self, name: str) -> Code:
        """Whether the component is applied for."""
        return self.doctor_frame.tree(self.compiled.components[name].component.applied_when)

    def subsidiary(self, name: str) -> Code:
        """Whether the component is applied for in place of another."""
        wanted = self.compiled.components[name].component.subsidiary_when
        return codes.known(False) if wanted is None else self.doctor_frame.tree(wanted)

    @cached_property
    def doctor_frame(self) -> Frame:
        return Frame(self.slots, self.doctor, None)

    @cached_property
    def application(self) -> GroupMeaning:
        """The rules on the application itself."""
        frame = Frame(self.slots, self.base, None)
        return GroupMeaning(self.compiled, self.compiled.application, self.moment, frame, False)

    def days_of(self, name: str) -> list[tuple[Bool, GroupMeaning]]:
        """The rules on days of a component: for each kind of day, when there is one and what they answer."""
        raise NotImplementedError

    def row(self, name: str) -> GroupMeaning:
        """The rules on a row of a list."""
        return GroupMeaning(self.compiled, self.compiled.lists[name], self.moment, self.row_frame(name), False)

    def row_frame(self, name: str) -> Frame:
        """A row of a list, in the month that it states, if it states one."""
        rows = self.world.rows(name, name)
        values: dict[str, Vector] = {f"{name}.{field}": one.vector for field, one in rows.items()}
        if MONTH in rows:
            values[MONTH] = rows[MONTH].vector
        base = self.base if self.slots.lists[name].level == "søknad" else self.doctor
        return Frame(self.slots, {**base, **values}, None, of_list=name)


def is_outside(compiled: CompiledScheme, name: str, moment: Moment) -> bool:
    """Whether a month is outside the grant year whatever the application says. Only the calendar is looked at."""
    values = {**window(compiled, moment.year), **calendar(compiled.slots, moment.month)}
    frame = Frame(compiled.slots, values, moment.month)
    try:
        return GroupMeaning(compiled, compiled.components[name].months, moment, frame, True).outside
    except Undecided:
        return False


class ExactScene(Scene):
    """A scene over a layout of periods, with the calendar exact."""

    def __init__(
        self, compiled: CompiledScheme, world: World, moment: Moment, layout: Layout, held: Bool = False
    ) -> None:
        super().__init__(compiled, world, moment, held)
        self.layout = layout
        self.calendar = calendar(self.slots, layout.month)
        self.spans = [
            Span(self._span_frame(one, layout.month), one.used, layout.adjoins(one.number)) for one in layout.slots
        ]
        if any(isinstance(one.meaning, Run) for versions in compiled.scheme.definitions.values() for one in versions):
            self.formulas.append(layout.plain_starts)
        for one, span in zip(layout.slots, self.spans, strict=True):
            self.formulas += layout.uncut(one, _limits(compiled, span.frame))

    def _span_frame(self, slot: Slot, month: Month, day: Number | None = None) -> Frame:
        values = {**self.doctor, **slot.vectors, **calendar(self.slots, month)}
        if day is not None:
            values[DAY] = day
        return Frame(self.slots, values, self.moment.month)

    def month_frame(self, part: CompiledComponent) -> Frame:
        stretches = [self._stretch(part, one) for one in self.layout.slots]
        derive = Derivation(stretches, self.spans, self.layout.measure, self._earlier, self.layout.length)
        return Frame(self.slots, {**self.doctor, **self.calendar}, self.moment.month, derive)

    def _stretch(self, part: CompiledComponent, slot: Slot) -> Stretch:
        frame = self._span_frame(slot, self.layout.month, self.layout.day_of(slot))
        code, lacks = self.counting(part, frame)
        return Stretch(slot.number, frame, slot.used, slot.days, code, lacks)

    def days_of(self, name: str) -> list[tuple[Bool, GroupMeaning]]:
        part = self.compiled.components[name]
        assert part.days is not None
        found = []
        for one in self.layout.slots:
            frame = self._span_frame(one, self.layout.month, self.layout.day_of(one))
            found.append((one.used, GroupMeaning(self.compiled, part.days, self.moment, frame, True)))
        return found

    def counting(self, part: CompiledComponent, frame: Frame) -> tuple[Code, Cause]:
        """Whether a day counts for the component, and what that lacks where it is not sure."""
        if part.days is None:
            return codes.known(True), NONE
        rules = GroupMeaning(self.compiled, part.days, self.moment, frame, True)
        return counted(rules)

    def _earlier(self, name: str) -> Number:
        """The sum over the whole months that the first period reaches back."""
        first = self.layout.slots[0]
        total: Any = 0
        none: Bool = False
        cause = NONE
        for back in range(1, self.layout.reach + 1):
            month = Month(self.layout.month - back)
            frame = self._span_frame(first, month)
            stretch = Stretch(0, frame, True, days_in(month), codes.known(True), NONE)
            derive = Derivation([stretch], self.spans[:1], self.layout.measure, _no_more, days_in(month))
            value = Frame(self.slots, {**self.doctor, **calendar(self.slots, month)}, self.moment.month, derive).number(
                name
            )
            reached = self.layout.back >= back
            total = total + z3.If(reached, _real(value.low), _real(0))
            none = disj(none, conj(reached, value.unknown))
            cause |= value.cause.when(reached)
            self.formulas.append(
                compare(value.low, "=", value.high)
                if value.unknown is False
                else disj(value.unknown, compare(value.low, "=", value.high))
            )
        if any(part.days is not None for part in self.compiled.components.values()):
            raise Undecided("summen av tidligere måneder har ingen formel der dager kan falle ut")
        self.formulas.append(self.layout.back_day == 1)
        return Number(total, total, none, cause)


def _no_more(name: str) -> Number:
    raise Undecided(f"«{name}» summerer en sum av tidligere måneder")


def _real(value: Any) -> Any:
    from engine.prove.logic import lift

    found = lift(value)
    return z3.ToReal(found) if found.is_int() else found


def counted(rules: GroupMeaning) -> tuple[Code, Cause]:
    """A day group's status as whether the day counts."""
    status = rules.status
    uavklart = disj(status["uavklart"], status["delvis"], status["avvist"], status["utenfor"])
    skjønn = status["skjønn"]
    code = Code(status["ja"], status["nei"], disj(status["ja"], skjønn), disj(status["nei"], skjønn))
    lacks = NONE
    for rule in rules.rules:
        for condition in (
            rule.clause.rule.requirement,
            rule.clause.rule.scope,
            *(one.when for one, _ in rule.exemptions),
        ):
            lacks |= why(condition, rules.frame)
    return code, Cause(facts=conj(uavklart, lacks.facts))


#: how many days after a date the answer to a comparison with it changes
_CHANGES = {">=": (0,), "<": (0,), ">": (1,), "<=": (1,), "=": (0, 1)}
_TURNED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "=": "="}


def _limits(compiled: CompiledScheme, frame: Frame) -> list[tuple[Number, int]]:
    """The dates that rules compare a day with, in a period."""
    found: list[tuple[Number, int]] = []
    for condition in compiled.day_conditions:
        for leaf in leaves(condition):
            if isinstance(leaf, Compare):
                for side, other, op in ((leaf.left, leaf.right, leaf.op), (leaf.right, leaf.left, _TURNED[leaf.op])):
                    if isinstance(side, Name) and side.name == DAY:
                        found += [(frame.formula(other), later) for later in _CHANGES[op]]
    return found
