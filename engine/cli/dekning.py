"""What `alis test` tells of rule coverage: the flags, the report and the gate."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.progress import with_progress
from engine.language.root import rule_root
from engine.text import literal

if TYPE_CHECKING:
    from rich.console import Console

    from engine.regress.coverage_part import Coverage
    from engine.regress.run import Result


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dekning", action="store_true", help="vis hvilke deler av reglene sakene prøver")
    parser.add_argument("--dekning-json", metavar="FIL", help="skriv dekningen som JSON")
    parser.add_argument(
        "--dekning-html", metavar="FIL", help="skriv dekningen som en nettside ved siden av regelteksten"
    )
    parser.add_argument(
        "--dekning-krav",
        type=_percent,
        metavar="PROSENT",
        help="gi kode 1 når mindre enn dette er prøvd eller begrunnet",
    )


def _percent(text: str) -> Fraction:
    try:
        value = literal.number(text)
    except ValueError:
        value = Fraction(-1)
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"«{text}» er ikke et tall fra 0 til 100")
    return value


def asked(chosen: argparse.Namespace) -> bool:
    """Whether anything is to be told of coverage."""
    return bool(chosen.dekning or chosen.dekning_json or chosen.dekning_html or chosen.dekning_krav is not None)


def report(chosen: argparse.Namespace, results: Sequence[Result], console: Console) -> bool:
    """Tell and write the coverage that was asked for. Gives whether the gate holds; it does when there is none."""
    if not asked(chosen):
        return True
    from engine.regress import coverage_words as words
    from engine.regress.coverage_screen import show, show_holes
    from engine.regress.run import DEVIATES, PASSED
    from engine.text.file import write_whole

    coverage = _measure(chosen, [Path(result.path) for result in results if result.status in (PASSED, DEVIATES)])
    if chosen.dekning_json:
        from engine.regress.coverage_json import as_json

        write_whole(Path(chosen.dekning_json), as_json(coverage) + "\n")
    if chosen.dekning_html:
        from engine.regress.coverage_page import as_html

        write_whole(Path(chosen.dekning_html), as_html(coverage))
    told = "" if chosen.dekning_krav is None else words.short(coverage, chosen.dekning_krav)
    if chosen.dekning:
        show(coverage, console)
    elif told:
        show_holes(coverage, console)
    if told:
        console.print(told, soft_wrap=True)
    return not told


def _measure(chosen: argparse.Namespace, paths: list[Path]) -> Coverage:
    """The coverage, and with `--siden` what it is short of beside that of an earlier version of the rules."""
    from engine.regress.coverage import Scope, measure

    scope = Scope(chosen.ordning, chosen.år, chosen.regel)
    found = measure(with_progress(paths, len(paths), "Dekning"), rule_root(chosen.regler), scope)
    if not chosen.siden:
        return found
    from tempfile import TemporaryDirectory

    from engine.regress.impact_version import find_version

    with TemporaryDirectory(prefix="alis-") as scratch:
        version = find_version(chosen.siden, Path(scratch))
        earlier = measure(with_progress(paths, len(paths), "Dekning før"), version.folder, scope, lenient=True)
    return found.after(earlier, version.title)
