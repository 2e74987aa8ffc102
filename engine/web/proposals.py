"""A change of rules before it is proposed: what it comes to, on one page; and the proposal itself."""

from __future__ import annotations

import threading
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.store import ledger
from engine.text.fault import Faults
from engine.web import change_work, rulebook_view
from engine.web.conflict import conflict
from engine.web.draft import without
from engine.web.jobs import Job
from engine.web.page import page
from engine.web.problem import Refused
from engine.web.proposal import Author, Conflict, Proposed, Repository
from engine.web.rule_draft import current, told
from engine.web.run_kept import WAIT
from engine.web.service import Service, service
from engine.web.settings import OFFICER
from engine.web.standing import standing
from engine.web.user import User, needs
from engine.web.workers import stamp_of

router = APIRouter(prefix="/endringer")

#: what a proposal is called in the ledger
PROPOSED = "forslag"
#: the steps, in order
VALID, CASES, IMPACT, PROOF = "kontroll", "testsaker og dekning", "saker i lageret", "bevis"
#: kept cases that a change is tried on, last changed first
_MOST_KEPT = 200
#: how long the proof may take, in seconds
_PROOF_TIME = 120
_LISTED = 50

#: a button pressed twice makes one proposal
_one_at_a_time = threading.Lock()

TheService = Annotated[Service, Depends(service)]
Officer = Annotated[User, Depends(needs(OFFICER))]


def begin(service: Service, user: User, file: str, base: str, text: str, address: str, name: str) -> Job:
    """Start finding out what a changed file comes to."""
    root, cases, files = service.settings.rules, service.settings.cases, {file: text}
    kept = []
    for case in service.cases.listed(limit=_MOST_KEPT)[0]:
        if cases is not None and case.merke and case.versjon == 1:  # an example as it came; it is among the test cases
            continue
        one = standing(service, case.id)
        kept.append((case.id, one.name, one.text))
    steps: list[tuple[str, Any, tuple[Any, ...]]] = [
        (VALID, change_work.validated, (root, files)),
        (CASES, change_work.cases_tried, (root, files, cases)),
        (IMPACT, change_work.impact_found, (root, files, cases, kept)),
        (PROOF, change_work.proved, (root, files, _PROOF_TIME)),
    ]
    about = {"fil": file, "grunnlag": base, "tekst": text, "adresse": address, "navn": name, "stempel": stamp_of(root)}
    return service.jobs.start(steps, about)


@router.get("")
def index(request: Request, service: TheService) -> HTMLResponse:
    """The proposals made here."""
    with service.database.reading() as connection:
        found = ledger.recent(connection, PROPOSED, _LISTED)
    return page(request, "endringer.html", forslag=[one for one in found if one.content is not None])


@router.get("/{id}")
def show(request: Request, service: TheService, user: Officer, id: str) -> HTMLResponse:
    """What a change comes to. While it is worked on, the page fetches itself."""
    return _page(request, service, _job(service, id))


