"""A database by its address: opened, brought to the newest tables, read from and written to in whole transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.store.refusal import fault, told

#: seconds a writer waits for its turn before it is told that the store is busy
PATIENCE = 5.0

#: connections kept, and as many again when it is busy: about what the threads that answer pages can use
_POOL: dict[str, Any] = {"pool_size": 20, "max_overflow": 20}

#: the one lock all writers take in PostgreSQL, so that the chain grows one link at a time
_WRITERS = 0x414C4953

_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One database. Every access is a transaction: all of it is kept, or nothing. Raises `Faults` (LAGER-…) alone."""

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        url = read_address(address)
        self.shown = _shown(url)
        self.file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
        self.patience = patience
        with self._telling():
            self._engine = _sqlite(url, patience) if self.file else _postgresql(url, patience)
            self._migrate()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the store."""
        with self._telling(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that no other writer shares; kept when it ends well."""
        with (
            self._telling(),
            self._engine.connect().execution_options(alis_writes=True) as connection,
            connection.begin(),
        ):
            if self.file is None:
                connection.execute(sa.text(f"SET LOCAL lock_timeout = {int(self.patience * 1000)}"))
                connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_WRITERS})"))
            yield connection

    def forget(self) -> None:
        """Have what was deleted gone from the files too: SQLite's log is emptied, PostgreSQL's dead rows are cleared."""
        with self._telling(), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)" if self.file else "VACUUM innhold")

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, PoolTimeout) as error:
            raise told(error, self.shown) from error

    def _migrate(self) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        with self.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def read_address(address: str) -> URL:
    """The database an address or a file name means. Raises Faults (LAGER-ADRESSE)."""
    if "://" not in address:
        return URL.create("sqlite", database=str(Path(address).expanduser().absolute()))
    try:
        url = make_url(address)
    except ArgumentError:
        url = None
    backend = url.get_backend_name() if url is not None else ""
    if url is None or backend not in ("sqlite", "postgresql", "postgres") or (backend == "sqlite" and not url.database):
        next_step = "oppgi et filnavn, sqlite:///FIL eller postgresql://BRUKER@VERT/BASE"
        what = "adressen til lageret kan ikke brukes"
        raise fault("--database", "LAGER-ADRESSE", what, "bare SQLite-filer og PostgreSQL kan brukes", next_step)
    if backend == "sqlite":
        return url.set(drivername="sqlite", database=str(Path(str(url.database)).absolute()))
    return url.set(drivername="postgresql+psycopg")


def _shown(url: URL) -> str:
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def _sqlite(url: URL, patience: float) -> Engine:
    assert url.database
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not Path(url.database).exists():  # for the owner's eyes only, from the first byte
            Path(url.database).touch(mode=0o600)
    except OSError as error:
        from engine.text.fault import Faults
        from engine.text.file import refused
        from engine.text.place import Place

        raise Faults([refused(Place(url.database, 1, 1), "LAGER-TILGANG", "lageret kan ikke lages", error)]) from None
    engine = sa.create_engine(url, connect_args={"timeout": patience}, pool_timeout=patience, **_POOL)

    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions begin where this module says so, not where the driver guesses
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("alis_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL, patience: float) -> Engine:
    connect = {"connect_timeout": max(2, int(patience))}
    return sa.create_engine(url, pool_pre_ping=True, pool_timeout=patience, connect_args=connect, **_POOL)
