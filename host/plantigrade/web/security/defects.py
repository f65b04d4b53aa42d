"""A defect of a page becomes a page of its own, with all headers; its trace goes to the log alone."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log: Final = logging.getLogger("plantigrade.web")


class Defects:
    """Middleware within `SecurityHeaders`; the framework's own would answer outside of it, without headers.

    Args:
        app: what answers.
        page: makes the page that says that something went wrong.
    """

    def __init__(self, app: ASGIApp, page: Callable[[Request], Awaitable[Response]]) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            # The trace goes to the log, never to the page (OWASP ASVS 5.0, 16.5.1).
            _log.error("%s %s", scope["method"], scope["path"], exc_info=error)
            if begun:
                raise  # the connection is closed, so that nobody takes half an answer for a whole one
            response = await self._shown(Request(scope))
            await response(scope, receive, send)

    async def _shown(self, request: Request) -> Response:
        try:
            return await self._page(request)
        except Exception as error:  # noqa: BLE001 (what failed, such as the database, the page may need as well)
            _log.error("the page of an error", exc_info=error)
            return PlainTextResponse("Something went wrong here.\n", 500)
