"""However a rule file is damaged, the answer is errors of the one shape at places that exist, and never a crash."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.decide.check import check_forms
from engine.language.rulebook import open_rulebook
from engine.text.fault import Faults

RULES = Path(__file__).parents[2] / "rules"
FILES = sorted(path.relative_to(RULES) for path in RULES.rglob("*.yaml"))
SHAPE = re.compile(r"[^:]+\.yaml:\d+:\d+: [A-ZÆØÅ-]+: .+ – .+ – .+")
VALUES = [
    "", "x", "[]", "{}", "ja", "nei", "2024-01-01", "2024-01", "100", "0", "-1", "[a, b]", "[{a: b}]", "{a: b}", "ukjent",
    "skjønn", "alltid", "ingen", "måned", "dag", "søknad", "lege", "komponent", "fravær", "alis", "mottatt", "stilling",
    "tilskuddsår", "månedens_stilling", "salærsats", "min(dag; 2)", "100 kr", "{minst: 3}", "{en_av: [1]}", "{dag: 2024-01-01}",
    "{fra: 2024-09, til: 2023-01}", "{formel: dag, minst: 3}", "{oppgitt: ja}", "2042/nasjonal-alis", "tall", "dato",
]  # fmt: skip
VALUE = re.compile(r"(:\s+|- )(\S.*)$")
WORD = re.compile(r"[\wæøå-]+")


@st.composite
def damage(draw: st.DrawFn) -> tuple[Path, str, str]:
    """A file of the rules, what was done to it, and its new text."""
    file = draw(st.sampled_from(FILES))
    lines = (RULES / file).read_text(encoding="utf-8").split("\n")
    number = draw(st.integers(2, len(lines) - 1))
    line = lines[number]
    kind = draw(st.sampled_from(["delete", "again", "value", "value", "inner", "inner", "word", "indent"]))
    new = [line]
    if kind == "delete":
        new = []
    elif kind == "again":
        new = [line, line]
    elif kind == "value":
        new = [VALUE.sub(lambda found: found[1] + draw(st.sampled_from(VALUES)), line)]
    elif kind == "inner":
        parts = re.split(r"([,{}\[\]:] ?)", line)
        at = draw(st.integers(0, len(parts) - 1))
        parts[at] = draw(st.sampled_from(VALUES)) if parts[at].strip(" ,{}[]:") else parts[at]
        new = ["".join(parts)]
    elif kind == "word":
        words = list(WORD.finditer(line))
        if words:
            word = draw(st.sampled_from(words))
            new = [
                line[: word.start()] + draw(st.sampled_from(["x", word[0] + "e", word[0][:-1]])) + line[word.end() :]
            ]
    else:
        new = ["  " + line]
    return file, f"{kind} {number + 1}: {line}", "\n".join([*lines[:number], *new, *lines[number + 1 :]])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rules to damage, one file at a time."""
    return Path(shutil.copytree(RULES, tmp_path_factory.mktemp("skadet") / "rules"))


@given(damage())
@settings(max_examples=60)
def test_damage_is_told(root: Path, damaged: tuple[Path, str, str]) -> None:
    file, _, text = damaged
    (root / file).write_text(text, encoding="utf-8")
    try:
        check_forms(open_rulebook(root))
    except Faults as faults:
        for fault in faults:
            assert SHAPE.fullmatch(str(fault)), fault
            lines = (root / Path(fault.place.file).relative_to(root)).read_text(encoding="utf-8").split("\n")
            assert fault.place.line <= len(lines), fault
            assert fault.place.column <= len(lines[fault.place.line - 1]) + 1, fault
    finally:
        shutil.copy(RULES / file, root / file)
