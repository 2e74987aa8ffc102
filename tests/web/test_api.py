"""The API: the answers of the commands, byte for byte, and every problem as problem+json in bokmål."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from engine.cli.main import main
from engine.web.work import indented

ROOT = Path(__file__).parents[2]
CASE = ROOT / "fixtures/2024/alis-avtale-18-april-kommersiell.yaml"
CASES = sorted((ROOT / "fixtures").rglob("*.yaml"))[::9]
YAML = {"content-type": "application/yaml"}


def command(capsys, *arguments: str) -> str:
    """What a command writes."""
    main(list(arguments))
    return str(capsys.readouterr().out)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_decision_is_the_commands_byte_for_byte(path: Path, browser: TestClient, capsys) -> None:
    answer = browser.post("/api/v1/vurder", content=path.read_bytes(), headers=YAML)
    assert answer.status_code == 200, answer.text
    assert answer.text + "\n" == command(capsys, "vurder", str(path), "--format", "json")


def test_an_application_as_json(browser: TestClient) -> None:
    period = {"fra": "2024-04-17", "til": "2024-08-31", "stillingsandel": 62.5}
    case = {
        "søknad": {"id": "a", "ordning": "nasjonal-alis", "tilskuddsår": 2024, "mottatt": "2024-08-28T14:03"},
        "leger": [{"id": "lege-1", "tilskuddstype": "alis", "avtale_inngått": "2024-04-17", "perioder": [period]}],
    }
    answer = browser.post("/api/v1/vurder", json=case)
    assert answer.status_code == 200, answer.text
    assert answer.json()["søknad"]["utfall"] == "mangler opplysninger"


def test_what_is_wrong_with_an_application_is_listed(browser: TestClient) -> None:
    answer = browser.post("/api/v1/vurder", content="søknad:\n  id: a\n  ordning: nasjonal-ali\n", headers=YAML)
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["title"] == "Noe må rettes"
    assert [(one["fil"], one["linje"], one["kode"]) for one in problem["feil"]] == [("søknad.yaml", 3, "ORDNING")]


@pytest.mark.parametrize(
    ("headers", "content", "status", "title"),
    [
        ({"content-type": "text/plain"}, "søknad: {}", 415, "Filtypen kan ikke brukes"),
        (YAML, "a: [" * 5000, 422, "Noe må rettes"),
        (YAML, "a: 1\n" * 1_500_000, 413, "Innholdet er for stort"),
        (YAML, "a: &a [1]\nb: *a\n", 422, "Noe må rettes"),
        ({"content-type": "application/json"}, '{"søknad": ' + "[" * 100_000, 422, "Noe må rettes"),
        (YAML, b"\xff\xfe\x00", 422, "Noe må rettes"),
    ],
    ids=["type", "depth", "size", "alias", "nested-json", "utf-16"],
)
def test_what_cannot_be_taken_in(headers, content, status, title, browser: TestClient) -> None:
    answer = browser.post("/api/v1/vurder", content=content, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (status, title)


def test_the_rule_set_of_a_date_is_the_commands(browser: TestClient, capsys) -> None:
    answer = browser.get("/api/v1/regelsett/valg", params={"avtaledato": "2024-04-18", "måned": "2024-05"})
    asked = ("regelsett", "--avtaledato", "2024-04-18", "--måned", "2024-05", "--format", "json")
    assert answer.text + "\n" == command(capsys, *asked)
    wrong = browser.get("/api/v1/regelsett/valg", params={"avtaledato": "2024-02-30"})
    assert wrong.status_code == 422 and "februar 2024" in wrong.json()["feil"][0]["hvorfor"]


def test_the_rule_sets_are_listed_with_their_dates(browser: TestClient) -> None:
    found = {one["id"]: one for one in browser.get("/api/v1/regelsett").json()}
    assert found["2024/nasjonal-alis"]["avtaledatoer"] == {"fra": "2023-09-01", "til": "2024-08-31"}
    assert len(found) == len(list((ROOT / "rules").glob("2*/*.yaml")))


def test_validation_of_an_application(browser: TestClient) -> None:
    assert browser.post("/api/v1/valider", content=CASE.read_bytes(), headers=YAML).json() == {
        "gyldig": True,
        "feil": [],
    }
    wrong = browser.post(
        "/api/v1/valider", content="søknad: {id: a, ordning: nasjonal-alis, x: 1}", headers=YAML
    ).json()
    assert not wrong["gyldig"] and wrong["feil"][0]["kode"]


def changed(old: str, new: str, name: str = "2024/nasjonal-alis.yaml") -> dict[str, str]:
    """One rule file with a text replaced."""
    text = (ROOT / "rules" / name).read_text(encoding="utf-8")
    assert old in text
    return {name: text.replace(old, new)}


def test_validation_of_a_draft_tells_where_under_the_rules_it_is_wrong(browser: TestClient) -> None:
    assert browser.post("/api/v1/valider/regler", json={}).json() == {"gyldig": True, "feil": []}
    found = browser.post(
        "/api/v1/valider/regler", json={"filer": changed("ikke_oppfylt: avslag", "ikke_oppfylt: avslg")}
    ).json()
    assert not found["gyldig"]
    assert {one["fil"] for one in found["feil"]} == {"2024/nasjonal-alis.yaml"}
    assert "/tmp" not in json.dumps(found) and str(ROOT) not in json.dumps(found)


@pytest.mark.parametrize(
    "name",
    [
        "../hemmelig.yaml",
        "/etc/passwd",
        "2024/../../x.yaml",
        "2024/x.yml",
        "2024\\x.yaml",
        "x.yaml",
        "2024/\0.yaml",
        "~/x.yaml",
        "",
    ],
)
def test_a_draft_reaches_no_file_outside_the_rules(name: str, browser: TestClient) -> None:
    for address in ("valider/regler", "test"):
        answer = browser.post(f"/api/v1/{address}", json={"filer": {name: "x: 1"}})
        assert answer.status_code == 422 and answer.json()["feil"][0]["kode"] == "UTKAST-NAVN"


@pytest.mark.parametrize("name", ["../a.yaml", "/a.yaml", "a/b.yaml", ".a.yaml", "a.txt", "a\0.yaml"])
def test_a_test_case_reaches_no_other_file(name: str, browser: TestClient) -> None:
    assert browser.post("/api/v1/test", json={"saker": {name: "søknad: {}"}}).status_code == 422


def test_test_cases_are_run_against_a_draft(browser: TestClient) -> None:
    cases = {"en.yaml": CASE.read_text(encoding="utf-8"), "to.yaml": "søknad: 3"}
    as_it_stands = browser.post("/api/v1/test", json={"saker": cases}).json()
    assert (as_it_stands["bestått"], as_it_stands["avvik"], as_it_stands["ubrukelig"]) == (1, 0, 1)
    assert as_it_stands["saker"][1]["feil"][0].startswith("to.yaml:1:")
    later = changed("verdi: 2024-04-18", "verdi: 2024-05-18")
    with_draft = browser.post("/api/v1/test", json={"filer": later, "saker": cases}).json()
    assert (with_draft["bestått"], with_draft["avvik"], with_draft["ubrukelig"]) == (0, 1, 1)


def test_a_change_is_compared_and_its_witness_given(browser: TestClient) -> None:
    later = changed("verdi: 2024-04-18", "verdi: 2024-04-19")
    body = {"til": {"filer": later}, "sekunder": 50}
    answer = browser.post("/api/v1/sammenlign", json=body)
    assert answer.status_code == 200, answer.text
    assert "forskjell" in answer.text


@pytest.mark.parametrize("revision", ["--help", "../x", "a..b", "-x", "HEAD^{/x}", "a b", "main@{1}", ".git"])
def test_a_revision_is_a_plain_name(revision: str, browser: TestClient) -> None:
    assert browser.post("/api/v1/sammenlign", json={"fra": {"revisjon": revision}}).status_code == 422


def test_the_description_is_openapi_3_1(browser: TestClient) -> None:
    description = browser.get("/api/v1/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    assert set(description["paths"]) == {
        f"/api/v1/{name}"
        for name in ("vurder", "regelsett", "regelsett/valg", "valider", "valider/regler", "test", "sammenlign")
    }


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), values, max_size=4))
def test_the_quick_way_to_write_writes_the_same(content: dict[str, object]) -> None:
    assert indented(content) == json.dumps(content, ensure_ascii=False, indent=2)
