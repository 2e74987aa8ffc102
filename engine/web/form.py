"""Forms: each carries the session's own key, so that no other site can send one in the user's name."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from engine.web.guard import SAFE
from engine.web.problem import Refused
from engine.web.service import Service, service
from engine.web.user import User, current

#: the hidden field; the script sends the same as a header
FIELD, HEADER = "skjemanøkkel", "x-skjemanokkel"


async def checked(
    request: Request, user: Annotated[User, Depends(current)], service: Annotated[Service, Depends(service)]
) -> None:
    """A dependency of every page: what changes anything must carry the key. Also bounds the number of fields and files."""
    if request.method in SAFE:
        return
    given = request.headers.get(HEADER)
    if given is None:
        most = service.settings.most_fields
        form = await request.form(max_fields=most, max_files=20, max_part_size=service.settings.most_bytes)
        field = form.get(FIELD)
        given = field if isinstance(field, str) else ""
    expected = user.session.form_key if user.session is not None else ""
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Refused(403, "Skjemaet hører ikke til økten din, eller økten er utløpt. Ingenting ble lagret.")


async def fields(request: Request) -> FormData:
    """A dependency: all fields and files of a form, for a page whose form is made from data."""
    return await request.form()
