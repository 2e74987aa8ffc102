"""`alis valider`: check a folder of rules, or one file: rules, an application, a test case or proposed rates."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.decide.check import open_checked, top_keys
from engine.language.root import rule_root
from engine.text.fault import Fault, Faults
from engine.text.place import Place

EXAMPLES = """Eksempler:
  alis valider                                    reglene
  alis valider utkast                             reglene i en annen mappe
  alis valider rules/ÅR/ORDNING.yaml              feilene i én regelfil
  alis valider søknad.yaml                        en søknad, en testsak eller en fil med satser

Alle feil som kan finnes uavhengig av hverandre, vises i samme kjøring. Koden er 0 uten feil, 1 med feil og 2 når noe ikke kan
leses.
"""

#: codes that mean that something cannot be read at all
_UNREADABLE = ("YAML-", "FIL-", "REGLER-TOM")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sti", nargs="?", metavar="STI", help="mappen med reglene, eller én fil")


def run(chosen: argparse.Namespace) -> int:
    given = Path(chosen.sti) if chosen.sti else rule_root(None)
    if given.is_dir() or not given.suffix:
        return _folder(given)
    root = _root_of(given)
    if root is not None and (_is_read(given, root) or "regelsett" in top_keys(given)):
        return _rule_file(given, root)
    return _file(given, root)


def _folder(root: Path) -> int:
    try:
        book = open_checked(root)
    except Faults as faults:
        return _told(faults.faults)
    sets = sum(len(scheme.sets) for scheme in book.schemes.values())
    rules = sum(len(versions) for scheme in book.schemes.values() for versions in scheme.rules.values())
    rates = sum(len(scheme.parameters) for scheme in book.schemes.values())
    what = f"{sets} regelsett med {rules} vilkår og {rates} satser og grenser"
    print(f"Ingen feil. {what}, og {len(book.vocabulary.facts)} opplysninger i vokabular.yaml.")
    return 0


def _is_read(path: Path, root: Path) -> bool:
    """Whether the folder's rules are read from this file."""
    from engine.language.rulebook import VOCABULARY_FILE, rule_files

    return path.resolve() in {one.resolve() for one in (root / VOCABULARY_FILE, *rule_files(root))}


def _rule_file(path: Path, root: Path) -> int:
    """One file's own errors; other files are checked with it, for the rules lean on each other."""
    from engine.text import yaml

    try:
        yaml.read_path(path)
        open_checked(root)
    except Faults as faults:
        own = [fault for fault in faults if Path(fault.place.file).resolve() == path.resolve()]
        if own:
            return _told(own)
        count = len(faults.faults)
        others = f"{count} feil i andre filer" if count > 1 else "én feil i en annen fil"
        print(f"{path} har ingen egne feil, men det er {others}. Kjør «alis valider {root}».", file=sys.stderr)
        return 1
    print(f"Ingen feil i {path}.")
    return 0


def _file(path: Path, root: Path | None) -> int:
    """A file that is not rules, checked against the rules it lies among, or else those in use."""
    from engine.case.application import application
    from engine.language.overlay import lay_over
    from engine.language.rulebook import open_rulebook
    from engine.regress.coverage import measure
    from engine.regress.coverage_argued import ARGUMENTS_FILE
    from engine.regress.mutation_exempt import EXEMPT_FILE, read_exempt
    from engine.text import yaml

    try:
        node = yaml.read_path(path)
        keys = top_keys(path)
        if "regelsett" in keys or "vokabular" in keys:
            why = f"det er ingen vokabular.yaml i «{path.parent}» eller over den"
            what = "filen er en regelfil, men ligger ikke blant regler"
            raise Faults([Fault(Place(str(path), 1, 1), "REGLER-PLASS", what, why, "legg den i mappen med reglene")])
        if root is not None and path.parent.resolve() == root.resolve() and path.name in (EXEMPT_FILE, ARGUMENTS_FILE):
            measure([], root) if path.name == ARGUMENTS_FILE else read_exempt(root)
        elif "satser" in keys:
            lay_over(open_rulebook(root or rule_root(None)), path)
        elif "søknad" in keys:
            application(node, open_rulebook(root or rule_root(None)))
        else:
            what = "filen er verken en regelfil, en søknad eller en fil med satser"
            why = "«regelsett», «søknad» eller «satser» står ikke ytterst i filen"
            raise Faults([Fault(Place(str(path), 1, 1), "FIL-SLAG", what, why, "oppgi en annen fil")])
    except Faults as faults:
        return _told(faults.faults)
    print(f"Ingen feil i {path}.")
    return 0


def _told(faults: tuple[Fault, ...] | list[Fault]) -> int:
    """Write the errors; the exit code they give."""
    for fault in faults:
        print(fault, file=sys.stderr)
    return 2 if any(fault.code.startswith(_UNREADABLE) for fault in faults) else 1


def _root_of(path: Path) -> Path | None:
    """The folder of rules that a file lies in."""
    from engine.language.rulebook import VOCABULARY_FILE

    for folder in (*path.parents, *path.resolve().parents):
        if (folder / VOCABULARY_FILE).is_file():
            return folder
    return None
