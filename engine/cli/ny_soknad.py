"""`alis ny-søknad`: a template for an application."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.arguments import argument_fault
from engine.language.root import open_rules
from engine.text.fault import Faults
from engine.text.norsk import quoted

if TYPE_CHECKING:
    from engine.language.vocabulary import Vocabulary

EXAMPLES = """Eksempler:
  alis ny-søknad ORDNING
  alis ny-søknad ORDNING --til min-søknad.yaml
  alis ny-søknad ORDNING --excel min-søknad.xlsx
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ordning", metavar="ORDNING", help="ordningen det skal søkes i")
    parser.add_argument("--til", metavar="FIL", help="skriv malen til en ny fil i stedet for til skjermen")
    parser.add_argument("--excel", metavar="FIL", help="lag en Excel-fil å fylle ut i stedet for YAML")
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
    if chosen.excel is not None:
        return _excel(chosen, vocabulary)
    if chosen.til is None:
        print(template(vocabulary, chosen.ordning, None), end="")
        return 0
    path = _new(chosen.til)
    modeline = os.path.relpath(FOLDER / "søknad.schema.json", path.resolve().parent)
    write_whole(path, template(vocabulary, chosen.ordning, modeline))
    print(f"Malen er skrevet til {path}.")
    return 0


def _excel(chosen: argparse.Namespace, vocabulary: Vocabulary) -> int:
    from engine.language.sheet_template import sheet_template
    from engine.text.file import write_whole
    from engine.text.workbook import SUFFIX, check_installed

    if chosen.til is not None:
        raise Faults([argument_fault("--til og --excel kan ikke brukes sammen", "velg YAML eller Excel")])
    if not chosen.excel.lower().endswith(SUFFIX):
        told = f"--excel er {quoted(chosen.excel)}, som ikke er navnet på en Excel-fil"
        raise Faults([argument_fault(told, f"velg et filnavn som slutter på {SUFFIX}")])
    check_installed("kommandolinjen")
    path = _new(chosen.excel)
    write_whole(path, sheet_template(vocabulary, chosen.ordning))
    print(f"Malen er skrevet til {path}.")
    return 0


def _new(name: str) -> Path:
    """The path of a file that is not there yet. Raises `Faults`."""
    path = Path(name)
    if path.exists():
        raise Faults([argument_fault(f"filen «{path}» finnes fra før", "velg et annet filnavn, eller flytt filen")])
    return path
