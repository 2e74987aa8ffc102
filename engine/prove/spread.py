"""Work spread over processes: each gets a share of the questions, with what the parent has already read and compiled."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from multiprocessing import get_all_start_methods, get_context
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

#: below this many questions a second process costs more than it gives
WORTH_SHARING = 24

_work: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []


def spread(
    ask: Callable[[T], R], questions: Sequence[T], processes: int | None = None, worth: int = WORTH_SHARING
) -> list[R]:
    """The answers, in the order of the questions. `ask` may be anything; only the answers must be picklable."""
    wanted = processes or min(4, os.cpu_count() or 1)
    if wanted < 2 or len(questions) < worth or "fork" not in get_all_start_methods():
        return [ask(question) for question in questions]
    _work.append((ask, questions))
    try:
        with get_context("fork").Pool(wanted) as pool:
            return pool.map(_answer, range(len(questions)), chunksize=max(1, len(questions) // (wanted * 8)))
    finally:
        _work.pop()


def _answer(number: int) -> Any:
    ask, questions = _work[-1]
    return ask(questions[number])
