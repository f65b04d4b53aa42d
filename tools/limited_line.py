"""A clinic's receiver on loopback, and a relay before it that lets a number of bytes a second through."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import partial
from types import TracebackType
from typing import Final, Self

from plantigrade.library.catalogue.library import Library
from plantigrade.web.receiving.routes import receiving_routes
from plantigrade.web.receiving.settings import ReceivingSettings
from starlette.applications import Starlette

from tools.in_thread import in_thread
from tools.served_app import served_app

STEP_BYTES: Final = 16_384
"""Passed on at once: 13 ms at 10 Mbit/s."""
WAITED_S: Final = 0.002
"""Reading what is there already takes less."""


@contextmanager
def served(clinic: Library) -> Generator[int]:
    """The receiver of a clinic, on a free port of loopback."""
    app = Starlette(routes=receiving_routes(clinic, ReceivingSettings("Walking clinic")))
    with in_thread(partial(served_app, app), "clinic") as port:
        yield port


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
        self._conversations: set[asyncio.Task[None]] = set()
        self._running = ExitStack()

    def __enter__(self) -> Self:
        self.port = self._running.enter_context(in_thread(self._listening, "relay"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    @asynccontextmanager
    async def _listening(self) -> AsyncGenerator[int]:
        async with await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=STEP_BYTES) as server:
            yield int(server.sockets[0].getsockname()[1])

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Cut off also where the conversation is given up before it has begun."""

        def end(conversation: asyncio.Task[None]) -> None:
            self._conversations.discard(conversation)
            writer.transport.abort() if conversation.cancelled() else writer.close()

        conversation = asyncio.create_task(self._relay(reader, writer))
        self._conversations.add(conversation)
        conversation.add_done_callback(end)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(there, writer, is_up=False))
                both.create_task(self._pass_on(reader, back, is_up=True))
        except asyncio.CancelledError:
            back.transport.abort()
            raise

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
