"""A test case in a proposal: a new one, or one whose expected values are to change with the rules. Each is gone through alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.text.fault import Faults
from engine.text.source import MOST_BYTES
from engine.web import case_work, mutation_run, rulebook_view
from engine.web.case_draft import checked_case, current_case
from engine.web.case_work import VOUCHED, Shown
from engine.web.change import Change, Edit, begun, found, kept, unbroken
from engine.web.change_steps import PROOF, tried, try_out
from engine.web.conflict import conflict
from engine.web.page import page
from engine.web.problem import Refused
from engine.web.rule_draft import told
from engine.web.run_kept import folder_of
from engine.web.service import Service, service
from engine.web.settings import OFFICER
from engine.web.user import User, needs

router = APIRouter()

#: where a case is begun that belongs to no change of rules
NEW = "/provesaker/ny"

TheService = Annotated[Service, Depends(service)]
Officer = Annotated[User, Depends(needs(OFFICER))]
Name = Annotated[str, Query(max_length=300)]


class Filled(BaseModel):
    """The form. `handling`: `nye` for the values the rules now give, `tekst` for the text as written, `ta-bort`, or else a look."""

    fil: str = Field(default="", max_length=300)
    grunnlag: str = Field(default="", max_length=MOST_BYTES)
    ny: str = Field(default="", max_length=10)
    tekst: str = Field(default="", max_length=MOST_BYTES)
    grunn: str = Field(default="", max_length=2_000)
    slag: str = Field(default=VOUCHED[0], max_length=40)
    kilde: str = Field(default="", max_length=1_000)
    handling: str = Field(default="", max_length=20)
    utkast_versjon: str = Field(default="", max_length=12)


@router.get(NEW)
def new(request: Request, service: TheService, user: Officer, endring: Name = "") -> HTMLResponse:
    """A new case; with the id of a change of the rules that no case notices, the smallest application that would."""
    folder = folder_of(service)
    text = name = about = ""
    if endring:
        about, name, text = service.heavy.run(mutation_run.witness, service.settings.rules, folder, endring)
        name = f"{name}.yaml" if name else ""
    return _page(request, service, Change(), name, None, text, Filled(), about=about, searched=bool(endring))


@router.post(NEW)
def keep_new(request: Request, service: TheService, user: Officer, given: Annotated[Filled, Form()]) -> Response:
    """Check a new case, or begin a proposal with it."""
    return _edited(request, service, user, "", given)


@router.get("/endringer/{id}/testsak")
def edit(
    request: Request, service: TheService, user: Officer, id: str, fil: Name = "", vitne: Name = ""
) -> HTMLResponse:
    """A case by the rules of a change; without a name a new one, with a scheme from the witness that the proof found there."""
    change = found(service.drafts, id)
    folder = folder_of(service)
    if not fil:
        name, text = _witness(service, user, change, vitne) if vitne else ("", "")
        return _page(request, service, change, name, None, text, Filled())
    own, standing = change.cases.get(fil), current_case(folder, fil)
    if own is None and standing is None:
        raise Refused(404, "Testsaken finnes ikke.")
    base, text = (own.base, own.text) if own is not None else (standing, standing or "")
    filled = Filled(grunn=own.reason, kilde=own.source) if own is not None else Filled()
    return _page(request, service, change, fil, base, text, filled)


@router.post("/endringer/{id}/testsak")
def keep(request: Request, service: TheService, user: Officer, id: str, given: Annotated[Filled, Form()]) -> Response:
    """Check a case, take it into the proposal, or take it out again."""
    return _edited(request, service, user, id, given)


def _edited(request: Request, service: Service, user: User, id: str, given: Filled) -> Response:
    change = begun(service.drafts, id, given.utkast_versjon)
    folder, root = folder_of(service), service.settings.rules
    if given.handling == "ta-bort":
        return _next(kept(service.drafts, user.id, change.without_case(given.fil)))
    fresh = given.ny == "ja"
    wrong: list[dict[str, str]] = []
    try:
        name = checked_case(folder, given.fil.strip())
        standing = current_case(folder, name)
    except Faults as faults:
        name, standing = given.fil, None
        wrong.append({"felt": "fil", "tekst": told(faults.faults[0])})
    own = change.cases.get(name)
    if fresh and (standing is not None or own is not None) and not wrong:
        wrong.append({"felt": "fil", "tekst": "Det finnes alt en testsak med dette navnet. Velg et annet."})
    begun_as = own.base if own is not None else unbroken(given.grunnlag, standing or "")
    base = None if fresh else begun_as
    if not fresh and base != standing:
        return conflict(request, name, base or "", given.tekst, standing or "", request.url.path)
    text = unbroken(given.tekst, (own.text if own is not None else standing) or "")
    shown = service.workers.alone(case_work.shown, root, change.rule_texts, name, text)
    if given.handling in ("nye", "tekst") and not wrong:
        wrong = _lacking(given, shown)
        if not wrong:
            return _taken(request, service, user, change, name, base, given, shown)
    return _page(request, service, change, name, base, text, given, shown, wrong)


def _taken(
    request: Request, service: Service, user: User, change: Change, name: str, base: str | None, given: Filled,
    shown: Shown,
) -> Response:  # fmt: skip
    """The case in the change, with where its new values come from."""
    text = shown.renewed if given.handling == "nye" else shown.text
    reason, source = (" ".join(one.split()) for one in (given.grunn, given.kilde))
    try:
        text = case_work.sourced(text, name, given.slag, source, reason)
    except Faults as faults:
        wrong = [{"felt": "tekst", "tekst": told(faults.faults[0])}]
        return _page(request, service, change, name, base, shown.text, given, shown, wrong)
    changed = kept(
        service.drafts, user.id, change.with_case(name, Edit(base, text, reason, f"{source} ({given.slag})"))
    )
    if not change.id:
        try_out(service, changed)
    return _next(changed)


def _lacking(given: Filled, shown: Shown) -> list[dict[str, str]]:
    """What stands in the way of taking the case in."""
    wrong = []
    if given.handling == "nye" and not shown.renewed:
        wrong.append({"felt": "tekst", "tekst": "De nye verdiene kan ikke settes inn av seg selv. Skriv dem i saken."})
    if given.handling == "tekst" and not shown.passes:
        wrong.append(
            {"felt": "tekst", "tekst": "Saken stemmer ikke med reglene slik de er i utkastet. Rett den under."}
        )
    if len(given.grunn.strip()) < 10:
        wrong.append({"felt": "grunn", "tekst": "Skriv hvorfor saken skal vente dette, med minst ti tegn."})
    if len(given.kilde.strip()) < 2:
        wrong.append({"felt": "kilde", "tekst": "Skriv hvor svaret kommer fra."})
    if given.slag not in VOUCHED:
        wrong.append({"felt": "slag", "tekst": "Velg hva slags kilde det er."})
    return wrong


def _next(change: Change) -> Response:
    return RedirectResponse(f"/endringer/{change.id}#testsaker", 303)


def _witness(service: Service, user: User, change: Change, scheme: str) -> tuple[str, str]:
    """The application that the proof found for a scheme, as a case that expects what the changed rules give it."""
    job = tried(service, change)
    proof = (job.found.get(PROOF) if job is not None else None) or {}
    parts = proof.get("ordninger", ()) if isinstance(proof, dict) else ()
    text = next((one["vitne"]["søknad"] for one in parts if one["ordning"] == scheme and one["vitne"]), None)
    if text is None:
        raise Refused(404, "Beviset har ikke noe slikt vitne.")
    by = f"fra beviset for en endring av reglene, av {user.id}"
    return service.workers.alone(case_work.begun, service.settings.rules, change.rule_texts, text, by)


def _page(
    request: Request, service: Service, change: Change, name: str, base: str | None, text: str, given: Filled,
    shown: Shown | None = None, wrong: list[dict[str, str]] | None = None, about: str = "", searched: bool = False,
) -> HTMLResponse:  # fmt: skip
    if shown is None and text:
        shown = service.workers.alone(
            case_work.shown, service.settings.rules, change.rule_texts, name or "ny.yaml", text
        )
    new_lines = (
        rulebook_view.line_changes(text.split("\n"), shown.renewed.split("\n")) if shown and shown.renewed else ()
    )
    since = rulebook_view.line_changes(base.split("\n"), text.split("\n")) if base is not None and base != text else ()
    return page(
        request, "endre-testsak.html", 422 if wrong else 200, endring=change, fil=name, ny=base is None and name not in change.cases,
        grunnlag=base or "", tekst=text, vist=shown, nye_linjer=list(new_lines), egne_linjer=list(since), gitt=given,
        slagene=VOUCHED, feil=wrong or [], om=about, lett=searched, i_utkastet=name in change.cases,
        hvorfor_ikke=[told(one) for one in shown.why] if shown is not None else [],
        til=f"/endringer/{change.id}/testsak" if change.id else NEW,
    )  # fmt: skip
