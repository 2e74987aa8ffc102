"""Editing a rule file: its parts, a form for one part with the file's text beside it, and the whole file as text."""

from __future__ import annotations

from collections.abc import Container
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from engine.language.rulebook import VOCABULARY_FILE
from engine.web import rule_draft, rulebook_view
from engine.web.change import Change, Edit, begun, found, kept, unbroken
from engine.web.change_steps import try_out
from engine.web.conflict import conflict
from engine.web.form import fields
from engine.web.page import page
from engine.web.rule_draft import WHOLE, Shown, current
from engine.web.rule_fields import REST, SECTIONS, lines_of, parts
from engine.web.service import Service, service
from engine.web.settings import OFFICER
from engine.web.user import User, needs

router = APIRouter(prefix="/regler")

TheService = Annotated[Service, Depends(service)]
Officer = Annotated[User, Depends(needs(OFFICER))]
Form = Annotated[FormData, Depends(fields)]

#: the vocabulary is edited as a whole
_VOCABULARY = "/regler/vokabular/endre"


@router.get("/vokabular/endre")
def vocabulary(request: Request, service: TheService, _: Officer, utkast: str = "") -> Response:
    """The vocabulary as text."""
    return _form(request, service, VOCABULARY_FILE, WHOLE, "", utkast)


@router.post("/vokabular/endre")
async def edit_vocabulary(request: Request, service: TheService, user: Officer, form: Form) -> Response:
    """Check the vocabulary as it was written, or try what it comes to."""
    return await run_in_threadpool(_edited, request, service, user, VOCABULARY_FILE, WHOLE, "", form)


@router.get("/{year}/{ordning}/endre")
def index(request: Request, service: TheService, _: Officer, year: str, ordning: str, utkast: str = "") -> Response:
    """The parts of a rule file; with a draft, as it stands there."""
    file = f"{year}/{ordning}.yaml"
    draft = found(service.drafts, utkast) if utkast else Change()
    text = draft.rule_texts.get(file) or current(service.settings.rules, file)
    return page(
        request, "endre-deler.html", sett=f"{year}/{ordning}", fil=file, deler_i_fil=parts(text, file), utkast=draft
    )


@router.get("/{year}/{ordning}/vilkar/{rule}/endre")
def rule(service: TheService, _: Officer, year: str, ordning: str, rule: str) -> Response:
    """A rule is edited where it was last stated."""
    found = service.workers.run(rulebook_view.rule_text, f"{year}/{ordning}", rule)
    return RedirectResponse(f"/regler/{found.origin}/endre/vilkar/{quote(rule, safe='')}", 303)


@router.get("/{year}/{ordning}/endre/{del_}")
def whole(
    request: Request, service: TheService, _: Officer, year: str, ordning: str, del_: str, utkast: str = ""
) -> Response:
    """The whole file as text, or a form for what belongs to no named part."""
    return _form(request, service, f"{year}/{ordning}.yaml", _known(del_, (WHOLE, REST)), "", utkast)


@router.post("/{year}/{ordning}/endre/{del_}")
async def edit_whole(
    request: Request, service: TheService, user: Officer, form: Form, year: str, ordning: str, del_: str
) -> Response:
    """Check what was filled in, or try what it comes to."""
    section = _known(del_, (WHOLE, REST))
    return await run_in_threadpool(_edited, request, service, user, f"{year}/{ordning}.yaml", section, "", form)


@router.get("/{year}/{ordning}/endre/{del_}/{navn}")
def part(
    request: Request, service: TheService, _: Officer, year: str, ordning: str, del_: str, navn: str, utkast: str = ""
) -> Response:
    """A form for one part."""
    return _form(request, service, f"{year}/{ordning}.yaml", _known(del_, SECTIONS), navn, utkast)


@router.post("/{year}/{ordning}/endre/{del_}/{navn}")
async def edit_part(
    request: Request, service: TheService, user: Officer, form: Form, year: str, ordning: str, del_: str, navn: str
) -> Response:
    """Check what was filled in, or try what it comes to."""
    section = _known(del_, SECTIONS)
    return await run_in_threadpool(_edited, request, service, user, f"{year}/{ordning}.yaml", section, navn, form)


