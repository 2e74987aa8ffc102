"""What comes from outside and should get nowhere: foreign hosts and pages, bombs, scripts in fields; and what errors give away."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from browsing import Browser

from engine.web.app import PAGES

ROOT = Path(__file__).parents[2]
CASE = (ROOT / "fixtures/2024/alis-avtale-18-april-kommersiell.yaml").read_bytes()
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"

#: answers of every kind
ANSWERS = ["/", "/saker", "/finnes-ikke", "/saker/x", "/static/stil.css", "/static/finnes-ikke", "/api/v1/regelsett", "/api/finnes-ikke",
           "/api/v1/openapi.json", "/saker?side=0"]  # fmt: skip


def cases(browser: Browser) -> int:
    return int(browser.app.state.service.cases.listed()[1])


# --- hosts and origins ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["ond.example", "localhost.ond.example", "127.0.0.1.ond.example", "", "localhost@ond.example", "[", "::1"]
)
def test_another_host_name_gets_nowhere(host: str, browser: Browser) -> None:
    """A page elsewhere may give its own name the address of this machine."""
    answer = browser.get("/", headers={"host": host})
    assert answer.status_code == 400 and "Adressen hører ikke til denne tjenesten" in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8642", "127.0.0.1:8642", "[::1]:8642", "LOCALHOST"])
def test_the_machines_own_names_are_let_in(host: str, browser: Browser) -> None:
    assert browser.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://ond.example"},
        {"origin": "http://localhost:9999"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("address", ["/saker", "/api/v1/valider/regler"])
def test_what_another_sites_page_sends_gets_nowhere(headers: dict[str, str], address: str, browser: Browser) -> None:
    browser.get("/saker/ny")
    before = cases(browser)
    answer = browser.submit(address, files={"fil": ("s.yaml", CASE, "x/y")}, headers=headers)
    assert answer.status_code == 403 and "kom fra en side" in answer.text
    assert cases(browser) == before


# --- forms ----------------------------------------------------------------------------------------------------------------


def changing() -> list[tuple[str, str]]:
    """Every method and address of a page that changes something."""
    routes = [route for module in PAGES for route in module.router.routes]
    return [(method, route.path) for route in routes for method in route.methods - {"GET", "HEAD"}]


def test_there_are_forms() -> None:
    assert ("POST", "/saker") in changing()


@pytest.mark.parametrize(("method", "path"), changing())
@pytest.mark.parametrize("key", [None, "", "x", "æ", "a" * 100_000])
def test_no_form_is_taken_without_the_sessions_key(method: str, path: str, key: str | None, browser: Browser) -> None:
    browser.get("/saker/ny")
    before = cases(browser)
    fields = {} if key is None else {"skjemanøkkel": key}
    answer = browser.request(method, re.sub(r"\{[^}]*\}", "x", path), data=fields | {"grunn": "x", "bekreft": "ja"})
    assert answer.status_code == 403 and "Ingenting ble lagret" in answer.text
    assert cases(browser) == before


def test_one_sessions_key_is_no_use_in_another(browser: Browser) -> None:
    browser.get("/saker/ny")
    key = browser.key
    browser.cookies.clear()
    browser.get("/")
    browser.key = key
    assert browser.submit("/saker", files={"fil": ("s.yaml", CASE, "x/y")}).status_code == 403


def test_the_key_as_a_file_is_no_key(browser: Browser) -> None:
    browser.get("/saker/ny")
    files = {"skjemanøkkel": ("x", browser.key.encode(), "text/plain"), "fil": ("s.yaml", CASE, "x/y")}
    assert browser.post("/saker", files=files).status_code == 403


# --- size -----------------------------------------------------------------------------------------------------------------


def test_too_large_an_upload_is_stopped_before_it_is_read(browser: Browser) -> None:
    browser.get("/saker/ny")
    answer = browser.submit("/saker", files={"fil": ("s.yaml", b"a" * 6_000_000, "x/y")})
    assert answer.status_code == 413 and "Innholdet er for stort" in answer.text


def test_a_body_that_does_not_say_how_large_it_is_is_counted(browser: Browser) -> None:
    def endless():  # type: ignore[no-untyped-def]
        for _ in range(1000):
            yield b"a" * 100_000

    answer = browser.post("/api/v1/vurder", content=endless(), headers={"content-type": "application/yaml"})
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "x", "1e9", "99999999999999999999"])
def test_a_length_that_is_none(length: str, browser: Browser) -> None:
    answer = browser.post("/api/v1/vurder", content=b"", headers={"content-length": length})
    assert answer.status_code == 413


BOMBS = {
    "levels": b"[" * 50_000,
    "aliases": b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n",
    "nodes": b"s\xc3\xb8knad: [" + b"1," * 300_000 + b"1]",
    "one long line": b"s\xc3\xb8knad: " + b"a" * 1_900_000,
    "binary": bytes(range(256)) * 100,
    "nothing": b"",
    "zip": b"PK\x03\x04" + b"\0" * 1000,
    "formula": b's\xc3\xb8knad: =HYPERLINK("http://x")\n',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_what_to_do(name: str, browser: Browser) -> None:
    browser.get("/saker/ny")
    before = cases(browser)
    answer = browser.submit("/saker", files={"fil": ("s.yaml", BOMBS[name], "x/y")})
    assert answer.status_code == 422 and "Noe må rettes" in answer.text
    assert cases(browser) == before


def test_a_form_of_endlessly_many_fields(browser: Browser) -> None:
    browser.get("/saker/ny")
    answer = browser.submit("/saker", {f"f{number}": "" for number in range(20_000)})
    assert answer.status_code == 400 and "fields" not in answer.text


# --- what users write -----------------------------------------------------------------------------------------------------


def test_scripts_in_every_text_are_shown_and_not_run(browser: Browser) -> None:
    browser.get("/saker/ny")
    text = json.dumps(
        {
            "søknad": {"id": SCRIPT, "ordning": "nasjonal-alis", "tilskuddsår": 2024, "mottatt": "2024-08-28T14:03"},
            "leger": [{"id": SCRIPT, "perioder": [{"fra": "2024-04-17", "til": "2024-08-31"}]}],
            "beskrivelse": SCRIPT,
        }
    )
    made = browser.submit("/saker", files={"fil": (SCRIPT + ".json", text.encode(), "x/y")})
    assert made.status_code == 200, made.text
    address = made.url.path
    shown = [
        made.text,
        browser.get("/saker").text,
        browser.get("/").text,
        browser.get("/saker", params={"søk": SCRIPT}).text,
        browser.submit(
            "/saker", files={"fil": (SCRIPT, f"søknad: {{id: a, '{SCRIPT[:20]}': 1}}".encode(), "x/y")}
        ).text,
        browser.get(f"/saker/{SCRIPT}").text,
        browser.get("/saker", params={"side": SCRIPT}).text,
    ]
    for page in shown:
        assert "<script>alert" not in page and "<img" not in page and ">49" not in page
        assert all("alert" not in tag for tag in re.findall(r"<[a-z][^>]*>", page) if "value=" not in tag)
    assert "&lt;script&gt;" in shown[0] and "&lt;script&gt;" in shown[1]
    assert browser.get(f"{address}/eksport").headers["content-type"] == "application/json"


def test_no_page_has_anything_inline(browser: Browser) -> None:
    for path in (Path(__file__).parents[2] / "engine/web/templates").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)|https?://(?!www\.w3\.org)", text
        ), path


# --- what answers carry and what they keep to themselves ------------------------------------------------------------------


@pytest.mark.parametrize("address", ANSWERS)
def test_every_answer_carries_the_security_headers(address: str, browser: Browser) -> None:
    headers = browser.get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store" or address.startswith("/static")
    assert "server" not in headers


def broken(book: object, *_: object) -> None:
    raise RuntimeError("Kari Nordmanns fødselsdato er hemmelig")


@pytest.mark.parametrize("address", ["/saker", "/api/v1/vurder"])
def test_what_nobody_foresaw_gives_a_reference_and_nothing_from_inside(
    address: str, browser: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    browser.get("/saker/ny")
    monkeypatch.setattr("engine.web.cases.decided", broken)
    monkeypatch.setattr("engine.web.api.router.decided", broken)
    with caplog.at_level(logging.INFO, "engine.web"):
        if address == "/saker":
            answer = browser.submit(address, files={"fil": ("s.yaml", CASE, "x/y")})
            found = re.search(r"Referansenummer: <code>([0-9a-f]{8})</code>", answer.text)
            assert found
            reference = found[1]
        else:
            answer = browser.post(address, content=CASE, headers={"content-type": "application/yaml"})
            reference = answer.json()["referanse"]
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"]
    for inside in ("Kari", "RuntimeError", "Traceback", "engine/", ".py", str(ROOT)):
        assert inside not in answer.text
    logged = caplog.text
    assert reference in logged and "RuntimeError" in logged and "Kari" not in logged


def test_the_log_names_no_person_and_no_case(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "engine"):
        browser.get("/saker/ny")
        made = browser.submit("/saker", files={"fil": ("s.yaml", CASE, "x/y")})
        browser.get("/saker", params={"søk": "Kari Nordmann"})
        browser.get(f"{made.url.path}/eksport")
    assert "GET /saker" in caplog.text and "/saker/{sak}/eksport" in caplog.text
    for word in ("Kari", "18-april", made.url.path.rpartition("/")[2]):
        assert word not in caplog.text


def test_faults_in_the_rules_do_not_tell_where_they_lie(browser: Browser, tmp_path: Path) -> None:
    from starlette.requests import Request

    from engine.text.fault import Fault, Faults
    from engine.text.place import Place
    from engine.web.problem import on_faults

    root = browser.app.state.service.settings.rules
    scope = {"type": "http", "app": browser.app, "path": "/api/x", "method": "GET", "headers": [], "query_string": b""}
    faults = Faults([
        Fault(Place(f"{root}/2024/x.yaml", 3, 1), "X", f"se {root}/vokabular.yaml", "hvorfor", "neste"),
        Fault(Place("/hemmelig/lager.sqlite3", 1, 1), "LAGER-LÅST", "opptatt", "hvorfor", "neste"),
    ])  # fmt: skip
    body = bytes(on_faults(Request(scope), faults).body).decode()
    assert str(root) not in body and "hemmelig" not in body
    assert '"fil":"2024/x.yaml"' in body and "se vokabular.yaml" in body and '"fil":"lageret"' in body


@pytest.mark.parametrize(
    "address",
    [
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
        "/static/..%2fsettings.py",
        "/static//etc/passwd",
        "/static/%00",
    ],
)
def test_static_files_are_those_in_the_folder(address: str, browser: Browser) -> None:
    answer = browser.get(address)
    assert answer.status_code == 404 and "Settings" not in answer.text and "root:" not in answer.text


@pytest.mark.parametrize("case", ["../../etc/passwd", "x' OR '1'='1", "\u0000", "💥", "a" * 3000])
def test_a_case_that_is_none(case: str, browser: Browser) -> None:
    from urllib.parse import quote

    for end in ("", "/eksport"):
        answer = browser.get(f"/saker/{quote(case, safe='')}{end}")
        assert answer.status_code == 404, case
