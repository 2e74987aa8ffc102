"""Rules checked before anyone is decided by them: as language, that every condition fits the forward-chaining runtime, and that
no rule set lies where it is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.decide.chain import MAX_WAYS, TooManyWays, ways
from engine.decide.compiled import compiled
from engine.decide.group import Group
from engine.language.rulebook import VOCABULARY_FILE, Rulebook, open_rulebook, rule_files, shown_folder
from engine.text import yaml
from engine.text.fault import Fault, FaultList, Faults
from engine.text.node import Mapping
from engine.text.place import Place


def check_forms(book: Rulebook) -> None:
    """Raises Faults naming every rule whose condition is too large to infer from."""
    faults = FaultList()
    for scheme in book.schemes:
        ready = compiled(book, scheme)
        groups: list[Group | None] = [ready.application, *ready.lists.values()]
        for part in ready.components.values():
            groups += [part.months, part.days]
        for group in groups:
            for clause in group.clauses if group is not None else ():
                try:
                    for tree in (clause.value, clause.judgement, clause.partial):
                        if tree is not None:
                            ways(tree, True)
                            ways(tree, False)
                except TooManyWays:
                    faults.add(
                        clause.rule.place,
                        "KRAV-STORT",
                        f"vilkåret «{clause.rule.id}» har mer enn {MAX_WAYS} kombinasjoner av svar som avgjør det",
                        "så mange kombinasjoner kan ikke kontrolleres én for én",
                        "del det i flere vilkår",
                    )
    faults.raise_if_any()


def open_checked(root: Path) -> Rulebook:
    """The rules of a folder. Raises `Faults`, also for files that would be passed over in silence."""
    faults = FaultList()
    try:
        book = open_rulebook(root)
        check_forms(book)
    except Faults as found:
        faults.extend(found)
    faults.extend(_passed_over(root))
    faults.raise_if_any()
    return book


def _passed_over(root: Path) -> Iterator[Fault]:
    """Rule sets in the folder that are not read, because of the name or place of the file."""
    if not (root / VOCABULARY_FILE).is_file():
        return
    read = {root / VOCABULARY_FILE, *rule_files(root)}
    for path in sorted({*root.rglob("*.yaml"), *root.rglob("*.yml")} - read):
        if "regelsett" in top_keys(path):
            place = Place(f"{shown_folder(root)}{path.relative_to(root).as_posix()}", 1, 1)
            why = "et regelsett leses bare fra en fil som heter ÅR/ORDNING.yaml"
            next_step = "gi filen riktig navn, eller flytt den ut av mappen"
            yield Fault(place, "REGLER-PLASS", "filen har et regelsett, men leses ikke", why, next_step)


def top_keys(path: Path) -> set[str]:
    """The top keys of a file; of one that cannot be read, none."""
    try:
        node = yaml.read_path(path)
    except Faults:
        return set()
    return set(node.keys) if isinstance(node, Mapping) else set()
