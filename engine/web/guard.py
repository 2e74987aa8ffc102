"""The outermost layer: what a request must be before anything looks at it, and what every answer carries."""

from __future__ import annotations

import logging
import secrets
import time
import traceback
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.web.problem import refusal, unexpected
from engine.web.settings import Settings

log = logging.getLogger(__name__)

#: methods that change nothing
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_STATUS = {"vert": 400, "opphav": 403, "størrelse": 413}
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Refuses foreign hosts and foreign origins, adds the security headers, and turns what nobody caught into a page with a reference."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = settings.hosts
        self.most_bytes = settings.most_bytes
        self.headers = dict(_HEADERS)
        if settings.secure:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reference = secrets.token_hex(4)
        scope.setdefault("state", {})["reference"] = reference
        begun, status = time.monotonic(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._complete(scope, MutableHeaders(scope=message))
            await send(message)

        size = 0

        async def taken() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self.most_bytes:
                raise HTTPException(413)
            return message

        headers = Headers(scope=scope)
        why = self._refused(scope["method"], headers)
        try:
            if why is not None:
                await refusal(scope, _STATUS[why], why)(scope, receive, answer)
            else:
                await self.app(scope, taken, answer)
        except Exception as error:
            self._tell(reference, error)
            if not status:  # else half an answer is out, and the server closes the connection when it sees no end
                await unexpected(scope, reference)(scope, receive, answer)
        finally:
            route = getattr(scope.get("route"), "path", "-")  # the pattern, not the address: that may name a person
            log.info(
                "%s %s %s %d %.0f ms", reference, scope["method"], route, status, (time.monotonic() - begun) * 1000
            )

    def _refused(self, method: str, headers: Headers) -> str | None:
        """Why a request goes no further: the host is not ours, it is too large, or another site's page sent it."""
        if _host_name(headers.get("host", "")) not in self.hosts:
            return "vert"
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self.most_bytes:
            return "størrelse"
        if method in SAFE:
            return None
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return "opphav"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != headers.get("host"):
            return "opphav"
        return None

    def _complete(self, scope: Scope, headers: MutableHeaders) -> None:
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")
        cookie = scope["state"].get("cookie")
        if cookie is not None:
            headers.append("Set-Cookie", cookie)

    def _tell(self, reference: str, error: Exception) -> None:
        """Where it went wrong. Not the error's own words, which may quote what a person wrote."""
        frames = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s %s\n%s", reference, type(error).__name__, frames)


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
