"""`alis konsekvens`: what a change of rules comes to in kept cases."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.language.rulebook import Rulebook
    from engine.regress.impact import Impact

EXAMPLES = """Eksempler:
  alis konsekvens --fra main --til rules --saker fixtures
  alis konsekvens --fra rules --til utkast --saker saker --html side.html
  alis konsekvens --fra mine-regler@v1 --til mine-regler --saker saker --markdown konsekvens.md --forvent-ingen

En versjon er en mappe med regler eller mappen rundt «rules», en revisjon i git (mappen «rules» slik den var da), eller MAPPE@REVISJON.
Koden er 0 når sammenligningen er gjort, 1 når noe er endret og --forvent-ingen er gitt, og 2 når reglene eller en sak ikke kan leses.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fra", required=True, metavar="A", help="reglene slik de var: mappe, revisjon eller MAPPE@REVISJON"
    )
    parser.add_argument("--til", required=True, metavar="B", help="reglene slik de blir, oppgitt på samme måte")
    parser.add_argument(
        "--saker", nargs="+", default=["fixtures"], metavar="STI", help="filer og mapper med saker; utelatt: fixtures"
    )
    parser.add_argument(
        "--etter",
        action="append",
        metavar="OPPLYSNING",
        help="summer også etter denne opplysningen i søknaden; kan gjentas; utelatt: nummeret til den som søker",
    )
    parser.add_argument(
        "--format", choices=("tekst", "json"), help="tekst (vanlig på skjerm) eller json (vanlig ellers)"
    )
    parser.add_argument("--markdown", metavar="FIL", help="skriv også en Markdown-tekst til en endringsforespørsel")
    parser.add_argument("--html", metavar="FIL", help="skriv også en nettside som er hel i seg selv")
    parser.add_argument(
        "--forvent-ingen", action="store_true", help="gi kode 1 når noe vedtak eller noen begrunnelse er endret"
    )
    parser.add_argument(
        "--prosesser", type=int, metavar="ANTALL", help="antall prosesser; utelatt: så mange det lønner seg med"
    )


def run(chosen: argparse.Namespace) -> int:
    from engine.regress.impact_case import UNREAD
    from engine.text.file import write_whole

    found = _impact(chosen)
    if chosen.markdown:
        from engine.regress.impact_markdown import as_markdown

        write_whole(Path(chosen.markdown), as_markdown(found))
    if chosen.html:
        from engine.regress.impact_page import as_html

        write_whole(Path(chosen.html), as_html(found))
    if chosen.format == "tekst" or (chosen.format is None and sys.stdout.isatty()):
        from rich.console import Console

        from engine.regress.impact_screen import screen

        Console(highlight=False, width=None if sys.stdout.isatty() else 110).print(screen(found))
    else:
        from engine.regress.impact_json import as_json

        print(as_json(found))
    for case in found.of(UNREAD):
        print(next(text for _, text in case.problems), file=sys.stderr)
    if found.of(UNREAD):
        return 2
    return 1 if chosen.forvent_ingen and found.anything else 0


def _impact(chosen: argparse.Namespace) -> Impact:
    """Everything compared. Raises Faults for versions that are not rules and for paths that are not cases."""
    from engine.cli.progress import with_progress
    from engine.regress.case import case_files
    from engine.regress.impact import compare_cases, impact
    from engine.regress.impact_version import find_version

    paths = case_files([Path(name) for name in chosen.saker])
    with TemporaryDirectory(prefix="alis-") as scratch:
        before = find_version(chosen.fra, Path(scratch))
        after = find_version(chosen.til, Path(scratch))
        books = before.open(), after.open()
        facts = chosen.etter or _codes(books[1])
        check_facts(facts, [fact.name for fact in books[1].vocabulary.facts.values() if fact.level == "søknad"])
        comparing = compare_cases(paths, before, after, facts, chosen.prosesser, books)
        return impact(before, after, books, with_progress(comparing, len(paths), "Sammenligner"), facts)


def _codes(book: Rulebook) -> list[str]:
    """The opplysninger that are a code of a fixed form, such as the number of who applies."""
    return [fact.name for fact in book.vocabulary.facts.values() if fact.level == "søknad" and fact.pattern is not None]


def check_facts(facts: Iterable[str], known: Sequence[str]) -> None:
    """That facts to total by are among those known. Raises Faults."""
    from engine.cli.arguments import argument_fault
    from engine.text.fault import Faults
    from engine.text.suggest import did_you_mean

    for fact in facts:
        if fact not in known:
            hint = did_you_mean(fact, known)
            what = f"«{fact}» er ikke en opplysning om søknaden" + ("," + hint if hint else "")
            raise Faults([argument_fault(what, "oppgi en opplysning på søknaden i --etter")])
