"""`alis vurder`: decide applications."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import vurder_dokument
from engine.cli.arguments import argument_fault
from engine.cli.progress import with_progress
from engine.language.root import open_rules
from engine.text.fault import Faults

if TYPE_CHECKING:
    from engine.cli.vurder_dokument import Papers
    from engine.decide.decision import Decision
    from engine.language.rulebook import Rulebook

EXAMPLES = """Eksempler:
  alis vurder søknad.yaml
  alis vurder fixtures --format json
  alis vurder søknad.yaml --satser foreslåtte-satser.yaml
  alis vurder søknad.yaml --pdf vedtaksgrunnlag.pdf --brev brevutkast.pdf
  alis vurder søknad.yaml --brev brev.pdf --felt mottaker="Storvik" --felt saksbehandler="Kari Nordmann"

Filer med «forventet» er tester. Vedtaket holdes da mot det som er forventet, og kommandoen gir kode 1 når noe ikke stemmer.
Med én fil vises hele vedtaket. Med flere vises ett sammendrag per fil; legg til --alt for hele vedtakene.
"""

#: from this many files on, text shows a summary a file and progress while it works
MANY = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "filer", nargs="+", metavar="FIL", help="søknad i YAML, JSON eller Excel, eller en mappe med søknader"
    )
    parser.add_argument(
        "--format", choices=("tekst", "json"), help="tekst (vanlig på skjerm) eller json (vanlig ellers)"
    )
    parser.add_argument(
        "--satser", metavar="FIL", help="legg foreslåtte eller manglende satser over reglene i denne kjøringen"
    )
    parser.add_argument(
        "--alt", action="store_true", help="vis hele vedtaket for hver fil, også vilkår som ikke er aktuelle"
    )
    parser.add_argument(
        "--bare-naiv", action="store_true", help="bruk bare den naive evaluatoren (står i kvitteringen)"
    )
    vurder_dokument.arguments(parser)
    parser.add_argument("--regler", metavar="MAPPE", help="mappen med reglene")


def run(chosen: argparse.Namespace) -> int:
    from engine.regress.case import SUFFIXES, case_files
    from engine.text.workbook import SUFFIX

    if "" in chosen.filer:
        raise Faults([argument_fault("et filnavn er tomt", "oppgi en søknad eller en mappe med søknader")])
    paths = case_files([Path(name) for name in chosen.filer], (*SUFFIXES, SUFFIX))
    papers = vurder_dokument.Papers(chosen, paths)
    only = _stated_scheme(paths[0]) if len(paths) == 1 and not chosen.satser else None
    book = open_rules(chosen.regler, only)
    if chosen.satser:
        from engine.language.overlay import lay_over

        book = lay_over(book, Path(chosen.satser))
    as_text = chosen.format == "tekst" or (chosen.format is None and sys.stdout.isatty())
    return _Run(book, as_text, chosen.alt, chosen.bare_naiv, papers).decide(paths)


def _stated_scheme(path: Path) -> str | None:
    """The scheme a single file names, so that only its rules need be read. What is wrong with the file is told later."""
    from engine.text import yaml
    from engine.text.node import Mapping, Scalar
    from engine.text.workbook import is_workbook

    if is_workbook(path):
        return None
    try:
        node = yaml.read_path(path, str(path))
    except Faults:
        return None
    top = node.entries.get("søknad") if isinstance(node, Mapping) else None
    stated = top.entries.get("ordning") if isinstance(top, Mapping) else None
    return stated.text if isinstance(stated, Scalar) else None


class _Run:
    def __init__(self, book: Rulebook, as_text: bool, whole: bool, only_naive: bool, papers: Papers) -> None:
        self.book = book
        self.as_text = as_text
        self.whole = whole
        self.only_naive = only_naive
        self.papers = papers
        self.unusable = 0
        self.deviating = 0

    def decide(self, paths: list[Path]) -> int:
        decisions: list[Decision] = []
        if self.as_text:
            self._text(paths)
        else:
            from engine.explain.contract import dumps

            decisions = [one for path in paths if (one := self._one(path)) is not None]
            if decisions:
                print(dumps(decisions) if len(paths) == 1 else dumps_list(decisions))
        return 2 if self.unusable else 1 if self.deviating else 0

    def _one(self, path: Path) -> Decision | None:
        """One file's decision; a file that cannot be used is told of and the rest go on."""
        from engine.case.application import read_application
        from engine.decide.agreement import Disagreement
        from engine.decide.decide import decide, evaluators

        try:
            application = read_application(path, self.book)
            decision = decide(application, self.book, evaluators()[:1] if self.only_naive else None)
        except Faults as faults:
            self._unusable(str(faults))
            return None
        except Disagreement as difference:
            self._unusable(str(difference.fault(str(path))))
            return None
        self.papers.write(decision)
        if application.expected is not None:
            from engine.explain.contract import as_json
            from engine.regress.expectation import deviations

            found = deviations(application.expected, as_json(decision))
            for deviation in found:
                print(deviation, file=sys.stderr)
            self.deviating += bool(found)
        return decision

    def _unusable(self, message: str) -> None:
        print(message, file=sys.stderr)
        self.unusable += 1

    def _text(self, paths: list[Path]) -> None:
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else 100)
        many = len(paths) >= MANY
        shown = 0
        for path in with_progress(paths, len(paths), "Vurderer") if many else paths:
            deviating = self.deviating
            decision = self._one(path)
            if decision is None:
                continue
            shown += 1
            if not many or self.whole:
                from engine.explain.screen import screen

                console.print(screen(decision, self.whole))
                if decision.application.expected is not None:
                    console.print(f"\n{_mark(self.deviating > deviating)} med det som er forventet")
            else:
                console.print(_summary(path, decision, self.deviating > deviating), soft_wrap=True)
        if many:
            told = f"{shown} vurdert"
            if self.deviating:
                told += f", {self.deviating} stemmer ikke med det som er forventet"
            if self.unusable:
                told += f", {self.unusable} kunne ikke leses"
            console.print(told)


def dumps_list(decisions: list[Decision]) -> str:
    """Several files give a list, also when only one of them could be decided."""
    import json

    from engine.explain.contract import as_json

    return json.dumps([as_json(one) for one in decisions], ensure_ascii=False, indent=2)


def _summary(path: Path, decision: Decision, deviates: bool) -> str:
    from engine.text.norsk import money_text

    money = money_text(decision.total) if decision.total is not None else "sum ikke kjent"
    mark = f"  {_mark(deviates)}" if decision.application.expected is not None else ""
    return f"{path}: {decision.outcome}, {money}{mark}"


def _mark(deviates: bool) -> str:
    return "✗ stemmer ikke" if deviates else "✓ stemmer"
