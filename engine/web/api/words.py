"""What the OpenAPI description says beyond the types: the body of an application, the decision, and the problems."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

#: the name of a test case: a file name without folders
CaseName = Annotated[str, Field(pattern=r"^[\w-][\w .-]{0,99}\.(yaml|yml|json)$")]

_EXAMPLE = {"søknad": {"id": "eksempel"}, "leger": []}

#: a body that is an application, as YAML or as JSON
APPLICATION: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "En søknad, slik den står i en fil. Tall og datoer kan være tekst.",
        "content": {
            "application/json": {
                "schema": {"type": "object", "required": ["søknad"], "properties": {"søknad": {"type": "object"}}},
                "example": _EXAMPLE,
            },
            "application/yaml": {"schema": {"type": "string"}, "example": "søknad:\n  id: eksempel\nleger: []\n"},
        },
    }
}

DECISION: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Vedtaket",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["søknad", "beløp", "leger", "vilkår", "mangler", "skjønn", "merknader", "kvittering"],
                }
            }
        },
    }
}

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "referanse": {"type": "string"},
        "feil": {"type": "array", "items": {"type": "object"}},
        "felter": {"type": "array", "items": {"type": "object"}},
    },
}


def _problem(words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/problem+json": {"schema": _PROBLEM}}}


#: RFC 9457
PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _problem("Forespørselen kan ikke brukes"),
    401: _problem("Tilgangstegn mangler eller er ugyldig"),
    403: _problem("Rollen mangler"),
    413: _problem("Innholdet er for stort"),
    415: _problem("Innholdstypen kan ikke brukes"),
    422: _problem("Noe må rettes; feilene er listet"),
    429: _problem("For mange venter"),
    500: _problem("Noe gikk galt; referansenummeret finner igjen feilen"),
    503: _problem("Lageret er ikke klart"),
}
