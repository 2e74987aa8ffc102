"""The pages on both databases, and what they say when the database is not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import Browser
from postgres import Server, server

from engine.store.chain import check
from engine.web.settings import Settings

CASE = (Path(__file__).parents[2] / "fixtures/2024/alis-avtale-18-april-kommersiell.yaml").read_bytes()


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    yield from server()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """On either."""
    if request.param == "sqlite":
        return settings
    return replace(settings, database=request.getfixturevalue("postgres").database())


def test_a_case_from_file_to_erased(browser: Browser) -> None:
    browser.get("/saker")
    made = browser.submit("/saker", files={"fil": ("s.yaml", CASE, "x/y")})
    assert made.status_code == 200 and "delvis innvilget" in made.text
    assert "1 sak passer til «18-APRIL»" in browser.get("/saker", params={"søk": "18-APRIL"}).text
    assert browser.get("/saker", params={"søk": "\0'%_"}).status_code == 200
    assert browser.get(f"{made.url.path}/eksport").json()["hendelser"][0]["kind"] == "sak"
    assert browser.get("/saker/%00").status_code == 404
    browser.get(made.url.path)
    browser.submit(f"{made.url.path}/slett", {"grunn": "ba om det", "bekreft": "ja"})
    assert browser.get(made.url.path).status_code == 404
    assert "Alt er som det ble skrevet" in browser.get("/revisjon/kontroll").text
    assert check(browser.app.state.service.database).whole


def test_a_database_that_is_gone_is_told_of_in_bokmål(browser: Browser, request: pytest.FixtureRequest) -> None:
    database = browser.app.state.service.database
    if database.file is not None:
        import sqlite3

        browser.get("/saker")
        database.patience = 0.1
        other = sqlite3.connect(database.file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answer = browser.submit("/saker", files={"fil": ("s.yaml", CASE, "x/y")})
        other.execute("ROLLBACK")
        other.close()
        assert "lageret er opptatt" in answer.text
    else:
        running: Server = request.getfixturevalue("postgres")
        running.stop()
        answer = browser.get("/saker")
        running.start()
        assert "lageret er ikke tilgjengelig" in answer.text
    assert answer.status_code == 503 and "ingenting ble lagret" in answer.text
    assert str(database.shown) not in answer.text
    assert browser.get("/saker").status_code == 200
