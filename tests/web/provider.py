"""An OpenID provider on loopback: real HTTP, real signed tokens, and as strict with its clients as a real one.

It can be told to lie in one way at a time, to see that the service does not believe it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from listening import listening
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "regler", "klientens hemmelighet"


class Provider:
    """One provider; `who` and `roles` are for the next to log in, `lie` is what its tokens get wrong."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.other = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.who, self.roles, self.lie = "ola@kommune", ["saksbehandler"], ""
        self.codes: dict[str, dict[str, str]] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.about),
                Route("/jwks", self.keys),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
            ]
        )

    async def about(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    async def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code" and "openid" in asked["scope"]
        assert asked["code_challenge_method"] == "S256" and asked["nonce"] and asked["state"]
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        state = "en annen" if self.lie == "state" else asked["state"]
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': state})}", 302)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        kind, _, given = request.headers["authorization"].partition(" ")
        assert kind == "Basic" and base64.b64decode(given).decode() in (
            f"{CLIENT}:{SECRET}",
            f"{CLIENT}:klientens+hemmelighet",
        )
        asked = self.codes.pop(str(form["code"]), None)
        challenge = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if (
            asked is None
            or form["redirect_uri"] != asked["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {
                "access_token": self.signed(),
                "token_type": "Bearer",
                "expires_in": 600,
                "id_token": self.signed(nonce=asked["nonce"]),
            }
        )

    def signed(self, **more: Any) -> str:
        """A token for whoever is next, with the lie in it."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.who, "name": "Ola Nordmann", "iat": now, "exp": now + 600,
            "roles": self.roles, **more,
        }  # fmt: skip
        lies: dict[str, dict[str, Any]] = {
            "issuer": {"iss": "http://127.0.0.1:1"},
            "audience": {"aud": "en annen"},
            "expired": {"iat": now - 7200, "exp": now - 3600},
            "nonce": {"nonce": "en annen"},
            "no subject": {"sub": ""},
        }
        claims |= lies.get(self.lie, {})
        if self.lie == "no expiry":
            del claims["exp"]
        if self.lie == "unsigned":
            head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
            body = jwt.encode({"alg": "RS256"}, claims, self.key).split(".")[1]
            return f"{head}.{body}."
        if self.lie == "public key as secret":
            head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"k1"}').rstrip(b"=").decode()
            body = jwt.encode({"alg": "RS256"}, claims, self.key).split(".")[1]
            sign = hmac.digest(self.key.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
            return f"{head}.{body}.{base64.urlsafe_b64encode(sign).rstrip(b'=').decode()}"
        key = self.other if self.lie == "other key" else self.key
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key)
        if self.lie == "changed":
            head, body, sign = token.split(".")
            more_roles = jwt.encode({"alg": "RS256"}, claims | {"roles": ["fagansvarlig"]}, self.other).split(".")[1]
            return f"{head}.{more_roles}.{sign}"
        return token


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that answers on a port of its own."""
    made: list[Provider] = []

    def make(port: int) -> Starlette:
        made.append(Provider(port))
        return made[0].app

    with listening(make):
        yield made[0]
