"""CSV files: their header, how DuckDB scans them, and where in the file a row stands.

UTF-8, `,` or `;` between the cells, `"` around a cell that holds one of them or a line break. An empty cell is a missing value.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.batch import sql
from engine.text.fault import Fault, Faults
from engine.text.file import read_bytes
from engine.text.norsk import quoted
from engine.text.place import Place

if TYPE_CHECKING:
    from duckdb import Error

#: a header longer than this is none
_LONGEST_HEADER = 1 << 16

_BLOCK = 1 << 20


def header(path: Path) -> tuple[list[str], str]:
    """The names in the first line, and the separator. Raises `Faults`."""
    place = Place(str(path), 1, 1)
    head = read_bytes(path, str(path), _LONGEST_HEADER)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Faults([_not_utf8(place, "filen er lagret som UTF-16")])
    line = re.split(rb"\r\n|\n|\r", head.removeprefix(codecs.BOM_UTF8), maxsplit=1)[0]
    if not line.strip():
        what, why = "filen er tom", "den første linjen skal ha navnene på kolonnene"
        raise Faults([Fault(place, "TABELL-TOM", what, why, "lag en mal med «alis masse --mal MAPPE»")])
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise Faults([_encoding_fault(path)]) from None
    unquoted = re.sub(r'"[^"]*"', "", text)
    if "\t" in unquoted and not {",", ";"} & set(unquoted):
        what, why = "kolonnene er skilt med tabulator", "kolonner skilles med komma eller semikolon"
        raise Faults([Fault(place, "TABELL-SKILLETEGN", what, why, "lagre filen på nytt som CSV")])
    separator = ";" if unquoted.count(";") >= max(unquoted.count(","), 1) else ","
    return next(csv.reader([text], delimiter=separator)), separator


def scan(path: Path, names: Iterable[str], separator: str) -> str:
    """The table function that reads the rows below the header, every cell as text under its name in the file."""
    columns = ", ".join(f"{sql.text(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({sql.text(literal_path(path))}, delim = {sql.text(separator)}, quote = '\"', escape = '\"', "
        f"header = false, skip = 1, auto_detect = false, strict_mode = true, nullstr = '', columns = {{{columns}}})"
    )


def literal_path(path: Path) -> str:
    """The path as DuckDB takes it, without its patterns."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def fault(path: Path, error: Error) -> Fault:
    """What DuckDB met in a CSV file, at the line it stands on."""
    told = str(error)
    line = re.search(r"CSV Error on Line: (\d+)", told)
    place = Place(str(path), int(line[1]) if line else 1, 1)
    if "utf-8" in told or "unicode" in told:
        return _encoding_fault(path)
    if found := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", told):
        what, why = f"raden har {found[2]} celler", f"den første linjen har {found[1]} kolonner"
        return Fault(place, "TABELL-RAD", what, why, "rett raden; en celle med skilletegn skal ha anførselstegn rundt")
    if "quote" in told:
        what, why = "et anførselstegn er ikke avsluttet", "cellen må ha anførselstegn foran og bak"
        return Fault(place, "TABELL-RAD", what, why, "rett cellen; et anførselstegn inni skrives to ganger")
    what, why = "filen kan ikke leses som CSV", "raden følger ikke reglene for CSV"
    return Fault(place, "TABELL-RAD", what, why, "lagre filen på nytt som CSV med tegnkodingen UTF-8")


def line_by_line(path: Path, count: int) -> bool:
    """Whether each of the file's rows, `count` of them, is a line: no cell has a line break, and no line is empty."""
    return _breaks(path) <= count + 1


def lines(path: Path, rows: Iterable[int], separator: str) -> dict[int, int]:
    """The line of the file each row (from 1) begins on."""
    wanted = set(rows)
    found: dict[int, int] = {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=separator)
        next(reader)
        row, begins = 0, reader.line_num + 1
        for cells in reader:
            row += bool(cells)
            if cells and row in wanted:
                found[row] = begins
            begins = reader.line_num + 1
    return found


def _breaks(path: Path) -> int:
    """How many line breaks the file has: more than rows when a cell has one, or a line is empty."""
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(_BLOCK), b""))


def _encoding_fault(path: Path) -> Fault:
    """The first byte that is not UTF-8."""
    line = 1
    with path.open("rb") as stream:
        for content in stream:
            try:
                content.decode("utf-8")
            except UnicodeDecodeError as error:
                column = len(content[: error.start].decode("utf-8").removeprefix("\ufeff")) + 1
                byte = content[error.start]
                letter = bytes([byte]).decode("cp1252", "replace")
                why = f"filen er trolig lagret som Windows-1252, der byten er {quoted(letter)}"
                what = f"byten 0x{byte:02X} er ikke gyldig UTF-8"
                return _not_utf8(Place(str(path), line, column), what, why if letter.isalpha() else None)
            line += 1
    return _not_utf8(Place(str(path), 1, 1), "filen er ikke gyldig UTF-8")


def _not_utf8(place: Place, what: str, why: str | None = None) -> Fault:
    next_step = "lagre filen på nytt som «CSV UTF-8»"
    return Fault(place, "TABELL-KODING", what, why or "bare UTF-8 leses", next_step)
