"""A case from file to decision, read, taken out and erased; as a browser without scripts does it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from engine.store.chain import check

CASE = Path(__file__).parents[2] / "fixtures/2024/alis-avtale-18-april-kommersiell.yaml"


def opened(browser, path: Path = CASE) -> str:
    """Upload a file; gives the address of its case."""
    browser.get("/saker/ny")
    found = browser.submit("/saker", files={"fil": (path.name, path.read_bytes(), "application/yaml")})
    assert found.status_code == 200, found.text
    return str(found.url.path)


def test_an_uploaded_application_is_decided_and_shown(browser) -> None:
    address = opened(browser)
    shown = browser.get(address).text
    assert "alis-avtale-18-april-kommersiell" in shown
    assert "delvis innvilget" in shown and "33\u00a0621,00\u00a0kr" in shown
    assert "alis-avtale-18-april-kommersiell" in browser.get("/saker").text


def test_an_application_that_cannot_be_read_is_told_with_line_and_next_step(browser) -> None:
    browser.get("/saker/ny")
    found = browser.submit(
        "/saker", files={"fil": ("feil.yaml", b"s\xc3\xb8knad:\n  id: a\n  ordning: nasjonal-ali\n", "x/y")}
    )
    assert found.status_code == 422
    assert "nasjonal-ali" in found.text and "linje 3" in found.text and "nasjonal-alis" in found.text


def test_everything_about_a_case_comes_out_and_then_it_is_gone(browser) -> None:
    address = opened(browser)
    exported = json.loads(browser.get(f"{address}/eksport").text)
    kinds = [event["kind"] for event in exported["hendelser"]]
    assert kinds[:3] == ["sak", "søknad", "vedtak"] and kinds[-1] == "eksportert"
    assert exported["hendelser"][2]["content"]["decision"]["søknad"]["utfall"] == "delvis innvilget"
    browser.get(address)
    refused = browser.submit(f"{address}/slett", {"grunn": "ba om det"})
    assert refused.status_code == 422 and browser.get(address).status_code == 200
    browser.submit(f"{address}/slett", {"grunn": "ba om det", "bekreft": "ja"})
    gone = browser.get(address)
    assert gone.status_code == 404 and "saken finnes ikke" in gone.text
    assert check(browser.app.state.service.database).whole


def test_a_search_finds_by_part_of_the_application(browser) -> None:
    opened(browser)
    assert "ingen-slik" not in re.sub(r"<form.*?</form>", "", browser.get("/saker?søk=18-april").text, flags=re.S)
    assert "0 saker passer til «100%»" in browser.get("/saker", params={"søk": "100%"}).text
