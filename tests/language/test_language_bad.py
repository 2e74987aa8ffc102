"""Every way a rule file can be wrong, as a small change to the shipped rules beside everything the user then reads.

`bad/<navn>/endring.yaml` says what is changed, `bad/<navn>/feil.txt` is the whole of stderr. Lines are written from the change
(`{1}` is where the first change begins, `{1+2}` two lines further down) or from a text in the file (`{avtaler:}`), so that the
cases survive edits elsewhere in the rules. `ALIS_SKRIV_FASIT=1 pytest tests/language` writes the files anew: read the diff.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.text import yaml
from engine.text.node import plain

ROOT = Path(__file__).parents[2]
CASES = sorted(path.parent for path in (Path(__file__).parent / "bad").glob("*/endring.yaml"))
LINE = re.compile(r"(?<=\.yaml:)\{([^{}]+)\}(?=:\d)")
ABSOLUTE = re.compile(r"(rules/[^:\s]+\.yaml):(\d+)(?=:\d)")


@dataclass(frozen=True)
class Change:
    """One change made: the file, and the line its new text begins on."""

    file: str
    line: int


def make(case: Path, root: Path) -> tuple[list[Change], list[str], int]:
    """A copy of the rules in `root` with the changes of the case; the changes, the arguments and the exit code."""
    shutil.copytree(ROOT / "rules", root)
    told = plain(yaml.read_path(case / "endring.yaml"))
    changes = [apply(change, root) for change in told["endringer"]]
    return changes, told.get("kommando", "rules").split(), int(told.get("kode", "1"))


def apply(change: dict[str, str], root: Path) -> Change:
    """Make one change: `finn`/`skriv` (after the first `etter`), `legg_til` at the end, `slett`, or a whole `innhold`."""
    path = root / change["fil"]
    if "slett" in change:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        return Change(change["fil"], 1)
    if "innhold" in change:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(change["innhold"], encoding="utf-8")
        return Change(change["fil"], 1)
    text = path.read_text(encoding="utf-8")
    if "legg_til" in change:
        path.write_text(text.rstrip("\n") + "\n" + change["legg_til"], encoding="utf-8")
        return Change(change["fil"], text.rstrip("\n").count("\n") + 2)
    after = text.index(change["etter"]) if "etter" in change else 0
    start = text.index(change["finn"], after)
    path.write_text(text[:start] + change["skriv"] + text[start + len(change["finn"]) :], encoding="utf-8")
    return Change(change["fil"], text[:start].count("\n") + 1)


def with_lines(expected: str, changes: list[Change], root: Path) -> str:
    """The expected text with every `{…}` as the line it stands for."""

    def line(match: re.Match[str]) -> str:
        word, distance = re.fullmatch(r"(.+?)([+-]\d+)?", match[1]).groups()
        if word.isdigit():
            start = changes[int(word) - 1].line
        else:
            file = re.search(r"rules/([^:\s]+\.yaml):$", expected[: match.start()])[1]
            start = next(number for number, text in enumerate(lines_of(root / file), 1) if word in text)
        return str(start + int(distance or 0))

    return LINE.sub(line, expected)


def without_lines(found: str, changes: list[Change], root: Path) -> str:
    """What `with_lines` undoes: lines near a change by their distance, others by a text on or above them."""

    def word(match: re.Match[str]) -> str:
        file, line = match[1].removeprefix("rules/"), int(match[2])
        near = [(abs(line - one.line), at, line - one.line) for at, one in enumerate(changes, 1) if one.file == file]
        if near and min(near)[0] <= 60:
            _, number, distance = min(near)
            return f"{match[1]}:{{{number}{f'{distance:+d}' if distance else ''}}}"
        lines = lines_of(root / file)
        for above in range(min(line, len(lines))):
            text = lines[line - 1 - above].strip()
            if (
                text
                and not set(text) & set("{}+-")
                and next(at for at, one in enumerate(lines) if text in one) == line - 1 - above
            ):
                return f"{match[1]}:{{{text}{f'+{above}' if above else ''}}}"
        return match[0]

    return ABSOLUTE.sub(word, found)


def lines_of(path: Path) -> list[str]:
    """The lines of a file; of one that is not there, none."""
    return path.read_text(encoding="utf-8").split("\n") if path.is_file() else []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    changes, arguments, code = make(case, tmp_path / "rules")
    monkeypatch.chdir(tmp_path)
    answered = main(["valider", *arguments])
    found = capsys.readouterr()
    expected = case / "feil.txt"
    if os.environ.get("ALIS_SKRIV_FASIT"):
        expected.write_text(without_lines(found.err, changes, tmp_path / "rules"), encoding="utf-8")
    assert found.err == with_lines(expected.read_text(encoding="utf-8"), changes, tmp_path / "rules")
    assert answered == code
    assert found.out == ""
