"""Leaves of conditions as columns of answers, and the trees of definitions and variants on top of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from math import lcm
from typing import TYPE_CHECKING

import ibis

from engine.batch.vector import FACTS, JUDGED, Choice, Expr, Number, Several, Text, Vector, bits, whole
from engine.decide.group import Group
from engine.language.condition import All, Among, Compare, Condition, Given, Includes, Judgement, Leaf, Not, leaves
from engine.language.condition import Any as AnyOf

if TYPE_CHECKING:
    from engine.batch.frame import Frame


@dataclass(frozen=True)
class Answer:
    """At most one of `yes` and `no` holds; where neither does, one may be NULL, and `judged` (None: never) tells whether a person judges.

    Where none of them holds, something is missing.
    """

    yes: Expr
    no: Expr
    judged: Expr | None = None
    total: bool = False
    """Whether every row is yes or no."""

    def code(self, shift: int) -> Expr:
        """Two bits: 1 yes, 2 no, 3 for a person to judge, 0 for missing."""
        one, two, three = whole(1 << shift), whole(2 << shift), whole(3 << shift)
        if self.total:
            return self.yes.ifelse(one, two)
        judged = [] if self.judged is None else [(self.judged, three)]
        return ibis.cases((self.yes, one), (self.no, two), *judged, else_=whole(0))

    @property
    def codes(self) -> tuple[int, ...]:
        """The two bits that a row may have."""
        return (1, 2) if self.total else (0, 1, 2) if self.judged is None else (0, 1, 2, 3)

    def sure(self) -> tuple[Expr, Expr]:
        """Whether it surely is yes, and whether it surely is no; never NULL."""
        return (self.yes, self.no) if self.total else (ibis.coalesce(self.yes, False), ibis.coalesce(self.no, False))


def answer(leaf: Leaf, frame: Frame) -> Answer:
    """A leaf's answers in every row."""
    match leaf:
        case Compare(left, op, right):
            return _compare(frame.formula(left), op, frame.formula(right))
        case Among(name, values):
            return _among(frame.vector(name.name), values)
        case Includes(name, value):
            return _includes(frame.vector(name.name), value)
        case Given(name, word):
            return _given(frame.vector(name.name), word == "kjent")


def answers(group: Group, leaves: Iterable[int], frame: Frame) -> dict[int, Answer]:
    """The answers of some of a group's leaves, by number."""
    told = ((number, group.leaves[number]) for number in leaves)
    return {number: answer(leaf, frame) for number, leaf in told if leaf is not None}


def _sure(test: Expr) -> Answer:
    return Answer(test, ~test, None, True)


def _compare(left: Number, op: str, right: Number) -> Answer:
    den = lcm(left.den, right.den)
    one, other = left.over(den), right.over(den)
    if one.cause is None and other.cause is None and not one.ranged and not other.ranged:
        return _sure(_holds(one.low, op, other.low))
    if op == "=":
        yes = (one.low == other.high) & (one.high == other.low)
        no = (one.high < other.low) | (one.low > other.high)
    elif op in ("<", "<="):
        yes, no = _holds(one.high, op, other.low), ~_holds(one.low, op, other.high)
    else:
        yes, no = _holds(one.low, op, other.high), ~_holds(one.high, op, other.low)
    return _undecided(yes, no, (one, other))


def _holds(left: Expr, op: str, right: Expr) -> Expr:
    match op:
        case "=":
            return left == right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def _undecided(yes: Expr, no: Expr, sides: tuple[Vector, ...]) -> Answer:
    """Answers that are NULL where a side is not known; there a person judges when nothing but judgement is lacking."""
    told = [side for side in sides if side.cause is not None]
    if not told:
        return Answer(yes, no)
    if len(told) == 1:
        cause = told[0].cause
    else:  # what is wholly unknown counts before what lies between two bounds
        unknown = [one.low.isnull() if isinstance(one, Number) else ibis.literal(False) for one in told]
        first, second = told
        causes: list[Expr] = [first.cause, second.cause]
        both = causes[0] | causes[1]
        cause = (unknown[0] == unknown[1]).ifelse(both, unknown[0].ifelse(*causes))
    return Answer(yes, no, cause == whole(JUDGED))


