"""Leaves of conditions as exact comparators: a frame in, an answer code out.

Comparing with what is not known gives `uavklart`, or `skjønn` when only a person's judgement is lacking. A count between two bounds
is compared as an interval, so a missing fact that cannot matter does not blur the answer.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from engine.case.formula import formula, whole
from engine.case.frame import Frame, Reader, Slots
from engine.case.truth import JA, NEI, NO, SKJØNN, UAVKLART, YES, both, either, opposite
from engine.case.value import NOTHING, UNSET, Between, Unknown, Value
from engine.language.condition import (
    All,
    Among,
    Compare,
    Condition,
    Given,
    Includes,
    Judgement,
    Leaf,
    Not,
    operand_names,
)
from engine.language.condition import Any as AnyOf
from engine.language.expression import Day, MonthOf, Name, Number

Comparator = Callable[[Frame], int]

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def comparator(leaf: Leaf, slots: Slots, of_list: str | None = None) -> Comparator:
    """Leaf → function of a frame that gives an answer code."""
    match leaf:
        case Compare(Name(name), op, Number(value) | Day(value) | MonthOf(value)):
            return _compare_constant(*slots.place(name, of_list), _OPERATORS[op], whole(value))
        case Compare(Name(name), op, Name(other)):
            return _compare_names(*slots.place(name, of_list), _OPERATORS[op], *slots.place(other, of_list))
        case Compare(left, op, right):
            return _compare(formula(left, slots, of_list), _OPERATORS[op], formula(right, slots, of_list))
        case Among(name, values):
            unclear = slots.unclear.get(name.name, frozenset())
            return _among(*slots.place(name.name, of_list), frozenset(values), unclear)
        case Includes(name, value):
            return _includes(slots.reader(name.name, of_list), value)
        case Given(name, word):
            return _given(slots.reader(name.name, of_list), word == "kjent")


def unknowns(leaf: Leaf, slots: Slots, frame: Frame, of_list: str | None = None) -> Unknown:
    """What a leaf's operands lack in this frame."""
    cause = NOTHING
    for name in operand_names(leaf):
        value = slots.reader(name.name, of_list)(frame)
        if type(value) is Unknown:
            cause |= value
        elif type(value) is Between:
            cause |= value.cause
    return cause


def tree(condition: Condition, slots: Slots, of_list: str | None = None) -> Comparator:
    """A whole condition as one function of a frame, for conditions inside definitions, components and notes."""
    match condition:
        case All(parts):
            return _fold([tree(part, slots, of_list) for part in parts], both, JA, NO)
        case AnyOf(parts):
            return _fold([tree(part, slots, of_list) for part in parts], either, NEI, YES)
        case Not(part):
            inner = tree(part, slots, of_list)
            return lambda frame: opposite(inner(frame))
        case Judgement():
            return lambda frame: SKJØNN
        case _:
            return comparator(condition, slots, of_list)


def _fold(parts: Sequence[Comparator], combine: Callable[[int, int], int], start: int, settled: int) -> Comparator:
    """The parts combined from left to right, until the answer has the bit that no later part can change."""
    if len(parts) == 1:
        return parts[0]

    def evaluate(frame: Frame) -> int:
        code = start
        for part in parts:
            code = combine(code, part(frame))
            if code & settled:
                return code
        return code

    return evaluate


def _compare(left: Reader, holds: Callable[[Any, Any], bool], right: Reader) -> Comparator:
    def compare(frame: Frame) -> int:
        first, second = left(frame), right(frame)
        kind = type(first)
        if kind is Unknown or kind is Between or type(second) is Unknown or type(second) is Between:
            return _interval(first, holds, second)
        return JA if holds(first, second) else NEI

    return compare


def _compare_names(
    slot: int, read: Reader, holds: Callable[[Any, Any], bool], other_slot: int, read_other: Reader
) -> Comparator:
    """As `_compare`, without a call to read what is there already."""

    def compare(frame: Frame) -> int:
        first, second = frame[slot], frame[other_slot]
        if first is UNSET:
            first = read(frame)
        if second is UNSET:
            second = read_other(frame)
        kind, other_kind = type(first), type(second)
        if kind is Unknown or kind is Between or other_kind is Unknown or other_kind is Between:
            return _interval(first, holds, second)
        return JA if holds(first, second) else NEI

    return compare


def _compare_constant(slot: int, read: Reader, holds: Callable[[Any, Any], bool], constant: Any) -> Comparator:
    def compare(frame: Frame) -> int:
        first = frame[slot]
        if first is UNSET:
            first = read(frame)
        kind = type(first)
        if kind is Unknown or kind is Between:
            return _interval(first, holds, constant)
        return JA if holds(first, constant) else NEI

    return compare


def _interval(first: Value, holds: Callable[[Any, Any], bool], second: Value) -> int:
    if type(first) is Unknown:
        return _undecided(first, second) if type(second) is Unknown else _undecided(first)
    if type(second) is Unknown:
        return _undecided(second)
    low, high = (first.low, first.high) if type(first) is Between else (first, first)
    other_low, other_high = (second.low, second.high) if type(second) is Between else (second, second)
    if holds is operator.eq:
        if low == high == other_low == other_high:
            return JA
        apart = high < other_low or low > other_high  # type: ignore[operator]
        answers = {False} if apart else {True, False}
    else:
        answers = {holds(one, other) for one in (low, high) for other in (other_low, other_high)}
    if len(answers) == 1:
        return JA if answers.pop() else NEI
    return _undecided(*(value.cause for value in (first, second) if type(value) is Between))


def _undecided(cause: Unknown, *others: Unknown) -> int:
    if cause.facts or cause.rates or not cause.judged:
        return UAVKLART
    return SKJØNN if all(other.only_judgement for other in others) else UAVKLART


def _among(slot: int, read: Reader, values: frozenset[str], unclear: frozenset[str]) -> Comparator:
    def among(frame: Frame) -> int:
        value = frame[slot]
        if value is UNSET:
            value = read(frame)
        if type(value) is Unknown:
            return _undecided(value)
        if value in values:
            return JA
        return SKJØNN if value in unclear else NEI

    return among


def _includes(read: Reader, wanted: str) -> Comparator:
    def includes(frame: Frame) -> int:
        value = read(frame)
        if type(value) is Unknown:
            return _undecided(value)
        assert isinstance(value, frozenset)
        return JA if wanted in value else NEI

    return includes


def _given(read: Reader, of_table: bool) -> Comparator:
    """Whether a fact is stated, or a table's value known. Which row of a table, can itself hang on a fact that is missing."""

    def given(frame: Frame) -> int:
        value = read(frame)
        if type(value) is Between:
            return UAVKLART if of_table else JA if value.cause.free else NEI
        if type(value) is not Unknown:
            return JA
        return UAVKLART if value.free or (of_table and not value.rates) else NEI

    return given


def comparable(value: Any) -> Any:
    """A moment as the date it falls on, a whole number as an int, which compares faster; anything else as it is."""
    return value.date() if isinstance(value, datetime) else whole(value)
