"""`alis regelsett`: which rule set a date selects, and which conditions are in force."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from engine.cli.arguments import COMMAND_LINE, argument_fault
from engine.explain.selected import lookup
from engine.language.root import open_rules
from engine.text import literal
from engine.text.fault import Faults

EXAMPLES = """Eksempler:
  alis regelsett --avtaledato 2020-05-17
  alis regelsett --avtaledato 17.5.2020 --måned 2020-05
  alis regelsett --avtaledato 2020-05-17 --ordning ORDNING --format json
"""

T = TypeVar("T")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--avtaledato", required=True, metavar="DATO", help="datoen avtalen ble inngått")
    parser.add_argument("--ordning", metavar="ORDNING", help="ordningen; utelatt: den ordningen avtaledatoen peker på")
    parser.add_argument(
        "--måned", dest="måned", metavar="MÅNED", help="måneden det søkes for; viser hvilke vilkår som gjelder da"
    )
    parser.add_argument(
        "--format", choices=("tekst", "json"), help="tekst (vanlig på skjerm) eller json (vanlig ellers)"
    )
    parser.add_argument("--regler", metavar="MAPPE", help="mappen med reglene")


def read_argument(name: str, text: str, read: Callable[[str], T]) -> T:
    """An argument's value. Raises Faults in Norwegian."""
    try:
        return read(text)
    except ValueError as error:
        raise Faults([argument_fault(f"«{text}» kan ikke brukes i --{name}: {error}")]) from None


def run(chosen: argparse.Namespace) -> int:

    agreed = read_argument("avtaledato", chosen.avtaledato, literal.date)
    month = read_argument("måned", chosen.måned, literal.month) if chosen.måned else None
    book = open_rules(chosen.regler)
    answer = lookup(book, agreed, chosen.ordning, month, COMMAND_LINE)
    if chosen.format == "json" or (chosen.format is None and not sys.stdout.isatty()):
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _print(answer, agreed)
    return 0


def _print(answer: dict[str, Any], agreed: date) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 100)
    console.print(Text(f"{answer['regelsett'] or 'Ingen regelsett'}", style="bold"))
    if answer["tittel"]:
        console.print(Text(answer["tittel"]))
    console.print(Text(answer["hvorfor"]))
    if answer["vilkår"]:
        table = Table(box=None, padding=(0, 2, 0, 0))
        for title in ("", "Vilkår", "Fra", "Hvorfor"):
            table.add_column(title)
        for one in answer["vilkår"]:
            mark = Text("✓", style="green") if one["i_kraft"] else Text("·", style="dim")
            table.add_row(mark, Text(one["tittel"]), Text(one["fra_regelsett"]), Text(one["hvorfor"]))
        console.print(table)
