"""The application: addresses and what answers to them, behind the guard."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from synthaudit.errors import CannotFinishError, InputError
from synthaudit.files.catalogue import _
from synthaudit.web import links, rendering
from synthaudit.web.audit_pages import AuditPages
from synthaudit.web.data_folder import STARTER
from synthaudit.web.guard import OPEN, STATIC, Guard, TooLargeError, too_large
from synthaudit.web.list_pages import ListPages
from synthaudit.web.site import Site, missing, to
from synthaudit.web.split_pages import SplitPages
from synthaudit.web.worker import in_parts

_SECONDS_BETWEEN = 1.0
"""Between two looks for what waits for its turn."""


def application(site: Site, port: int) -> Guard:
    """The pages of a site, for a server that listens on this port of the machine itself."""
    sessions = links.Sessions()

    async def sent_too_much(request: Request, error: Exception) -> Response:
        return rendering.refusal(413, too_large(site.most_bytes))

    @asynccontextmanager
    async def moving_on(app: Starlette) -> AsyncIterator[None]:
        """What waits begins also while nobody has the page open."""
        task = asyncio.create_task(_move_on(site))
        yield
        task.cancel()

    handlers = {**_HANDLERS, TooLargeError: sent_too_much}
    app = Starlette(routes=_routes(site), exception_handlers=handlers, lifespan=moving_on)
    guard = Guard(app, port, sessions, site.most_bytes)

    async def opened(request: Request) -> Response:
        """A link: buys the cookie, once. Who has it already is led on.

        A page leads on, and no redirection: a link may be followed from another page, such as the file that the browser
        is started with, and what that page leads to gets no cookie of this one.
        """
        token = request.query_params.get("token", "")
        if not links.use_up(site.data.root / "links", token):
            if sessions.know(request.cookies.get(guard.cookie, "")):
                return to("/")
            return rendering.refusal(
                403,
                _(
                    "This link was used already, or is none of this server's. Start synthaudit serve once more: it"
                    " opens the page, also while it runs."
                ),
            )
        (site.data.root / STARTER).unlink(missing_ok=True)
        answer = rendering.page("opened")
        answer.set_cookie(guard.cookie, sessions.open(), httponly=True, samesite="strict")
        return answer

    app.router.routes.append(Route(OPEN, opened, methods=["GET"]))
    return guard


async def _move_on(site: Site) -> None:
    """Begin what waits as soon as there is room, until the server ends."""
    while True:
        # What cannot begin shows that on its page; what waits behind it is not held up.
        with suppress(Exception):
            site.move_on()
        await asyncio.sleep(_SECONDS_BETWEEN)


def _routes(site: Site) -> list[Route]:
    audits, lists, splits = AuditPages(site), ListPages(site), SplitPages(site)
    asks: list[tuple[str, Any]] = [
        ("/", lists.home),
        ("/new", audits.new),
        ("/history", lists.history),
        ("/comparisons/{id}.html", lists.comparison),
        ("/audits/{id}", audits.show),
        ("/audits/{id}/use", audits.use),
        ("/audits/{id}/progress", audits.progress),
        ("/audits/{id}/out/{name}", audits.file),
        ("/split", splits.new),
        ("/splits/{id}", splits.show),
        ("/splits/{id}/out/{name}", splits.file),
        (f"{STATIC}page.css", _style),
        (f"{STATIC}page.js", _script),
    ]
    acts: list[tuple[str, Any]] = [
        ("/audits", audits.create),
        ("/compare", lists.compare),
        ("/audits/{id}/answers", audits.answer),
        ("/audits/{id}/begin", audits.begin),
        ("/audits/{id}/again", audits.again),
        ("/audits/{id}/cancel", audits.cancel),
        ("/audits/{id}/delete-tables", audits.delete_tables),
        ("/audits/{id}/delete", audits.delete),
        ("/splits", splits.create),
        ("/splits/{id}/delete", splits.delete),
    ]
    return [
        *(Route(path, answer, methods=["GET"]) for path, answer in asks),
        *(Route(path, answer, methods=["POST"]) for path, answer in acts),
    ]


async def _style(request: Request) -> Response:
    return Response(rendering.style(), media_type=rendering.TYPES[".css"])


async def _script(request: Request) -> Response:
    return Response(rendering.script(), media_type=rendering.TYPES[".js"])


async def _refused(request: Request, error: Exception) -> Response:
    """What the user can mend."""
    return rendering.error_page(in_parts(error), _form_of(request.url.path), 400)


def _form_of(path: str) -> str:
    """Where a form is filled in that is sent to this address.

    Examples
    --------
    >>> [_form_of(path) for path in ("/audits", "/splits", "/audits/00/begin", "/compare")]
    ['/new', '/split', '/audits/00/use', '/']
    """
    if path.endswith("/begin"):
        return f"{path.removesuffix('/begin')}/use"
    return {"/audits": "/new", "/splits": "/split"}.get(path, "/")


async def _unfinished(request: Request, error: Exception) -> Response:
    """What the machine could not do."""
    return rendering.error_page(in_parts(error), "/", 500)


async def _no_page(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        return rendering.refusal(405, _("This page does not do that."))
    return missing()


async def _gone(request: Request, error: Exception) -> Response:
    """Whoever asked has left."""
    return Response(status_code=400)


_HANDLERS: Mapping[Any, Any] = {
    InputError: _refused,
    CannotFinishError: _unfinished,
    HTTPException: _no_page,
    ClientDisconnect: _gone,
    Exception: _unfinished,
}
