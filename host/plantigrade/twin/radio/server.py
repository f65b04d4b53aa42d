"""The process of the virtual radio: `python -m plantigrade.twin.radio.server`.

Listens on 127.0.0.1 only, on three ports of its own choice: boards, hosts (HCI in H4 framing, a fresh
controller for each connection) and control (one JSON request a line). Reads the conditions and the boards'
token as the first line of its standard input, prints the ports as one JSON line, and ends when standard input
closes.
"""

import asyncio
import json
import logging
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bumble.transport.common import PacketParser

from plantigrade.twin.processes import die_with_parent
from plantigrade.twin.radio.air import Air, AirController
from plantigrade.twin.radio.conditions import RadioConditions
from plantigrade.twin.radio.insole import InsoleSession

HOST_ADDRESS = "C4:50:0A:00:00:{:02X}"
LOOPBACK = "127.0.0.1"
_HOST_SEND_BUFFER_BYTES = 16384  # a host that never reads must be felt by the insole, not fill memory
Streams = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class _StreamSink:
    """Passes HCI packets of a controller to its host."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def on_packet(self, packet: bytes) -> None:
        self._writer.write(packet)


class RadioServer:
    """The radio with everything that is connected to it.

    Args:
        conditions: to begin with.
        token: shared with the boards and the controlling process.
    """

    def __init__(self, conditions: RadioConditions, token: str) -> None:
        self._air = Air(conditions)
        self._token = token
        self._sessions: list[InsoleSession] = []
        self._hosts: dict[int, AirController] = {}

    async def listen(self) -> dict[str, int]:
        """Open the three ports; their numbers by name."""
        ports: dict[str, int] = {}
        services = (
            ("boards", self._serve_board),
            ("hosts", self._serve_host),
            ("control", self._serve_control),
        )
        for name, serve in services:
            server = await asyncio.start_server(_without_delay(serve), LOOPBACK, 0)
            ports[name] = server.sockets[0].getsockname()[1]
        return ports

    async def _serve_board(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = InsoleSession(self._air, self._token, reader, writer)
        self._sessions.append(session)
        try:
            await session.run()
        finally:
            self._sessions.remove(session)

    async def _serve_host(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A host gets the lowest free address, so that a returning host finds its bonds."""
        number = next(n for n in range(1, 256) if n not in self._hosts)
        controller = AirController(f"host {number}", self._air, HOST_ADDRESS.format(number))
        self._hosts[number] = controller
        controller.host = _StreamSink(writer)  # pyright: ignore[reportAttributeAccessIssue]
        controller.backlog_bytes = writer.transport.get_write_buffer_size
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _HOST_SEND_BUFFER_BYTES)
        parser = PacketParser(controller)
        try:
            while data := await reader.read(4096):
                parser.feed_data(data)
        except ConnectionError:
            pass
        finally:
            del self._hosts[number]
            self._air.unplug(controller)
            writer.close()

    async def _serve_control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                try:
                    reply = self._obey(json.loads(line))
                except (ValueError, KeyError, TypeError) as error:
                    reply = {"error": str(error)}
                writer.write(json.dumps(reply).encode() + b"\n")
        except ConnectionError:
            pass
        finally:
            writer.close()

    def _obey(self, request: dict[str, Any]) -> dict[str, Any]:
        if request.get("token") != self._token:
            raise ValueError("wrong token")
        match request["do"]:
            case "conditions":
                self._air.conditions = RadioConditions.from_json(json.dumps(request["conditions"]))
            case "cut":
                for controller in self._controllers(request["side"]):
                    self._air.cut(controller)
            case "fade":
                for controller in self._controllers(request["side"]):
                    self._air.fade(controller, float(request["seconds"]))
            case "status":
                pass
            case other:
                raise ValueError(f"unknown request {other!r}")
        return {
            "insoles": {s.side: s.sent for s in self._sessions if s.controller is not None},
            "hosts": len(self._hosts),
        }

    def _controllers(self, side: str) -> list[AirController]:
        found = [s.controller for s in self._sessions if s.side == side and s.controller is not None]
        if not found:
            raise ValueError(f"no insole {side!r} on the air")
        return found


def _without_delay(serve: Streams) -> Streams:
    async def wrapped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await serve(reader, writer)

    return wrapped


async def _until_input_closes() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


async def _main() -> None:
    first = json.loads(sys.stdin.readline())
    server = RadioServer(RadioConditions.from_json(json.dumps(first["conditions"])), first["token"])
    print(json.dumps(await server.listen()), flush=True)
    await _until_input_closes()


if __name__ == "__main__":
    die_with_parent()
    logging.basicConfig(level=os.environ.get("PLANTIGRADE_RADIO_LOG", "ERROR"))
    asyncio.run(_main())
