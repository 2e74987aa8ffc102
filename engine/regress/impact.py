"""Impact: kept cases decided by two versions of the rules, and what each change in the rules comes to in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from engine.case.application import read_application
from engine.case.stated import written_value
from engine.decide.agreement import Disagreement
from engine.decide.decide import decide
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook
from engine.regress.impact_case import CHANGED, ONE_SIDED, UNREAD, WORDING, CaseImpact, LineSide, Side, compare
from engine.regress.impact_rules import (
    Dependencies,
    RuleChange,
    RuleTexts,
    of_scheme,
    rule_changes,
    unchanged_schemes,
)
from engine.regress.impact_version import Version
from engine.regress.run import year_of
from engine.text.fault import Faults

#: what a case is always totalled by; then come facts of the application
YEAR, SCHEME, COMPONENT = "tilskuddsår", "ordning", "komponent"
NOT_STATED = "ikke oppgitt"

#: below this many cases a second process costs more than it gives
WORTH_SHARING = 150


@dataclass(slots=True)
class Total:
    """Cases of one group, and what they come to on known rates. `open_*` are the cases that wait for a rate there."""

    group: str
    cases: int = 0
    changed: int = 0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    open_before: int = 0
    open_after: int = 0

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    def add(self, changed: bool, sides: Iterable[tuple[Side | LineSide | None, Side | LineSide | None]]) -> None:
        """Count a case: what it, or each of its lines in the group, came to before and after."""
        before, after = ([side.money for side in of if side is not None] for of in zip(*sides, strict=True))
        self.cases += 1
        self.changed += changed
        self.before += sum(money.known for money in before)
        self.after += sum(money.known for money in after)
        self.open_before += any(money.waits for money in before)
        self.open_after += any(money.waits for money in after)


@dataclass(frozen=True)
class Impact:
    """What a change of rules comes to. `changes` are all parts that differ; `facts` are those that cases are totalled by."""

    before: Version
    after: Version
    cases: tuple[CaseImpact, ...]
    changes: tuple[RuleChange, ...]
    dependencies: Dependencies
    facts: tuple[str, ...]

    def of(self, *statuses: str) -> list[CaseImpact]:
        """The cases with some statuses, largest difference first."""
        return sorted((case for case in self.cases if case.status in statuses), key=_by_size)

    @property
    def anything(self) -> bool:
        """Whether any decision differs, if only in how it is worded, or can be made by one version alone."""
        return any(case.status in (CHANGED, WORDING, ONE_SIDED) for case in self.cases)

    @cached_property
    def whole(self) -> Total:
        """All cases together."""
        total = Total("alle saker")
        for case in self._counted():
            total.add(case.status == CHANGED, [(case.before, case.after)])
        return total

    @cached_property
    def totals(self) -> Mapping[str, list[Total]]:
        """For each thing totalled by, its groups in order."""
        found: dict[str, dict[str, Total]] = {axis: {} for axis in (YEAR, SCHEME, COMPONENT, *self.facts)}

        def total(axis: str, group: str) -> Total:
            return found[axis].setdefault(group, Total(group))

        for case in self._counted():
            for axis, group in ((YEAR, case.year), (SCHEME, case.scheme), *case.groups):
                total(axis, group or NOT_STATED).add(case.status == CHANGED, [(case.before, case.after)])
            for component in dict.fromkeys(line.component for line in case.lines):
                lines = [line for line in case.lines if line.component == component]
                sides = [(line.before, line.after) for line in lines]
                total(COMPONENT, component).add(any(line.changed for line in lines), sides)
        return {axis: [groups[name] for name in sorted(groups)] for axis, groups in found.items()}

    @property
    def grouped(self) -> Mapping[str, list[Total]]:
        """The totals that have any group to show."""
        return {axis: groups for axis, groups in self.totals.items() if groups}

    def _counted(self) -> Iterator[CaseImpact]:
        return (case for case in self.cases if case.before is not None and case.after is not None)

    def behind(self, case: CaseImpact) -> list[RuleChange]:
        """The changes in the rules that a case's decision differs because of; all that could, when none is nearer."""
        found: dict[tuple[str, str, str], RuleChange] = {}
        for section, name in _leads(case):
            for change in self.dependencies.behind(self.changes, case.scheme, section, name):
                found[change.file, change.section, change.name] = change
        return list(found.values()) or [
            change for change in of_scheme(self.changes, case.scheme) if not change.explains_only
        ]

    @cached_property
    def by_change(self) -> list[tuple[RuleChange, list[CaseImpact]]]:
        """Each change in the rules with the changed cases it is behind."""
        behind = [(case, self.behind(case)) for case in self.of(CHANGED)]
        return [(change, [case for case, found in behind if change in found]) for change in self.changes]


