"""The sources: each with the points the rules cite, and which rules cite them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse

from engine.language.model import Citation, Source
from engine.language.rulebook import Rulebook
from engine.web.page import MenuItem, page
from engine.web.service import Service, service
from engine.web.settings import READER

router = APIRouter(prefix="/kilder")
MENU = (MenuItem("/kilder", "Kilder", READER),)

TheService = Annotated[Service, Depends(service)]


@dataclass(frozen=True, slots=True)
class Cited:
    """A point of a source, and what rests on it: title, rule set, and the rule's id where it is a rule."""

    point: str
    by: tuple[tuple[str, str, str], ...]


@router.get("")
def index(request: Request, service: TheService) -> HTMLResponse:
    """All sources by publisher."""
    return page(request, "kilder.html", kilder=service.workers.run(sources))


@router.get("/{id}")
def one(request: Request, service: TheService, id: str) -> HTMLResponse:
    """A source with its points."""
    found = service.workers.run(source, id)
    if found is None:
        raise HTTPException(404)
    return page(request, "kilde.html", kilde=found[0], punkter=found[1])


def sources(book: Rulebook) -> list[Source]:
    """Every source of the vocabulary and the rule sets, each id once, by publisher and title."""
    return sorted(_all(book).values(), key=lambda one: (one.publisher, one.title))


def source(book: Rulebook, id: str) -> tuple[Source, list[Cited]] | None:
    """A source and its points in the order the rules cite them, or None."""
    found = _all(book).get(id)
    if found is None:
        return None
    points: dict[str, dict[tuple[str, str, str], None]] = {}
    for citation, title, origin, rule in _citations(book):
        if citation is not None and citation.source == id:
            points.setdefault(citation.point, {})[title, origin, rule] = None
    return found, [Cited(point, tuple(by)) for point, by in points.items()]


def _all(book: Rulebook) -> dict[str, Source]:
    found = dict(book.vocabulary.sources)
    for scheme in book.schemes.values():
        for one_set in scheme.sets:
            found |= one_set.sources
    return found


def _citations(book: Rulebook) -> Iterator[tuple[Citation | None, str, str, str]]:
    """Every citation with what it stands on: title, rule set, and the id of a rule."""
    for scheme in book.schemes.values():
        titles: dict[str, str] = {}  # a later set need not repeat the title of a rate
        for one_set in scheme.sets:
            origin = one_set.id
            yield one_set.agreements_citation, "Hvilke avtaler regelsettet gjelder", origin, ""
            if one_set.grant_year is not None:
                yield one_set.grant_year.citation, f"Tilskuddsåret {one_set.grant_year.year}", origin, ""
            for rule in one_set.rules.values():
                yield rule.citation, rule.title, origin, rule.id
                for exemption in rule.exemptions:
                    yield exemption.citation, f"{rule.title}, unntak: {exemption.title}", origin, rule.id
            yield from ((part.citation, part.title, origin, "") for part in one_set.definitions.values())
            yield from ((part.citation, part.title, origin, "") for part in one_set.notes.values())
            yield from ((part.citation, part.title, origin, "") for part in one_set.calculations.values())
            for parameter in one_set.parameters.values():
                title = titles.setdefault(parameter.name, parameter.title or parameter.name)
                yield parameter.citation, title, origin, ""
                yield from ((value.citation, title, origin, "") for value in parameter.values)
    yield book.vocabulary.summary.citation, "Hvordan svarene føres sammen", "", ""
