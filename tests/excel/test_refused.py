"""What a workbook may not hold: told at its cell, in Norwegian, and never guessed, worked out or unpacked past a limit."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from workbook_builder import filled, saved

from engine.case.application import read_application, workbook_application
from engine.case.stated import Application
from engine.language.rulebook import Rulebook
from engine.language.sheet_template import sheet_template
from engine.text import yaml
from engine.text.cell import scalar
from engine.text.fault import Faults
from engine.text.package import MOST_BYTES, MOST_CELLS, MOST_PARTS, MOST_TAGS, MOST_UNPACKED
from engine.text.place import Place, column_letters
from engine.text.workbook import Cell, workbook

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "eksempler" / "søknad-2024.yaml"

Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def good(book: Rulebook) -> bytes:
    return filled(yaml.read_path(EXAMPLE), book.vocabulary, "nasjonal-alis")


def changed(content: bytes, change: Change) -> bytes:
    workbook = load_workbook(io.BytesIO(content))
    change(workbook)
    return saved(workbook)


def refused(content: bytes, book: Rulebook) -> list[str]:
    with pytest.raises(Faults) as caught:
        workbook_application(content, "sak.xlsx", book)
    return str(caught.value).splitlines()


def at(sheet: str, heading: str, row: int, value: Any, shape: str | None = None) -> Change:
    """Write a value in a row below a heading; in the form, beside a field."""

    def change(workbook: Any) -> None:
        page = workbook[sheet]
        if sheet == "søknad":
            found = next(one for one in page["A"] if one.value == heading)
            cell = page.cell(found.row, 3)
        else:
            found = next(one for one in page[2] if one.value == heading)
            cell = page.cell(row, found.column)
        cell.value = value
        if shape is not None:
            cell.number_format = shape

    return change


# --- cells ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (at("perioder", "stillingsandel", 3, "=80+20"), r"perioder!E3: CELLE-FORMEL: cellen har en formel – formler regnes ikke ut"),
        (at("søknad", "id", 0, '=HYPERLINK("http://x","y")'), r"søknad!C2: CELLE-FORMEL"),
        (at("perioder", "stillingsandel", 3, 79.12345678901234), r"perioder!E3: CELLE-TALL: tallet 79,12345678901234 er ikke"),
        (at("perioder", "stillingsandel", 3, 1e300), r"perioder!E3: CELLE-TALL"),
        (at("perioder", "stillingsandel", 3, 0.8, "0.00"), r"CELLE-PROSENT: cellen har tallet 0,8, som kan bety 0,8 % eller 80 %"),
        (at("perioder", "stillingsandel", 3, 1, "General"), r"CELLE-PROSENT: cellen har tallet 1,"),
        (at("perioder", "stillingsandel", 3, 101), r"perioder!E3: VERDI-GRENSE"),
        (at("perioder", "stillingsandel", 3, True), r"CELLE-TYPE: cellen har en celle med sann eller usann"),
        (at("perioder", "fra", 3, 45170, "General"), r"perioder!B3: CELLE-TYPE: cellen har tallet 45170 – her skal det stå en dato"),
        (at("perioder", "fra", 3, datetime(2024, 5, 1, 12, 30)), r"perioder!B3: CELLE-TYPE: cellen har 1\.5\.2024 med klokkeslettet"),
        (at("perioder", "fra", 3, time(12, 30)), r"perioder!B3: CELLE-TYPE: cellen har et klokkeslett"),
        (at("perioder", "fra", 3, timedelta(hours=30)), r"perioder!B3: CELLE-TYPE"),
        (at("perioder", "fra", 3, "1. mai 2024"), r"perioder!B3: SKJEMA-FORM"),
        (at("perioder", "fra", 3, "31.2.2024"), r"perioder!B3: VERDI: .*finnes ikke"),
        (at("perioder", "stilling", 3, "fastlege"), r"perioder!D3: SKJEMA-VALG: .*mente du «fastlegevikar»"),
        (at("søknad", "kommunenummer", 0, 301, "General"), r"søknad!C7: CELLE-TALL: cellen har tallet 301, men her skal det stå tekst"),
        (at("søknad", "kommunenummer", 0, date(2024, 3, 1)), r"søknad!C7: CELLE-TYPE: cellen har datoen 1\.3\.2024"),
        (at("søknad", "tilskuddsår", 0, 0.2, "0%"), r"CELLE-TYPE: cellen har 20 %"),
        (at("leger", "mal_brukt", 3, "Ja"), r"leger!\w+3: SKJEMA-VALG"),
        (at("leger", "mal_brukt", 3, 1), r"leger!\w+3: CELLE-TYPE: cellen har tallet 1 – her skal det stå ja eller nei"),
        (at("leger", "id", 5, "lege-1"), r"leger!A5: LEGE-DUPLIKAT: .*den første står på rad 3"),
        (at("perioder", "lege", 3, "lege-9"), r"perioder!A3: EXCEL-LEGE: legen «lege-9» står ikke i arket «leger», mente du «lege-1»"),
        (at("perioder", "lege", 3, None), r"perioder!A3: EXCEL-LEGE: raden sier ikke hvilken lege"),
        (at("perioder", "til", 3, date(2020, 1, 1)), r"perioder!A3: PERIODE-REKKEFØLGE"),
        (at("søknad", "ordning", 0, "nasjonal-ali"), r"søknad!C3: ORDNING: .*mente du «nasjonal-alis»"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_used_is_told_of_where_it_is(
    change: Change, told: str, good: bytes, book: Rulebook
) -> None:
    lines = refused(changed(good, change), book)
    assert any(re.match(r"sak\.xlsx:", line) and re.search(told, line) for line in lines), lines
    assert all(len(line.split(" – ")) >= 3 for line in lines)


def test_several_faults_come_together_and_in_order(good: bytes, book: Rulebook) -> None:
    def change(workbook: Any) -> None:
        for one in (
            at("perioder", "stilling", 3, "=A1"),
            at("perioder", "stillingsandel", 3, 1e300),
            at("søknad", "kommunenummer", 0, 301),
        ):
            one(workbook)

    codes = [line.split(": ")[1] for line in refused(changed(good, change), book)]
    assert codes == ["CELLE-FORMEL", "CELLE-TALL", "CELLE-TALL"]


@pytest.mark.parametrize(
    ("change", "read"),
    [
        (at("søknad", "kommunenummer", 0, "0301"), lambda one: one.facts["kommunenummer"] == "0301"),
        (at("søknad", "kommunenummer", 0, 301, "0000"), lambda one: one.facts["kommunenummer"] == "0301"),
        (at("søknad", "kommunenummer", 0, 4642, "General"), lambda one: one.facts["kommunenummer"] == "4642"),
        (at("søknad", "id", 0, 20240317, "General"), lambda one: one.id == "20240317"),
        (at("søknad", "id", 0, "  sak 7\u00a0"), lambda one: one.id == "sak 7"),
        (at("perioder", "stillingsandel", 3, 0.8, "0%"), lambda one: one.doctors[0].periods[0].facts["stillingsandel"] == 80),
        (at("perioder", "stillingsandel", 3, 0.557, "0.0 %"), lambda one: str(one.doctors[0].periods[0].facts["stillingsandel"]) == "557/10"),
        (at("perioder", "stillingsandel", 3, "0,8"), lambda one: str(one.doctors[0].periods[0].facts["stillingsandel"]) == "4/5"),
        (at("perioder", "stillingsandel", 3, 62.5, "General"), lambda one: str(one.doctors[0].periods[0].facts["stillingsandel"]) == "125/2"),
        (at("perioder", "stillingsandel", 3, "80/3"), lambda one: str(one.doctors[0].periods[0].facts["stillingsandel"]) == "80/3"),
        (at("søknad", "mottatt", 0, datetime(2024, 8, 28, 14, 3)), lambda one: one.facts["mottatt"] == datetime(2024, 8, 28, 14, 3)),
        (at("søknad", "mottatt", 0, "28.8.2024 14:03"), lambda one: one.facts["mottatt"] == datetime(2024, 8, 28, 14, 3)),
        (at("leger", "mal_brukt", 3, True), lambda one: one.doctors[0].facts["mal_brukt"] == "ja"),
    ],
)  # fmt: skip
def test_what_is_surely_meant_is_read(
    change: Change, read: Callable[[Application], bool], good: bytes, book: Rulebook
) -> None:
    assert read(workbook_application(changed(good, change), "sak.xlsx", book))


def test_text_that_looks_like_a_formula_is_only_text(good: bytes, book: Rulebook) -> None:
    def change(workbook: Any) -> None:
        cell = workbook["søknad"]["C2"]
        cell.value = "=1+1"
        cell.data_type = "s"

    assert workbook_application(changed(good, change), "sak.xlsx", book).id == "=1+1"


def test_dates_counted_from_1904_are_the_same_dates(good: bytes, book: Rulebook) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    def change(workbook: Any) -> None:
        workbook.epoch = CALENDAR_MAC_1904

    assert workbook_application(changed(good, change), "s.xlsx", book).digest == read_application(EXAMPLE, book).digest


@given(st.decimals(min_value="0.001", max_value="99999999", places=3))
def test_a_number_that_was_typed_is_read_to_the_last_digit(number: Any) -> None:
    cell = Cell(float(number), "number", "General", Place("f", 1, 1, "a"))
    read = scalar(cell, "tall")
    assert read is not None
    assert type(number)(read.text) == number and "e" not in read.text.lower()


@given(st.floats(allow_nan=True, allow_infinity=True) | st.integers())
def test_any_number_is_read_exactly_or_refused(number: float) -> None:
    try:
        read = scalar(Cell(number, "number", "General", Place("f", 1, 1, "a")), "tall")
    except Faults as faults:
        assert "CELLE-TALL" in str(faults)
    else:
        assert (
            read is not None
            and float(read.text) == float(number)
            and len(re.sub(r"\D", "", read.text).strip("0")) <= 15
        )


def test_places_in_a_workbook() -> None:
    assert str(Place("f.xlsx", 12, 28, "leger")) == "f.xlsx:leger!AB12"
    assert [column_letters(number) for number in (1, 26, 27, 52, 53, 702, 703, 16384)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
        "XFD",
    ]
    one, other = Place("f", 9, 1, "a"), Place("f", 1, 1, "b")
    assert one < other and other > one and sorted([other, one]) == [one, other]


# --- sheets -----------------------------------------------------------------------------------------------------------------


def _rename(old: str, new: str) -> Change:
    def change(workbook: Any) -> None:
        workbook[old].title = new

    return change


def _cell(sheet: str, coordinate: str, value: Any) -> Change:
    def change(workbook: Any) -> None:
        workbook[sheet][coordinate] = value

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_rename("perioder", "periodene"), "sak.xlsx:periodene!A1: EXCEL-ARK: arket «periodene» er ikke kjent, mente du «perioder»?"),
        (_rename("søknad", "x"), "EXCEL-ARK: arket «søknad» mangler"),
        (_cell("perioder", "Z3", "løst notat"), "sak.xlsx:perioder!Z3: EXCEL-KOLONNE: cellen står i en kolonne uten navn"),
        (_cell("perioder", "D2", "stillling"), "sak.xlsx:perioder!D2: SKJEMA-UKJENT: «stillling» er ikke kjent"),
        (_cell("perioder", "D2", "fra"), "sak.xlsx:perioder!D2: EXCEL-DUPLIKAT: kolonnen «fra» står to ganger"),
        (_cell("perioder", "A2", "legen"), "sak.xlsx:perioder!A1: EXCEL-KOLONNE: arket «perioder» har ingen kolonne «lege»"),
        (_cell("søknad", "A4", "søkertype"), "EXCEL-DUPLIKAT: feltet «søkertype» står to ganger"),
        (_cell("søknad", "A4", None), "sak.xlsx:søknad!C4: EXCEL-RAD: svaret står på en rad uten navn på feltet"),
        (_cell("søknad", "A4", "tilskudsår"), "sak.xlsx:søknad!A4: SKJEMA-UKJENT: «tilskudsår» er ikke kjent"),
        (_cell("perioder", "A6000", "x"), "sak.xlsx:perioder!H5001: EXCEL-STØRRELSE: arket har innhold utenfor"),
        (_cell("leger", "XFD3", "x"), "EXCEL-STØRRELSE: arket har innhold utenfor"),
        (lambda workbook: workbook["perioder"].merge_cells("A3:A4"), "sak.xlsx:perioder!A3: EXCEL-FLETTET: cellene A3:A4 er slått sammen"),
    ],
)  # fmt: skip
def test_a_sheet_that_is_not_as_the_template(change: Change, told: str, good: bytes, book: Rulebook) -> None:
    lines = refused(changed(good, change), book)
    assert any(told in line for line in lines), lines


def test_none_of_them_stands_alone(book: Rulebook) -> None:
    path = ROOT / "fixtures" / "2017" / "spesialisering" / "fullstendig-søknad.yaml"
    content = filled(yaml.read_path(path), book.vocabulary, "spesialisering")
    lines = refused(changed(content, _cell("innhold", "A3", "ingen av disse")), book)
    assert lines[0].startswith("sak.xlsx:innhold!A3: EXCEL-RAD: et av svarene er «ingen av disse»")

    def only(workbook: Any) -> None:
        workbook["innhold"].delete_rows(3, 50)
        workbook["innhold"]["A3"] = "ingen av disse"

    read = workbook_application(changed(content, only), "sak.xlsx", book)
    assert read.facts["innhold"] == frozenset()


# --- the package ------------------------------------------------------------------------------------------------------------


def repacked(content: bytes, parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The archive with some parts replaced or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", compression) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return target.getvalue()


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TYPES, PAGE = "[Content_Types].xml", "xl/worksheets/sheet2.xml"
PLAIN = b"openxmlformats-officedocument.spreadsheetml.sheet.main"


def lying(content: bytes) -> bytes:
    """An archive whose largest part says that it is small."""
    bomb = bytearray(repacked(content, {"xl/bombe.xml": b" " * 30_000_000}))
    size = struct.pack("<I", 30_000_000)
    for found in [match.start() for match in re.finditer(re.escape(size), bytes(bomb))]:
        bomb[found : found + 4] = struct.pack("<I", 100)
    return bytes(bomb)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda good: b"", "EXCEL-SKADET"),
        (lambda good: b"ikke en fil", "EXCEL-SKADET"),
        (lambda good: good[: len(good) // 2], "EXCEL-SKADET"),
        (lambda good: b"\xd0\xcf\x11\xe0" + bytes(600), "EXCEL-FORMAT: filen er ikke en vanlig .xlsx-fil"),
        (lambda good: good + bytes(MOST_BYTES), "EXCEL-STØRRELSE: filen er større enn 2 MB"),
        (lambda good: repacked(good, {"xl/bombe.xml": b" " * (MOST_UNPACKED + 1)}), "EXCEL-STØRRELSE: innholdet er for stort"),
        (lambda good: repacked(good, {PAGE: HEAD + b"<row>" + b"<c/>" * MOST_CELLS}), "EXCEL-STØRRELSE: filen har for mange celler"),
        (lambda good: repacked(good, {PAGE: HEAD + b"<x:c>" * (MOST_CELLS + 1)}), "EXCEL-STØRRELSE: filen har for mange celler"),
        (lambda good: repacked(good, {PAGE: HEAD + b"<a>" * MOST_TAGS}), "EXCEL-STØRRELSE: filen har for mange celler"),
        (lying, "EXCEL-SKADET"),
        (lambda good: repacked(good, {f"x/{n}.bin": b"" for n in range(MOST_PARTS)}), "EXCEL-STØRRELSE: filen har"),
        (lambda good: repacked(good, {"xl/vbaProject.bin": b"x"}), "EXCEL-MAKRO: filen har en del som kan gjøre noe selv"),
        (lambda good: repacked(good, {"xl/externalLinks/externalLink1.xml": b"<x/>"}), "EXCEL-MAKRO"),
        (lambda good: repacked(good, {"xl/embeddings/oleObject1.bin": b"x"}), "EXCEL-MAKRO"),
        (
            lambda good: repacked(good, {TYPES: part(good, TYPES).replace(PLAIN, b"ms-excel.sheet.macroEnabled.main")}),
            "EXCEL-MAKRO: filen har makroer",
        ),
        (
            lambda good: repacked(good, {PAGE: b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + part(good, PAGE)}),
            "EXCEL-XML: delen «xl/worksheets/sheet2.xml» er ikke vanlig XML",
        ),
        (lambda good: repacked(good, {"xl/workbook.xml": part(good, "xl/workbook.xml").decode().encode("utf-16")}), "EXCEL-XML"),
        (lambda good: repacked(good, {"xl/workbook.xml": b"<?xml version='1.0' encoding='cp037'?>" + part(good, "xl/workbook.xml")}), "EXCEL-XML"),
        (lambda good: repacked(good, {"xl/worksheets/sheet2.xml": b"<worksheet>"}), "EXCEL-SKADET"),
        (lambda good: repacked(b"PK\x05\x06" + bytes(18), {"a.txt": b"x"}), "EXCEL-FORMAT: filen er ikke en Excel-fil"),
    ],
)  # fmt: skip
def test_a_package_that_is_no_plain_workbook(
    make: Callable[[bytes], bytes], told: str, good: bytes, book: Rulebook
) -> None:
    lines = refused(make(good), book)
    assert len(lines) == 1 and lines[0].startswith("sak.xlsx:1:1: ") and told in lines[0], lines


@given(st.data())
def test_a_damaged_file_is_refused_or_read(data: st.DataObject) -> None:
    """Whatever single byte or cut is wrong: an error of ours, or the sheets; never anything else."""
    content = bytearray(_EMPTY)
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for one in (bytes(content), bytes(content[:cut])):
        try:
            assert "søknad" in workbook(one, "sak.xlsx")
        except Faults as faults:
            assert all(fault.code.startswith("EXCEL-") for fault in faults)


def _empty() -> bytes:
    from engine.language.rulebook import open_rulebook

    return sheet_template(open_rulebook(ROOT / "rules").vocabulary, "spesialisering")


_EMPTY = _empty()


@pytest.mark.parametrize("name", ["sak.xlsm", "sak.xls", "sak.xlsb", "sak.ods", "SAK.XLSM"])
def test_other_kinds_of_workbooks_are_refused_by_name(name: str, tmp_path: Path, good: bytes, book: Rulebook) -> None:
    path = tmp_path / name
    path.write_bytes(good)
    with pytest.raises(Faults) as caught:
        read_application(path, book)
    assert "EXCEL-FORMAT" in str(caught.value) and "bare arbeidsbøker uten makroer leses" in str(caught.value)


def test_a_missing_file_is_missing(tmp_path: Path, book: Rulebook) -> None:
    with pytest.raises(Faults) as caught:
        read_application(tmp_path / "borte.xlsx", book)
    assert "FIL-MANGLER" in str(caught.value)
