"""Proposals in git: what stands in the way of one, what does not, and whose name it is in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from engine.text.fault import Faults
from engine.web.proposal import Author, Conflict, Proposed, Repository

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
    return Repository(top / "år/rules").propose("2023/ordning.yaml", base, changed, "Noe nytt!", "Fordi\n", KARI)


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
        Repository(top / "år/rules").propose(name, "", "x", "x", "x", KARI)
    assert git(top, "for-each-ref", "refs/heads/forslag") == ""


def test_a_file_that_is_not_there_or_is_a_link_is_not_proposed(top: Path) -> None:
    rules = top / "år/rules"
    (rules / "2023/lenke.yaml").symlink_to("/etc/passwd")
    git(top, "add", "-A")
    git(top, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "Lenke")
    for name in ("2023/lenke.yaml", "2023/ny.yaml"):
        with pytest.raises(Faults) as told:
            Repository(rules).propose(name, "", "x", "x", "x", KARI)
        assert told.value.faults[0].code == "FORSLAG-FIL"


def test_outside_a_repository_it_is_said(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    assert not repository.exists
    with pytest.raises(Faults) as told:
        repository.propose("2023/ordning.yaml", "", "x", "x", "x", KARI)
    assert "git-lager" in str(told.value)


def test_git_is_not_led_elsewhere_by_the_surroundings(top: Path, tmp_path_factory, monkeypatch) -> None:
    other = tmp_path_factory.mktemp("annet")
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    made = proposed(top, "linje 3", "to")
    monkeypatch.undo()
    assert isinstance(made, Proposed) and made.branch in git(top, "for-each-ref", "--format=%(refname:short)")
