"""The cases: the list, a new one from a file, one case with its decision, everything about it as a file, and erasing it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.store import ledger
from engine.store.case import Application
from engine.text.fault import Fault, Faults
from engine.text.source import MOST_BYTES
from engine.text.workbook import is_workbook
from engine.web import decision_view, form_view
from engine.web.judgements import judged
from engine.web.page import MenuItem, page
from engine.web.problem import Refused
from engine.web.service import Service, service
from engine.web.settings import CASEWORKER, READER
from engine.web.standing import standing
from engine.web.user import User, needs
from engine.web.work import decided, template_workbook, workbook_text

router = APIRouter(prefix="/saker")
MENU = (MenuItem("/saker", "Saker", READER),)

#: cases on one page of the list
PER_PAGE = 50

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

TheService = Annotated[Service, Depends(service)]
Reader = Annotated[User, Depends(needs(READER))]
Caseworker = Annotated[User, Depends(needs(CASEWORKER))]


@router.get("")
def index(
    request: Request,
    service: TheService,
    søk: Annotated[str, Query(max_length=100)] = "",
    side: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The cases, last changed first."""
    found, total = service.cases.listed(søk.strip(), PER_PAGE, (side - 1) * PER_PAGE)
    return page(
        request, "saker.html", saker=found, antall=total, søk=søk, side=side, sider=max(1, -(-total // PER_PAGE))
    )


@router.post("")
async def upload(
    request: Request, service: TheService, user: Caseworker, fil: Annotated[UploadFile, File()]
) -> Response:
    """Open a case from a file: read, decided and kept."""
    from starlette.concurrency import run_in_threadpool

    content = await fil.read(MOST_BYTES + 1)
    return await run_in_threadpool(_open, service, user, fil.filename or "søknad.yaml", content)


def _open(service: Service, user: User, name: str, content: bytes) -> Response:
    name = name.replace("\\", "/").rpartition("/")[2][:200] or "søknad.yaml"
    if is_workbook(Path(name)):
        name, text = f"{Path(name).stem}.yaml", service.workers.run(workbook_text, content, name)
        content = text.encode()
    found = service.workers.run(decided, content, name)
    application = Application(name, content.decode("utf-8-sig"), found.scheme, found.id)
    case = service.cases.create(user.id, application, found.content)
    return RedirectResponse(f"/saker/{case}", 303)


@router.get("/mal/{ordning}.xlsx")
def excel_template(service: TheService, ordning: str) -> Response:
    """An Excel workbook to fill in for a scheme."""
    content = service.workers.run(template_workbook, ordning)
    headers = {"Content-Disposition": f'attachment; filename="soknad-{quote(ordning)}.xlsx"'}
    return Response(content, media_type=_WORKBOOK, headers=headers)


@router.get("/{sak}")
def show(request: Request, service: TheService, user: Reader, sak: str) -> HTMLResponse:
    """One case with the decision that stands. That it was read is kept in the ledger."""
    case = standing(service, sak)
    service.cases.note(user.id, ledger.READ, sak)
    shown: decision_view.Shown | None = None
    wrong: tuple[Fault, ...] = ()
    asked: list[form_view.Field] = []
    try:
        shown = service.workers.run(decision_view.shown, case.text, case.name, judged(case.points))
    except Faults as faults:
        wrong = faults.faults
    if case.decision is not None and case.decision["mangler"]:
        asked = service.workers.run(form_view.questions, case.text, case.name)
    return page(
        request,
        "sak.html",
        sak=case,
        vist=shown,
        feil=wrong,
        spørsmål=asked,
        utdatert=shown is not None and case.decision is not None and shown.receipt != case.decision["kvittering"],
        kan_lagre_testsak=service.settings.cases is not None,
        historikk=[event for event in case.happened if event.kind != ledger.READ],
    )


@router.get("/{sak}/eksport")
def export(service: TheService, user: Reader, sak: str) -> Response:
    """Everything about the case as one JSON file."""
    content = json.dumps(service.cases.export(sak, user.id), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": f'attachment; filename="sak-{sak}.json"'}
    return Response(content, media_type="application/json", headers=headers)


@router.post("/{sak}/slett")
def delete(
    service: TheService,
    user: Caseworker,
    sak: str,
    grunn: Annotated[str, Form(max_length=200)] = "",
    bekreft: Annotated[str, Form()] = "",
) -> Response:
    """Erase the case. What is left is that it was there, who erased it and why."""
    if bekreft != "ja" or not grunn.strip():
        raise Refused(422, "Skriv en grunn og kryss av for at saken skal slettes.")
    service.cases.delete(sak, user.id, grunn.strip())
    return RedirectResponse("/saker", 303)