@router.post("/{id}/forslag")
def propose(
    request: Request,
    service: TheService,
    user: Officer,
    id: str,
    grunn: Annotated[str, Form(max_length=2_000)] = "",
    bekreft: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Make the proposal: the very text that was tried, on a branch of its own."""
    job = _job(service, id)
    if not job.done or job.faults:
        raise Refused(422, "Endringen er ikke ferdig prøvd. Vent til alt er kontrollert.")
    wrong = []
    if len(grunn.strip()) < 10:
        wrong.append({"felt": "grunn", "tekst": "Skriv hvorfor endringen trengs, med minst ti tegn."})
    if concerns(job) and bekreft != "ja":
        wrong.append({"felt": "bekreft", "tekst": "Kryss av for at du har sett det som ikke er i orden."})
    if wrong:
        return _page(request, service, job, 422, wrong, grunn)
    with _one_at_a_time:
        return _propose(request, service, user, job, grunn.strip().replace("\r\n", "\n"))


def _propose(request: Request, service: Service, user: User, job: Job, reason: str) -> Response:
    """The proposal made and noted; or what stands in its way."""
    about, root = job.about, service.settings.rules
    if _proposed(job) is None:
        if stamp_of(root) != about["stempel"]:
            standing = current(root, about["fil"])
            if standing != about["grunnlag"]:
                found = Conflict("", standing)
                return conflict(request, about["fil"], about["grunnlag"], about["tekst"], found, about["adresse"])
            raise Refused(
                409, "Andre regler er endret siden endringen ble prøvd. Velg «Endre videre», og prøv den på nytt."
            )
        made = Repository(root).propose(
            about["fil"], about["grunnlag"], about["tekst"], f"{about['fil'].removesuffix('.yaml')}-{about['navn']}",
            _message(job, reason), Author(user.name, user.id),
        )  # fmt: skip
        if isinstance(made, Conflict):
            return conflict(request, about["fil"], about["grunnlag"], about["tekst"], made, about["adresse"])
        job.found[PROPOSED] = made
        content = {"fil": about["fil"], "navn": about["navn"], "gren": made.branch, "commit": made.commit}
        service.cases.note(user.id, PROPOSED, None, content | {"grunn": reason})
    return RedirectResponse(f"/endringer/{job.id}", 303)


def concerns(job: Job) -> list[str]:
    """What is not as it should be in a change that may be proposed all the same."""
    found = []
    cases = job.found.get(CASES)
    if cases is None:
        found.append("Ingen testsaker er kjørt, for tjenesten er startet uten.")
    elif isinstance(cases, dict):
        if cases["brutt"]:
            count = len(cases["brutt"])
            found.append(f"{count} {'testsak' if count == 1 else 'testsaker'} som besto, består ikke lenger.")
        lower = [one["navn"] for one in cases["dekning"] if one["lavere"]]
        if lower:
            found.append(f"Dekningen er lavere for {', '.join(lower)}.")
    proof = job.found.get(PROOF)
    if isinstance(proof, dict) and any(one["svar"] == "ikke avgjort" for one in proof["ordninger"]):
        found.append("Det er ikke avgjort om alle andre vedtak er like som før.")
    return found


def _job(service: Service, id: str) -> Job:
    job = service.jobs.find(id)
    if job is None or "tekst" not in job.about:
        raise Refused(404, "Utkastet er borte. Det varer ikke lenger enn tjenesten kjører. Begynn på nytt fra regelen.")
    return job


def _proposed(job: Job) -> Proposed | None:
    made = job.found.get(PROPOSED)
    return made if isinstance(made, Proposed) else None


def _message(job: Job, reason: str) -> str:
    """The commit's message: what, why, and what was not in order."""
    about = job.about
    concerned = "".join(f"\n- {one}" for one in concerns(job))
    told = f"\n\nVed forslaget:{concerned}" if concerned else "\n\nAlle testsaker består, og dekningen er ikke lavere."
    return f"Forslag: {about['navn']} i {about['fil']}\n\n{reason}{told}\n"


def _page(
    request: Request, service: Service, job: Job, status: int = 200, wrong: list[dict[str, str]] | None = None,
    reason: str = "",
) -> HTMLResponse:  # fmt: skip
    about = job.about
    lines = rulebook_view.line_changes(about["grunnlag"].split("\n"), about["tekst"].split("\n"))
    results = {name: None if isinstance(result, Faults) else result for name, result in job.found.items()}
    found = page(
        request,
        "endring.html",
        status,
        jobb=job,
        linjer=list(lines),
        kontroll=VALID in job.found and results[VALID] is not None,
        prøvd=results.get(CASES),
        prøvd_ferdig=CASES in job.found,
        konsekvens=results.get(IMPACT),
        bevis=results.get(PROOF),
        stanset=[told(without(one, service.settings.rules)) for one in job.faults],
        trinn=job.step,
        ferdig=job.done,
        bekymringer=concerns(job) if job.done and not job.faults else [],
        forslag=_proposed(job),
        i_git=Repository(service.settings.rules).exists if job.done else True,
        feil=wrong or [],
        grunn=reason,
        har_saker=service.settings.cases is not None,
    )
    if not job.done:
        found.headers["Refresh"] = WAIT
    return found
