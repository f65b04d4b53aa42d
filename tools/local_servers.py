"""Servers on loopback that real messages are sent to: one that speaks ntfy's HTTP, one that speaks SMTP."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any


@dataclass
class Ntfy:
    """What arrived, and how it is answered.

    Attributes:
        port: on 127.0.0.1.
        got: the documents that arrived.
        at: when, by `time.perf_counter`.
        headers: of each request, lower case.
        status: of the answers; 0 answers nothing.
        arrived: set with each arrival.
    """

    port: int = 0
    got: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    at: list[float] = field(default_factory=list[float])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    status: int = 200
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[1:-2]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.at.append(time.perf_counter())
        self.headers.append(headers)
        self.got.append(json.loads(body))
        self.arrived.set()
        if self.status:
            writer.write(f"HTTP/1.1 {self.status} word\r\nContent-Length: 2\r\n\r\n{{}}".encode())
            await writer.drain()
        else:
            await reader.read()  # until the other end gives up


@asynccontextmanager
async def _listening(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncGenerator[int]:
    """A server on a free port of 127.0.0.1; at the end nothing of it is left open."""
    conversations: set[asyncio.Task[None] | None] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.add(asyncio.current_task())
        try:
            await serve(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        open_ones = [task for task in conversations if task is not None]
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)


@asynccontextmanager
async def ntfy(status: int = 200) -> AsyncGenerator[Ntfy]:
    """An endpoint like that of ntfy."""
    endpoint = Ntfy(status=status)
    async with _listening(endpoint.serve) as endpoint.port:
        yield endpoint


@dataclass
class Mailbox:
    """The messages that a mail server took."""

    port: int = 0
    got: list[Message] = field(default_factory=list[Message])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                text = await reader.readuntil(b"\r\n.\r\n")
                self.got.append(message_from_bytes(text[:-5].replace(b"\r\n..", b"\r\n.")))
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            await writer.drain()
            if word == b"QUIT":
                break


@asynccontextmanager
async def mailbox() -> AsyncGenerator[Mailbox]:
    """A mail server that takes everything."""
    box = Mailbox()
    async with _listening(box.serve) as box.port:
        yield box
