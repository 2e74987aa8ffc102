"""Whether the test cases would notice a wrong rule: every small change of the rules tried against them. Work for the heavy worker.

The work is done a rule set at a time. The cases are read and decided once, and kept ready in the worker between the steps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.language.model import Citation
from engine.language.rulebook import Rulebook
from engine.regress.case import case_files
from engine.regress.mutant import VOCABULARY, Mutant, Part, mutants
from engine.regress.mutation import NOTICED, REFUSED, SURVIVED, Bench
from engine.regress.mutation_case import prepare
from engine.regress.mutation_exempt import outdated, read_exempt
from engine.regress.mutation_report import EXEMPT
from engine.regress.witness import find_witness
from engine.text.fault import Fault, Faults
from engine.text.file import read_bytes
from engine.text.place import Place
from engine.text.source import MOST_BYTES

Json = dict[str, Any]

#: unnoticed changes that are kept of one run; the rest are counted
MOST_KEPT = 300

#: where a section's parts are in a rule set
_FIELDS = {
    "vilkår": "rules",
    "merknader": "notes",
    "definisjoner": "definitions",
    "komponenter": "components",
    "beregning": "calculations",
    "satser": "parameters",
    "grenser": "parameters",
}
_TITLES = {
    "avtaler": "Hvilke avtaler regelsettet gjelder",
    "tilskuddsår": "Tilskuddsåret",
    "sammenfatning": "Hvordan svarene føres sammen",
    "opphever": "Opphevelse",
}


class _Here:
    """The cases and changes of this process, made anew when rules or cases have changed."""

    key: object = None
    bench: Bench | None = None
    unfit: tuple[tuple[str, str], ...] = ()


def fingerprint(book: Rulebook, root: Path, folder: Path | None) -> Json:
    """What a run rests on, as hashes: the rules, what is exempted, and the cases. {"regler_sha256", "unntak_sha256", "saker_sha256"}"""
    exempted = sorted(path for path in root.glob("*-unntak.yaml") if path.is_file())
    base = None if folder is None else folder.resolve()
    cases = [] if base is None else [(path.relative_to(base).as_posix(), path) for path in case_files([base])]
    return {
        "regler_sha256": _hash(f"{name} {digest}".encode() for name, digest in book.digests),
        "unntak_sha256": _hash(path.name.encode() + b"\0" + path.read_bytes() for path in exempted),
        "saker_sha256": _hash(name.encode("utf-8", "surrogateescape") + b"\0" + _content(path) for name, path in cases),
    }


def origins(book: Rulebook) -> list[str]:
    """The rule sets and the vocabulary, each once, in the order of the changes: the steps of a run."""
    return list(dict.fromkeys(mutant.part.origin for mutant in mutants(book)))


def prepared(book: Rulebook, root: Path, folder: Path) -> Json:
    """The cases made ready. {"saker", "holdt_utenfor": [{"fil", "fordi"}], "avtrykk", "foreldede_unntak": [id]}. Raises Faults without any."""
    bench = _bench(book, root, folder)
    known = {mutant.id for mutant in bench.mutants}
    return {
        "saker": len(bench.cases),
        "holdt_utenfor": [{"fil": file, "fordi": why} for file, why in _Here.unfit],
        "avtrykk": fingerprint(book, root, folder),
        "foreldede_unntak": [one.id for one in outdated(read_exempt(root), known)],
    }


def tried(book: Rulebook, root: Path, folder: Path, origin: str) -> Json:
    """Every change of one rule set tried.

    {"merket", "stanset", "overlevende": [endring], "unntak": [endring + "fordi"], "unødvendige_unntak": [id]} where a change is
    {"id", "regelsett", "del", "navn", "tittel", "slag", "endring", "hjemmel": {"kilde", "punkt"} or None}
    """
    bench = _bench(book, root, folder)
    exempt = read_exempt(root)
    found: Json = {"merket": 0, "stanset": 0, "overlevende": [], "unntak": [], "unødvendige_unntak": []}
    for number, mutant in enumerate(bench.mutants):
        if mutant.part.origin != origin:
            continue
        status = bench.trial(number).status
        if status == SURVIVED and mutant.id in exempt:
            found["unntak"].append(_told(book, mutant) | {"fordi": exempt[mutant.id].reason})
        elif status == SURVIVED:
            found["overlevende"].append(_told(book, mutant))
        else:
            found[{NOTICED: "merket", REFUSED: "stanset"}[status]] += 1
            found["unødvendige_unntak"] += [mutant.id] if mutant.id in exempt else []
    return found


def together(before: Json, steps: Iterable[Json]) -> Json:
    """The whole run, as it is kept: what `prepared` gave, the counts of all steps, and the changes."""
    parts = list(steps)
    survivors = [one for part in parts for one in part["overlevende"]]
    exempted = [one for part in parts for one in part["unntak"]]
    noticed, refused = (sum(part[key] for part in parts) for key in ("merket", "stanset"))
    return before | {
        "endringer": noticed + refused + len(exempted) + len(survivors),
        "merket": noticed,
        "stanset": refused,
        EXEMPT: len(exempted),
        "ikke_merket": len(survivors),
        "overlevende": survivors[:MOST_KEPT],
        "unntak": exempted,
        "unødvendige_unntak": [id for part in parts for id in part["unødvendige_unntak"]],
    }


def witness(book: Rulebook, root: Path, folder: Path, id: str) -> tuple[str, str, str]:
    """A change told in bokmål; and the smallest application found that would notice it, as a file name and a test case, or empty texts.

    Raises Faults when there is no such change.
    """
    bench = _bench(book, root, folder)
    number = next((number for number, mutant in enumerate(bench.mutants) if mutant.id == id), None)
    if number is None:
        why, next_step = "reglene er endret siden den ble prøvd", "prøv endringene på nytt"
        raise Faults([Fault(Place("testsaker", 1, 1), "ENDRING-UKJENT", "endringen finnes ikke", why, next_step)])
    found = find_witness(bench, number)
    saved = found.saved if found is not None else None
    return str(bench.mutants[number]), saved.name if saved else "", saved.text if saved else ""


def _bench(book: Rulebook, root: Path, folder: Path) -> Bench:
    key = (fingerprint(book, root, folder), str(folder))
    if _Here.bench is None or _Here.key != key:
        base = folder.resolve()
        cases, unfit = prepare(case_files([base]), book)
        if not cases:
            why, next_step = "ingen av sakene stemmer med reglene slik de er", "kjør testsakene, og rett dem først"
            raise Faults([Fault(Place("saker", 1, 1), "SAKER-MANGLER", "ingenting kan prøves", why, next_step)])
        _Here.unfit = tuple((Path(file).relative_to(base).as_posix(), why) for file, why in unfit)
        _Here.bench = Bench(book, cases, frozenset(read_exempt(root)))
        _Here.key = key
    return _Here.bench


def _told(book: Rulebook, mutant: Mutant) -> Json:
    title, citation = _about(book, mutant.part)
    return {
        "id": mutant.id,
        "regelsett": mutant.part.origin,
        "del": mutant.part.section,
        "navn": mutant.part.name,
        "tittel": title,
        "slag": mutant.kind,
        "endring": mutant.change,
        "hjemmel": {"kilde": citation.source, "punkt": citation.point} if citation is not None else None,
    }


def _about(book: Rulebook, part: Part) -> tuple[str, Citation | None]:
    """The title of a part of the rules, and what it cites."""
    title = _TITLES.get(part.section, part.name)
    if part.origin == VOCABULARY:
        known: Mapping[str, Any] = book.vocabulary.derived if part.section == "utledet" else {}
        citation = book.vocabulary.summary.citation if part.section == "sammenfatning" else None
        one = known.get(part.name)
        return (one.title or title, one.citation) if one is not None else (title, citation)
    rules = book.rule_set(part.origin)
    if part.section == "avtaler":
        return title, rules.agreements_citation
    if part.section == "tilskuddsår":
        return title, rules.grant_year.citation if rules.grant_year is not None else None
    if part.section == "opphever":
        return title, next((one.citation for one in rules.repeals if one.rule == part.name), None)
    stated = getattr(rules, _FIELDS[part.section]).get(part.name)
    if stated is None:
        return title, None
    values = (value.citation for value in getattr(stated, "values", ()))
    return stated.title or title, stated.citation or next((one for one in values if one is not None), None)


def _content(path: Path) -> bytes:
    try:
        return read_bytes(path, path.name, MOST_BYTES + 1)
    except Faults:  # a case that cannot be read is told of when it is run
        return b""


def _hash(pieces: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(hashlib.sha256(piece).digest())
    return found.hexdigest()
