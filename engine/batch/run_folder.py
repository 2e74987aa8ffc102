"""The folder a run writes: it takes the place of what an earlier run wrote when it is whole, and not before.

Beside the folder `UT` lies `.UT.arbeid` while a run goes on: `ny` is what is being written, `gammel` the earlier folder in the moment
between two renames, `base` the database. Whoever holds the lock in it may tidy after a run that died: what is in `gammel` is put
back when there is no `UT`, and the rest is thrown away.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.text.fault import Fault, Faults
from engine.text.file import refused
from engine.text.norsk import list_text, quoted
from engine.text.place import Place

RECEIPT = "kvittering.json"

#: in a receipt, which command wrote the folder
COMMAND = "kommando"

_NEW, _OLD, _LOCK = "ny", "gammel", "lås"

_CANNOT = "mappen kan ikke skrives"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """`new` is the folder to write in; `work` a folder for what the run needs on the disk, thrown away afterwards."""

    new: Path
    work: Path


@contextmanager
def run_folder(target: Path, command: str, entries: Collection[str]) -> Iterator[RunFolder]:
    """A folder to write in, which gets the target's name when all went well.

    A target that the same command wrote before is replaced: it has a receipt that says so, and no other entries than `entries`.
    Raises `Faults`: MAPPE-OPPTATT when something else is there, MAPPE-I-BRUK when another run is writing it, FIL-SKRIV.
    """
    shown = Place(str(target), 1, 1)
    try:
        real = Path(os.path.realpath(target))
        real.parent.mkdir(parents=True, exist_ok=True)
        work = real.with_name(f".{real.name}.arbeid")
    except (OSError, ValueError) as error:
        raise Faults([refused(shown, "FIL-SKRIV", _CANNOT, error)]) from None
    try:
        with _alone(real, work, shown):
            _tidy(real, work)
            _check_free(real, shown, command, entries)
            new, old = work / _NEW, work / _OLD
            new.mkdir()
            yield RunFolder(new, work)
            _settle(new)
            _replace(real, new, old)
    except OSError as error:
        raise Faults([refused(shown, "FIL-SKRIV", _CANNOT, error)]) from None


def _replace(real: Path, new: Path, old: Path) -> None:
    """Two renames; what the first moved away is moved back when the second cannot be done."""
    if real.exists():
        real.rename(old)
    try:
        new.rename(real)
    except BaseException:
        if old.exists() and not real.exists():
            old.rename(real)
        raise


def _tidy(real: Path, work: Path) -> None:
    """After a run that died: what it was about to replace is put back, and what it left is thrown away."""
    old = work / _OLD
    if old.exists() and not real.exists():
        old.rename(real)
    for path in work.iterdir():
        if path.name != _LOCK:
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _check_free(real: Path, shown: Place, command: str, entries: Collection[str]) -> None:
    """Whether the folder may be written. Raises `Faults`."""
    if not real.exists() and not real.is_symlink():
        return
    if not real.is_dir():
        why = "det som er der, skal ikke gå tapt"
        raise _taken(shown, "det ligger en fil her fra før", why)
    there = sorted(path.name for path in real.iterdir())
    if not there:
        return
    if _receipt(real).get(COMMAND) != command:
        why = f"mappen er ikke skrevet av kommandoen «{command}», og det som er der, skal ikke gå tapt"
        raise _taken(shown, "det ligger noe her fra før", why)
    others = [name for name in there if name not in entries]
    if others:
        named = list_text([quoted(name) for name in others[:3]])
        raise _taken(shown, f"mappen har også {named}", "noe som ikke er skrevet av kjøringen, skal ikke gå tapt")


def _taken(shown: Place, what: str, why: str) -> Faults:
    return Faults([Fault(shown, "MAPPE-OPPTATT", what, why, "velg en ny mappe, eller flytt det som ligger der")])


def _receipt(folder: Path) -> dict[str, Any]:
    """The receipt of the run that wrote a folder; empty when there is none."""
    try:
        found = json.loads((folder / RECEIPT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def _alone(real: Path, work: Path, shown: Place) -> Iterator[None]:
    """Hold the lock, which the system lets go of when the process dies. The work folder is gone afterwards."""
    handle = _lock(work, shown)
    try:
        yield
    finally:
        with suppress(OSError):
            if real.exists() or not (work / _OLD).exists():
                shutil.rmtree(work)
        os.close(handle)


def _lock(work: Path, shown: Place) -> int:
    while True:
        work.mkdir(exist_ok=True)
        path = work / _LOCK
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except FileNotFoundError:  # another run ended in this moment, and took the folder with it
            continue
        if not _locked(handle):
            os.close(handle)
            what, why = "en annen kjøring skriver i denne mappen nå", "to kjøringer kan ikke skrive i samme mappe"
            raise Faults([Fault(shown, "MAPPE-I-BRUK", what, why, "vent til den er ferdig, eller velg en annen mappe")])
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        os.close(handle)


def _locked(handle: int) -> bool:
    """Whether the lock was free. A system without such locks does not keep runs apart."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _settle(folder: Path) -> None:
    """Have every file on the disk before the folder gets its name, so that not even a power cut leaves half a folder."""
    for parent, _, names in os.walk(folder):
        for name in names:
            handle = os.open(Path(parent) / name, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
