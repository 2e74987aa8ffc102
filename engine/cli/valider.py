"""`alis valider`: check a folder of rules, or one application or test case."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.root import rule_root
from engine.text.fault import Faults

EXAMPLES = """Eksempler:
  alis valider
  alis valider rules
  alis valider rules/ÅR/ORDNING.yaml

Alle feil som kan finnes uavhengig av hverandre, vises i samme kjøring. Koden er 0 når reglene kan brukes, 1 når de har feil
og 2 når de ikke kan leses.
"""

#: codes that mean a file cannot be read at all
_UNREADABLE = ("YAML-", "FIL-")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sti", nargs="?", metavar="STI", help="mappen med reglene, eller én regelfil i den")


def run(chosen: argparse.Namespace) -> int:
    import sys

    from engine.decide.check import check_forms
    from engine.language.rulebook import VOCABULARY_FILE, open_rulebook

    given = Path(chosen.sti) if chosen.sti else rule_root(None)
    root, only = (given, None) if given.is_dir() or not given.suffix else (_root_of(given), given)
    try:
        if only is not None and not only.exists():
            from engine.text import yaml

            yaml.read_path(only)
        book = open_rulebook(root)
        check_forms(book)
    except Faults as faults:
        shown = [
            fault
            for fault in faults.faults
            if only is None or (Path(fault.place.file).name == only.name and only.parent.name in fault.place.file)
        ]
        if not shown:
            other = f"{only} har ingen egne feil, men andre filer i {root} har {len(faults.faults)}"
            print(f"{other}. Kjør «alis valider {root}».", file=sys.stderr)
            return 1
        for fault in shown:
            print(fault, file=sys.stderr)
        unreadable = any(fault.code.startswith(_UNREADABLE) for fault in shown)
        return 2 if unreadable else 1
    sets = sum(len(scheme.sets) for scheme in book.schemes.values())
    rules = sum(len(versions) for scheme in book.schemes.values() for versions in scheme.rules.values())
    rates = sum(len(scheme.parameters) for scheme in book.schemes.values())
    facts = len(book.vocabulary.facts)
    print(
        f"Ingen feil. {sets} regelsett med {rules} vilkår og {rates} satser og grenser, og {facts} opplysninger i {VOCABULARY_FILE}."
    )
    return 0


def _root_of(path: Path) -> Path:
    """The folder of rules that a rule file lies in."""
    from engine.language.rulebook import VOCABULARY_FILE

    for folder in path.resolve().parents:
        if (folder / VOCABULARY_FILE).is_file():
            return folder
    return path.parent
