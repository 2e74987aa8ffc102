"""Argument parsing whose help and errors are in Norwegian."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, NoReturn

from engine.text.fault import Fault
from engine.text.norsk import list_text, quoted
from engine.text.place import Place
from engine.text.suggest import did_you_mean

_TRANSLATIONS = (
    (r"the following arguments are required: (.*)", r"det mangler \1"),
    (r"argument (.*?): expected one argument", r"\1 mangler en verdi"),
    (r"argument (.*?): expected at least one argument", r"\1 mangler en verdi"),
    (r"argument (.*?): not allowed with argument (.*)", r"\1 kan ikke brukes sammen med \2"),
    (r"argument (.*?): ignored explicit argument '(.*)'", r"\1 tar ingen verdi, men fikk «\2»"),
    (r"argument (.*?): (.*)", r"\1: \2"),
    (r"ambiguous option: (.*?) could match (.*)", r"\1 kan bety \2"),
)

#: where faults in how a command was called are
COMMAND_LINE = Place("kommandolinjen", 1, 1)


def argument_fault(what: str, next_step: str = "se «alis --help»") -> Fault:
    """A fault in how the command was called."""
    return Fault(COMMAND_LINE, "ARGUMENT", what, "kommandoen kan ikke kjøres slik", next_step)


class Parser(argparse.ArgumentParser):
    """A parser that speaks bokmål and stops with exit code 2."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        keywords.setdefault("formatter_class", Formatter)
        keywords["add_help"] = False
        super().__init__(*args, **keywords)
        self._positionals.title = "Argumenter"
        self._optionals.title = "Valg"
        self.add_argument("-h", "--help", "--hjelp", action="help", help="vis denne hjelpen")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Like argparse's own, with the nearest choice; `sys.argv` holds the words, so `value` is always text here."""
        if action.choices is None or value in action.choices:
            return
        choices = [str(one) for one in action.choices]
        hint = did_you_mean(str(value), choices)
        what = f"{quoted(str(value))} kan ikke brukes i {'/'.join(action.option_strings) or action.metavar}"
        self.error(
            f"{what},{hint} Velg mellom {list_text(choices)}" if hint else f"{what}. Velg mellom {list_text(choices)}"
        )

    def error(self, message: str) -> NoReturn:
        for pattern, norwegian in _TRANSLATIONS:
            if re.fullmatch(pattern, message, re.DOTALL):
                message = re.sub(pattern, norwegian, message, flags=re.DOTALL)
                break
        print(argument_fault(message, f"se «{self.prog} --help»"), file=sys.stderr)
        raise SystemExit(2)


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help with «bruk:» and room for examples."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=100)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "Bruk: " if prefix is None else prefix)
