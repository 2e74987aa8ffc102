"""The pages in a real browser: from form to PDF, with scripts and without, and readable for everyone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import hindrances, need, opened, page
from playwright.sync_api import Browser, Page
from serving import ROOT, served

#: the addresses to look at; `{sak}` is a case with refusals, judgement and what is missing
ADDRESSES = (
    "/",
    "/saker",
    "/saker/ny",
    "/saker/ny?ordning=nasjonal-alis",
    "/saker/ny?ordning=spesialisering",
    "{sak}",
    "{sak}/soknad",
    "{sak}/brev",
    "{sak}/hva-skal-til",
    "/regler",
    "/regler/2024/nasjonal-alis",
    "/regler/2024/nasjonal-alis/vilkar/kommersiell-tilknytning",
    "/regler/forskjell?fra=2023/nasjonal-alis&til=2024/nasjonal-alis",
    "/kilder",
    "/kilder/alis-no-2024",
    "/finnes-ikke",
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    need()
    with served(tmp_path_factory.mktemp("lager") / "saker.sqlite3") as (client, _):
        yield str(client.base_url).rstrip("/")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with opened() as browser:
        yield browser


def fill(form: Page) -> None:
    """What a caseworker knows of a 2024 case."""
    texts = {
        "søknad-id": "sak-42",
        "søknad-mottatt": "28.8.2024",
        "søknad-kommunenummer": "0301",
        "søknad-sentralitetsklasse": "3",
        "leger-0-avtale_inngått": "18.4.2024",
        "leger-0-perioder-0-fra": "1.5.2024",
        "leger-0-perioder-0-til": "31.8.2024",
        "leger-0-perioder-0-stillingsandel": "100",
    }
    choices = {
        "søknad-tilskuddsår": "2024",
        "søknad-søkertype": "kommune",
        "leger-0-tilskuddstype": "alis",
        "leger-0-mal_brukt": "ja",
        "leger-0-spesialisering": "ny ordning",
        "leger-0-perioder-0-stilling": "ansatt fastlege",
        "leger-0-perioder-0-tilknytning": "kommersiell arbeidsgiver",
    }
    for name, text in texts.items():
        form.locator(f"[id='f-{name}']").fill(text)
    for name, choice in choices.items():
        form.locator(f"[id='f-{name}']").select_option(choice)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_caseworker_takes_an_application_from_form_to_paper(service: str, chromium: Browser, scripts: bool) -> None:
    with page(chromium, service, scripts=scripts) as at:
        at.goto("/")
        at.get_by_role("link", name="Start en sak").first.click()
        at.get_by_role("link", name="Nasjonal ALIS og veiledning").first.click()
        fill(at)
        at.locator("[id='f-leger-0-perioder-0-stillingsandel']").fill("130")
        at.get_by_role("button", name="Lagre og vurder", exact=True).last.click()
        at.get_by_role("alert").get_by_role("link").first.click()
        assert "stillingsandel" in at.url
        at.locator("[id='f-leger-0-perioder-0-stillingsandel']").fill("100")
        at.get_by_role("button", name="Lagre og vurder", exact=True).last.click()
        assert at.get_by_role("heading", name="sak-42").is_visible()
        assert at.get_by_text("Utfall: delvis innvilget").is_visible()
        assert at.get_by_text("Sum: 26 897,00 kr").first.is_visible()
        case = at.url
        at.get_by_role("link", name="Helsedirektoratet, «560 millioner").first.click()
        assert "/kilder/hdir-2024-04-18#" in at.url
        at.goto(case)
        at.get_by_role("link", name="Hva skulle til for et annet svar?").click()
        assert (
            at.get_by_text("tilknytningen må være").first.is_visible()
            or at.get_by_text("Tilknytningen må være").first.is_visible()
        )
        at.goto(case)
        with at.expect_download() as paper:
            at.get_by_role("button", name="Vedtaksgrunnlag som PDF").click()
        assert Path(paper.value.path()).read_bytes().startswith(b"%PDF-")


@pytest.fixture(scope="module")
def case(service: str, chromium: Browser) -> str:
    """The address of a case that has refusals, judgement and what is missing."""
    with page(chromium, service) as at:
        at.goto("/saker/ny")
        at.locator("#fil").set_input_files(ROOT / "tests/web/mye-i-en-sak.yaml")
        at.get_by_role("button", name="Last opp og vurder").click()
        return at.url.removeprefix(service)


@pytest.mark.parametrize("width", [320, 1280])
def test_everyone_can_read_and_use_every_page(service: str, chromium: Browser, case: str, width: int) -> None:
    assert hindrances(chromium, service, [address.format(sak=case) for address in ADDRESSES], width) == []
