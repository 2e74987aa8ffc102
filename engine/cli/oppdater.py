"""`alis test --oppdater`: new snapshots in test cases, shown as a diff."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from engine.regress.run import Result
    from engine.regress.snapshot import Update

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def run(chosen: argparse.Namespace, results: Iterable[Result], console: Console) -> int:
    """Update the snapshots of the cases that deviate. 1 when some deviation is left, 2 when a file cannot be read or written."""
    from engine.language.root import open_rules
    from engine.regress.run import DEVIATES, UNUSABLE
    from engine.regress.snapshot import update
    from engine.text.fault import Faults

    changed = files = kept = left = broken = 0
    book = None
    for result in results:
        if result.status == UNUSABLE:
            print(result.problem, file=sys.stderr)
            broken += 1
        if result.status != DEVIATES:
            continue
        book = book or open_rules(chosen.regler)
        try:
            found = update(Path(result.path), book)
            _show(found, console)
            if found.changed:
                found.write()
        except Faults as faults:
            print(faults, file=sys.stderr)
            broken += 1
            continue
        changed += found.changed
        files += bool(found.changed)
        kept += len(found.kept)
        left += len(found.left)
    console.print(_summary(changed, files, kept, left, broken), soft_wrap=True)
    return 2 if broken else 1 if kept or left else 0


def _show(found: Update, console: Console) -> None:
    from rich.text import Text

    for line in found.diff() if found.changed else ():
        heading = line.startswith(("---", "+++"))
        console.print(Text(line, style="bold" if heading else _STYLES.get(line[:1], "")), soft_wrap=True)
    for problem in (*found.problems, *found.left):
        print(problem, file=sys.stderr)


def _summary(changed: int, files: int, kept: int, left: int, broken: int) -> str:
    values = "1 øyeblikksbilde" if changed == 1 else f"{changed} øyeblikksbilder"
    parts = [
        f"{values} er oppdatert i {files} {'fil' if files == 1 else 'filer'}"
        if changed
        else "Ingen øyeblikksbilder er endret"
    ]
    if left:
        parts.append(f"{left} må rettes for hånd")
    if kept:
        parts.append(f"{kept} avvik gjelder verdier som ikke er øyeblikksbilder, og de står som de var")
    if broken:
        parts.append(f"{broken} {'fil' if broken == 1 else 'filer'} kunne ikke leses eller skrives")
    return ". ".join(parts) + "."
