"""What a test case expects of a decision, held against the decision's JSON.

Only what is written is compared. Doctors are matched by id, months by måned, conditions by id, lege, måned and komponent. Any other
list must match in full, in any order. Three keys ask about notes and judgements by id alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.text.node import Mapping, Node, Scalar, Sequence, plain
from engine.text.place import Place

_IDENTITY: dict[str, tuple[str, ...]] = {
    "leger": ("id",),
    "måneder": ("måned",),
    "vilkår": ("id", "lege", "måned", "komponent"),
}
_BY_ID = {
    "merknader_inneholder": ("merknader", True),
    "merknader_mangler": ("merknader", False),
    "skjønn_inneholder": ("skjønn", True),
    "skjønn_mangler": ("skjønn", False),
}


@dataclass(frozen=True, slots=True)
class Deviation:
    """One difference: where in the decision, what was expected and what came."""

    place: Place
    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.place}: AVVIK: {self.path}: forventet {self.expected}, fikk {self.found}"


def deviations(expected: Node, decision: dict[str, Any]) -> list[Deviation]:
    """Every difference between what is expected and the decision."""
    return list(_compare(expected, decision, "", ""))


def _compare(expected: Node, found: Any, path: str, key: str) -> Iterator[Deviation]:
    if isinstance(expected, Scalar):
        if not _same(expected, found):
            yield Deviation(expected.place, path, expected.text, _shown(found))
    elif isinstance(expected, Mapping):
        if not isinstance(found, dict):
            yield Deviation(expected.place, path, "en gruppe med linjer", _shown(found))
            return
        for name, value in expected.entries.items():
            where = f"{path}.{name}" if path else name
            if not path and name in _BY_ID:
                yield from _by_id(value, found, name)
            elif name not in found:
                yield Deviation(expected.keys[name], where, _shown(plain(value)), "ingenting")
            else:
                yield from _compare(value, found[name], where, name)
    elif not isinstance(found, list):
        yield Deviation(expected.place, path, "en liste", _shown(found))
    elif key in _IDENTITY and all(isinstance(item, Mapping) for item in expected.items):
        yield from _by_identity(expected, found, path, _IDENTITY[key])
    else:
        yield from _whole_list(expected, found, path)


def _by_id(expected: Node, decision: dict[str, Any], name: str) -> Iterator[Deviation]:
    key, wanted = _BY_ID[name]
    found = {item["id"] for item in decision[key]}
    for item in expected.items if isinstance(expected, Sequence) else ():
        assert isinstance(item, Scalar)
        if (item.text in found) != wanted:
            yield Deviation(item.place, key, ("" if wanted else "ikke ") + item.text, _shown(sorted(found)))


def _by_identity(expected: Sequence, found: list[Any], path: str, identity: tuple[str, ...]) -> Iterator[Deviation]:
    for item in expected.items:
        assert isinstance(item, Mapping)
        own = {name: item.entries[name] for name in identity if name in item.entries}
        matching = [
            one
            for one in found
            if all(_same(value, one.get(name)) for name, value in own.items() if isinstance(value, Scalar))
        ]
        label = ", ".join(value.text for value in own.values() if isinstance(value, Scalar))
        if not matching:
            yield Deviation(item.place, f"{path}[{label}]", "at den finnes", "ingenting")
            continue
        best = min((list(_compare(item, one, f"{path}[{label}]", "")) for one in matching), key=len)
        yield from best
    if not expected.items and found:
        yield Deviation(expected.place, path, "en tom liste", _shown(found))


def _whole_list(expected: Sequence, found: list[Any], path: str) -> Iterator[Deviation]:
    left = list(found)
    for item in expected.items:
        for one in left:
            if not list(_compare(item, one, path, "")):
                left.remove(one)
                break
        else:
            yield Deviation(item.place, path, _shown(plain(item)), _shown(found))
    if left and len(found) > len(expected.items):
        yield Deviation(expected.place, path, _shown(plain(expected)), _shown(found))


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
