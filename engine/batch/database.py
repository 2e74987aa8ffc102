"""The database of a run: a file of its own, so that tables larger than the memory go to the disk, and its errors in bokmål."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from engine.text import literal
from engine.text.fault import Fault, Faults
from engine.text.norsk import exact_decimal
from engine.text.place import Place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MB = 1_000_000
_UNITS = {"MB": _MB, "GB": 1000 * _MB, "MIB": 1 << 20, "GIB": 1 << 30}

#: less than this is not enough for one part, and what is used when nothing is said
LEAST, USUAL = 200 * _MB, 4000 * _MB

#: the system's number for a full disk, a used-up quota and a file that may not grow
FULL = re.compile(r"No space left|not enough space|Disk quota exceeded|File too large|max_temp_directory_size", re.I)


def memory_of(text: str) -> int | None:
    """Bytes of `2GB`, `1,5 GB`, `500MB` or `2GiB`; None when it is none of them."""
    found = re.fullmatch(r"\s*([0-9][0-9.,]*)\s*([A-Za-z]+)\s*", text)
    if found is None or found[2].upper() not in _UNITS:
        return None
    try:
        return int(literal.number(found[1]) * _UNITS[found[2].upper()])
    except ValueError:
        return None


def memory_text(memory: int) -> str:
    """`2 GB`, `500 MB`."""
    unit = "GB" if memory >= _UNITS["GB"] else "MB"
    amount = Fraction(memory, _UNITS[unit])
    return f"{exact_decimal(Fraction(round(amount * 10), 10)).replace('.', ',')} {unit}"


def usual_memory() -> int:
    """Half of the machine's memory, and never more than `USUAL`."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return USUAL // 2
    return max(LEAST, min(USUAL, whole // 2))


def usual_threads() -> int:
    """The processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


@contextmanager
def database(folder: Path, shown: str, memory: int, threads: int) -> Iterator[DuckDBPyConnection]:
    """A new database in a folder, which is thrown away by whoever made the folder. `shown` is the place errors are told at.

    Raises `Faults`: MINNE when the memory is too small, FIL-SKRIV when the disk is full; KeyboardInterrupt when stopped by a person.
    """
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory // 1_000}KB",
        "temp_directory": str(folder / "mellomlager"),
        "threads": threads,
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
    }
    try:
        connection = duckdb.connect(str(folder / "base"), config=settings)
        try:
            connection.execute("SET enable_progress_bar = false")
            yield connection
        finally:
            connection.close()
    except duckdb.Error as error:
        raise _told(error, shown, memory) from error
    except RuntimeError as error:
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None
        raise


def disk_full(shown: str) -> Faults:
    """No more room on the disk, told at a place."""
    why, next_step = (
        "tabellene og det som mellomlagres, fikk ikke plass",
        "frigjør plass, eller velg en mappe på en større disk",
    )
    return Faults([Fault(Place(shown, 1, 1), "FIL-SKRIV", "disken er full", why, next_step)])


def too_little_memory(shown: str, memory: int) -> Faults:
    """Not enough memory, of which there were so many bytes."""
    what = f"{memory_text(memory)} minne er for lite til disse tabellene"
    next_step = "gi mer med --minne, for eksempel «--minne 8GB», eller bruk færre tråder med «--tråder 1»"
    return Faults([Fault(Place(shown, 1, 1), "MINNE", what, "en del av tabellene fikk ikke plass", next_step)])


def _told(error: Exception, shown: str, memory: int) -> BaseException:
    """The error as `Faults`, or as it is when it is none a user can do anything about."""
    import duckdb

    if isinstance(error, duckdb.InterruptException):
        return KeyboardInterrupt()
    if FULL.search(str(error)):
        return disk_full(shown)
    if isinstance(error, duckdb.OutOfMemoryException):
        return too_little_memory(shown, memory)
    if isinstance(error, duckdb.IOException):
        why = "databasen fikk ikke skrevet eller lest en fil"
        return Faults(
            [Fault(Place(shown, 1, 1), "FIL-SKRIV", "kjøringen stanset", why, "kontroller disken og prøv igjen")]
        )
    return error
