"""A progress bar on the terminal, gone when the work is done; nothing where no person is looking."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")


def with_progress(items: Iterable[T], total: int, doing: str) -> Iterator[T]:
    """The items as they come, told as so many of `total` behind the word for what is being done."""
    with _bar(doing) as bar:
        task = bar.add_task(doing, total=total)
        for item in items:
            yield item
            bar.advance(task)


def show_amounts(amounts: Iterable[int], total: int, doing: str) -> None:
    """Let work go on to its end; it gives how much is done of `total` each time. 0 in all is when nobody knows how much there is."""
    with _bar(doing) as bar:
        task = bar.add_task(doing, total=total or None)
        for amount in amounts:
            bar.advance(task, amount)


@contextmanager
def waiting(doing: str) -> Iterator[None]:
    """Tell what is being done while nobody knows how long it takes."""
    with _bar(doing) as bar:
        bar.add_task(doing, total=None)
        yield


def _bar(doing: str) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    return Progress(
        TextColumn(doing),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
