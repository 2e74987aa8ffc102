"""`alis test --opphav`: where the expected values behind each rule come from."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from engine.regress.origin import Origin, Origins


def run(chosen: argparse.Namespace, paths: list[Path], console: Console) -> int:
    """Print the report, and write it as JSON when `--json` names a file. 2 when some case could not be read."""
    from engine.language.root import open_rules
    from engine.regress.origin import origins, origins_json
    from engine.text.file import write_whole

    found = origins(paths, open_rules(chosen.regler))
    _print(found, console)
    for problem in (*found.problems, *found.unread):
        print(problem, file=sys.stderr)
    if chosen.json:
        write_whole(Path(chosen.json), origins_json(found) + "\n")
    return 2 if found.unread else 0


def _print(found: Origins, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    from engine.regress.provenance import KINDS

    console.print("Antall forventede verdier som prøver hver regel, etter hvor verdien kommer fra.")
    console.print("En sak som nevner flere kilder, teller under hver av dem.\n")
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("Regel", "Regelsett", *KINDS):
        table.add_column(title, justify="right" if title in KINDS else "left", overflow="fold")
    for one in found.everything:
        counts = [Text(str(one.values[kind]) if one.values[kind] else "·") for kind in KINDS]
        style = "yellow" if one.snapshot_only else "red" if not one.values else ""
        table.add_row(Text(one.name, style=style), Text(one.rule_set or "sats"), *counts)
    console.print(table)
    _list(
        "Bare prøvd med øyeblikksbilder",
        found.snapshot_only(),
        "Ingen regel er prøvd med øyeblikksbilder alene.",
        console,
    )
    _list("Ingen forventet verdi prøver", found.without(), "Alle regler er prøvd av minst én forventet verdi.", console)


def _list(title: str, found: list[Origin], none: str, console: Console) -> None:
    if not found:
        console.print(f"\n{none}")
        return
    console.print(f"\n{title}:")
    for one in found:
        console.print(f"  {one.name}{f' ({one.rule_set})' if one.rule_set else ''}", soft_wrap=True)
