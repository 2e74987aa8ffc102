"""What is done with a decision on pages: papers, judgement, what it would take, a test case, sources, and deciding anew."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pypdf
import pytest
from browsing import Browser

from engine.language.rulebook import Rulebook
from engine.regress.run import PASSED, run_case
from engine.store.chain import check
from engine.web.app import create_app
from engine.web.settings import Settings

FIXTURES = Path(__file__).parents[2] / "fixtures"
REFUSED = FIXTURES / "2024/alis-avtale-18-april-kommersiell.yaml"
JUDGED = FIXTURES / "2023/vikar-fra-vikarbyrå-bare-veiledning.yaml"


def opened(browser, path: Path) -> str:  # type: ignore[no-untyped-def]
    found = browser.submit("/saker", files={"fil": (path.name, path.read_bytes(), "application/yaml")})
    assert found.status_code == 200, found.text
    return str(found.url.path)


def test_the_page_says_all_that_the_grounds_say(browser) -> None:
    shown = unescape(browser.get(opened(browser, REFUSED)).text)
    for told in (
        "Utfall: delvis innvilget",
        "33 621,00 kr",
        "Legen er ikke knyttet til vikarbyrå eller annen privat kommersiell aktør",
        "Tolkninger vedtaket bygger på",
        "Forutsatt fordi det ikke er oppgitt",
        "Kvittering",
    ):
        assert told in shown.replace("\u00a0", " "), told
    assert re.search(r'<th scope="row">2024 alis</th>(<td data-tone="[^"]*">[^<]*</td>){12}', shown)


def test_every_citation_leads_to_its_point(browser) -> None:
    shown = unescape(browser.get(opened(browser, REFUSED)).text)
    links = set(re.findall(r'href="(/kilder/[^"]+)"', shown))
    assert len(links) > 3
    for link in links:
        address, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in unescape(browser.get(address).text), link


def test_every_source_has_a_page(browser, book: Rulebook) -> None:
    listed = browser.get("/kilder").text
    for scheme in book.schemes.values():
        for one in scheme.sets:
            for id, source in one.sources.items():
                assert f'href="/kilder/{id}"' in listed
                assert source.title in unescape(browser.get(f"/kilder/{id}").text)
    assert browser.get("/kilder/finnes-ikke").status_code == 404


def test_a_judgement_stands_beside_the_answer_and_is_never_changed(browser) -> None:
    address = opened(browser, JUDGED)
    assert "Før en avgjørelse" in browser.get(address).text
    for number in (1, 2):
        fields = {"punkt": "0", "vurdering": f"dekkes {number}", "grunn": "oppfølgingen var god", "navn": "Kari"}
        shown = browser.submit(f"{address}/skjonn", fields).text
    assert "dekkes 1" in shown and "dekkes 2" in shown and "til skjønn" in shown
    papers = browser.submit(f"{address}/dokument/vedtaksgrunnlag.pdf")
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(papers.content)).pages)
    assert "dekkes 2" in text and "dekkes 1" not in text and "Kari" in text
    assert check(browser.app.state.service.database).whole


@pytest.mark.parametrize("lacking", ["vurdering", "grunn", "navn"])
def test_a_judgement_without_reason_or_name_is_not_kept(browser, lacking: str) -> None:
    address = opened(browser, JUDGED)
    fields = {"punkt": "0", "vurdering": "dekkes", "grunn": "fordi", "navn": "Kari"} | {lacking: " "}
    found = browser.submit(f"{address}/skjonn", fields)
    assert found.status_code == 422 and f"«{lacking}» er tom" in found.text
    assert browser.submit(f"{address}/skjonn", fields | {"punkt": "7", lacking: "x"}).status_code == 409


@pytest.mark.parametrize("which", ["vedtaksgrunnlag", "brevutkast"])
def test_papers_are_tagged_and_say_what_was_decided(browser, which: str) -> None:
    address = opened(browser, REFUSED)
    fields = {"mottaker": "Storvik kommune", "datert": "1.10.2024"}
    found = browser.submit(f"{address}/dokument/{which}.pdf", fields)
    assert found.headers["content-type"] == "application/pdf"
    document = pypdf.PdfReader(io.BytesIO(found.content))
    text = "\n".join(page.extract_text() for page in document.pages)
    assert "33 621" in text.replace("\u00a0", " ")
    assert ("Storvik kommune" in text) is (which == "brevutkast")
    assert "/StructTreeRoot" in document.trailer["/Root"]


def test_what_cannot_be_a_paper(browser) -> None:
    address = opened(browser, REFUSED)
    assert browser.submit(f"{address}/dokument/hemmelig.pdf").status_code == 404
    wrong = browser.submit(f"{address}/dokument/brevutkast.pdf", {"datert": "31.2.2024"})
    assert wrong.status_code == 422 and "datoen kan ikke leses" in wrong.text


def test_what_it_would_take_is_told(browser) -> None:
    shown = unescape(browser.get(f"{opened(browser, REFUSED)}/hva-skal-til").text)
    assert "lege-1" in shown and "ALIS-tilskudd" in shown
    assert "Tilknytningen må være" in shown and "Nå:" in shown


def test_a_workbook_is_decided_as_the_same_application(browser) -> None:
    content = browser.get("/saker/mal/nasjonal-alis.xlsx")
    assert content.headers["content-type"].endswith("spreadsheetml.sheet")
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content.content))
    assert {"Søknad", "Leger"} & {name.capitalize() for name in book.sheetnames}
    found = browser.submit("/saker", files={"fil": ("feil.xlsx", b"PK\x03\x04tull", "x/y")})
    assert found.status_code == 422
    assert browser.get("/saker/mal/finnes-ikke.xlsx").status_code == 404


def test_a_case_becomes_a_test_case_that_holds(settings: Settings, tmp_path: Path, book: Rulebook) -> None:
    folder = tmp_path / "saker"
    folder.mkdir()
    kept = replace(settings, database=str(tmp_path / "lager.sqlite3"), cases=folder)
    with Browser(create_app(kept), base_url="http://localhost") as browser:
        address = opened(browser, REFUSED)
        text = browser.get(f"{address}/testsak").text
        stored = browser.submit(f"{address}/testsak")
        assert "saker/alis-avtale-18-april-kommersiell.yaml" in stored.text
        again = browser.submit(f"{address}/testsak")
        assert again.status_code == 422 and "finnes allerede" in again.text
    (path,) = folder.iterdir()
    assert path.read_text(encoding="utf-8") == text
    assert run_case(path, book).status == PASSED
    path.write_text(text.replace("33621.00", "33622.00"), encoding="utf-8")
    assert run_case(path, book).status != PASSED


def test_when_the_rules_have_changed_the_kept_decision_is_told_and_papers_wait(
    settings: Settings, tmp_path: Path, rules: Path
) -> None:
    import shutil

    own = shutil.copytree(rules, tmp_path / "rules")
    changed = replace(settings, rules=own, database=str(tmp_path / "lager.sqlite3"))
    with Browser(create_app(changed), base_url="http://localhost") as browser:
        address = opened(browser, FIXTURES / "2024/veiledning-full-stilling-80691.yaml")
        path = own / "2024/nasjonal-alis.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("verdi: 1215", "verdi: 1216"), encoding="utf-8")
        shown = browser.get(address)
        assert "Reglene er endret siden vedtaket" in shown.text and "80\u00a0691,00" in shown.text
        refused = browser.submit(f"{address}/dokument/vedtaksgrunnlag.pdf")
        assert refused.status_code == 422 and "reglene eller motoren er endret" in refused.text
        decided = browser.submit(f"{address}/vurder")
        assert "Reglene er endret siden vedtaket" not in decided.text
        assert "beløpet er endret, reglene er endret" in decided.text
