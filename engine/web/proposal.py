"""A proposal: changed rules and test cases as one commit on a branch of its own. Files on disk and what is checked out are left alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.regress.witness_file import slug
from engine.text.fault import Faults
from engine.web.case_draft import checked_case
from engine.web.draft import checked_name
from engine.web.git import Git, fault

#: what branches with proposals begin with
BRANCHES = "forslag/"

_REGULAR = ("100644", "100755")
_NEW = _REGULAR[0]
_NOTHING = "0" * 40


@dataclass(frozen=True, slots=True)
class Author:
    """Who proposes: a name, and what the ledger calls them."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class File:
    """A file to be changed: its name under the folder it lies in, as it was (None for a new one), and as it is to be.

    `is_case`: a test case; else a rule file. Raises Faults (UTKAST-NAVN) for a name that is neither.
    """

    folder: Path
    name: str
    base: str | None
    text: str
    is_case: bool = False

    def __post_init__(self) -> None:
        name = checked_case(self.folder, self.name) if self.is_case else checked_name(self.name)
        object.__setattr__(self, "name", name)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Someone else's version of a file that this one cannot be put together with. `branch` is empty for what stands."""

    file: File
    branch: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """The branch and commit made."""

    branch: str
    commit: str


class Repository:
    """The git repository that a folder of rules lies in."""

    def __init__(self, root: Path) -> None:
        self.git = Git(root)

    @property
    def exists(self) -> bool:
        return self.git.exists

    def holds(self, folder: Path) -> bool:
        """Whether another folder lies in the same repository."""
        return self.exists and Git(folder).top == self.git.top

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """The right to make proposals: one at a time in all processes, so that each is held against those before it.

        Raises Faults where there is no repository (FORSLAG-GIT), and when others take too long (FORSLAG-OPPTATT).
        """
        if not self.exists:
            raise not_in_git()
        with self.git.alone():
            yield Turn(self.git)


class Turn:
    """One's turn to propose."""

    def __init__(self, git: Git) -> None:
        self.git = git

    def propose(self, files: Sequence[File], about: str, message: str, author: Author) -> Proposed | Conflict:
        """A branch with one commit on top of what is checked out, where the files hold their new texts.

        Each must be committed as it was when the change was begun, and no proposal that waits may touch the same lines: else a conflict
        is given, and nothing is made. Raises Faults.
        """
        head = self.git.ask("rev-parse", "--verify", "HEAD^{commit}").strip()
        placed = [(self._path(file), file) for file in files]
        modes = []
        for path, file in placed:
            mode, standing = self._standing(head, path)
            if standing is None and file.base is not None:
                raise _unknown()
            if standing != file.base:
                return Conflict(file, "", standing or "")
            modes.append(mode)
        for path, file in placed:
            for branch, base, theirs in self._waiting(head, path):
                if self._collides(file.text, base, theirs):
                    return Conflict(file, branch.removeprefix("refs/heads/"), theirs)
        commit = self._commit(head, list(zip(modes, placed, strict=True)), message, author)
        name = f"{BRANCHES}{slug(about)[:50].strip('-') or 'endring'}-{commit[:8]}"
        self.git.ask("update-ref", f"refs/heads/{name}", commit, _NOTHING)
        return Proposed(name, commit)

    def _path(self, file: File) -> str:
        """The path of a file from the top of the repository."""
        there = Git(file.folder)
        if there.top != self.git.top:
            why = "mappen med testsaker ligger ikke i samme git-lager som reglene"
            raise fault("FORSLAG-GIT", "testsakene kan ikke foreslås med reglene", why, "ta testsakene ut av utkastet")
        return there.prefix + file.name

    def _standing(self, commit: str, path: str) -> tuple[str, str | None]:
        """The mode and text of a file in a commit; no text for one that is not there. Raises Faults when it is no plain file."""
        found = self.git.entry(commit, path)
        if found is None:
            return _NEW, None
        if found[0] not in _REGULAR:
            raise _unknown()
        return found[0], self.git.show(found[1])

    def _waiting(self, head: str, path: str) -> Iterator[tuple[str, str, str]]:
        """Proposals that are not part of what is checked out and change the file: branch, the file before, and after."""
        listed = self.git.ask("for-each-ref", "--format=%(refname)", f"--no-merged={head}", f"refs/heads/{BRANCHES}")
        for branch in listed.split():
            parent = self.git.tried("merge-base", head, branch)
            if parent is None:
                continue
            if self.git.ask("diff", "--name-only", f"{head}...{branch}", "--", f":(top,literal){path}"):
                before, after = (self._standing(commit, path)[1] for commit in (parent.strip(), branch))
                yield branch, before or "", after or ""

    def _collides(self, ours: str, base: str, theirs: str) -> bool:
        """Whether two changes of one text touch the same lines, and differently."""
        if ours == theirs:
            return False
        with TemporaryDirectory(prefix="alis-") as scratch:
            paths = []
            for name, text in (("a", ours), ("b", base), ("c", theirs)):
                path = Path(scratch) / name
                path.write_bytes(text.encode("utf-8", "surrogateescape"))
                paths.append(str(path))
            return self.git.run("merge-file", "-p", "-q", *paths).returncode != 0

    def _commit(self, head: str, files: list[tuple[str, tuple[str, File]]], message: str, author: Author) -> str:
        with TemporaryDirectory(prefix="alis-") as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
            self.git.ask("read-tree", head, more=index)
            for mode, (path, file) in files:
                blob = self.git.ask("hash-object", "-w", "--stdin", given=file.text.encode()).strip()
                self.git.ask("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}", more=index)
            tree = self.git.ask("write-tree", more=index).strip()
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", _plain(author.name) or _plain(author.id)), ("EMAIL", _address(author.id)))
        }
        return self.git.ask("commit-tree", tree, "-p", head, given=message.encode(), more=who).strip()


def _unknown() -> Faults:
    why = "filen er ikke lagt inn i git-lageret som en vanlig fil"
    return fault("FORSLAG-FIL", "filen kan ikke foreslås endret", why, "legg filen inn i lageret først")


def not_in_git() -> Faults:
    """What is told where there is no repository to propose in."""
    why, next_step = (
        "mappen med reglene ligger ikke i et git-lager",
        "legg mappen i et git-lager, eller send endringen på annen måte",
    )
    return fault("FORSLAG-GIT", "forslag kan ikke lagres her", why, next_step)


def _plain(text: str) -> str:
    """A name as git can hold it: one line, without angle brackets and signs that do not show."""
    return re.sub(r"[<>]", "", "".join(sign for sign in text if unicodedata.category(sign)[0] != "C")).strip(
        " .,;:'\"\\"
    )


def _address(id: str) -> str:
    found = re.sub(r"[^\w.@+-]", "-", _plain(id)) or "ukjent"
    return found if "@" in found else f"{found}@lokal.invalid"
