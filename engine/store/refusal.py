"""What a database refuses, in bokmål. The database's own words may hold a password or a person's name, and are not told."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.text.fault import Fault, Faults
from engine.text.place import Place

SAVED_NOTHING = "ingenting ble lagret"

_FULL = ("53100", "53200")  # PostgreSQL: disk full, out of memory
_LOCKED = ("55P03", "40001", "40P01")  # lock not available, serialization failure, deadlock


def fault(shown: str, code: str, what: str, why: str, next_step: str) -> Faults:
    """One fault in the store named `shown`."""
    return Faults([Fault(Place(shown, 1, 1), code, what, why, next_step)])


def told(error: DBAPIError | PoolTimeout, shown: str) -> Faults:
    """The fault a database error stands for."""
    kind = _kind(error)
    if kind == "låst":
        why = f"noen andre skriver til lageret, {SAVED_NOTHING}"
        return fault(shown, "LAGER-LÅST", "lageret er opptatt", why, "vent litt, og prøv igjen")
    if kind == "full":
        why = f"disken er full, {SAVED_NOTHING}"
        return fault(
            shown, "LAGER-FULLT", "det er ikke plass til å lagre", why, "frigjør plass på disken, og prøv igjen"
        )
    if kind == "skrivevern":
        why = f"brukeren mangler tilgang, {SAVED_NOTHING}"
        return fault(shown, "LAGER-TILGANG", "lageret kan ikke skrives", why, "gi brukeren tilgang til filen og mappen")
    if kind == "skadet":
        why = "filen er skadet, eller den er ikke et lager"
        return fault(shown, "LAGER-SKADET", "lageret kan ikke leses", why, "hent tilbake siste sikkerhetskopi")
    if kind == "endret":
        why = f"en annen rakk å lagre først, {SAVED_NOTHING}"
        return fault(shown, "LAGER-KOLLISJON", "to lagret samtidig", why, "last siden på nytt, og prøv igjen")
    why = f"databasen svarer ikke, {SAVED_NOTHING}"
    return fault(
        shown, "LAGER-BORTE", "lageret er ikke tilgjengelig", why, "kontroller at databasen kjører, og adressen"
    )


def _kind(error: DBAPIError | PoolTimeout) -> str:
    if isinstance(error, PoolTimeout):
        return "låst"
    if isinstance(error, IntegrityError):
        return "endret"
    origin = error.orig
    if isinstance(origin, sqlite3.Error):
        return _sqlite_kind(origin)
    state = getattr(origin, "sqlstate", None) or ""
    if state in _FULL:
        return "full"
    if state in _LOCKED:
        return "låst"
    if state.startswith("42") or state == "25006":
        return "skrivevern"
    return "borte" if isinstance(error, OperationalError) else "skadet"


def _sqlite_kind(origin: sqlite3.Error) -> str:
    primary = (getattr(origin, "sqlite_errorcode", None) or 0) & 0xFF
    kinds = {
        sqlite3.SQLITE_BUSY: "låst",
        sqlite3.SQLITE_LOCKED: "låst",
        sqlite3.SQLITE_FULL: "full",
        sqlite3.SQLITE_IOERR: "full",
        sqlite3.SQLITE_READONLY: "skrivevern",
        sqlite3.SQLITE_CANTOPEN: "skrivevern",
        sqlite3.SQLITE_PERM: "skrivevern",
        sqlite3.SQLITE_AUTH: "skrivevern",
        sqlite3.SQLITE_CORRUPT: "skadet",
        sqlite3.SQLITE_NOTADB: "skadet",
    }
    return kinds.get(primary, "borte")
