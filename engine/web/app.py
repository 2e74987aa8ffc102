"""The application: the pages and the API put together behind the guard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from engine import __version__
from engine.text.fault import Faults
from engine.web import (
    applications,
    audit,
    case_edit,
    cases,
    changes,
    decisions,
    front,
    login,
    mutation,
    proposals,
    rules,
    sources,
    testcases,
)
from engine.web.api import router as api
from engine.web.form import checked
from engine.web.guard import Guard
from engine.web.problem import on_faults, on_fields, on_http
from engine.web.service import open_service
from engine.web.settings import READER, Settings
from engine.web.user import needs

#: the pages, a noun a module; each has a `router` and, if it stands in the menu, `MENU`
PAGES: tuple[ModuleType, ...] = (
    front,
    applications,
    cases,
    decisions,
    changes,
    rules,
    proposals,
    case_edit,
    mutation,
    testcases,
    sources,
    audit,
)

_STATIC = Path(__file__).parent / "static"


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI application. Raises Faults when the settings, the store or the rules cannot be used."""
    settings.check()
    service = open_service(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    app = FastAPI(
        title="alis-regler",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    app.state.menu = tuple(item for module in PAGES for item in getattr(module, "MENU", ()))
    app.add_middleware(Guard, settings=settings)
    app.add_exception_handler(Faults, on_faults)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_fields)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.include_router(login.router)
    app.include_router(api.router)
    app.include_router(pages())
    return app


def pages() -> APIRouter:
    """All pages. None is reached without a role, and none changes anything without the form key."""
    together = APIRouter(dependencies=[Depends(needs(READER)), Depends(checked)], include_in_schema=False)
    for module in PAGES:
        together.include_router(module.router)
    return together
