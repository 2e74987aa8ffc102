"""Many users at once: `alis web` as a process of its own, and a minute of decisions from a crowd that never rests.

    python benchmarks/service.py --users 50 --seconds 60

Every answer is held against what `alis vurder --format json` writes for the same file; one that differs, or is no decision, is an
error, and the exit code is then 1. The crowd is a few hundred lines of sockets in this process, so that it takes little of the machine
it measures.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
ALIS = [sys.executable, "-m", "engine.cli.main"]


@dataclass
class Tally:
    """Seconds of each answer, and what was wrong with the others."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def percentile(self, part: float) -> float:
        return sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * part))]

    def told(self, name: str, seconds: float) -> str:
        """One row of the table."""
        at = [f"{1000 * self.percentile(part):.0f}" for part in (0.5, 0.95, 0.99, 1)]
        return (
            f"| {name} | {len(self.times)} | {len(self.times) / seconds:.0f} | {' | '.join(at)} | {len(self.errors)} |"
        )


@dataclass(frozen=True)
class Asked:
    """A request as bytes, and the body of the right answer; without one, any answer with status 200 will do."""

    request: bytes
    answer: bytes | None


async def user(port: int, asked: list[Asked], number: int, until: float, pause: float, tally: Tally) -> None:
    """One user: asks, waits for the answer, rests `pause` seconds, asks again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    turn = number
    if pause:
        await asyncio.sleep(pause * number / 50)
    while time.monotonic() < until:
        one = asked[turn % len(asked)]
        turn += 7
        begun = time.perf_counter()
        writer.write(one.request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        tally.times.append(time.perf_counter() - begun)
        if not head.startswith(b"HTTP/1.1 200") or (one.answer is not None and body != one.answer):
            tally.errors.append(head.split(b"\r\n")[0].decode())
        if pause:
            await asyncio.sleep(pause)
    writer.close()


async def crowd(port: int, asked: list[Asked], users: int, seconds: float, pause: float) -> Tally:
    tally = Tally()
    until = time.monotonic() + seconds
    await asyncio.gather(*(user(port, asked, number, until, pause, tally) for number in range(users)))
    return tally


def decisions(paths: list[Path]) -> list[Asked]:
    """A request for each file, with the answer of this program's own functions."""
    from engine.language.kept import open_kept
    from engine.web.work import decided

    book = open_kept(ROOT / "rules")
    found = []
    for path in paths:
        body = path.read_bytes()
        head = f"POST /api/v1/vurder HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/yaml\r\nContent-Length: {len(body)}\r\n\r\n"
        found.append(Asked(head.encode() + body, decided(book, body, "søknad.yaml").decision.encode()))
    return found


def check_against_command(paths: list[Path], asked: list[Asked], port: int) -> None:
    """Some of the answers come from the command itself, as a process."""
    for path, one in list(zip(paths, asked, strict=True))[:: max(1, len(paths) // 12)]:
        written = subprocess.run([*ALIS, "vurder", str(path), "--format", "json"], capture_output=True, cwd=ROOT).stdout
        if written != (one.answer or b"") + b"\n":
            sys.exit(f"the command answers otherwise for {path}")


def pages(port: int) -> list[Asked]:
    """Requests for the pages of the first cases, with a session."""
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/saker") as answer:
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        addresses = re.findall(r'href="(/saker/[0-9a-f-]{36})"', answer.read().decode())
    return [
        Asked(f"GET {address} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode(), None)
        for address in addresses
    ]


def processor_seconds(pid: int) -> float:
    """What a process and its children have used so far (Linux)."""
    tick, total = os.sysconf("SC_CLK_TCK"), 0.0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for one in [str(pid), *children]:
        parts = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        own = (
            parts[11:15] if one == str(pid) else parts[11:13]
        )  # of the process itself, also what children that are gone have used
        total += sum(int(part) for part in own) / tick
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args()
    paths = sorted((ROOT / "fixtures/2024").glob("*.yaml"))
    asked = decisions(paths)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as scratch:
        command = [*ALIS, "web", "--port", str(port), "--database", f"{scratch}/s.sqlite3", "--saker", "fixtures/2024"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None and process.stdout.readline().startswith("Åpne")
                check_against_command(paths, asked, port)
                print(
                    "| what | answers | a second | median ms | p95 | p99 | slowest | errors |\n|---|---:|---:|---:|---:|---:|---:|---:|"
                )
                wrong = 0
                for name, requests, pause in (
                    ("decisions, no pause", asked, 0.0),
                    ("decisions, a second between", asked, 1.0),
                    ("case pages, a second between", pages(port), 1.0),
                ):
                    asyncio.run(crowd(port, requests, 4, 2, 0))  # warm
                    used = processor_seconds(process.pid)
                    tally = asyncio.run(crowd(port, requests, chosen.users, chosen.seconds, pause))
                    used = processor_seconds(process.pid) - used
                    print(
                        tally.told(name, chosen.seconds),
                        f" {1000 * used / len(tally.times):.1f} ms processor an answer",
                        flush=True,
                    )
                    wrong += len(tally.errors)
                    print(*sorted(set(tally.errors)), sep="\n", end="")
                print(
                    f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {len(paths)} applications, ",
                    end="",
                )
                print(f"median request {median(len(one.request) for one in asked):.0f} bytes")
            finally:
                process.kill()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
