"""Sessions kept on the server. The browser holds a random key; the table holds its hash and runs out."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from engine.store.database import Database
from engine.store.ledger import Json
from engine.store.tables import sesjon

#: a session seen within so many seconds is not written to again
_FRESH = 50


@dataclass(slots=True)
class Session:
    """One browser. `user` is empty before login. `form_key` is what its forms must carry. `data` is the login's own."""

    id: str
    user: str
    name: str
    roles: frozenset[str]
    form_key: str
    created: int
    seen: int
    data: Json = field(default_factory=dict)


class Sessions:
    """The sessions of a database; `idle` and `longest` are seconds, `now` gives seconds since 1970."""

    def __init__(self, database: Database, idle: int, longest: int, now: Callable[[], float] = time.time) -> None:
        self.database = database
        self.idle = idle
        self.longest = longest
        self.now = now

    def open(self, user: str = "", name: str = "", roles: frozenset[str] = frozenset()) -> tuple[str, Session]:
        """A new session, and the key for the browser. What has run out goes at the same time."""
        key, moment = secrets.token_urlsafe(32), int(self.now())
        session = Session(_hashed(key), user, name, roles, secrets.token_urlsafe(32), moment, moment)
        with self.database.writing() as connection:
            gone = sa.or_(sesjon.c.sett < moment - self.idle, sesjon.c.opprettet < moment - self.longest)
            connection.execute(sesjon.delete().where(gone))
            connection.execute(
                sesjon.insert().values(
                    id=session.id,
                    bruker=user[:200],
                    navn=name[:200],
                    roller=" ".join(sorted(roles)),
                    skjemanokkel=session.form_key,
                    data="{}",
                    opprettet=moment,
                    sett=moment,
                )
            )
        return key, session

    def find(self, key: str) -> Session | None:
        """The session a key opens, unless it has run out."""
        moment = int(self.now())
        with self.database.reading() as connection:
            row = connection.execute(sa.select(sesjon).where(sesjon.c.id == _hashed(key))).first()
        if row is None or row.sett < moment - self.idle or row.opprettet < moment - self.longest:
            return None
        if row.sett < moment - _FRESH:
            with self.database.writing() as connection:
                connection.execute(sesjon.update().where(sesjon.c.id == row.id).values(sett=moment))
        roles = frozenset(row.roller.split())
        return Session(
            row.id, row.bruker, row.navn, roles, row.skjemanokkel, row.opprettet, moment, json.loads(row.data)
        )

    def keep(self, session: Session) -> None:
        """Write the session's data."""
        with self.database.writing() as connection:
            values = {"data": json.dumps(session.data, ensure_ascii=False)}
            connection.execute(sesjon.update().where(sesjon.c.id == session.id).values(values))

    def close(self, session: Session) -> None:
        """End a session; its key opens nothing any more."""
        with self.database.writing() as connection:
            connection.execute(sesjon.delete().where(sesjon.c.id == session.id))


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
