"""The search for the smallest change, held against trying everything: where the answers on ranges are exact, and where they are vague."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.rulebook import Rulebook
from engine.prove.changeable import Changeable, Piece
from engine.prove.smallest import Search
from engine.prove.solver import Clock
from engine.prove.trial import NO, OPEN, YES, Values

#: how far from the stated value a number is tried, in these tests
FAR = 4


@pytest.fixture(scope="module")
def facts(book: Rulebook) -> dict[str, Changeable]:
    """Two numbers and a choice, each with few values."""
    vocabulary = book.vocabulary.facts
    made: dict[str, Changeable] = {}
    for path, name, near in (("a", "sentralitetsklasse", 5), ("b", "sentralitetsklasse", 7)):
        one = Changeable(vocabulary[name], (), path, near, True, (), Fraction(1), near)
        pieces = (one.between(near - FAR, near - 1), one.between(near + 1, near + FAR))
        made[path] = replace(one, pieces=pieces)
    choices = tuple(Piece(word) for word in ("fylkeskommune", "annen"))
    made["c"] = Changeable(vocabulary["søkertype"], (), "c", "kommune", True, choices, Fraction(1))
    return made


def values(one: Changeable) -> list[Piece]:
    """Every single value other than the stated one."""
    found = []
    for piece in one.pieces:
        if piece.low is None or piece.high is None:
            found.append(piece)
        else:
            found += [one.between(number, number) for number in range(piece.low, piece.high + 1)]
    return found


def points(facts: Mapping[str, Changeable], box: Values) -> list[dict[str, object]]:
    """Every combination of values in a box, also of the facts that are as they are."""
    spread = {}
    for path, one in facts.items():
        now = one.now
        if path not in box:
            spread[path] = [now]
        elif box[path] is None:
            spread[path] = [now, *(one.seen(piece) for piece in values(one))]
        else:
            piece = box[path]
            assert piece is not None
            numbers = range(piece.low, piece.high + 1) if piece.low is not None and piece.high is not None else None
            spread[path] = [piece.value] if numbers is None else list(numbers)
    return [dict(zip(spread, some, strict=True)) for some in product(*spread.values())]


def everything_tried(facts: Mapping[str, Changeable], holds: object) -> tuple[int, dict[tuple[str, ...], int]] | None:
    """The fewest facts that do, and for each set of so many the least distance."""
    for size in range(1, len(facts) + 1):
        found: dict[tuple[str, ...], int] = {}
        for chosen in combinations(facts, size):
            for some in product(*(values(facts[path]) for path in chosen)):
                (point,) = points(facts, dict(zip(chosen, some, strict=True)))
                if holds(point):  # type: ignore[operator]
                    away = sum(piece.away for piece in some)
                    found[chosen] = min(away, found.get(chosen, away))
        if found:
            return size, found
    return None


numbers = st.integers(0, 12)
tests = st.one_of(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["<", ">", "="]), numbers),
    st.tuples(st.just("c"), st.just("="), st.sampled_from(["kommune", "annen", "fylkeskommune"])),
    st.tuples(st.just("a"), st.just("under b"), numbers),
)
trees = st.recursive(
    tests,
    lambda inner: st.tuples(st.sampled_from(["og", "eller", "ikke"]), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=6,
)


def meets(tree: object, point: Mapping[str, object]) -> bool:
    match tree:
        case ("og", parts):
            return all(meets(part, point) for part in parts)  # type: ignore[attr-defined]
        case ("eller", parts):
            return any(meets(part, point) for part in parts)  # type: ignore[attr-defined]
        case ("ikke", parts):
            return not meets(parts[0], point)  # type: ignore[index]
        case (name, "<", number):
            return point[name] < number  # type: ignore[operator, index]
        case (name, ">", number):
            return point[name] > number  # type: ignore[operator, index]
        case (name, "under b", number):
            return point[name] + number < point["b"]  # type: ignore[operator, index]
        case (name, "=", value):
            return point[name] == value  # type: ignore[index]
    raise AssertionError(tree)


@given(tree=trees, vague=st.sampled_from([0, 2, 3]))
def test_it_is_the_smallest_there_is(facts: dict[str, Changeable], tree: object, vague: int) -> None:
    """`vague` makes every second or third answer on several values OPEN, as an evaluator that does not know does."""

    def holds(point: Mapping[str, object]) -> bool:
        return meets(tree, point)

    asked = 0

    def ask(box: Values) -> str:
        nonlocal asked
        asked += 1
        some = points(facts, box)
        if len(some) > 1 and vague and asked % vague == 0:
            return OPEN
        answers = {holds(point) for point in some}
        return OPEN if len(answers) == 2 else YES if answers.pop() else NO

    (now,) = points(facts, {})
    if holds(now):
        return  # nothing is refused
    found = Search(facts, ask, Clock()).run()
    tried = everything_tried(facts, holds)
    if tried is None:
        assert found.impossible and not found.ways and found.open is None
        return
    size, sets = tried
    assert {tuple(one.fact.path for one in way.changes): way.away for way in found.ways} == sets
    assert all(len(way.changes) == size for way in found.ways)
    for way in found.ways:
        check_bounds(facts, way.changes, holds)


def check_bounds(facts: Mapping[str, Changeable], changes: Sequence[object], holds: object) -> None:
    """Between its bounds a number does, with the others as they are; just outside it does not."""
    at = {one.fact.path: one for one in changes}  # type: ignore[attr-defined]
    for path, one in at.items():
        if one.piece.low is None:
            continue
        (point,) = points(facts, {other: at[other].piece for other in at})
        fact = facts[path]
        least, most = fact.near - FAR, fact.near + FAR  # type: ignore[operator]
        low = least if one.lowest is None else one.lowest
        high = most if one.highest is None else one.highest
        assert all(holds({**point, path: number}) for number in range(low, high + 1))  # type: ignore[operator]
        for outside in (one.lowest is not None and low - 1, one.highest is not None and high + 1):
            if outside is not False and least <= outside <= most:
                assert not holds({**point, path: outside})  # type: ignore[operator]


def test_a_limit_is_told_honestly(facts: dict[str, Changeable]) -> None:
    """What was not tried to the end is not told to be impossible."""
    found = Search(facts, lambda box: OPEN, Clock(), most_asked=10).run()
    assert not found.impossible and not found.ways
    assert found.open == "10 forsøk var ikke nok"
