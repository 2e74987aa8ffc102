"""Logging in with the organisation's OpenID provider, and out again."""

from __future__ import annotations

from typing import Annotated, Any

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import OAuth
from fastapi import APIRouter, Depends, Request
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from engine.store import ledger
from engine.web.form import checked
from engine.web.problem import Refused
from engine.web.service import Service, service
from engine.web.settings import Login, Settings
from engine.web.user import current, session_of, set_cookie

router = APIRouter(include_in_schema=False)

TheService = Annotated[Service, Depends(service)]


@router.get("/logg-inn")
async def log_in(request: Request, service: TheService, neste: str = "/") -> Response:
    """Send the browser to the provider, with what it must bring back kept in a session of its own."""
    login = service.settings.login
    if login is None:
        return RedirectResponse("/", 303)
    key, session = await run_in_threadpool(service.sessions.open)
    request.scope["session"] = session.data
    address = f"{_own_address(service.settings)}/logg-inn/svar"
    try:
        response: Response = await _client(request, login).authorize_redirect(request, address)
    except httpx2.HTTPError:
        raise Refused(503, "Innloggingstjenesten svarer ikke.") from None
    session.data["neste"] = _inside(neste)
    await run_in_threadpool(service.sessions.keep, session)
    set_cookie(request, service.settings, key)
    return response


@router.get("/logg-inn/svar")
async def logged_in(request: Request, service: TheService) -> Response:
    """What the provider sends back: checked against what was asked, then a new session with the roles it vouches for."""
    login = service.settings.login
    session = await run_in_threadpool(session_of, request, service)
    if login is None or session is None:
        raise Refused(400, "Innloggingen er utløpt. Begynn på nytt.")
    request.scope["session"] = session.data
    try:
        token = await _client(request, login).authorize_access_token(request)
    except (OAuthError, JoseError, KeyError, ValueError):
        raise Refused(403, "Innloggingen ble ikke godtatt. Begynn på nytt.") from None
    except httpx2.HTTPError:
        raise Refused(503, "Innloggingstjenesten svarer ikke.") from None
    claims: dict[str, Any] = token.get("userinfo") or {}
    who, roles = str(claims.get("sub") or ""), login.roles(claims.get(login.claim))
    await run_in_threadpool(service.sessions.close, session)
    if not who or not roles:
        await run_in_threadpool(service.cases.note, who, ledger.DENIED, None, {"hva": "innlogging", "rolle": ""})
        raise Refused(403, "Du er kjent, men har ingen rolle her.")
    key, _ = await run_in_threadpool(service.sessions.open, who, str(claims.get("name") or who), roles)
    await run_in_threadpool(service.cases.note, who, ledger.LOGGED_IN)
    set_cookie(request, service.settings, key)
    return RedirectResponse(_inside(str(session.data.get("neste") or "/")), 303)


@router.post("/logg-ut", dependencies=[Depends(current), Depends(checked)])
def log_out(request: Request, service: TheService) -> Response:
    """End the session here."""
    session = request.state.user.session
    service.sessions.close(session)
    service.cases.note(session.user, ledger.LOGGED_OUT)
    set_cookie(request, service.settings, "")
    return RedirectResponse("/", 303)


def _client(request: Request, login: Login) -> Any:
    """The client for the provider; it reads the provider's own description of itself once."""
    kept = getattr(request.app.state, "oidc", None)
    if kept is None:
        kept = OAuth()
        kept.register(
            "oidc",
            client_id=login.client,
            client_secret=login.secret,
            server_metadata_url=f"{login.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
        )
        request.app.state.oidc = kept
    return kept.oidc


def _own_address(settings: Settings) -> str:
    return settings.address.rstrip("/") or f"http://{settings.host}:{settings.port}"


def _inside(address: str) -> str:
    """The address if it is one of ours, else the front page."""
    inside = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return address if inside and len(address) <= 2000 else "/"
