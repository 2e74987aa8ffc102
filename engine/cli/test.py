"""`alis test`: run test cases against the rules."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import dekning, mutasjon
from engine.cli.arguments import argument_fault
from engine.cli.progress import with_progress
from engine.language.root import open_rules, rule_root
from engine.text.fault import Faults
from engine.text.norsk import list_text

if TYPE_CHECKING:
    from rich.console import Console

    from engine.regress.run import Result

EXAMPLES = """Eksempler:
  alis test
  alis test fixtures --regel NAVN
  alis test mine-saker --junit resultat.xml --json resultat.json
  alis test --oppdater
  alis test --dekning-html dekning.html --dekning-krav 100
  alis test --dekning --siden main
  alis test --mutasjon --siden main

Koden er 0 når alle sakene stemmer, 1 når noen avviker, når dekningen er under kravet eller når ingen sak merker en endring av
reglene, og 2 når noen ikke kunne leses, eller når ingen sak passer til valget.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stier", nargs="*", metavar="STI", help="filer og mapper med saker; utelatt: fixtures")
    parser.add_argument("--ordning", metavar="ORDNING", help="bare saker i ordningen")
    parser.add_argument("--år", dest="år", metavar="ÅR", help="bare saker for tilskuddsåret, eller regelsettets år")
    parser.add_argument(
        "--regel",
        metavar="NAVN",
        help="bare saker der vilkåret er aktuelt, unntaket brukt, merknaden gitt, eller satsen, grensen eller "
        "definisjonen har noe å si",
    )
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
    from engine.regress.case import case_files
    from engine.regress.run import Choice, run_cases
    from engine.regress.run import chosen as kept

    _check_alone(chosen)
    files = case_files([Path(name) for name in chosen.stier or ["fixtures"]])
    console = _console()
    _check_scheme(chosen)
    mutating = mutasjon.asked(chosen)
    if mutating and not (chosen.junit or chosen.json or dekning.asked(chosen)):
        return mutasjon.run(chosen, files, console)
    rules = _rules(chosen)
    running = with_progress(
        run_cases(files, rule_root(chosen.regler), processes=chosen.prosesser), len(files), "Tester"
    )
    wanted = _some(kept(running, Choice(chosen.ordning, chosen.år, rules, chosen.navn)), len(files))
    if chosen.opphav:
        from engine.cli import opphav

        return opphav.run(chosen, [Path(result.path) for result in wanted], console)
    if chosen.oppdater:
        from engine.cli import oppdater

        return oppdater.run(chosen, wanted, console)
    code = _tested(chosen, wanted, console)
    return max(code, mutasjon.run(chosen, files, console)) if mutating else code


def _tested(chosen: argparse.Namespace, wanted: Iterable[Result], console: Console) -> int:
    """Each result told as it comes, then what was asked for about all of them."""
    from engine.regress import report
    from engine.regress.run import DEVIATES, UNUSABLE
    from engine.text.file import write_whole

    results = []
    for result in wanted:
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


def _check_alone(chosen: argparse.Namespace) -> None:
    """Raise Faults for a choice that would be left undone because of another."""
    given = {
        "--oppdater": chosen.oppdater,
        "--opphav": chosen.opphav,
        "--mutasjon": mutasjon.asked(chosen),
        "--dekning": dekning.asked(chosen),
        "--junit": chosen.junit,
        "--json": chosen.json and not chosen.opphav,
    }
    asked = [name for name, value in given.items() if value]
    if len(asked) > 1 and (chosen.oppdater or chosen.opphav):
        what = f"{asked[0]} kan ikke brukes sammen med {list_text(asked[1:])}"
        raise Faults([argument_fault(what, "kjør dem hver for seg")])


def _check_scheme(chosen: argparse.Namespace) -> None:
    if chosen.ordning is not None:
        _check(chosen.ordning, open_rules(chosen.regler).schemes, "en ordning")


def _rules(chosen: argparse.Namespace) -> frozenset[str] | None:
    """What a decision tells of where the chosen part of the rules bears; None for any."""
    if chosen.regel is None:
        return None
    from engine.regress.mutation_reach import told_by

    known = told_by(open_rules(chosen.regler).schemes.values())
    _check(chosen.regel, known, "et navn")
    return known[chosen.regel]


def _check(name: str, known: Iterable[str], kind: str) -> None:
    """Raise Faults for a name that the rules do not have."""
    from engine.text.suggest import did_you_mean

    names = dict.fromkeys(known)
    if name not in names:
        hint = did_you_mean(name, names)
        what = f"«{name}» er ikke {kind} i reglene" + ("," + hint if hint else "")
        raise Faults([argument_fault(what, f"oppgi {kind} som finnes der")])


def _some(results: Iterable[Result], among: int) -> Iterator[Result]:
    """The results as they come. Raises Faults when there are none: what tries nothing has not succeeded."""
    empty = True
    for result in results:
        empty = False
        yield result
    if empty:
        what = "den ene saken passer ikke" if among == 1 else f"ingen av de {among} sakene passer"
        raise Faults([argument_fault(f"{what} til valget", "rett --ordning, --år, --regel eller --navn")])


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
    parts = [f"{count[PASSED]} av {len(results)} {'sak' if len(results) == 1 else 'saker'} stemmer"]
    if count[DEVIATES]:
        parts.append(f"{count[DEVIATES]} avviker")
    if count[UNUSABLE]:
        parts.append(f"{count[UNUSABLE]} kunne ikke leses")
    if count[UNTESTED]:
        parts.append(f"{count[UNTESTED]} sier ikke hva som er forventet")
    unsourced = sum(result.status in (PASSED, DEVIATES) and not result.provenance for result in results)
    told = ", ".join(parts) + "."
    if unsourced:
        told += f" {unsourced} {'sak' if unsourced == 1 else 'saker'} sier ikke hvor det forventede kommer fra (kilde)."
    return told
