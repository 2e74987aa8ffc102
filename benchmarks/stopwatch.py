"""Timing contenders side by side, and showing what was measured."""

from __future__ import annotations

import gc
import random
import resource
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

#: the steps of a contender: each takes what the one before gave, the first takes None
Steps = Mapping[str, Callable[[Any], Any]]
Clock = Callable[[], float]


def cpu_of_processes() -> float:
    """Seconds of processor time used by processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Samples:
    """Seconds of each step of one contender, repetition by repetition."""

    def __init__(self, steps: Steps, clock: Clock) -> None:
        self.steps = steps
        self.clock = clock
        self.laps: dict[str, list[float]] = {name: [] for name in steps}

    def take(self) -> None:
        value: Any = None
        clock = self.clock
        for name, step in self.steps.items():
            start = clock()
            value = step(value)
            self.laps[name].append(clock() - start)

    def seconds(self, *steps: str) -> list[float]:
        """Of these steps together (all when none is named), each repetition."""
        return [sum(laps) for laps in zip(*(self.laps[name] for name in steps or self.steps), strict=True)]

    def median(self, *steps: str) -> float:
        return statistics.median(self.seconds(*steps))


def side_by_side(
    contenders: Mapping[str, Steps], repetitions: int, clock: Clock, warm_up: int = 20
) -> dict[str, Samples]:
    """Every contender once a round, in a new order each round, so that a slow spell of the machine strikes all alike."""
    rng = random.Random(0)
    for _ in range(warm_up):
        for steps in contenders.values():
            Samples(steps, clock).take()
    found = {name: Samples(steps, clock) for name, steps in contenders.items()}
    order = list(found.values())
    gc.collect()
    for _ in range(repetitions):
        rng.shuffle(order)
        for samples in order:
            samples.take()
    return found


def share(seconds: Sequence[float], part: float) -> float:
    """The time that this part of the repetitions stays within."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def shown(seconds: Sequence[float]) -> list[str]:
    """Median and p99, with a unit."""
    return [amount(statistics.median(seconds)), amount(share(seconds, 0.99))]


def amount(seconds: float) -> str:
    if seconds >= 0.1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"


def aimed(seconds: float, aim: float) -> str:
    return f"under {amount(aim)}. Median {amount(seconds)}: {'met' if seconds < aim else 'NOT met'}."


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, lined up; the first column is text and the others are figures."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]

    def line(row: Sequence[str]) -> str:
        first, *others = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]
        return f"| {' | '.join(cells)} |"

    rule = "|" + "|".join("-" * (width + 1) + (":" if column else "-") for column, width in enumerate(widths)) + "|"
    return "\n".join([line(head), rule, *(line(row) for row in rows)])
