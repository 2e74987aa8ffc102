"""`alis masse`: whole tables of applications."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from engine.batch.folder_out import FORMATS, USUAL_FORMAT
from engine.cli import masse_vurdering
from engine.cli.arguments import argument_fault
from engine.language.root import open_rules
from engine.text import literal
from engine.text.fault import Fault, Faults
from engine.text.norsk import list_text, quoted
from engine.text.place import Place

EXAMPLES = """Eksempler:
  alis masse tabeller svar
  alis masse tabeller svar --format parquet --minne 2GB --satser foreslåtte-satser.yaml
  alis masse tabeller svar --motor spark
  alis masse --mal tabeller
  alis masse --fra-saker fixtures tabeller --format parquet
  alis masse --eksempel 10000 eksempel

Med --mal lages tomme tabeller med en forklaring av hver kolonne. Med --fra-saker blir en mappe med søknader i YAML eller JSON til
tabeller. Det som ikke kan leses, står i tabellen «avvist», og resten blir med. Med --eksempel lages oppdiktede søknader for så mange
legemåneder. Samme --frø gir alltid de samme søknadene.
"""

#: so many doctor-months an example may have
MOST_MONTHS = 100_000_000

LAST_SEED = 999_999_999

#: what must be installed, and where it comes from
_NEEDED = ("ibis", "duckdb", "pyarrow")
_EXTRA = "pip install 'alis-regler[masse]'"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("mapper", nargs="*", metavar="MAPPE", help="mappen med tabeller, og mappen svaret skrives i")
    parser.add_argument("--mal", metavar="MAPPE", help="lag tomme tabeller i en ny mappe")
    parser.add_argument("--fra-saker", metavar="STI", help="gjør søknader i YAML eller JSON om til tabeller i MAPPE")
    parser.add_argument("--eksempel", metavar="ANTALL", help="lag oppdiktede søknader for ANTALL legemåneder i MAPPE")
    parser.add_argument("--frø", default="1", metavar="TALL", help="med --eksempel: velger hvilke søknader (vanlig: 1)")
    parser.add_argument("--mangler", default="0", metavar="PROSENT", help="med --eksempel: så mye mangler (vanlig: 0)")
    parser.add_argument(
        "--format", choices=FORMATS, help="format på tabellene som lages (vanlig: csv; på spark: parquet)"
    )
    masse_vurdering.arguments(parser)
    parser.add_argument("--regler", metavar="MAPPE", help="mappen med reglene")


def run(chosen: argparse.Namespace) -> int:
    check_installed()
    make = _maker(chosen)
    if make is None:
        return masse_vurdering.run(chosen)
    chosen.format = chosen.format or USUAL_FORMAT
    return make(chosen)


def _maker(chosen: argparse.Namespace) -> Callable[[argparse.Namespace], int] | None:
    """What makes tables, when that is asked for and not that they be decided."""
    if chosen.mal is not None:
        return _template
    if chosen.fra_saker is not None:
        return _convert
    return None if chosen.eksempel is None else _example


def check_installed() -> None:
    """Raise `Faults` that say what to install when the tables cannot be worked with."""
    lacking = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        raise Faults([missing(lacking[0], "tabeller leses og vurderes med den")])


def missing(package: str, why: str) -> Fault:
    """That a package must be installed."""
    what = f"pakken «{package}» er ikke installert"
    return Fault(Place("kommandolinjen", 1, 1), "MANGLER-PAKKE", what, why, f"kjør {_EXTRA}")


def _template(chosen: argparse.Namespace) -> int:
    from engine.batch.template import README, write_template

    if chosen.mapper or chosen.fra_saker is not None or not chosen.mal:
        raise Faults([argument_fault("--mal tar bare mappen som skal lages", "skriv «alis masse --mal MAPPE»")])
    write_template(Path(chosen.mal), open_rules(chosen.regler).vocabulary, chosen.format)
    print(f"Tomme tabeller er skrevet til {chosen.mal}. Se {README} der for hva kolonnene betyr.")
    return 0


def _convert(chosen: argparse.Namespace) -> int:
    from engine.batch.conversion import convert
    from engine.cli.progress import with_progress
    from engine.regress.case import case_files

    if len(chosen.mapper) != 1 or not chosen.fra_saker or not chosen.mapper[0]:
        told = "skriv «alis masse --fra-saker STI MAPPE»"
        raise Faults([argument_fault("--fra-saker trenger én mappe å skrive i", told)])
    paths = case_files([Path(chosen.fra_saker)])
    target = Path(chosen.mapper[0])
    done = convert(with_progress(paths, len(paths), "Leser"), target, open_rules(chosen.regler), chosen.format)
    print(f"{done.converted} av {done.files} søknader er skrevet til {target}.")
    if done.rejected:
        print(f"{done.rejected} kunne ikke leses. Grunnene står i {target / ('avvist.' + chosen.format)}.")
    return 0 if done.converted else 2


def _example(chosen: argparse.Namespace) -> int:
    from engine.batch.population import Population, write_population

    if len(chosen.mapper) != 1 or not chosen.mapper[0]:
        told = "skriv «alis masse --eksempel ANTALL MAPPE»"
        raise Faults([argument_fault("--eksempel trenger én mappe å skrive i", told)])
    folder = Path(chosen.mapper[0])
    months = _within("--eksempel", chosen.eksempel, 1, MOST_MONTHS, "et antall legemåneder")
    seed = _within("--frø", chosen.frø, 0, LAST_SEED, "et frø")
    missing = _within("--mangler", chosen.mangler, 0, 100, "en prosent", whole=False)
    wanted = Population(int(months), int(seed), missing)
    made = write_population(folder, open_rules(chosen.regler), wanted, chosen.format)
    rows = list_text([f"{count} {name}" for name, count in made.rows.items() if count])
    print(f"{made.doctor_months} legemåneder er skrevet til {folder}: {rows}.")
    return 0


def _within(option: str, text: str, least: int, most: int, what: str, whole: bool = True) -> Fraction:
    """The number of an option. Raises Faults."""
    try:
        number = literal.number(text)
    except ValueError:
        number = Fraction(-1)
    if not least <= number <= most or (whole and number.denominator != 1):
        told = f"skriv et {'heltall' if whole else 'tall'} fra {least} til {most}"
        raise Faults([argument_fault(f"{option} er {quoted(text)}, som ikke er {what}", told)])
    return number
