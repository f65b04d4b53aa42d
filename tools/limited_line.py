"""A clinic's receiver on loopback, and a relay before it that lets a number of bytes a second through."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

import uvicorn
from plantigrade.library.catalogue.library import Library
from plantigrade.web.receiving.routes import receiving_routes
from plantigrade.web.receiving.settings import ReceivingSettings
from starlette.applications import Starlette

STEP_BYTES: Final = 16_384
"""Passed on at once: 13 ms at 10 Mbit/s."""
WAITED_S: Final = 0.002
"""Reading what is there already takes less."""
START_S: Final = 30.0


@contextmanager
def served(clinic: Library) -> Generator[int]:
    """The receiver of a clinic, on a free port of loopback."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=receiving_routes(clinic, ReceivingSettings("Walking clinic")))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    running = threading.Thread(target=server.run, args=([listening],), daemon=True)
    running.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        running.join(START_S)


class Relay:
    """Passes connections on, upwards at a rate; a context manager.

    Args:
        to: port of the server.
        rate_bytes_per_s: upwards, of all connections together.

    Attributes:
        port: to connect to.
        up: bytes that went up.
        first_s: when the first of them came, on the monotonic clock.
    """

    def __init__(self, to: int, rate_bytes_per_s: float) -> None:
        self._to, self._rate = to, rate_bytes_per_s
        self.port, self.up, self.first_s = 0, 0, 0.0
        self._free_s = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        begun = asyncio.start_server(self._relay, "127.0.0.1", 0, limit=STEP_BYTES)
        server = asyncio.run_coroutine_threadsafe(begun, self._loop).result(START_S)
        self.port = int(server.sockets[0].getsockname()[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(START_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_S)
        self._loop.close()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        down = asyncio.create_task(self._pass_on(there, writer, is_up=False))
        await self._pass_on(reader, back, is_up=True)
        await down

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_up: bool
    ) -> None:
        with contextlib.suppress(ConnectionError):
            asked_s = time.monotonic()
            while data := await reader.read(STEP_BYTES):
                if is_up:
                    await self._turn(len(data), asked_s)
                writer.write(data)
                await writer.drain()
                asked_s = time.monotonic()
        writer.close()

    async def _turn(self, count: int, asked_s: float) -> None:
        """Wait until the line has carried these bytes. While it had none to carry it saves nothing up; bytes
        that waited, because this computer was late to ask for them, were on their way."""
        now_s = time.monotonic()
        self.up += count
        self.first_s = self.first_s or now_s
        if now_s - asked_s > WAITED_S:
            self._free_s = max(self._free_s, now_s)
        self._free_s = (self._free_s or now_s) + count / self._rate
        await asyncio.sleep(self._free_s - now_s)
