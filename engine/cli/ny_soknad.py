"""`alis ny-søknad`: a template for an application."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from engine.cli.arguments import argument_fault
from engine.cli.root import open_rules
from engine.text.fault import Faults

EXAMPLES = """Eksempler:
  alis ny-søknad ORDNING
  alis ny-søknad ORDNING --til min-søknad.yaml
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ordning", metavar="ORDNING", help="ordningen det skal søkes i")
    parser.add_argument("--til", metavar="FIL", help="skriv malen til en ny fil i stedet for til skjermen")
    parser.add_argument("--regler", metavar="MAPPE", help="mappen med reglene")


def run(chosen: argparse.Namespace) -> int:
    from engine.language.schema_check import FOLDER
    from engine.language.template import template
    from engine.text.file import write_whole
    from engine.text.norsk import list_text
    from engine.text.suggest import did_you_mean

    vocabulary = open_rules(chosen.regler).vocabulary
    if chosen.ordning not in vocabulary.schemes:
        hint = did_you_mean(chosen.ordning, vocabulary.schemes)
        what = f"ordningen «{chosen.ordning}» finnes ikke" + ("," + hint if hint else "")
        raise Faults([argument_fault(what, f"velg {list_text(list(vocabulary.schemes), 'eller')}")])
    if chosen.til is None:
        print(template(vocabulary, chosen.ordning, None), end="")
        return 0
    path = Path(chosen.til)
    if path.exists():
        raise Faults([argument_fault(f"filen «{path}» finnes fra før", "velg et annet filnavn, eller flytt filen")])
    modeline = os.path.relpath(FOLDER / "søknad.schema.json", path.resolve().parent)
    write_whole(path, template(vocabulary, chosen.ordning, modeline))
    print(f"Malen er skrevet til {path}.")
    return 0
