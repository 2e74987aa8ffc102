"""`alis web` as a process of its own, for tests."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[2]
ALIS = [sys.executable, "-m", "engine.cli.main"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def served(
    database: Path, *arguments: str, **environment: str
) -> Iterator[tuple[httpx2.Client, subprocess.Popen[str]]]:
    """A server, and a browser at the address it prints. Nothing of it is left behind, its own processes neither."""
    command = [*ALIS, "web", "--port", str(free_port()), "--database", str(database), *arguments]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            found = re.match(r"Åpne (http://127\.0\.0\.1:\d+) ", said)
            assert found, (said, process.stderr.read() if process.stderr else "")
            process.stdout.readline()
            with httpx2.Client(base_url=found[1], follow_redirects=True) as browser:
                yield browser, process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
