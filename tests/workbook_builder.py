"""Applications as workbooks: the template filled in as a person would, with numbers as numbers and dates as dates."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from engine.case.stated import read_stated
from engine.language.sheet_layout import MANY, NONE_OF_THEM, sheet_name
from engine.language.sheet_template import sheet_template
from engine.language.vocabulary import Fact, Vocabulary
from engine.text.node import Mapping, Node, Scalar, Sequence

Columns = dict[str, int]


def filled(node: Node, vocabulary: Vocabulary, scheme: str) -> bytes:
    """The template of a scheme with an application's answers."""
    assert isinstance(node, Mapping)
    book = load_workbook(io.BytesIO(_empty(scheme, vocabulary)))
    top = node.entries["søknad"]
    assert isinstance(top, Mapping)
    form = book["søknad"]
    rows = {form.cell(row, 1).value: row for row in range(2, form.max_row + 1)}
    _many(book, top, None, vocabulary)
    for name, value in top.entries.items():
        if name in rows and isinstance(value, Scalar):
            _put(form.cell(rows[name], 3), value.text, vocabulary.facts.get(name))
    doctors = node.entries.get("leger")
    for number, doctor in enumerate(doctors.items if isinstance(doctors, Sequence) else (), 3):
        assert isinstance(doctor, Mapping)
        _row(book["leger"], number, doctor, vocabulary.facts)
        id = doctor.entries["id"]
        assert isinstance(id, Scalar)
        _many(book, doctor, id.text, vocabulary)
        periods = doctor.entries["perioder"]
        assert isinstance(periods, Sequence)
        for period in periods.items:
            _line(book["perioder"], period, id.text, vocabulary.facts)
    return saved(book)


_made: dict[tuple[str, int], bytes] = {}


def _empty(scheme: str, vocabulary: Vocabulary) -> bytes:
    """The template, made once."""
    key = (scheme, id(vocabulary))
    if key not in _made:
        _made[key] = sheet_template(vocabulary, scheme)
    return _made[key]


def saved(book: Any) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _columns(sheet: Any) -> Columns:
    return {sheet.cell(2, column).value: column for column in range(1, sheet.max_column + 1)}


def _row(sheet: Any, row: int, node: Node, facts: Any) -> None:
    columns = _columns(sheet)
    assert isinstance(node, Mapping)
    for name, value in node.entries.items():
        if isinstance(value, Scalar):
            _put(sheet.cell(row, columns[name]), value.text, facts.get(name))


def _line(sheet: Any, node: Node, doctor: str | None, facts: Any) -> None:
    """A row below the last."""
    row = max(sheet.max_row, 2) + 1
    _row(sheet, row, node, facts)
    if doctor is not None:
        _put(sheet.cell(row, 1), doctor, None)


def _many(book: Any, node: Mapping, doctor: str | None, vocabulary: Vocabulary) -> None:
    for name, value in node.entries.items():
        fact = vocabulary.facts.get(name)
        if fact is None or fact.kind not in MANY or not isinstance(value, Sequence):
            continue
        sheet = book[sheet_name(fact)]
        if fact.kind == "liste":
            for item in value.items:
                _line(sheet, item, doctor, fact.fields)
            continue
        first = 1 if doctor is None else 2
        for row, item in enumerate(value.items or [None], 3):
            sheet.cell(row, first).value = item.text if isinstance(item, Scalar) else NONE_OF_THEM


def _put(cell: Any, text: str, fact: Fact | None) -> None:
    """An answer as Excel keeps it when one types it; text where it would not be the same."""
    cell.value = text
    cell.data_type = "s"
    if fact is None or fact.kind in ("tekst", "valg"):
        return
    try:
        value = read_stated(fact, text)
    except ValueError:
        return
    if isinstance(value, datetime | date):
        cell.value = value
    elif fact.kind == "ja_nei":
        cell.value, cell.data_type = (text, "s") if text in ("ja", "nei") else (value == "ja", "b")
    elif (
        fact.kind in ("heltall", "desimal")
        and "/" not in text
        and (not fact.unit.is_percent or value > 1 or value == 0)
    ):
        number = text.replace(",", ".").replace(" ", "").replace("\u00a0", "")
        cell.value = float(number) if "." in number else int(number)
