"""Test cases in a proposal: wanted failures gone through one by one, new cases, conflicts, hostile tries, and a service started anew."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import Browser
from rule_form import Form, tried
from rule_repository import SMALL, git, small_repository_in, untouched
from waiting import finished

from engine.store import ledger
from engine.web.app import create_app
from engine.web.proposals import PROPOSED
from engine.web.settings import Login, Settings
from engine.web.user import cookie_name

RULE = f"/regler/{SMALL}/endre/vilkar/søknad-innen-fristen"
LATE, BOTH = "2017/frist-ett-minutt-etter.yaml", "2017/avslag-går-foran-mangler-og-sen-søknad.yaml"
WHY = {"grunn": "For sene søknader skal avvises.", "kilde": "Tildelingsbrevet, punkt 2", "slag": "publisert"}
NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_repository_in(tmp_path_factory.mktemp("lager-av-regler"))


@pytest.fixture(scope="module")
def settings(settings: Settings, repository: Path) -> Settings:
    return replace(settings, rules=repository / "rules", cases=repository / "fixtures")


def changed(browser: Browser) -> str:
    """The address of a draft that refuses late applications; two cases expect something else."""
    address, page = tried(Form(browser, RULE), {"ikke oppfylt": "avvist"})
    assert "2 brytes" in page and page.count("Gå gjennom saken") == 2
    return address


def send(browser: Browser, address: str, given: dict[str, str]):  # type: ignore[no-untyped-def]
    """The form for a case as its page has it, with some fields filled in."""
    page = browser.get(address).text
    hidden = re.findall(r'<input type="hidden" name="(fil|utkast_versjon|grunnlag|ny)" value="([^"]*)"', page)
    text = re.search(r'<textarea id="tekst"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    own = {name: html.unescape(value) for name, value in hidden} | {"tekst": html.unescape(text[1]) if text else ""}
    sent = {name: value.replace("\n", "\r\n") for name, value in (own | given).items()}
    return browser.submit(address.partition("?")[0], sent)


def accept(browser: Browser, draft: str, file: str, **other: str):  # type: ignore[no-untyped-def]
    return send(browser, f"{draft}/testsak?fil={file}", WHY | {"handling": "nye"} | other)


def proposals(repository: Path) -> list[str]:
    return git(repository, "for-each-ref", "--format=%(refname:short)", "refs/heads/forslag").split()


def test_wanted_failures_are_gone_through_and_proposed_with_the_rule(browser: Browser, repository: Path) -> None:
    draft = changed(browser)
    shown = browser.get(f"{draft}/testsak?fil={LATE}").text
    assert "<td>til skjønn</td><td>avvist</td>" in shown and "2 verdier" not in shown.partition("stemmer ikke")[0]
    assert re.search(r"<del>.*utfall: til skjønn", shown) and re.search(r"<ins>.*utfall: avvist", shown)
    assert 'href="#grunn"' in accept(browser, draft, LATE, grunn="kort").text
    assert 'href="#kilde"' in accept(browser, draft, LATE, kilde="").text
    answer = accept(browser, draft, LATE)
    assert answer.url.path == draft
    assert "Testsakene i utkastet er endret" in answer.text
    assert answer.text.count("Gå gjennom saken") == 1  # the other one is left
    early = browser.submit(f"{draft}/forslag", {"grunn": "En god nok grunn.", "bekreft": "ja"})
    assert early.status_code == 422 and "ikke ferdig prøvd" in early.text and proposals(repository) == []
    assert accept(browser, draft, BOTH).status_code == 200
    browser.submit(f"{draft}/prov")
    finished()
    done = browser.get(draft).text
    assert "ingen brytes" in done and "4 av 4 saker består" in done and "som besto, består ikke" not in done
    assert (
        "Forslaget er lagret"
        in browser.submit(f"{draft}/forslag", {"grunn": "Slik står det i brevet.", "bekreft": "ja"}).text
    )
    (branch,) = proposals(repository)
    assert git(repository, "rev-list", "--count", f"hovedgren..{branch}").strip() == "1"
    names = git(repository, "-c", "core.quotePath=false", "diff", "--name-only", "hovedgren", branch).split()
    assert set(names) == {f"rules/{SMALL}.yaml", f"fixtures/{LATE}", f"fixtures/{BOTH}"}
    message = git(repository, "log", "-1", "--format=%B", branch)
    assert f"- {LATE}: {WHY['grunn']} Kilde: {WHY['kilde']} (publisert)" in message and "Dekningen er lavere" in message
    text = git(repository, "show", f"{branch}:fixtures/{LATE}")
    assert "utfall: avvist" in text and f'- publisert: "{WHY["kilde"]} – {WHY["grunn"]}"' in text
    with browser.app.state.service.database.reading() as connection:
        noted = ledger.recent(connection, PROPOSED, 1)[0].content
    assert noted is not None and noted["gren"] == branch and LATE in noted["filer"]
    assert untouched(repository)
    again = browser.submit(f"{draft}/forslag", {"grunn": "Slik står det i brevet."})
    assert again.status_code == 200 and proposals(repository) == [branch]
    git(repository, "branch", "-D", branch)


def test_a_draft_outlives_the_service_and_is_proposed_by_the_next(
    browser: Browser, settings: Settings, repository: Path
) -> None:
    draft = changed(browser)
    accept(browser, draft, LATE)
    with Browser(create_app(settings), base_url="http://localhost", raise_server_exceptions=False) as next_one:
        assert draft in next_one.get("/endringer").text
        shown = next_one.get(draft).text
        assert "Utkastet er ikke prøvd slik det er nå" in shown and LATE in shown and "avvist" in shown
        assert next_one.submit(f"{draft}/forslag", {"grunn": "En god nok grunn."}).status_code == 422
        next_one.submit(f"{draft}/prov")
        finished()
        assert "1 brytes" in next_one.get(draft).text
        made = next_one.submit(f"{draft}/forslag", {"grunn": "En god nok grunn.", "bekreft": "ja"})
        assert "Forslaget er lagret" in made.text
    assert "Forslaget er lagret" in browser.get(draft).text  # and the first one sees it
    git(repository, "branch", "-D", *proposals(repository))


def test_two_who_work_on_one_draft_do_not_overwrite_each_other(browser: Browser) -> None:
    draft = changed(browser)
    before = re.search(r'name="utkast_versjon" value="(\d+)"', browser.get(f"{draft}/testsak?fil={LATE}").text)
    assert before is not None and accept(browser, draft, BOTH).status_code == 200
    answer = accept(browser, draft, LATE, utkast_versjon=before[1])
    assert answer.status_code == 409 and "endret av noen andre" in answer.text
    assert LATE not in browser.get(draft).text.partition("Endret i utkastet")[2].partition("</ul>")[0]
    assert browser.submit(f"{draft}/slett").url.path == "/endringer" and browser.get(draft).status_code == 404


def test_a_case_that_was_changed_meanwhile_is_a_conflict(browser: Browser, repository: Path) -> None:
    draft = changed(browser)
    path = repository / "fixtures" / LATE
    before = path.read_text(encoding="utf-8")
    page = browser.get(f"{draft}/testsak?fil={LATE}").text
    base = re.search(r'name="grunnlag" value="([^"]*)"', page)
    assert base is not None
    try:
        path.write_text(before + "# en annen var her\n", encoding="utf-8")
        answer = accept(browser, draft, LATE, grunnlag=html.unescape(base[1]))
        assert answer.status_code == 409 and "en annen var her" in answer.text
    finally:
        path.write_text(before, encoding="utf-8")
    accept(browser, draft, LATE)
    browser.submit(f"{draft}/prov")
    finished()
    git(repository, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "--allow-empty", "-qm", "Noe annet")
    path.write_text(before + "# lagt inn av en annen\n", encoding="utf-8")
    git(repository, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qam", "Saken")
    answer = browser.submit(f"{draft}/forslag", {"grunn": "En god nok grunn.", "bekreft": "ja"})
    assert answer.status_code == 409 and "lagt inn av en annen" in answer.text and proposals(repository) == []
    path.write_text(before, encoding="utf-8")
    git(repository, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qam", "Tilbake")


def test_a_case_written_by_hand_must_stand(browser: Browser, repository: Path) -> None:
    draft = changed(browser)
    text = (repository / "fixtures" / LATE).read_text(encoding="utf-8")
    wrong = WHY | {"handling": "tekst", "tekst": text.replace("til skjønn", "avslag")}
    answer = send(browser, f"{draft}/testsak?fil={LATE}", wrong)
    assert answer.status_code == 422 and "stemmer ikke med reglene" in answer.text and "avslag" in answer.text
    for broken in ("søknad: [", "", "søknad: {}\n", "- \0", text.partition("forventet:")[0]):
        answer = send(browser, f"{draft}/testsak?fil={LATE}", wrong | {"tekst": broken})
        assert answer.status_code == 422 and "Traceback" not in answer.text, broken
    right = text.partition("forventet:")[0] + "forventet:\n  søknad: {utfall: avvist}\n"
    assert send(browser, f"{draft}/testsak?fil={LATE}", wrong | {"tekst": right}).url.path == draft
    out = send(browser, f"{draft}/testsak?fil={LATE}", {"handling": "ta-bort"})
    assert out.text.count("Gå gjennom saken") == 2 and "Endret i utkastet" not in out.text


def test_a_change_no_case_notices_becomes_a_new_case_alone(browser: Browser, repository: Path) -> None:
    id = f"{SMALL}/vilkår/evaluering/ikke_oppfylt/avslag→mangler opplysninger"
    page = browser.get("/provesaker/ny", params={"endring": id}).text
    name = re.search(r'<input id="fil" name="fil" value="([^"]+)"', page)
    assert name is not None and "Saken får det den venter" in page and "deltar_i_evaluering" in page
    text = html.unescape(re.search(r'<textarea id="tekst"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[1])  # type: ignore[index]
    given = WHY | {"ny": "ja", "handling": "tekst", "tekst": text, "utkast_versjon": "0"}
    taken = browser.submit("/provesaker/ny", given | {"fil": LATE})
    assert taken.status_code == 422 and "Det finnes alt en testsak" in taken.text
    answer = browser.submit("/provesaker/ny", given | {"fil": "2017/ny sak.yaml"})
    finished()
    shown = browser.get(answer.url.path).text
    assert "Ingen regler er endret" in shown and "5 av 5 saker består" in shown and "Bevis" not in shown
    made = browser.submit(f"{answer.url.path}/forslag", {"grunn": "Saken manglet før nå."})
    assert "Forslaget er lagret" in made.text
    (branch,) = proposals(repository)
    assert git(repository, "diff", "--name-status", "hovedgren", branch).split("\t") == [
        "A",
        "fixtures/2017/ny sak.yaml\n",
    ]
    assert not (repository / "fixtures/2017/ny sak.yaml").exists() and untouched(repository)
    git(repository, "branch", "-D", branch)
    assert browser.get("/provesaker/ny", params={"endring": "finnes/ikke"}).status_code == 409


def test_the_witness_of_a_proof_becomes_a_case(browser: Browser) -> None:
    draft = changed(browser)
    assert f"{draft}/testsak?vitne=spesialisering" in browser.get(draft).text
    given = WHY | {"handling": "tekst", "fil": "2017/vitnet.yaml"}
    answer = send(browser, f"{draft}/testsak?vitne=spesialisering", given)
    assert answer.url.path == draft and "2017/vitnet.yaml" in answer.text
    assert browser.get(f"{draft}/testsak?vitne=finnes-ikke").status_code == 404


# --- hostile tries -------------------------------------------------------------------------------------------------------------

OUTSIDE = (
    "../rules/vokabular.yaml",
    "/etc/passwd",
    "2017/../../x.yaml",
    ".git/config",
    "2017/.x.yaml",
    "x.sh",
    "ut/x.yaml",
    "a\0.yaml",
)


@pytest.fixture(scope="module")
def standing(browser: Browser) -> str:
    return changed(browser)


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_outside_the_folder_of_cases_is_read_or_written(
    standing: str, browser: Browser, repository: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "x.yaml").write_text("hemmelig: ja", encoding="utf-8")
    (repository / "fixtures/ut").symlink_to(tmp_path)
    try:
        read = browser.get(f"{standing}/testsak", params={"fil": name})
        assert read.status_code in (404, 422) and "hemmelig" not in read.text and "root:" not in read.text
        for address in (f"{standing}/testsak", "/provesaker/ny"):
            given = WHY | {"fil": name, "ny": "ja", "handling": "tekst", "tekst": "søknad: {}\n", "utkast_versjon": "1"}
            assert browser.submit(address, given).status_code == 422
    finally:
        (repository / "fixtures/ut").unlink()
    assert [one.name for one in tmp_path.iterdir()] == ["x.yaml"] and untouched(repository)


def test_no_field_can_carry_a_script(standing: str, browser: Browser) -> None:
    for field in ("grunn", "kilde", "slag", "tekst", "fil", "handling", "utkast_versjon", "grunnlag"):
        shown = accept(browser, standing, LATE, **{"grunn": "kort", field: NASTY}).text
        assert "<script>alert" not in shown and "<img" not in shown, field
    reason = WHY | {"grunn": f"Lang nok {NASTY}", "kilde": NASTY, "handling": "nye"}
    shown = send(browser, f"{standing}/testsak?fil={LATE}", reason).text
    assert "<script>alert" not in shown and "&lt;script&gt;" in shown


def test_nothing_is_done_without_the_form_key_or_the_role(
    standing: str, browser: Browser, settings: Settings, tmp_path: Path
) -> None:
    addresses = [f"{standing}/testsak", "/provesaker/ny", f"{standing}/prov", f"{standing}/slett"]
    for address in addresses:
        assert browser.post(address, data=WHY | {"fil": LATE, "handling": "nye"}).status_code == 403
    login = Login("http://127.0.0.1:9/", "alis", "hemmelig")
    department = replace(
        settings, login=login, database=str(tmp_path / "avdeling.sqlite3"), address="https://alis.test"
    )
    with Browser(create_app(department), base_url="https://alis.test", raise_server_exceptions=False) as other:
        key, session = other.app.state.service.sessions.open("ola", "Ola", frozenset({"saksbehandler"}))
        other.cookies.set(cookie_name(other.app.state.service.settings), key)
        other.key = session.form_key
        assert all(other.submit(address, WHY | {"fil": LATE}).status_code == 403 for address in addresses)
        assert other.get("/provesaker/ny").status_code == 403 and other.get(f"{standing}/testsak").status_code == 403


def test_cases_outside_the_repository_cannot_be_changed_here(
    settings: Settings, repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "saker").mkdir()
    text = (repository / "fixtures" / LATE).read_text(encoding="utf-8")
    (tmp_path / "saker/sak.yaml").write_text(text, encoding="utf-8")
    elsewhere = replace(settings, cases=tmp_path / "saker", database=str(tmp_path / "andre.sqlite3"))
    with Browser(create_app(elsewhere), base_url="http://localhost", raise_server_exceptions=False) as browser:
        _, page = tried(Form(browser, RULE), {"ikke oppfylt": "avvist"})
        assert "ligger ikke i samme git-lager" in page and "Gå gjennom saken" not in page


@pytest.fixture(autouse=True, scope="module")
def nothing_left(repository: Path) -> Iterator[None]:
    yield
    assert untouched(repository)
