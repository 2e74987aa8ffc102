"""The documents of a decision: tagged PDF with everything in it, the same bytes every time, and nothing in an application becomes code."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from engine.case.application import application, read_application
from engine.decide.decide import decide
from engine.decide.decision import Decision
from engine.explain.paper.document import Box, Document, Heading, Pairs, Paragraph, Reasoned, Strip, Table, blanks
from engine.explain.paper.grounds import Judged, grounds
from engine.explain.paper.letter import BLANKS, letter
from engine.explain.paper.sign import shown
from engine.explain.paper.typesetting import pdf
from engine.language.rulebook import Rulebook, open_rulebook
from engine.text import yaml
from engine.text.fault import Faults
from engine.text.norsk import NBSP

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
TIED = "2024/alis-avtale-18-april-kommersiell.yaml"
FIVE = "2023/fem-leger-alle-utfall.yaml"

Decided = Callable[[str], Decision]


@pytest.fixture(scope="module")
def of(book: Rulebook) -> Decided:
    return lambda name: decide(read_application(FIXTURES / name, book), book)


def read(content: bytes) -> tuple[PdfReader, str]:
    """The PDF, and its text with every kind of space as one."""
    reader = PdfReader(io.BytesIO(content))
    return reader, flat(" ".join(page.extract_text() for page in reader.pages))


def flat(text: str) -> str:
    return " ".join(text.replace(NBSP, " ").split())


def roles(reader: PdfReader) -> set[str]:
    """The kinds of parts in the tree that screen readers follow."""
    found: set[str] = set()
    queue: list[Any] = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while queue:
        node = queue.pop().get_object()
        if isinstance(node, list):
            queue += node
        elif isinstance(node, DictionaryObject):
            found.add(str(node.get("/S", "")))
            queue += [node["/K"]] if "/K" in node else []
    return found


# --- the PDF itself ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [grounds, letter])
def test_the_pdf_is_tagged_titled_in_bokmål_and_has_its_typefaces(
    of: Decided, make: Callable[[Decision], Document]
) -> None:
    document = make(of(TIED))
    reader, _ = read(pdf(document))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "nb-NO"
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a PDF boolean, not Python's
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert reader.metadata is not None and reader.metadata.title == document.title
    assert {"/Document", "/Title", "/H1", "/H2", "/P", "/L", "/LI"} <= roles(reader)
    assert "pdfuaid" in str(root["/Metadata"].get_object().get_data(), "utf-8")
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            described = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(described), "a typeface that is not in the file"


def test_tables_have_headings_a_screen_reader_can_follow(of: Decided) -> None:
    assert {"/Table", "/THead", "/TH", "/TR", "/TD"} <= roles(read(pdf(grounds(of(TIED))))[0])


def test_the_same_decision_gives_the_same_bytes(book: Rulebook) -> None:
    once, again = (decide(read_application(FIXTURES / FIVE, book), book) for _ in range(2))
    assert pdf(grounds(once)) == pdf(grounds(again))
    assert pdf(letter(once)) == pdf(letter(again))
    assert pdf(grounds(once, date(2024, 12, 1))) == pdf(grounds(again, date(2024, 12, 1)))


def test_no_date_unless_one_is_given_and_then_it_is_for_archives(of: Decided) -> None:
    decision = of(TIED)
    assert b"/CreationDate" not in pdf(grounds(decision))
    reader, text = read(pdf(grounds(decision, date(2024, 12, 1))))
    assert "Dato 1.12.2024" in text
    assert reader.metadata is not None and str(reader.metadata.get("/CreationDate")).startswith("D:20241201")
    assert "pdfaid" in str(reader.trailer["/Root"]["/Metadata"].get_object().get_data(), "utf-8")


# --- hostile text -----------------------------------------------------------------------------------------------------------

HOSTILE = [
    '#read("/etc/passwd")',
    '#import "@preview/cetz:0.3.0"',
    "#{ while true {} }",
    "$ sum_(i=0)^n $ *fet* _kursiv_ `kode` <merke> @ref \\ // /* */",
    '"] #panic("x") #["',
    "= Overskrift\n- punkt\n+ tall\n/ ord: forklaring",
    "a\u202egnirts\u200b\u0300 \U0001f600 \u4e2d\u6587 \u05d0",
    "'; DROP TABLE x; -- {{7*7}} <script>alert(1)</script> &amp; %s %n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_an_application_says_is_code(text: str, book: Rulebook) -> None:
    content = {
        "beskrivelse": text,
        "søknad": {"id": text, "ordning": "nasjonal-alis", "tilskuddsår": 2024},
        "leger": [{"id": text, "perioder": [{"fra": "2024-05-01", "til": "2024-05-31"}]}],
    }
    decision = decide(application(yaml.read_text(json.dumps(content), "fiendtlig.json"), book), book)
    expected = flat(shown(" ".join(text.split())))
    for document in (grounds(decision), letter(decision, filled=dict.fromkeys(BLANKS, text))):
        content_bytes = pdf(document)
        told = read(content_bytes)[1]
        assert expected.replace(" ", "") in told.replace(" ", ""), told[:400]
        assert "root:" not in told


def test_signs_no_typeface_has_are_told_by_their_code() -> None:
    assert shown("Ærlig š ŋ «1 215» – ja") == "Ærlig š ŋ «1 215» – ja"
    assert shown("\u4e2d\u202e\U0001f600\u0000") == "<U+4E2D><U+202E><U+1F600><U+0000>"


def test_every_sign_that_is_let_through_can_be_set() -> None:
    """PDF/UA is refused by the compiler when a typeface lacks a sign."""
    signs = "".join(sign for sign in map(chr, range(0x20, 0x2300)) if shown(sign) == sign)
    assert len(signs) > 400 and "ŋ" in signs and "€" in signs
    lines = [signs[start : start + 60] for start in range(0, len(signs), 60)]
    blocks = [Heading(1, line) for line in lines] + [Paragraph([line], quiet=True) for line in lines]
    assert pdf(Document(signs, signs[-20:], blocks)).startswith(b"%PDF-")


@settings(max_examples=15)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_at_all_can_be_set(one: str, other: str) -> None:
    blocks = [
        Box("utkast", one, [[other]]), Pairs([(one, [other])]), Reasoned("god", one, other, one, other, one),
        Table([one, other], [[other, one]], (1,), (2, 1)), Strip(["", *(["m"] * 12)], [(one, [("ja", "god")] * 12)]),
    ]  # fmt: skip
    assert pdf(Document(f"x{one}", other, blocks)).startswith(b"%PDF-")


# --- what the documents say -------------------------------------------------------------------------------------------------


def test_the_grounds_have_the_whole_basis(of: Decided) -> None:
    decision = of(TIED)
    _, text = read(pdf(grounds(decision)))
    for part in (
        "Utfall: delvis innvilget",
        "Sum: 33 621,00 kr",
        "Veiledning uten ALIS-avtale innvilget 5 33 621,00 kr",
        "2024 veiledning ja ja ja ja ja",
        "2024 alis nei nei nei nei nei",
        "Legen har kommersiell tilknytning i 31 dager og bare 0 dager uten.",
        "Helsedirektoratet, «560 millioner for å få flere fastleger» (2024-04-18): nye regler for tilskuddet",
        "Før avrunding: 33 621,328125 kr",
        "Forutsatt fordi det ikke er oppgitt",
        "A38:",
        decision.receipt.rules,
        decision.receipt.application,
        "Når ble avtalen signert? 18.4.2024",
    ):
        assert part in text, part


def test_what_is_missing_and_what_a_person_decides_is_told(of: Decided) -> None:
    decision = of(FIVE)
    _, text = read(pdf(grounds(decision)))
    assert "Følger legen ny eller gammel spesialistordning? – «spesialisering» for lege-5" in text
    assert "2023 veiledning skjønn skjønn skjønn skjønn skjønn skjønn" in text
    assert "mangler mangler" in text
    assert "[Skriv inn avgjørelsen]" in text
    rule = next(one.rule.id for one in decision.findings if one.follows == "skjønn" and one.doctor == "lege-4")
    judged = [Judged(rule, "lege-4", "Veiledning dekkes.", "Avtalen sier det.", "K. Nordmann")]
    _, filled = read(pdf(grounds(decision, judged=judged)))
    assert "Veiledning dekkes." in filled and "K. Nordmann" in filled and "[Skriv inn avgjørelsen]" not in filled
    assert "Veiledning dekkes. Avtalen sier det." in read(pdf(letter(decision, judged=judged)))[1]


def test_the_letter_tells_what_is_granted_what_is_refused_and_why(of: Decided) -> None:
    _, text = read(pdf(letter(of(TIED))))
    for part in (
        "Svar på søknad: Nasjonal ALIS og veiledning 2024",
        "Dere får 33 621,00 kr.",
        "Dere får ikke tilskudd for april–august 2024.",
        "Dere får 33 621,00 kr for april–august 2024 (5 måneder).",
        "Bare 13 av månedens 30 dager teller.",
        "nye regler for tilskuddet",
        "[Skriv inn klageadgang, frist og hvor klagen sendes, eller at vedtaket ikke kan påklages]",
    ):
        assert part in text, part
    assert "hvor klagen sendes" in text and "«" in text


def test_a_waiting_case_asks_and_does_not_tell_how_to_complain(of: Decided) -> None:
    document = letter(of(FIVE))
    _, text = read(pdf(document))
    assert document.title.startswith("Vi trenger mer fra dere")
    assert "lege-5, oktober 2022–august 2023: Følger legen ny eller gammel spesialistordning?" in text
    assert "[Skriv inn hvordan og til hvem opplysningene sendes]" in text
    assert "Beløpet er ikke endelig." in text
    assert "klage" not in blanks(document)


def test_an_unknown_amount_is_a_blank_and_never_a_number(book: Rulebook) -> None:
    decision = decide(read_application(ROOT / "docs" / "eksempler" / "søknad-2024.yaml", book), book)
    _, text = read(pdf(letter(decision)))
    assert "Beløpet er ikke fastsatt: [Skriv inn beløpet når det er fastsatt]" in text
    assert "satsen er ikke kjent: ALIS-tilskudd per måned for full stilling (fastlege eller fastlegevikar)" in text
    assert "Av dette er 21 518,00 kr regnet ut." in text


def test_a_dismissed_application_is_not_assessed_in_the_letter(of: Decided) -> None:
    _, text = read(pdf(letter(of("2023/frist-2-september-midnatt.yaml"))))
    assert "Det betyr at vi ikke har vurdert om dere har rett til tilskudd." in text
    assert "etter fristen 1.9.2023" in text
    assert "Dere får" not in text


def test_filled_blanks_are_gone_and_the_draft_with_them(of: Decided) -> None:
    texts = {name: f"«{name}» utfylt" for name in BLANKS}
    document = letter(of(TIED), filled=texts)
    assert blanks(document) == {}
    _, text = read(pdf(document))
    assert "[" not in text and "Utkast" not in text
    for name in ("mottaker", "dato", "klage", "kontakt", "saksbehandler"):
        assert f"«{name}» utfylt" in text


@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("*.yaml"))[::9], ids=lambda path: path.stem)
def test_every_kind_of_case_can_be_written(path: Path, book: Rulebook) -> None:
    decision = decide(read_application(path, book), book)
    for document in (grounds(decision), letter(decision)):
        reader, text = read(pdf(document))
        assert decision.application.id.replace("-", "") in text.replace("-", "").replace(" ", "")
        assert "None" not in text and "{" not in text
        assert len(reader.pages) < 30


def test_an_odd_scheme_has_no_amount_in_the_letter(of: Decided) -> None:
    _, text = read(pdf(letter(of("2017/spesialisering/fullstendig-søknad.yaml"))))
    assert "kr." not in text


def test_what_the_vocabulary_says_of_complaints_is_in_the_letter_with_its_source(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", folder)
    file = folder / "vokabular.yaml"
    text = file.read_text(encoding="utf-8")
    old = "    tittel: Nasjonal ALIS og veiledning\n    har_leger: ja\n"
    new = (
        f"{old}    brev:\n      klage:\n        tekst: Fristen for å klage er påfunnet.\n"
        "        hjemmel: {kilde: hdir-tilskuddsprosessen, punkt: om klage}\n"
    )
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    book = open_rulebook(folder)
    decision = decide(read_application(FIXTURES / TIED, book), book)
    _, told = read(pdf(letter(decision)))
    assert "Fristen for å klage er påfunnet. Helsedirektoratet, «Tilskuddsprosessen»: om klage" in told
    assert "klage" not in blanks(letter(decision))
    assert "En annen tekst" in read(pdf(letter(decision, filled={"klage": "En annen tekst"})))[1]
    file.write_text(
        file.read_text(encoding="utf-8").replace(
            "{kilde: hdir-tilskuddsprosessen, punkt: om klage}", "{kilde: nei, punkt: x}"
        )
    )
    with pytest.raises(Faults) as caught:
        open_rulebook(folder)
    assert "KILDE: kilden «nei» finnes ikke" in str(caught.value)
