"""Wrong rules tried on the test cases: what nobody notices with its citation, what is argued, and a run that is told to be out of date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import Browser
from rule_repository import SMALL, SMALL_CASES, small_rules_in
from waiting import finished

from engine.language.kept import open_kept
from engine.regress.case import case_files
from engine.regress.mutation import SURVIVED, Bench
from engine.regress.mutation_case import prepare
from engine.regress.mutation_exempt import read_exempt
from engine.store.chain import check
from engine.web.app import create_app
from engine.web.mutation import MUTATED
from engine.web.run_kept import runs_kept
from engine.web.settings import Settings

PAGE = "/provesaker/mutasjon"


@pytest.fixture(scope="module")
def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One small rule set, few cases and what is argued of that set, so that every change can be tried in a moment."""
    top = tmp_path_factory.mktemp("lite")
    small_rules_in(top)
    return replace(settings, rules=top / "rules", cases=top / "fixtures")


@pytest.fixture(scope="module")
def run(browser: Browser) -> Iterator[Browser]:
    assert "ikke prøvd her ennå" in browser.get(PAGE).text
    assert "ikke gjort her ennå" in browser.get("/provesaker").text
    answer = browser.submit(PAGE)
    assert answer.url.path == PAGE and answer.status_code == 200
    finished()
    yield browser


def test_the_page_tells_what_the_command_finds(run: Browser, settings: Settings) -> None:
    book = open_kept(settings.rules)
    cases, _ = prepare(case_files([settings.cases]), book)  # type: ignore[list-item]
    bench = Bench(book, cases, frozenset(read_exempt(settings.rules)))
    trials = [bench.trial(number) for number in range(len(bench.mutants))]
    survived = {bench.mutants[one.mutant].id for one in trials if one.status == SURVIVED}
    content = last(run)
    assert {one["id"] for one in content["overlevende"]} == survived - set(read_exempt(settings.rules))
    assert {one["id"] for one in content["unntak"]} == survived & set(read_exempt(settings.rules)) != set()
    assert (
        content["endringer"]
        == len(trials)
        == sum(content[key] for key in ("merket", "stanset", "unntatt", "ikke_merket"))
    )


def test_what_nobody_notices_is_told_with_rule_citation_and_a_way_to_a_new_case(run: Browser) -> None:
    shown = run.get(PAGE).text
    content = last(run)
    rule = next(one for one in content["overlevende"] if one["del"] == "vilkår")
    assert f"{content['ikke_merket']} endringer ble ikke merket" in shown
    item = next(part for part in shown.split("<li>") if f"/regler/{SMALL}/vilkar/{rule['navn']}" in part)
    assert rule["tittel"] in item and f'href="/kilder/{rule["hjemmel"]["kilde"]}"' in item
    links = re.findall(r'href="(/provesaker/ny\?endring=[^"]+)"', shown)
    assert len(links) == content["ikke_merket"]
    only = run.get(PAGE, params={"regelsett": "vokabular"}).text
    assert 0 < len(re.findall(r'href="/provesaker/ny\?endring=', only)) < len(links)
    assert f"{content['ikke_merket']} ble ikke merket" in run.get("/provesaker").text


def test_what_is_argued_is_shown_with_its_argument(run: Browser, settings: Settings) -> None:
    one = last(run)["unntak"][0]
    assert one["fordi"] == read_exempt(settings.rules)[one["id"]].reason
    assert f"<summary>{one['fordi']}</summary>" in run.get(PAGE).text


def test_a_run_is_out_of_date_when_rules_or_cases_have_changed(run: Browser, settings: Settings) -> None:
    assert "foreldet" not in run.get(PAGE).text
    rule, case = settings.rules / f"{SMALL}.yaml", settings.cases / f"2017/{SMALL_CASES[0]}.yaml"  # type: ignore[operator]
    for path, word in ((rule, "Reglene er endret siden"), (case, "Testsakene er endret siden")):
        before = path.read_text(encoding="utf-8")
        try:
            path.write_text(before.replace("tittel: ", "tittel: Nå er ", 1) + "\n# ny\n", encoding="utf-8")
            assert word in run.get(PAGE).text and "endret siden" in run.get("/provesaker").text
        finally:
            path.write_text(before, encoding="utf-8")
    assert "foreldet" not in run.get(PAGE).text


def test_the_run_is_kept_and_the_chain_holds(run: Browser) -> None:
    service = run.app.state.service
    assert [one.kind for one in runs_kept(service, MUTATED)] == [MUTATED] and check(service.database).whole


def test_a_run_needs_the_form_key_and_cases(run: Browser, settings: Settings, tmp_path: Path) -> None:
    assert run.post(PAGE).status_code == 403
    alone = replace(settings, cases=None, database=str(tmp_path / "uten.sqlite3"))
    with Browser(create_app(alone), base_url="http://localhost", raise_server_exceptions=False) as browser:
        assert "uten testsaker" in browser.get(PAGE).text and browser.submit(PAGE).status_code == 422


def last(browser: Browser) -> dict:
    content = runs_kept(browser.app.state.service, MUTATED)[0].content
    assert content is not None
    return content
