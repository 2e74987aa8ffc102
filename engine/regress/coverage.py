"""How much of the regulation a set of test cases shows: every rule, exception, leaf and boundary, told in the rules' own words.

Seen is what bears on an answer: a rule that is out of force, a month outside the grant year, or an application that is refused
unread shows nothing. A leaf is shown to matter alone (masking MC/DC) when a case has it, and the other answer would by itself have
turned the condition's answer there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.case.application import read_application
from engine.decide.decide import decide
from engine.decide.naive import NaiveEvaluator
from engine.language.rulebook import Rulebook, open_rulebook
from engine.regress.coverage_argued import argue
from engine.regress.coverage_part import Coverage, Subject
from engine.regress.coverage_rule import MET, NOT_MET
from engine.regress.coverage_subject import subjects
from engine.regress.coverage_watch import Watch
from engine.regress.provenance import SNAPSHOT
from engine.text.fault import Faults


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the rules to ask about: a scheme, the rule sets of a year, a rule."""

    scheme: str | None = None
    year: str | None = None
    rule: str | None = None

    def holds(self, subject: Subject) -> bool:
        """Whether a subject is asked about."""
        return (
            (self.scheme is None or subject.scheme == self.scheme)
            and (self.year is None or subject.origin.startswith(f"{self.year}/"))
            and (self.rule is None or subject.id == self.rule or subject.has_exemption(self.rule))
        )


def measure(paths: Iterable[Path], root: Path, scope: Scope | None = None, lenient: bool = False) -> Coverage:
    """What the cases at the paths show of the rules in a folder. Cases that expect nothing are left out.

    Raises Faults for rules, cases or arguments that cannot be read; `lenient` leaves out cases that these rules cannot read.
    """
    book = open_rulebook(root)
    watch = Watch(book)
    snapshots: dict[str, bool] = {}
    naive = NaiveEvaluator()
    for path in paths:
        try:
            application = read_application(path, book)
        except Faults:
            if lenient:
                continue
            raise
        if application.expected is not None:
            watch.see(application, decide(application, book, [naive]), str(path))
            kinds = {kind for kind, _ in application.provenance}
            snapshots[str(path)] = kinds == {SNAPSHOT}
    return _coverage(watch, book, root, snapshots, scope or Scope())


def _coverage(watch: Watch, book: Rulebook, root: Path, snapshots: dict[str, bool], scope: Scope) -> Coverage:
    every = [one for scheme in watch.schemes.values() for one in subjects(scheme, book.vocabulary)]
    unneeded = argue(every, root)
    asked = tuple(one for one in every if scope.holds(one))
    return Coverage(len(snapshots), asked, tuple(_by_snapshot(asked, snapshots)), unneeded)


def _by_snapshot(asked: Iterable[Subject], snapshots: dict[str, bool]) -> Iterator[Subject]:
    """The rules and notes that only snapshots show met or not met."""
    for subject in asked:
        cases = [*subject.results.get(MET, ()), *subject.results.get(NOT_MET, ())]
        if cases and all(snapshots[case] for case in cases):
            yield subject
