"""The solver behind the proofs: whether it is installed, how long it may think, and what an answer from it is."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.text.fault import Fault, Faults
from engine.text.place import Place

#: how long one question may take, in seconds
QUESTION = 5

SAT, UNSAT, UNDECIDED = "sat", "unsat", "ikke avgjort"


def require() -> None:
    """Raises Faults, with what to install, when the solver is not there."""
    if importlib.util.find_spec("z3") is None:
        raise Faults(
            [
                Fault(
                    Place("kommandolinjen", 1, 1),
                    "BEVIS-MANGLER",
                    "z3-solver er ikke installert",
                    "bevis og sammenligninger regnes ut med den",
                    "installer den med «pip install 'alis-regler[bevis]'»",
                )
            ]
        )


class Undecided(Exception):
    """The solver did not answer in time, or the rules say something it has no formula for. `str()` is bokmål."""


@dataclass(slots=True)
class Clock:
    """The time left for a whole run, in seconds; None is no limit."""

    limit: float | None = None
    started: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Seconds left, at most what one question may take. Raises Undecided when there are none."""
        if self.limit is None:
            return QUESTION
        left = self.limit - (time.monotonic() - self.started)
        if left <= 0:
            raise Undecided("tiden var ute")
        return min(left, QUESTION)

    def share(self, among: int) -> Clock:
        """A clock for one of so many tasks, with an even share of what is left."""
        if self.limit is None:
            return Clock()
        return Clock(max(0.0, self.limit - (time.monotonic() - self.started)) / among)


class Question:
    """Formulas to be met together. Several may be asked in turn; `push` and `pop` keep what is shared."""

    def __init__(self, formulas: Iterable[Any], clock: Clock) -> None:
        import z3

        self.solver = z3.SimpleSolver()  # for many small questions in turn: a third of the time of `Solver`
        self.clock = clock
        self.add(formulas)

    def add(self, formulas: Iterable[Any]) -> None:
        """Formulas that must hold; Python's True and False are formulas too."""
        import z3

        for one in formulas:
            if one is not True:
                self.solver.add(z3.BoolVal(False) if one is False else one)

    def holds(self, *assumed: Any) -> bool:
        """Whether everything can hold at once with what is assumed. Raises Undecided."""
        import z3

        if any(one is False for one in assumed):
            return False
        self.solver.set("timeout", max(1, int(self.clock.left() * 1000)))
        answer = self.solver.check(*(one for one in assumed if one is not True))
        if answer == z3.unknown:
            raise Undecided("løseren ga ikke svar innen tidsgrensen")
        return bool(answer == z3.sat)

    def model(self) -> Any:
        """Values that meet the formulas; after `holds` has answered yes."""
        return self.solver.model()
