"""A solver that is told more as more comes to be known, and its latest answers, in which most things are seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from engine.prove.logic import Bool
from engine.prove.solver import Question
from engine.prove.witness import true_in

#: answers kept of each solver: most things are seen in one that is there already
KEPT = 6


class Asked:
    """A solver that is told each formula once, and its latest answers."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.models: list[Any] = []
        self._told: dict[Any, Bool] = {}

    def learn(self, formulas: Iterable[Bool]) -> None:
        for formula in formulas:
            key = formula if isinstance(formula, bool) else formula.ast.value
            if key not in self._told:
                self._told[key] = formula  # kept, so that its address stays its own
                self.question.add([formula])
                self.models = []  # they may not meet it

    def shows(self, looks: Bool) -> bool:
        """Whether something looks so; an earlier answer may show it already."""
        if looks is False:
            return False
        if any(true_in(model, looks) for model in self.models):
            return True
        if not self.question.holds(looks):
            return False
        self.models = [self.question.model(), *self.models[: KEPT - 1]]
        return True

    @contextmanager
    def aside(self, formulas: Iterable[Bool]) -> Iterator[Question]:
        """The solver with more that must hold; what is asked or told inside is forgotten after."""
        self.question.solver.push()
        try:
            self.question.add(formulas)
            yield self.question
        finally:
            self.question.solver.pop()
