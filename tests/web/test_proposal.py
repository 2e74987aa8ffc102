"""Proposals in git: what stands in the way of one, what does not, and whose name it is in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from serving import ROOT

from engine.text.fault import Faults
from engine.web.proposal import Author, Conflict, File, Proposed, Repository

BASE = "".join(f"linje {number}: en\n" for number in range(1, 21))
KARI = Author("Kari <script>\nNordmann", "kari@kommune")


def git(top: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(top), *arguments], capture_output=True, check=True, text=True)
    return done.stdout


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository where the rules lie deep inside, with one rule file."""
    file = tmp_path / "år/rules/2023/ordning.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(BASE, encoding="utf-8")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "Reglene")
    return tmp_path


def proposed(top: Path, old: str, new: str, base: str = BASE) -> Proposed | Conflict:
    changed = base.replace(f"{old}: en", f"{old}: {new}")
    with Repository(top / "år/rules").turn() as turn:
        return turn.propose([rule(top / "år/rules", base, changed)], "Noe nytt!", "Fordi\n", KARI)


def rule(root: Path, base: str | None, text: str, name: str = "2023/ordning.yaml") -> File:
    return File(root, name, base, text)


def test_a_proposal_is_one_commit_on_what_is_checked_out(top: Path) -> None:
    made = proposed(top, "linje 3", "to")
    assert isinstance(made, Proposed) and made.branch.startswith("forslag/noe-nytt-")
    assert git(top, "rev-parse", f"{made.branch}^").strip() == git(top, "rev-parse", "main").strip()
    assert git(top, "-c", "core.quotePath=false", "show", "--format=%an|%ae|%s", "--name-only", made.branch).split() == [
        "Kari", "scriptNordmann|kari@kommune|Fordi", "år/rules/2023/ordning.yaml",
    ]  # fmt: skip
    assert git(top, "status", "--porcelain") == "" and git(top, "symbolic-ref", "HEAD").strip() == "refs/heads/main"


def test_no_hook_is_run(top: Path) -> None:
    for name in ("reference-transaction", "post-index-change", "pre-commit", "post-commit"):
        hook = top / ".git/hooks" / name
        hook.write_text("#!/bin/sh\ntouch kjørt\nexit 1\n")
        hook.chmod(0o755)
    assert isinstance(proposed(top, "linje 3", "to"), Proposed)
    assert not list(top.rglob("kjørt"))


def test_the_same_line_in_two_proposals_is_a_conflict_and_other_lines_are_not(top: Path) -> None:
    assert isinstance(first := proposed(top, "linje 3", "to"), Proposed)
    assert isinstance(proposed(top, "linje 15", "to"), Proposed)
    found = proposed(top, "linje 3", "tre")
    assert isinstance(found, Conflict) and found.branch == first.branch and "linje 3: to" in found.theirs
    assert len(git(top, "for-each-ref", "refs/heads/forslag").splitlines()) == 2


def test_a_proposal_that_is_taken_in_or_deleted_stands_in_nobodys_way(top: Path) -> None:
    first = proposed(top, "linje 3", "to")
    assert isinstance(first, Proposed)
    git(top, "branch", "-D", first.branch)
    second = proposed(top, "linje 3", "tre")
    assert isinstance(second, Proposed)
    git(top, "merge", "-q", "--ff-only", second.branch)
    base = BASE.replace("linje 3: en", "linje 3: tre")
    assert isinstance(proposed(top, "linje 3: tre", "fire", base.replace("linje 3: tre", "linje 3: tre: en")), Conflict)
    assert isinstance(proposed(top, "linje 4", "fire", base), Proposed)


