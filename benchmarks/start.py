"""From the start of the command to its end, as whole processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

from stopwatch import Clock, Steps, aimed, amount, side_by_side, table

AIM = 0.3
_NOTHING = subprocess.DEVNULL
#: other rules, and a Python that compiles every module anew, which none does where it is used
_NOT_PASSED_ON = ("ALIS_REGLER", "PYTHONDONTWRITEBYTECODE")
_ROOT = Path(__file__).resolve().parent.parent
_BASELINE, _COMMAND = "python -c pass", "alis vurder FILE"


def measured(file: Path, runs: int, clock: Clock) -> str:
    """The table of whole-process times, and whether the aim is met."""
    alis = str(Path(sys.executable).with_name("alis"))
    commands = {
        _BASELINE: [sys.executable, "-c", "pass"],
        "alis --versjon": [alis, "--versjon"],
        _COMMAND: [alis, "vurder", str(file)],
        f"{_COMMAND} --format tekst": [alis, "vurder", str(file), "--format", "tekst"],
        f"{_COMMAND} --bare-naiv": [alis, "vurder", str(file), "--bare-naiv"],
    }
    samples = side_by_side({name: _running(command) for name, command in commands.items()}, runs, clock, warm_up=2)
    baseline = samples[_BASELINE].median()
    rows = []
    for name, one in samples.items():
        seconds = one.seconds()
        median = statistics.median(seconds)
        rows.append([name, amount(median), amount(max(seconds)), f"{median / baseline:.1f}"])
    median = samples[_COMMAND].median()
    aim = f"Aim for `{_COMMAND}`: {aimed(median, AIM)}"
    return f"{table(['process', 'median', 'slowest', '÷ python'], rows)}\n\n{aim}"


def _running(command: list[str]) -> Steps:
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}

    def run(_: object) -> None:
        subprocess.run(command, cwd=_ROOT, env=environment, stdout=_NOTHING, stdin=_NOTHING, check=True)

    return {"run": run}
