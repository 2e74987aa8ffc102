"""What several tests of the store do: open a case, write past the store, work in other processes."""

from __future__ import annotations

import sqlite3
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from engine.store.case import Application, Cases

NAME = "Kari Nordmann-Østgård"

DECISION = {"søknad": {"id": "a-1", "utfall": "avslag"}, "kvittering": {"regler_sha256": "0" * 64}}


def application(id: str = "a-1", text: str = f"søknad:\n  id: a-1 # {NAME}\n") -> Application:
    return Application("søknad.yaml", text, "nasjonal-alis", id)


def filled(cases: Cases) -> list[str]:
    """Three cases with some history; their ids."""
    made = [cases.create("ola", application(f"a-{number}"), DECISION) for number in (1, 2, 3)]
    cases.save_application(made[0], "kari", 1, application("a-1", "søknad: {id: a-1}"))
    cases.save_judgement(made[1], "kari", {"vilkår": "x", "vurdering": "oppfylt", "grunn": "god grunn", "navn": "Kari"})
    cases.note("ola", "lest", made[2])
    cases.note("ola", "innlogget")
    return made


def raw(address: str) -> Any:
    """A connection that goes past the store, in transactions of one statement."""
    if "://" not in address:
        return sqlite3.connect(address, isolation_level=None)
    url = make_url(address)
    return psycopg.connect(user=url.username, dbname=url.database, autocommit=True, **url.query)


def without_triggers(address: str) -> Any:
    """The same, with the triggers out of the way: what someone who owns the database can do."""
    connection = raw(address)
    if "://" not in address:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
    else:
        connection.execute("SET session_replication_role = replica")
    return connection
