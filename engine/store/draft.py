"""Drafts: what someone is about to propose, kept so that it outlives the service. They run out when nobody has touched them for long."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.store.database import Database
from engine.store.ledger import Json
from engine.store.refusal import SAVED_NOTHING, fault
from engine.store.tables import utkast

_ID = re.compile("[0-9a-f]{32}")

#: a draft nobody has changed for so long is thrown away
LASTS = timedelta(days=90)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft. `version` counts from 1. `who` is who changed it last; `time` is UTC in ISO 8601."""

    id: str
    who: str
    time: str
    version: int
    content: Json


class Drafts:
    """The drafts of a database. Raises `Faults`."""

    def __init__(self, database: Database, now: Callable[[], datetime] = _now) -> None:
        self.database = database
        self.now = now

    def create(self, who: str, content: Json) -> Draft:
        """A new draft under a name that cannot be guessed. Those that have run out go at the same time."""
        moment = self.now()
        made = Draft(secrets.token_hex(16), who[:200], moment.isoformat(timespec="seconds"), 1, content)
        with self.database.writing() as connection:
            gone = (moment - LASTS).isoformat(timespec="seconds")
            connection.execute(utkast.delete().where(utkast.c.endret < gone))
            connection.execute(utkast.insert().values(**_row(made)))
        return made

    def save(self, id: str, who: str, based_on: int, content: Json) -> Draft:
        """A new version, made from version `based_on`; refused (UTKAST-ENDRET) when someone saved another meanwhile."""
        made = Draft(id, who[:200], self.now().isoformat(timespec="seconds"), based_on + 1, content)
        with self.database.writing() as connection:
            standing = sa.and_(utkast.c.id == id, utkast.c.versjon == based_on)
            if connection.execute(utkast.update().where(standing).values(**_row(made))).rowcount != 1:
                what, why = "utkastet er endret av noen andre, eller slettet, siden du åpnet det", SAVED_NOTHING
                raise fault("utkastet", "UTKAST-ENDRET", what, why, "åpne utkastet på nytt, og gjør endringen der")
        return made

    def find(self, id: str) -> Draft | None:
        """The draft, unless it has been thrown away."""
        if not _ID.fullmatch(id):
            return None
        with self.database.reading() as connection:
            row = connection.execute(sa.select(utkast).where(utkast.c.id == id)).first()
        return _draft(row) if row is not None else None

    def listed(self, limit: int) -> list[Draft]:
        """The drafts, last changed first."""
        with self.database.reading() as connection:
            question = sa.select(utkast).order_by(utkast.c.endret.desc(), utkast.c.id).limit(limit)
            return [_draft(row) for row in connection.execute(question)]

    def delete(self, id: str) -> None:
        """Throw a draft away."""
        with self.database.writing() as connection:
            connection.execute(utkast.delete().where(utkast.c.id == id))


def _row(one: Draft) -> dict[str, Any]:
    text = json.dumps(one.content, separators=(",", ":"))  # escaped: a text from a form may hold what no database takes
    return {
        "id": one.id,
        "hvem": one.who.replace("\0", ""),
        "endret": one.time,
        "versjon": one.version,
        "innhold": text,
    }


def _draft(row: Any) -> Draft:
    return Draft(row.id, row.hvem, row.endret, row.versjon, json.loads(row.innhold))
