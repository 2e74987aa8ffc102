"""What `alis test --mutasjon` does: change the rules one thing at a time and see whether a case notices."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import dekning
from engine.cli.arguments import argument_fault
from engine.cli.progress import with_progress
from engine.language.root import rule_root
from engine.text.fault import Faults

if TYPE_CHECKING:
    from rich.console import Console

    from engine.language.rulebook import Rulebook
    from engine.regress.mutant import Part
    from engine.regress.mutation import Bench
    from engine.regress.mutation_report import Mutation


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mutasjon",
        action="store_true",
        help="endre reglene, én ting om gangen, og vis endringer ingen sak merker",
    )
    parser.add_argument("--mutasjon-json", metavar="FIL", help="skriv resultatet av --mutasjon som JSON")
    parser.add_argument(
        "--siden",
        metavar="VERSJON",
        help="bare det som er nytt siden en mappe eller git-revisjon: med --mutasjon regler som er endret, "
        "med --dekning hull som er nye",
    )
    parser.add_argument(
        "--lagre", metavar="MAPPE", help="med --mutasjon: lagre søknadene som ville merket endringene, som saker"
    )


def asked(chosen: argparse.Namespace) -> bool:
    """Whether a mutation run is asked for; `--siden` alone asks for one too."""
    since = chosen.siden and not dekning.asked(chosen)
    return bool(chosen.mutasjon or chosen.mutasjon_json or chosen.lagre or since)


def run(chosen: argparse.Namespace, files: Sequence[Path], console: Console) -> int:
    """Run it: 0 when every change is noticed or recorded with a reason, 1 when some is not or some case had to be left out as wrong."""
    from engine.regress.mutation_report import Places, as_json
    from engine.regress.mutation_screen import show
    from engine.text.file import write_whole

    root = rule_root(chosen.regler)
    found = _found(chosen, root, files)
    if chosen.lagre:
        _save(found, Path(chosen.lagre))
    places = Places(root)
    if chosen.mutasjon_json:
        write_whole(Path(chosen.mutasjon_json), as_json(found, places) + "\n")
    show(found, places, console)
    return 1 if found.survivors() or found.wrong() else 0


def _found(chosen: argparse.Namespace, root: Path, files: Sequence[Path]) -> Mutation:
    import time

    from engine.language.rulebook import open_rulebook
    from engine.regress.mutation import Workers, try_all
    from engine.regress.mutation_case import prepare
    from engine.regress.mutation_exempt import outdated, read_exempt
    from engine.regress.mutation_report import Mutation
    from engine.regress.witness import find_witness

    start = time.monotonic()
    exempt = read_exempt(root)
    book = open_rulebook(root)
    since, kept = _since(chosen.siden, book)
    named = [path for path in files if chosen.navn is None or chosen.navn in path.as_posix()]
    cases, unfit = prepare(with_progress(named, len(named), "Saker"), book)
    if not cases:
        what = f"ingen av de {len(named)} sakene kan prøves mot endringer"
        raise Faults([argument_fault(what, "kjør «alis test» og rett sakene først")])
    with Workers(book, cases, frozenset(exempt), chosen.prosesser) as workers:
        bench = workers.bench
        numbers = _chosen(chosen, bench)
        if not numbers:
            what = "ingen endring av reglene passer til valget"
            raise Faults([argument_fault(what, "rett --ordning, --år eller --regel")])
        if kept is not None:
            numbers = [number for number in numbers if bench.mutants[number].part in kept]
        trials = list(with_progress(try_all(workers, numbers), len(numbers), "Endringer"))
        found = Mutation(
            bench.mutants,
            trials,
            exempt,
            outdated(exempt, {mutant.id for mutant in bench.mutants}),
            len(cases),
            unfit,
            time.monotonic() - start,
            since,
        )
        surviving = [trial.mutant for trial in found.survivors()]
        searched = workers.run(find_witness, surviving)
        for witness in with_progress(searched, len(surviving), "Søknader som merker det"):
            if witness is not None:
                found.witnesses[witness.mutant] = witness
    found.seconds = time.monotonic() - start
    return found


def _since(version: str | None, book: Rulebook) -> tuple[str | None, frozenset[Part] | None]:
    """The other version's title and the parts of the rules that a change from it bears on; None for all."""
    if version is None:
        return None, None
    from tempfile import TemporaryDirectory

    from engine.regress.impact_version import find_version
    from engine.regress.mutation_since import touched

    with TemporaryDirectory(prefix="alis-") as scratch:
        other = find_version(version, Path(scratch))
        return other.title, touched(book, other.open())


def _chosen(chosen: argparse.Namespace, bench: Bench) -> list[int]:
    """The numbers of the changes asked for: of a scheme, of a rule set's year, of what a rule leans on."""
    return [
        number
        for number, mutant in enumerate(bench.mutants)
        if (chosen.ordning is None or mutant.scheme == chosen.ordning)
        and (chosen.år is None or mutant.part.origin.startswith(f"{chosen.år}/"))
        and (chosen.regel is None or any(part.name == chosen.regel for part in bench.reached(mutant)))
    ]


def _save(found: Mutation, folder: Path) -> None:
    """Write each witness as a case. A file that is there already is left as it is."""
    from engine.text.file import write_whole

    folder.mkdir(parents=True, exist_ok=True)
    for number, witness in found.witnesses.items():
        path = folder / f"{witness.saved.name}.yaml"
        if not path.exists():
            write_whole(path, witness.saved.text)
        found.saved[number] = path
