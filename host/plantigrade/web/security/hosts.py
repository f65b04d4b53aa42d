"""Which names this server answers to."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


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
    """The name in a Host header.

    Example:
        >>> host_without_port("[::1]:8080"), host_without_port("localhost:80"), host_without_port("a")
        ('[::1]', 'localhost', 'a')
    """
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
