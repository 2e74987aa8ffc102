"""What goes wrong under a store: it is told in bokmål, nothing is lost, and nothing is half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from postgres import Server, server
from stored import DECISION, application, filled, raw

from engine.store import ledger
from engine.store.case import Cases
from engine.store.chain import check
from engine.store.database import Database
from engine.text.fault import Faults

#: saves cases until it is killed, and says which number is safe when it is
SAVING = """
import sys
from engine.store.case import Application, Cases
from engine.store.database import Database
cases = Cases(Database(sys.argv[1]))
for number in range(int(sys.argv[2])):
    case = cases.create(sys.argv[3], Application("s.yaml", "x" * 50_000, "o", str(number)), {"søknad": {"utfall": "avslag"}})
    print(case, flush=True)
"""


def saving(address: str, count: int, who: str = "ola") -> subprocess.Popen[str]:
    """Another process that saves."""
    arguments = [sys.executable, "-c", SAVING, address, str(count), who]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("after", [1, 4, 9])
def test_kill_9_while_saving_loses_nothing_that_was_said_to_be_saved(after: int, address: str) -> None:
    Database(address).close()
    process = saving(address, 10_000)
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(after)]
    process.send_signal(signal.SIGKILL)
    said += process.stdout.read().split()
    process.wait()
    database = Database(address)
    cases, found = Cases(database), check(database)
    assert found.whole
    kept = {case.id for case in cases.listed(limit=10_000)[0]}
    assert set(said) <= kept and len(kept) - len(said) <= 1  # saved, and killed before it could say so
    assert found.rows == 3 * len(kept)
    assert cases.create("kari", application())
    database.close()


@pytest.fixture
def fresh_server() -> Iterator[Server]:
    """A server with one database, for it reads through all it has when it comes up again."""
    yield from server()


def test_postgresql_stopped_at_once_and_started_again(fresh_server: Server) -> None:
    address = fresh_server.database()
    database = Database(address)
    cases = Cases(database)
    made = filled(cases)
    fresh_server.stop("immediate")
    try:
        with pytest.raises(Faults, match=r"LAGER-BORTE: lageret er ikke tilgjengelig – .*ingenting ble lagret"):
            cases.create("ola", application())
    finally:
        fresh_server.start()
    assert {case.id for case in cases.listed()[0]} == set(made)  # the same object goes on
    assert check(database).whole
    database.close()


def test_writers_in_several_processes_lose_nothing(address: str) -> None:
    Database(address).close()
    writers = [saving(address, 25, who) for who in ("ola", "kari", "per")]
    said = [writer.communicate()[0].split() for writer in writers]
    assert [(writer.returncode, len(one)) for writer, one in zip(writers, said, strict=True)] == [(0, 25)] * 3
    database = Database(address)
    found = check(database)
    assert found.whole and found.rows == 3 * 75
    assert {case.id for case in Cases(database).listed(limit=100)[0]} == {case for one in said for case in one}
    database.close()


def test_of_many_who_change_one_version_one_gets_through(database: Database) -> None:
    cases = Cases(database)
    case = cases.create("ola", application())

    def change(number: int) -> bool:
        try:
            cases.save_application(case, f"u{number}", 1, application(text=str(number)))
        except Faults as faults:
            assert [fault.code for fault in faults] == ["SAK-ENDRET"]
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(change, range(8))) == 1
    assert check(database).whole and cases.find(case).versjon == 2


def test_a_locked_store_is_told_of_and_goes_on_when_it_is_free(address: str) -> None:
    database = Database(address, patience=0.2)
    cases = Cases(database)
    filled(cases)
    other = raw(address)
    if database.file:
        other.execute("BEGIN IMMEDIATE")
    else:
        other.execute("SELECT pg_advisory_lock(x'414c4953'::int)")
    with pytest.raises(
        Faults, match=r"LAGER-LÅST: lageret er opptatt – .*, ingenting ble lagret – vent litt, og prøv igjen"
    ):
        cases.create("ola", application())
    assert cases.listed()[1] == 3  # reading needs no turn
    other.close()
    cases.create("ola", application())
    assert check(database).whole and cases.listed()[1] == 4
    database.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], capture_output=True).returncode:
        pytest.skip("only root may make a small disk; the test below meets the same error without")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    database = Database(str(small_disk / "saker.sqlite3"))
    cases = Cases(database)
    kept = _fill(cases)
    assert kept and check(database).whole and cases.listed(limit=1000)[1] == kept
    database.close()
    again = Database(str(small_disk / "saker.sqlite3"))
    assert Cases(again).listed(limit=1000)[1] == kept
    again.close()


def test_a_store_that_may_not_grow(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "saker.sqlite3"))
    database._engine.dispose()
    import sqlalchemy as sa

    sa.event.listen(database._engine, "connect", lambda one, _: one.execute("PRAGMA max_page_count=200"))
    cases = Cases(database)
    kept = _fill(cases)
    assert kept and check(database).whole and cases.listed(limit=1000)[1] == kept
    database.close()


def _fill(cases: Cases) -> int:
    """Save until there is no more room; how many were saved."""
    for number in range(1000):
        try:
            cases.create("ola", application(str(number), "x" * 20_000), DECISION)
        except Faults as faults:
            (fault,) = faults
            assert fault.code == "LAGER-FULLT"
            assert fault.why == "disken er full, ingenting ble lagret"
            return number
    raise AssertionError("never full")


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "saker.sqlite3"
    path.write_bytes(b"dette er ikke en database" * 100)
    with pytest.raises(Faults, match=r"saker.sqlite3:1:1: LAGER-SKADET"):
        Database(str(path))
    assert path.read_bytes().startswith(b"dette")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "fil").write_text("x")
    with pytest.raises(Faults, match="LAGER-TILGANG: lageret kan ikke lages"):
        Database(str(tmp_path / "fil" / "saker.sqlite3"))


@pytest.mark.parametrize("address", ["mysql://x/y", "sqlite://", "http://a", "://"])
def test_an_address_that_is_no_store(address: str) -> None:
    with pytest.raises(Faults, match="LAGER-ADRESSE"):
        Database(address)


def test_a_password_is_never_told() -> None:
    with pytest.raises(Faults) as told:
        Database("postgresql://ola:hemmelig@127.0.0.1:1/x", patience=0.2)
    assert "LAGER-BORTE" in str(told.value) and "hemmelig" not in str(told.value)


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "ny" / "saker.sqlite3"))
    Cases(database).create("ola", application())
    for path in (tmp_path / "ny").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
    database.close()


def test_a_commit_that_fails_leaves_no_row(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        ledger.append(connection, ledger.LOGGED_IN, "ola")
        raise ZeroDivisionError
    assert check(database).rows == 0 and os.getpid()
