"""Forward chaining over small integers: layers of conjunctions, run by durable-rules.

A program is a chain of layers. The fields of the first layer are given; every conjunction whose tests all hold
fires its conclusion; what fired in a layer is combined into the fields of the next, in the same session of the
runtime. Layers with more rules or fields than the runtime bears in one rule set are cut, and long programs are
spread over several rule sets, evaluated in turn; the answer is the same. ``forward_host`` tells how the runtime is
kept sound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.decide.forward_host import (
    BOUND,
    MAX_FIELDS,
    MAX_GROUPS,
    MAX_RULES,
    Evaluation,
    Group,
    Rule,
    RuleSet,
    RuntimeFault,
    available,
    turn,
)

__all__ = ["Combine", "Conjunction", "Layer", "Program", "ProgramTooLarge", "RuntimeFault", "Test", "available"]

MAX_TESTS = 400  # in one conjunction, repetitions not counted: each is a node of about 5 kB in the runtime
MAX_LAYERS = 200
MAX_CONJUNCTIONS = 4800  # in a program: 100 rule sets

Combine = Callable[[Sequence[int]], tuple[int, ...]]
"""Conclusions fired in a layer (sorted, distinct) to the field values of the next layer."""


class Test(NamedTuple):
    """Field number ``field`` compared with ``value``; ``op`` is ``==``, ``>=`` or ``<=``."""

    field: int
    op: str
    value: int


class Conjunction(NamedTuple):
    """Fires ``conclusion`` when all tests hold; with no tests, always."""

    tests: tuple[Test, ...]
    conclusion: int


@dataclass(frozen=True)
class Layer:
    """Rules over ``fields`` integers, numbered from 0."""

    fields: int
    rules: tuple[Conjunction, ...]


class ProgramTooLarge(ValueError):
    """More tests, rules or layers than the runtime is known to bear."""


class Program:
    """A chain of layers, compiled. Kept by the runtime for the life of the process: build once, run often."""

    def __init__(self, layers: Sequence[Layer], combines: Sequence[Combine]) -> None:
        """``combines[n]`` leads from layer n to layer n + 1.

        Raises ValueError for what is not well formed, ProgramTooLarge for what the runtime is not known to bear, and
        RuntimeFault if the runtime is missing or fails.
        """
        layers, combines = tuple(layers), tuple(combines)
        _check_program(layers, combines)
        if not available():
            raise RuntimeFault("durable rules cannot be used on this Python")
        self._fields = layers[0].fields
        with turn():
            try:
                self._rule_sets = [RuleSet(groups) for groups in _cut(layers, combines)]
            except RuntimeFault:
                raise
            except Exception as error:
                raise RuntimeFault(f"the runtime refused a program: {error}") from error

    def run(self, values: Sequence[int]) -> tuple[tuple[int, ...], ...]:
        """The sorted distinct conclusions of each layer.

        Raises ValueError if ``values`` are not the first layer's integers within ±2^62, and RuntimeFault, from its
        cause, if anything fails after that, a combine included. Safe from any thread; one run at a time in a process.
        """
        evaluation = Evaluation(_checked(values, self._fields))
        with turn():
            for rule_set in self._rule_sets:
                rule_set.evaluate(evaluation)
        return tuple(evaluation.layers)


def _cut(layers: Sequence[Layer], combines: Sequence[Combine]) -> Iterator[list[Group]]:
    """Groups for one rule set after another, none with too many rules or groups."""
    groups: list[Group] = []
    rules = 0
    for number, layer in enumerate(layers):
        chunks = list(_chunks(layer))
        for chunk in chunks:
            if rules + len(chunk) > MAX_RULES or len(groups) == MAX_GROUPS:
                yield groups
                groups, rules = [], 0
            closing: Callable[[Evaluation], None] = _end_layer
            if chunk is not chunks[-1]:
                closing = _keep
            elif number < len(combines):
                closing = _combining(combines[number], layers[number + 1].fields)
            groups.append(_group(layer, chunk, closing))
            rules += len(chunk)
    yield groups


def _chunks(layer: Layer) -> Iterator[list[Conjunction]]:
    """The rules in their order, in parts that one fact and one rule set bear; one part where there are none."""
    chunk: list[Conjunction] = []
    read: set[int] = set()
    for rule in layer.rules:
        own = {test.field for test in rule.tests}
        if chunk and (len(chunk) == MAX_RULES or len(read | own) > MAX_FIELDS):
            yield chunk
            chunk, read = [], set()
        chunk.append(rule)
        read |= own
    yield chunk


def _group(layer: Layer, chunk: Sequence[Conjunction], closing: Callable[[Evaluation], None]) -> Group:
    """The rules over a fact of every field, or of those they read when the layer has more than a fact bears."""
    reads: Sequence[int] = range(layer.fields)
    if layer.fields > MAX_FIELDS:
        reads = sorted({test.field for rule in chunk for test in rule.tests})
    place = {field: number for number, field in enumerate(reads)}
    rules = [
        Rule([Test(place[field], op, value) for field, op, value in rule.tests], rule.conclusion) for rule in chunk
    ]
    return Group(reads, rules, closing)


def _keep(evaluation: Evaluation) -> None:
    """The layer goes on in another group, with the same values."""


def _end_layer(evaluation: Evaluation) -> None:
    evaluation.layers.append(tuple(sorted(set(evaluation.fired))))
    evaluation.fired.clear()


def _combining(combine: Combine, fields: int) -> Callable[[Evaluation], None]:
    def end_layer(evaluation: Evaluation) -> None:
        _end_layer(evaluation)
        evaluation.values = _checked(combine(evaluation.layers[-1]), fields)

    return end_layer


def _checked(values: Sequence[int], fields: int) -> tuple[int, ...]:
    numbers = tuple(values)
    if len(numbers) != fields:
        raise ValueError(f"{len(numbers)} values for {fields} fields")
    if numbers and (set(map(type, numbers)) != {int} or max(numbers) > BOUND or min(numbers) < -BOUND):
        raise ValueError("a value is not an integer within ±2^62")
    return numbers


def _check_program(layers: tuple[Layer, ...], combines: tuple[Combine, ...]) -> None:
    if not layers:
        raise ValueError("a program without layers")
    if len(combines) != len(layers) - 1:
        raise ValueError(f"{len(combines)} combines for {len(layers)} layers")
    if len(layers) > MAX_LAYERS or sum(len(layer.rules) for layer in layers) > MAX_CONJUNCTIONS:
        raise ProgramTooLarge(f"more than {MAX_LAYERS} layers or {MAX_CONJUNCTIONS} rules")
    for layer in layers:
        if type(layer.fields) is not int or layer.fields < 0:
            raise ValueError(f"a layer with {layer.fields!r} fields")
        for rule in layer.rules:
            _check_rule(rule, layer.fields)


def _check_rule(rule: Conjunction, fields: int) -> None:
    if type(rule.conclusion) is not int:
        raise ValueError(f"conclusion {rule.conclusion!r} is not an integer")
    if len(set(rule.tests)) > MAX_TESTS:
        raise ProgramTooLarge(f"{len(set(rule.tests))} tests in a rule, more than {MAX_TESTS}")
    for test in rule.tests:
        if type(test.field) is not int or not 0 <= test.field < fields:
            raise ValueError(f"no field {test.field!r} among {fields}")
        if test.op not in ("==", ">=", "<="):
            raise ValueError(f"unknown operator {test.op!r}")
        _checked((test.value,), 1)
    if len({test.field for test in rule.tests}) > MAX_FIELDS:
        raise ProgramTooLarge(f"a rule over more than {MAX_FIELDS} fields")
