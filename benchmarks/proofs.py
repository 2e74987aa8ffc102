"""`alis bevis` and `alis sammenlign` as whole processes: wall and processor time, medians. No figure when an answer is not as expected."""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: one threshold or date moved: file, what stands there, and what is put in its place
CHANGES = {
    "a date moved by a day": ("2024/nasjonal-alis", "verdi: 2024-04-18", "verdi: 2024-04-19"),
    "a threshold of days": ("2023/nasjonal-alis", "        verdi: 22\n", "        verdi: 23\n"),
    "a threshold of percent": ("2017/veiledet-tjeneste", "{verdi: 60, hjemmel", "{verdi: 50, hjemmel"),
}


def called(words: Sequence[str]) -> tuple[dict[str, object], float, float]:
    """What a command answers, its wall time and the processor time of it and its children, in seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ran = subprocess.run([sys.executable, "-m", "engine.cli.main", *words], cwd=ROOT, capture_output=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode:
        sys.exit(ran.stderr.decode() or ran.stdout.decode())
    found: dict[str, object] = json.loads(ran.stdout)
    return found, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(name: str, words: Sequence[str], answer: str, rounds: int) -> None:
    """One row of the table."""
    walls, works = [], []
    for _ in range(rounds + 1):  # the first reads the rules into the cache
        found, wall, work = called(words)
        if found["svar"] != answer:
            sys.exit(f"{name}: {found['svar']}")
        walls.append(wall)
        works.append(work)
    print(f"| {name} | {statistics.median(walls[1:]):.2f} s | {statistics.median(works[1:]):.2f} s |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print("| command | wall | processor |\n| --- | ---: | ---: |")
    measured("`alis bevis`, all the rules", ["bevis", "rules"], "ingen funn", rounds)
    with tempfile.TemporaryDirectory() as scratch:
        for name, (file, old, new) in CHANGES.items():
            after = Path(scratch) / name.replace(" ", "-")
            shutil.copytree(ROOT / "rules", after)
            path = after / f"{file}.yaml"
            text = path.read_text(encoding="utf-8")
            if text.count(old) != 1:
                sys.exit(f"{file} does not have «{old}» once")
            path.write_text(text.replace(old, new), encoding="utf-8")
            words = ["sammenlign", "rules", str(after), "--format", "json"]
            measured(f"`alis sammenlign`, {name}", words, "forskjell", rounds)


if __name__ == "__main__":
    main()
