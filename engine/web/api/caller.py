"""Who calls the API: a program with the organisation's access token, a page of ours, or anyone on this machine when there is no login."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable
from typing import Annotated, Any

import httpx2
from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.concurrency import run_in_threadpool

from engine.web.form import HEADER
from engine.web.guard import SAFE
from engine.web.problem import Refused
from engine.web.service import Service, service
from engine.web.settings import READER, ROLES, Login
from engine.web.user import User, local_user, require, session_of

_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]

#: the provider's keys are fetched anew after so many seconds, and not more often than that for a key nobody knows
_LASTS, _PAUSE = 3_600, 20


class Keys:
    """The keys a provider signs with, fetched when first needed."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer.rstrip("/")
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._named = self.issuer
        self._fetched = 0.0

    def read(self, text: str, audience: str) -> dict[str, Any]:
        """What a token says, when the provider signed it for us and it has not run out. Raises JoseError or httpx2.HTTPError."""
        try:
            token = jwt.decode(text, self._current(_LASTS), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):  # perhaps the provider has new keys
            token = jwt.decode(text, self._current(_PAUSE), algorithms=_ALGORITHMS)
        registry = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": self._named},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        registry.validate(token.claims)
        return dict(token.claims)

    def _current(self, lasts: float) -> KeySet:
        with self._lock:
            if self._keys is None or time.monotonic() - self._fetched > lasts:
                about = _fetch(f"{self.issuer}/.well-known/openid-configuration")
                self._named = str(about["issuer"])  # as tokens write it, perhaps with a slash at the end
                if self._named.rstrip("/") != self.issuer:
                    raise ValueError("another issuer")
                self._keys = KeySet.import_key_set(_fetch(str(about["jwks_uri"])))
                self._fetched = time.monotonic()
            return self._keys


def _fetch(address: str) -> Any:
    answer = httpx2.get(address, timeout=5)
    answer.raise_for_status()
    return answer.json()


async def caller(request: Request, service: Annotated[Service, Depends(service)]) -> User:
    """A dependency of every call. Raises 401 for who cannot be known, 403 for a page without the form key."""
    login = service.settings.login
    if login is None:
        name = local_user()
        return User(name, name, frozenset(ROLES))
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and token:
        return await run_in_threadpool(_bearer, request, login, token.strip())
    session = await run_in_threadpool(session_of, request, service)
    if session is None or not session.user:
        raise Refused(401, "Send et tilgangstegn fra innloggingstjenesten.", {"WWW-Authenticate": "Bearer"})
    given = request.headers.get(HEADER, "")
    if request.method not in SAFE and not hmac.compare_digest(given.encode(), session.form_key.encode()):
        raise Refused(403, f"Feltet «{HEADER}» mangler eller er feil.")
    return User(session.user, session.name, session.roles, session)


def _bearer(request: Request, login: Login, token: str) -> User:
    keys: Keys | None = getattr(request.app.state, "keys", None)
    if keys is None:
        keys = request.app.state.keys = Keys(login.issuer)
    try:
        claims = keys.read(token, login.client)
    except (JoseError, ValueError, KeyError, TypeError):
        why = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        raise Refused(401, "Tilgangstegnet er ugyldig eller utløpt.", why) from None
    except httpx2.HTTPError:
        raise Refused(503, "Innloggingstjenesten svarer ikke.") from None
    who = str(claims["sub"])
    return User(who, str(claims.get("name") or who), login.roles(claims.get(login.claim)))


def calls_for(role: str) -> Callable[..., Any]:
    """A dependency: the caller, who must have the role. A refusal is kept in the ledger."""

    async def with_role(
        request: Request, user: Annotated[User, Depends(caller)], service: Annotated[Service, Depends(service)]
    ) -> User:
        if not user.may(role):
            await run_in_threadpool(require, request, user, role, service)
        return user

    return with_role


reads = calls_for(READER)
