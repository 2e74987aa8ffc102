"""The page of the ledger: what was done is there, and so is what someone did to it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from browsing import Browser

CASE = (Path(__file__).parents[2] / "fixtures/2024/alis-avtale-18-april-kommersiell.yaml").read_bytes()


def test_what_is_done_is_kept_and_tampering_shows(browser: Browser) -> None:
    browser.get("/saker")
    made = browser.submit("/saker", files={"fil": ("s.yaml", CASE, "x/y")})
    browser.get(made.url.path)
    shown = browser.get("/revisjon").text
    for kind in ("sak", "søknad", "vedtak", "lest"):
        assert f"<td>{kind}</td>" in shown
    assert "Alt er som det ble skrevet" in browser.get("/revisjon/kontroll").text

    database = browser.app.state.service.database
    with database.reading() as connection:
        from engine.store.ledger import head

        noted = "{}:{}".format(*head(connection))
    browser.get(made.url.path)
    assert "Alt er som det ble skrevet" in browser.get("/revisjon/kontroll", params={"hode": noted}).text
    other = noted[:-1] + ("0" if noted[-1] != "0" else "1")
    assert "laget på nytt eller kuttet" in browser.get("/revisjon/kontroll", params={"hode": other}).text
    for wrong in ("x", "1:", "0:" + "a" * 64, "1:" + "A" * 64):
        assert browser.get("/revisjon/kontroll", params={"hode": wrong}).status_code == 422

    connection = sqlite3.connect(database.file)
    connection.execute("DROP TRIGGER hendelse_endres_ikke")
    connection.execute("UPDATE hendelse SET hvem = 'per' WHERE nr = 2")
    connection.commit()
    connection.close()
    shown = browser.get("/revisjon/kontroll").text
    assert "Noe er endret" in shown and "hendelse 2: raden er endret" in shown


def test_the_rows_are_paged(browser: Browser) -> None:
    for _ in range(120):
        browser.app.state.service.cases.note("ola", "lest")
    first = browser.get("/revisjon").text
    assert first.count("<tr>") == 101 and "Eldre" in first
    older = browser.get("/revisjon?før=20").text
    assert older.count("<tr>") == 20 and "Eldre" not in older and "Nyeste" in older
