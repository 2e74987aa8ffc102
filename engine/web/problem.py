"""What went wrong, told to a person as a page and to a program as problem+json (RFC 9457). Never with anything from inside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from engine.text.fault import Fault, Faults
from engine.text.place import Place
from engine.web.draft import without


class Refused(HTTPException):
    """What a page or a call will not do, in words of our own. Words of other HTTPExceptions are a library's, and are not shown."""


#: what is told of a status: title, and what to do
_TOLD = {
    400: ("Forespørselen kan ikke brukes", "Kontroller adressen, og prøv igjen."),
    401: ("Du må logge inn", "Logg inn, og prøv igjen."),
    403: ("Du har ikke tilgang", "Be den som styrer tilgangen om riktig rolle."),
    404: ("Fant ikke siden", "Kontroller adressen, eller gå til forsiden."),
    405: ("Dette kan ikke gjøres her", "Gå tilbake, og prøv på nytt fra siden."),
    409: ("Noen andre kom først", "Last siden på nytt, og gjør endringen der."),
    413: ("Innholdet er for stort", "Last opp en mindre fil."),
    415: ("Filtypen kan ikke brukes", "Bruk YAML eller JSON."),
    422: ("Noe må rettes", "Rett det som står under, og prøv igjen."),
    429: ("For mange forespørsler", "Vent litt, og prøv igjen."),
    500: (
        "Noe gikk galt hos oss",
        "Prøv igjen. Hjelper det ikke, oppgi referansenummeret til dem som drifter tjenesten.",
    ),
    503: ("Tjenesten er ikke klar", "Vent litt, og prøv igjen."),
}
_WHY_REFUSED = {
    "vert": "Adressen hører ikke til denne tjenesten.",
    "størrelse": "Ingen søknad eller regelfil er så stor.",
    "opphav": "Forespørselen kom fra en side som ikke hører til tjenesten.",
}
_STATUS_OF_CODE = {
    "SAK-FINNES-IKKE": 404,
    "SAK-ENDRET": 409,
    "UTKAST-ENDRET": 409,
    "ENDRING-UKJENT": 409,
    "LAGER-KOLLISJON": 409,
    "LAGER-LÅST": 503,
    "LAGER-FULLT": 503,
    "LAGER-TILGANG": 503,
    "LAGER-SKADET": 503,
    "LAGER-BORTE": 503,
    "WEB-OPPTATT": 429,
    "FORSLAG-OPPTATT": 503,
    "MOTOR-UENIG": 500,
}
_FIELD = {
    "missing": "feltet mangler",
    "extra_forbidden": "feltet er ikke kjent",
    "string_type": "feltet må være tekst",
    "int_parsing": "feltet må være et helt tall",
    "bool_type": "feltet må være ja eller nei",
    "list_type": "feltet må være en liste",
    "dict_type": "feltet må være et objekt",
    "model_attributes_type": "innholdet må være et objekt",
    "json_invalid": "innholdet er ikke gyldig JSON",
    "string_too_long": "teksten er for lang",
    "string_pattern_mismatch": "teksten har ikke den formen feltet krever",
    "too_long": "listen er for lang",
}


def fault_json(fault: Fault) -> dict[str, Any]:
    """A fault as the API gives it."""
    return {
        "fil": fault.place.file,
        "linje": fault.place.line,
        "kolonne": fault.place.column,
        "kode": fault.code,
        "hva": fault.what,
        "hvorfor": fault.why,
        "neste_steg": fault.next_step,
    }


def status_of(faults: Faults) -> int:
    """The HTTP status that faults amount to; what the user can put right is 422."""
    return max((_STATUS_OF_CODE.get(fault.code, 422) for fault in faults), default=422)


def on_faults(request: Request, error: Exception) -> Response:
    assert isinstance(error, Faults)
    told = tuple(_outward(fault, request.app.state.service.settings.rules) for fault in error.faults)
    return _answer(request.scope, status_of(error), faults=told)


def on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = error.detail if isinstance(error, Refused) else ""
    response = _answer(request.scope, error.status_code, detail)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def on_fields(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    told = []
    for one in error.errors():
        where = ".".join(str(part) for part in one["loc"][1:]) or "innholdet"
        told.append({"felt": where, "hva": _FIELD.get(one["type"], "verdien kan ikke brukes")})
    return _answer(request.scope, 422, fields=told)


def refusal(scope: Scope, status: int, why: str) -> Response:
    """What the guard answers a request that goes no further."""
    return _answer(scope, status, _WHY_REFUSED[why])


def unexpected(scope: Scope, reference: str) -> Response:
    """What is answered when nobody foresaw it: a reference to the log, and nothing from inside."""
    return _answer(scope, 500, reference=reference)


def _outward(fault: Fault, rules: Path) -> Fault:
    """A fault that does not tell where on the server the rules or the store are."""
    if fault.code.startswith("LAGER-"):
        return replace(fault, place=Place("lageret", 1, 1))
    return without(fault, rules)


def _answer(
    scope: Scope,
    status: int,
    detail: str = "",
    faults: tuple[Fault, ...] = (),
    fields: list[dict[str, str]] | None = None,
    reference: str = "",
) -> Response:
    title, advice = _TOLD.get(status, _TOLD[400 if status < 500 else 500])
    if not str(scope.get("path", "")).startswith("/api/"):
        from engine.web.page import error_page

        return error_page(scope, status, title, detail, advice, faults, fields or [], reference)
    content: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail or advice}
    if reference:
        content["referanse"] = reference
    if faults:
        content["feil"] = [fault_json(fault) for fault in faults]
    if fields:
        content["felter"] = fields
    return JSONResponse(content, status, media_type="application/problem+json")
