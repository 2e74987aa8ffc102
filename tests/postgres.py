"""A PostgreSQL server of the test run's own, from the machine's package, on a socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

#: set where PostgreSQL must be there, as in CI: its absence then fails, and is not passed over
REQUIRED = "ALIS_KREV_POSTGRES"

_numbers = count(1)


class Server:
    """A server that can be stopped as a power cut would, and started again."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.user = "postgres" if os.getuid() == 0 else None  # the server refuses to be root
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self._run("initdb", "-D", "d", "-U", "alis", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c shared_buffers=16MB -c max_connections=50"
        self._run("pg_ctl", "-D", "d", "-w", "-l", "log", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", "d", "-w", "-m", mode, "stop")

    def database(self) -> str:
        """The address of an empty schema of its own: what a new database is to a store, and much cheaper to make."""
        name, host = f"t{next(_numbers)}", str(self.folder)
        with psycopg.connect(host=host, user="alis", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return (
            f"postgresql://alis@/postgres?host={quote(host, safe='')}&options={quote(f'-csearch_path={name}', safe='')}"
        )

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.binaries / program, *arguments],
            cwd=self.folder,
            user=self.user,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def server() -> Iterator[Server]:
    """A server for as long as it is needed. Skips where there is none to start, unless it is required."""
    homes = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    if not homes and (found := shutil.which("initdb")):
        homes = [Path(found).resolve().parent]
    if not homes:
        if REQUIRED in os.environ:
            pytest.fail("PostgreSQL is required, and is not installed")
        pytest.skip("PostgreSQL is not installed")
    running = Server(homes[-1])
    try:
        yield running
    finally:
        running.remove()
