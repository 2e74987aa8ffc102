"""A change of rules before it is proposed: what it comes to, on one page; and the proposal itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.store import ledger
from engine.text.fault import Faults
from engine.web import change, rulebook_view
from engine.web.change import Change
from engine.web.change_steps import CASES, IMPACT, PROOF, VALID, concerns, tried, try_out, whole
from engine.web.conflict import conflict
from engine.web.draft import without
from engine.web.jobs import Job
from engine.web.page import page
from engine.web.problem import Refused
from engine.web.proposal import Author, Conflict, File, Repository, Turn
from engine.web.rule_draft import current, told
from engine.web.run_kept import WAIT
from engine.web.service import Service, service
from engine.web.settings import OFFICER
from engine.web.user import User, needs
from engine.web.workers import stamp_of

router = APIRouter(prefix="/endringer")

#: what a proposal is called in the ledger
PROPOSED = "forslag"
_LISTED = 50

TheService = Annotated[Service, Depends(service)]
Officer = Annotated[User, Depends(needs(OFFICER))]


@router.get("")
def index(request: Request, service: TheService) -> HTMLResponse:
    """The proposals made here, and the drafts that have not become one."""
    with service.database.reading() as connection:
        found = ledger.recent(connection, PROPOSED, _LISTED)
    return page(
        request,
        "endringer.html",
        forslag=[one for one in found if one.content is not None],
        utkast=change.listed(service.drafts, _LISTED),
    )


@router.get("/{id}")
def show(request: Request, service: TheService, user: Officer, id: str) -> HTMLResponse:
    """What a change comes to. While it is worked on, the page fetches itself."""
    return _page(request, service, change.found(service.drafts, id))


@router.post("/{id}/prov")
def again(service: TheService, user: Officer, id: str) -> Response:
    """Try the change as it is now, by the rules as they are now."""
    try_out(service, change.found(service.drafts, id))
    return RedirectResponse(f"/endringer/{id}", 303)


@router.post("/{id}/slett")
def throw_away(service: TheService, user: Officer, id: str) -> Response:
    """Throw the draft away. A proposal that was made of it stands."""
    change.found(service.drafts, id)
    service.drafts.delete(id)
    return RedirectResponse("/endringer", 303)


@router.post("/{id}/forslag")
def propose(
    request: Request,
    service: TheService,
    user: Officer,
    id: str,
    grunn: Annotated[str, Form(max_length=2_000)] = "",
    bekreft: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Make the proposal: the very texts that were tried, on a branch of its own."""
    draft = change.found(service.drafts, id)
    job = tried(service, draft)
    if draft.made is None:
        if job is None or not whole(job, draft):
            raise Refused(
                422, "Endringen er ikke ferdig prøvd slik den er nå. Prøv den, og vent til alt er kontrollert."
            )
        wrong = []
        if len(grunn.strip()) < 10:
            wrong.append({"felt": "grunn", "tekst": "Skriv hvorfor endringen trengs, med minst ti tegn."})
        if concerns(job) and bekreft != "ja":
            wrong.append({"felt": "bekreft", "tekst": "Kryss av for at du har sett det som ikke er i orden."})
        if wrong:
            return _page(request, service, draft, 422, wrong, grunn)
        with Repository(service.settings.rules).turn() as turn:
            draft = change.found(service.drafts, id)  # a button pressed twice makes one proposal
            if draft.made is None:
                found = _propose(request, service, user, draft, job, grunn.strip().replace("\r\n", "\n"), turn)
                if found is not None:
                    return found
    return RedirectResponse(f"/endringer/{id}", 303)


