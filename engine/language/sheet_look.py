"""How the workbook of an application looks: texts that stay texts, headings, answers, rows as high as their text, paper."""

from __future__ import annotations

import textwrap
from typing import Any

#: the height of a line in points
_LINE = 15


def put(cell: Any, text: str) -> None:
    """Write a text that stays text, whatever it begins with, also when someone edits it."""
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"


def heading(cell: Any, text: str) -> None:
    from openpyxl.styles import Font, PatternFill

    put(cell, text)
    cell.font = Font(name="Calibri", bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor="00375F")


def wrapped(cell: Any) -> None:
    from openpyxl.styles import Alignment

    cell.alignment = Alignment(wrap_text=True, vertical="top")


def grown(sheet: Any, row: int) -> None:
    """Make a row as high as its longest text needs: a row that has not been opened in Excel is one line high otherwise."""
    lines = (
        len(textwrap.wrap(str(cell.value), int(sheet.column_dimensions[cell.column_letter].width * 0.95)))
        for cell in sheet[row]
    )
    sheet.row_dimensions[row].height = _LINE * max(1, *lines)


def printed(sheet: Any) -> None:
    """On paper: lying, all columns on one page's width."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def answer(cell: Any) -> None:
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    line = Side(style="thin", color="8A94A3")
    cell.fill = PatternFill("solid", fgColor="FFFBE6")
    cell.border = Border(left=line, right=line, top=line, bottom=line)
    cell.alignment = Alignment(horizontal="left", vertical="top")
