"""`alis test`: run test cases against the rules."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import dekning, mutasjon
from engine.cli.progress import with_progress
from engine.cli.root import rule_root

if TYPE_CHECKING:
    from rich.console import Console

    from engine.regress.run import Result

EXAMPLES = """Eksempler:
  alis test
  alis test fixtures --regel VILKÅR
  alis test mine-saker --junit resultat.xml --json resultat.json
  alis test --oppdater
  alis test --dekning-html dekning.html --dekning-krav 100
  alis test --mutasjon --siden main

Koden er 0 når alle sakene stemmer, 1 når noen avviker, når dekningen er under kravet eller når ingen sak merker en endring av
reglene, og 2 når noen ikke kunne leses.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stier", nargs="*", metavar="STI", help="filer og mapper med saker; utelatt: fixtures")
    parser.add_argument("--ordning", metavar="ORDNING", help="bare saker i ordningen")
    parser.add_argument("--år", dest="år", metavar="ÅR", help="bare saker for tilskuddsåret, eller regelsettets år")
    parser.add_argument("--regel", metavar="VILKÅR", help="bare saker der vilkåret er aktuelt")
    parser.add_argument("--navn", metavar="TEKST", help="bare saker med teksten i filnavnet eller id-en")
    parser.add_argument("--junit", metavar="FIL", help="skriv resultatet som JUnit XML")
    parser.add_argument("--json", metavar="FIL", help="skriv resultatet som JSON")
    parser.add_argument(
        "--prosesser", type=int, metavar="ANTALL", help="antall prosesser; utelatt: så mange det lønner seg med"
    )
    parser.add_argument(
        "--oppdater",
        action="store_true",
        help="skriv nye verdier der kilden sier øyeblikksbilde, og vis hva som ble endret",
    )
    parser.add_argument(
        "--opphav", action="store_true", help="vis hvor de forventede verdiene for hver regel kommer fra"
    )
    parser.add_argument("--regler", metavar="MAPPE", help="mappen med reglene")
    dekning.arguments(parser)
    mutasjon.arguments(parser)


def run(chosen: argparse.Namespace) -> int:
    from engine.regress import report
    from engine.regress.case import case_files
    from engine.regress.run import DEVIATES, UNUSABLE, Choice, run_cases
    from engine.regress.run import chosen as kept
    from engine.text.file import write_whole

    files = case_files([Path(name) for name in chosen.stier or ["fixtures"]])
    choice = Choice(chosen.ordning, chosen.år, chosen.regel, chosen.navn)
    console = _console()
    if mutasjon.asked(chosen):
        return mutasjon.run(chosen, files, console)
    running = with_progress(
        run_cases(files, rule_root(chosen.regler), processes=chosen.prosesser), len(files), "Tester"
    )
    if chosen.opphav:
        from engine.cli import opphav

        return opphav.run(chosen, [Path(result.path) for result in kept(running, choice)], console)
    if chosen.oppdater:
        from engine.cli import oppdater

        return oppdater.run(chosen, kept(running, choice), console)
    results = []
    for result in kept(running, choice):
        results.append(result)
        _tell(result, console)
    if chosen.junit:
        write_whole(Path(chosen.junit), report.as_junit(results))
    if chosen.json:
        write_whole(Path(chosen.json), report.as_json(results) + "\n")
    console.print(_summary(results))
    covered = dekning.report(chosen, results, console)
    statuses = {result.status for result in results}
    return 2 if UNUSABLE in statuses else 1 if DEVIATES in statuses or not covered else 0


def _console() -> Console:
    from rich.console import Console

    from engine.regress.told import WIDTH

    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)


def _tell(result: Result, console: Console) -> None:
    if result.problem or result.differences:
        from engine.regress.told import tell

        tell(result, console)


def _summary(results: list[Result]) -> str:
    from engine.regress.run import DEVIATES, PASSED, UNTESTED, UNUSABLE

    count = {
        status: sum(result.status == status for result in results) for status in (PASSED, DEVIATES, UNUSABLE, UNTESTED)
    }
    parts = [f"{count[PASSED]} av {len(results)} saker stemmer"]
    if count[DEVIATES]:
        parts.append(f"{count[DEVIATES]} avviker")
    if count[UNUSABLE]:
        parts.append(f"{count[UNUSABLE]} kunne ikke leses")
    if count[UNTESTED]:
        parts.append(f"{count[UNTESTED]} sier ikke hva som er forventet")
    return ", ".join(parts) + "."
