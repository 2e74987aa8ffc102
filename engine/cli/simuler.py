"""`alis simuler`: what a change of rules comes to in whole tables of applications."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from engine.cli.arguments import argument_fault
from engine.cli.masse import check_installed
from engine.cli.masse_vurdering import memory_and_threads, run_arguments
from engine.text.fault import Faults

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from engine.batch.simulation_report import Report
    from engine.language.rulebook import Rulebook
    from engine.regress.impact_version import Version

EXAMPLES = """Eksempler:
  alis simuler --fra main --til rules tabeller
  alis simuler --fra rules --til utkast tabeller --html side.html --parquet svar
  alis simuler --fra rules --til rules tabeller --satser-til foreslåtte-satser.yaml

MAPPE har tabellene «alis masse» leser. En versjon er en mappe med regler eller mappen rundt «rules», en revisjon i git (mappen «rules»
slik den var da), eller MAPPE@REVISJON. Satser legges over reglene for denne kjøringen, i begge versjonene med --satser og bare i B
med --satser-til. Rader som ikke kan brukes, blir avvist og telt, og resten er med.
Koden er 0 når simuleringen er gjort, 1 når noe er endret og --forvent-ingen er gitt, og 2 når reglene eller tabellene ikke kan leses.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("mappe", metavar="MAPPE", help="mappen med tabeller")
    parser.add_argument(
        "--fra", required=True, metavar="A", help="reglene slik de var: mappe, revisjon eller MAPPE@REVISJON"
    )
    parser.add_argument("--til", required=True, metavar="B", help="reglene slik de blir, oppgitt på samme måte")
    parser.add_argument("--satser", metavar="FIL", help="legg foreslåtte eller manglende satser over begge versjonene")
    parser.add_argument("--satser-til", metavar="FIL", help="legg satser over B alene, etter dem i --satser")
    parser.add_argument(
        "--etter",
        action="append",
        metavar="OPPLYSNING",
        help="summer etter denne opplysningen i søknaden; kan gjentas; utelatt: koder og klasser, som kommunenummeret",
    )
    parser.add_argument(
        "--format", choices=("tekst", "json"), help="tekst (vanlig på skjerm) eller json (vanlig ellers)"
    )
    parser.add_argument("--html", metavar="FIL", help="skriv også en nettside med figurer, som er hel i seg selv")
    parser.add_argument("--parquet", metavar="MAPPE", help="skriv også tabeller med hver søknad og lege før og etter")
    parser.add_argument("--forvent-ingen", action="store_true", help="gi kode 1 når noe er endret")
    run_arguments(parser)


def run(chosen: argparse.Namespace) -> int:
    check_installed()
    _check(chosen)
    memory, threads = memory_and_threads(chosen)
    from engine.batch.database import database
    from engine.regress.impact_version import find_version

    with TemporaryDirectory(prefix="alis-") as scratch:
        versions = find_version(chosen.fra, Path(scratch)), find_version(chosen.til, Path(scratch))
        books = _books(versions, chosen)
        with (
            _folder(chosen, Path(scratch)) as (work, new),
            database(work, chosen.parquet or chosen.mappe, memory, threads) as connection,
        ):
            report = _simulated(versions, books, connection, chosen)
            _write(report, new, chosen)
    _show(report, chosen)
    return 1 if chosen.forvent_ingen and report.effect.anything else 0


def _check(chosen: argparse.Namespace) -> None:
    """What can be told before the work begins. Raises Faults."""
    if not chosen.mappe:
        raise Faults([argument_fault("mappen med tabeller har ikke noe navn", "skriv navnet på mappen")])
    for option, value in (("--html", chosen.html), ("--parquet", chosen.parquet)):
        if value == "":
            raise Faults([argument_fault(f"{option} har ikke noe navn", f"skriv et navn etter {option}")])
    if chosen.html:
        if importlib.util.find_spec("vl_convert") is None:
            from engine.cli.masse import missing

            raise Faults([missing("vl-convert-python", "figurene på nettsiden tegnes med den")])
        if not Path(chosen.html).absolute().parent.is_dir():
            told = "lag mappen først, eller rett navnet"
            raise Faults([argument_fault(f"mappen som «{chosen.html}» skal ligge i, finnes ikke", told)])


def _books(versions: tuple[Version, Version], chosen: argparse.Namespace) -> tuple[Rulebook, Rulebook]:
    """The rules of both versions, with the rates that are laid over. Raises Faults."""
    from engine.language.overlay import lay_over

    before, after = (version.open() for version in versions)
    if chosen.satser:
        before, after = (lay_over(book, Path(chosen.satser)) for book in (before, after))
    if chosen.satser_til:
        after = lay_over(after, Path(chosen.satser_til))
    return before, after


@contextmanager
def _folder(chosen: argparse.Namespace, scratch: Path) -> Iterator[tuple[Path, Path | None]]:
    """A folder for the database, and the one to write tables in when they are asked for."""
    if not chosen.parquet:
        work = scratch / "arbeid"
        work.mkdir()
        yield work, None
        return
    from engine.batch.run_folder import run_folder
    from engine.batch.simulation_tables import ENTRIES

    with run_folder(Path(chosen.parquet), "simuler", ENTRIES) as folder:
        yield folder.work, folder.new


def _simulated(
    versions: tuple[Version, Version],
    books: tuple[Rulebook, Rulebook],
    connection: DuckDBPyConnection,
    chosen: argparse.Namespace,
) -> Report:
    from engine.batch.simulation import Simulation, facts_of_applications, facts_to_total_by
    from engine.batch.simulation_effect import effect
    from engine.batch.simulation_report import Report, differing
    from engine.cli.konsekvens import check_facts
    from engine.cli.progress import show_amounts, waiting

    facts = chosen.etter or facts_to_total_by(books[1])
    check_facts(facts, facts_of_applications(books[1]))
    simulation = Simulation(Path(chosen.mappe), books, connection, facts)
    for phase in simulation.phases():
        show_amounts(phase.amounts, phase.total, phase.doing)
    both, own = [chosen.satser] if chosen.satser else [], [chosen.satser_til] if chosen.satser_til else []
    with waiting("Summerer"):
        return Report(versions, (tuple(both), tuple(both + own)), differing(simulation), simulation, effect(simulation))


def _write(report: Report, new: Path | None, chosen: argparse.Namespace) -> None:
    """The files that are asked for; the folder gets its name when this is done."""
    from engine.cli.progress import waiting

    if new is not None:
        from engine.batch.simulation_tables import write_tables

        with waiting("Skriver"):
            write_tables(report, new)
    if chosen.html:
        from engine.batch.simulation_page import as_html
        from engine.text.file import write_whole

        write_whole(Path(chosen.html), as_html(report))


def _show(report: Report, chosen: argparse.Namespace) -> None:
    if chosen.format == "tekst" or (chosen.format is None and sys.stdout.isatty()):
        from rich.console import Console

        from engine.batch.simulation_screen import screen

        Console(highlight=False, width=None if sys.stdout.isatty() else 110).print(screen(report))
    else:
        from engine.batch.simulation_json import as_json

        print(as_json(report))
