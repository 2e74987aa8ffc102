"""The smallest application that would notice a mutant: found among the cases and near them, then cut down while it still does.

An application notices a change when the two rulebooks decide it differently. A difference in what is granted is worth more than one in
what is found on the way, and that more than one in the wording; what is cut away never costs a better difference.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from engine.case.stated import Application
from engine.decide.agreement import Evaluator
from engine.language.rulebook import Rulebook
from engine.regress.mutation import Bench
from engine.regress.mutation_case import naive, written
from engine.regress.witness_file import Saved, save_text, wording
from engine.regress.witness_variation import Variations, smaller

Json = dict[str, Any]

#: how far the search goes, in applications: how many are tried in all, how many after a first, lesser difference is found, how
#: many of the cases it starts from, how many of these with two steps at a time, and how many smaller ones are tried
MOST, MORE, SEEDS, CLOSEST, CUTS = 4000, 1000, 40, 4, 1500

OUTCOME, FINDINGS, WORDING = 0, 1, 2

_ALIKE = 3


@dataclass(frozen=True, slots=True)
class Witness:
    """An application that two rulebooks decide differently. `rank` tells what differs: outcome, findings or wording."""

    mutant: int
    rank: int
    saved: Saved


@dataclass(slots=True)
class _Best:
    rank: int
    application: Application


class Search:
    """The search for one mutant's witness."""

    def __init__(self, bench: Bench, number: int) -> None:
        self.bench = bench
        self.number = number
        self.mutant = bench.mutants[number]
        self.book = bench.book
        self.changed: Rulebook = self.mutant.laid_on(bench.book)
        self.by, self.changed_by = naive(), naive()
        self.direct = Variations(bench.book, self.mutant.hints, bench.read(self.mutant) | self._dates())
        self.near = Variations(bench.book, self.mutant.hints, bench.names(self.mutant) | self._dates())
        self.wide = Variations(bench.book, self.mutant.hints)
        vocabulary = bench.book.vocabulary
        self.possible = OUTCOME if bench.decides(self.mutant) else FINDINGS
        self.required = {
            level: frozenset(fact.name for fact in vocabulary.facts.values() if fact.level == level and fact.required)
            for level in ("søknad", "lege", "periode")
        }

    def witness(self) -> Witness | None:
        """The smallest application found, checked by reading it back from its file's text; None when none was found."""
        found = self._found()
        if found is None:
            return None
        smallest = self._cut(found)
        for candidate in (smallest, found):
            saved = save_text(candidate.application, self.mutant, self.book, self.changed)
            if saved is not None:
                return Witness(self.number, candidate.rank, saved)
        return None

    # --- deciding both ways ----------------------------------------------------------------------------------------------

    def rank(self, application: Application) -> int:
        """What differs between the two decisions, or `_ALIKE`."""
        try:
            before = written(application, self.book, self.by)
        except Exception:  # an application the rules as they are cannot decide shows nothing
            return _ALIKE
        try:
            after = written(application, self.changed, self.changed_by)
        except Exception:
            return OUTCOME
        return next(
            (rank for rank, (one, other) in enumerate(zip(_views(before), _views(after), strict=True)) if one != other),
            _ALIKE,
        )

    def _dates(self) -> frozenset[str]:
        """The fact that is the date of the agreement, when the change turns on a date or a month."""
        vocabulary, hints = self.bench.book.vocabulary, self.mutant.hints
        return frozenset({vocabulary.agreement_date} if hints.dates or hints.months else ())

    def _found(self) -> _Best | None:
        best: _Best | None = None
        left = MOST
        for application in self._candidates():
            rank = self.rank(application)
            if rank < (best.rank if best is not None else _ALIKE):
                best = _Best(rank, application)
                left = min(left, MORE)
            left -= 1
            if left == 0 or (best is not None and best.rank <= self.possible):
                break
        return best

    def _candidates(self) -> Iterator[Application]:
        """The cases; the applications one or two steps from them, first in what is changed; then walks drawn by lot."""
        cases = [self.bench.cases[number].application for number in self.bench.order(self.mutant)]
        yield from cases
        seeds = list(islice((alone for application in cases for alone in _alone(application)), SEEDS))
        yield from _in_turn([self.direct.of(seed) for seed in seeds[:CLOSEST]])
        yield from islice(_in_turn([self._two_steps(seed) for seed in seeds[:CLOSEST]]), MORE)
        yield from _in_turn([self.near.of(seed) for seed in seeds])
        lot = random.Random(self.number)
        for variations in (self.near, self.wide):
            for _ in range(MORE if seeds else 0):
                application = lot.choice(seeds)
                for _ in range(2):
                    step = _drawn(variations.of(application), lot)
                    application = application if step is None else step
                yield application
        yield from _in_turn([self.wide.of(seed) for seed in seeds])

    def _two_steps(self, application: Application) -> Iterator[Application]:
        for one in self.direct.of(application):
            yield from self.direct.of(one)

    def _cut(self, best: _Best) -> _Best:
        """Made smaller, one thing at a time, as long as the difference is no worse."""
        left = CUTS
        cutting = True
        while cutting:
            cutting = False
            for application in smaller(best.application, self.required):
                left -= 1
                rank = self.rank(application)
                if rank <= best.rank and self._whole(application, best.application):
                    best = _Best(rank, application)
                    cutting = left > 0
                    break
                if left == 0:
                    return best
        return best

    def _whole(self, application: Application, larger: Application) -> bool:
        """Whether neither rulebook asks for more than before it was made smaller."""
        return all(
            self._asked(application, book, by) <= self._asked(larger, book, by)
            for book, by in ((self.book, self.by), (self.changed, self.changed_by))
        )

    @staticmethod
    def _asked(application: Application, book: Rulebook, by: Sequence[Evaluator]) -> set[tuple[str, str | None]]:
        try:
            return {(one["faktum"], one.get("lege")) for one in written(application, book, by)["mangler"]}
        except Exception:
            return set()


def _alone(application: Application) -> Iterator[Application]:
    """With one of its doctors at a time: variations of one doctor are enough, and cheaper."""
    for doctor in application.doctors:
        yield replace(application, doctors=(doctor,))
    if not application.doctors:
        yield application


def _in_turn(walks: list[Iterator[Application]]) -> Iterator[Application]:
    """The first of each, then the second of each, and so on."""
    while walks:
        for walk in list(walks):
            step = next(walk, None)
            if step is None:
                walks.remove(walk)
            else:
                yield step


def _drawn(steps: Iterator[Application], lot: random.Random) -> Application | None:
    """One of them, each as likely as another."""
    drawn = None
    for count, step in enumerate(steps, start=1):
        if lot.randrange(count) == 0:
            drawn = step
    return drawn


def _views(decision: Json) -> tuple[Any, Any, Any]:
    """A decision seen coarsely, finely and word for word."""
    granted = [
        decision["søknad"],
        decision["beløp"],
        [
            (
                doctor["id"],
                doctor["utfall"],
                {name: wording(line, False) for name, line in doctor["komponenter"].items()},
                [(month["måned"], month["rett"], month["beløp"]) for month in doctor["måneder"]],
            )
            for doctor in decision["leger"]
        ],
    ]
    found = wording({key: value for key, value in decision.items() if key != "tolkninger"}, False)
    return granted, found, {key: value for key, value in decision.items() if key != "kvittering"}


def find_witness(bench: Bench, number: int) -> Witness | None:
    """The smallest application found that would notice the mutant."""
    return Search(bench, number).witness()
