"""A case's decision: papers, judgement, deciding anew, what would change the answer, and keeping it as a test case."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.explain.paper.letter import BLANKS
from engine.text import literal
from engine.text.fault import Fault, Faults
from engine.text.file import write_whole
from engine.text.place import Place
from engine.web import decision_view, remedy_view
from engine.web.judgements import judged
from engine.web.page import page
from engine.web.problem import Refused
from engine.web.service import Service, service
from engine.web.settings import CASEWORKER, READER
from engine.web.standing import Standing, standing
from engine.web.user import User, needs
from engine.web.work import decided

router = APIRouter(prefix="/saker/{sak}")

TheService = Annotated[Service, Depends(service)]
Reader = Annotated[User, Depends(needs(READER))]
Caseworker = Annotated[User, Depends(needs(CASEWORKER))]
Text = Annotated[str, Form(max_length=4_000)]

#: seconds the search for what would change an answer may take
_PATIENCE = 30


@router.post("/vurder")
def again(service: TheService, user: Caseworker, sak: str) -> Response:
    """Decide the application as it is by the rules as they are, and keep the decision."""
    case = standing(service, sak)
    found = service.workers.run(decided, case.text, case.name)
    service.cases.save_decision(sak, user.id, case.case.versjon, found.content)
    return RedirectResponse(f"/saker/{sak}", 303)


@router.post("/skjonn")
def judge(
    service: TheService,
    user: Caseworker,
    sak: str,
    punkt: Text,
    vurdering: Text = "",
    grunn: Text = "",
    navn: Text = "",
) -> Response:
    """Record what a person has judged on a point. Nothing recorded earlier is changed."""
    case = _decided(service, sak)
    found = next((one for one in case.points if one.key == punkt), None)
    if found is None:
        raise Refused(409, "Punktet finnes ikke i vedtaket slik det er nå.")
    service.cases.save_judgement(
        sak,
        user.id,
        {
            "versjon": case.case.versjon,
            "vilkår": found.rule,
            "lege": found.doctor,
            "komponent": found.component,
            "vurdering": vurdering.strip(),
            "grunn": grunn.strip(),
            "navn": navn.strip(),
        },
    )
    return RedirectResponse(f"/saker/{sak}#skjonn", 303)


@router.get("/brev")
def letter_form(request: Request, service: TheService, sak: str) -> HTMLResponse:
    """What the letter needs that neither rules nor application say."""
    case = _decided(service, sak)
    return page(request, "brev.html", sak=case.case, felter=BLANKS)


@router.post("/dokument/{hva}.pdf")
async def paper(request: Request, service: TheService, user: Reader, sak: str, hva: str) -> Response:
    """The grounds of the decision or the draft of a letter, as PDF."""
    from starlette.concurrency import run_in_threadpool

    form = await request.form()
    filled = {name: text for name in BLANKS if isinstance(text := form.get(name), str) and text.strip()}
    return await run_in_threadpool(_paper, service, user, sak, hva, filled, str(form.get("datert") or ""))


def _paper(service: Service, user: User, sak: str, which: str, filled: dict[str, str], dated: str) -> Response:
    if which not in (decision_view.GROUNDS, decision_view.LETTER):
        raise Refused(404, "Det finnes ikke noe slikt dokument.")
    case = _decided(service, sak)
    assert case.decision is not None
    content = service.workers.run(
        decision_view.paper,
        case.text,
        case.name,
        case.decision["kvittering"],
        which,
        judged(case.points),
        filled,
        _date(dated),
    )
    service.cases.note(user.id, "dokument", sak, {"hva": which})
    headers = {"Content-Disposition": f'attachment; filename="{which}-{sak}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@router.get("/hva-skal-til")
def what_it_takes(
    request: Request, service: TheService, sak: str, mål: Annotated[str, Query(max_length=40)] = "innvilget"
) -> HTMLResponse:
    """The smallest change that would have given another answer."""
    case = _decided(service, sak)
    found = service.heavy.run(remedy_view.remedies_told, case.text, case.name, mål, _PATIENCE)
    return page(request, "hva-skal-til.html", sak=case.case, svar=found, mål=mål, målene=remedy_view.GOALS)


@router.get("/testsak")
def as_file(service: TheService, user: Reader, sak: str) -> Response:
    """The application as a test case that expects the decision it has."""
    name, text = _test_case(service, user, sak)
    headers = {
        "Content-Disposition": f'attachment; filename="{name.encode("ascii", "ignore").decode() or "testsak.yaml"}"'
    }
    return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)


@router.post("/testsak")
def keep_as_file(request: Request, service: TheService, user: Caseworker, sak: str) -> HTMLResponse:
    """The same, written into the folder of cases that the service was started with."""
    folder = service.settings.cases
    if folder is None:
        raise Refused(409, "Tjenesten er startet uten en mappe for testsaker. Last ned filen i stedet.")
    name, text = _test_case(service, user, sak)
    path = folder / name
    if path.exists():
        what, why = f"det finnes allerede en testsak som heter «{name}»", "en testsak skrives aldri over herfra"
        raise Faults([Fault(Place("testsak", 1, 1), "FIL-FINNES", what, why, "gi søknaden en annen id først")])
    write_whole(path, text)
    return page(request, "testsak.html", sak=standing(service, sak).case, fil=f"{folder.name}/{name}", tekst=text)


def _test_case(service: Service, user: User, sak: str) -> tuple[str, str]:
    case = _decided(service, sak)
    described = f"Lagret fra en sak med utfallet {case.case.utfall}."
    return service.workers.run(decision_view.as_test_case, case.text, case.name, described, f"lagret av {user.id}")


def _decided(service: Service, sak: str) -> Standing:
    case = standing(service, sak)
    if case.decision is None:
        raise Refused(409, "Saken har ikke noe vedtak ennå. Rett søknaden, og vurder den først.")
    return case


def _date(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return literal.date(text.strip())
    except ValueError as error:
        why, next_step = "dokumentet får denne datoen", "skriv for eksempel 17.5.2020, eller la feltet stå tomt"
        raise Faults(
            [Fault(Place("skjemaet", 1, 1), "ARGUMENT", f"datoen kan ikke leses: {error}", why, next_step)]
        ) from None
