"""What an amount rests on: the formula, the rate and threshold values it used, month by month, each with its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.case.formula import formula
from engine.case.frame import Frame, Slots
from engine.case.truth import YES
from engine.case.value import Between, Unknown
from engine.decide.compiled import CompiledScheme
from engine.decide.decision import ComponentMonth, Decision, DoctorDecision, Line
from engine.decide.money import NEEDED
from engine.explain.prose import Prose
from engine.explain.reason import value_text
from engine.language.expression import Expression, names
from engine.language.meaning import Formula, SumOverDays
from engine.language.model import Parameter, Quantity, Reading
from engine.text.month import Month


@dataclass(slots=True)
class Used:
    """One value of a rate or threshold, and the months whose amounts used it. `worked_out` is what its formula came to, or,
    for an unknown value, what is suggested in its place."""

    parameter: Parameter
    quantity: Quantity
    value: str
    worked_out: str | None
    months: list[Month] = field(default_factory=list)


@dataclass(slots=True)
class Basis:
    """How a result line came about. `formula` is in words; `used` is in the order the formula meets the values."""

    formula: str
    used: list[Used]


def basis(line: Line, one: DoctorDecision, decision: Decision) -> Basis | None:
    """The basis of a line; None when nothing is calculated or no month needs it."""
    key = (one.doctor.id, line.component)
    if key not in decision.bases:
        decision.bases[key] = _basis(line, one, decision.compiled)
    found: Basis | None = decision.bases[key]
    return found


def _basis(line: Line, one: DoctorDecision, compiled: CompiledScheme) -> Basis | None:
    if line.calculation is None:
        return None
    found: dict[tuple[int, str | None], Used] = {}
    prose = Prose(compiled.scheme)
    for month in one.months:
        component = month.components.get(line.component)
        if component is None or component.status not in NEEDED:
            continue
        for parameter, quantity in _values(line.calculation.formula, component, compiled.slots):
            worked_out = _worked_out(parameter, quantity, component, compiled)
            used = found.get((id(quantity), worked_out))
            if used is None:
                value = prose.value(quantity, parameter.unit, parameter.kind)
                used = found[id(quantity), worked_out] = Used(parameter, quantity, value, worked_out)
            used.months.append(month.month)
    return Basis(prose.operand(line.calculation.formula), list(found.values())) if found else None


def _worked_out(
    parameter: Parameter, quantity: Quantity, component: ComponentMonth, compiled: CompiledScheme
) -> str | None:
    formula_ = quantity.formula or quantity.suggestion
    if formula_ is None:
        return None
    value = formula(formula_, compiled.slots)(component.frame)
    return None if isinstance(value, Unknown | Between) else value_text(value, parameter.kind, parameter.unit, True)


def _values(
    expression: Expression, component: ComponentMonth, slots: Slots, seen: frozenset[str] = frozenset()
) -> Iterator[tuple[Parameter, Quantity]]:
    """The table values that an expression reads for a month, those behind formulas and definitions too."""
    for name in names(expression):
        if name.name in seen:
            continue
        deeper = seen | {name.name}
        parameter = slots.parameter(name.name)
        if parameter is not None:
            quantity = value_in_force(parameter, component.frame, slots)
            if quantity is not None:
                yield parameter, quantity
                if quantity.formula is not None:
                    yield from _values(quantity.formula, component, slots, deeper)
        for definition in slots.scheme.definitions.get(name.name, ())[-1:]:
            if isinstance(definition.meaning, Formula | SumOverDays):
                yield from _values(definition.meaning.value, component, slots, deeper)


def value_in_force(parameter: Parameter, frame: Frame, slots: Slots) -> Quantity | None:
    """The row of a table that a month reads."""
    month = frame[slots.index["måned"]]
    key = str(slots.reader(parameter.keyed_by)(frame)) if parameter.keyed_by is not None else None
    variant = next((one for one, when in slots.variants.get(parameter.name, ()) if when(frame) & YES), None)
    for quantity in parameter.values:
        if quantity.months.holds(month) and quantity.key == key and quantity.variant in (None, variant):
            return quantity
    return None


def readings_of(parameter: Parameter, quantity: Quantity) -> Iterator[Reading]:
    """The interpretations behind a value."""
    for reading in (quantity.reading, parameter.reading):
        if reading is not None:
            yield reading
