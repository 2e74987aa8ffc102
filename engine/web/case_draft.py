"""The test cases as they would be with some changed or new: laid out in a folder of their own for as long as it is looked at.

Only a test case in the folder can be named, so nothing outside it is ever read or written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from engine.regress.case import case_files
from engine.text.fault import Fault, Faults
from engine.text.norsk import quoted
from engine.text.place import Place
from engine.web.draft import laid_out

#: the name of a case under the folder of cases: words that do not begin with a point, at most four folders down
_CASE_FILE = re.compile(r"(\w[\w ()-]{0,59}/){0,4}\w[\w .(),&-]{0,119}\.(yaml|yml|json)")
#: what file systems take of one name, in bytes
_LONGEST = 240

MOST_CASES = 200


@contextmanager
def case_draft(folder: Path, cases: Mapping[str, str]) -> Iterator[Path]:
    """A folder with the cases of `folder`, and those given by name in place of theirs or beside them. Raises Faults for other names.

    Faults raised inside are told with the names the cases have under the folder.
    """
    base = folder.resolve()
    named = {checked_case(folder, name): text for name, text in cases.items()}
    if len(named) > MOST_CASES:
        raise _fault(f"utkastet har mer enn {MOST_CASES} testsaker", "så mange kan ingen gå gjennom", "del det opp")
    with laid_out(base, case_files([base]), named, "saker") as copy:
        yield copy


def checked_case(folder: Path, name: str) -> str:
    """The name if it is one a case in the folder may have. Raises Faults (UTKAST-NAVN)."""
    name = unicodedata.normalize("NFC", name)
    base = folder.resolve()
    path = base / name
    fits = _CASE_FILE.fullmatch(name) and all(len(part.encode()) <= _LONGEST for part in name.split("/"))
    if not fits or not path.resolve().is_relative_to(base) or path.is_symlink():
        what, why = (
            f"{quoted(name)} er ikke navnet på en testsak",
            "bare filer i mappen med testsaker kan leses og endres",
        )
        raise _fault(what, why, "skriv et navn som slutter på .yaml, med bokstaver, tall og bindestrek")
    return name


def current_case(folder: Path, name: str) -> str | None:
    """The text of a case as it stands; None when there is none of that name. Raises Faults (UTKAST-NAVN)."""
    path = folder.resolve() / checked_case(folder, name)
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else None


def _fault(what: str, why: str, next_step: str) -> Faults:
    return Faults([Fault(Place("testsak", 1, 1), "UTKAST-NAVN", what, why, next_step)])
