"""Running test cases: each decided and held against what it expects, alone, so that a broken one fails by itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from engine.case.application import read_application
from engine.decide.agreement import Disagreement
from engine.decide.decide import decide, evaluators
from engine.explain.contract import as_json
from engine.language.kept import open_kept
from engine.language.rulebook import Rulebook
from engine.regress.blame import Blame, blame
from engine.regress.expectation import Deviation, deviations
from engine.text.fault import Faults

PASSED, DEVIATES, UNUSABLE, UNTESTED = "bestått", "avvik", "ubrukelig", "uten forventning"

#: below this many cases a second process costs more than it gives
WORTH_SHARING = 200


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case. `rules` names what bore on it: relevant rules, exemptions used, notes given, rates calculated with.

    `seconds` is the time it took; two runs of the same case are equal whatever they took.
    """

    path: str
    id: str
    scheme: str
    year: str
    status: str
    description: str = ""
    provenance: tuple[tuple[str, str], ...] = ()
    differences: tuple[tuple[Deviation, tuple[Blame, ...]], ...] = ()
    problem: str = ""
    rules: frozenset[str] = frozenset()
    seconds: float = field(default=0.0, compare=False)

    @property
    def ok(self) -> bool:
        return self.status == PASSED


@dataclass(frozen=True, slots=True)
class Choice:
    """Which results to keep: those of a scheme, a year (of the rule set or grant year), a name, or where any of `rules` bore."""

    scheme: str | None = None
    year: str | None = None
    rules: frozenset[str] | None = None
    name: str | None = None

    def keeps(self, result: Result) -> bool:
        """Whether a result is one of those asked for. What could not be read is always told."""
        if result.status == UNUSABLE:
            return self.name is None or self.name in result.path
        return (
            (self.scheme is None or result.scheme == self.scheme)
            and (self.year is None or result.year == self.year)
            and (self.rules is None or bool(self.rules & result.rules))
            and (self.name is None or self.name in result.path or self.name in result.id)
        )


def run_case(path: Path, book: Rulebook, both: bool = True) -> Result:
    """Decide one case and compare. Never raises for what is wrong with the case."""
    start = perf_counter()
    return replace(_run_case(path, book, both), seconds=perf_counter() - start)


def _run_case(path: Path, book: Rulebook, both: bool) -> Result:
    try:
        application = read_application(path, book)
        decision = decide(application, book, None if both else evaluators()[:1])
    except Faults as faults:
        return Result(str(path), path.stem, "", "", UNUSABLE, problem=str(faults))
    except Disagreement as difference:
        return Result(str(path), path.stem, "", "", UNUSABLE, problem=f"{path}:1:1: MOTOR-UENIG: {difference}")
    written = as_json(decision)
    found = [] if application.expected is None else deviations(application.expected, written)
    status = UNTESTED if application.expected is None else DEVIATES if found else PASSED
    return Result(
        path=str(path),
        id=application.id,
        scheme=application.scheme,
        year=year_of(written),
        status=status,
        description=application.description,
        provenance=application.provenance,
        differences=tuple((deviation, blame(deviation, written, found)) for deviation in found),
        rules=frozenset(_bore(written)),
    )


def _bore(written: dict[str, Any]) -> Iterator[str]:
    for finding in written["vilkår"]:
        if finding["resultat"] != "ikke aktuelt":
            yield finding["id"]
            yield from [finding["unntak"]] if "unntak" in finding else ()
    yield from (note["id"] for note in written["merknader"])
    for doctor in written["leger"]:
        for line in doctor["komponenter"].values():
            yield from (used["navn"] for used in line.get("beregning", {}).get("verdier", ()))


def year_of(written: dict[str, Any]) -> str:
    """The grant year, or the year of the rule set that decided."""
    year = written["søknad"].get("tilskuddsår")
    if year is not None:
        return str(year)
    sets = [doctor["regelsett"] for doctor in written["leger"] if doctor["regelsett"]]
    sets += [finding["fra_regelsett"] for finding in written["vilkår"]]
    return sets[0].split("/")[0] if sets else ""


def run_cases(paths: Sequence[Path], root: Path, both: bool = True, processes: int | None = None) -> Iterator[Result]:
    """The results in the order of the paths. Many cases are shared between processes, each with its own rulebook."""
    workers = processes if processes is not None else min(os.cpu_count() or 1, len(paths) // WORTH_SHARING + 1)
    if workers <= 1:
        book = open_kept(root)
        yield from (run_case(path, book, both) for path in paths)
        return
    open_kept(root)  # what is wrong with the rules is told once, here
    with ProcessPoolExecutor(workers, get_context("spawn"), _open_here, (root, both)) as pool:
        yield from pool.map(_run_here, paths, chunksize=8)


_here: list[Callable[[Path], Result]] = []


def _open_here(root: Path, both: bool) -> None:
    book = open_kept(root)
    _here[:] = [lambda path: run_case(path, book, both)]


def _run_here(path: Path) -> Result:
    return _here[0](path)


def chosen(results: Iterable[Result], choice: Choice) -> Iterator[Result]:
    """The results that were asked for."""
    return (result for result in results if choice.keeps(result))
