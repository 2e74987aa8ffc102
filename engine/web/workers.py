"""Processes that hold the rules ready. A decision is a few milliseconds of Python, and the forward-chaining runtime takes one
evaluation at a time in a process, so work on rules is done here and never in the process that answers the network.
"""

from __future__ import annotations

import os
import threading
from asyncio import wrap_future
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from engine.language.kept import open_kept
from engine.language.rulebook import VOCABULARY_FILE, Rulebook, rule_files
from engine.text.fault import Fault, Faults
from engine.text.place import Place

P = ParamSpec("P")
T = TypeVar("T")

#: the processes are replaced after so many pieces of work, so that nothing they leak lasts
_WORN_OUT = 20_000


class Workers:
    """A few processes, started when first asked. Work is a function of a module.

    `run`, `asked` and `start` give it the rules as they stand for its first argument, and read them anew when a file has changed;
    `alone` gives it nothing, for work on other rules. `most` bounds what waits: past it, work is refused (WEB-OPPTATT).
    """

    def __init__(self, root: Path, count: int, most: int = 2_000, lasts: int = _WORN_OUT) -> None:
        self.root = root
        self.count = count
        self.most = most
        self.lasts = lasts
        self._waiting = 0
        self._done = 0
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def run(self, work: Callable[Concatenate[Rulebook, P], T], *given: P.args, **named: P.kwargs) -> T:
        """Have the work done and wait for it. What it raises, `Faults` above all, is raised here."""
        done: T = self._again(_done, work, given, named)
        return done

    def alone(self, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """The same for work that asks for no rules."""
        done: T = self._again(_plainly, work, given, named)
        return done

    async def asked(self, work: Callable[Concatenate[Rulebook, P], T], *given: P.args, **named: P.kwargs) -> T:
        """`run`, for who awaits."""
        future, pool = self._submit(_done, work, given, named)
        try:
            done: T = await wrap_future(future)
        except BrokenProcessPool:
            self._drop(pool)
            done = await wrap_future(self._submit(_done, work, given, named)[0])
        return done

    def start(self, work: Callable[Concatenate[Rulebook, P], T], *given: P.args, **named: P.kwargs) -> Future[T]:
        """Have the work done, without waiting."""
        future: Future[T] = self._submit(_done, work, given, named)[0]
        return future

    def warm(self) -> None:
        """Start all the processes and read the rules in each. Raises Faults when the rules cannot be read."""
        for future in [self.start(_look) for _ in range(self.count)]:
            future.result()

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _again(self, way: Callable[..., T], *given: Any) -> T:
        future, pool = self._submit(way, *given)
        try:
            return future.result()
        except BrokenProcessPool:  # a worker was killed; the work only reads, so it may be done again
            self._drop(pool)
            return self._submit(way, *given)[0].result()

    def _submit(self, way: Callable[..., T], *given: Any) -> tuple[Future[T], ProcessPoolExecutor]:
        with self._lock:
            if self._waiting >= self.most:
                why, next_step = f"{self._waiting} venter allerede", "vent litt, og prøv igjen"
                raise Faults([Fault(Place("tjenesten", 1, 1), "WEB-OPPTATT", "tjenesten er opptatt", why, next_step)])
            if self._done >= self.lasts:
                self._retire()
            if self._pool is None:
                self._pool = ProcessPoolExecutor(self.count, get_context("spawn"), _ready, (self.root,))
            pool = self._pool
            try:
                future = pool.submit(way, *given)
            except BrokenProcessPool:  # found out just now; the next in line makes new ones
                self._retire()
                self._pool = pool = ProcessPoolExecutor(self.count, get_context("spawn"), _ready, (self.root,))
                future = pool.submit(way, *given)
            self._waiting += 1
            self._done += 1
        future.add_done_callback(self._finished)
        return future, pool

    def _finished(self, _: Future[Any]) -> None:
        with self._lock:
            self._waiting -= 1

    def _drop(self, broken: ProcessPoolExecutor) -> None:
        """Leave a pool that lost a process, unless someone else has left it already."""
        with self._lock:
            if self._pool is broken:
                self._retire()

    def _retire(self) -> None:
        """Take no more work to these processes; what they have is done first. (The pool's own way to renew its processes can hang.)"""
        pool, self._pool, self._done = self._pool, None, 0
        if pool is not None:
            pool.shutdown(wait=False)


class _Here:
    """The rules of this process, read anew when a file has changed."""

    root = Path()
    stamp: tuple[object, ...] = ()
    book: Rulebook | None = None


def _ready(root: Path) -> None:
    _Here.root = root
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A service that is killed cannot tell its processes; they would wait for ever for work that nobody can give."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _done(work: Callable[..., T], given: tuple[Any, ...], named: dict[str, Any]) -> T:
    return work(_book(), *given, **named)


def _plainly(work: Callable[..., T], given: tuple[Any, ...], named: dict[str, Any]) -> T:
    return work(*given, **named)


def _book() -> Rulebook:
    stamp = stamp_of(_Here.root)
    if _Here.book is None or stamp != _Here.stamp:
        _Here.book, _Here.stamp = None, ()
        _Here.book = open_kept(_Here.root)
        _Here.stamp = stamp
    return _Here.book


def stamp_of(root: Path) -> tuple[object, ...]:
    """What is different after any change of the rule files: names, sizes and times."""
    found = []
    for path in (root / VOCABULARY_FILE, *rule_files(root)):
        try:
            status = path.stat()
        except FileNotFoundError:  # gone since it was listed
            continue
        found.append((str(path), status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _look(_: Rulebook) -> None:
    """The work of `warm`: having the rules is enough. A worker needs time to start, so each of them gets its share."""
    import time

    time.sleep(0.05)
