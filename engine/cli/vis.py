"""`alis vis`: the consolidated rule text."""

from __future__ import annotations

import argparse

from engine.cli.arguments import argument_fault
from engine.cli.regelsett import read_argument
from engine.language.root import open_rules
from engine.text import literal
from engine.text.fault import Faults

EXAMPLES = """Eksempler:
  alis vis ÅR/ORDNING
  alis vis ÅR/ORDNING --avtaledato 2020-05-17 --måned 2020-05
  alis vis ÅR/ORDNING | less
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("regelsett", metavar="ÅR/ORDNING", help="regelsettet: mappen og navnet på regelfilen")
    parser.add_argument("--avtaledato", metavar="DATO", help="vis bare det som gjelder en avtale inngått denne datoen")
    parser.add_argument(
        "--måned", dest="måned", metavar="MÅNED", help="vis bare det som gjelder denne måneden (krever --avtaledato)"
    )
    parser.add_argument("--regler", metavar="MAPPE", help="mappen med reglene")


def run(chosen: argparse.Namespace) -> int:
    from engine.explain.rulebook_text import rulebook_text
    from engine.ruleset.selection import select
    from engine.text.norsk import date_text, list_text
    from engine.text.suggest import did_you_mean

    agreed = read_argument("avtaledato", chosen.avtaledato, literal.date) if chosen.avtaledato else None
    month = read_argument("måned", chosen.måned, literal.month) if chosen.måned else None
    if month is not None and agreed is None:
        raise Faults([argument_fault("--måned er gitt uten --avtaledato", "legg til --avtaledato")])
    book = open_rules(chosen.regler)
    ids = [one.id for scheme in book.schemes.values() for one in scheme.sets]
    if chosen.regelsett not in ids:
        hint = did_you_mean(chosen.regelsett, ids)
        what = f"regelsettet «{chosen.regelsett}» finnes ikke" + ("," + hint if hint else "")
        raise Faults([argument_fault(what, f"velg {list_text(ids, 'eller')}")])
    one = book.rule_set(chosen.regelsett)
    scheme = book.schemes[one.scheme]
    if agreed is not None and (selected := select(scheme, agreed)) is not one:
        other = (
            f"{date_text(agreed)} velger {selected.id}" if selected else f"ingen regelsett dekker {date_text(agreed)}"
        )
        raise Faults(
            [argument_fault(f"avtaledatoen passer ikke til {one.id}: {other}", "rett datoen eller regelsettet")]
        )
    for level, text in rulebook_text(scheme, book.vocabulary, one, agreed, month):
        print(("\n" + "#" * level + " " if level else "") + text)
    return 0
