"""Checked rulebooks kept between runs, as Python keeps compiled modules.

Reading and checking a folder of rules costs more than deciding by it. What was checked is kept under a key of every byte it came
from: the rule files, the published schemas, this program's own files and the Python version. Anything else is read anew. The
folder is the user's own; one that others can write to is not used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import stat
import sys
from dataclasses import replace
from pathlib import Path

from engine import __version__
from engine.language.rulebook import VOCABULARY_FILE, Rulebook, open_rulebook, rule_files

#: set to anything to read the rules anew every time
SWITCH = "ALIS_UTEN_MELLOMLAGER"

#: kept rulebooks; the oldest go first
MOST = 16

_OWN = Path(__file__).parent


def open_kept(root: Path, only_scheme: str | None = None, known_as: str | None = None) -> Rulebook:
    """The checked rulebook of a folder, kept or read. Raises Faults exactly as `open_rulebook` does.

    With `known_as`, it is known again by that name wherever its folder lies.
    """
    folder = cache_folder()
    if folder is None:
        return open_rulebook(root, only_scheme)
    try:
        path = folder / f"{_key(root, only_scheme, known_as)}.regelbok"
    except OSError:
        return open_rulebook(root, only_scheme)
    book = _load(path)
    if book is None:
        book = open_rulebook(root, only_scheme)
        _keep(path, book)
    return book if book.root == root else replace(book, root=root)


def cache_folder() -> Path | None:
    """The user's own cache folder for this program; None when there is none that only the user can write to, or it is turned off."""
    if SWITCH in os.environ:
        return None
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "alis-regler"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except (OSError, RuntimeError):  # no home, or one that cannot be written to
        return None
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
        return None
    return folder


def _key(root: Path, only_scheme: str | None, known_as: str | None) -> str:
    """A digest of everything the checked rulebook comes from."""
    digest = hashlib.sha256()
    where = f"{root}\0{Path.cwd()}" if known_as is None else known_as
    place = f"{where}\0{only_scheme}\0{__version__}\0{sys.version}\0"
    digest.update(place.encode())
    for path in (root / VOCABULARY_FILE, *rule_files(root), *sorted(_OWN.glob("schema/*.json"))):
        name = path if known_as is None or not path.is_relative_to(root) else path.relative_to(root)
        digest.update(f"{name}\0".encode())
        digest.update(path.read_bytes())
    for path in sorted((*_OWN.glob("*.py"), *(_OWN.parent / "text").glob("*.py"))):
        own = path.stat()
        digest.update(f"{path.name} {own.st_size} {own.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _load(path: Path) -> Rulebook | None:
    try:
        with path.open("rb") as file:
            book = pickle.load(file)
    except FileNotFoundError:
        return None
    except Exception:  # a damaged file is as good as none
        with contextlib.suppress(OSError):
            path.unlink()
        return None
    return book if isinstance(book, Rulebook) else None


def _keep(path: Path, book: Rulebook) -> None:
    """Write whole or not at all; a full or read-only disk only means that the next run reads the rules again."""
    with contextlib.suppress(OSError):
        partial = path.with_suffix(f".{os.getpid()}")
        try:
            partial.write_bytes(pickle.dumps(replace(book, compiled={}), protocol=pickle.HIGHEST_PROTOCOL))
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        kept = sorted(path.parent.glob("*.regelbok"), key=lambda one: one.stat().st_mtime_ns)
        for old in kept[:-MOST]:
            old.unlink(missing_ok=True)