def test_what_was_made_from_an_older_version_is_a_conflict(top: Path) -> None:
    path = top / "år/rules/2023/ordning.yaml"
    path.write_text(BASE.replace("linje 9: en", "linje 9: ny"), encoding="utf-8")
    git(top, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qam", "Nytt")
    found = proposed(top, "linje 3", "to")
    assert isinstance(found, Conflict) and found.branch == "" and "linje 9: ny" in found.theirs


@pytest.mark.parametrize(
    "name", ["../../hemmelig.yaml", "/etc/passwd", "2023/../../x.yaml", "2023/ordning.yml", ".git/config"]
)
def test_only_rule_files_are_proposed(top: Path, name: str) -> None:
    with pytest.raises(Faults):
        rule(top / "år/rules", "", "x", name)
    assert git(top, "for-each-ref", "refs/heads/forslag") == ""


def test_a_file_that_is_not_there_or_is_a_link_is_not_proposed(top: Path) -> None:
    rules = top / "år/rules"
    (rules / "2023/lenke.yaml").symlink_to("/etc/passwd")
    git(top, "add", "-A")
    git(top, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "Lenke")
    for name in ("2023/lenke.yaml", "2023/ny.yaml"):
        with pytest.raises(Faults) as told, Repository(rules).turn() as turn:
            turn.propose([rule(rules, "", "x", name)], "x", "x", KARI)
        assert told.value.faults[0].code == "FORSLAG-FIL"


def test_outside_a_repository_it_is_said(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    assert not repository.exists
    with pytest.raises(Faults) as told, repository.turn():
        pass
    assert "git-lager" in str(told.value)


def test_git_is_not_led_elsewhere_by_the_surroundings(top: Path, tmp_path_factory, monkeypatch) -> None:
    other = tmp_path_factory.mktemp("annet")
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    made = proposed(top, "linje 3", "to")
    monkeypatch.undo()
    assert isinstance(made, Proposed) and made.branch in git(top, "for-each-ref", "--format=%(refname:short)")


# --- test cases in the same proposal -------------------------------------------------------------------------------------------


@pytest.fixture
def cases(top: Path) -> Path:
    """A folder of cases in the same repository, with one case."""
    (top / "saker").mkdir()
    (top / "saker/en.yaml").write_text(BASE, encoding="utf-8")
    git(top, "add", "-A")
    git(top, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "Saker")
    return top / "saker"


def together(top: Path, *files: File) -> Proposed | Conflict:
    with Repository(top / "år/rules").turn() as turn:
        return turn.propose(files, "noe", "Fordi\n", KARI)


def test_rules_and_cases_are_one_commit(top: Path, cases: Path) -> None:
    changed = BASE.replace("linje 3: en", "linje 3: to")
    own = rule(top / "år/rules", BASE, changed)
    made = together(
        top, own, File(cases, "en.yaml", BASE, changed, True), File(cases, "2024/ny.yaml", None, "x\n", True)
    )
    assert isinstance(made, Proposed)
    shown = git(top, "-c", "core.quotePath=false", "diff", "--name-status", "main", made.branch).split()
    assert shown == ["A", "saker/2024/ny.yaml", "M", "saker/en.yaml", "M", "år/rules/2023/ordning.yaml"]
    assert git(top, "rev-list", "--count", f"main..{made.branch}").strip() == "1"
    assert not (cases / "2024").exists() and git(top, "status", "--porcelain") == ""


def test_a_case_others_have_changed_or_made_is_a_conflict_and_nothing_is_made(top: Path, cases: Path) -> None:
    own = rule(top / "år/rules", BASE, BASE.replace("linje 9: en", "linje 9: to"))
    first = together(top, File(cases, "ny.yaml", None, "min\n", True))
    assert isinstance(first, Proposed)
    found = together(top, own, File(cases, "ny.yaml", None, "din\n", True))
    assert isinstance(found, Conflict) and (found.file.name, found.branch, found.theirs) == (
        "ny.yaml",
        first.branch,
        "min\n",
    )
    found = together(top, own, File(cases, "en.yaml", None, "ny", True))
    assert isinstance(found, Conflict) and found.branch == "" and found.theirs == BASE
    assert len(git(top, "for-each-ref", "refs/heads/forslag").splitlines()) == 1


@pytest.mark.parametrize(
    "name",
    [
        "../hemmelig.yaml", "/etc/passwd", "a/../../x.yaml", ".git/config", ".skjult.yaml", "a/.git/x.yaml", "a.txt", "a.yaml\n", "a\0.yaml",
        "lenke.yaml", "ut/x.yaml", "a" * 300 + ".yaml", "mappe.yaml/x.yaml", "", "-", "~/x.yaml", "C:\\x.yaml", "é" * 119 + "é.yaml",
    ],
)  # fmt: skip
def test_only_cases_in_the_folder_are_proposed(cases: Path, tmp_path_factory, name: str) -> None:
    out = tmp_path_factory.mktemp("utenfor")
    (out / "x.yaml").write_text("x", encoding="utf-8")
    (cases / "lenke.yaml").symlink_to(out / "x.yaml")
    (cases / "ut").symlink_to(out)
    with pytest.raises(Faults) as told:
        File(cases, name, None, "x", True)
    assert told.value.faults[0].code == "UTKAST-NAVN"


def test_cases_in_another_repository_are_not_proposed(top: Path, tmp_path_factory) -> None:
    other = tmp_path_factory.mktemp("annet")
    git(other, "init", "-q")
    with pytest.raises(Faults) as told:
        together(top, File(other, "ny.yaml", None, "x", True))
    assert "samme git-lager" in str(told.value) and git(top, "for-each-ref", "refs/heads/forslag") == ""


# --- one at a time, in all processes -------------------------------------------------------------------------------------------

_HOLDS = """
import sys
from pathlib import Path
from engine.web.proposal import Repository
with Repository(Path(sys.argv[1])).turn():
    print("min tur", flush=True)
    sys.stdin.read()
"""


def test_a_process_waits_for_another_and_one_that_is_killed_lets_go(top: Path, monkeypatch) -> None:
    monkeypatch.setattr("engine.web.git._PATIENCE", 0.0)
    command = [sys.executable, "-c", _HOLDS, str(top / "år/rules")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "min tur\n"
        with pytest.raises(Faults) as told:
            proposed(top, "linje 3", "to")
        assert told.value.faults[0].code == "FORSLAG-OPPTATT"
        other.kill()
        other.wait()
    assert isinstance(proposed(top, "linje 3", "to"), Proposed)


def test_a_lock_that_is_a_link_is_not_followed(top: Path, tmp_path_factory) -> None:
    target = tmp_path_factory.mktemp("utenfor") / "fil"
    (top / ".git/alis-forslag.lock").symlink_to(target)
    with pytest.raises(Faults):
        proposed(top, "linje 3", "to")
    assert not target.exists()
