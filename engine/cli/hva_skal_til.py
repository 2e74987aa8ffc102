"""`alis hva-skal-til`: the smallest change that would have made a refusal an award."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.cli.arguments import argument_fault
from engine.cli.regelsett import read_argument
from engine.language.root import open_rules
from engine.text import literal
from engine.text.fault import Faults
from engine.text.suggest import did_you_mean

#: what can be reached for, as `engine.prove.trial` knows it
GOALS = ("innvilget", "delvis innvilget", "til skjønn")

EXAMPLES = """Eksempler:
  alis hva-skal-til søknad.yaml
  alis hva-skal-til søknad.yaml --mål "delvis innvilget"
  alis hva-skal-til søknad.yaml --lege lege-1 --måned 2020-05
  alis hva-skal-til søknad.yaml --format json

Bare opplysninger med «kan_endres: ja» i vokabularet, og opplysninger som mangler, blir prøvd. Hvert svar er avgjort på nytt før det vises.
Koden er 0 når svaret er vist, også når ingenting er nok, og 2 når søknaden ikke kan leses.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("fil", metavar="FIL", help="søknad i YAML eller JSON")
    parser.add_argument(
        "--mål", dest="mål", choices=GOALS, default=GOALS[0], help="hva som skal nås; utelatt: innvilget", metavar="MÅL"
    )
    parser.add_argument(
        "--format", choices=("tekst", "json"), help="tekst (vanlig på skjerm) eller json (vanlig ellers)"
    )
    parser.add_argument("--lege", metavar="ID", help="bare denne legen")
    parser.add_argument("--måned", dest="måned", metavar="MÅNED", help="bare denne måneden")
    parser.add_argument("--tid", type=int, default=45, metavar="SEKUNDER", help="tidsgrense; utelatt: 45")
    parser.add_argument("--regler", metavar="MAPPE", help="mappen med reglene")


def run(chosen: argparse.Namespace) -> int:
    from engine.case.application import read_application
    from engine.decide.agreement import Disagreement
    from engine.prove.remedy import NotReached, remedies
    from engine.prove.solver import Clock
    from engine.prove.trial import Target

    book = open_rules(chosen.regler)
    application = read_application(Path(chosen.fil), book)
    month = read_argument("måned", chosen.måned, literal.month) if chosen.måned else None
    ids = [one.id for one in application.doctors]
    if chosen.lege is not None and chosen.lege not in ids:
        hint = did_you_mean(chosen.lege, ids)
        what = f"legen «{chosen.lege}» finnes ikke i søknaden" + ("," + hint if hint else "")
        raise Faults([argument_fault(what, "oppgi en lege som står i søknaden")])

    def wanted(target: Target, decided_by: tuple[str, ...]) -> bool:
        own = target.doctor is not None and ids[target.doctor] == chosen.lege
        return (chosen.lege is None or own) and (month is None or target.month == month)

    try:
        found = remedies(application, book, chosen.mål, Clock(chosen.tid), wanted=wanted)
    except Disagreement as difference:
        print(difference.fault(chosen.fil), file=sys.stderr)
        return 2
    except NotReached as fault:
        print(fault, file=sys.stderr)
        return 2
    if chosen.format == "tekst" or (chosen.format is None and sys.stdout.isatty()):
        from rich.console import Console

        from engine.prove.remedy_screen import screen

        Console(highlight=False, width=None if sys.stdout.isatty() else 100).print(screen(found))
    else:
        import json

        from engine.prove.remedy_words import as_object

        print(json.dumps(as_object(found), ensure_ascii=False, indent=2))
    return 0
