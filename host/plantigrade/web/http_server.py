"""The HTTP server: uvicorn in a loop of ours."""

import asyncio
import logging
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

import uvicorn

CLOSE_S: Final = 2.0
"""So long may answers under way take when the service ends."""


def _not_given_up(record: logging.LogRecord) -> bool:
    """An answer that is given up because the server ends is no defect, which uvicorn takes it for."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


class HttpServer(uvicorn.Server):
    """uvicorn in a loop of ours: without handlers of signals, and with an end that leaves nothing open.

    Args:
        config: loaded or not.
        on_started: called once it listens.
    """

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], object] = lambda: None) -> None:
        super().__init__(config)
        self._on_started = on_started

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """None are captured: the service has its own."""
        yield

    async def end(self, serving: asyncio.Task[None]) -> None:
        """Take no more requests, let answers under way arrive for `CLOSE_S`, then cut off what remains.

        Args:
            serving: this server's `serve`.
        """
        logging.getLogger("uvicorn.error").addFilter(_not_given_up)
        self.should_exit = True
        await asyncio.wait({serving}, timeout=CLOSE_S)
        self.force_exit = True
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)  # in which they are lost, and what waits for their readers wakes up
        answering = set(self.server_state.tasks)
        for task in answering:
            task.cancel()
        await asyncio.wait({serving, *answering}, timeout=CLOSE_S)
        serving.cancel()
        await asyncio.wait({serving})

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self._on_started()
