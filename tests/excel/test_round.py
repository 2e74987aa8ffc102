"""A workbook and a YAML file with the same answers are the same application."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from workbook_builder import filled, saved

from engine.case.application import read_application, workbook_application
from engine.decide.decide import decide
from engine.explain.contract import as_json
from engine.language.rulebook import Rulebook
from engine.language.sheet_layout import CHOICES, HELP, sheets
from engine.language.sheet_template import sheet_template
from engine.text import yaml
from engine.text.fault import Faults

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "fixtures").rglob("*.yaml"))


def test_every_third_fixture_is_the_same_application_in_excel(book: Rulebook) -> None:
    assert len(CASES) > 200
    for path in CASES[::3]:
        ours = read_application(path, book)
        theirs = workbook_application(filled(yaml.read_path(path), book.vocabulary, ours.scheme), "sak.xlsx", book)
        if not any(list_ == () for one in (ours, *ours.doctors) for list_ in one.lists.values()):
            assert theirs.digest == ours.digest, path
        assert (theirs.facts, [one.facts for one in theirs.doctors]) == (
            ours.facts,
            [one.facts for one in ours.doctors],
        ), path


@pytest.mark.parametrize("path", CASES[1::12], ids=lambda path: path.stem)
def test_and_gets_the_same_decision(path: Path, book: Rulebook) -> None:
    ours = decide(read_application(path, book), book)
    content = filled(yaml.read_path(path), book.vocabulary, ours.application.scheme)
    theirs = decide(workbook_application(content, "sak.xlsx", book), book)
    assert as_json(theirs) == as_json(ours)


@pytest.mark.parametrize("scheme", ["nasjonal-alis", "veiledet-tjeneste", "spesialisering"])
def test_the_template_has_what_the_vocabulary_has(scheme: str, book: Rulebook) -> None:
    content = sheet_template(book.vocabulary, scheme)
    assert content == sheet_template(book.vocabulary, scheme), "the same bytes every time"
    workbook = load_workbook(io.BytesIO(content))
    layouts = sheets(book.vocabulary, scheme)
    assert workbook.sheetnames == [HELP, *(one.name for one in layouts), CHOICES]
    assert workbook[CHOICES].sheet_state == "hidden"
    for layout in layouts:
        sheet = workbook[layout.name]
        assert isinstance(sheet, Worksheet)
        texts = [cell.value for row in sheet.iter_rows() for cell in row]
        for column in layout.columns:
            assert column.name in texts
            if column.fact is not None:
                assert any(column.fact.question in str(text) for text in texts), column.name
        checks = {str(check.sqref): check for check in sheet.data_validations.dataValidation}
        assert len(checks) == len(layout.columns)
        assert all(len(check.prompt or "") <= 255 and len(check.promptTitle or "") <= 32 for check in checks.values())


def test_choices_are_chosen_from_a_list_and_bounds_are_kept(book: Rulebook) -> None:
    workbook = load_workbook(io.BytesIO(sheet_template(book.vocabulary, "nasjonal-alis")))
    columns = {cell.value: cell.column_letter for cell in workbook["perioder"][2]}
    checks = {str(check.sqref)[0]: check for check in workbook["perioder"].data_validations.dataValidation}
    kind = checks[columns["stilling"]]
    assert kind.type == "list"
    sheet, _, cells = str(kind.formula1).partition("!")
    offered = [cell[0].value for cell in workbook[sheet][cells.replace("$", "")]]
    assert offered == list(book.vocabulary.facts["stilling"].choices)
    share = checks[columns["stillingsandel"]]
    assert (share.type, share.operator, share.formula1, share.formula2) == ("decimal", "between", "0", "100")
    assert checks[columns["fra"]].type == "date"
    assert checks[columns["lege"]].formula1 == "leger!$A$3:$A$202"


def test_nothing_we_write_is_a_formula(book: Rulebook, tmp_path: Path) -> None:
    """Even when the vocabulary has texts that begin like one."""
    import shutil

    from engine.language.rulebook import open_rulebook

    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", folder)
    file = folder / "vokabular.yaml"
    for old, new in (
        ("spørsmål: Hvilken stilling har legen?", 'spørsmål: "=HYPERLINK(1)"'),
        ("hjelp: Fire siffer. En innledende null hører med.", 'hjelp: "+1 @SUM(A1)"'),
        ("tittel: Nasjonal ALIS og veiledning", 'tittel: "=cmd|x!A1"'),
    ):
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1
        file.write_text(text.replace(old, new), encoding="utf-8")
    workbook = load_workbook(io.BytesIO(sheet_template(open_rulebook(folder).vocabulary, "nasjonal-alis")))
    written = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in written} == {"s"}
    assert all(cell.number_format == "@" for cell in written)
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in written)


def test_an_empty_template_asks_for_the_name_of_the_application(book: Rulebook) -> None:
    with pytest.raises(Faults) as caught:
        workbook_application(sheet_template(book.vocabulary, "nasjonal-alis"), "tom.xlsx", book)
    assert "tom.xlsx:søknad!A1: SKJEMA-MANGLER: «id» mangler i «søknad»" in str(caught.value)


def test_columns_and_rows_may_be_moved_and_empty_ones_do_not_count(book: Rulebook) -> None:
    path = ROOT / "docs" / "eksempler" / "søknad-2024.yaml"
    workbook = load_workbook(io.BytesIO(filled(yaml.read_path(path), book.vocabulary, "nasjonal-alis")))
    periods = workbook["perioder"]
    periods.insert_rows(3, 5)
    periods.insert_cols(1)
    periods.insert_rows(1)
    periods.cell(30, 3).value = "   "
    read = workbook_application(saved(workbook), "sak.xlsx", book)
    assert read.digest == read_application(path, book).digest
    assert read.doctors[0].periods[0].first == date(2023, 9, 1)
