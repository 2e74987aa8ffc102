"""The ledger: what happened, in order, each row chained to the one before it.

A row holds no content, only a commitment to it: SHA-256 over a random salt and the content. Content and salt lie beside it and may
be erased; the row and the chain stand, and nothing can be guessed from them.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from engine.store.tables import hendelse, innhold

Json = dict[str, Any]

#: what the first row has for a row before it
BEGINNING = "0" * 64

CREATED, APPLICATION, DECISION, JUDGEMENT = "sak", "søknad", "vedtak", "skjønn"
READ, EXPORTED, DELETED = "lest", "eksportert", "slettet"
LOGGED_IN, LOGGED_OUT, DENIED = "innlogget", "utlogget", "avvist"


@dataclass(frozen=True, slots=True)
class Event:
    """One row. `time` is UTC in ISO 8601. `content` is None when there is none, or when it was erased with its case."""

    nr: int
    case: str | None
    kind: str
    time: str
    who: str
    commitment: str
    previous: str
    link: str
    content: Json | None = None


def append(connection: Connection, kind: str, who: str, case: str | None = None, content: Json | None = None) -> Event:
    """Add a row at the end. The connection is one of `Database.writing`."""
    last = connection.execute(
        sa.select(hendelse.c.nr, hendelse.c.kjede).order_by(hendelse.c.nr.desc()).limit(1)
    ).first()
    nr, previous = (last.nr + 1, last.kjede) if last else (1, BEGINNING)
    salt, text = secrets.token_hex(32), written(content) if content is not None else ""
    promise = commitment(salt, text) if content is not None else ""
    time = datetime.now(UTC).isoformat(timespec="microseconds")
    event = Event(nr, case, kind, time, who[:200].replace("\0", ""), promise, previous, "", content)
    link = chained(event)
    connection.execute(
        hendelse.insert().values(
            nr=nr, sak=case, slag=kind, tid=time, hvem=event.who, innhold=promise, forrige=previous, kjede=link
        )
    )
    if content is not None:
        connection.execute(innhold.insert().values(nr=nr, salt=salt, tekst=text))
    return Event(nr, case, kind, time, event.who, promise, previous, link, content)


def events(connection: Connection, case: str | None = None, kinds: tuple[str, ...] = ()) -> list[Event]:
    """The rows in order, with content; of one case, or of some kinds."""
    question = _rows()
    if case is not None:
        question = question.where(hendelse.c.sak == case)
    if kinds:
        question = question.where(hendelse.c.slag.in_(kinds))
    return [event for event, _ in _read(connection, question)]


def provable(connection: Connection, case: str) -> list[Json]:
    """The rows of a case with the salt of each: with `commitment`, `written` and `chained` anyone can check them on their own."""
    rows = _read(connection, _rows().where(hendelse.c.sak == case))
    return [asdict(event) | {"salt": kept[0] if kept is not None else None} for event, kept in rows]


def latest(connection: Connection, limit: int, before: int | None = None) -> list[Event]:
    """The last rows, newest first, without content; those before the row `before` if it is given."""
    question = sa.select(hendelse).order_by(hendelse.c.nr.desc()).limit(limit)
    if before is not None:
        question = question.where(hendelse.c.nr < before)
    return [
        Event(row.nr, row.sak, row.slag, row.tid, row.hvem, row.innhold, row.forrige, row.kjede)
        for row in connection.execute(question)
    ]


def recent(connection: Connection, kind: str, limit: int) -> list[Event]:
    """The last rows of a kind, newest first, with content."""
    question = _rows().where(hendelse.c.slag == kind).order_by(None).order_by(hendelse.c.nr.desc()).limit(limit)
    return [event for event, _ in _read(connection, question)]


def stream(connection: Connection) -> Iterator[tuple[Event, tuple[str, str] | None]]:
    """All rows in order, a few at a time, each with its salt and content as they stand."""
    return _read(connection.execution_options(yield_per=500), _rows())


def head(connection: Connection) -> tuple[int, str]:
    """The number and hash of the last row: what to keep elsewhere, to see later that nothing was cut off."""
    last = connection.execute(
        sa.select(hendelse.c.nr, hendelse.c.kjede).order_by(hendelse.c.nr.desc()).limit(1)
    ).first()
    return (last.nr, last.kjede) if last else (0, BEGINNING)


def written(content: Json) -> str:
    """Content as the text that is kept and committed to: JSON, keys in the order given."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def commitment(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}\0{text}".encode()).hexdigest()


def chained(event: Event) -> str:
    """The hash of a row and of the one before it."""
    row = [event.nr, event.case, event.kind, event.time, event.who, event.commitment, event.previous]
    return hashlib.sha256(json.dumps(row, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def _rows() -> sa.Select[Any]:
    return (
        sa.select(hendelse, innhold.c.salt, innhold.c.tekst)
        .select_from(hendelse.outerjoin(innhold, innhold.c.nr == hendelse.c.nr))
        .order_by(hendelse.c.nr)
    )


def _read(connection: Connection, question: sa.Select[Any]) -> Iterator[tuple[Event, tuple[str, str] | None]]:
    for row in connection.execute(question):
        kept = (row.salt, row.tekst) if row.salt is not None else None
        content = _content(kept)
        yield (
            Event(row.nr, row.sak, row.slag, row.tid, row.hvem, row.innhold, row.forrige, row.kjede, content),
            kept,
        )


def _content(kept: tuple[str, str] | None) -> Json | None:
    try:
        read = json.loads(kept[1]) if kept is not None else None
    except ValueError:  # someone has written in the table; the check of the chain tells of it
        return None
    return read if isinstance(read, dict) else None
