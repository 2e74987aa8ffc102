"""The rule book on pages: every set and rule is reached, a date selects its set, and sets are told apart."""

from __future__ import annotations

import re

import pytest

from engine.language.rulebook import Rulebook


def test_every_set_and_every_rule_of_it_has_a_page(browser, book: Rulebook) -> None:
    contents = browser.get("/regler").text
    for scheme in book.schemes.values():
        for one in scheme.sets:
            assert f'href="/regler/{one.id}"' in contents
            shown = browser.get(f"/regler/{one.id}")
            assert shown.status_code == 200
            linked = set(re.findall(rf'href="(/regler/{one.id}/vilkar/[^"]+)"', shown.text))
            assert {address.rpartition("/")[2] for address in linked} >= set(one.rules)
        rule = next(iter(one.rules.values()), None)
        if rule is not None:
            page = browser.get(f"/regler/{one.id}/vilkar/{rule.id}").text
            assert rule.title in page and f"<code>{rule.origin}.yaml</code>, linje {rule.place.line}." in page


def test_the_agreement_date_leads_to_its_set_as_of_that_date(browser) -> None:
    asked = {"ordning": "nasjonal-alis", "avtaledato": "17.4.2024", "måned": "2024-05"}
    before = browser.get("/regler", params=asked)
    assert before.url.path == "/regler/2024/nasjonal-alis"
    after = browser.get("/regler", params=asked | {"avtaledato": "18.4.2024"})
    assert "/vilkar/kommersiell-tilknytning" not in before.text
    assert "/vilkar/kommersiell-tilknytning" in after.text


@pytest.mark.parametrize(
    ("date", "month", "told"),
    [
        ("31.2.2024", "", "31.2.2024"),
        ("1.9.2024", "", "velger 2025/nasjonal-alis"),
        ("18.4.2024", "mai", "Datoen eller måneden kan ikke leses"),
        ("", "2024-05", "Oppgi også avtaledatoen"),
    ],
)
def test_a_date_that_cannot_be_used_is_told_of(browser, date: str, month: str, told: str) -> None:
    shown = browser.get("/regler/2024/nasjonal-alis", params={"avtaledato": date, "måned": month})
    assert shown.status_code == 200 and told in shown.text and 'role="alert"' in shown.text


def test_two_sets_are_told_apart_rule_by_rule(browser) -> None:
    shown = browser.get("/regler/forskjell?fra=2023/nasjonal-alis&til=2024/nasjonal-alis").text
    new = re.search(
        r"<h2>Legen er ikke knyttet til vikarbyrå eller annen privat kommersiell aktør <span[^>]*>(\w+)<", shown
    )
    assert new is not None and new[1] == "nytt"
    assert "Teksten er den samme" in browser.get("/regler/forskjell?fra=2023/nasjonal-alis&til=2023/nasjonal-alis").text


@pytest.mark.parametrize(
    "address", ["1999/nasjonal-alis", "2024/..%2f..%2fpyproject", "2024/nasjonal-alis/vilkar/finnes-ikke"]
)
def test_what_is_not_in_the_rule_book_is_not_found(browser, address: str) -> None:
    assert browser.get(f"/regler/{address}").status_code == 404
