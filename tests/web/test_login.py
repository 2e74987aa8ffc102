"""Logging in against a real provider, roles, sessions, and everything that should not get anyone in."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from browsing import Browser
from provider import CLIENT, SECRET, Provider, running

from engine.store.chain import check
from engine.store.database import Database
from engine.store.ledger import events
from engine.text.fault import Faults
from engine.web.app import create_app
from engine.web.settings import Login, Settings, read_login

CASE = (Path(__file__).parents[2] / "fixtures/2024/alis-avtale-18-april-kommersiell.yaml").read_bytes()


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def settings(settings: Settings, provider: Provider) -> Settings:
    """With login."""
    groups = {"0f3c-gruppe": "fagansvarlig"}
    return replace(settings, login=Login(provider.issuer, CLIENT, SECRET, groups=groups))


@pytest.fixture
def visitor(browser: Browser, provider: Provider) -> Iterator[Browser]:
    """A browser that has not been here, at a provider that tells the truth."""
    browser.cookies.clear()
    provider.who, provider.roles, provider.lie = "ola@kommune", ["saksbehandler"], ""
    browser.app.state.service.sessions.now = time.time
    yield browser
    browser.cookies.clear()


def at_provider(visitor: Browser, address: str = "/saker") -> str:
    """Follow the service to the provider; gives what it sends the browser back to."""
    answer = visitor.get(address, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/logg-inn?neste=")
    sent = visitor.get(answer.headers["location"], follow_redirects=False)
    assert sent.status_code == 302
    back = httpx2.get(sent.headers["location"])
    parts = urlsplit(back.headers["location"])
    return f"{parts.path}?{parts.query}"


def log_in(visitor: Browser, address: str = "/saker") -> httpx2.Response:
    return visitor.get(at_provider(visitor, address))


def test_a_visitor_is_sent_to_log_in_and_comes_back_to_where_they_were_going(visitor: Browser) -> None:
    found = log_in(visitor, "/saker?søk=abc")
    assert found.status_code == 200 and str(found.url).endswith("/saker?s%C3%B8k=abc")
    assert "Ola Nordmann" in found.text and "Logg ut" in found.text and "Uten innlogging" not in found.text


@pytest.mark.parametrize(
    "lie",
    [
        "issuer",
        "audience",
        "expired",
        "no expiry",
        "nonce",
        "unsigned",
        "public key as secret",
        "other key",
        "changed",
        "state",
        "no subject",
    ],
)
def test_a_provider_that_lies_is_not_believed(lie: str, visitor: Browser, provider: Provider) -> None:
    provider.lie = lie
    found = log_in(visitor)
    assert found.status_code == 403, found.text
    assert visitor.get("/saker", follow_redirects=False).status_code == 303


def test_a_provider_that_does_not_answer_is_told_of(settings: Settings, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gone = replace(
        settings, database=str(tmp_path / "s.sqlite3"), login=Login(f"http://127.0.0.1:{port}", CLIENT, SECRET)
    )
    with Browser(create_app(gone), base_url="http://localhost") as opened:
        answer = opened.get("/saker")
        assert answer.status_code == 503 and "Innloggingstjenesten svarer ikke" in answer.text
        answer = opened.get("/api/v1/regelsett", headers={"authorization": "Bearer a.b.c"})
        assert answer.status_code == 503


def test_an_answer_from_the_provider_opens_once(visitor: Browser) -> None:
    answer = at_provider(visitor)
    before = visitor.cookies["okt"]
    assert visitor.get(answer).status_code == 200
    assert visitor.cookies["okt"] != before  # the key from before login opens nothing afterwards
    assert visitor.app.state.service.sessions.find(before) is None
    assert visitor.get(answer).status_code in (400, 403)
    visitor.cookies.set("okt", before, domain="localhost.local")
    assert visitor.get("/saker", follow_redirects=False).status_code == 303


def test_an_answer_meant_for_another_browser_opens_nothing(visitor: Browser) -> None:
    answer = at_provider(visitor)
    visitor.cookies.clear()
    assert visitor.get(answer).status_code == 400
    at_provider(visitor)
    assert visitor.get(answer).status_code == 403


@pytest.mark.parametrize("roles", [[], ["sjef"], None, 3, {"leser": 1}, "Leser", [["leser"]]])
def test_who_has_no_role_here_gets_no_further(roles: object, visitor: Browser, provider: Provider) -> None:
    provider.roles = roles  # type: ignore[assignment]
    found = log_in(visitor)
    assert found.status_code == 403 and "ingen rolle" in found.text


@pytest.mark.parametrize(
    "address",
    [
        "//ond.example",
        "https://ond.example",
        "/\\ond.example",
        "\\\\ond",
        "javascript:alert(1)",
        "/\r\nX: y",
        "/" + "a" * 5000,
    ],
)
def test_login_leads_to_no_other_site(address: str, visitor: Browser) -> None:
    sent = visitor.get("/logg-inn", params={"neste": address}, follow_redirects=False)
    parts = urlsplit(httpx2.get(sent.headers["location"]).headers["location"])
    back = visitor.get(f"{parts.path}?{parts.query}", follow_redirects=False)
    assert back.status_code == 303 and back.headers["location"] == "/"


# --- roles ----------------------------------------------------------------------------------------------------------------


def test_a_reader_reads_and_changes_nothing(visitor: Browser, provider: Provider) -> None:
    log_in(visitor)
    made = visitor.submit("/saker", files={"fil": ("s.yaml", CASE, "application/yaml")})
    address = made.url.path
    assert made.status_code == 200
    visitor.cookies.clear()
    provider.who, provider.roles = "kari@kommune", ["leser"]
    log_in(visitor)
    page = visitor.get(address)
    assert page.status_code == 200 and "Slett saken" not in page.text
    assert "Start en sak" not in visitor.get("/saker").text
    for sent in (
        visitor.submit("/saker", files={"fil": ("s.yaml", CASE, "application/yaml")}),
        visitor.submit(
            f"{address}/slett", {"grunn": "x", "bekreft": "ja", "rolle": "saksbehandler", "roller": "saksbehandler"}
        ),
    ):
        assert sent.status_code == 403 and "Dette krever rollen «saksbehandler»" in sent.text
    assert visitor.get(address).status_code == 200
    database: Database = visitor.app.state.service.database
    with database.reading() as connection:
        refused = events(connection, kinds=("avvist",))[-1]
    assert (refused.who, refused.content) == (
        "kari@kommune",
        {"hva": "POST /saker/{sak}/slett", "rolle": "saksbehandler"},
    )
    assert check(database).whole


#: forms a reader may send: they change nothing that is kept
READERS_FORMS = {"/saker/{sak}/dokument/{hva}.pdf"}


def test_a_reader_sends_no_form_that_changes_anything(visitor: Browser, provider: Provider) -> None:
    provider.roles = ["leser"]
    log_in(visitor)
    forms = [path for path, methods in pages(visitor) if methods - {"GET", "HEAD"} and path not in READERS_FORMS]
    assert len(forms) > 4
    for path in forms:
        visitor.get("/saker")
        answer = visitor.submit(path.replace("{", "").replace("}", ""), {"bekreft": "ja", "grunn": "x"})
        assert answer.status_code == 403 and "Dette krever rollen" in answer.text, path


def test_a_group_of_the_organisation_gives_its_role(visitor: Browser, provider: Provider) -> None:
    provider.roles = ["0f3c-gruppe", "andre"]
    log_in(visitor)
    sent = visitor.submit("/saker", files={"fil": ("s.yaml", CASE, "application/yaml")})
    assert sent.status_code == 403


def test_every_page_needs_a_login(visitor: Browser) -> None:
    seen = 0
    for path, methods in pages(visitor):
        for method in methods:
            answer = visitor.request(method, path.replace("{", "").replace("}", ""), follow_redirects=False)
            assert answer.status_code == (303 if method == "GET" else 401), (method, path)
            assert answer.headers.get("location", "/logg-inn").startswith("/logg-inn")
            seen += 1
    assert seen > 5


def pages(visitor: Browser) -> list[tuple[str, set[str]]]:
    """The address and methods of every page, from the application itself."""
    from engine.web.app import PAGES

    return [(route.path, route.methods) for module in PAGES for route in module.router.routes]


# --- sessions -------------------------------------------------------------------------------------------------------------


def test_logging_out_ends_the_session(visitor: Browser) -> None:
    log_in(visitor)
    key = visitor.cookies["okt"]
    visitor.get("/saker")
    out = visitor.submit("/logg-ut", follow_redirects=False)
    assert out.status_code == 303
    visitor.cookies.clear()
    visitor.cookies.set("okt", key, domain="localhost.local")
    assert visitor.get("/saker", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("key", ["", "x", "a" * 43, "' OR 1=1 --", "a" * 20_000])
def test_a_forged_session_opens_nothing(key: str, visitor: Browser) -> None:
    log_in(visitor)
    visitor.cookies.clear()
    answer = visitor.get("/saker", headers={"cookie": f"okt={key}"}, follow_redirects=False)
    assert answer.status_code == 303


def test_a_session_that_has_run_out_opens_nothing_and_saves_nothing(visitor: Browser) -> None:
    log_in(visitor)
    visitor.get("/saker")
    service = visitor.app.state.service
    now = service.sessions.now()
    service.sessions.now = lambda: now + service.settings.idle + 1
    before = service.cases.listed()[1]
    sent = visitor.submit("/saker", files={"fil": ("s.yaml", CASE, "application/yaml")}, follow_redirects=False)
    assert sent.status_code == 401 and "Ingenting ble lagret" in sent.text
    assert visitor.get("/saker", follow_redirects=False).status_code == 303
    assert service.cases.listed()[1] == before


def test_over_tls_the_cookie_is_bound_to_the_host(settings: Settings, tmp_path: Path) -> None:
    secure = replace(
        settings, database=str(tmp_path / "s.sqlite3"), address="https://alis.kommune.example", host="0.0.0.0"
    )
    with Browser(create_app(secure), base_url="https://alis.kommune.example") as opened:
        answer = opened.get("/logg-inn", follow_redirects=False)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-okt=") and {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(
            cookie.split("; ")
        )
        assert "alis.kommune.example%2Flogg-inn%2Fsvar" in answer.headers["location"]
        assert answer.headers["strict-transport-security"]
        assert opened.get("/", headers={"host": "localhost"}).status_code == 400


# --- the API --------------------------------------------------------------------------------------------------------------

YAML = {"content-type": "application/yaml"}


def bearer(token: str) -> dict[str, str]:
    return YAML | {"authorization": f"Bearer {token}"}


def test_a_program_calls_with_its_token(visitor: Browser, provider: Provider) -> None:
    provider.roles = ["leser"]
    answer = visitor.post("/api/v1/vurder", content=CASE, headers=bearer(provider.signed()))
    assert answer.status_code == 200 and answer.json()["søknad"]["utfall"] == "delvis innvilget"
    refused = visitor.post("/api/v1/test", json={}, headers={"authorization": f"Bearer {provider.signed()}"})
    assert refused.status_code == 403 and "fagansvarlig" in refused.json()["detail"]


@pytest.mark.parametrize(
    "lie",
    [
        "issuer",
        "audience",
        "expired",
        "no expiry",
        "unsigned",
        "public key as secret",
        "other key",
        "changed",
        "no subject",
    ],
)
def test_a_token_that_is_not_right_opens_nothing(lie: str, visitor: Browser, provider: Provider) -> None:
    provider.lie = lie
    answer = visitor.post("/api/v1/vurder", content=CASE, headers=bearer(provider.signed()))
    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "æ.ø.å", "." * 10_000, "e30.e30.e30"])
def test_what_is_no_token_opens_nothing(token: str, visitor: Browser) -> None:
    headers = {"authorization": f"Bearer {token}".encode()}
    assert visitor.get("/api/v1/regelsett", headers=headers).status_code == 401


def test_without_a_token_the_api_is_closed(visitor: Browser) -> None:
    for path, methods in visitor.get("/api/v1/openapi.json").json()["paths"].items():
        for method in methods:
            answer = visitor.request(method, path, headers=YAML)
            assert answer.status_code == 401 and answer.headers["content-type"] == "application/problem+json", path


def test_a_page_calls_with_its_session_and_form_key(visitor: Browser) -> None:
    log_in(visitor)
    visitor.get("/saker")
    assert visitor.get("/api/v1/regelsett").status_code == 200
    assert visitor.post("/api/v1/vurder", content=CASE, headers=YAML).status_code == 403
    answer = visitor.post("/api/v1/vurder", content=CASE, headers=YAML | {"x-skjemanokkel": visitor.key})
    assert answer.status_code == 200


# --- set-up ---------------------------------------------------------------------------------------------------------------

WHOLE = {"ALIS_OIDC_UTSTEDER": "https://id.example", "ALIS_OIDC_KLIENT": "k", "ALIS_OIDC_HEMMELIGHET": "h"}


def test_login_is_read_whole_or_not_at_all() -> None:
    assert read_login({}) is None
    read = read_login(WHOLE | {"ALIS_OIDC_ROLLER": "groups", "ALIS_OIDC_GRUPPER": "a=b=leser, c=fagansvarlig"})
    assert read is not None and read.claim == "groups"
    assert read.roles(["a=b", "c", "d", "saksbehandler"]) == {"leser", "fagansvarlig", "saksbehandler"}
    assert "hemmelig" not in repr(replace(read, secret="hemmelig"))
    for name in WHOLE:
        with pytest.raises(Faults, match=name):
            read_login({key: value for key, value in WHOLE.items() if key != name})
    with pytest.raises(Faults, match="«a=sjef»"):
        read_login(WHOLE | {"ALIS_OIDC_GRUPPER": "a=sjef"})


def test_other_machines_are_let_in_only_with_login_and_tls(tmp_path: Path, rules: Path) -> None:
    outward = Settings(rules, str(tmp_path / "s.sqlite3"), host="0.0.0.0")
    login = read_login(WHOLE)
    with pytest.raises(Faults, match=r"WEB-INNLOGGING: tjenesten kan ikke lytte på «0\.0\.0\.0» uten innlogging"):
        outward.check()
    with pytest.raises(Faults, match="WEB-ADRESSE"):
        replace(outward, login=login, address="http://alis.example").check()
    with pytest.raises(Faults, match="WEB-INNLOGGING: innloggingstjenesten har ikke"):
        replace(outward, login=replace(login, issuer="http://id.example"), address="https://alis.example").check()  # type: ignore[type-var]
    replace(outward, login=login, address="https://alis.example").check()
    assert not (tmp_path / "s.sqlite3").exists()
