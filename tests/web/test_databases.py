"""The pages on both databases, and what they say when the database is not there."""

from __future__ import annotations

import re
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


def test_a_database_user_that_owns_nothing_is_enough(postgres: Server, rules: Path) -> None:
    """As the guide to running the service says: that user can neither change the ledger nor put its triggers out."""
    import psycopg
    from sqlalchemy.engine import make_url

    from engine.store.database import Database
    from engine.web.app import create_app

    address = postgres.database()
    Database(address).close()
    url = make_url(address)
    schema = str(url.query["options"]).partition("=")[2]
    owner = psycopg.connect(user=url.username, dbname=url.database, autocommit=True, **url.query)
    owner.execute("CREATE ROLE tjenesten LOGIN")
    owner.execute(f"GRANT USAGE ON SCHEMA {schema} TO tjenesten")
    guide = (Path(__file__).parents[2] / "docs/drift.md").read_text(encoding="utf-8")
    statements = re.findall(r"^GRANT .*;$", guide, re.MULTILINE)
    assert len(statements) >= 3
    for statement in statements:
        owner.execute(statement)
    owner.close()
    as_user = address.replace("alis@", "tjenesten@")
    with Browser(create_app(Settings(rules, as_user, workers=1)), base_url="http://localhost") as opened:
        opened.get("/saker")
        made = opened.submit("/saker", files={"fil": ("s.yaml", CASE, "x/y")})
        opened.get(made.url.path)
        assert opened.submit(f"{made.url.path}/slett", {"grunn": "x", "bekreft": "ja"}).status_code == 200
        assert check(opened.app.state.service.database).whole
    user = psycopg.connect(user="tjenesten", dbname=url.database, autocommit=True, **url.query)
    for statement in (
        "UPDATE hendelse SET hvem = 'x'",
        "DELETE FROM hendelse",
        "UPDATE innhold SET tekst = ''",
        "ALTER TABLE hendelse DISABLE TRIGGER ALL",
        "DROP TABLE sak",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            user.execute(statement)
    user.close()
