"""A web application on a free port of loopback; at its end no connection is left open."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from plantigrade.web.http_server import HttpServer
from starlette.types import ASGIApp


@asynccontextmanager
async def served_app(app: ASGIApp) -> AsyncGenerator[int]:
    """Serve an application; gives the port."""
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, ws="websockets-sansio")
    server = HttpServer(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield int(listener.getsockname()[1])
        finally:
            await server.end(serving)
