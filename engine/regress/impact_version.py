"""A version of the rules: a folder, or the folder as it was at a git revision."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.language.kept import open_kept
from engine.language.rulebook import VOCABULARY_FILE, Rulebook
from engine.regress.coverage_argued import ARGUMENTS_FILE
from engine.text.fault import Fault, Faults
from engine.text.place import Place
from engine.text.suggest import did_you_mean

#: the folder meant by a revision alone
FOLDER = "rules"

#: what of a folder at a revision is rules, or argues for holes in their coverage: regular files with these names, nothing else is written to disk
_RULE_FILE = re.compile(rf"{re.escape(VOCABULARY_FILE)}|{re.escape(ARGUMENTS_FILE)}|[0-9]{{4}}/[^/\\\0]+\.yaml")
_REGULAR = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class Version:
    """The rules in `folder`. `name` is what the user wrote; `commit` is None for a plain folder; `shown` begins paths in errors."""

    name: str
    folder: Path
    commit: str | None = None
    shown: str = ""

    @property
    def title(self) -> str:
        """`rules` for a folder, `main (a1b2c3d4e5f6)` for a revision."""
        return self.name if self.commit is None else f"{self.name} ({self.commit[:12]})"

    def open(self) -> Rulebook:
        """The rulebook. Raises Faults, with places as the user knows them."""
        try:
            return open_kept(self.folder, known_as=None if self.commit is None else self.shown)
        except Faults as faults:
            raise Faults([self._told(fault) for fault in faults]) from None

    def _told(self, fault: Fault) -> Fault:
        if self.commit is None:
            return fault

        def named(text: str) -> str:
            for spelling in {self.folder.as_posix(), self.folder.resolve().as_posix()}:
                text = text.replace(spelling, self.shown)
            return text

        place = Place(named(fault.place.file), fault.place.line, fault.place.column)
        return Fault(place, fault.code, named(fault.what), named(fault.why), named(fault.next_step))


def find_version(text: str, scratch: Path) -> Version:
    """The version that a folder of rules, the folder around it, a revision or `FOLDER@REVISION` names. Raises Faults.

    Rules at a revision are written to a new folder under `scratch`, which must exist.
    """
    if text and Path(text).is_dir():
        return Version(text, _with_rules(Path(text)))
    commit, folder = _commit(text), FOLDER
    alone = commit is not None
    if not alone and "@" in text:
        folder, _, revision = text.partition("@")
        commit = _commit(revision)
    if commit is None:
        raise _fault(*_unknown(text))
    top, inside = _place_in_repository(folder)
    files = list(_rule_files(commit, inside))
    if not files and alone and inside != FOLDER:  # asked for from a folder beside the rules
        inside, files = FOLDER, list(_rule_files(commit, FOLDER))
    if not any(name == VOCABULARY_FILE for name, _ in files):
        what = f"revisjonen i «{text}» har ingen regler i mappen «{inside or '.'}»"
        raise _fault(what, f"mappen må ha filen {VOCABULARY_FILE}", "skriv MAPPE@REVISJON, for eksempel regler@main")
    target = scratch / f"{len(list(scratch.iterdir()))}-{commit[:12]}"
    for (name, _), content in zip(files, _contents([blob for _, blob in files], top), strict=True):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Version(text, target, commit, f"{inside or '.'}@{commit[:12]}")


def _with_rules(folder: Path) -> Path:
    """The folder; for one that holds the folder of rules, as the top of a repository does, that one."""
    inside = folder / FOLDER
    return inside if not (folder / VOCABULARY_FILE).exists() and (inside / VOCABULARY_FILE).is_file() else folder


def _commit(revision: str) -> str | None:
    """The commit a revision names; None when it names none."""
    if not revision or "\0" in revision:
        return None
    found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return found.decode().strip() if found else None


def _place_in_repository(folder: str) -> tuple[Path, str]:
    """The top folder of the repository, and the folder's path inside it. A relative folder starts where the user stands."""
    top = Path(os.fsdecode(_git("rev-parse", "--show-toplevel") or b"").rstrip("\n"))
    prefix = os.fsdecode(_git("rev-parse", "--show-prefix") or b"").rstrip("\n")
    if Path(folder).is_absolute():
        inside = os.path.relpath(folder, top).replace(os.sep, "/")
    else:
        inside = posixpath.normpath(posixpath.join(prefix, folder.replace(os.sep, "/")))
    if inside == ".." or inside.startswith("../"):
        raise _fault(f"mappen «{folder}» ligger utenfor git-lageret", f"lageret er {top}", "oppgi en mappe i lageret")
    return top, "" if inside == "." else inside


def _rule_files(commit: str, inside: str) -> Iterator[tuple[str, str]]:
    """Name within the folder and blob of each rule file. Links, submodules and odd names are left out."""
    listed = _git(
        "--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", commit, *(("--", inside + "/") if inside else ())
    )
    for entry in (listed or b"").split(b"\0"):
        about, _, path = entry.partition(b"\t")
        if not path:
            continue
        mode, _, blob = about.decode("ascii").split(" ")
        name = os.fsdecode(path).removeprefix(inside + "/" if inside else "")
        if mode in _REGULAR and _RULE_FILE.fullmatch(name):
            yield name, blob


def _contents(blobs: list[str], top: Path) -> Iterator[bytes]:
    """The bytes of each blob, as committed."""
    answer = _git("-C", str(top), "cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode()) or b""
    start = 0
    for blob in blobs:
        end = answer.index(b"\n", start)
        words = answer[start:end].split()
        if len(words) != 3 or words[1] != b"blob":
            raise _fault(
                f"git har ikke innholdet {blob}", "lageret er ufullstendig", "hent hele historikken med «git fetch»"
            )
        size = int(words[2])
        yield answer[end + 1 : end + 1 + size]
        start = end + 1 + size + 1


def _git(*arguments: str, given: bytes = b"") -> bytes | None:
    """What git writes; None when it fails. Raises Faults when there is no git, or it will not read the repository."""
    try:
        done = subprocess.run(
            ["git", *arguments], input=given, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"}
        )
    except OSError:
        why = "en revisjon leses med git"
        raise _fault("programmet git finnes ikke", why, "installer git, eller oppgi en mappe") from None
    if done.returncode != 0 and b"dubious ownership" in done.stderr:
        why = "lageret eies av en annen bruker"
        next_step = f"godta det med «git config --global --add safe.directory {Path.cwd()}»"
        raise _fault("git vil ikke lese lageret her", why, next_step)
    return done.stdout if done.returncode == 0 else None


def _unknown(text: str) -> tuple[str, str, str]:
    if _git("rev-parse", "--git-dir") is None:
        return f"«{text}» er ikke en mappe", "her er det heller ikke noe git-lager", "oppgi en mappe med regler"
    listed = _git("for-each-ref", "--format=%(refname:short)") or b""
    hint = did_you_mean(text.partition("@")[2] or text, os.fsdecode(listed).split())
    what = f"«{text}» er verken en mappe eller en revisjon" + ("," + hint if hint else "")
    return (
        what,
        "git kjenner ikke navnet",
        "oppgi en mappe, en gren, en tagg eller en commit, og hent den om nødvendig med «git fetch»",
    )


def _fault(what: str, why: str, next_step: str) -> Faults:
    return Faults([Fault(Place("kommandolinjen", 1, 1), "VERSJON", what, why, next_step)])
