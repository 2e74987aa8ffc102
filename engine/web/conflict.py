"""The page for two changes of the same lines."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import HTMLResponse

from engine.web.page import page
from engine.web.rulebook_view import line_changes


def conflict(
    request: Request, file: str, base: str, ours: str, theirs: str, address: str, branch: str = ""
) -> HTMLResponse:
    """Both versions beside what they were made from; nothing was saved. `branch` is the proposal theirs is from; else it stands."""

    def lines(text: str) -> list[tuple[str, str]]:
        return list(line_changes(base.split("\n"), text.split("\n")))

    return page(
        request, "konflikt.html", 409, fil=file, våre=lines(ours), deres=lines(theirs), gren=branch,
        tekst=ours, adresse=address,
    )  # fmt: skip
