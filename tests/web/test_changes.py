"""Changing a rule on pages: a form from the file, what the change comes to, and a proposal that no one's work is lost by."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import Browser
from rule_form import Form, tried
from rule_repository import git, repository_in, untouched

from engine.store import ledger
from engine.web.app import create_app
from engine.web.proposals import PROPOSED
from engine.web.settings import Login, Settings
from engine.web.user import cookie_name

FILE = "2023/nasjonal-alis.yaml"
LIMIT = "/regler/2023/nasjonal-alis/endre/grenser/minste_antall_dager"
NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository_in(tmp_path_factory.mktemp("lager-av-regler"))


@pytest.fixture(scope="module")
def settings(settings: Settings, repository: Path) -> Settings:
    return replace(settings, rules=repository / "rules", cases=repository / "fixtures")


VALUE = "verdier – 1 – verdi"


@pytest.fixture(scope="module")
def lowered(browser: Browser) -> tuple[str, str]:
    """The threshold lowered by one, and what that comes to."""
    return tried(Form(browser, LIMIT), {VALUE: "21"})


# --- what a change comes to ----------------------------------------------------------------------------------------------------


def test_a_lowered_threshold_breaks_a_case_and_has_a_witness(lowered: tuple[str, str], repository: Path) -> None:
    page = lowered[1]
    assert re.search(r"<del>.*verdi: 22</del>", page) and re.search(r"<ins>.*verdi: 21</ins>", page)
    assert "uten feil" in page and "1 brytes" in page
    assert '<th scope="col">Ventet</th><th scope="col">Fikk</th>' in page
    assert "får et annet vedtak" in page
    proof = page.partition('<h2 id="bevis">')[2]
    assert "forskjell" in proof and "Den minste søknaden" in proof and "over-tre-kalenderuker" in proof
    first, last = re.search(r"fra: (\d{4}-\d\d-\d\d), til: (\d{4}-\d\d-\d\d), stilling", proof).groups()  # type: ignore[union-attr]
    assert int(last[-2:]) - int(first[-2:]) + 1 == 21  # the one number of days the two rules part on
    assert untouched(repository)


def test_what_is_broken_must_be_acknowledged(lowered: tuple[str, str], browser: Browser, repository: Path) -> None:
    address, page = lowered
    assert "1 testsak som besto, består ikke lenger" in page
    refused = browser.submit(f"{address}/forslag", {"grunn": "Kilden sier tre uker."})
    assert refused.status_code == 422 and "Kryss av" in refused.text
    assert browser.submit(f"{address}/forslag", {"grunn": "kort", "bekreft": "ja"}).status_code == 422
    assert git(repository, "for-each-ref", "refs/heads/forslag") == ""


def test_what_was_tried_on_other_rules_is_tried_anew(
    lowered: tuple[str, str], browser: Browser, repository: Path
) -> None:
    path = repository / "rules/2024/nasjonal-alis.yaml"
    before = path.stat()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    try:
        answer = browser.submit(f"{lowered[0]}/forslag", {"grunn": "En god nok grunn.", "bekreft": "ja"})
        assert answer.status_code == 409 and "prøv den på nytt" in answer.text
    finally:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_put_right_and_proposed(lowered: tuple[str, str], browser: Browser, repository: Path) -> None:
    form = Form(browser, f"{LIMIT}?utkast={lowered[0].rpartition('/')[2]}")
    assert f'id="{form.names[VALUE]}" name="{form.names[VALUE]}" value="21"' in form.page
    address, page = tried(form, {VALUE: "22", "tittel": "Minste antall dager som teller"})
    assert "ingen brytes" in page and "ikke lavere" in page and "Ikke alt er i orden" not in page
    answer = browser.submit(f"{address}/forslag", {"grunn": "Tittelen sier mer slik.\nSe kilden."})
    assert "Forslaget er lagret" in answer.text
    branch = git(repository, "for-each-ref", "--format=%(refname:short)", "refs/heads/forslag").strip()
    assert branch.startswith("forslag/2023-nasjonal-alis-minste-antall-dager-")
    assert git(repository, "diff", "--name-only", "hovedgren", branch).split() == [f"rules/{FILE}"]
    changed = git(repository, "diff", "-U0", "hovedgren", branch).splitlines()
    assert [row for row in changed if row[0] in "+-" and row[:3] not in ("+++", "---")] == [
        "-    tittel: Minste antall tellende dager i måneden",
        "+    tittel: Minste antall dager som teller",
    ]
    service = browser.app.state.service
    who, message = git(repository, "log", "-1", "--format=%an%n%B", branch).split("\n", 1)
    with service.database.reading() as connection:
        noted = ledger.recent(connection, PROPOSED, 1)[0]
    assert who == noted.who and "Tittelen sier mer slik.\nSe kilden." in message
    assert noted.content is not None and noted.content["gren"] == branch
    assert branch in browser.get("/endringer").text
    assert untouched(repository)
    again = browser.submit(f"{address}/forslag", {"grunn": "Tittelen sier mer slik."})
    assert again.status_code == 200
    assert len(git(repository, "for-each-ref", "refs/heads/forslag").splitlines()) == 1


def test_two_who_change_the_same_line_get_a_conflict_with_both(browser: Browser, repository: Path) -> None:
    part = "/regler/2023/nasjonal-alis/endre/grenser/minste_vikariat"
    first, _ = tried(Form(browser, part), {"tittel": "Korteste vikariat"})
    second, _ = tried(Form(browser, part), {"tittel": "Minste lengde på et vikariat"})
    assert "Forslaget er lagret" in browser.submit(f"{first}/forslag", {"grunn": "Kortere og klarere."}).text
    before = git(repository, "for-each-ref")
    answer = browser.submit(f"{second}/forslag", {"grunn": "Lengde er ordet kilden bruker."})
    assert answer.status_code == 409 and "Ingenting er lagret" in answer.text
    assert "Minste lengde på et vikariat" in answer.text and "Korteste vikariat" in answer.text
    assert git(repository, "for-each-ref") == before


def test_a_file_that_changed_meanwhile_is_not_overwritten(browser: Browser, repository: Path) -> None:
    form = Form(browser, LIMIT)
    path = repository / "rules" / FILE
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("Minste varighet for et vikariat", "Endret av en annen"), encoding="utf-8")
    try:
        answer = form.send({VALUE: "20"}, "prøv")
        assert answer.status_code == 409 and "Endret av en annen" in answer.text and "verdi: 20" in answer.text
    finally:
        path.write_text(before, encoding="utf-8")


def test_what_is_not_committed_cannot_be_proposed_over(browser: Browser, repository: Path) -> None:
    path = repository / "rules" / FILE
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("Timer i en fraværsdag", "Ikke lagt inn"), encoding="utf-8")
    try:
        address, _ = tried(Form(browser, LIMIT), {"tittel": "Dager i måneden"})
        answer = browser.submit(f"{address}/forslag", {"grunn": "Kortere tittel er bedre."})
        assert answer.status_code == 409 and "Ikke lagt inn" in answer.text
    finally:
        path.write_text(before, encoding="utf-8")


# --- the form ------------------------------------------------------------------------------------------------------------------


def test_a_fault_is_told_at_its_field(browser: Browser) -> None:
    form = Form(browser, "/regler/2023/nasjonal-alis/endre/vilkar/over-tre-kalenderuker")
    answer = form.send({"krav – tellende dager – minst": "minste_antall_dagr"})
    id = form.names["krav – tellende dager – minst"]
    assert answer.status_code == 422 and f'href="#{id}"' in answer.text
    told = re.search(rf'id="{id}-feil">([^<]+)<', answer.text)
    assert told is not None and "minste_antall_dager" in told[1]
    assert 'value="minste_antall_dagr"' in answer.text
    assert "Ingen feil" in form.send({}).text


def test_allowed_values_come_from_the_schema(browser: Browser) -> None:
    form = Form(browser, "/regler/2023/nasjonal-alis/endre/vilkar/over-tre-kalenderuker")
    select = form.page.partition(f'<select id="{form.names["ikke oppfylt"]}"')[2].partition("</select>")[0]
    assert re.findall("<option[^>]*>([^<]+)", select) == [
        "avvist", "utenfor", "avslag", "mangler opplysninger", "skjønn", "merknad", "ingen",
    ]  # fmt: skip
    assert "<option selected>avslag" in select


def test_a_rule_is_edited_where_it_was_last_stated(browser: Browser) -> None:
    answer = browser.get("/regler/2025/nasjonal-alis/vilkar/over-tre-kalenderuker/endre")
    assert answer.url.path == "/regler/2023/nasjonal-alis/endre/vilkar/over-tre-kalenderuker"


def test_every_part_of_every_file_has_a_form(browser: Browser, repository: Path) -> None:
    sets = [path.relative_to(repository / "rules").with_suffix("") for path in (repository / "rules").glob("2*/*.yaml")]
    for one in sets:
        index = browser.get(f"/regler/{one}/endre").text
        links = re.findall(rf'href="(/regler/{one}/endre/\w+/[^"]+)"', index)
        assert len(links) > 3
        assert Form(browser, links[0]).names and Form(browser, f"/regler/{one}/endre/tekster").names


def test_checking_as_one_types_tells_the_same(browser: Browser) -> None:
    form = Form(browser, LIMIT)
    found = form.send({VALUE: "mange"}, "direkte").json()
    assert form.names[VALUE] in found["feil"] and "verdi: mange" in found["utsnitt"]
    assert form.send({VALUE: "21"}, "direkte").json()["feil"] == {}


def test_the_whole_file_may_be_edited_and_its_faults_are_told(browser: Browser, repository: Path) -> None:
    form = Form(browser, "/regler/2023/nasjonal-alis/endre/fil")
    text = (repository / "rules" / FILE).read_text(encoding="utf-8")
    assert "Ingen feil" in form.send({"tekst": text}).text
    broken = form.send({"tekst": text.replace("verdi: 22", "verdi: [22")})
    assert broken.status_code == 422 and "YAML" in broken.text and "linje" in broken.text
    assert "Du har ikke endret noe" in form.send({"tekst": text}, "prøv").text
    assert "Ingen feil" in Form(browser, "/regler/vokabular/endre").send({}).text


# --- hostile tries -------------------------------------------------------------------------------------------------------------


def test_no_field_of_the_form_can_carry_a_script(browser: Browser) -> None:
    form = Form(browser, "/regler/2023/nasjonal-alis/endre/vilkar/over-tre-kalenderuker")
    for label in form.names:
        shown = form.send({label: NASTY}).text
        assert "<script>alert" not in shown and "<img" not in shown, label
        assert "&lt;script&gt;" in shown
    whole = Form(browser, "/regler/2023/nasjonal-alis/endre/fil").send({"tekst": f"</textarea>{NASTY}"}).text
    assert "<script>alert" not in whole


def test_a_script_in_a_title_and_a_reason_stays_text_all_the_way(browser: Browser, repository: Path) -> None:
    part = "/regler/2023/nasjonal-alis/endre/grenser/timer_per_dag"
    address, page = tried(Form(browser, part), {"tittel": NASTY})
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    assert "<script>alert" not in browser.submit(f"{address}/forslag", {"grunn": NASTY[:9]}).text
    done = browser.submit(f"{address}/forslag", {"grunn": NASTY})
    assert "Forslaget er lagret" in done.text
    listed = browser.get("/endringer").text
    assert "<script>alert" not in listed and "&lt;script&gt;" in listed
    assert untouched(repository)


@pytest.mark.parametrize(
    "address",
    [
        "/regler/2023/..%2f..%2fetc%2fpasswd/endre/fil",
        "/regler/../rules/endre/fil",
        "/regler/2023/finnes-ikke/endre/fil",
        "/regler/2023/nasjonal-alis/endre/ukjent",
        "/regler/2023/nasjonal-alis/endre/grenser/finnes-ikke",
        "/regler/2023/nasjonal-alis/endre/grenser/..%2f..%2fx",
        "/endringer/..%2f..%2fetc",
        "/endringer/finnes-ikke",
    ],
)
def test_nothing_but_rule_files_is_read_or_written(browser: Browser, address: str) -> None:
    assert browser.get(address).status_code == 404
    form = {"grunnlag": "x", "utkast": "x", "tekst": "x", "handling": "prøv"}
    assert browser.submit(address, form).status_code in (404, 405)


def test_a_link_out_of_the_rules_is_not_followed(browser: Browser, repository: Path, tmp_path: Path) -> None:
    (tmp_path / "hemmelig.yaml").write_text("hemmelig: ja")
    link = repository / "rules/2023/lenke.yaml"
    link.symlink_to(tmp_path / "hemmelig.yaml")
    try:
        found = browser.get("/regler/2023/lenke/endre/fil")
        assert found.status_code == 404 and "hemmelig" not in found.text
    finally:
        link.unlink()


def test_nothing_is_done_without_the_form_key(lowered: tuple[str, str], browser: Browser, repository: Path) -> None:
    before = git(repository, "for-each-ref")
    sent = {"grunn": "En god nok grunn.", "bekreft": "ja"}
    assert browser.post(f"{lowered[0]}/forslag", data=sent).status_code == 403
    assert browser.post(LIMIT, data={"handling": "prøv"}).status_code == 403
    assert browser.post(LIMIT, data={}, headers={"x-skjemanokkel": "feil"}).status_code == 403
    assert git(repository, "for-each-ref") == before


@pytest.fixture
def department(settings: Settings, tmp_path: Path) -> Iterator[Browser]:
    """A service with login."""
    login = Login("https://innlogging.example", "klient", "hemmelig")
    app = create_app(replace(settings, login=login, database=str(tmp_path / "avdeling.sqlite3")))
    with Browser(app, base_url="http://localhost", raise_server_exceptions=False) as browser:
        yield browser


@pytest.mark.parametrize("role", ["leser", "saksbehandler"])
def test_only_policy_staff_may_edit_and_propose(department: Browser, repository: Path, role: str) -> None:
    service = department.app.state.service
    key, session = service.sessions.open("ola@kommune", "Ola", frozenset({role}))
    department.cookies.set(cookie_name(service.settings), key)
    department.key = session.form_key
    before = git(repository, "for-each-ref")
    assert "Endre vilkåret" not in department.get("/regler/2023/nasjonal-alis/vilkar/over-tre-kalenderuker").text
    assert department.get(LIMIT).status_code == 403
    assert department.submit(LIMIT, {"handling": "prøv"}).status_code == 403
    assert department.submit("/endringer/noe/forslag", {"grunn": "En god nok grunn."}).status_code == 403
    assert department.submit("/provesaker").status_code == 403
    assert department.submit("/provesaker/mutasjon").status_code == 403
    assert git(repository, "for-each-ref") == before
    with service.database.reading() as connection:
        assert len(ledger.events(connection, kinds=(ledger.DENIED,))) == 5


def test_without_a_repository_the_page_says_so(settings: Settings, repository: Path, tmp_path: Path) -> None:
    shutil.copytree(repository / "rules", tmp_path / "rules")
    alone = replace(settings, rules=tmp_path / "rules", cases=None, database=str(tmp_path / "uten.sqlite3"))
    with Browser(create_app(alone), base_url="http://localhost", raise_server_exceptions=False) as browser:
        address, page = tried(Form(browser, LIMIT), {"tittel": "Dager"})
        assert "ligger ikke i et git-lager" in page and "Foreslå endringen</button>" not in page
        answer = browser.submit(f"{address}/forslag", {"grunn": "En god nok grunn.", "bekreft": "ja"})
        assert answer.status_code == 422 and "git-lager" in answer.text
