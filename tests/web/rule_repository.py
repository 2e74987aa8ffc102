"""The rules and some cases in a git repository of their own, for tests of changing rules."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
CASES = ("veiledning-21-og-22-dager", "annet-tilskudd-én-dag", "avtale-31-august-2023")


SMALL = "2017/spesialisering"
SMALL_CASES = (
    "fullstendig-søknad",
    "frist-siste-minutt",
    "frist-ett-minutt-etter",
    "avslag-går-foran-mangler-og-sen-søknad",
)


def repository_in(top: Path) -> Path:
    """The folder made a repository; its hooks fail, and leave a mark, if they are ever run."""
    shutil.copytree(ROOT / "rules", top / "rules")
    (top / "fixtures").mkdir()
    for name in CASES:
        shutil.copy(ROOT / f"fixtures/2023/{name}.yaml", top / "fixtures")
    return _begun(top)


def small_repository_in(top: Path) -> Path:
    """The same with one small rule set, and a few of its cases, where everything is found out in a moment."""
    small_rules_in(top)
    return _begun(top)


def small_rules_in(top: Path) -> None:
    """The rule set, what is argued of it, and its cases."""
    (top / "rules/2017").mkdir(parents=True)
    (top / "fixtures/2017").mkdir(parents=True)
    for name in ("vokabular.yaml", "mutasjon-unntak.yaml", f"{SMALL}.yaml"):
        shutil.copy(ROOT / "rules" / name, top / "rules" / name)
    for name in SMALL_CASES:
        shutil.copy(ROOT / f"fixtures/{SMALL}/{name}.yaml", top / "fixtures/2017")


def _begun(top: Path) -> Path:
    git(top, "init", "-q", "-b", "hovedgren")
    git(top, "add", "-A")
    git(top, "-c", "user.name=Kari", "-c", "user.email=kari@kommune", "commit", "-qm", "Reglene")
    for hook in ("pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change"):
        path = top / ".git/hooks" / hook
        path.write_text(f"#!/bin/sh\ntouch '{top}/.git/kjørt'\nexit 1\n")
        path.chmod(0o755)
    return top


def git(top: Path, *arguments: str) -> str:
    """What git writes. The hooks that tell are not for the tests' own commands."""
    command = ["git", "--no-optional-locks", "-C", str(top), "-c", "core.hooksPath=/dev/null"]
    return subprocess.run([*command, *arguments], capture_output=True, check=True, text=True).stdout


def untouched(top: Path) -> bool:
    """Whether what is checked out, the files and the index are as they were, and no hook was run."""
    here = git(top, "symbolic-ref", "HEAD").strip() == "refs/heads/hovedgren"
    return here and git(top, "status", "--porcelain") == "" and not (top / ".git/kjørt").exists()
