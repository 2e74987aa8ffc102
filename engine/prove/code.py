"""Answers as the evaluators' four bits, each a formula: surely met, surely not met, and both of these if a person judges so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from engine.case.truth import MAYBE_NO, MAYBE_YES, NO, YES
from engine.decide.group import Tree
from engine.prove.logic import Bool, conj, differ, disj, neg


class Code(NamedTuple):
    """An answer. The four are as in `engine.case.truth`."""

    yes: Bool
    no: Bool
    maybe_yes: Bool
    maybe_no: Bool

    @property
    def ja(self) -> Bool:
        return self.yes

    @property
    def nei(self) -> Bool:
        return conj(neg(self.yes), self.no)

    @property
    def skjønn(self) -> Bool:
        return conj(neg(self.yes), neg(self.no), self.maybe_yes, self.maybe_no)

    @property
    def uavklart(self) -> Bool:
        return conj(neg(self.yes), neg(self.no), neg(conj(self.maybe_yes, self.maybe_no)))

    def settled(self, answer: str) -> Bool:
        """Whether this is the answer the code settles to."""
        return {"ja": self.ja, "nei": self.nei, "skjønn": self.skjønn, "uavklart": self.uavklart}[answer]

    def differs(self, other: Code) -> Bool:
        """Whether two codes settle to different answers."""
        return disj(*(differ(self.settled(one), other.settled(one)) for one in ("ja", "nei", "skjønn")))


def constant(code: int) -> Code:
    """A code that is known, from its bits."""
    return Code(bool(code & YES), bool(code & NO), bool(code & MAYBE_YES), bool(code & MAYBE_NO))


def answered(yes: Bool, no: Bool, judged: Bool = False) -> Code:
    """Surely yes, surely no, or neither; then `judged` tells whether only a person's judgement is lacking."""
    left = conj(judged, neg(yes), neg(no))
    return Code(yes, no, disj(yes, left), disj(no, left))


def known(holds: Bool) -> Code:
    """An answer that is surely one or the other."""
    return Code(holds, neg(holds), holds, neg(holds))


def both(parts: Sequence[Code]) -> Code:
    """Kleene and."""
    return Code(
        conj(*(one.yes for one in parts)),
        disj(*(one.no for one in parts)),
        conj(*(one.maybe_yes for one in parts)),
        disj(*(one.maybe_no for one in parts)),
    )


def either(parts: Sequence[Code]) -> Code:
    """Kleene or."""
    return Code(
        disj(*(one.yes for one in parts)),
        conj(*(one.no for one in parts)),
        disj(*(one.maybe_yes for one in parts)),
        conj(*(one.maybe_no for one in parts)),
    )


def opposite(code: Code) -> Code:
    """Kleene not."""
    return Code(code.no, code.yes, code.maybe_no, code.maybe_yes)


def chosen(choices: Sequence[tuple[Bool, Code]]) -> Code:
    """The code of the one choice that holds."""
    return Code(*(disj(*(conj(holds, code[bit]) for holds, code in choices)) for bit in range(4)))


def walk(tree: Tree, leaf: Callable[[int], Code]) -> Code:
    """A group's tree as one code, from the codes of its leaves."""
    if isinstance(tree, int):
        return leaf(tree)
    sign, parts = tree
    found = [walk(part, leaf) for part in parts]
    if sign == "!":
        return opposite(found[0])
    return both(found) if sign == "&" else either(found)
