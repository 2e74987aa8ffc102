"""A check the compiler makes of rules before anyone is decided by them: that every condition fits the forward-chaining runtime."""

from __future__ import annotations

from engine.decide.chain import MAX_WAYS, TooManyWays, ways
from engine.decide.compiled import compiled
from engine.decide.group import Group
from engine.language.rulebook import Rulebook
from engine.text.fault import FaultList


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
