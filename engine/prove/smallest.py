"""The smallest changes that reach a target: fewest facts, then least distance. Nothing here knows what a fact is about.

Facts are held open to see which are needed at all; sets of facts that cannot do it, whatever they are, are passed over; in the
others, ranges of values are halved, nearest first. So the first answer found in a set is the nearest there is.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, count, product

from engine.prove.changeable import Changeable, Piece
from engine.prove.look import ANY
from engine.prove.solver import Clock, Undecided
from engine.prove.trial import NO, OPEN, YES, Values

#: the most facts that are changed at once
MOST = 4

#: how many tries it may take to tell how far a value could be otherwise
MOST_BEYOND = 120

Ask = Callable[[Values], str]


@dataclass(frozen=True)
class Changed:
    """One fact of an answer: the value found, and the values it could also have had with the others as they are.

    `lowest` and `highest` bound those next to it, in steps; None is as far as was tried. `also` are other choices.
    """

    fact: Changeable
    piece: Piece
    lowest: int | None = None
    highest: int | None = None
    also: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Way:
    """One set of facts to change, with the nearest values that do."""

    changes: tuple[Changed, ...]
    away: int


@dataclass
class Smallest:
    """All ways with the fewest facts, nearest first. Without any: `impossible` tells that there surely is none; else why not known."""

    ways: list[Way] = field(default_factory=list)
    impossible: bool = False
    open: str | None = None


class Search:
    """Looks for the smallest changes among some facts, by path."""

    def __init__(
        self,
        facts: Mapping[str, Changeable],
        ask: Ask,
        clock: Clock,
        useless: Callable[[Sequence[str]], bool] = lambda chosen: False,
        most_asked: int | None = None,
    ) -> None:
        self.facts = facts
        self.useless = useless
        self.most_asked = most_asked
        self.asked = 0
        self._ask = ask
        self.clock = clock

    def ask(self, given: Values) -> str:
        """Raises Undecided when the time is out, or as much as may be has been asked."""
        self.clock.left()
        self.asked += 1
        if self.most_asked is not None and self.asked > self.most_asked:
            raise Undecided(f"{self.most_asked} forsøk var ikke nok")
        return self._ask(given)

    def run(self) -> Smallest:
        """The smallest changes."""
        found = Smallest()
        try:
            everything: dict[str, Piece | None] = dict.fromkeys(self.facts, ANY)
            if self.ask(everything) == NO:
                found.impossible = True
                return found
            self._by_size(found, everything)
        except Undecided as reason:
            found.open = str(reason)
        return found

    def _by_size(self, found: Smallest, everything: Mapping[str, Piece | None]) -> None:
        needed = [
            path
            for path in self.facts
            if self.ask({one: piece for one, piece in everything.items() if one != path}) == NO
        ]
        others = [path for path in self.facts if path not in needed]
        capped = False
        for size in range(max(1, len(needed)), MOST + 1):
            for more in combinations(others, size - len(needed)):
                chosen = [path for path in self.facts if path in needed or path in more]
                if self.ask(dict.fromkeys(chosen, ANY)) == NO or self.useless(chosen):
                    continue
                values = self._nearest(chosen)
                if values is not None:
                    found.ways.append(self._way(values))
                capped = capped or (values is None and any(self.facts[path].capped for path in chosen))
            if found.ways:
                found.ways.sort(key=lambda way: way.away)
                return
            if capped:
                raise Undecided("et svar med mange valg er ikke prøvd i alle sammensetninger")
        if len(needed) <= MOST and len(self.facts) <= MOST:
            found.impossible = True
            return
        raise Undecided(f"ingen endring av inntil {MOST} opplysninger er nok, og flere er ikke prøvd")

    # --- the nearest values of a set -----------------------------------------------------------------------------------

    def _nearest(self, chosen: Sequence[str]) -> dict[str, Piece] | None:
        """The nearest values of some facts, each other than it is now, that reach the target; None when none do."""
        number = count()
        waiting: list[tuple[int, int, tuple[Piece, ...]]] = []

        def wait(box: tuple[Piece, ...]) -> None:
            heapq.heappush(waiting, (sum(piece.away for piece in box), next(number), box))

        for box in product(*(self.facts[path].pieces for path in chosen)):
            wait(box)
        while waiting:
            _, _, box = heapq.heappop(waiting)
            answer = self.ask(dict(zip(chosen, box, strict=True)))
            if answer == NO:
                continue
            if answer == YES:
                return {path: self.facts[path].nearest(piece) for path, piece in zip(chosen, box, strict=True)}
            cut = self._telling(chosen, box)
            if cut is not None:
                for half in self.facts[chosen[cut]].halves(box[cut]):
                    wait((*box[:cut], half, *box[cut + 1 :]))
        return None

    def _telling(self, chosen: Sequence[str], box: Sequence[Piece]) -> int | None:
        """Which range to halve: one that the answer hangs on alone, if any, else the widest for its fact. None when all are values."""
        ranges = [index for index in range(len(box)) if box[index].width]
        ranges.sort(key=lambda index: Fraction(-box[index].width, self.facts[chosen[index]].breadth))
        for index in ranges if len(ranges) > 1 else ():
            nearest = self.facts[chosen[index]].nearest(box[index])
            alone = (*box[:index], nearest, *box[index + 1 :])
            if self.ask(dict(zip(chosen, alone, strict=True))) != OPEN:
                return index
        return ranges[0] if ranges else None

    # --- how far they could be otherwise -------------------------------------------------------------------------------

    def _way(self, values: Mapping[str, Piece]) -> Way:
        changes = tuple(self._changed(path, values) for path in values)
        return Way(changes, sum(piece.away for piece in values.values()))

    def _changed(self, path: str, values: Mapping[str, Piece]) -> Changed:
        """How far one of the values could be otherwise; where that takes too long, the value alone, which is enough."""
        one, piece = self.facts[path], values[path]
        kept, kept_asked = self.most_asked, self.asked
        self.most_asked = self.asked + MOST_BEYOND
        try:
            return self._how_far(path, values)
        except Undecided:
            return Changed(one, piece, piece.low, piece.low)
        finally:
            self.asked, self.most_asked = kept_asked, kept

    def _how_far(self, path: str, values: Mapping[str, Piece]) -> Changed:
        one, piece = self.facts[path], values[path]
        if piece.low is None:
            also = tuple(
                other
                for other in one.pieces
                if other != piece
                and other.low is None
                and other.away == piece.away
                and self.ask({**values, path: other}) == YES
            )
            return Changed(one, piece, also=also)
        ends = [end for part in one.pieces for end in (part.low, part.high) if end is not None]
        lowest = self._first_failing(path, values, min(ends), piece.low - 1)
        highest = self._first_failing(path, values, piece.low + 1, max(ends))
        return Changed(
            one,
            piece,
            None if lowest is None else lowest + 1,
            None if highest is None else highest - 1,
        )

    def _first_failing(self, path: str, values: Mapping[str, Piece], low: int, high: int) -> int | None:
        """The value nearest to the one found, on one side of it, that does not reach the target; None when all do.

        Where ranges cannot be told, every day is tried, and of numbers with decimals the whole ones.
        """
        here = values[path].low
        assert here is not None
        number = count()
        waiting: list[tuple[int, int, int, int]] = []
        for start, end in self._parts(path, low, high):
            heapq.heappush(waiting, (max(start - here, here - end), next(number), start, end))
        while waiting:
            _, _, start, end = heapq.heappop(waiting)
            answer = self.ask({**values, path: Piece(None, start, end)})
            if answer == YES:
                continue
            if answer == NO or start == end:
                return self._refined(path, values, start if start > here else end)
            for first, last in _cut(start, end, self.facts[path].whole):
                heapq.heappush(waiting, (max(first - here, here - last), next(number), first, last))
        return None

    def _refined(self, path: str, values: Mapping[str, Piece], failing: int) -> int:
        """The first failing value between the whole number before a failing one, and that."""
        here, whole = values[path].low, self.facts[path].whole
        assert here is not None
        towards = 1 if failing > here else -1
        for number in range(
            max(failing - whole + 1, here + 1) if towards > 0 else min(failing + whole - 1, here - 1), failing, towards
        ):
            if self.ask({**values, path: Piece(None, number, number)}) != YES:
                return number
        return failing

    def _parts(self, path: str, low: int, high: int) -> list[tuple[int, int]]:
        """A range cut where the fact's own pieces are, and at the value stated now."""
        one = self.facts[path]
        pieces = [(part.low, part.high) for part in one.pieces if part.low is not None and part.high is not None]
        if one.near is not None and one.stated:
            pieces.append((one.near, one.near))
        cut = [(max(start, low), min(end, high)) for start, end in pieces]
        return [(start, end) for start, end in cut if start <= end]


def _cut(start: int, end: int, whole: int) -> list[tuple[int, int]]:
    """A range in two, at a whole number; of one that has one whole number in it, that; of one that has none, nothing."""
    first, last = -(-start // whole), end // whole
    if first > last:
        return []
    if first == last:
        return [(first * whole, last * whole)]
    middle = (first + last) // 2 * whole
    return [(start, middle), (middle + 1, end)]
