"""A text in a rule file replaced: it reads back as it was written, and nothing else in the file is touched."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import yaml
from engine.text.fault import Faults
from engine.text.node import Mapping, Node, Scalar, plain
from engine.web.rule_edit import as_given, edited
from engine.web.rule_fields import REST, fields, parts

RULES = Path(__file__).parents[2] / "rules"
FILES = sorted(path.relative_to(RULES).as_posix() for path in RULES.glob("2*/*.yaml"))


@cache
def texts(file: str) -> tuple[str, list[tuple]]:
    """A rule file, and the path and value of every text a form has for it."""
    text = (RULES / file).read_text(encoding="utf-8")
    every = [(REST, ""), *((one.section, one.name) for _, links in parts(text, file) for one in links)]
    found = [(one.path, one.value) for section, name in every for one in fields(text, file, section, name) or ()]
    return text, found


def leaves(node: Node) -> int:
    if isinstance(node, Scalar):
        return 1
    return sum(map(leaves, node.entries.values() if isinstance(node, Mapping) else node.items))


@pytest.mark.parametrize("file", FILES)
def test_a_form_has_every_text_of_the_file(file: str) -> None:
    text, found = texts(file)
    assert len({path for path, _ in found}) == len(found) == leaves(yaml.read_text(text, file))


@given(st.data())
def test_only_what_was_changed_is_changed(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(FILES))
    text, found = texts(file)
    path, old = data.draw(st.sampled_from(found))
    line = st.text(
        st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.sampled_from(" :#'\"{}[],\\-|>&*!%")
    )
    wanted = as_given(
        old, data.draw(line.map(str.strip) | st.sampled_from(["ja: nei", "# x", "- a", "a, b", "2024-01-01"]))
    )
    try:
        new = edited(text, file, {path: wanted})
    except Faults as faults:
        assert [one.code for one in faults] == ["UTKAST-TEKST"]
        return
    before, after = plain(yaml.read_text(text, file)), plain(yaml.read_text(new, file))
    assert read(after, path) == plain_text(wanted)
    assert replaced(after, path, old) == before
    removed, added = text.split("\n"), new.split("\n")
    while removed and added and removed[0] == added[0]:
        del removed[0], added[0]
    while removed and added and removed[-1] == added[-1]:
        del removed[-1], added[-1]
    assert len(removed) <= old.count("\n") + len(old) // 40 + 2  # the lines of the one text, and no others


def test_comments_and_layout_stand() -> None:
    text = "# øverst\na: {b: 1, c: 'to'}   # bak\n\nd: >-  # ved\n  en to\n  tre\n\n# om e\ne:\n- x\n"
    new = edited(text, "x.yaml", {("a", "c"): "det's", ("a", "b"): "2", ("d",): "en to fire", ("e", 0): "y: z"})
    assert (
        new == "# øverst\na: {b: 2, c: 'det''s'}   # bak\n\nd: >-  # ved\n  en to\n  fire\n\n# om e\ne:\n- \"y: z\"\n"
    )


def test_line_breaks_stay_as_the_file_has_them() -> None:
    assert edited("a: 1\r\nb: 2\r\n", "x.yaml", {("b",): "3"}) == "a: 1\r\nb: 3\r\n"


def test_a_text_without_a_place_of_its_own_is_refused() -> None:
    with pytest.raises(Faults) as told:
        edited("a:\nb: 2\n", "x.yaml", {("a",): "3"})
    assert told.value.faults[0].code == "UTKAST-TEKST"


def read(content: object, path: tuple) -> object:
    for step in path:
        content = content[step]  # type: ignore[index]
    return content


def replaced(content: object, path: tuple, value: str) -> object:
    if not path:
        return value
    if isinstance(content, dict):
        return content | {path[0]: replaced(content[path[0]], path[1:], value)}
    assert isinstance(content, list)
    return [replaced(one, path[1:], value) if index == path[0] else one for index, one in enumerate(content)]


def plain_text(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFC", text)
