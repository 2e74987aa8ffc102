"""`alis sammenlign`: two versions of the rules, proved to decide alike, or the smallest application they decide differently."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.proving import proving

if TYPE_CHECKING:
    from engine.language.rulebook import Rulebook
    from engine.prove.comparison import Comparison

EXAMPLES = """Eksempler:
  alis sammenlign main rules
  alis sammenlign rules utkast --lagre saker
  alis sammenlign mine-regler@v1 mine-regler --forvent-ingen

En versjon er en mappe med regler eller mappen rundt «rules», en revisjon i git (mappen «rules» slik den var da), eller MAPPE@REVISJON.
Koden er 0 når sammenligningen er gjort, 1 når --forvent-ingen er gitt og likhet ikke er bevist, og 2 når reglene ikke kan leses.
"""


@dataclass(frozen=True, slots=True)
class _Told:
    """The change a saved witness is about."""

    id: str
    told: str

    def __str__(self) -> str:
        return self.told


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("fra", metavar="A", help="reglene slik de var: mappe, revisjon eller MAPPE@REVISJON")
    parser.add_argument("til", metavar="B", help="reglene slik de blir, oppgitt på samme måte")
    parser.add_argument(
        "--format", choices=("tekst", "json"), help="tekst (vanlig på skjerm) eller json (vanlig ellers)"
    )
    parser.add_argument("--lagre", metavar="MAPPE", help="skriv vitnene som testsaker i denne mappen")
    parser.add_argument("--tid", type=int, default=120, metavar="SEKUNDER", help="tidsgrense; utelatt: 120")
    parser.add_argument(
        "--forvent-ingen", action="store_true", help="gi kode 1 når det ikke er bevist at alle vedtak er like"
    )
    parser.add_argument("--prosesser", type=int, metavar="ANTALL", help="antall prosesser")


def run(chosen: argparse.Namespace) -> int:
    return proving(_run, chosen)


def _run(chosen: argparse.Namespace) -> int:
    found, books = _compared(chosen)
    if chosen.format == "tekst" or (chosen.format is None and sys.stdout.isatty()):
        from rich.console import Console

        from engine.prove.compare_screen import screen

        Console(highlight=False, width=None if sys.stdout.isatty() else 110).print(screen(found))
    else:
        import json

        from engine.prove.compare_words import as_object

        print(json.dumps(as_object(found), ensure_ascii=False, indent=2))
    if chosen.lagre:
        _save(found, books, Path(chosen.lagre))
    return 1 if chosen.forvent_ingen and not found.equal else 0


def _compared(chosen: argparse.Namespace) -> tuple[Comparison, tuple[Rulebook, Rulebook]]:
    """Both versions read and compared. Raises Faults for versions that are not rules."""
    from tempfile import TemporaryDirectory

    from engine.prove.comparison import compare
    from engine.prove.solver import Clock
    from engine.regress.impact_version import find_version

    with TemporaryDirectory(prefix="alis-") as scratch:
        before, after = (find_version(text, Path(scratch)) for text in (chosen.fra, chosen.til))
        books = before.open(), after.open()
        found = compare(*books, (before.title, after.title), Clock(chosen.tid), chosen.prosesser)
    return found, books


def _save(found: Comparison, books: tuple[Rulebook, Rulebook], folder: Path) -> None:
    """Write each witness as a test case that expects what the later version decides."""
    from engine.cli.arguments import argument_fault
    from engine.regress.witness_file import save_text
    from engine.text.fault import Faults
    from engine.text.file import write_whole

    if not folder.is_dir():
        raise Faults([argument_fault(f"mappen «{folder}» finnes ikke", "oppgi en mappe som finnes i --lagre")])
    for result in found.schemes:
        answers = [("hele vedtaket", result.whole), ("søknaden", result.application), *sorted(result.rules.items())]
        kept: set[str] = set()
        for name, answer in answers:
            witness = answer.witness
            if witness is None or witness.application.digest in kept:
                continue
            kept.add(witness.application.digest)
            told = f"{name} i {result.scheme} ({found.names[0]} → {found.names[1]})"
            saved = save_text(
                witness.application, _Told(f"sammenlign {result.scheme} {name}", told), books[1], books[0]
            )
            if saved is not None:
                write_whole(folder / f"{saved.name}.yaml", saved.text)
                print(f"lagret {folder / saved.name}.yaml", file=sys.stderr)
