"""`alis masse INN UT`: the tables of a folder decided."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from engine.batch.database import LEAST, database, memory_of, memory_text, usual_memory, usual_threads
from engine.batch.folder_out import USUAL_FORMAT
from engine.cli.arguments import argument_fault
from engine.cli.progress import show_amounts, waiting
from engine.language.root import open_rules
from engine.text.fault import Faults
from engine.text.norsk import money_text, number_text, quoted

if TYPE_CHECKING:
    from engine.batch.mass import Mass
    from engine.batch.tally import Tally
    from engine.language.rulebook import Rulebook

ENGINES = ("duckdb", "spark")

_MOST_THREADS = 256


def arguments(parser: argparse.ArgumentParser) -> None:
    run_arguments(parser)
    parser.add_argument("--motor", choices=ENGINES, default="duckdb", help="databasen som regner (vanlig: duckdb)")
    parser.add_argument("--satser", metavar="FIL", help="legg foreslåtte eller manglende satser over reglene")


def run_arguments(parser: argparse.ArgumentParser) -> None:
    """What every run over tables may be told."""
    parser.add_argument("--minne", metavar="MENGDE", help="så mye minne databasen kan bruke, for eksempel 2GB")
    parser.add_argument("--tråder", metavar="ANTALL", help="så mange prosessorer som brukes; utelatt: alle")


def run(chosen: argparse.Namespace) -> int:
    if len(chosen.mapper) != 2 or not all(chosen.mapper):
        told = "skriv «alis masse INN UT»: mappen med tabeller, og mappen svaret skrives i"
        raise Faults([argument_fault("det må stå to mapper", told)])
    source, target = Path(chosen.mapper[0]), Path(chosen.mapper[1])
    format = _format(chosen)
    memory, threads = memory_and_threads(chosen)
    book = _book(chosen)
    from engine.batch.mass import ENTRIES, Mass
    from engine.batch.run_folder import run_folder

    if chosen.motor == "spark":
        from engine.batch.spark_session import check_spark

        check_spark()
    with (
        run_folder(target, "masse", ENTRIES) as folder,
        database(folder.work, str(target), memory, threads) as connection,
        ExitStack() as started,
    ):
        with waiting("Leser"):
            if chosen.motor == "spark":
                from engine.batch.spark_mass import SparkMass
                from engine.batch.spark_session import spark_session

                scratch = folder.work / "spark"
                session = started.enter_context(spark_session(scratch, str(target), memory, threads))
                mass: Mass = SparkMass(source, book, connection, session, scratch)
            else:
                mass = Mass(source, book, connection)
            parts = mass.parts()
        show_amounts(mass.write(folder.new, format, parts), sum(part.months for part in parts), "Vurderer")
    print("\n".join(summary(mass, target, format)))
    return 0


def _format(chosen: argparse.Namespace) -> str:
    """The format of the answer: what is asked for, else CSV, and on Spark Parquet. Raises Faults."""
    if chosen.motor == "spark":
        if chosen.format == "csv":
            told = "utelat --format, eller bruk --motor duckdb"
            raise Faults([argument_fault("--motor spark skriver bare Parquet, ikke CSV", told)])
        return "parquet"
    return chosen.format or USUAL_FORMAT


def _book(chosen: argparse.Namespace) -> Rulebook:
    book = open_rules(chosen.regler)
    if not chosen.satser:
        return book
    from engine.language.overlay import lay_over

    return lay_over(book, Path(chosen.satser))


def memory_and_threads(chosen: argparse.Namespace) -> tuple[int, int]:
    """What --minne and --tråder say, in bytes and processors. Raises Faults."""
    memory = usual_memory() if chosen.minne is None else memory_of(chosen.minne)
    if memory is None:
        what = f"--minne er {quoted(chosen.minne)}, som ikke er en mengde minne"
        raise Faults([argument_fault(what, "skriv et tall og MB eller GB, for eksempel --minne 2GB")])
    if memory < LEAST:
        what = f"--minne er {quoted(chosen.minne)}, og det er for lite"
        raise Faults([argument_fault(what, f"gi minst {memory_text(LEAST)}, for eksempel --minne 2GB")])
    if chosen.tråder is None:
        return memory, usual_threads()
    if not chosen.tråder.isascii() or not chosen.tråder.isdigit() or not 1 <= int(chosen.tråder[:9]) <= _MOST_THREADS:
        what = f"--tråder er {quoted(chosen.tråder)}, som ikke er et antall tråder"
        raise Faults([argument_fault(what, f"skriv et heltall fra 1 til {_MOST_THREADS}")])
    return memory, int(chosen.tråder)


def summary(mass: Mass, target: Path, format: str) -> Iterator[str]:
    """What the run came to, in lines that add up."""
    tally = mass.tally
    read = tally.applications + tally.rejected
    counted = [("Lest", read), ("Avgjort", tally.applications), ("Avvist", tally.rejected)]
    yield f"Svaret er skrevet til {target}."
    yield ""
    for title, count in counted:
        yield f"{title:<8}{number_text(Fraction(count)):>12} {'søknad' if count == 1 else 'søknader'}"
    yield f"{'Leger':<8}{number_text(Fraction(tally.doctors)):>12}"
    yield f"{'Måneder':<8}{number_text(Fraction(tally.months)):>12} (én for hver lege, måned og komponent)"
    if tally.faults:
        rows = [
            f"{number_text(Fraction(count.rejected))} av {number_text(Fraction(count.rows))} i {count.table}"
            for count in mass.intake.counts
            if count.rejected
        ]
        yield ""
        yield f"Rader som ikke er med: {', '.join(rows)}."
        yield f"Grunnene står i {target / f'avvist.{format}'}."
    for scheme in dict.fromkeys(scheme for scheme, _ in tally.outcomes):
        yield ""
        yield scheme
        yield from _scheme(tally, scheme)


def _scheme(tally: Tally, scheme: str) -> Iterator[str]:
    found = sorted((-count, outcome) for (own, outcome), count in tally.outcomes.items() if own == scheme)
    for count, outcome in found:
        yield f"  {outcome:<24}{number_text(Fraction(-count)):>10}"
    sums = tally.sums[scheme]
    yield f"  {'sum':<24}{_kroner(sums.known):>18}"
    if sums.open:
        about = f"{number_text(Fraction(sums.open))} {'søknad' if sums.open == 1 else 'søknader'} har ukjent sum"
        yield f"  {about}; kjent del: {_kroner(sums.open_known)}"


def _kroner(øre: int) -> str:
    return money_text(Decimal(øre) / 100)
