"""What a test case expects of a decision, held against the decision's JSON.

Only what is written is compared. Doctors are matched by id, months by måned, conditions by id, lege, måned and komponent. Any other
list must match in full, in any order. Three keys ask about notes and judgements by id alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.text.node import Mapping, Node, Scalar, Sequence, plain
from engine.text.place import Place

#: lists whose entries are told apart by what they are about, and the keys that say it
IDENTITY: dict[str, tuple[str, ...]] = {
    "leger": ("id",),
    "måneder": ("måned",),
    "vilkår": ("id", "lege", "måned", "komponent"),
}
BY_ID = {
    "merknader_inneholder": ("merknader", True),
    "merknader_mangler": ("merknader", False),
    "skjønn_inneholder": ("skjønn", True),
    "skjønn_mangler": ("skjønn", False),
}


@dataclass(frozen=True, slots=True)
class Deviation:
    """One difference: where in the decision, what was expected and what came.

    `steps` is the path as keys and identities. Where one written value stands against one that came, `scalar` is what is written and
    `value` what came; a difference in what there is has no scalar.
    """

    place: Place
    path: str
    expected: str
    found: str
    steps: tuple[str, ...] = field(default=(), compare=False, repr=False)
    scalar: Scalar | None = field(default=None, compare=False, repr=False)
    value: str | int | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.place}: AVVIK: {self.path}: forventet {self.expected}, fikk {self.found}"


def deviations(expected: Node, decision: dict[str, Any]) -> list[Deviation]:
    """Every difference between what is expected and the decision."""
    return differences(expected, decision, ())


def differences(expected: Node, found: Any, steps: tuple[str, ...]) -> list[Deviation]:
    """Every difference between a part of what is expected and what came there; `steps` lead to it."""
    return list(_compare(expected, found, "", steps))


def _compare(expected: Node, found: Any, path: str, steps: tuple[str, ...]) -> Iterator[Deviation]:
    if isinstance(expected, Scalar):
        if not _same(expected, found):
            yield _of_scalar(expected, found, path, steps)
    elif isinstance(expected, Mapping):
        if not isinstance(found, dict):
            yield Deviation(expected.place, path, "en gruppe med linjer", _shown(found), steps)
            return
        for name, value in expected.entries.items():
            where = f"{path}.{name}" if path else name
            if not path and name in BY_ID:
                yield from _by_id(value, found, name)
            elif name not in found:
                yield Deviation(expected.keys[name], where, _shown(plain(value)), "ingenting", (*steps, name))
            else:
                yield from _compare(value, found[name], where, (*steps, name))
    elif not isinstance(found, list):
        yield Deviation(expected.place, path, "en liste", _shown(found), steps)
    elif by_identity(expected, steps):
        yield from _by_identity(expected, found, path, steps)
    else:
        yield from _whole_list(expected, found, path, steps)


def _of_scalar(expected: Scalar, found: Any, path: str, steps: tuple[str, ...]) -> Deviation:
    single = found is None or isinstance(found, str | int)
    return Deviation(
        expected.place,
        path,
        expected.text,
        _shown(found),
        steps,
        expected if single else None,
        found if single else None,
    )


def _by_id(expected: Node, decision: dict[str, Any], name: str) -> Iterator[Deviation]:
    key, wanted = BY_ID[name]
    found = {item["id"] for item in decision[key]}
    for item in expected.items if isinstance(expected, Sequence) else ():
        assert isinstance(item, Scalar)
        if (item.text in found) != wanted:
            shown = _shown(sorted(found))
            yield Deviation(item.place, key, ("" if wanted else "ikke ") + item.text, shown, (name, item.text))


def _by_identity(expected: Sequence, found: list[Any], path: str, steps: tuple[str, ...]) -> Iterator[Deviation]:
    for item in expected.items:
        labels = _labels(item, steps)
        where = f"{path}[{', '.join(labels)}]"
        best = match(item, found, steps)
        if best is None:
            yield Deviation(item.place, where, "at den finnes", "ingenting", (*steps, *labels))
            continue
        yield from _compare(item, best, where, (*steps, *labels))
    if not expected.items and found:
        yield Deviation(expected.place, path, "en tom liste", _shown(found), steps)


def by_identity(expected: Sequence, steps: tuple[str, ...]) -> bool:
    """Whether the entries of a list that these steps lead to are told apart by what they are about."""
    return bool(steps) and steps[-1] in IDENTITY and all(isinstance(item, Mapping) for item in expected.items)


def match(item: Node, found: list[Any], steps: tuple[str, ...]) -> Any:
    """The entry of a list that an expected one is about; of several the one it differs least from; None when there is none."""
    own = list(_identity(item, steps))
    matching = [one for one in found if all(_same(value, one.get(name)) for name, value in own)]
    return min(matching, key=lambda one: len(differences(item, one, (*steps, *_labels(item, steps)))), default=None)


def _identity(item: Node, steps: tuple[str, ...]) -> Iterator[tuple[str, Scalar]]:
    assert isinstance(item, Mapping)
    for name in IDENTITY[steps[-1]]:
        value = item.entries.get(name)
        if isinstance(value, Scalar):
            yield name, value


def _labels(item: Node, steps: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value.text for _, value in _identity(item, steps))


def _whole_list(expected: Sequence, found: list[Any], path: str, steps: tuple[str, ...]) -> Iterator[Deviation]:
    """In any order. When as many single values are written as came, each that did not come stands against one that was not written."""
    left = list(found)
    unmatched = []
    for item in expected.items:
        for one in left:
            if not list(_compare(item, one, path, ())):
                left.remove(one)
                break
        else:
            unmatched.append(item)
    paired = len(left) == len(unmatched) and all(isinstance(one, str | int) for one in left)
    for index, item in enumerate(unmatched):
        scalar = item if paired and isinstance(item, Scalar) else None
        value = left[index] if scalar is not None else None
        yield Deviation(item.place, path, _shown(plain(item)), _shown(found), steps, scalar, value)
    if left and len(found) > len(expected.items):
        yield Deviation(expected.place, path, _shown(plain(expected)), _shown(found), steps)


def _same(expected: Node, found: Any) -> bool:
    if not isinstance(expected, Scalar):
        return False
    text = expected.text
    if found is None:
        return not expected.quoted and text in ("null", "~", "ingen")
    if isinstance(found, bool):
        return text in (("ja", "true") if found else ("nei", "false"))
    if isinstance(found, int):
        return _number(text) == found
    if isinstance(found, str):
        number = _number(found)
        return text == found or (number is not None and number == _number(text))
    return False


def _number(text: str) -> Decimal | None:
    """A number in plain digits; anything else is compared as text."""
    if not text or not set(text) <= set("0123456789.-"):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in list(value.items())[:6]) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item) for item in value[:8]) + (", …" if len(value) > 8 else "") + "]"
    return "null" if value is None else str(value)
