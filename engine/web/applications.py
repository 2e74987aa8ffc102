"""The application of a case: a new one from a form, changed, and answered one question at a time."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.store.case import Application
from engine.web import form_values, form_view
from engine.web.form import FIELD, fields
from engine.web.page import page
from engine.web.problem import Refused
from engine.web.service import Service, service
from engine.web.settings import CASEWORKER
from engine.web.standing import standing
from engine.web.user import User, needs
from engine.web.work import Decided, decided

router = APIRouter(prefix="/saker")

TheService = Annotated[Service, Depends(service)]
Caseworker = Annotated[User, Depends(needs(CASEWORKER))]
Filled = Annotated[FormData, Depends(fields)]

#: buttons that change the form and keep nothing
_ROWS = ("legg-til", "fjern")
_NAME = "søknad.yaml"


@router.get("/ny")
def new(
    request: Request, service: TheService, user: Caseworker, ordning: Annotated[str, Query(max_length=100)] = ""
) -> HTMLResponse:
    """Choose a scheme; then the form for it."""
    known = service.workers.run(form_view.schemes)
    if ordning not in dict(known):
        return page(request, "ny-sak.html", ordninger=known)
    made = service.workers.run(form_view.form, ordning, {"leger": [{"id": "lege-1", "perioder": [{}]}]}, False)
    return page(request, "soknad.html", skjema=made, til="/saker/ny", versjon=0, sak="")


@router.post("/ny")
async def create(request: Request, service: TheService, user: Caseworker, given: Filled) -> Response:
    """A new case from the form."""
    return await run_in_threadpool(_saved, request, service, user, given, "")


@router.get("/{sak}/soknad")
def edit(request: Request, service: TheService, user: Caseworker, sak: str) -> HTMLResponse:
    """The form with what the application says."""
    case = standing(service, sak)
    form, scheme = _form_of(service, case.text, case.name, case.case.ordning)
    made = service.workers.run(form_view.form, scheme, form, not case.decision)
    return page(request, "soknad.html", skjema=made, til=f"/saker/{sak}/soknad", versjon=case.case.versjon, sak=sak)


@router.post("/{sak}/soknad")
async def save(request: Request, service: TheService, user: Caseworker, sak: str, given: Filled) -> Response:
    """A new version of the application."""
    return await run_in_threadpool(_saved, request, service, user, given, sak)


@router.post("/{sak}/svar")
async def answer(request: Request, service: TheService, user: Caseworker, sak: str, given: Filled) -> Response:
    """Answers to what is missing, put into the application."""
    return await run_in_threadpool(_answered, request, service, user, sak, given)


@router.get("/{sak}/neste")
def next_question(request: Request, service: TheService, user: Caseworker, sak: str) -> Response:
    """The question that can decide the most; when there is none left, the case."""
    case = standing(service, sak)
    asked = service.workers.run(form_view.questions, case.text, case.name) if case.decision else []
    if not asked:
        return RedirectResponse(f"/saker/{sak}", 303)
    return page(request, "neste.html", sak=case.case, felt=asked[0], igjen=len(asked))


def _saved(request: Request, service: Service, user: User, given: FormData, sak: str) -> Response:
    action = str(given.get("handling") or "vurder")
    scheme, version = str(given.get("ordning") or ""), _number(given.get("versjon"))
    if scheme not in dict(service.workers.run(form_view.schemes)):
        raise Refused(422, "Ordningen finnes ikke. Velg en av ordningene.")
    form = form_values.structure(_own(given))
    if action.partition(" ")[0] in _ROWS:
        form = form_values.changed(form, action)
        made = service.workers.run(form_view.form, scheme, form, False)
        return page(request, "soknad.html", skjema=made, til=str(request.url.path), versjon=version, sak=sak)
    made = service.workers.run(form_view.form, scheme, form, True)
    if (made.errors or made.faults) and action != "lagre":
        return page(request, "soknad.html", 422, skjema=made, til=str(request.url.path), versjon=version, sak=sak)
    found = None if made.errors or made.faults else service.workers.run(decided, made.text, _NAME)
    return _kept(service, user, sak, version, made.text, scheme, made.id or "ny-søknad", found)


def _answered(request: Request, service: Service, user: User, sak: str, given: FormData) -> Response:
    case = standing(service, sak)
    form, scheme = _form_of(service, case.text, case.name, case.case.ordning)
    for name, value in _own(given):
        if value.strip():
            _put(form, name.split("."), value)
    made = service.workers.run(form_view.form, scheme, form, True)
    if made.errors or made.faults:
        return page(
            request,
            "soknad.html",
            422,
            skjema=made,
            til=f"/saker/{sak}/soknad",
            versjon=_number(given.get("versjon")),
            sak=sak,
        )
    found = service.workers.run(decided, made.text, _NAME)
    answer = _kept(service, user, sak, _number(given.get("versjon")), made.text, scheme, made.id, found)
    return RedirectResponse(f"/saker/{sak}/neste", 303) if given.get("neste") else answer


def _kept(
    service: Service, user: User, sak: str, version: int, text: str, scheme: str, id: str, found: Decided | None
) -> Response:
    """Keep the application, and the decision if there is one."""
    application = Application(_NAME, text, scheme, id)
    if not sak:
        sak = service.cases.create(user.id, application, found.content if found else None)
    else:
        saved = service.cases.save_application(sak, user.id, version, application)
        if found is not None:
            service.cases.save_decision(sak, user.id, saved, found.content)
    return RedirectResponse(f"/saker/{sak}", 303)


def _form_of(service: Service, text: str, name: str, scheme: str) -> tuple[dict[str, Any], str]:
    form = service.workers.run(form_values.of_text, text, name)
    known = dict(service.workers.run(form_view.schemes))
    own = form.get("søknad")
    stated = own.get("ordning") if isinstance(own, dict) else None
    for one in (scheme, stated, next(iter(known))):
        if isinstance(one, str) and one in known:
            return form, one
    raise Refused(422, "Ordningen finnes ikke.")


def _own(given: FormData) -> list[tuple[str, str]]:
    """The fields that are of the application."""
    return [
        (name, value) for name, value in given.multi_items() if "." in name and isinstance(value, str) and name != FIELD
    ]


def _put(form: dict[str, Any], steps: list[str], value: str) -> None:
    """Set what the steps lead to; where there is no such row, nothing."""
    at: Any = form
    for step in steps[:-1]:
        if isinstance(at, list) and step.isdigit() and int(step) < len(at):
            at = at[int(step)]
        elif isinstance(at, dict):
            at = at.setdefault(step, {})
    if isinstance(at, dict):
        at[steps[-1]] = value


def _number(value: Any) -> int:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9 else 0
