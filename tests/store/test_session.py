"""Sessions run out, can be ended, and cannot be opened with what the table holds."""

from __future__ import annotations

from stored import raw

from engine.store.database import Database
from engine.store.session import Sessions


class Clock:
    """A clock that moves when told."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_is_found_by_its_key_alone(address: str, database: Database) -> None:
    sessions = Sessions(database, 1800, 36_000)
    key, opened = sessions.open("ola", "Ola", frozenset({"leser"}))
    found = sessions.find(key)
    assert found is not None and (found.user, found.name, found.roles) == ("ola", "Ola", frozenset({"leser"}))
    assert found.form_key == opened.form_key and len(opened.form_key) > 40
    connection = raw(address)
    (row,) = connection.execute("SELECT * FROM sesjon").fetchall()
    connection.close()
    assert key not in row
    assert sessions.find(str(row[0])) is None and sessions.find("") is None and sessions.find("\udcff") is None


def test_a_session_runs_out_when_not_used_and_at_last_in_any_case(database: Database) -> None:
    clock = Clock()
    sessions = Sessions(database, 1800, 36_000, clock)
    key, _ = sessions.open("ola")
    for _ in range(9):
        clock.now += 1800
        assert sessions.find(key) is not None
    clock.now += 1801
    assert sessions.find(key) is None
    key, _ = sessions.open("ola")
    for _ in range(24):
        clock.now += 1500
        assert sessions.find(key) is not None
    clock.now += 1
    assert sessions.find(key) is None


def test_sessions_that_have_run_out_are_removed(address: str, database: Database) -> None:
    clock = Clock()
    sessions = Sessions(database, 1800, 36_000, clock)
    sessions.open("ola")
    clock.now += 1801
    sessions.open("kari")
    connection = raw(address)
    assert connection.execute("SELECT bruker FROM sesjon").fetchall() == [("kari",)]
    connection.close()


def test_a_session_that_is_ended_opens_nothing(database: Database) -> None:
    sessions = Sessions(database, 1800, 36_000)
    key, session = sessions.open("ola")
    session.data["neste"] = "/saker"
    sessions.keep(session)
    found = sessions.find(key)
    assert found is not None and found.data == {"neste": "/saker"}
    sessions.close(session)
    assert sessions.find(key) is None
