"""A proposal: a changed rule file as a commit on a branch of its own. The files on disk, what is checked out, and hooks are left alone."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.regress.witness_file import slug
from engine.text.fault import Fault, Faults
from engine.text.place import Place
from engine.web.draft import checked_name

#: what branches with proposals begin with
BRANCHES = "forslag/"

_REGULAR = ("100644", "100755")
_NOTHING = "0" * 40

#: proposals are made one at a time, so that each is held against those before it
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Author:
    """Who proposes: a name, and what the ledger calls them."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Someone else's version of the file that this one cannot be put together with. `branch` is empty for the rules that stand."""

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
        self.root = root.resolve()

    @property
    def exists(self) -> bool:
        """Whether the rules are in a repository with a commit that git will read."""
        return self._try("rev-parse", "--verify", "--quiet", "HEAD^{commit}") is not None

    def propose(self, file: str, base: str, text: str, about: str, message: str, author: Author) -> Proposed | Conflict:
        """A branch with one commit on top of what is checked out, where the file of the rules holds `text`.

        `base` is the file as it was when the change was begun. It must be what is committed, and no proposal that waits may touch
        the same lines: else a conflict is given, and nothing is made. Raises Faults.
        """
        file = checked_name(file)
        if not self.exists:
            raise not_in_git()
        with _one_at_a_time:
            head = self._ask("rev-parse", "--verify", "HEAD^{commit}").strip()
            path = self._path(file)
            mode, blob = self._entry(head, path)
            if blob != self._blob(base):
                return Conflict("", self._show(blob))
            for branch, theirs in self._waiting(head, path):
                if self._collides(
                    text, self._show(self._entry(self._ask("merge-base", head, branch).strip(), path)[1]), theirs
                ):
                    return Conflict(branch.removeprefix("refs/heads/"), theirs)
            commit = self._commit(head, path, mode, text, message, author)
            name = f"{BRANCHES}{slug(about)[:50].strip('-') or 'endring'}-{commit[:8]}"
            self._ask("update-ref", f"refs/heads/{name}", commit, _NOTHING)
            return Proposed(name, commit)

    def _path(self, file: str) -> str:
        """The path of a rule file from the top of the repository."""
        prefix = self._ask("rev-parse", "--show-prefix").rstrip("\n")
        return prefix + file

    def _entry(self, commit: str, path: str) -> tuple[str, str]:
        """Mode and blob of a file in a commit. Raises Faults when it is no plain file there."""
        listed = self._ask("--literal-pathspecs", "ls-tree", "--full-tree", "-z", commit, "--", path)
        mode, _, blob = listed.partition("\t")[0].split(" ") if listed else ("", "", "")
        if mode not in _REGULAR:
            why = "filen er ikke lagt inn i git-lageret som en vanlig fil"
            raise _fault("FORSLAG-FIL", "filen kan ikke foreslås endret", why, "legg filen inn i lageret først")
        return mode, blob

    def _waiting(self, head: str, path: str) -> Iterator[tuple[str, str]]:
        """Proposals that are not part of what is checked out and change the file, each with its version of it."""
        listed = self._ask("for-each-ref", "--format=%(refname)", f"--no-merged={head}", f"refs/heads/{BRANCHES}")
        for branch in listed.split():
            if self._try("merge-base", head, branch) is None:
                continue
            if self._ask("diff", "--name-only", f"{head}...{branch}", "--", f":(top,literal){path}"):
                yield branch, self._show(self._entry(branch, path)[1])

    def _collides(self, ours: str, base: str, theirs: str) -> bool:
        """Whether two changes of one text touch the same lines, and differently."""
        if ours == theirs:
            return False
        with TemporaryDirectory(prefix="alis-") as scratch:
            paths = []
            for name, text in (("a", ours), ("b", base), ("c", theirs)):
                path = Path(scratch) / name
                path.write_bytes(text.encode())
                paths.append(str(path))
            return self._run("merge-file", "-p", "-q", *paths).returncode != 0

    def _commit(self, head: str, path: str, mode: str, text: str, message: str, author: Author) -> str:
        blob = self._ask("hash-object", "-w", "--stdin", given=text.encode()).strip()
        with TemporaryDirectory(prefix="alis-") as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
            self._ask("read-tree", head, more=index)
            self._ask("update-index", "--cacheinfo", f"{mode},{blob},{path}", more=index)
            tree = self._ask("write-tree", more=index).strip()
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", _plain(author.name) or _plain(author.id)), ("EMAIL", _address(author.id)))
        }
        return self._ask("commit-tree", tree, "-p", head, given=message.encode(), more=who).strip()

    def _blob(self, text: str) -> str:
        return self._ask("hash-object", "--stdin", given=text.encode()).strip()

    def _show(self, blob: str) -> str:
        return self._ask("cat-file", "blob", blob)

    def _ask(self, *arguments: str, given: bytes = b"", more: dict[str, str] | None = None) -> str:
        done = self._run(*arguments, given=given, more=more)
        if done.returncode != 0:
            why, next_step = f"git svarte nei på «{arguments[0]}»", "si fra til dem som drifter tjenesten"
            raise _fault("FORSLAG-GIT", "forslaget ble ikke lagret", why, next_step)
        return done.stdout.decode("utf-8", "surrogateescape")

    def _try(self, *arguments: str) -> str | None:
        done = self._run(*arguments)
        return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None

    def _run(
        self, *arguments: str, given: bytes = b"", more: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GIT_") or name == "GIT_CONFIG_GLOBAL"
        }
        command = ["git", "-C", str(self.root), "-c", f"core.hooksPath={os.devnull}", "-c", "core.quotePath=false"]
        try:
            return subprocess.run(
                [*command, *arguments],
                input=given,
                capture_output=True,
                check=False,
                env=kept | {"LC_ALL": "C"} | (more or {}),
            )
        except OSError:
            why, next_step = "programmet git finnes ikke", "si fra til dem som drifter tjenesten"
            raise _fault("FORSLAG-GIT", "forslaget ble ikke lagret", why, next_step) from None


def not_in_git() -> Faults:
    """What is told where there is no repository to propose in."""
    why, next_step = (
        "mappen med reglene ligger ikke i et git-lager",
        "legg mappen i et git-lager, eller send endringen på annen måte",
    )
    return _fault("FORSLAG-GIT", "forslag kan ikke lagres her", why, next_step)


def _plain(text: str) -> str:
    """A name as git can hold it: one line, without angle brackets and signs that do not show."""
    return re.sub(r"[<>]", "", "".join(sign for sign in text if unicodedata.category(sign)[0] != "C")).strip(
        " .,;:'\"\\"
    )


def _address(id: str) -> str:
    found = re.sub(r"[^\w.@+-]", "-", _plain(id)) or "ukjent"
    return found if "@" in found else f"{found}@lokal.invalid"


def _fault(code: str, what: str, why: str, next_step: str) -> Faults:
    return Faults([Fault(Place("forslaget", 1, 1), code, what, why, next_step)])
