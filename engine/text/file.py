"""Files read and written whole."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from engine.text.fault import Fault, Faults
from engine.text.norsk import quoted
from engine.text.place import Place
from engine.text.suggest import nearest


def read_bytes(path: Path, shown: str, most: int) -> bytes:
    """The first `most` bytes of a file. Raises `Faults` (FIL-MANGLER, FIL-LES) at line 1, column 1 of `shown`."""
    place = Place(shown, 1, 1)
    try:
        with path.open("rb") as stream:
            return stream.read(most)
    except (FileNotFoundError, NotADirectoryError):
        raise Faults([_missing(path, place)]) from None
    except IsADirectoryError:
        raise Faults([_directory(place)]) from None
    except PermissionError as error:
        if path.is_dir():  # what Windows answers for a directory
            raise Faults([_directory(place)]) from None
        raise Faults([refused(place, "FIL-LES", "filen kan ikke leses", error)]) from None
    except (OSError, ValueError) as error:
        raise Faults([refused(place, "FIL-LES", "filen kan ikke leses", error)]) from None


def write_whole(path: Path, text: str | bytes) -> None:
    """Write a file, text as UTF-8, so that readers meet either the old or the new content, never half of one.

    The file keeps its permissions, and a symbolic link stays a link. When anything fails the old file is untouched and
    nothing is left behind; what the operating system refuses is raised as `Faults` (FIL-SKRIV).
    """
    content = text.encode("utf-8") if isinstance(text, str) else text
    try:
        target = Path(os.path.realpath(path))
        _replace(target, content)
    except (OSError, ValueError) as error:
        raise Faults([refused(Place(str(path), 1, 1), "FIL-SKRIV", "filen kan ikke skrives", error)]) from None


def _replace(target: Path, content: bytes) -> None:
    beside = target.with_name(f".{os.urandom(8).hex()}.tmp")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileNotFoundError):
            beside.chmod(target.stat().st_mode & 0o7777)
        os.replace(beside, target)  # noqa: PTH105 - the name this step is known by
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    _settle(target.parent)


def _settle(folder: Path) -> None:
    """Have the new name itself on the disk too, where the system can; the file is whole either way."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _missing(path: Path, place: Place) -> Fault:
    folder = path.parent
    if not folder.is_dir():
        why, near = f"mappen {quoted(str(folder))} finnes ikke", None
    else:
        why = "det ligger ingen fil med dette navnet i mappen"
        try:
            near = nearest(path.name, sorted(entry.name for entry in folder.iterdir()))
        except OSError:
            near = None
    hint = "" if near is None else f"; mente du {quoted(near)}?"
    return Fault(place, "FIL-MANGLER", "filen finnes ikke", why, f"kontroller navnet{hint}")


def _directory(place: Place) -> Fault:
    return Fault(place, "FIL-LES", "dette er en mappe", "her leses én fil", "oppgi navnet på en fil i mappen")


def refused(place: Place, code: str, what: str, error: OSError | ValueError) -> Fault:
    """What the operating system refused, in bokmål."""
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, ValueError) or number in (errno.ENAMETOOLONG, errno.EINVAL):
        return Fault(place, code, what, "filnavnet er ikke gyldig her", "velg et kortere navn uten spesialtegn")
    if isinstance(error, PermissionError):
        return Fault(place, code, what, "brukeren mangler tilgang", "gi brukeren tilgang til filen og mappen")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Fault(place, code, what, "mappen finnes ikke", "lag mappen først, eller rett navnet")
    if isinstance(error, IsADirectoryError):
        return Fault(place, code, what, "det ligger en mappe med dette navnet", "velg et annet navn")
    if number == errno.ENOSPC:
        return Fault(place, code, what, "disken er full", "frigjør plass og prøv igjen")
    name = errno.errorcode.get(number or 0, "ukjent")
    return Fault(place, code, what, f"operativsystemet meldte feilen {name}", "kontroller disken og prøv igjen")
