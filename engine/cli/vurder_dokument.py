"""The documents `alis vurder` can write: the grounds of the decision, and a draft of the letter."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.arguments import argument_fault
from engine.text.fault import Faults
from engine.text.norsk import list_text, quoted
from engine.text.suggest import did_you_mean

if TYPE_CHECKING:
    from engine.decide.decision import Decision


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pdf", metavar="FIL", help="skriv vedtaksgrunnlaget for én søknad som PDF")
    parser.add_argument("--brev", metavar="FIL", help="skriv et utkast til brev for én søknad som PDF")
    parser.add_argument(
        "--felt", action="append", metavar="NAVN=TEKST", help="med --brev: tekst i et felt som ellers står åpent"
    )
    parser.add_argument("--dato", metavar="DATO", help="med --pdf og --brev: datoen dokumentene får (vanlig: ingen)")


class Papers:
    """What is to be written, checked before any work is done. Raises `Faults`."""

    def __init__(self, chosen: argparse.Namespace, applications: Sequence[Path]) -> None:
        self.grounds: str | None = chosen.pdf
        self.letter: str | None = chosen.brev
        wanted = [("--pdf", chosen.pdf), ("--brev", chosen.brev)]
        asked = [(option, name) for option, name in wanted if name is not None]
        if not asked:
            spare = [option for option, given in (("--felt", chosen.felt), ("--dato", chosen.dato)) if given]
            if spare:
                raise Faults(
                    [argument_fault(f"{spare[0]} hører til et dokument", "legg til --pdf FIL eller --brev FIL")]
                )
            return
        if chosen.felt and self.letter is None:
            raise Faults([argument_fault("--felt hører til brevet", "legg til --brev FIL")])
        for option, name in asked:
            if not name.lower().endswith(".pdf"):
                told = f"{option} er {quoted(name)}, som ikke er navnet på en PDF"
                raise Faults([argument_fault(told, "velg et filnavn som slutter på .pdf")])
        if self.grounds is not None and self.letter is not None and Path(self.grounds) == Path(self.letter):
            raise Faults([argument_fault("--pdf og --brev har samme filnavn", "velg to ulike filnavn")])
        if len(applications) != 1:
            told = f"{asked[0][0]} kan bare brukes med én søknad, ikke {len(applications)}"
            raise Faults([argument_fault(told, "kjør kommandoen en gang for hver søknad")])
        from engine.explain.paper.typesetting import check_installed

        check_installed()
        self.dated = _date(chosen.dato)
        self.filled = _filled(chosen.felt or [])

    def write(self, decision: Decision) -> None:
        """Write the documents asked for. Raises `Faults`; neither is written unless both could be made."""
        if self.grounds is None and self.letter is None:
            return
        from engine.explain.paper.grounds import grounds
        from engine.explain.paper.letter import letter
        from engine.explain.paper.typesetting import pdf
        from engine.text.file import write_whole

        made = []
        if self.grounds is not None:
            made.append(("Vedtaksgrunnlaget", self.grounds, pdf(grounds(decision, self.dated))))
        if self.letter is not None:
            made.append(("Brevutkastet", self.letter, pdf(letter(decision, self.dated, self.filled))))
        for what, name, content in made:
            write_whole(Path(name), content)
            print(f"{what} er skrevet til {name}.", file=sys.stderr)


def _date(text: str | None) -> date | None:
    from engine.text import literal

    if text is None:
        return None
    try:
        return literal.date(text)
    except ValueError as error:
        raise Faults([argument_fault(f"--dato: {error}", "skriv for eksempel --dato 2020-05-17")]) from None


def _filled(given: Sequence[str]) -> dict[str, str]:
    """The texts for the letter's blanks by name."""
    from engine.explain.paper.letter import BLANKS

    filled: dict[str, str] = {}
    for one in given:
        name, sign, text = one.partition("=")
        if not sign or not text.strip():
            raise Faults([argument_fault(f"--felt {quoted(one)} har ingen tekst", "skriv --felt NAVN=TEKST")])
        if name not in BLANKS:
            hint = did_you_mean(name, BLANKS)
            told = f"brevet har ikke noe felt som heter {quoted(name)}" + ("," + hint if hint else "")
            raise Faults([argument_fault(told, f"velg {list_text(list(BLANKS), 'eller')}")])
        if name in filled:
            raise Faults([argument_fault(f"feltet {quoted(name)} er oppgitt to ganger", "behold bare én av dem")])
        filled[name] = text.strip()
    return filled
