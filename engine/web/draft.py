"""A draft: the rules as they would be with some files changed, laid out in a folder of their own for as long as it is looked at.

Only rule files can be named, so nothing outside the folder of rules is ever read or written.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.language.rulebook import VOCABULARY_FILE
from engine.text.fault import Fault, Faults
from engine.text.norsk import quoted
from engine.text.place import Place

#: the name of a rule file under the folder of rules
RULE_FILE = re.compile(rf"{re.escape(VOCABULARY_FILE)}|[0-9]{{4}}/\w[\w-]{{0,99}}\.yaml")

MOST_FILES = 100


@contextmanager
def draft(root: Path, files: Mapping[str, str]) -> Iterator[Path]:
    """A folder with the rules of `root`, and the files given by name in place of theirs. Raises Faults for other names.

    Faults raised inside are told with the names the files have under the folder of rules.
    """
    named = {checked_name(name): text for name, text in files.items()}
    if len(named) > MOST_FILES:
        raise _fault(
            "utkast", f"utkastet har mer enn {MOST_FILES} filer", "så mange regelfiler finnes ikke", "send færre"
        )
    with laid_out(root, root.rglob("*.yaml"), named, "rules") as folder:
        yield folder


@contextmanager
def laid_out(base: Path, paths: Iterable[Path], texts: Mapping[str, str], called: str) -> Iterator[Path]:
    """A folder for as long as it is looked at: the files of `base` at the paths, and texts by name in place of theirs or beside them.

    Faults raised inside are told with the names the files have under `base`.
    """
    with TemporaryDirectory(prefix="alis-") as scratch:
        folder = Path(scratch).resolve() / called
        for path in paths:
            if path.is_file() and not path.is_symlink():
                target = folder / path.relative_to(base)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        for name, text in texts.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode("utf-8", "surrogatepass"))  # what is not text is told of when it is read
        with told_without(folder):
            yield folder


def checked_name(name: str) -> str:
    """The name if it is one a rule file may have. Raises Faults (UTKAST-NAVN)."""
    name = unicodedata.normalize("NFC", name)
    if RULE_FILE.fullmatch(name) is None:
        what, why = f"{quoted(name)} er ikke navnet på en regelfil", "bare regelfiler kan leses og endres"
        raise _fault("utkast", what, why, f"skriv {VOCABULARY_FILE} eller ÅR/ORDNING.yaml")
    return name


@contextmanager
def told_without(folder: Path) -> Iterator[None]:
    """Faults raised inside, with the folder taken out of what they say."""
    try:
        yield
    except Faults as faults:
        raise Faults([without(fault, folder) for fault in faults]) from None


def without(fault: Fault, folder: Path) -> Fault:
    """A fault that does not tell where on the machine the folder lies."""
    spellings = sorted(
        {f"{folder}/", f"{folder.resolve()}/", str(folder), str(folder.resolve())}, key=len, reverse=True
    )

    def told(text: str) -> str:
        for spelling in spellings:
            text = text.replace(spelling, "")
        return text

    place = Place(told(fault.place.file), fault.place.line, fault.place.column)
    return Fault(place, fault.code, told(fault.what), told(fault.why), told(fault.next_step))


def _fault(file: str, what: str, why: str, next_step: str) -> Faults:
    return Faults([Fault(Place(file, 1, 1), "UTKAST-NAVN", what, why, next_step)])
