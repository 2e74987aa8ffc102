"""Cases: opened, changed, decided, judged, exported and erased. Each step is a row of the ledger."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from engine.store import ledger
from engine.store.database import Database
from engine.store.ledger import Event, Json
from engine.store.refusal import SAVED_NOTHING, fault
from engine.store.tables import innhold, sak

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Case:
    """Where a case stands. `versjon` counts the versions of its application from 1. `merke` names the file an example came from."""

    id: str
    merke: str = ""
    ordning: str = ""
    soknad: str = ""
    versjon: int = 0
    utfall: str = ""
    opprettet: str = ""
    endret: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """One version of an application: its text as it was written or uploaded, under the name it had."""

    name: str
    text: str
    scheme: str
    id: str


class Cases:
    """The cases of a database. `who` is the user name that the ledger keeps. Raises `Faults`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    # --- changing ------------------------------------------------------------------------------------------------------

    def create(self, who: str, application: Application, decision: Json | None = None, mark: str = "") -> str:
        """Open a case with its first application and, if given, the decision on it. Gives the case's id."""
        return self.create_all(who, [(application, decision, mark)])[0]

    def create_all(self, who: str, given: Iterable[tuple[Application, Json | None, str]]) -> list[str]:
        """Open many cases: all, or none."""
        with self.database.writing() as connection:
            return [self._create(connection, who, *one) for one in given]

    def save_application(self, case: str, who: str, based_on: int, application: Application) -> int:
        """A new version, made from version `based_on`; refused (SAK-ENDRET) when someone saved another meanwhile."""
        with self.database.writing() as connection:
            standing = self._standing(connection, case)
            if standing.versjon != based_on:
                what = f"søknaden er endret av noen andre siden du åpnet versjon {based_on}"
                why = f"saken er nå på versjon {standing.versjon}, {SAVED_NOTHING}"
                raise fault("saken", "SAK-ENDRET", what, why, "åpne saken på nytt, og gjør endringen der")
            content = asdict(application) | {"version": based_on + 1}
            self._add(connection, standing, ledger.append(connection, ledger.APPLICATION, who, case, content))
            return based_on + 1

    def save_decision(self, case: str, who: str, version: int, decision: Json) -> int:
        """Keep a decision, receipt and all, on a version of the application. Gives its number in the ledger."""
        with self.database.writing() as connection:
            standing = self._standing(connection, case)
            content = {"version": version, "decision": decision}
            event = ledger.append(connection, ledger.DECISION, who, case, content)
            self._add(connection, standing, event)
            return event.nr

    def save_judgement(self, case: str, who: str, judgement: Json) -> int:
        """Keep a discretionary judgement: which point, `vurdering`, `grunn`, `navn`. Gives its number in the ledger."""
        for key in ("vurdering", "grunn", "navn"):
            if not str(judgement.get(key) or "").strip():
                why = "en skjønnsvurdering må ha vurdering, grunn og navn"
                raise fault("saken", "SKJØNN-MANGLER", f"«{key}» er tom", why, f"fyll ut «{key}»")
        with self.database.writing() as connection:
            standing = self._standing(connection, case)
            event = ledger.append(connection, ledger.JUDGEMENT, who, case, judgement)
            self._add(connection, standing, event)
            return event.nr

    def delete(self, case: str, who: str, reason: str) -> None:
        """Erase everything a case holds. The ledger keeps that it was there, who erased it and why, and the chain stands."""
        with self.database.writing() as connection:
            self._standing(connection, case)
            erased = [event.nr for event in ledger.events(connection, case)]
            ledger.append(connection, ledger.DELETED, who, case, {"grunn": reason})
            connection.execute(innhold.delete().where(innhold.c.nr.in_(erased)))
            connection.execute(sak.delete().where(sak.c.id == case))
        self.database.forget()

    # --- reading -------------------------------------------------------------------------------------------------------

    def listed(self, search: str = "", limit: int = 50, offset: int = 0) -> tuple[Sequence[Case], int]:
        """The cases, last changed first, with how many there are in all. `search` is part of id, application or scheme."""
        question = sa.select(sak)
        search = search.replace("\0", "")
        if search:
            columns = (sak.c.soknad, sak.c.ordning, sak.c.merke, sak.c.utfall)
            question = question.where(sa.or_(*(column.icontains(search, autoescape=True) for column in columns)))
        with self.database.reading() as connection:
            total = connection.execute(sa.select(sa.func.count()).select_from(question.subquery())).scalar_one()
            page = question.order_by(sak.c.endret.desc(), sak.c.id).limit(limit).offset(offset)
            return [_case(row) for row in connection.execute(page)], total

    def find(self, case: str) -> Case:
        """Where a case stands. Raises Faults (SAK-FINNES-IKKE)."""
        with self.database.reading() as connection:
            return self._standing(connection, case)

    def history(self, case: str) -> list[Event]:
        """Everything that happened in a case, first to last. Raises Faults (SAK-FINNES-IKKE)."""
        with self.database.reading() as connection:
            self._standing(connection, case)
            return ledger.events(connection, case)

    def marks(self) -> set[str]:
        """The files examples were opened from."""
        with self.database.reading() as connection:
            return set(connection.execute(sa.select(sak.c.merke).where(sak.c.merke != "")).scalars())

    def note(self, who: str, kind: str, case: str | None = None, content: Json | None = None) -> None:
        """Keep in the ledger that something was done which changes no case: read, logged in, refused."""
        with self.database.writing() as connection:
            ledger.append(connection, kind, who, case, content)

    def export(self, case: str, who: str) -> Json:
        """Everything about a case as JSON, with its rows of the ledger, which can be checked on their own."""
        with self.database.writing() as connection:
            standing = self._standing(connection, case)
            ledger.append(connection, ledger.EXPORTED, who, case)
            return {"sak": asdict(standing), "hendelser": ledger.provable(connection, case)}

    # -------------------------------------------------------------------------------------------------------------------

    def _create(
        self, connection: Connection, who: str, application: Application, decision: Json | None, mark: str
    ) -> str:
        case = str(uuid.uuid4())
        opened = ledger.append(connection, ledger.CREATED, who, case, {"mark": mark})
        first = ledger.append(connection, ledger.APPLICATION, who, case, asdict(application) | {"version": 1})
        happened = [opened, first]
        if decision is not None:
            content = {"version": 1, "decision": decision}
            happened.append(ledger.append(connection, ledger.DECISION, who, case, content))
        standing = Case(case)
        for event in happened:
            standing = after(standing, event)
        connection.execute(sak.insert().values(**asdict(standing)))
        return case

    def _add(self, connection: Connection, standing: Case, event: Event) -> None:
        connection.execute(sak.update().where(sak.c.id == standing.id).values(**asdict(after(standing, event))))

    def _standing(self, connection: Connection, case: str) -> Case:
        known = sa.select(sak).where(sak.c.id == case)
        row = connection.execute(known).first() if _ID.fullmatch(case) else None
        if row is None:
            why = "den er slettet, eller adressen er feil"
            raise fault("saken", "SAK-FINNES-IKKE", "saken finnes ikke", why, "finn saken i listen over saker")
        return _case(row)


def _case(row: Any) -> Case:
    return Case(**row._mapping)


def after(case: Case, event: Event) -> Case:
    """Where a case stands when one more thing has happened in it. Kept in the table, and worked out anew by the check."""
    content = event.content or {}
    if event.kind == ledger.CREATED:
        return replace(case, merke=content["mark"][:300], opprettet=event.time, endret=event.time)
    if event.kind == ledger.APPLICATION:
        scheme, id = content["scheme"][:100], content["id"][:200].replace("\0", "")  # PostgreSQL has no text with it
        return replace(case, ordning=scheme, soknad=id, versjon=content["version"], utfall="", endret=event.time)
    if event.kind == ledger.DECISION:
        return replace(case, utfall=content["decision"]["søknad"]["utfall"], endret=event.time)
    if event.kind == ledger.JUDGEMENT:
        return replace(case, endret=event.time)
    return case
