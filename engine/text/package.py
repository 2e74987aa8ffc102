"""The outside of an Excel file: a zip archive of XML parts, looked through before anything reads it.

Nothing is unpacked past a limit, whatever the archive says of itself, and what could act (macros, links, embedded files) or mean
more than it shows (document types, other encodings) is refused.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.text.fault import Fault, Faults
from engine.text.norsk import quoted
from engine.text.place import Place

if TYPE_CHECKING:
    from zipfile import ZipFile

MOST_BYTES = 2_000_000
MOST_UNPACKED = 8_000_000
MOST_PARTS = 200

#: how many cells and rows, empty ones that have a look of their own too, and how many tags of any kind, all parts together
MOST_CELLS, MOST_TAGS = 200_000, 1_000_000

#: files that look like a workbook and are not one that is read, by the end of the name
OTHER_KINDS = (".xlsm", ".xltm", ".xltx", ".xlsb", ".xls", ".ods")

_AS_XLSX = "lagre den på nytt som «Excel-arbeidsbok (*.xlsx)»"
_OLE = b"\xd0\xcf\x11\xe0"
_ACTING = re.compile(
    r"vbaProject|macrosheets/|dialogsheets/|activeX/|embeddings/|externalLinks/|ctrlProps/|connections\.xml|queryTables/",
    re.IGNORECASE,
)
_CELL = re.compile(rb"<(?:\w+:)?(?:c|row)[\s/>]")
_DECLARED = re.compile(rb"encoding\s*=\s*[\"']([^\"']*)[\"']")
_MACRO_TYPE = re.compile(rb"macroEnabled|vbaProject", re.IGNORECASE)


def check_package(content: bytes, file: str) -> None:
    """Raise `Faults` when the bytes are no plain workbook, or could unpack to more than the limits."""
    import zipfile  # here, for most applications are no workbooks
    import zlib

    place = Place(file, 1, 1)
    if len(content) > MOST_BYTES:
        raise Faults(
            [
                _fault(
                    place,
                    "EXCEL-STØRRELSE",
                    "filen er større enn 2 MB",
                    "større filer leses ikke",
                    "del innholdet på flere filer",
                )
            ]
        )
    if content.startswith(_OLE):
        why = "slik lagres gamle Excel-filer og filer med passord"
        raise Faults(
            [_fault(place, "EXCEL-FORMAT", "filen er ikke en vanlig .xlsx-fil", why, f"fjern passordet, og {_AS_XLSX}")]
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for fault in _problems(archive, place):
                raise Faults([fault])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        what, why = "filen er skadet, eller den er ikke en Excel-fil", "innholdet kan ikke pakkes ut"
        raise Faults([_fault(place, "EXCEL-SKADET", what, why, f"åpne den i Excel, og {_AS_XLSX}")]) from None


def other_kind(file: str) -> Fault:
    """The fault for a file whose name says that it is another kind of workbook."""
    what, why = f"{quoted(file)} er ikke en .xlsx-fil", "bare arbeidsbøker uten makroer leses"
    return _fault(Place(file, 1, 1), "EXCEL-FORMAT", what, why, _AS_XLSX)


def _problems(archive: ZipFile, place: Place) -> Iterator[Fault]:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS or len(set(names)) != len(names):
        why = f"en arbeidsbok har høyst {MOST_PARTS} deler, hver med sitt navn"
        yield _fault(place, "EXCEL-STØRRELSE", f"filen har {len(parts)} deler", why, "bruk malen")
    for name in names:
        if _ACTING.search(name):
            what, why = (
                f"filen har en del som kan gjøre noe selv: {quoted(name)}",
                "makroer, lenker og innebygde filer leses ikke",
            )
            yield _fault(place, "EXCEL-MAKRO", what, why, f"fjern den, og {_AS_XLSX}")
    if "[Content_Types].xml" not in names:
        what, why = "filen er ikke en Excel-fil", "den mangler innholdslisten som Excel-filer har"
        yield _fault(place, "EXCEL-FORMAT", what, why, "lag en mal med «alis ny-søknad ORDNING --excel FIL»")
    left, cells, tags = MOST_UNPACKED, 0, 0
    for part in parts:
        with archive.open(part) as stream:
            unpacked = stream.read(left + 1)
        left -= len(unpacked)
        if left < 0:
            what, why = "innholdet er for stort", f"filen pakkes ut til mer enn {MOST_UNPACKED // 1_000_000} MB"
            yield _fault(place, "EXCEL-STØRRELSE", what, why, "fjern det som ikke hører til søknaden")
        cells += len(_CELL.findall(unpacked))
        tags += unpacked.count(b"<")
        if cells > MOST_CELLS or tags > MOST_TAGS:
            what, why = (
                "filen har for mange celler",
                f"arkene har høyst {MOST_CELLS} celler til sammen, tomme celler med format også",
            )
            yield _fault(place, "EXCEL-STØRRELSE", what, why, "slett rader, kolonner og ark som ikke er i bruk")
        if part.filename == "[Content_Types].xml" and _MACRO_TYPE.search(unpacked):
            what, why = "filen har makroer", "bare arbeidsbøker uten makroer leses"
            yield _fault(place, "EXCEL-MAKRO", what, why, _AS_XLSX)
        if part.filename.endswith((".xml", ".rels", ".vml")) and not _is_plain(unpacked):
            what, why = f"delen {quoted(part.filename)} er ikke vanlig XML", "bare UTF-8 uten egne definisjoner leses"
            yield _fault(place, "EXCEL-XML", what, why, _AS_XLSX)


def _is_plain(unpacked: bytes) -> bool:
    """UTF-8 by its bytes and by what it says, and without a document type, which could define entities."""
    declared = _DECLARED.search(unpacked[:200])
    if declared is not None and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        return False
    try:
        unpacked.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in unpacked and b"<!DOCTYPE" not in unpacked and b"<!ENTITY" not in unpacked


def _fault(place: Place, code: str, what: str, why: str, next_step: str) -> Fault:
    return Fault(place, code, what, why, next_step)
