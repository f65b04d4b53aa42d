"""Which names this server answers to."""

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_HOST: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9.-]+)(?::[0-9]{1,5})?")


class KnownHosts:
    """Middleware: a request under another name is refused (DNS rebinding; RFC 9110 section 15.5.20).

    Args:
        app: what answers.
        hosts: names and addresses without port; IPv6 in brackets.
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] in ("http", "websocket"):
            host = Headers(scope=scope).get("host", "").lower()
            if host_without_port(host) not in self._hosts:
                response = PlainTextResponse("This computer does not answer to that name.\n", 421)
                if scope["type"] == "websocket":
                    await send({"type": "websocket.close", "code": 1008})
                else:
                    await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


def host_without_port(host: str) -> str:
    """The name in a Host header; "" for what is no name with a port (RFC 3986, 3.2.2).

    Example:
        >>> host_without_port("[::1]:8080"), host_without_port("localhost:80"), host_without_port("a:b")
        ('[::1]', 'localhost', '')
    """
    found = _HOST.fullmatch(host)
    return "" if found is None else found.group(1)
