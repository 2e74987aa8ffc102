"""The ledger as a page: what happened, who did it, and whether anyone has changed it."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse

from engine.store.chain import check
from engine.store.ledger import head, latest
from engine.web.page import MenuItem, page
from engine.web.problem import Refused
from engine.web.service import Service, service
from engine.web.settings import OFFICER
from engine.web.user import needs

router = APIRouter(prefix="/revisjon", dependencies=[Depends(needs(OFFICER))])
MENU = (MenuItem("/revisjon", "Revisjon", OFFICER),)

#: rows on one page
PER_PAGE = 100

TheService = Annotated[Service, Depends(service)]


@router.get("")
def index(
    request: Request, service: TheService, før: Annotated[int | None, Query(ge=1, le=2**62)] = None
) -> HTMLResponse:
    """The last rows, newest first."""
    with service.database.reading() as connection:
        found, last = latest(connection, PER_PAGE, før), head(connection)
    older = found[-1].nr if found and found[-1].nr > 1 else None
    return page(request, "revisjon.html", hendelser=found, siste=last, eldre=older, før=før, kontrollert=None)


@router.get("/kontroll")
def checked(request: Request, service: TheService, hode: Annotated[str, Query(max_length=100)] = "") -> HTMLResponse:
    """The whole ledger gone through; with a row noted earlier, that it still stands."""
    noted = None
    if hode.strip():
        found = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", hode.strip())
        if found is None:
            raise Refused(422, "Skriv nummeret og koden slik de sto, med kolon mellom.")
        noted = (int(found[1]), found[2])
    with service.database.reading() as connection:
        last = head(connection)
    result = check(service.database, noted)
    return page(request, "revisjon.html", hendelser=[], siste=last, eldre=None, før=None, kontrollert=result)
