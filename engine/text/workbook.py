"""Excel workbooks as cells with places: sheets by name, each with the rows of cells that hold something.

Formulas are never worked out: a cell with one keeps it as what it is, for whoever reads the cell to refuse.
"""

from __future__ import annotations

import importlib.util
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.text.fault import Fault, Faults
from engine.text.file import read_bytes
from engine.text.package import MOST_BYTES, OTHER_KINDS, check_package, other_kind
from engine.text.place import Place

SUFFIX = ".xlsx"

MOST_ROWS, MOST_COLUMNS = 5_000, 100

#: cells of all sheets together, empty ones between the others too
MOST_CELLS = 300_000


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds as the file has it: text, whole number, float, yes/no, date, moment, or a formula or error.

    `kind` is text, number, truth, date, formula or error; `shape` is the number format.
    """

    value: Any
    kind: str
    shape: str
    place: Place


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells that hold something, by row and column from 1."""

    name: str
    rows: Mapping[int, Mapping[int, Cell]]
    file: str

    def place(self, row: int, column: int) -> Place:
        return Place(self.file, row, column, self.name)


def is_workbook(path: Path) -> bool:
    """Whether a file name says that it is an Excel workbook, of a kind that is read or not."""
    return path.suffix.lower() in (SUFFIX, *OTHER_KINDS)


def check_installed(file: str) -> None:
    """Raise `Faults` that say what to install when workbooks cannot be read or made."""
    if importlib.util.find_spec("openpyxl") is None:
        what, why = "pakken «openpyxl» er ikke installert", "Excel-filer leses og lages med den"
        raise Faults([Fault(Place(file, 1, 1), "MANGLER-PAKKE", what, why, "kjør pip install 'alis-regler[excel]'")])


def read_workbook(path: Path, shown: str) -> dict[str, Sheet]:
    """The sheets of a workbook file. Raises `Faults`."""
    if path.suffix.lower() in OTHER_KINDS:
        raise Faults([other_kind(shown)])
    return workbook(read_bytes(path, shown, MOST_BYTES + 1), shown)


def workbook(content: bytes, file: str) -> dict[str, Sheet]:
    """The sheets in the bytes of a workbook, by name. Raises `Faults`, and nothing else."""
    check_installed(file)
    check_package(content, file)
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what is not kept on reading, which nobody here writes back
            book = load_workbook(io.BytesIO(content), keep_links=False)
    except Exception:  # the library raises whatever it meets in a damaged part
        what, why = "filen er skadet, eller den er ikke en Excel-fil", "arkene i den kan ikke leses"
        step = "åpne den i Excel, og lagre den på nytt"
        raise Faults([Fault(Place(file, 1, 1), "EXCEL-SKADET", what, why, step)]) from None
    for sheet in book.worksheets:
        _check_size(sheet, file)
    if sum(sheet.max_row * sheet.max_column for sheet in book.worksheets) > MOST_CELLS:
        what, why = "arkene er for store til sammen", f"de har høyst {MOST_CELLS} celler, de tomme iblant medregnet"
        raise Faults(
            [Fault(Place(file, 1, 1), "EXCEL-STØRRELSE", what, why, "slett rader, kolonner og ark som ikke er i bruk")]
        )
    return {sheet.title: _sheet(sheet, file) for sheet in book.worksheets}


def _check_size(sheet: Any, file: str) -> None:
    name = sheet.title
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        place = Place(file, min(sheet.max_row, MOST_ROWS + 1), min(sheet.max_column, MOST_COLUMNS + 1), name)
        what = f"arket har innhold utenfor de første {MOST_ROWS} radene og {MOST_COLUMNS} kolonnene"
        step = "slett radene og kolonnene som er tomme, eller del søknaden"
        raise Faults([Fault(place, "EXCEL-STØRRELSE", what, "større ark leses ikke", step)])


def _sheet(sheet: Any, file: str) -> Sheet:
    name = sheet.title
    for merged in sheet.merged_cells.ranges:
        place = Place(file, merged.min_row, merged.min_col, name)
        what, why = f"cellene {merged.coord} er slått sammen", "da er det uklart hvilke rader verdien gjelder"
        raise Faults([Fault(place, "EXCEL-FLETTET", what, why, "opphev sammenslåingen, og fyll ut hver celle")])
    rows: dict[int, dict[int, Cell]] = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                place = Place(file, cell.row, cell.column, name)
                rows.setdefault(cell.row, {})[cell.column] = Cell(cell.value, _kind(cell), cell.number_format, place)
    return Sheet(name, rows, file)


def _kind(cell: Any) -> str:
    if cell.data_type == "f":
        return "formula"
    if cell.data_type == "e":
        return "error"
    return {"n": "number", "b": "truth", "d": "date"}.get(cell.data_type, "text")
