"""`alis neste-spørsmål`: what an incomplete application lacks, the question that can decide most first."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.language.root import open_rules

if TYPE_CHECKING:
    from engine.case.stated import Application
    from engine.decide.questions import Question, Questions, Unit

EXAMPLES = """Eksempler:
  alis neste-spørsmål søknad.yaml
  alis neste-spørsmål søknad.yaml --alle
  alis neste-spørsmål søknad.yaml --format json

Først kommer spørsmålet der ett svar kan avgjøre flest måneder. Opplysninger som ikke kan endre svaret, blir det ikke spurt om.
"""

_STRUCTURE = {"leger": "Hvilke leger gjelder søknaden?", "perioder": "I hvilke perioder?"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("fil", metavar="FIL", help="søknad i YAML eller JSON")
    parser.add_argument(
        "--alle", action="store_true", help="spør også om det som kan utelates, når et annet svar kan endre vedtaket"
    )
    parser.add_argument(
        "--format", choices=("tekst", "json"), help="tekst (vanlig på skjerm) eller json (vanlig ellers)"
    )
    parser.add_argument("--regler", metavar="MAPPE", help="mappen med reglene")


def run(chosen: argparse.Namespace) -> int:
    from engine.case.application import read_application
    from engine.decide.questions import questions

    book = open_rules(chosen.regler)
    application = read_application(Path(chosen.fil), book)
    found = questions(application, book, with_defaults=chosen.alle)
    if chosen.format == "tekst" or (chosen.format is None and sys.stdout.isatty()):
        _print(found)
    else:
        import json

        print(json.dumps(_object(found, application), ensure_ascii=False, indent=2))
    return 0


def _print(found: Questions) -> None:
    from rich.console import Console
    from rich.padding import Padding

    from engine.explain.unbroken import Unbroken

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 100)
    if not found.ordered:
        console.print("Ingenting som mangler, kan endre svaret.")
    for asked in found.to_correct:
        whose = f" ({asked.doctor})" if asked.doctor is not None else ""
        console.print(Unbroken(f"Svaret på «{asked.fact}»{whose} holder saken tilbake til noe er rettet opp."))
    for number, one in enumerate(found.ordered, 1):
        whose = f" ({one.asked.doctor})" if one.asked.doctor is not None else ""
        console.print(Unbroken(f"{number}. {_text(one)}{whose}", style="bold"))
        console.print(Padding(Unbroken(_why(one, found)), (0, 0, 0, 3), expand=False))
        console.print(Padding(Unbroken(one.asked.path, style="dim"), (0, 0, 0, 3), expand=False))


def _text(one: Question) -> str:
    return one.fact.question if one.fact is not None else _STRUCTURE[one.asked.fact]


def _why(one: Question, found: Questions) -> str:
    """Why it stands where it stands: what one answer can decide, or else what hangs on it."""
    if one.decides == len(found.open) and one.answer is not None:
        return f"Svaret «{one.answer}» avgjør alt som er åpent."
    if one.answer is not None:
        return f"Svaret «{one.answer}» avgjør {one.decides} av {len(found.open)} åpne punkter."
    if one.open == ((None, None),):
        return "Søknaden kan ikke avgjøres uten."
    months = [month for _, month in one.open if month is not None]
    if not months:
        return "Ingenting kan avgjøres for legen uten."
    count = "én måned" if len(months) == 1 else f"{len(months)} måneder"
    return f"Kan endre svaret for {count}, sammen med andre svar."


def _object(found: Questions, application: Application) -> Any:
    return {
        "søknad": {"id": application.id, "ordning": application.scheme},
        "åpne_punkter": len(found.open),
        "må_rettes": [one.path for one in found.to_correct],
        "spørsmål": [
            {
                "sti": one.asked.path,
                "faktum": one.asked.fact,
                "nivå": one.asked.level,
                "lege": one.asked.doctor,
                "spørsmål": _text(one),
                "hjelp": one.fact.help if one.fact is not None else "",
                "gjelder": [_unit(unit) for unit in one.open],
                "avgjør_høyst": one.decides,
                "avgjør_i_snitt": str(one.average),
                "ved_svaret": one.answer,
                "hvorfor": _why(one, found),
            }
            for one in found.ordered
        ],
    }


def _unit(unit: Unit) -> str:
    from engine.text.month import month_text

    doctor, month = unit
    if doctor is None:
        return "søknaden"
    return doctor if month is None else f"{doctor} {month_text(month)}"
