"""The API, version 1: what the commands do, with the answers the commands give, byte for byte."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from engine.text.fault import Faults
from engine.web.api import words
from engine.web.api.caller import calls_for, reads
from engine.web.problem import Refused, fault_json, status_of
from engine.web.rule_work import Version, checked, compared, tested
from engine.web.service import Service, service
from engine.web.settings import OFFICER
from engine.web.work import decided, looked_up, rule_sets

router = APIRouter(prefix="/api/v1", dependencies=[Depends(reads)], responses=words.PROBLEMS)

TheService = Annotated[Service, Depends(service)]
officer = Depends(calls_for(OFFICER))

_JSON = "application/json"

#: kinds of content an application may come as → the end of the name it is read under
_KINDS = {_JSON: "json", "application/yaml": "yaml", "application/x-yaml": "yaml", "text/yaml": "yaml"}


#: what a proof may take at most; longer ones are for the command
MOST_SECONDS = 50


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Draft(_Given):
    """Rule files by name, in place of the service's own."""

    filer: dict[str, str] = Field(default={}, max_length=100, examples=[{}])


class Testing(Draft):
    """`saker` are test cases by name; without them the service's own are tested."""

    saker: dict[words.CaseName, str] = Field(default={}, max_length=2_000)


class GivenVersion(Draft):
    """The rules as they stand; `revisjon` for a git revision of them; `filer` for some files changed."""

    revisjon: str = Field(default="", pattern=r"^([0-9A-Za-z][0-9A-Za-z_/-]*(\.[0-9A-Za-z_/-]+)*)?$", max_length=100)

    def version(self, name: str) -> Version:
        if self.revisjon and self.filer:
            raise Refused(422, "Oppgi enten «revisjon» eller «filer», ikke begge.")
        return Version(self.revisjon, self.filer, self.revisjon or (name if self.filer else "gjeldende"))


class Comparing(_Given):
    """Two versions, and how many seconds the proofs may take."""

    fra: GivenVersion = GivenVersion()
    til: GivenVersion = GivenVersion()
    sekunder: int = Field(default=20, ge=1, le=MOST_SECONDS)


@router.post("/vurder", openapi_extra=words.APPLICATION, responses=words.DECISION, summary="Vurder en søknad")
async def vurder(request: Request, service: TheService) -> Response:
    """Svaret er vedtaket, slik «alis vurder --format json» skriver det. Ingenting lagres."""
    name, content = await _application(request)
    found = await service.workers.asked(decided, content, name)
    return Response(found.decision, media_type=_JSON)


@router.get("/regelsett", summary="Regelsettene")
async def regelsett(service: TheService) -> list[dict[str, Any]]:
    """Alle regelsettene, med avtaledatoene de gjelder for."""
    return await service.workers.asked(rule_sets)


@router.get("/regelsett/valg", summary="Regelsettet en avtaledato velger")
async def valg(
    service: TheService,
    avtaledato: Annotated[str, Query(max_length=20, description="For eksempel 2020-05-17.")],
    ordning: Annotated[str | None, Query(max_length=100)] = None,
    måned: Annotated[str | None, Query(max_length=20, description="For eksempel 2020-05.")] = None,
) -> Response:
    """Som «alis regelsett --format json»."""
    return Response(await service.workers.asked(looked_up, avtaledato, ordning, måned), media_type=_JSON)


@router.post("/valider", openapi_extra=words.APPLICATION, summary="Kontroller en søknad eller en testsak")
async def valider(request: Request, service: TheService) -> Response:
    """Alle feilene som kan finnes uavhengig av hverandre."""
    name, content = await _application(request)
    try:
        await service.workers.asked(decided, content, name)
    except Faults as faults:
        if status_of(faults) != 422:
            raise
        return _validity(faults.faults)
    return _validity(())


@router.post("/valider/regler", summary="Kontroller regler")
async def valider_regler(service: TheService, given: Draft) -> Response:
    """Reglene slik de blir med filene som er sendt. Alle feil i én omgang."""
    found = await run_in_threadpool(service.heavy.alone, checked, service.settings.rules, given.filer)
    return _validity(found)


@router.post("/test", dependencies=[officer], summary="Prøv testsaker mot reglene")
async def test(service: TheService, given: Testing) -> Response:
    """Som «alis test --json»."""
    settings = service.settings
    found = await run_in_threadpool(
        service.heavy.alone, tested, settings.rules, given.filer, given.saker, settings.cases
    )
    return Response(found, media_type=_JSON)


@router.post("/sammenlign", dependencies=[officer], summary="Sammenlign to versjoner av reglene")
async def sammenlign(service: TheService, given: Comparing) -> Response:
    """Som «alis sammenlign --format json»."""
    before, after = given.fra.version("fra"), given.til.version("til")
    found = await run_in_threadpool(
        service.heavy.alone, compared, service.settings.rules, before, after, given.sekunder
    )
    return Response(found, media_type=_JSON)


async def _application(request: Request) -> tuple[str, bytes]:
    """The name to read the content under, and the content."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise Refused(415, "Send søknaden som application/json eller application/yaml.")
    return f"søknad.{_KINDS[kind]}", await request.body()


def _validity(faults: tuple[Any, ...]) -> Response:
    return JSONResponse({"gyldig": not faults, "feil": [fault_json(fault) for fault in faults]})
