"""Who is let in: a browser on this machine, by our own name, that was told the token.

Any user of the machine can connect to its loopback interface, and so can the pages of any site
that are open in a browser on it. So nothing is shown, nor done, without a secret.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST: Final = "127.0.0.1"
COOKIE: Final = "funsies"

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with none, browsers do not say where a form was sent
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer; one that is stricter about its content keeps its own."""

_BARE: Final = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>funsies</title>
<link rel="icon" href="./static/icon.svg"><meta http-equiv="refresh" content="0; url=./"></head>
<body><a href="./">Go on to the page</a></body></html>
"""
"""Goes on by itself: after a redirection from another site the browser sends no cookie."""


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Access:
    """The secrets of one page.

    Attributes:
        port: on which it listens.
        room: first part of all paths; cookies are told apart by their path, not by the port.
        token: in the address that is printed.
        visit: in the cookie of a browser that has shown the token.
        form: in each form, which no other site can read.
    """

    port: int
    room: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    token: str = field(default_factory=_secret, repr=False)
    visit: str = field(default_factory=_secret, repr=False)
    form: str = field(default_factory=_secret, repr=False)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{HOST}:{self.port}"

    @property
    def root(self) -> str:
        """Path of the first page."""
        return f"/{self.room}/"

    @property
    def address(self) -> str:
        """What is opened first."""
        return f"{self.origin}{self.root}?token={self.token}"


def is_same(given: str | None, secret: str) -> bool:
    """Compare with a secret; how long it takes says nothing of where they differ."""
    return hmac.compare_digest((given or "").encode(), secret.encode())


class AccessMiddleware:
    """Lets in whoever has shown the token, and no one else."""

    def __init__(self, app: ASGIApp, given: Access) -> None:
        self._app = app
        self._access = given
        self._names = {f"{HOST}:{given.port}", f"localhost:{given.port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # there are no web sockets here

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._answer(scope) or self._app
        await answer(scope, receive, send_guarded)

    def _answer(self, scope: Scope) -> Response | None:
        """What is said to whoever is not let in yet; None to one who is."""
        headers = Headers(scope=scope)
        if headers.get("host") not in self._names:
            return _refused("this page has another name: 127.0.0.1, with its port")
        token = QueryParams(scope["query_string"]).get("token")
        if token is not None and scope["path"] == self._access.root:
            return self._welcome() if is_same(token, self._access.token) else _refused()
        if not is_same(_cookies(headers).get(COOKIE), self._access.visit):
            return _refused()
        if scope["method"] not in {"GET", "HEAD"} and not self._is_own(headers):
            return _refused("what is changed here is changed from this page only")
        return None

    def _is_own(self, headers: Headers) -> bool:
        """True if a form was sent from a page of ours."""
        return headers.get("origin") == f"http://{headers['host']}"

    def _welcome(self) -> Response:
        answer = HTMLResponse(_BARE)
        answer.set_cookie(
            COOKIE, self._access.visit, path=self._access.root, httponly=True, samesite="strict"
        )
        return answer


def _cookies(headers: Headers) -> Mapping[str, str]:
    return cookie_parser(headers.get("cookie", ""))


def _refused(
    why: str = "open the address with the token that `funsies ui` has printed",
) -> Response:
    return PlainTextResponse(f"funsies: {why}\n", status_code=403)
