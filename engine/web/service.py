"""What every page and every API call draws on: the settings, the store and the workers."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from engine.store.case import Cases
from engine.store.database import Database
from engine.store.draft import Drafts
from engine.store.session import Sessions
from engine.web.jobs import Jobs
from engine.web.settings import Settings
from engine.web.workers import Workers


@dataclass(frozen=True, slots=True)
class Service:
    """One running service. `heavy` takes what lasts seconds and more, one piece at a time, so that decisions need not wait for it."""

    settings: Settings
    database: Database
    cases: Cases
    sessions: Sessions
    drafts: Drafts
    workers: Workers
    heavy: Workers
    jobs: Jobs

    def close(self) -> None:
        self.workers.close()
        self.heavy.close()
        self.database.close()


def open_service(settings: Settings) -> Service:
    """Open the store and make the workers ready to start. Raises Faults."""
    database = Database(settings.database)
    idle = (
        settings.longest if settings.login is None else settings.idle
    )  # at one's own machine a half-filled form may wait
    sessions = Sessions(database, idle, settings.longest)
    workers, heavy = Workers(settings.rules, settings.workers), Workers(settings.rules, 1, most=8)
    return Service(settings, database, Cases(database), sessions, Drafts(database), workers, heavy, Jobs(heavy))


def service(request: Request) -> Service:
    """The service a request came to; for use as a dependency."""
    found: Service = request.app.state.service
    return found
