"""Pages from templates: what every page knows, and how values read."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse
from starlette.types import Scope

from engine import __version__
from engine.explain.aloud import capitalized
from engine.regress.witness_file import slug
from engine.text import literal
from engine.text.fault import Fault
from engine.text.month import month_in_words
from engine.text.norsk import date_text, money_text
from engine.web.form import FIELD
from engine.web.service import Service
from engine.web.user import User

_OSLO = ZoneInfo("Europe/Oslo")


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One word of the menu, for those with the role."""

    address: str
    word: str
    role: str


def page(request: Request, template: str, status: int = 200, **given: Any) -> HTMLResponse:
    """A page from a template in `templates/`. It knows `user`, `menu`, `here`, `form_key`, and whether the service is local."""
    service: Service = request.app.state.service
    user: User | None = getattr(request.state, "user", None)
    menu: tuple[MenuItem, ...] = request.app.state.menu
    content = (
        environment()
        .get_template(template)
        .render(
            user=user,
            menu=[item for item in menu if user is not None and user.may(item.role)],
            here=request.url.path,
            form_field=FIELD,
            form_key=user.session.form_key if user is not None and user.session is not None else "",
            local=service.settings.login is None,
            version=__version__,
            **given,
        )
    )
    return HTMLResponse(content, status)


def error_page(
    scope: Scope,
    status: int,
    title: str,
    detail: str,
    advice: str,
    faults: tuple[Fault, ...],
    fields: list[dict[str, str]],
    reference: str,
) -> HTMLResponse:
    """The page for what went wrong; it needs neither session nor store."""
    content = environment().get_template("feil.html").render(
        user=None, menu=[], here="", form_field=FIELD, form_key="", local=False, version=__version__,
        title=title, detail=detail, advice=advice, faults=faults, fields=fields, reference=reference,
    )  # fmt: skip
    return HTMLResponse(content, status)


@functools.cache
def environment() -> Environment:
    """The templates: everything is escaped, and a name that does not exist is an error."""
    made = Environment(
        loader=PackageLoader("engine.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "slag": kind_of,
        "storbokstav": capitalized,
        "anker": slug,
        "kroner": kroner,
        "tidspunkt": moment,
        "måned": month_words,
        "dato": date_text,
    }
    return made


def kind_of(part: object) -> str:
    """What a part of a document is: the name of its class in small letters."""
    return type(part).__name__.lower()


def kroner(amount: str | None) -> str:
    """`26 897,00 kr` from the text a decision has; what is not known says so."""
    return "ikke kjent" if amount is None else money_text(Decimal(amount))


def moment(time: str) -> str:
    """`17.5.2020 kl. 14.03`, in Norway, from UTC in ISO 8601."""
    local = datetime.fromisoformat(time).astimezone(_OSLO)
    return f"{date_text(local.date())} kl. {local:%H.%M}"


def month_words(text: str) -> str:
    """`mai 2020` from `2020-05`."""
    return month_in_words(literal.month(text))
