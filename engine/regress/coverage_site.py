"""A condition of the rules, and what its leaves have answered: which patterns, and which operands they compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from engine.case.comparison import Comparator, comparator
from engine.case.formula import formula
from engine.case.frame import Frame, Reader, Slots, is_known
from engine.case.truth import JA, NEI, NO, SKJØNN, YES
from engine.case.value import Value
from engine.decide.group import Tree
from engine.decide.naive import walk
from engine.explain.prose import Prose
from engine.language.condition import All, Compare, Condition, Judgement, Leaf, Not, leaves
from engine.language.condition import Any as AnyOf

#: the answer codes of a condition's leaves, in the order written; a judgement, if any, stands last
Pattern = tuple[int, ...]
#: cases, in the order they were seen
Cases = dict[str, None]
Pair = tuple[Value, Value]

#: what a leaf or a condition answers in the report; a judgement that is left to a person counts as unclear
TRUE, FALSE, OPEN = "sant", "usant", "uavklart"
ANSWERS = (TRUE, FALSE, OPEN)


class Site:
    """One condition and where it stands. `word` is its keyword in the rules, `called` what the report calls it.

    A leaf reads as the rule text does: under a negation it is told as `er ikke`, and `turned` says so.
    """

    def __init__(self, word: str, called: str, condition: Condition, slots: Slots, of_list: str | None = None) -> None:
        self.word = word
        self.called = called
        self.condition = condition
        self.of_list = of_list
        self.leaves: tuple[Leaf, ...] = tuple(dict.fromkeys(leaves(condition)))
        self.turned = dict(_polarity(condition, False))
        self._numbers = {leaf: number for number, leaf in enumerate(self.leaves)}
        self.tree = self._tree(condition)
        self.answer = walk(self.tree)
        self._comparators: list[Comparator] = [comparator(leaf, slots, of_list) for leaf in self.leaves]
        self._operands: dict[int, tuple[Reader, Reader]] = {
            number: (formula(leaf.left, slots, of_list), formula(leaf.right, slots, of_list))
            for number, leaf in enumerate(self.leaves)
            if isinstance(leaf, Compare)
        }
        self.patterns: dict[Pattern, Cases] = {}
        self.telling: dict[Pattern, Cases] = {}
        self.pairs: dict[int, dict[Pair, str]] = {number: {} for number in self._operands}

    def _tree(self, condition: Condition) -> Tree:
        match condition:
            case All(parts):
                return ("&", tuple(self._tree(part) for part in parts))
            case AnyOf(parts):
                return ("|", tuple(self._tree(part) for part in parts))
            case Not(part):
                return ("!", (self._tree(part),))
            case Judgement():
                return len(self.leaves)
            case _:
                return self._numbers[condition]

    # --- seeing ----------------------------------------------------------------------------------------------------------

    def codes(self, frame: Frame) -> Pattern:
        """The answer code of every leaf on a frame."""
        return (*(compare(frame) for compare in self._comparators), SKJØNN)

    def see(self, frame: Frame, codes: Pattern, case: str, telling: bool = True) -> None:
        """Note what a case answered. `telling` says that nothing outside the condition hides its answer."""
        self.patterns.setdefault(codes, {})[case] = None
        if telling:
            self.telling.setdefault(codes, {})[case] = None
        for number, (left, right) in self._operands.items():
            first, second = left(frame), right(frame)
            if is_known(first) and is_known(second):
                self.pairs[number].setdefault((first, second), case)

    # --- what was seen -----------------------------------------------------------------------------------------------------

    def answered(self, number: int, wanted: str) -> Cases:
        """The cases in which a leaf, as it reads, was `sant`, `usant` or `uavklart`."""
        turned = self.turned[self.leaves[number]]
        return _joined(cases for codes, cases in self.patterns.items() if _told(codes[number], turned) == wanted)

    def alone(self, number: int, wanted: str) -> Cases:
        """The cases in which a leaf was `sant` or `usant`, and the other answer would by itself have changed the condition's.

        The condition's answer was settled, and becomes another or unclear: a fact that is not given leaves the rest unclear.
        """
        turned = self.turned[self.leaves[number]]
        return _joined(
            cases
            for codes, cases in self.telling.items()
            if _told(codes[number], turned) == wanted and self._turns(codes, number)
        )

    def _turns(self, codes: Pattern, number: int) -> bool:
        other = list(codes)
        other[number] = NEI if codes[number] & YES else JA
        before = told(self.answer(codes))
        return before != OPEN and before != told(self.answer(tuple(other)))

    def ended(self, wanted: str) -> Cases:
        """The cases in which the whole condition was `sant`, `usant` or `uavklart`."""
        return _joined(cases for codes, cases in self.patterns.items() if told(self.answer(codes)) == wanted)

    # --- reading aloud -----------------------------------------------------------------------------------------------------

    def lines(self, prose: Prose) -> Iterator[tuple[int, str, int | None]]:
        """The condition as (depth, text, the leaf's number or None), as `Prose.lines` reads it."""
        yield from self._lines(self.condition, prose, 0, False)

    def _lines(
        self, condition: Condition, prose: Prose, depth: int, turned: bool
    ) -> Iterator[tuple[int, str, int | None]]:
        match condition:
            case All(()):
                yield depth, "alltid", None
            case All(parts) | AnyOf(parts):
                every = isinstance(condition, All) != turned
                yield depth, "alt dette:" if every else "minst ett av dette:", None
                for part in parts:
                    yield from self._lines(part, prose, depth + 1, turned)
            case Not(part):
                yield from self._lines(part, prose, depth, not turned)
            case Judgement():
                yield depth, prose.sentence(condition), None
            case _:
                yield depth, prose.sentence(condition, turned), self._numbers[condition]

    def sentence(self, number: int, prose: Prose) -> str:
        """A leaf as it reads."""
        leaf = self.leaves[number]
        return prose.sentence(leaf, self.turned[leaf])


def _polarity(condition: Condition, turned: bool) -> Iterator[tuple[Leaf, bool]]:
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _polarity(part, turned)
        case Not(part):
            yield from _polarity(part, not turned)
        case Judgement():
            return
        case _:
            yield condition, turned


def told(code: int) -> str:
    """An answer code as `sant`, `usant` or `uavklart` (a person's judgement included)."""
    return TRUE if code & YES else FALSE if code & NO else OPEN


def _told(code: int, turned: bool) -> str:
    word = told(code)
    return {TRUE: FALSE, FALSE: TRUE}.get(word, word) if turned else word


def _joined(found: Iterator[Cases]) -> Cases:
    joined: Cases = {}
    for cases in found:
        joined |= cases
    return joined


def on_days(frame: Frame, slot: int, days: Sequence[date]) -> Iterator[Frame]:
    """A stretch's frame on each of the days."""
    for day in days:
        own = frame.copy()
        own[slot] = day
        yield own
