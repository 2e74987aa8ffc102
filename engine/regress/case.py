"""Test cases: the application files under some paths that say what they expect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.text.fault import Fault, FaultList
from engine.text.place import Place

SUFFIXES = (".yaml", ".yml", ".json")


def case_files(paths: Iterable[Path], suffixes: tuple[str, ...] = SUFFIXES) -> list[Path]:
    """Every file named, and every file with one of the suffixes in a folder named, each once, in order.

    What Excel puts beside a workbook that is open (`~$…`) is none. Raises Faults for a folder without any.
    """
    faults = FaultList()
    found: dict[Path, None] = {}
    for path in paths:
        files = list(_within(path, suffixes)) if _is_folder(path) else [path]
        if not files:
            faults.extend([_empty(path)])
        found.update(dict.fromkeys(files))
    faults.raise_if_any()
    return list(found)


def _is_folder(path: Path) -> bool:
    """Whether it is a folder; a name that cannot even be asked about is told of when the file is read."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _within(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """A link that leads nowhere is a file too: it is told of when it is read, not left out unseen."""
    named = (path for path in folder.rglob("*") if path.suffix in suffixes and not path.name.startswith("~$"))
    yield from sorted(path for path in named if path.is_file() or (path.is_symlink() and not path.exists()))


def _empty(path: Path) -> Fault:
    return Fault(
        Place(str(path), 1, 1),
        "MAPPE-TOM",
        "mappen har ingen saker",
        "en sak er en fil som slutter på .yaml, .yml eller .json",
        "oppgi en annen mappe",
    )
