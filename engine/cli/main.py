"""`alis`: the commands, each in a module of its own that is imported when it is called."""

from __future__ import annotations

import importlib
import os
import sys

from engine.cli.arguments import Parser
from engine.text.fault import Faults

DONE, FAILED, UNUSABLE = 0, 1, 2

COMMANDS = {
    "vurder": "vurder søknader og vis vedtak med begrunnelse",
    "regelsett": "vis hvilket regelsett en avtaledato velger, og hvilke vilkår som gjelder",
    "valider": "kontroller regelfilene",
    "vis": "vis reglene i klartekst",
    "ny-søknad": "lag en mal for en søknad",
    "skjema": "lag skjemaet for søknader og språkreferansen på nytt fra reglene",
}


def parser() -> Parser:
    """The whole command line."""
    top = Parser(prog="alis", description="Regler og vedtak for tilskudd til leger i spesialisering.", epilog=_epilog())
    top.add_argument("--versjon", action="store_true", help="vis versjonen og avslutt")
    commands = top.add_subparsers(dest="kommando", title="Kommandoer", metavar="KOMMANDO", parser_class=Parser)
    for name, words in COMMANDS.items():
        module = importlib.import_module(f"engine.cli.{_module(name)}")
        own = commands.add_parser(
            name, help=words, description=words[0].upper() + words[1:] + ".", epilog=module.EXAMPLES
        )
        module.arguments(own)
    return top


def _epilog() -> str:
    return "Skriv «alis KOMMANDO --help» for eksempler og valg.\n\nFeilkoder: 0 utført, 1 det som ble kontrollert, holdt ikke, 2 ubrukelig inndata."


def _module(name: str) -> str:
    return name.replace("-", "_").replace("ø", "o").replace("å", "a")


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Gives the exit code: 0 done, 1 the thing checked failed, 2 unusable input or arguments."""
    top = parser()
    chosen = top.parse_args(arguments)
    if chosen.versjon:
        from engine.decide.receipt import engine_version

        print(f"alis {engine_version()}")
        return DONE
    if chosen.kommando is None:
        top.print_help()
        return DONE
    module = importlib.import_module(f"engine.cli.{_module(chosen.kommando)}")
    try:
        code: int = module.run(chosen)
        sys.stdout.flush()
        return code
    except Faults as faults:
        print(faults, file=sys.stderr)
        return UNUSABLE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        print("avbrutt", file=sys.stderr)
        return UNUSABLE


if __name__ == "__main__":
    sys.exit(main())
