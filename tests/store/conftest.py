"""Stores to try things on: SQLite in a file, and PostgreSQL on a server of the test run's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import Server, server

from engine.store.database import Database


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The server."""
    yield from server()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new, empty store."""
    if request.param == "sqlite":
        return str(tmp_path / "saker.sqlite3")
    running: Server = request.getfixturevalue("postgres")
    return running.database()


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    """A new store."""
    opened = Database(address)
    yield opened
    opened.close()
