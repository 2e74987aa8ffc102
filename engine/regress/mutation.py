"""Rule mutation: every mutant tried against the test cases, the likeliest case first, until one notices.

A mutant no case notices is put to the rule check; what the check refuses never reaches a decision. The rest is either recorded as
equivalent, with a reason, or survives: a change of the rules that nobody would see.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from multiprocessing import get_context
from typing import Any, TypeVar

from engine.decide.agreement import Evaluator
from engine.decide.check import check_forms
from engine.language.check import check_rulebook
from engine.language.rulebook import Rulebook
from engine.regress.expectation import deviations
from engine.regress.mutant import Mutant, Part, mutants
from engine.regress.mutation_case import Case, naive, written
from engine.regress.mutation_reach import NAMED, Reach
from engine.text.fault import FaultList, Faults

U = TypeVar("U")

NOTICED, REFUSED, SURVIVED = "merket", "stanset av kontrollen", "ikke merket"

#: when this many cases have let a mutant pass, the rule check is asked before the rest
SUSPICIOUS = 12

#: how many cases, the likeliest first, try a change that is recorded as equivalent: enough to tell that the record is wrong
ENOUGH = 64


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one mutant: the case that noticed it or the fault that refused it, and how many cases were tried."""

    mutant: int
    status: str
    noticed_by: str = ""
    what: str = ""
    tried: int = 0


class Bench:
    """The rules, the cases and the mutants by number. Cases that noticed a change of a part are tried first on the next one.

    `exempt` are the ids of the mutants recorded as equivalent.
    """

    def __init__(self, book: Rulebook, cases: Sequence[Case], exempt: frozenset[str] = frozenset()) -> None:
        self.book = book
        self.cases = cases
        self.exempt = exempt
        self.mutants = mutants(book)
        self._reach = {name: Reach(scheme) for name, scheme in book.schemes.items()}
        self._noticing: dict[Part, Counter[int]] = {}

    def reached(self, mutant: Mutant) -> frozenset[Part]:
        """The parts a mutant can change the answer of."""
        schemes = self._reach if mutant.scheme is None else [mutant.scheme]
        return frozenset().union(*(self._reach[name].of([mutant.part]) for name in schemes))

    def names(self, mutant: Mutant) -> frozenset[str]:
        """The names that the answers a mutant can change hang on."""
        schemes = self._reach if mutant.scheme is None else [mutant.scheme]
        return frozenset().union(*(self._reach[name].names(self.reached(mutant)) for name in schemes))

    def read(self, mutant: Mutant) -> frozenset[str]:
        """The names that the changed part hangs on, and what reads it."""
        schemes = [self._reach[name] for name in (self._reach if mutant.scheme is None else [mutant.scheme])]
        return frozenset().union(*(reach.names([mutant.part, *reach.readers(mutant.part)]) for reach in schemes))

    def decides(self, mutant: Mutant) -> bool:
        """Whether a mutant can change more than notes."""
        return any(part.section not in ("merknader", *NAMED) for part in self.reached(mutant))

    def order(self, mutant: Mutant) -> list[int]:
        """The cases of the mutant's scheme, by number, the likeliest to notice it first."""
        reached = self.reached(mutant)
        noticing = self._noticing.get(mutant.part, Counter())
        own = [
            number
            for number, case in enumerate(self.cases)
            if mutant.scheme is None or case.application.scheme == mutant.scheme
        ]
        names = self.names(mutant)
        bearing = {number: self.cases[number].bearing(mutant, reached, names) for number in own}
        return sorted(own, key=lambda number: (-bearing[number] - min(noticing[number], 3), number))

    def trial(self, number: int) -> Trial:
        """The mutant tried until a case notices."""
        mutant = self.mutants[number]
        book = mutant.laid_on(self.book)
        by = naive()
        order = self.order(mutant)[: ENOUGH if mutant.id in self.exempt else None]
        for tried, case in enumerate(order, start=1):
            if tried == SUSPICIOUS and (refused := refusal(book, mutant.scheme)):
                return Trial(number, REFUSED, what=refused, tried=tried - 1)
            what = _notices(self.cases[case], book, by)
            if what:
                self._noticing.setdefault(mutant.part, Counter())[case] += 1
                return Trial(number, NOTICED, self.cases[case].path, what, tried)
        if len(order) < SUSPICIOUS and (refused := refusal(book, mutant.scheme)):
            return Trial(number, REFUSED, what=refused, tried=len(order))
        return Trial(number, SURVIVED, tried=len(order))


def _notices(case: Case, book: Rulebook, by: Sequence[Evaluator]) -> str:
    """How a case notices the changed rules; empty when it does not."""
    assert case.application.expected is not None
    try:
        found = deviations(case.application.expected, written(case.application, book, by))
    except Exception as error:  # rules that cannot decide a case stop a test run, whatever they break
        return f"saken kan ikke avgjøres: {type(error).__name__}"
    return str(found[0]) if found else ""


def refusal(book: Rulebook, scheme: str | None) -> str:
    """Why the check refuses the rules; empty when it does not."""
    faults = FaultList()
    schemes = book.schemes if scheme is None else {scheme: book.schemes[scheme]}
    try:
        check_rulebook(book.vocabulary, schemes, faults)
        check_forms(replace(book, schemes=schemes, compiled={}))
    except Faults as found:
        faults.extend(found)
    return str(next(iter(faults), ""))


# --- many mutants ----------------------------------------------------------------------------------------------------------


class Workers:
    """Processes that each have a bench of their own; with one process, the work is done here."""

    def __init__(
        self, book: Rulebook, cases: Sequence[Case], exempt: frozenset[str] = frozenset(), processes: int | None = None
    ) -> None:
        self.count = processes if processes is not None else os.cpu_count() or 1
        self.bench = Bench(book, cases, exempt)
        self._pool: ProcessPoolExecutor | None = None
        if self.count > 1:
            plain = replace(book, compiled={})
            self._pool = ProcessPoolExecutor(
                self.count, get_context("spawn"), _open_here, (plain, tuple(cases), exempt)
            )

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *problem: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def run(self, work: Callable[[Bench, Any], U], tasks: Sequence[Any]) -> Iterator[U]:
        """The work done on each task, in order."""
        if self._pool is None:
            yield from (work(self.bench, task) for task in tasks)
        else:
            yield from self._pool.map(partial(_do_here, work), tasks)


_here: list[Bench] = []


def _open_here(book: Rulebook, cases: Sequence[Case], exempt: frozenset[str]) -> None:
    _here[:] = [Bench(book, cases, exempt)]


def _do_here(work: Callable[[Bench, Any], U], task: Any) -> U:
    return work(_here[0], task)


def try_all(workers: Workers, numbers: Sequence[int]) -> Iterator[Trial]:
    """Every mutant tried. Those of the same part are tried by the same process, which learns which cases notice."""
    of = workers.bench.mutants
    groups = [tuple(members) for _, members in groupby(numbers, key=lambda number: of[number].part)]
    for trials in workers.run(_try_group, groups):
        yield from trials


def _try_group(bench: Bench, numbers: tuple[int, ...]) -> list[Trial]:
    return [bench.trial(number) for number in numbers]