def _propose(
    request: Request, service: Service, user: User, draft: Change, job: Job, reason: str, turn: Turn
) -> Response | None:
    """What stands in the way of the proposal; else it is made and noted."""
    root = service.settings.rules
    if stamp_of(root) != job.about["stempel"]:
        for file, edit in draft.rules.items():
            standing = current(root, file)
            if standing != edit.base:
                return conflict(request, file, edit.base or "", edit.text, standing, draft.address)
        raise Refused(409, "Andre regler er endret siden endringen ble prøvd. Gå tilbake, og prøv den på nytt.")
    made = turn.propose(_files(service, draft), _about(draft), _message(draft, job, reason), Author(user.name, user.id))
    if isinstance(made, Conflict):
        one = made.file
        address = f"/endringer/{draft.id}/testsak?fil={quote(one.name)}" if one.is_case else draft.address
        return conflict(request, one.name, one.base or "", one.text, made.theirs, address, made.branch)
    change.kept(service.drafts, user.id, draft.proposed(made.branch, made.commit))
    content = {"filer": [*draft.rules, *draft.cases], "navn": draft.name, "gren": made.branch, "commit": made.commit}
    service.cases.note(user.id, PROPOSED, None, content | {"grunn": reason, "utkast": draft.id})
    return None


def _files(service: Service, draft: Change) -> list[File]:
    files = [File(service.settings.rules, file, one.base, one.text) for file, one in draft.rules.items()]
    folder = service.settings.cases
    if draft.cases and folder is None:
        raise Refused(409, "Tjenesten er startet uten testsaker. Ta testsakene ut av utkastet.")
    return files + [
        File(folder, file, one.base, one.text, True) for file, one in draft.cases.items() if folder is not None
    ]


def _about(draft: Change) -> str:
    """What the branch is called after."""
    file = next(iter(draft.rules), "testsaker")
    return f"{file.removesuffix('.yaml')}-{draft.name}"


def _message(draft: Change, job: Job, reason: str) -> str:
    """The commit's message: what, why, the test cases that expect something new and why, and what was not in order."""
    where = f"{draft.name} i {', '.join(draft.rules)}" if draft.rules else ", ".join(draft.cases)
    concerned = "".join(f"\n- {one}" for one in concerns(job))
    told = f"\n\nVed forslaget:{concerned}" if concerned else "\n\nAlle testsaker består, og dekningen er ikke lavere."
    cases = "".join(
        f"\n- {file}{' (ny)' if one.base is None else ''}: {one.reason} Kilde: {one.source}"
        for file, one in draft.cases.items()
    )
    return f"Forslag: {where}\n\n{reason}{f'{chr(10)}{chr(10)}Testsaker:{cases}' if cases else ''}{told}\n"


def _page(
    request: Request, service: Service, draft: Change, status: int = 200, wrong: list[dict[str, str]] | None = None,
    reason: str = "",
) -> HTMLResponse:  # fmt: skip
    job = tried(service, draft)
    results = {name: None if isinstance(one, Faults) else one for name, one in (job.found if job else {}).items()}
    waits = job is not None and not job.done
    repository = Repository(service.settings.rules)
    found = page(
        request,
        "endring.html",
        status,
        endring=draft,
        linjer=[(file, list(_lines(one.base, one.text))) for file, one in draft.rules.items()],
        saker=[(file, one, list(_lines(one.base, one.text))) for file, one in draft.cases.items()],
        kontroll=results.get(VALID) is not None,
        prøvd=results.get(CASES),
        prøvd_ferdig=CASES in results,
        konsekvens=results.get(IMPACT),
        bevis=results.get(PROOF),
        stanset=[told(without(one, service.settings.rules)) for one in job.faults] if job else [],
        trinn=job.step if job else "",
        venter=waits,
        ferdig=job is not None and job.done,
        må_prøves=draft.made is None and not waits and not whole(job, draft),
        bekymringer=concerns(job) if job is not None and whole(job, draft) else [],
        i_git=repository.exists if not waits else True,
        saker_i_git=service.settings.cases is not None and (waits or repository.holds(service.settings.cases)),
        feil=wrong or [],
        grunn=reason,
        har_saker=service.settings.cases is not None,
    )
    if waits:
        found.headers["Refresh"] = WAIT
    return found


def _lines(base: str | None, text: str) -> Iterable[tuple[str, str]]:
    return rulebook_view.line_changes((base or "").split("\n") if base is not None else [], text.split("\n"))
