"""Whether the ledger is as it was written: nothing edited, removed, put in or moved."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from engine.store import ledger
from engine.store.case import Case, after
from engine.store.database import Database
from engine.store.ledger import BEGINNING, Event
from engine.store.tables import sak


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is not as it was written, at a row's number."""

    nr: int
    what: str

    def __str__(self) -> str:
        return f"hendelse {self.nr}: {self.what}"


@dataclass(frozen=True, slots=True)
class Checked:
    """The number of rows, the hash of the last one, and what was found wrong."""

    rows: int
    head: str
    breaches: tuple[Breach, ...]

    @property
    def whole(self) -> bool:
        return not self.breaches


def check(database: Database, kept_head: tuple[int, str] | None = None) -> Checked:
    """Go through the whole ledger. `kept_head` is a number and hash noted earlier: the row must still be there, unchanged.

    Without it, rows cut off at the very end, or a whole chain made anew, cannot be told from the real one.
    """
    found: list[Breach] = []
    previous, expected = BEGINNING, 1
    cases: dict[str, Case] = {}
    bare: dict[str, list[int]] = {}
    deleted: set[str] = set()
    met = kept_head is None
    with database.reading() as connection:
        for event, kept in ledger.stream(connection):
            found += _row(event, kept, previous, expected)
            if kept_head is not None and event.nr == kept_head[0]:
                met = event.link == kept_head[1]
            if event.case is not None:
                if event.kind == ledger.DELETED:
                    deleted.add(event.case)
                elif event.commitment and kept is None:
                    bare.setdefault(event.case, []).append(event.nr)
                else:
                    found += _follow(cases, event)
            elif event.commitment and kept is None:
                found.append(Breach(event.nr, "innholdet er fjernet"))
            previous, expected = event.link, event.nr + 1
        standing = {row.id: Case(**row._mapping) for row in connection.execute(sa.select(sak))}
    for case, numbers in bare.items():
        if case not in deleted:
            found += [Breach(nr, "innholdet er fjernet uten at saken er slettet") for nr in numbers]
            cases.pop(case, None)
            standing.pop(case, None)
    found += _listed(cases, standing, deleted, expected - 1)
    if not met and kept_head is not None:
        found.append(Breach(kept_head[0], "raden er ikke den som ble notert; kjeden er laget på nytt eller kuttet"))
    return Checked(expected - 1, previous, tuple(sorted(found, key=lambda one: one.nr)))


def _row(event: Event, kept: tuple[str, str] | None, previous: str, expected: int) -> list[Breach]:
    found = []
    if event.nr != expected:
        found.append(Breach(event.nr, f"hendelse {expected} mangler"))
    elif event.previous != previous:
        found.append(Breach(event.nr, "raden følger ikke raden foran: en av dem er endret, satt inn eller flyttet"))
    if ledger.chained(event) != event.link:
        found.append(Breach(event.nr, "raden er endret"))
    if kept is not None and ledger.commitment(*kept) != event.commitment:
        found.append(Breach(event.nr, "innholdet er endret"))
    return found


def _follow(cases: dict[str, Case], event: Event) -> list[Breach]:
    assert event.case is not None
    try:
        cases[event.case] = after(cases.get(event.case, Case(event.case)), event)
    except (KeyError, TypeError, AttributeError):
        return [Breach(event.nr, "innholdet er ikke det en slik hendelse har")]
    return []


def _listed(cases: dict[str, Case], standing: dict[str, Case], deleted: set[str], last: int) -> list[Breach]:
    found = []
    for id in sorted(set(cases) | set(standing)):
        if id in deleted:
            if id in standing:
                found.append(Breach(last, f"sak {id} er slettet, men står i listen"))
        elif id not in standing:
            found.append(Breach(last, f"sak {id} er borte fra listen"))
        elif cases.get(id) != standing[id]:
            found.append(Breach(last, f"sak {id} står annerledes i listen enn i hendelsene"))
    return found
