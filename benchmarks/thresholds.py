"""Every threshold, date, month and rate in the rules changed by one step, and `alis sammenlign` run on each as a whole process.

The rules changed are in a folder of their own, so that they are read anew each time; those they are compared with are kept from before.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from engine.text.node import Mapping, Node, Scalar, Sequence
from engine.text.yaml import read_path

ROOT = Path(__file__).resolve().parent.parent

#: parts of a rule file that decide nothing
_TOLD = (
    "kilder",
    "hjemmel",
    "tolkning",
    "begrunnelse",
    "tittel",
    "innledning",
    "undersøkt",
    "beskrivelse",
    "for",
    "år",
)

_DAY, _MONTH = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d")
_NUMBER = re.compile(r"\d+(,\d+)?")


@dataclass(frozen=True)
class Change:
    """One step: the file, where in it, and what stands there and what is put there."""

    path: Path
    line: int
    column: int
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}:{self.line} {self.old} → {self.new}"

    def apply(self, root: Path) -> None:
        path = root / self.path
        lines = path.read_text(encoding="utf-8").split("\n")
        line = lines[self.line - 1]
        at = line.index(self.old, self.column - 1)
        lines[self.line - 1] = line[:at] + self.new + line[at + len(self.old) :]
        path.write_text("\n".join(lines), encoding="utf-8")


def stepped(text: str) -> str | None:
    """A value one step on: the next day, the next month, one more in the last digit. None for what is no value."""
    if _DAY.fullmatch(text):
        return str(date.fromisoformat(text) + timedelta(days=1))
    if _MONTH.fullmatch(text):
        year, month = int(text[:4]), int(text[5:])
        return f"{year + month // 12}-{month % 12 + 1:02}"
    if _NUMBER.fullmatch(text):
        whole, comma, part = text.partition(",")
        raised = str(int(whole + part) + 1).rjust(len(part) + 1, "0")
        return raised[: -len(part)] + comma + raised[-len(part) :] if part else raised
    return None


def changes(rules: Path) -> Iterator[Change]:
    """Every change by one step, file by file."""
    for path in sorted(rules.glob("[0-9]*/*.yaml")):
        for one in values(read_path(path)):
            new = stepped(one.text)
            if new is not None:
                yield Change(path.relative_to(rules), one.place.line, one.place.column, one.text, new)


def values(node: Node) -> Iterator[Scalar]:
    """Every text that may be a value."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from values(item)
    elif isinstance(node, Mapping):
        for key, value in node.entries.items():
            if key not in _TOLD:
                yield from values(value)


def called(before: str, after: Path) -> tuple[dict[str, object] | None, float, float]:
    """What the command answers (None: the rules are refused), its wall time, and the processor time of it and its children."""
    words = [sys.executable, "-m", "engine.cli.main", "sammenlign", before, str(after), "--format", "json"]
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    first, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, check=False, env=kept)
    wall, last = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    work = last.ru_utime + last.ru_stime - first.ru_utime - first.ru_stime
    if ran.returncode == 2 and b"BEVIS" not in ran.stderr:
        return None, wall, work
    if ran.returncode:
        sys.exit(f"{after}: {ran.stderr.decode()}")
    return json.loads(ran.stdout), wall, work


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", default="rules", help="what is compared with: a folder or a revision")
    parser.add_argument("--only", default="", help="only changes whose description has this in it")
    parser.add_argument("--show", type=int, default=12, help="how many of the slowest are shown")
    chosen = parser.parse_args()
    found: list[tuple[float, float, str, str]] = []
    refused = 0
    with tempfile.TemporaryDirectory() as scratch:
        for number, change in enumerate(changes(ROOT / "rules")):
            if chosen.only not in str(change):
                continue
            after = Path(scratch) / str(number)
            shutil.copytree(ROOT / "rules", after)
            change.apply(after)
            answer, wall, work = called(chosen.against, after)
            shutil.rmtree(after)
            if answer is None:
                refused += 1
                continue
            schemes = answer["ordninger"]
            assert isinstance(schemes, list)
            open_ = sum(len(one["ikke_avgjort"]) for one in schemes)
            open_ += sum(rule["svar"] == "ikke avgjort" for one in schemes for rule in one["vilkår"])
            told = str(answer["svar"]) + (f", {open_} ikke avgjort" if open_ else "")
            found.append((wall, work, str(change), told))
            print(f"{wall:6.2f} {work:6.2f}  {change}: {told}", flush=True)
    walls, works = [one[0] for one in found], [one[1] for one in found]
    print(f"\n{len(found)} changes, {refused} more that the rules' own checks refuse")
    for name, times in (("wall", walls), ("processor", works)):
        times = sorted(times)
        print(
            f"{name}: median {statistics.median(times):.2f} s, 95 of 100 {times[int(len(times) * 0.95)]:.2f} s, "
            f"largest {times[-1]:.2f} s, over 2 s: {sum(one > 2 for one in times)}"
        )
    print(f"not decided in some part: {sum('ikke avgjort' in one[3] for one in found)}")
    for wall, work, where, told in sorted(found, reverse=True)[: chosen.show]:
        print(f"| {where} | {wall:.2f} s | {work:.2f} s | {told} |")


if __name__ == "__main__":
    main()