def _form(request: Request, service: Service, file: str, section: str, name: str, id: str) -> Response:
    """The form, from the file as it stands, or as it is in a draft."""
    change = found(service.drafts, id) if id else Change()
    edit = change.rules.get(file)
    standing = current(service.settings.rules, file) if edit is None else ""
    base, draft = (standing, standing) if edit is None else (edit.base or "", edit.text)
    others = _others(change, file)
    shown = service.workers.alone(rule_draft.shown, service.settings.rules, file, section, name, draft, {}, others)
    return _page(request, file, section, name, base, draft, shown, change, checked=False)


def _edited(
    request: Request, service: Service, user: User, file: str, section: str, name: str, form: FormData
) -> Response:
    given = {key: value for key, value in form.items() if isinstance(value, str)}
    standing = current(service.settings.rules, file)
    change = begun(service.drafts, given.get("utkast_id", ""), given.get("utkast_versjon", ""))
    base, draft = (unbroken(given.get(key, ""), standing) for key in ("grunnlag", "utkast"))
    others = _others(change, file)
    shown = service.workers.alone(
        rule_draft.shown, service.settings.rules, file, section, name, draft or base, given, others
    )
    doing = given.get("handling", "")
    if doing == "direkte":
        return JSONResponse(_as_typed(shown, section))
    if base != standing:
        return conflict(request, file, base, shown.text, standing, request.url.path)
    if shown.faulty or doing != "prøv":
        return _page(request, file, section, name, base, draft or base, shown, change, 422 if shown.faulty else 200)
    changed = change.with_rule(file, Edit(base, shown.text), name or section, request.url.path)
    if not changed.rules and not changed.cases:
        nothing = Shown(shown.fields, shown.text, ("Du har ikke endret noe.",))
        return _page(request, file, section, name, base, draft or base, nothing, change, 422)
    changed = kept(service.drafts, user.id, changed)
    try_out(service, changed)
    return RedirectResponse(f"/endringer/{changed.id}", 303)


def _others(change: Change, file: str) -> dict[str, str]:
    """The other rule files of a draft."""
    return {one: text for one, text in change.rule_texts.items() if one != file}


def _page(
    request: Request, file: str, section: str, name: str, base: str, draft: str, shown: Shown, change: Change,
    status: int = 200, checked: bool = True,
) -> Response:  # fmt: skip
    first, last = (1, 1) if section == WHOLE else lines_of(list(shown.fields), shown.text)
    rows = shown.text.split("\n")[first - 1 : last]
    summary = [{"felt": one.id, "tekst": f"{one.label}: {one.error}"} for one in shown.fields if one.error]
    summary += [{"felt": "tekst" if section == WHOLE else "", "tekst": one} for one in shown.wrong]
    set_id = file.removesuffix(".yaml") if file != VOCABULARY_FILE else ""
    title = next((one.value for one in shown.fields if one.label == "tittel"), name) if name else ""
    return page(
        request, "endre.html", status, fil=file, sett=set_id, tittel=title, felter=shown.fields,
        tekst=shown.text, utsnitt="\n".join(rows), første=first, grunnlag=base, utkast=draft, feil=summary,
        kontrollert=checked, hel=section == WHOLE, endring=change,
    )  # fmt: skip


def _as_typed(shown: Shown, section: str) -> dict[str, object]:
    """What the script shows while one types."""
    first, last = (1, 1) if section == WHOLE else lines_of(list(shown.fields), shown.text)
    return {
        "feil": {one.id: one.error for one in shown.fields if one.error},
        "annet": list(shown.wrong),
        "utsnitt": "" if section == WHOLE else "\n".join(shown.text.split("\n")[first - 1 : last]),
    }


def _known(section: str, known: Container[str]) -> str:
    if section not in known:
        raise HTTPException(404)
    return section
