"""The regression page: test cases run on request, those that fail shown side by side, and the run kept in the ledger."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import Browser
from waiting import finished

from engine.store import ledger
from engine.web.app import create_app
from engine.web.settings import Settings
from engine.web.testcases import RUN

FIXTURES = Path(__file__).parents[2] / "fixtures"
RULE = "avtalen-er-inngått"


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some of the project's own cases; one of them made to expect what it does not get; and one that is no case."""
    folder = tmp_path_factory.mktemp("saker")
    for path in sorted((FIXTURES / "2023").glob("*.yaml"))[:12]:
        shutil.copy(path, folder / path.name)
    wrong = folder / "annet-tilskudd-på-uavklarte-dager.yaml"
    text = wrong.read_text(encoding="utf-8")
    assert "rett: {alis: uavklart}" in text
    wrong.write_text(text.replace("rett: {alis: uavklart}", "rett: {alis: ja}", 1), encoding="utf-8")
    wrong.rename(folder / "gal sak & <b>.yaml")
    (folder / "ødelagt.yaml").write_text("søknad: [", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def settings(settings: Settings, cases: Path) -> Settings:
    return replace(settings, cases=cases)


@pytest.fixture(scope="module")
def run(browser: Browser) -> Iterator[Browser]:
    """A browser at a service where the cases have been run."""
    assert "Sakene er ikke kjørt her ennå" in browser.get("/provesaker").text
    assert "Testsakene er ikke kjørt her ennå" in browser.get(f"/regler/2023/nasjonal-alis/vilkar/{RULE}").text
    answer = browser.submit("/provesaker")
    assert answer.url.path == "/provesaker" and answer.status_code == 200
    finished()
    yield browser


def test_a_run_tells_what_passes_and_what_does_not(run: Browser, cases: Path) -> None:
    shown = run.get("/provesaker").text
    count = len(list(cases.iterdir()))
    assert f"2 av {count} saker stemmer ikke" in shown
    assert f"{count - 2} består, 1 avviker, 1 kan ikke leses" in shown
    assert "gal sak &amp; &lt;b&gt;.yaml" in shown and "<b>" not in shown
    assert shown.count('data-utfall="innvilget"') == count - 2
    assert "Prøv om sakene merker gale regler" in shown


def test_cases_are_sought_by_name_scheme_and_answer(run: Browser, cases: Path) -> None:
    count = len(list(cases.iterdir()))
    assert f"1 av {count} saker<" in run.get("/provesaker?søk=gal sak").text
    assert f"2 av {count} saker<" in run.get("/provesaker?vis=avvik").text
    assert f"0 av {count} saker<" in run.get("/provesaker?ordning=finnes-ikke").text
    assert f"{count - 1} av {count} saker<" in run.get("/provesaker?ordning=nasjonal-alis").text


def test_a_failing_case_is_shown_side_by_side_with_its_rule(run: Browser) -> None:
    shown = run.get("/provesaker/sak", params={"fil": "gal sak & <b>.yaml"}).text
    assert "Saken stemmer ikke" in shown and '<th scope="col">Ventet</th><th scope="col">Fikk</th>' in shown
    row = shown.partition("<tbody>")[2]
    assert "<td>ja</td><td>uavklart</td>" in row and "<strong>ett-tilskudd-per-måned</strong>" in row
    broken = run.get("/provesaker/sak", params={"fil": "ødelagt.yaml"}).text
    assert "Ubrukelig" in broken and "YAML" in broken and str(FIXTURES.parent) not in broken


@pytest.mark.parametrize("name", ["../../rules/vokabular.yaml", "/etc/passwd", "finnes-ikke.yaml"])
def test_only_cases_of_the_run_are_shown(run: Browser, name: str) -> None:
    assert run.get("/provesaker/sak", params={"fil": name}).status_code == 404


def test_the_page_of_a_rule_tells_which_cases_show_it(run: Browser) -> None:
    content = last(run)
    rule = next(one for one in content["regler"] if one["slag"] == "vilkår" and "oppfylt" in one["resultater"])
    shown = run.get(f"/regler/{rule['regelsett']}/vilkar/{rule['id']}").text
    assert f"{rule['deler'][0]} av {rule['deler'][1]} deler av vilkåret er vist" in shown
    count, named = rule["resultater"]["oppfylt"]
    assert f"Oppfylt i {count} sak" in shown and named[0] in shown
    unseen = next(one for one in content["regler"] if one["slag"] == "vilkår" and not one["resultater"])
    page = run.get(f"/regler/{unseen['regelsett']}/vilkar/{unseen['id']}").text
    assert "Ingen testsak viser vilkåret" in page


def test_the_run_is_kept_in_the_ledger_and_the_chain_holds(run: Browser) -> None:
    from engine.store.chain import check

    content = last(run)
    assert content["antall"] == len(content["saker"]) and content["dekning"]["vilkår"]["vist"] > 0
    assert check(run.app.state.service.database).whole


def test_without_a_folder_of_cases_the_page_says_so(settings: Settings, tmp_path: Path) -> None:
    alone = replace(settings, cases=None, database=str(tmp_path / "uten.sqlite3"))
    with Browser(create_app(alone), base_url="http://localhost", raise_server_exceptions=False) as browser:
        assert "uten testsaker" in browser.get("/provesaker").text
        assert browser.submit("/provesaker").status_code == 422


def test_a_run_without_the_form_key_is_refused(run: Browser) -> None:
    assert run.post("/provesaker").status_code == 403


def last(browser: Browser) -> dict:
    with browser.app.state.service.database.reading() as connection:
        found = ledger.recent(connection, RUN, 1)[0].content
    assert found is not None
    return found
