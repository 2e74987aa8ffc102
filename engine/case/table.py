"""Rates and thresholds as functions of a frame: by month, by another fact, by variant; unknown rates by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.case.calendar import MONTH
from engine.case.comparison import tree, unknowns
from engine.case.formula import formula, whole
from engine.case.frame import Frame, Reader, Slots
from engine.case.truth import NO, YES
from engine.case.value import NOTHING, UNSET, Unknown, Value
from engine.language.condition import leaves
from engine.language.model import Parameter, Quantity, Variant

Row = tuple[Quantity, Reader]


def install(slots: Slots) -> None:
    """Give every rate and threshold of the scheme its reader."""
    for name, parameter in slots.scheme.parameters.items():
        slots.readers[name] = _reader(parameter, slots)


def _reader(parameter: Parameter, slots: Slots) -> Reader:
    if parameter.variants:
        return _by_variant(parameter, slots)
    if parameter.keyed_by is not None:
        return _by_key(parameter, slots)
    return _by_month(_rows(parameter, slots, None), parameter.name, slots)


def _rows(parameter: Parameter, slots: Slots, variant: str | None) -> list[Row]:
    name = parameter.name if variant is None else f"{parameter.name}.{variant}"
    return [
        (quantity, _quantity(quantity, name, slots))
        for quantity in parameter.values
        if quantity.variant is None or quantity.variant == variant
    ]


def _quantity(quantity: Quantity, name: str, slots: Slots) -> Reader:
    if quantity.formula is not None:
        return formula(quantity.formula, slots)
    value: Any = Unknown(rates=frozenset({name})) if quantity.value is None else whole(quantity.value)
    return lambda frame: value


def _by_month(rows: list[Row], name: str, slots: Slots) -> Reader:
    month_slot = slots.index[MONTH]
    missing = Unknown(rates=frozenset({name}))
    if len(rows) == 1 and rows[0][0].months.first is None and rows[0][0].months.last is None:
        return rows[0][1]
    found: dict[int, Reader] = {}

    def read(frame: Frame) -> Value:
        month = frame[month_slot]
        if month is UNSET or type(month) is Unknown:
            return missing
        reader = found.get(month)
        if reader is None:
            reader = next((row for quantity, row in rows if quantity.months.holds(month)), lambda frame: missing)
            found[month] = reader
        return reader(frame)

    return read


def _by_key(parameter: Parameter, slots: Slots) -> Reader:
    key_of = slots.reader(parameter.keyed_by or "")
    by_key: dict[str, list[Row]] = {}
    for row in _rows(parameter, slots, None):
        by_key.setdefault(row[0].key or "", []).append(row)
    readers = {key: _by_month(rows, parameter.name, slots) for key, rows in by_key.items()}
    missing = Unknown(rates=frozenset({parameter.name}))

    def read(frame: Frame) -> Value:
        key = key_of(frame)
        if type(key) is Unknown:
            return key
        reader = readers.get(str(key))
        return missing if reader is None else reader(frame)

    return read


def _by_variant(parameter: Parameter, slots: Slots) -> Reader:
    choices: list[tuple[Variant, Callable[[Frame], int], Reader]] = [
        (
            variant,
            tree(variant.when, slots),
            _by_month(_rows(parameter, slots, variant.id), f"{parameter.name}.{variant.id}", slots),
        )
        for variant in parameter.variants
    ]
    slots.variants[parameter.name] = [(variant.id, when) for variant, when, _ in choices]
    slots.readers |= {f"{parameter.name}.{variant.id}": value for variant, _, value in choices}

    def read(frame: Frame) -> Value:
        possible = []
        for variant, when, value in choices:
            code = when(frame)
            if code & YES:
                return value(frame)
            if not code & NO:
                possible.append((variant, value(frame)))
        if not possible:
            return Unknown(rates=frozenset({parameter.name}))
        return _one_of(possible, slots, frame)

    return read


def _one_of(possible: list[tuple[Variant, Value]], slots: Slots, frame: Frame) -> Value:
    """The value all possible variants share; else what must be known to choose, unless none of them is known anyway."""
    values = [value for _, value in possible]
    if all(value == values[0] for value in values) and type(values[0]) is not Unknown:
        return values[0]
    rates = NOTHING
    for value in values:
        if type(value) is Unknown:
            rates |= value
    if all(type(value) is Unknown for value in values):
        return rates
    facts = NOTHING
    for variant, _ in possible:
        for leaf in leaves(variant.when):
            facts |= unknowns(leaf, slots, frame)
    return facts