def _by_size(case: CaseImpact) -> tuple[Decimal, str]:
    return -abs(case.difference), case.path


def _leads(case: CaseImpact) -> Iterator[tuple[str, str]]:
    """The parts of the rules that what differs in a case points to."""
    for cause in case.causes:
        yield "vilkår", cause.rule
    for value in case.values:
        yield from (("satser", value.name), ("grenser", value.name))
    for other in case.others:
        if other.what.startswith("regelsett "):
            yield "avtaler", ""
        elif other.what == "merknader":
            yield from (("merknader", name) for name in other.names)
    if not case.causes and not case.values:
        for line in case.lines:
            if line.changed:
                yield from (("beregning", line.component), ("komponenter", line.component))


def compare_case(
    path: Path, before: Rulebook, after: Rulebook, same: frozenset[str], facts: Sequence[str]
) -> CaseImpact:
    """One case by both versions. `same` are schemes with equal rules, decided once. Never raises for what is wrong with it."""
    old, scheme, groups, problem_before = _decided(path, before, facts)
    new, problem_after = old, ""
    if old is None or scheme not in same:
        new, scheme, groups_after, problem_after = _decided(path, after, facts)
        groups = groups_after or groups
    if old is None or new is None:
        status = UNREAD if old is None and new is None else ONE_SIDED
        problems = tuple((side, text) for side, text in (("før", problem_before), ("etter", problem_after)) if text)
        one = old or new or {}
        id = one["søknad"]["id"] if one else path.stem
        return CaseImpact(str(path), id, scheme, year_of(one) if one else "", status, groups, problems=problems)
    return compare(str(path), year_of(new), groups, old, new)


def _decided(
    path: Path, book: Rulebook, facts: Sequence[str]
) -> tuple[dict[str, Any] | None, str, tuple[tuple[str, str], ...], str]:
    """The decision, the scheme, what the case is totalled by, and what is wrong."""
    try:
        application = read_application(path, book)
        stated = application.facts
        groups = tuple((fact, str(written_value(stated[fact])) if fact in stated else NOT_STATED) for fact in facts)
        return as_json(decide(application, book)), application.scheme, groups, ""
    except Faults as faults:
        return None, "", (), str(faults)
    except Disagreement as difference:
        return None, "", (), f"{path}:1:1: MOTOR-UENIG: {difference}"


def compare_cases(
    paths: Sequence[Path],
    before: Version,
    after: Version,
    facts: Sequence[str],
    processes: int | None = None,
    books: tuple[Rulebook, Rulebook] | None = None,
) -> Iterator[CaseImpact]:
    """The cases by both versions, in order. Many are shared between processes. Raises Faults for rules that do not read.

    `books` are the versions' rulebooks, when they are open already.
    """
    workers = processes if processes is not None else min(os.cpu_count() or 1, len(paths) // WORTH_SHARING + 1)
    if workers <= 1:
        yield from map(_comparer(books or (before.open(), after.open()), tuple(facts)), paths)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _open_here, (before, after, tuple(facts))) as pool:
        yield from pool.map(_compare_here, paths, chunksize=8)


def _comparer(books: tuple[Rulebook, Rulebook], facts: tuple[str, ...]) -> Callable[[Path], CaseImpact]:
    same = unchanged_schemes(*books)
    return lambda path: compare_case(path, *books, same, facts)


_here: list[Callable[[Path], CaseImpact]] = []


def _open_here(before: Version, after: Version, facts: tuple[str, ...]) -> None:
    _here[:] = [_comparer((before.open(), after.open()), facts)]


def _compare_here(path: Path) -> CaseImpact:
    return _here[0](path)


def impact(
    before: Version, after: Version, books: tuple[Rulebook, Rulebook], cases: Iterable[CaseImpact], facts: Sequence[str]
) -> Impact:
    """Compared cases gathered with what differs in the rules."""
    texts = RuleTexts(books[0]), RuleTexts(books[1])
    return Impact(before, after, tuple(cases), tuple(rule_changes(*texts)), Dependencies(texts), tuple(facts))
