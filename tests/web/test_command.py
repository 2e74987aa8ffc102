"""`alis web` and `alis lager` as processes of their own."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
from pathlib import Path

import httpx2
import pytest
from serving import ALIS, ROOT, free_port, served

CASE = ROOT / "fixtures/2024/alis-avtale-18-april-kommersiell.yaml"


def told(*arguments: str, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run([*ALIS, *arguments], cwd=ROOT, capture_output=True, text=True, env=os.environ | environment)
    return done.returncode, done.stdout, done.stderr


def submit(browser: httpx2.Client, address: str, files: dict[str, tuple[str, bytes, str]]) -> httpx2.Response:
    key = re.search(r'name="skjemanøkkel" value="([^"]+)"', browser.get("/saker/ny").text)
    assert key
    return browser.post(address, data={"skjemanøkkel": key[1]}, files=files)


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """A folder with three cases, one of which cannot be decided."""
    folder = tmp_path / "eksempler"
    folder.mkdir()
    (folder / "en.yaml").write_bytes(CASE.read_bytes())
    (folder / "to.yaml").write_bytes(CASE.read_bytes())
    (folder / "ødelagt.yaml").write_text("søknad: 3\n", encoding="utf-8")
    return folder


def test_examples_are_there_once_and_survive_a_kill(examples: Path, tmp_path: Path) -> None:
    database = tmp_path / "saker.sqlite3"
    with served(database, "--saker", str(examples)) as (browser, process):
        assert "2 saker" in browser.get("/saker").text
        made = submit(browser, "/saker", {"fil": ("s.yaml", CASE.read_bytes(), "x/y")})
        assert made.status_code == 200 and "delvis innvilget" in made.text
        answer = browser.post("/api/v1/vurder", content=CASE.read_bytes(), headers={"content-type": "application/yaml"})
        assert answer.text + "\n" == told("vurder", str(CASE), "--format", "json")[1]
        process.send_signal(signal.SIGKILL)
        process.wait()
    with served(database, "--saker", str(examples)) as (browser, process):
        assert "3 saker" in browser.get("/saker").text
        assert "delvis innvilget" in browser.get(made.url.path).text
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0 and process.stderr is not None and process.stderr.read() == ""
    code, out, err = told("lager", "--database", str(database))
    assert (code, err) == (0, "") and "Lageret er som det ble skrevet" in out
    head = out.splitlines()[-1]
    assert told("lager", "--database", str(database), "--hode", head)[0] == 0
    connection = sqlite3.connect(database)
    connection.execute("DROP TRIGGER innhold_endres_ikke")
    connection.execute("UPDATE innhold SET tekst = replace(tekst, 'delvis innvilget', 'innvilget') WHERE nr = 3")
    connection.commit()
    connection.close()
    code, out, err = told("lager", "--database", str(database))
    assert code == 1 and "hendelse 3: innholdet er endret" in err and "ikke som det ble skrevet" in out


def test_with_login_each_request_is_a_line_without_names(tmp_path: Path) -> None:
    login = {"UTSTEDER": "http://127.0.0.1:1", "KLIENT": "k", "HEMMELIGHET": "h"}
    environment = {f"ALIS_OIDC_{name}": value for name, value in login.items()}
    with served(tmp_path / "s.sqlite3", **environment) as (browser, process):
        assert browser.get("/saker?søk=Kari", follow_redirects=False).status_code == 303
        assert browser.get("/logg-inn").status_code == 503
        process.send_signal(signal.SIGINT)
        process.wait()
        assert process.stderr is not None
        log = process.stderr.read()
    assert re.search(r"INFO [0-9a-f]{8} GET /saker 303 \d+ ms\n", log) and "Kari" not in log and "s%C3%B8k" not in log


@pytest.mark.parametrize(
    ("arguments", "environment", "code"),
    [
        (["--vert", "0.0.0.0"], {}, "WEB-INNLOGGING"),
        (["--vert", "::"], {}, "WEB-INNLOGGING"),
        (["--vert", "192.0.2.1"], {"ALIS_OIDC_KLIENT": "x"}, "WEB-INNLOGGING"),
        (["--port", "0"], {}, "ARGUMENT"),
        (["--port", "70000"], {}, "ARGUMENT"),
        (["--saker", "finnes-ikke"], {}, "ARGUMENT"),
        (["--database", "mysql://x"], {}, "LAGER-ADRESSE"),
        (["--regler", "fixtures"], {}, "FIL-MANGLER"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_start_that_is_refused(arguments: list[str], environment: dict[str, str], code: str, tmp_path: Path) -> None:
    done, out, err = told("web", "--port", str(free_port()), *arguments, XDG_DATA_HOME=str(tmp_path), **environment)
    assert (done, out) == (2, "") and f": {code}: " in err and err.count("\n") == 1


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, _, err = told("web", "--port", str(taken.getsockname()[1]), "--database", str(tmp_path / "s.sqlite3"))
    assert code == 2 and "får ikke lytte" in err and not (tmp_path / "s.sqlite3").exists()


@pytest.mark.parametrize("arguments", [["--database", "borte.sqlite3"], ["--hode", "x"], ["--hode", "1:abc"]])
def test_a_store_that_is_not_there(arguments: list[str], tmp_path: Path) -> None:
    code, out, err = told("lager", *arguments, XDG_DATA_HOME=str(tmp_path))
    assert (code, out) == (2, "") and err.count("\n") == 1
    assert not (ROOT / "borte.sqlite3").exists()
