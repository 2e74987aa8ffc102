"""Whether the test cases would notice a wrong rule, as a page: run on request, with the last run kept in the ledger."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.web import mutation_run
from engine.web.jobs import Job
from engine.web.rule_fields import SECTIONS
from engine.web.run_kept import folder_of, run_page, runs_kept
from engine.web.service import Service, service
from engine.web.settings import OFFICER
from engine.web.user import User, needs

router = APIRouter(prefix="/provesaker/mutasjon")

#: what a run is called in the ledger
MUTATED = "mutasjonskjøring"

#: the first step; the others have the names of the rule sets
_READY = "sakene gjøres klare"

TheService = Annotated[Service, Depends(service)]
Officer = Annotated[User, Depends(needs(OFFICER))]
Text = Annotated[str, Query(max_length=100)]


@router.get("")
def index(request: Request, service: TheService, kjøring: Text = "", regelsett: Text = "") -> HTMLResponse:
    """The last run: the changes nobody would notice, those argued to make no difference, and the runs before it."""
    job = service.jobs.find(kjøring) if kjøring else None
    runs = runs_kept(service, MUTATED)
    content: dict[str, Any] = (runs[0].content or {}) if runs else {}
    survivors = content.get("overlevende", [])
    return run_page(
        request,
        "mutasjon.html",
        service,
        runs,
        job,
        kjøring,
        overlevende=[one for one in survivors if regelsett in ("", one["regelsett"])],
        regelsettene=list(dict.fromkeys(one["regelsett"] for one in survivors)),
        regelsett=regelsett,
        begrunnet=_by_reason(content),
        adresse=_address,
        trinn=(len(job.found) + 1, len(job.steps), job.step) if job is not None and not job.done else None,
    )


@router.post("")
def start(service: TheService, user: Officer) -> Response:
    """Try every change. The run is kept in the ledger when it is done."""
    folder = folder_of(service)
    root = service.settings.rules
    origins = service.workers.run(mutation_run.origins)

    def keep(job: Job) -> None:
        whole = mutation_run.together(job.found[_READY], (job.found[origin] for origin in origins))
        service.cases.note(user.id, MUTATED, None, whole)

    steps: list[tuple[str, Any, tuple[Any, ...]]] = [(_READY, mutation_run.prepared, (root, folder))]
    steps += [(origin, mutation_run.tried, (root, folder, origin)) for origin in origins]
    job = service.jobs.start(steps, {}, keep)
    return RedirectResponse(f"/provesaker/mutasjon?kjøring={job.id}", 303)


def _by_reason(content: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The argued changes under the argument they share."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in content.get("unntak", ()):
        found.setdefault(one["fordi"], []).append(one)
    return list(found.items())


def _address(one: dict[str, Any]) -> str:
    """Where the changed part of the rules is read; what has no page of its own is read with its rule set."""
    if one["regelsett"] not in ("", "vokabular"):
        rule = f"/vilkar/{one['navn']}" if one["del"] == SECTIONS["vilkar"][0] else ""
        return f"/regler/{one['regelsett']}{rule}"
    return "/regler/vokabular/endre"
