"""Who is asking, and what they may do. Pages ask the session; the API also takes the organisation's access tokens."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request

from engine.store import ledger
from engine.store.session import Session
from engine.web.problem import Refused
from engine.web.service import Service, service
from engine.web.settings import READER, ROLES, Settings

COOKIE = "okt"


@dataclass(frozen=True, slots=True)
class User:
    """A person, or a program with a token. `id` is what the ledger keeps. A program has no session, and fills in no forms."""

    id: str
    name: str
    roles: frozenset[str]
    session: Session | None = None

    def may(self, role: str) -> bool:
        """Whether the user has the role. Any role lets one read."""
        return role in self.roles or (role == READER and bool(self.roles))


def cookie_name(settings: Settings) -> str:
    """With TLS the browser itself sees to it that no other host and no open line can set the cookie."""
    return f"__Host-{COOKIE}" if settings.secure else COOKIE


def set_cookie(request: Request, settings: Settings, key: str) -> None:
    """Have the answer give the browser its key; the guard sends it along whatever kind of answer it is."""
    age = settings.longest if key else 0
    parts = [f"{cookie_name(settings)}={key}", "Path=/", f"Max-Age={age}", "HttpOnly", "SameSite=Lax"]
    request.scope["state"]["cookie"] = "; ".join([*parts, "Secure"] if settings.secure else parts)


def session_of(request: Request, service: Service) -> Session | None:
    """The session the browser's key opens."""
    key = request.cookies.get(cookie_name(service.settings))
    return service.sessions.find(key) if key else None


def local_user() -> str:
    """The operating system's name for whoever started the service."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "ukjent"


def current(request: Request, service: Annotated[Service, Depends(service)]) -> User:
    """The user of a page. Without login that is whoever started the service, with all roles; with it, a visitor is sent to log in."""
    known: User | None = getattr(request.state, "user", None)
    if known is not None:
        return known
    session = session_of(request, service)
    if service.settings.login is None:
        if session is None:
            name = local_user()
            key, session = service.sessions.open(name, name, frozenset(ROLES))
            set_cookie(request, service.settings, key)
    elif session is None or not session.user:
        if request.method != "GET":
            raise Refused(401, "Du er logget ut, eller økten er utløpt. Ingenting ble lagret.")
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise Refused(303, headers={"Location": f"/logg-inn?neste={quote(wanted, safe='')}"})
    user = User(session.user, session.name, session.roles, session)
    request.state.user = user
    return user


def needs(role: str) -> Callable[..., User]:
    """A dependency: the user of a page, who must have the role. A refusal is kept in the ledger."""

    def with_role(
        request: Request, user: Annotated[User, Depends(current)], service: Annotated[Service, Depends(service)]
    ) -> User:
        require(request, user, role, service)
        return user

    return with_role


def require(request: Request, user: User, role: str, service: Service) -> None:
    """Raise 403 unless the user has the role."""
    if not user.may(role):
        route = getattr(request.scope.get("route"), "path", "")
        service.cases.note(user.id, ledger.DENIED, None, {"hva": f"{request.method} {route}", "rolle": role})
        raise Refused(403, f"Dette krever rollen «{role}».")
