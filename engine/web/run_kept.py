"""Runs over all the test cases: what they are run on, and whether rules or cases have changed since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.text.fault import Fault, Faults
from engine.text.place import Place
from engine.web.mutation_run import fingerprint
from engine.web.service import Service

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
