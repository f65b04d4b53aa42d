"""The HTTP server of the pages, in the service's own event loop."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import uvicorn
from starlette.routing import BaseRoute

from plantigrade.errors import PlantigradeError
from plantigrade.web.app import make_app
from plantigrade.web.http_server import CLOSE_S, HttpServer
from plantigrade.web.live.socket import live_route
from plantigrade.web.site import Site

KEEP_ALIVE_S: Final = 30
MOST_CONNECTIONS: Final = 500
LARGEST_WEBSOCKET_MESSAGE: Final = 4096
"""Bytes of a message from a browser; pages send a few words."""


class PagesError(PlantigradeError):
    """The pages cannot be served."""


@dataclass(frozen=True)
class Tls:
    """Certificate and key of a server that other devices reach.

    Attributes:
        certificate, key: PEM files.
    """

    certificate: Path
    key: Path


@dataclass
class Pages:
    """Serves the pages until cancelled.

    Args:
        site: what they work on; the loop is filled in.
        address: to listen on.
        tls: None for plain HTTP, on this computer alone.
        advice: for whoever starts it, in the terminal; "" for none.
        more: further routes.
        behind_proxy: a proxy on this computer passes requests on, and says for whom.

    Attributes:
        port: that is listened on, once it is; with port 0 in the settings, one that was free.
        started: set while they are served.
        on_started: called then.
    """

    site: Site
    address: str = "127.0.0.1"
    tls: Tls | None = None
    advice: str = ""
    port: int = 0
    more: tuple[BaseRoute, ...] = ()
    behind_proxy: bool = False
    started: asyncio.Event = field(default_factory=asyncio.Event)
    on_started: Callable[[], object] = lambda: None

    @property
    def url(self) -> str:
        """Where a browser finds them, without a slash at the end."""
        host = self.site.settings.hosts[0]
        return f"{'http' if self.tls is None else 'https'}://{host}:{self.port}"

    async def run(self) -> None:
        """Serve.

        Raises:
            PagesError: the port is taken, or the certificate cannot be read.
        """
        listener = self._listener()
        self.port = listener.getsockname()[1]
        site = replace(self.site, loop=asyncio.get_running_loop())
        server = HttpServer(self._config(site), self._on_started)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            await server.end(serving)
            raise
        finally:
            serving.cancel()
            listener.close()
            self.started.clear()

    def _on_started(self) -> None:
        self.started.set()
        self.on_started()

    def _listener(self) -> socket.socket:
        wanted = self.site.settings.port
        try:
            family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
            return socket.create_server((self.address, wanted), family=family, backlog=MOST_CONNECTIONS)
        except OSError as error:
            raise PagesError(
                f"the pages cannot use port {wanted} of {self.address} ({error.strerror});"
                f" another program has it: choose one with --port"
            ) from error

    def _config(self, site: Site) -> uvicorn.Config:
        try:
            config = uvicorn.Config(
                make_app(site, more=(live_route(site), *self.more)),
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=self.behind_proxy,
                server_header=False,
                date_header=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=int(CLOSE_S),
                ws="websockets-sansio",
                ws_max_size=LARGEST_WEBSOCKET_MESSAGE,
                ws_per_message_deflate=False,
                ssl_certfile=None if self.tls is None else self.tls.certificate,
                ssl_keyfile=None if self.tls is None else self.tls.key,
            )
            config.load()
        except OSError as error:
            raise PagesError(f"the certificate of the pages cannot be read: {error}") from error
        return config
