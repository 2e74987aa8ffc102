"""Nodes as plain values, and places found by path."""

import pytest

from engine.text.node import Mapping, Scalar, Sequence, at, plain
from engine.text.place import Place
from engine.text.yaml import read_text

ROOT = read_text("søknad:\n  id: x\nleger:\n- id: lege-1\n  perioder: [{fra: 1}, ~]\n", "f.yaml")


def test_plain() -> None:
    assert plain(ROOT) == {"søknad": {"id": "x"}, "leger": [{"id": "lege-1", "perioder": [{"fra": "1"}, "~"]}]}


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ([], "f.yaml:1:1"),
        (["søknad"], "f.yaml:2:3"),
        (["søknad", "id"], "f.yaml:2:7"),
        (["leger", 0, "perioder", 0, "fra"], "f.yaml:5:20"),
        (["leger", 0, "perioder", 1], "f.yaml:5:24"),
        (["leger", 0, "mangler", "mer"], "f.yaml:4:3"),
        (["leger", 1], "f.yaml:4:1"),
        (["leger", -1], "f.yaml:4:1"),
        (["leger", "0"], "f.yaml:4:1"),
        (["søknad", 0], "f.yaml:2:3"),
        (["søknad", "id", "mer"], "f.yaml:2:7"),
        (["mangler"], "f.yaml:1:1"),
    ],
)
def test_at(path: list[str | int], place: str) -> None:
    assert str(at(ROOT, path)) == place


@pytest.mark.parametrize(
    "node", [Scalar("x", Place("f", 1, 1), False), Mapping({}, {}, Place("f", 1, 1)), Sequence((), Place("f", 1, 1))]
)
def test_nodes_are_slotted_and_cannot_change(node: Scalar | Mapping | Sequence) -> None:
    assert not hasattr(node, "__dict__")
    with pytest.raises(AttributeError):
        node.place = Place("f", 2, 2)  # type: ignore[misc]
