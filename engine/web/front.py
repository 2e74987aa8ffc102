"""The front page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from engine.web.page import page
from engine.web.service import Service, service

router = APIRouter()


@router.get("/")
def front(request: Request, service: Annotated[Service, Depends(service)]) -> HTMLResponse:
    """Where to go, and the cases last worked on."""
    found, total = service.cases.listed(limit=5)
    return page(request, "forside.html", saker=found, antall=total)
