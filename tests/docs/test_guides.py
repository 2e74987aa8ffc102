"""The guides say what really happens: every change and every command in them is carried out on a copy, and the output compared.

A guide's blocks are read from the top. ` ```yaml fil=F ` writes a file (with `legg=til` at the end of what is there), ` ```diff fil=F `
changes one, and ` ```console ` has commands behind `$ `, each with what it prints. `…` on a line of its own stands for any
lines, inside a line for any text. Blocks without `fil=` are for reading only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [
    "README.md",
    "docs/bevis-reglene.md",
    "docs/endre-en-regel.md",
    "docs/er-reglene-prøvd.md",
    "docs/hva-skal-til.md",
    "docs/legg-inn-en-sats.md",
    "docs/nytt-tilskuddsår.md",
    "docs/simuler-en-endring.md",
    "docs/slik-tenker-motoren.md",
    "docs/vurder-en-søknad.md",
    "docs/vurder-tabeller.md",
]
BLOCK = re.compile(r"^```(\w+)(?: fil=(\S+))?( legg=til)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)

#: a decision is printed as on a screen; elsewhere it is JSON unless told otherwise
SHELL = """
alis() {{
  case "$1 $*" in
    *--format*) "{python}" -m engine.cli.main "$@" ;;
    vurder*|konsekvens*|simuler*|regelsett*|hva-skal-til*|neste-spørsmål*) "{python}" -m engine.cli.main "$@" --format tekst ;;
    *) "{python}" -m engine.cli.main "$@" ;;
  esac
}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of everything a guide may read or change, the program with its generated files included."""
    for part in ("engine", "rules", "fixtures", "docs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


class Desk:
    """Where someone follows a guide: the folder, and the code the last command ended with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = 0
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ALIS_")},
            "HOME": str(folder),
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": str(folder),
            "LC_ALL": "C.UTF-8",
        }

    def do(self, command: str) -> str:
        """What a command prints, errors included."""
        script = f"{SHELL.format(python=sys.executable)}\n(exit {self.code})\n{command}\n"
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        self.code = ran.returncode
        return ran.stdout.decode()

    def write(self, name: str, text: str, at_the_end: bool) -> None:
        """Write a file, or write more in it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if at_the_end else ""
        path.write_text(before + text, encoding="utf-8")

    def change(self, name: str, diff: str) -> None:
        """Replace the lines of a diff that are to go, which stand in one place in the file, by those that are to come."""
        path = self.folder / name
        lines = diff.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        text = path.read_text(encoding="utf-8")
        assert f"\n{text}".count(f"\n{before}") == 1, f"{name} does not have these lines once:\n{before}"
        path.write_text(f"\n{text}".replace(f"\n{before}", f"\n{after}")[1:], encoding="utf-8")


def commands(console: str) -> list[tuple[str, str]]:
    """Each command of a block with what the guide says that it prints."""
    return [
        (command, printed)
        for command, _, printed in (part.partition("\n") for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:])
    ]


def fits(told: str, printed: str) -> bool:
    """Whether the output is what the guide tells. Spaces at the ends of lines and empty lines at the ends do not matter."""
    pattern = ""
    for line in told.strip("\n").split("\n"):
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += re.escape(line.rstrip()).replace("…", ".*") + r"\n"
    trimmed = "\n".join(line.rstrip() for line in printed.strip("\n").split("\n")) + "\n"
    if not told.strip("\n"):
        return not printed.strip()
    return re.fullmatch(pattern, trimmed.replace("\u00a0", " ")) is not None


@pytest.mark.parametrize("guide", GUIDES)
def test_guide(guide: str, folder: Path) -> None:
    desk = Desk(folder)
    text = (ROOT / guide).read_text(encoding="utf-8").replace("\u00a0", " ")
    done = 0
    for kind, file, more, content in BLOCK.findall(text):
        if kind == "console":
            for command, told in commands(content):
                printed = desk.do(command)
                assert fits(told, printed), f"{guide}: $ {command}\n{printed}"
                done += 1
        elif file and kind == "diff":
            desk.change(file, content)
        elif file:
            desk.write(file, content, bool(more))
    assert done
