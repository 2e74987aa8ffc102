"""An empty application as an Excel workbook, made from the vocabulary: headings, questions, lists to choose from, checks as one types.

Everything written is text, also what begins like a formula. The same vocabulary gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import Any

from engine.language import sheet_look as look
from engine.language.application_schema import bounds_in_words
from engine.language.sheet_layout import (
    ANSWER,
    APPLICATION,
    CHOICES,
    DOCTOR,
    DOCTORS,
    EXPLANATION,
    FACT,
    HELP,
    ID,
    NONE_OF_THEM,
    QUESTION,
    Column,
    SheetLayout,
    sheets,
)
from engine.language.template import about
from engine.language.vocabulary import Fact, Vocabulary
from engine.text.norsk import exact_decimal

#: rows that have checks
MOST_DOCTORS, MOST_ROWS = 200, 1000

#: the day the file says that it was made, so that it is the same every time
_MADE = datetime(2000, 1, 1)

_LONGEST_PROMPT = 250

#: the width of a column in digits
_COLUMN = 24
_SHAPES = {"dato": "yyyy-mm-dd", "tidspunkt": "yyyy-mm-dd hh:mm", "tekst": "@", "måned": "@", "valg": "@"}
_OWN = {
    ID: "Et navn på søknaden, for eksempel saksnummeret.",
    "ordning": "Ordningen det søkes i.",
    DOCTOR: "Hvilken lege raden gjelder, med samme navn som i arket «leger».",
}
_ID_OF_DOCTOR = "Et navn på legen i denne søknaden. Ikke bruk navn eller fødselsnummer."
_HELP = (
    "Fyll ut arkene fra venstre mot høyre. Det du ikke vet, lar du stå tomt.",
    "I arket «søknad» står ett spørsmål på hver rad. I de andre arkene er det én rad for hver lege, periode eller linje.",
    "Kall legene lege-1 og så videre. Ikke bruk navn eller fødselsnummer.",
    "Skriv svar, ikke formler. Formler blir ikke regnet ut.",
    "Ikke endre navnene på arkene, feltene eller kolonnene, og ikke slå sammen celler.",
    f"Der flere svar kan passe, skriver du ett på hver rad. Passer ingen, skriver du «{NONE_OF_THEM}».",
    "Når du er ferdig, kjører du «alis vurder» med denne filen.",
)


def sheet_template(vocabulary: Vocabulary, scheme: str) -> bytes:
    """The workbook of an empty application in a scheme."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    writer = _Writer(book, vocabulary, scheme)
    for layout in sheets(vocabulary, scheme):
        writer.form(layout) if layout.name == APPLICATION else writer.table(layout)
    writer.finish()
    book.properties.created = book.properties.modified = _MADE
    book.properties.creator = "alis-regler"
    book.properties.title = vocabulary.schemes[scheme].title
    book.properties.language = "nb-NO"
    return _settled(book)


