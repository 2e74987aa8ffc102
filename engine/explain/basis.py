"""What an amount rests on: the formula, the rate and threshold values it used, month by month, each with its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.case.calendar import MONTH
from engine.case.formula import formula
from engine.case.frame import Frame, Slots
from engine.case.names import OF_LOOK, OF_SETTING
from engine.case.truth import YES
from engine.case.value import Between, Unknown
from engine.decide.alike import Alike, Setting
from engine.decide.compiled import CompiledScheme
from engine.decide.decision import Decision, DoctorDecision, Line
from engine.decide.money import NEEDED
from engine.explain.prose import Prose
from engine.explain.reason import value_text
from engine.language.expression import Expression, names
from engine.language.meaning import Formula, SumOverDays
from engine.language.model import Parameter, Quantity, Reading
from engine.text.month import Month

#: choices of a row kept ready for each table
_KEPT = 10_000


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
    sources = _sources(compiled)
    rows_of = sources.rows_of(line.calculation.formula)
    found: dict[tuple[int, str | None], Used] = {}
    alike: dict[Alike | Setting, list[Used]] = {}
    reach = compiled.months.of_calculation(line.calculation)
    for month in one.months:
        component = month.components.get(line.component)
        if component is None or component.status not in NEEDED:
            continue
        like = component.alike.setting if reach <= OF_SETTING else component.alike
        used_in = alike.get(like)
        if used_in is None:
            rows, used_in = rows_of(component.frame), []
            for row in rows:
                worked_out = row.worked_out(component.frame)
                used = found.get((id(row.quantity), worked_out))
                if used is None:
                    used = found[id(row.quantity), worked_out] = Used(
                        row.parameter, row.quantity, row.value, worked_out
                    )
                used_in.append(used)
            if reach <= OF_LOOK and all(row.quantity.suggestion is None for row in rows):
                alike[like] = used_in
        for used in used_in:
            used.months.append(month.month)
    return Basis(sources.in_words(line.calculation.formula), list(found.values())) if found else None


class _Row(NamedTuple):
    """A value of a table, as it is told; what its formula comes to, or what is suggested in its place; and the rows its formula reads."""

    parameter: Parameter
    quantity: Quantity
    value: str
    worked_out: Callable[[Frame], str | None]
    behind: _RowsOf


_RowsOf = Callable[[Frame], list[_Row]]


class _Sources:
    """The table values that formulas read for a month, those behind formulas and definitions too, in the order they are met."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.prose = Prose(slots.scheme)
        self._of_formula: dict[int, _RowsOf] = {}
        self._in_words: dict[int, str] = {}

    def rows_of(self, expression: Expression) -> _RowsOf:
        """The rows a formula of the rules reads in a month's frame."""
        if id(expression) not in self._of_formula:
            self._of_formula[id(expression)] = self._rows(expression, frozenset())
        return self._of_formula[id(expression)]

    def in_words(self, expression: Expression) -> str:
        """A formula of the rules in words."""
        if id(expression) not in self._in_words:
            self._in_words[id(expression)] = self.prose.operand(expression)
        return self._in_words[id(expression)]

    def _rows(self, expression: Expression, seen: frozenset[str]) -> _RowsOf:
        steps: list[_RowsOf] = []
        for name in names(expression):
            if name.name in seen:
                continue
            deeper = seen | {name.name}
            parameter = self.slots.parameter(name.name)
            if parameter is not None:
                steps.append(self._rows_of_parameter(parameter, deeper))
            for definition in self.slots.scheme.definitions.get(name.name, ())[-1:]:
                if isinstance(definition.meaning, Formula | SumOverDays):
                    steps.append(self._rows(definition.meaning.value, deeper))
        return lambda frame: [row for step in steps for row in step(frame)]

    def _rows_of_parameter(self, parameter: Parameter, seen: frozenset[str]) -> _RowsOf:
        """The row of a table that a month reads, and the rows behind it; a month's choice is made once."""
        month_slot = self.slots.index[MONTH]
        key_of = None if parameter.keyed_by is None else self.slots.reader(parameter.keyed_by)
        variants = self.slots.variants.get(parameter.name, ())
        known: dict[tuple[Month, str | None, str | None], _Row | None] = {}

        def rows(frame: Frame) -> list[_Row]:
            month = frame[month_slot]
            key = None if key_of is None else str(key_of(frame))
            variant = next((one for one, when in variants if when(frame) & YES), None)
            choice = (month, key, variant)
            if choice not in known:
                if len(known) > _KEPT:
                    known.clear()
                known[choice] = self._row(parameter, *choice, seen)
            row = known[choice]
            return [] if row is None else [row, *row.behind(frame)]

        return rows

    def _row(
        self, parameter: Parameter, month: Month, key: str | None, variant: str | None, seen: frozenset[str]
    ) -> _Row | None:
        for quantity in parameter.values:
            if quantity.months.holds(month) and quantity.key == key and quantity.variant in (None, variant):
                behind = self._rows(quantity.formula, seen) if quantity.formula is not None else lambda frame: []
                value = self.prose.value(quantity, parameter.unit, parameter.kind)
                return _Row(parameter, quantity, value, self._worked_out(parameter, quantity), behind)
        return None

    def _worked_out(self, parameter: Parameter, quantity: Quantity) -> Callable[[Frame], str | None]:
        expression = quantity.formula or quantity.suggestion
        if expression is None:
            return lambda frame: None
        read = formula(expression, self.slots)

        def worked_out(frame: Frame) -> str | None:
            value = read(frame)
            if type(value) is Unknown or type(value) is Between:
                return None
            return value_text(value, parameter.kind, parameter.unit, True)

        return worked_out


def _sources(compiled: CompiledScheme) -> _Sources:
    """The scheme's, made ready once."""
    key = ("grunnlag", compiled.scheme.id)
    if key not in compiled.book.compiled:
        compiled.book.compiled[key] = _Sources(compiled.slots)
    found: _Sources = compiled.book.compiled[key]
    return found


def readings_of(parameter: Parameter, quantity: Quantity) -> Iterator[Reading]:
    """The interpretations behind a value."""
    for reading in (quantity.reading, parameter.reading):
        if reading is not None:
            yield reading
