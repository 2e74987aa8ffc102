"""`alis bevis`: gaps, contradictions and rules without effect, proved for every application at once."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.proving import proving

if TYPE_CHECKING:
    from engine.language.rulebook import Rulebook

EXAMPLES = """Eksempler:
  alis bevis                                      reglene
  alis bevis utkast --format json                 reglene i en annen mappe, som data
  alis bevis --ordning ORDNING --tid 20           én ordning, med tidsgrense

Hvert funn har en kode, en regel med hjemmel, en forklaring og et vitne: en søknad som viser det, avgjort av motoren. Et funn som er
slik det skal være, begrunnes i bevis-unntak.yaml i mappen med reglene. Koden er 0 når alt er avgjort uten ubegrunnede funn, 1 når det
er slike funn eller noe ikke ble avgjort, og 2 når reglene ikke kan leses.
"""

#: faults of the validation that are looked into here instead, with a witness
_LOOKED_INTO = ("AVTALER-HULL", "AVTALER-OVERLAPP", "SATS-HULL", "TABELL-HULL")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sti", nargs="?", metavar="STI", help="mappen med reglene")
    parser.add_argument("--ordning", action="append", metavar="ORDNING", help="bare denne ordningen; kan gjentas")
    parser.add_argument(
        "--format", choices=("tekst", "json"), help="tekst (vanlig på skjerm) eller json (vanlig ellers)"
    )
    parser.add_argument("--tid", type=int, default=120, metavar="SEKUNDER", help="tidsgrense; utelatt: 120")
    parser.add_argument("--prosesser", type=int, metavar="ANTALL", help="antall prosesser")


def run(chosen: argparse.Namespace) -> int:
    return proving(_run, chosen)


def _run(chosen: argparse.Namespace) -> int:
    from engine.language.root import rule_root
    from engine.prove.argued import argue, read_arguments
    from engine.prove.examine import examine
    from engine.prove.solver import Clock

    root = rule_root(chosen.sti)
    book = _opened(root)
    only = _schemes(chosen.ordning or [], book)
    arguments = read_arguments(root)
    report = examine(book, Clock(chosen.tid), chosen.prosesser, only)
    report.findings, unneeded = argue(report.findings, arguments)
    report.complete = not only
    unneeded = [] if only or report.open else unneeded
    if chosen.format == "tekst" or (chosen.format is None and sys.stdout.isatty()):
        from rich.console import Console

        from engine.prove.report_screen import screen

        Console(highlight=False, width=None if sys.stdout.isatty() else 110).print(screen(report, unneeded, book))
    else:
        import json

        from engine.prove.report_words import as_object

        print(json.dumps(as_object(report, unneeded, book), ensure_ascii=False, indent=2))
    return 1 if report.standing or report.open else 0


def _opened(root: Path) -> Rulebook:
    """The rules, with gaps and overlaps that only a validation refuses. Raises Faults."""
    from engine.language.kept import open_kept
    from engine.language.rulebook import open_rulebook
    from engine.text.fault import Faults

    try:
        return open_kept(root)
    except Faults as faults:
        if any(fault.code not in _LOOKED_INTO for fault in faults):
            raise
        return open_rulebook(root, passed_over=_LOOKED_INTO)


def _schemes(named: list[str], book: Rulebook) -> list[str]:
    """The schemes asked about. Raises Faults for one that is not in the rules."""
    from engine.cli.arguments import argument_fault
    from engine.text.fault import Faults
    from engine.text.norsk import list_text
    from engine.text.suggest import did_you_mean

    faults = []
    for name in named:
        if name not in book.schemes:
            hint = did_you_mean(name, book.schemes)
            what = f"ordningen «{name}» finnes ikke" + ("," + hint if hint else "")
            faults.append(argument_fault(what, f"velg mellom {list_text(list(book.schemes))}"))
    if faults:
        raise Faults(faults)
    return named
