"""What stands before every page: who may ask, from where, and how much may be sent.

A page of another site must neither read this one (no cookie is sent for it, and nothing may frame it), nor make it do
something (its posts name another origin), nor reach it under a name of its own (the name of the host is checked). Who
has not opened a link of this server gets nothing.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from synthaudit.files.catalogue import _
from synthaudit.web.links import Sessions
from synthaudit.web.rendering import refusal

OPEN = "/open"
"""Where a link leads."""
STATIC = "/static/"
"""Style sheet and script, which hold nothing of anybody."""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: a browser then sends a form's origin as null.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"), (1, "B"))


class TooLargeError(Exception):
    """More was sent than is taken."""


@dataclass(frozen=True, slots=True)
class Guard:
    """An application behind these checks.

    Attributes
    ----------
    app : ASGIApp
    port : int
        Part of the names under which the server may be called.
    sessions : Sessions
    most_bytes : int
        Of a request.
    """

    app: ASGIApp
    port: int
    sessions: Sessions
    most_bytes: int

    @property
    def hosts(self) -> frozenset[str]:
        """Names of this server: of this machine alone."""
        return frozenset(f"{name}:{self.port}" for name in ("127.0.0.1", "localhost"))

    @property
    def cookie(self) -> str:
        """Name of the cookie; browsers keep those of all ports of a host together."""
        return f"synthaudit-{self.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or hand on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        answer = _with_headers(send)
        problem = self._problem(scope, headers)
        if problem is not None:
            status, text = problem
            await refusal(status, text)(scope, receive, answer)
            return
        await self.app(scope, _limited(receive, self.most_bytes), answer)

    def _problem(self, scope: Scope, headers: Mapping[str, str]) -> tuple[int, str] | None:
        """Why a request is refused, before any of its content is read; None where it is not."""
        if headers.get("host") not in self.hosts:
            return 421, _("This server answers to 127.0.0.1 and localhost alone.")
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, _("This page does not do that.")
        if scope["method"] == "POST" and not self._is_from_here(headers):
            return 403, _("Another page sent this. Nothing was done.")
        path = scope["path"]
        if path != OPEN and not path.startswith(STATIC) and not self.sessions.know(self._cookie(headers)):
            return 403, _(
                "This window has not been let in, or the server was started again. Start synthaudit serve once more:"
                " it opens the page, also while it runs."
            )
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self.most_bytes:
            return 413, too_large(self.most_bytes)
        return None

    def _is_from_here(self, headers: Mapping[str, str]) -> bool:
        """Whether a form was sent by a page of this server: browsers say where it was sent from."""
        origin = headers.get("origin")
        if origin is not None:
            return origin == f"http://{headers['host']}"
        return headers.get("sec-fetch-site") == "same-origin"

    def _cookie(self, headers: Mapping[str, str]) -> str:
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return ""
        return "" if morsel is None else morsel.value


def size(n_bytes: int) -> str:
    """A size in words, rounded down.

    Examples
    --------
    >>> [size(n_bytes) for n_bytes in (1 << 30, 1 << 26, 1 << 16)]
    ['1 GB', '67 MB', '65 kB']
    """
    factor, unit = next((unit for unit in _UNITS if n_bytes >= unit[0]), _UNITS[-1])
    return f"{n_bytes // factor} {unit}"


def too_large(most_bytes: int) -> str:
    """What is said of a form that is refused for its size."""
    return _(
        "That is more than the {most} that are taken at once. Nothing of it was kept. Go back and give the path of"
        " the file in place of the file: then it is read where it lies."
    ).format(most=size(most_bytes))


def _limited(receive: Receive, most_bytes: int) -> Receive:
    """The content of a request, as long as it is no more than that."""
    n_bytes = 0

    async def limited() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > most_bytes:
            raise TooLargeError
        return message

    return limited


def _with_headers(send: Send) -> Send:
    """Answers with the headers that keep a page to itself; what they have of their own stays."""

    async def with_headers(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _value in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *((n.encode(), v.encode()) for n, v in HEADERS.items() if n.encode() not in own),
            ]
        await send(message)

    return with_headers
