"""The rule book: every set, consolidated or as of a date and month; each rule; and what differs between two sets."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.web import rulebook_view
from engine.web.page import MenuItem, page
from engine.web.service import Service, service
from engine.web.settings import READER
from engine.web.testcases import coverage_of

router = APIRouter(prefix="/regler")
MENU = (MenuItem("/regler", "Regler", READER),)

TheService = Annotated[Service, Depends(service)]
Text = Annotated[str, Query(max_length=40)]


@router.get("")
def index(
    request: Request, service: TheService, ordning: Text = "", avtaledato: Text = "", måned: Text = ""
) -> Response:
    """All rule sets; with a scheme and an agreement date, on to the set that the date selects."""
    told = ""
    if ordning and avtaledato.strip():
        found, told = service.workers.run(rulebook_view.selected, ordning, avtaledato.strip())
        if found:
            asked = {"avtaledato": avtaledato.strip(), "måned": måned.strip()}
            query = urlencode({name: value for name, value in asked.items() if value})
            return RedirectResponse(f"/regler/{found}?{query}", 303)
    return page(
        request,
        "regler.html",
        ordninger=service.workers.run(rulebook_view.contents),
        valgt=ordning,
        avtaledato=avtaledato,
        måned=måned,
        feil=[{"felt": "avtaledato", "tekst": told}] if told else [],
    )


@router.get("/forskjell")
def difference(request: Request, service: TheService, fra: Text, til: Text) -> HTMLResponse:
    """What reads differently in two sets."""
    found = service.workers.run(rulebook_view.changes, fra, til)
    return page(request, "regelforskjell.html", fra=fra, til=til, endringer=found)


@router.get("/{year}/{ordning}")
def one_set(
    request: Request, service: TheService, year: str, ordning: str, avtaledato: Text = "", måned: Text = ""
) -> HTMLResponse:
    """A set as it reads with everything it builds on."""
    text = service.workers.run(rulebook_view.set_text, f"{year}/{ordning}", avtaledato.strip(), måned.strip())
    return page(request, "regelsett.html", sett=text, avtaledato=avtaledato, måned=måned)


@router.get("/{year}/{ordning}/vilkar/{rule}")
def one_rule(request: Request, service: TheService, year: str, ordning: str, rule: str) -> HTMLResponse:
    """One rule."""
    found = service.workers.run(rulebook_view.rule_text, f"{year}/{ordning}", rule)
    return page(
        request, "vilkår.html", sett=f"{year}/{ordning}", regel=found, dekning=coverage_of(service, rule, found.origin)
    )
