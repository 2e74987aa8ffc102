"""`alis`: the commands, each in a module of its own that is imported when it is called."""

from __future__ import annotations

import gc
import importlib
import sys

from engine import __version__
from engine.cli.arguments import Parser, argument_fault
from engine.cli.outlet import outlet
from engine.text.fault import Fault, Faults
from engine.text.place import Place

DONE, FAILED, UNUSABLE = 0, 1, 2

COMMANDS = {
    "vurder": "vurder søknader og vis vedtak med begrunnelse",
    "masse": "lag tabeller med søknader, og vurder hele tabeller",
    "regelsett": "vis hvilket regelsett en avtaledato velger, og hvilke vilkår som gjelder",
    "valider": "kontroller regelfilene",
    "test": "prøv saker med forventet svar mot reglene",
    "konsekvens": "vis hvilke saker en regelendring gir et annet vedtak",
    "simuler": "vis hva en regelendring betyr for hele tabeller med søknader",
    "bevis": "let etter hull, motstrid og regler uten virkning, for alle søknader på en gang",
    "sammenlign": "bevis at to versjoner av reglene gir samme vedtak, eller vis den minste søknaden som får ulikt",
    "hva-skal-til": "vis den minste endringen som gjør et avslag til en innvilgelse",
    "neste-spørsmål": "vis hva som mangler i en søknad, med det som kan avgjøre mest, først",
    "vis": "vis reglene i klartekst",
    "ny-søknad": "lag en mal for en søknad",
    "web": "åpne sidene for saker og regler i nettleseren",
    "lager": "kontroller at ingen har endret de lagrede sakene",
    "skjema": "lag skjemaet for søknader og språkreferansen på nytt fra reglene",
}


def parser(called: str | None = None) -> Parser:
    """The command line with the arguments of the command `called`; the others are there by name alone."""
    top = Parser(prog="alis", description="Regler og vedtak for offentlige tilskudd.", epilog=_epilog())
    top.add_argument("--versjon", action="store_true", help="vis versjonen og avslutt")
    commands = top.add_subparsers(dest="kommando", title="Kommandoer", metavar="KOMMANDO", parser_class=Parser)
    for name, words in COMMANDS.items():
        if called != name:
            commands.add_parser(name, help=words)
            continue
        module = importlib.import_module(f"engine.cli.{_module(name)}")
        own = commands.add_parser(
            name, help=words, description=words[0].upper() + words[1:] + ".", epilog=module.EXAMPLES
        )
        module.arguments(own)
    return top


def _epilog() -> str:
    return (
        "Skriv «alis KOMMANDO --help» for eksempler og valg.\n\n"
        "Koder: 0 utført, 1 det som ble kontrollert, holdt ikke, 2 ubrukelig inndata eller kommando."
    )


def _module(name: str) -> str:
    return name.replace("-", "_").replace("ø", "o").replace("å", "a")


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Gives the exit code: 0 done, 1 the thing checked failed, 2 unusable input or arguments."""
    gc.set_threshold(100_000, 20, 20)  # commands make objects in great numbers, and hardly any of them in circles
    given = sys.argv[1:] if arguments is None else arguments
    called = next((word for word in given if word in COMMANDS), None)
    chosen, unknown = parser(called).parse_known_args(given)
    if unknown:
        place = f"alis {called}" if called else "alis"
        print(argument_fault(f"«{' '.join(unknown)}» er ikke kjent", f"se «{place} --help»"), file=sys.stderr)
        return UNUSABLE
    if chosen.versjon:
        print(f"alis {__version__}", flush=True)
        return DONE
    if chosen.kommando is None:
        parser().print_help()
        sys.stdout.flush()
        return DONE
    module = importlib.import_module(f"engine.cli.{_module(chosen.kommando)}")
    try:
        code: int = module.run(chosen)
        sys.stdout.flush()
        return code
    except Faults as faults:
        print(faults, file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("avbrutt", file=sys.stderr)
        return UNUSABLE
    except Exception as error:
        from concurrent.futures import BrokenExecutor

        if not isinstance(error, BrokenExecutor):
            raise
        print(_stopped(), file=sys.stderr)
        return UNUSABLE


def _stopped() -> Fault:
    what, why = "en av prosessene ble stanset utenfra", "det er som oftest fordi maskinen ikke har nok minne"
    return Fault(
        Place("kommandolinjen", 1, 1), "PROSESS", what, why, "prøv igjen, med «--prosesser 1» om kommandoen har det"
    )


def script() -> int:
    """The command as installed: like `main`, and whoever reads the output may stop reading it (`… | head`)."""
    sys.stdout = outlet(sys.stdout)
    try:
        return main()
    except Faults as faults:  # the help and the version are written outside any command
        print(faults, file=sys.stderr)
        return UNUSABLE


if __name__ == "__main__":
    sys.exit(script())
