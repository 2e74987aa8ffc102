"""The regression page: the test cases run on request, how much of the regulation they show, and the last runs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.regress.run import PASSED
from engine.web.case_run import ran
from engine.web.jobs import Job
from engine.web.mutation import MUTATED
from engine.web.page import MenuItem, page
from engine.web.problem import Refused
from engine.web.run_kept import folder_of, outdated, run_page, runs_kept
from engine.web.service import Service, service
from engine.web.settings import OFFICER, READER
from engine.web.user import User, needs

router = APIRouter(prefix="/provesaker")
MENU = (MenuItem("/provesaker", "Testsaker", READER),)

#: what a run is called in the ledger
RUN = "testkjøring"
TheService = Annotated[Service, Depends(service)]
Officer = Annotated[User, Depends(needs(OFFICER))]
Text = Annotated[str, Query(max_length=100)]


@router.get("")
def index(
    request: Request, service: TheService, søk: Text = "", ordning: Text = "", vis: Text = "", kjøring: Text = ""
) -> HTMLResponse:
    """The last run, its cases sought through, and the runs before it. While a run is under way, the page fetches itself."""
    job = service.jobs.find(kjøring) if kjøring else None
    runs = runs_kept(service, RUN)
    last = runs[0] if runs else None
    cases: list[dict[str, Any]] = last.content["saker"] if last is not None and last.content is not None else []
    sought = søk.strip().casefold()
    shown = [
        one
        for one in cases
        if sought in f"{one['fil']} {one['id']}".casefold()
        and ordning in ("", one["ordning"])
        and (vis != "avvik" or one["status"] != PASSED)
    ]
    tried = runs_kept(service, MUTATED, 1)
    return run_page(
        request,
        "prøvesaker.html",
        service,
        runs,
        job,
        kjøring,
        mutasjon=tried[0] if tried else None,
        mutasjon_foreldet=outdated(service, (tried[0].content or {}) if tried else {}),
        saker=shown,
        antall=len(cases),
        ordninger=sorted({one["ordning"] for one in cases if one["ordning"]}),
        søk=søk,
        ordning=ordning,
        vis=vis,
    )


@router.post("")
def start(service: TheService, user: Officer) -> Response:
    """Run all the test cases. The run is kept in the ledger when it is done."""
    folder = folder_of(service)

    def keep(job: Job) -> None:
        service.cases.note(user.id, RUN, None, job.found["saker"])

    job = service.jobs.start([("saker", ran, (service.settings.rules, folder))], {}, keep)
    return RedirectResponse(f"/provesaker?kjøring={job.id}", 303)


@router.get("/sak")
def one_case(request: Request, service: TheService, fil: Annotated[str, Query(max_length=300)]) -> HTMLResponse:
    """One case of the last run: what it expects beside what it got."""
    runs = runs_kept(service, RUN, 1)
    content: dict[str, Any] = (runs[0].content or {}) if runs else {}
    for one in content.get("saker", ()):
        if one["fil"] == fil:
            shown = [
                rule for rule in content["regler"] if any(fil in found[1] for found in rule["resultater"].values())
            ]
            return page(request, "prøvesak.html", sak=one, kjøring=runs[0], regler=shown)
    raise Refused(404, "Saken er ikke med i den siste kjøringen.")


def coverage_of(service: Service, rule: str, origin: str) -> dict[str, Any] | None:
    """What the last run shows of a rule as a rule set states it; None before the first."""
    runs = runs_kept(service, RUN, 1)
    for one in (runs[0].content or {}).get("regler", ()) if runs else ():
        if one["id"] == rule and one["regelsett"] == origin and one["slag"] == "vilkår":
            found: dict[str, Any] = one | {"tid": runs[0].time}
            return found
    return None