class _Writer:
    """Writes sheet by sheet; the choices are gathered and come last."""

    def __init__(self, book: Any, vocabulary: Vocabulary, scheme: str) -> None:
        self.book = book
        self.vocabulary = vocabulary
        self.scheme = scheme
        self.choices: dict[tuple[str, ...], str] = {}

    def form(self, layout: SheetLayout) -> None:
        """A row a fact: its name, the question, the answer, and how to answer."""
        sheet = self.book.create_sheet(layout.name)
        for letter, width in zip("ABCD", (30, 52, 28, 70), strict=True):
            sheet.column_dimensions[letter].width = width
        for column, heading in enumerate((FACT, QUESTION, ANSWER, EXPLANATION), 1):
            look.heading(sheet.cell(1, column), heading)
        for row, one in enumerate(layout.columns, 2):
            look.put(sheet.cell(row, 1), one.name)
            look.put(sheet.cell(row, 2), one.fact.question if one.fact else _own(one, layout))
            look.put(sheet.cell(row, 4), _explained(one.fact) if one.fact else "")
            answer = sheet.cell(row, 3)
            answer.number_format = _shape(one)
            if one.name == "ordning":
                look.put(answer, self.scheme)
            self._check(sheet, one, layout, f"C{row}")
            look.answer(answer)
            for column in (1, 2, 4):
                look.wrapped(sheet.cell(row, column))
            look.grown(sheet, row)
        look.printed(sheet)
        sheet.freeze_panes = "C2"

    def table(self, layout: SheetLayout) -> None:
        """A column a fact, with the question above its name."""
        sheet = self.book.create_sheet(layout.name)
        last = 2 + (MOST_DOCTORS if layout.name == DOCTORS else MOST_ROWS)
        for number, one in enumerate(layout.columns, 1):
            question, name = sheet.cell(1, number), sheet.cell(2, number)
            look.put(question, _asked(one, layout))
            look.wrapped(question)
            look.heading(name, one.name)
            letter = name.column_letter
            sheet.column_dimensions[letter].width = max(_COLUMN, len(one.name) + 3)
            sheet.column_dimensions[letter].number_format = _shape(one)
            self._check(sheet, one, layout, f"{letter}3:{letter}{last}")
        look.grown(sheet, 1)
        look.printed(sheet)
        sheet.freeze_panes = "B3"

    def finish(self) -> None:
        """The sheets without answers: the choices, hidden, and the help, first."""
        sheet = self.book.create_sheet(CHOICES)
        for column, words in enumerate(self.choices, 1):
            for row, word in enumerate(words, 1):
                look.put(sheet.cell(row, column), word)
        sheet.sheet_state = "hidden"
        told = self.book.create_sheet(HELP, 0)
        told.column_dimensions["A"].width = 100
        look.heading(told.cell(1, 1), f"Søknad: {self.vocabulary.schemes[self.scheme].title}")
        for row, line in enumerate(_HELP, 2):
            look.put(told.cell(row, 1), line)
            look.wrapped(told.cell(row, 1))
            look.grown(told, row)
        look.printed(told)

    def _check(self, sheet: Any, one: Column, layout: SheetLayout, cells: str) -> None:
        """What Excel lets one write in some cells, and what it says there."""
        from openpyxl.worksheet.datavalidation import DataValidation

        check = DataValidation(
            **self._allowed(one, layout), allow_blank=True, showErrorMessage=True, showInputMessage=True
        )
        words = _explained(one.fact) if one.fact else _own(one, layout)
        check.promptTitle, check.prompt = one.name[:32], _short(words)
        check.errorTitle, check.error = "Svaret passer ikke", _short(_about(one.fact) if one.fact else words)
        check.add(cells)
        sheet.add_data_validation(check)

    def _allowed(self, one: Column, layout: SheetLayout) -> dict[str, Any]:
        fact = one.fact
        if fact is None:
            if one.name == DOCTOR:
                return {"type": "list", "formula1": f"{DOCTORS}!$A$3:$A${2 + MOST_DOCTORS}"}
            return (
                {"type": "list", "formula1": self._range((self.scheme,))} if one.name == "ordning" else {"type": None}
            )
        if fact.choices:
            several = (NONE_OF_THEM,) if fact.kind == "flervalg" else ()
            return {"type": "list", "formula1": self._range((*fact.choices, *several))}
        match fact.kind:
            case "ja_nei":
                return {"type": "list", "formula1": self._range(("ja", "nei"))}
            case "dato" | "tidspunkt":
                return {
                    "type": "date",
                    "operator": "between",
                    "formula1": "DATE(1900,3,1)",
                    "formula2": "DATE(2200,12,31)",
                }
            case "heltall" | "desimal":
                return {"type": "whole" if fact.kind == "heltall" else "decimal", **_bounds(fact)}
            case _:
                return {"type": None}

    def _range(self, words: tuple[str, ...]) -> str:
        """Where some choices stand in the sheet of choices."""
        from openpyxl.utils import get_column_letter

        letter = get_column_letter(
            list(self.choices).index(words) + 1 if words in self.choices else len(self.choices) + 1
        )
        return self.choices.setdefault(words, f"{CHOICES}!${letter}$1:${letter}${len(words)}")


def _bounds(fact: Fact) -> dict[str, Any]:
    """Bounds as Excel takes them. One that is not itself allowed is left to the reading."""
    low = fact.at_least if fact.at_least is not None else fact.above
    if low is not None and fact.at_most is not None:
        return {"operator": "between", "formula1": exact_decimal(low), "formula2": exact_decimal(fact.at_most)}
    if fact.at_most is not None:
        return {"operator": "lessThanOrEqual", "formula1": exact_decimal(fact.at_most)}
    return {"operator": "greaterThanOrEqual", "formula1": exact_decimal(low) if low is not None else "-1000000000"}


def _shape(one: Column) -> str:
    if one.fact is None or (one.fact.choices and one.fact.kind != "heltall"):
        return "@"
    return _SHAPES.get(one.fact.kind, "General")


def _own(one: Column, layout: SheetLayout) -> str:
    return _ID_OF_DOCTOR if (layout.name, one.name) == (DOCTORS, ID) else _OWN[one.name]


def _asked(one: Column, layout: SheetLayout) -> str:
    if one.fact is None:
        return _own(one, layout)
    return " ".join(part for part in (one.fact.question, one.fact.help) if part)


def _explained(fact: Fact) -> str:
    return " ".join(part for part in (fact.help, f"Svar: {_about(fact)}.") if part)


def _about(fact: Fact) -> str:
    if fact.kind == "flervalg":
        return f"ett av valgene på hver rad, eller «{NONE_OF_THEM}»"
    percent = fact.kind == "desimal" and fact.unit.is_percent
    return f"tall{bounds_in_words(fact)}, i prosent, for eksempel 80" if percent else about(fact)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_PROMPT else text[: _LONGEST_PROMPT - 1] + "…"


def _settled(book: Any) -> bytes:
    """The workbook's bytes, each part dated the same day."""
    written, settled = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target:
        for part in parts.infolist():
            content = parts.read(part)
            if part.filename == "docProps/core.xml":
                content = _undated(content)
            target.writestr(zipfile.ZipInfo(part.filename, (2000, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return settled.getvalue()


def _undated(content: bytes) -> bytes:
    """The properties with the day of making as the day of the last change, which the library sets to now."""
    made = _MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + made, content)
