"""Runs over all the test cases: what they are run on, and whether rules or cases have changed since."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from engine.store import ledger
from engine.store.ledger import Event
from engine.text.fault import Fault, Faults
from engine.text.place import Place
from engine.web.jobs import Job
from engine.web.mutation_run import fingerprint
from engine.web.page import page
from engine.web.service import Service

#: runs that are listed
_LISTED = 10

#: how often a page that waits is fetched again, in seconds
WAIT = "3"

_CHANGED = {
    "regler_sha256": "reglene",
    "unntak_sha256": "det som er begrunnet i filene med unntak",
    "saker_sha256": "testsakene",
}


def folder_of(service: Service) -> Path:
    """The folder of test cases. Raises Faults (SAKER-MANGLER) when the service was started without."""
    folder = service.settings.cases
    if folder is None:
        why, next_step = "tjenesten er startet uten --saker", "start den med --saker og mappen med testsaker"
        raise Faults([Fault(Place("saker", 1, 1), "SAKER-MANGLER", "det er ingen saker å prøve", why, next_step)])
    return folder


def runs_kept(service: Service, kind: str, limit: int = _LISTED) -> list[Event]:
    """The last runs of a kind, newest first; not those whose content is deleted."""
    with service.database.reading() as connection:
        return [one for one in ledger.recent(connection, kind, limit) if one.content is not None]


def run_page(
    request: Request, template: str, service: Service, runs: Sequence[Event], job: Job | None, kjøring: str, **more: Any
) -> HTMLResponse:
    """The page of the last run and those before it. While a run is under way, the page fetches itself."""
    waits = job is not None and not job.done
    found = page(
        request,
        template,
        kjøringer=runs,
        siste=runs[0] if runs else None,
        foreldet=outdated(service, (runs[0].content or {}) if runs else {}),
        venter=waits,
        kjøring=kjøring,
        feil=job.faults if job is not None else (),
        har_saker=service.settings.cases is not None,
        **more,
    )
    if waits:
        found.headers["Refresh"] = WAIT
    return found


def outdated(service: Service, content: dict[str, Any]) -> list[str]:
    """What has changed since a run, in bokmål; nothing for a run that does not tell what it rested on."""
    then = content.get("avtrykk")
    if then is None:
        return []
    try:
        now = service.workers.run(fingerprint, service.settings.rules, service.settings.cases)
    except Faults:  # rules that cannot be read just now are no longer those of the run
        return [_CHANGED["regler_sha256"]]
    return [word for key, word in _CHANGED.items() if then.get(key) != now[key]]
