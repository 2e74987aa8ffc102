"""Answers packed in whole numbers: two bits a leaf, so that a row's answers are a few columns to look up by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import product

import numpy as np
import numpy.typing as npt

from engine.batch.answer import Answer
from engine.batch.vector import Expr, whole
from engine.case.truth import JA, NEI, SKJØNN, UAVKLART

#: leaves in one word
PER_WORD = 31

#: the answer codes of the two bits
CODES = (UAVKLART, JA, NEI, SKJØNN)

#: rows of whole numbers
Rows = npt.NDArray[np.int64]

#: one leaf's answer in each of some rows, as its two bits
Column = npt.NDArray[np.uint8]


class Words:
    """Where each leaf of a group stands, for the leaves that one table answers."""

    def __init__(self, name: str, leaves: Sequence[int]) -> None:
        self.leaves = tuple(leaves)
        self.columns = tuple(f"{name}{word}" for word in range(-(-len(self.leaves) // PER_WORD)))

    def pack(self, answers: Mapping[int, Answer]) -> dict[str, Expr]:
        """The columns, from the answer of each leaf."""
        packed = {}
        for place, column in enumerate(self.columns):
            own = self.leaves[place * PER_WORD : (place + 1) * PER_WORD]
            parts = [answers[leaf].code(2 * shift) for shift, leaf in enumerate(own)]
            packed[column] = reduce(lambda left, right: left | right, parts, whole(0))
        return packed

    def possible(self, answers: Mapping[int, Answer]) -> Iterator[tuple[int, ...]]:
        """The values that the columns of a row may have, from the answer of each leaf: all ways to put answers together."""
        for codes in product(*(answers[leaf].codes for leaf in self.leaves)):
            starts = range(0, len(codes), PER_WORD)
            words = [codes[start : start + PER_WORD] for start in starts]
            yield tuple(sum(code << 2 * shift for shift, code in enumerate(word)) for word in words)

    def unpack(self, rows: Rows) -> dict[int, Column]:
        """The answers of each leaf, from rows of the columns' values."""
        return {
            leaf: ((rows[:, place // PER_WORD] >> 2 * (place % PER_WORD)) & 3).astype(np.uint8)
            for place, leaf in enumerate(self.leaves)
        }
