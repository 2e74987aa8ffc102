"""A run's folder takes the earlier one's place when it is whole: killed at any moment, the earlier one is there or comes back."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.batch.run_folder import run_folder
from engine.text.fault import Faults

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = ("svar.txt", "kvittering.json")

#: one run that writes its text; `{trap}` decides when it dies
SCRIPT = """
import os, signal, sys
from pathlib import Path
from engine.batch.run_folder import run_folder

def die():
    os.kill(os.getpid(), signal.SIGKILL)

{trap}
with run_folder(Path(sys.argv[1]), "masse", ("svar.txt", "kvittering.json")) as folder:
    at("begun")
    (folder.new / "svar.txt").write_text(sys.argv[2])
    (folder.work / "base").write_text("x" * 1000)
    at("written")
    (folder.new / "kvittering.json").write_text('{{"kommando": "masse"}}')
at("done")
"""

#: dies at a point of the run's own
AT = "def at(point):\n    if point == {point!r}: die()\n"

#: dies before or after a rename, counted from 1
RENAME = """
def at(point): pass
count = 0
rename = Path.rename
def renamed(self, target):
    global count
    count += 1
    if (count, "before") == {when!r}: die()
    found = rename(self, target)
    if (count, "after") == {when!r}: die()
    return found
Path.rename = renamed
"""


def start(target: Path, text: str, trap: str = "def at(point): pass") -> int:
    """Run the script; gives its code."""
    script = textwrap.dedent(SCRIPT).format(trap=trap)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", script, target, text], env=environment, check=False).returncode


def write(target: Path, text: str, command: str = "masse") -> None:
    with run_folder(target, command, ENTRIES) as folder:
        (folder.new / "svar.txt").write_text(text, encoding="utf-8")
        (folder.new / "kvittering.json").write_text(json.dumps({"kommando": command}), encoding="utf-8")


def told(target: Path, command: str = "masse") -> str:
    with pytest.raises(Faults) as found:
        write(target, "ny", command)
    return str(found.value)


def only(target: Path, text: str) -> None:
    """The target has the text, is whole, and nothing lies beside it."""
    assert (target / "svar.txt").read_text(encoding="utf-8") == text
    assert sorted(path.name for path in target.iterdir()) == sorted(ENTRIES)
    assert [path.name for path in target.parent.iterdir()] == [target.name]


TRAPS = {
    "when begun": (AT.format(point="begun"), "gammel"),
    "before the receipt": (AT.format(point="written"), "gammel"),
    "before the first rename": (RENAME.format(when=(1, "before")), "gammel"),
    "between the renames": (RENAME.format(when=(1, "after")), None),
    "before the second rename": (RENAME.format(when=(2, "before")), None),
    "after the second rename": (RENAME.format(when=(2, "after")), "ny"),
    "when done": (AT.format(point="done"), "ny"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_killed(trap: str, tmp_path: Path) -> None:
    """Between the renames the earlier folder waits under another name, and the next start puts it back; else it is where it was."""
    target = tmp_path / "boks" / "ut"
    write(target, "gammel")
    script, left = TRAPS[trap]
    assert start(target, "ny", script) == -signal.SIGKILL
    if left is None:
        assert not target.exists()
        assert (target.with_name(".ut.arbeid") / "gammel" / "svar.txt").read_text(encoding="utf-8") == "gammel"
        with pytest.raises(ZeroDivisionError), run_folder(target, "masse", ENTRIES):
            raise ZeroDivisionError
        only(target, "gammel")
    else:
        assert (target / "svar.txt").read_text(encoding="utf-8") == left
        assert (target / "kvittering.json").is_file()
    assert start(target, "neste") == 0
    only(target, "neste")


def test_killed_with_nothing_there_before(tmp_path: Path) -> None:
    target = tmp_path / "boks" / "ut"
    assert start(target, "ny", TRAPS["before the receipt"][0]) == -signal.SIGKILL
    assert not target.exists()
    write(target, "neste")
    only(target, "neste")


def test_stopped(tmp_path: Path) -> None:
    """Ctrl-C, like anything else that is raised, leaves the earlier folder and nothing more."""
    target = tmp_path / "boks" / "ut"
    write(target, "gammel")
    with pytest.raises(KeyboardInterrupt), run_folder(target, "masse", ENTRIES) as folder:
        (folder.new / "svar.txt").write_text("halv", encoding="utf-8")
        raise KeyboardInterrupt
    only(target, "gammel")


def test_a_second_rename_that_fails_puts_the_first_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "boks" / "ut"
    write(target, "gammel")
    rename = Path.rename

    def refuse(self: Path, other: Path) -> Path:
        if self.name == "ny":
            raise OSError(28, "No space left on device")
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", refuse)
    assert (
        told(target)
        == f"{target}:1:1: FIL-SKRIV: mappen kan ikke skrives – disken er full – frigjør plass og prøv igjen"
    )
    only(target, "gammel")


def test_two_runs_at_once(tmp_path: Path) -> None:
    target = tmp_path / "boks" / "ut"
    with run_folder(target, "masse", ENTRIES) as folder:
        assert "MAPPE-I-BRUK: en annen kjøring skriver i denne mappen nå" in told(target)
        (folder.new / "svar.txt").write_text("første", encoding="utf-8")
        (folder.new / "kvittering.json").write_text('{"kommando": "masse"}', encoding="utf-8")
    only(target, "første")


def file(target: Path) -> None:
    target.write_text("et brev", encoding="utf-8")


def letters(target: Path) -> None:
    target.mkdir()
    (target / "brev.txt").write_text("et brev", encoding="utf-8")


def with_a_letter(target: Path) -> None:
    write(target, "gammel")
    (target / "brev.txt").write_text("et brev", encoding="utf-8")


def foreign_receipt(target: Path) -> None:
    target.mkdir()
    (target / "kvittering.json").write_text('["masse"]', encoding="utf-8")


def other_command(target: Path) -> None:
    write(target, "gammel", "simuler")


@pytest.mark.parametrize("make", [file, letters, with_a_letter, foreign_receipt, other_command])
def test_what_is_not_ours_is_left_alone(make: Callable[[Path], None], tmp_path: Path) -> None:
    target = tmp_path / "ut"
    make(target)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert f"{target}:1:1: MAPPE-OPPTATT: " in told(target)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_an_empty_folder_and_a_link_are_written(tmp_path: Path) -> None:
    (tmp_path / "ekte").mkdir()
    (tmp_path / "lenke").symlink_to("ekte")
    write(tmp_path / "lenke", "ny")
    assert (tmp_path / "lenke").is_symlink() and (tmp_path / "ekte" / "svar.txt").read_text(encoding="utf-8") == "ny"


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_names_that_cannot_be(name: str, tmp_path: Path) -> None:
    assert "FIL-SKRIV: mappen kan ikke skrives – filnavnet er ikke gyldig her" in told(tmp_path / name)


def test_leftovers_of_odd_kinds(tmp_path: Path) -> None:
    target = tmp_path / "boks" / "ut"
    write(target, "gammel")
    work = target.with_name(".ut.arbeid")
    (work / "ny" / "søknader").mkdir(parents=True)
    (work / "base").write_text("x", encoding="utf-8")
    (work / "lenke").symlink_to(target)
    write(target, "neste")
    only(target, "neste")
    shutil.rmtree(target)