def _among(vector: Vector, values: tuple[str, ...]) -> Answer:
    assert isinstance(vector, Choice)
    codes = [number for number, choice in enumerate(vector.choices) if choice in values]
    unclear = [number for number, choice in enumerate(vector.choices) if choice in vector.unclear - set(values)]
    yes = _one_of(vector.code, codes)
    judged = _one_of(vector.code, unclear) if unclear else None
    if vector.cause is None:
        return _sure(yes) if judged is None else Answer(yes, ~yes & ~judged, judged)
    if judged is None:
        return _undecided(yes, ~yes, (vector,))
    missing = _undecided(yes, ~yes & ~judged, (vector,))
    return Answer(missing.yes, missing.no, judged if missing.judged is None else judged | missing.judged)


def _one_of(code: Expr, codes: list[int]) -> Expr:
    """Whether a code is one of some, as ranges: few comparisons, and none that some engine does by text."""
    if not codes:
        return code < code
    tests, first = [], codes[0]
    for one, after in zip(codes, [*codes[1:], None], strict=True):
        if after != one + 1:
            low, high = ibis.literal(first, "int8"), ibis.literal(one, "int8")
            tests.append(code == low if first == one else (code >= low) & (code <= high))
            first = after if after is not None else 0
    return reduce(lambda left, right: left | right, tests)


def _includes(vector: Vector, value: str) -> Answer:
    assert isinstance(vector, Several)
    bit = whole(1 << vector.choices.index(value))
    yes = (vector.mask & bit) != whole(0)
    if vector.cause is None:
        return _sure(yes)
    return _undecided(yes, ~yes, (vector,))


def _given(vector: Vector, of_table: bool) -> Answer:
    """Whether a fact is stated, or a table's value known; the row of a table can itself hang on a fact that is missing."""
    if vector.cause is None:
        yes = ibis.literal(True)
        return Answer(yes, ~yes)
    unknown = vector.cause != whole(0)
    if not of_table:
        return _sure(~unknown)
    by_rate = vector.cause >= whole(8)
    ranged = vector.low.notnull() if isinstance(vector, Number) else ibis.literal(False)
    return Answer(~unknown, unknown & by_rate & ~ranged)


# --- trees -----------------------------------------------------------------------------------------------------------------


def tree(condition: Condition, frame: Frame) -> tuple[Expr, Expr]:
    """Whether a condition is surely met, and whether it surely is not."""
    match condition:
        case All(parts) | AnyOf(parts):
            answers = [tree(part, frame) for part in parts]
            every = isinstance(condition, All)
            if not answers:
                return ibis.literal(every), ibis.literal(not every)
            yes = reduce((lambda a, b: a & b) if every else (lambda a, b: a | b), (one[0] for one in answers))
            no = reduce((lambda a, b: a | b) if every else (lambda a, b: a & b), (one[1] for one in answers))
            return yes, no
        case Not(part):
            yes, no = tree(part, frame)
            return no, yes
        case Judgement():
            return ibis.literal(False), ibis.literal(False)
        case _:
            return answer(condition, frame).sure()


def causes(condition: Condition, frame: Frame) -> Expr | None:
    """What the names in a condition lack, and which of them a person must judge."""
    found: list[Expr | None] = []
    for leaf in leaves(condition):
        for name in _names(leaf):
            found.append(frame.vector(name).cause)
        if isinstance(leaf, Among):
            vector = frame.vector(leaf.name.name)
            if isinstance(vector, Choice) and vector.unclear:
                unclear = [n for n, choice in enumerate(vector.choices) if choice in vector.unclear]
                judged = ibis.coalesce(_one_of(vector.code, unclear), False)
                found.append(judged.ifelse(whole(JUDGED), whole(0)))
    return bits(found)


def _names(leaf: Leaf) -> list[str]:
    from engine.language.condition import operand_names

    return [name.name for name in operand_names(leaf)]


__all__ = ["FACTS", "Answer", "Text", "answer", "causes", "tree"]
