"""A browser that opens the live page and then never reads, over a real socket and the server of the pages."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from plantigrade.gait.signals import Foot
from plantigrade.web import server
from plantigrade.web.accounts.rights import Account, Role
from plantigrade.web.live import socket as live_socket
from plantigrade.web.live.client import Client
from plantigrade.web.live.message import decode, say_drawn
from plantigrade.web.live.settings import MOST_EVENTS, PATH, WINDOW
from plantigrade.web.requests import COOKIE
from plantigrade.web.site import SignedIn, Site, SiteSettings
from websockets.asyncio.client import connect

from tests.host.service.live_frames.frames_kit import PIECE, Insoles, stamped, walked
from tests.host.web.conftest import KnownAccounts

MESSAGE_BYTES = 32_768
MESSAGES = 200
"""6.5 MB in all: more than the buffers of both kernels take for a reader whose window is small."""
FRAMES = 10
MOST_BUFFERED = 65_536 + 2 * MESSAGE_BYTES
"""What asyncio takes before it tells the writer to wait, and the message that was on its way."""
PATIENCE_S = 60.0


@dataclass
class Served:
    """Pages on a port of this computer, and what the server knows of those who look."""

    pages: server.Pages
    insoles: Insoles
    clients: list[Client] = field(default_factory=list)
    servers: list[server.HttpServer] = field(default_factory=list)

    def headers(self) -> dict[str, str]:
        return {"Origin": self.pages.url, "Cookie": f"{COOKIE}=a token"}

    def buffered(self) -> list[int]:
        """Bytes that wait in the server's own memory, by connection."""
        return [one.transport.get_write_buffer_size() for one in self.servers[0].server_state.connections]

    async def joined(self, count: int) -> None:
        while len(self.clients) < count:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)


@pytest.fixture
async def served(
    tmp_path: Path, accounts: KnownAccounts, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    insoles = Insoles.on(tmp_path)
    account = Account("P001", frozenset({Role.PATIENT}), "P001")
    accounts.of_token["a token"] = SignedIn(account, "form token")
    pages = server.Pages(Site(insoles.library, accounts, insoles.assembly, settings=SiteSettings(port=0)))
    made = Served(pages, insoles)

    class KnownServer(server.HttpServer):
        def __init__(self, *parts: object) -> None:
            super().__init__(*parts)
            made.servers.append(self)

    def known_client(*parts: object) -> Client:
        made.clients.append(Client(*parts))
        return made.clients[-1]

    monkeypatch.setattr(server, "HttpServer", KnownServer)
    monkeypatch.setattr(live_socket, "Client", known_client)
    serving = asyncio.create_task(pages.run())
    await pages.started.wait()
    yield made
    serving.cancel()
    await asyncio.wait({serving})
    insoles.library.close()


async def open_and_never_read(served: Served) -> socket.socket:
    """The handshake of a WebSocket is sent; nothing is taken of what comes."""
    silent = socket.socket()
    silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    silent.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(silent, ("127.0.0.1", served.pages.port))
    lines = {
        "Host": f"127.0.0.1:{served.pages.port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        **served.headers(),
    }
    asked = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    await loop.sock_sendall(silent, f"GET {PATH} HTTP/1.1\r\n{asked}\r\n".encode())
    return silent


async def test_who_never_reads_slows_nobody_and_takes_no_memory(served: Served) -> None:
    url, headers = f"ws://127.0.0.1:{served.pages.port}{PATH}", served.headers()
    origin, cookie = headers["Origin"], {"Cookie": headers["Cookie"]}
    async with asyncio.timeout(PATIENCE_S), connect(url, origin=origin, additional_headers=cookie) as reader:
        await served.joined(1)
        silent = await open_and_never_read(served)
        await served.joined(2)
        got, frames, most = 0, 0, 0
        while got < MESSAGES or frames < FRAMES:
            for foot in Foot:
                at = got % 100 * PIECE
                served.insoles.bring(foot, stamped(walked()[foot][at : at + PIECE], at))
            text = f"{got:08d}".ljust(MESSAGE_BYTES)
            for client in served.clients:
                client.put_event(text)
            while (message := await reader.recv()) != text:
                if isinstance(message, bytes):
                    frames += 1
                    await reader.send(say_drawn(decode(message).number))
            got += 1
            most = max(most, *served.buffered())
        reading, stuck = served.clients
        assert reading.dropped == 0, "every message arrived, in order, one by one"
        assert stuck.dropped > 0, "it was really stuck"
        assert len(stuck._events) <= MOST_EVENTS and stuck.sent <= WINDOW + 1
        assert most <= MOST_BUFFERED
        silent.close()
