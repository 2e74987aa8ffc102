"""The git repository a folder lies in, asked with git's own plumbing; no hook is run, and nobody's surroundings lead it elsewhere."""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.text.fault import Fault, Faults
from engine.text.place import Place

#: held while a proposal is made, in the part of the repository that all its working copies share
_LOCK = "alis-forslag.lock"
#: how long others are waited for, and how often they are asked, in seconds
_PATIENCE, _PAUSE = 30.0, 0.05


class Git:
    """Git in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    @property
    def exists(self) -> bool:
        """Whether the folder is in a repository with a commit that git will read."""
        return self.tried("rev-parse", "--verify", "--quiet", "HEAD^{commit}") is not None

    @property
    def top(self) -> str:
        """Where the repository begins; empty where there is none."""
        return (self.tried("rev-parse", "--show-toplevel") or "").rstrip("\n")

    @property
    def prefix(self) -> str:
        """The folder as paths in the repository begin."""
        return self.ask("rev-parse", "--show-prefix").rstrip("\n")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other process, and no other thread, is in here at the same time for the same repository.

        The kernel keeps the lock, and lets it go when the process ends, however it ends. Raises Faults (FORSLAG-OPPTATT) when others
        take too long.
        """
        path = self.folder / self.ask("rev-parse", "--git-common-dir").rstrip("\n") / _LOCK
        try:
            held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        except OSError:
            why, next_step = "git-lageret kan ikke skrives", "si fra til dem som drifter tjenesten"
            raise fault("FORSLAG-GIT", "forslaget ble ikke lagret", why, next_step) from None
        try:
            _lock(held)
            yield
        finally:
            os.close(held)

    def show(self, blob: str) -> str:
        return self.ask("cat-file", "blob", blob)

    def entry(self, commit: str, path: str) -> tuple[str, str] | None:
        """Mode and blob of what has a path in a commit; None when nothing has."""
        listed = self.ask("--literal-pathspecs", "ls-tree", "--full-tree", "-z", commit, "--", path)
        mode, _, blob = listed.partition("\t")[0].split(" ") if listed else ("", "", "")
        return (mode, blob) if listed else None

    def ask(self, *arguments: str, given: bytes = b"", more: dict[str, str] | None = None) -> str:
        """What git writes. Raises Faults (FORSLAG-GIT)."""
        done = self.run(*arguments, given=given, more=more)
        if done.returncode != 0:
            why, next_step = f"git svarte nei på «{arguments[0]}»", "si fra til dem som drifter tjenesten"
            raise fault("FORSLAG-GIT", "forslaget ble ikke lagret", why, next_step)
        return done.stdout.decode("utf-8", "surrogateescape")

    def tried(self, *arguments: str) -> str | None:
        """The same; None when git says no."""
        done = self.run(*arguments)
        return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None

    def run(
        self, *arguments: str, given: bytes = b"", more: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GIT_") or name == "GIT_CONFIG_GLOBAL"
        }
        command = ["git", "-C", str(self.folder), "-c", f"core.hooksPath={os.devnull}", "-c", "core.quotePath=false"]
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
            raise fault("FORSLAG-GIT", "forslaget ble ikke lagret", why, next_step) from None


def _lock(held: int) -> None:
    until = time.monotonic() + _PATIENCE
    pause = threading.Event()
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                why, next_step = "noen andre lagrer et forslag nå", "vent litt, og prøv igjen"
                raise fault("FORSLAG-OPPTATT", "forslaget ble ikke lagret", why, next_step) from None
            pause.wait(_PAUSE)


def fault(code: str, what: str, why: str, next_step: str) -> Faults:
    """One fault about a proposal."""
    return Faults([Fault(Place("forslaget", 1, 1), code, what, why, next_step)])
