"""When the server of the pages ends: answers under way arrive, and those that never end are cut off."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
from plantigrade.web import http_server, server
from plantigrade.web.site import Site, SiteSettings
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

PATIENCE_S = 30.0


@dataclass
class Slow:
    """A page that is answered when it is told to; hears when it is given up."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: bool = False

    async def answer(self, request: Request) -> PlainTextResponse:
        del request
        self.asked.set()
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.given_up = True
            raise
        return PlainTextResponse("at last")


@dataclass
class Asking:
    """A server that was asked for the slow page, and the browser that waits for it."""

    serving: asyncio.Task[None]
    slow: Slow
    reader: asyncio.StreamReader

    async def end(self) -> bytes:
        """Stop the server; what has come to the browser by then."""
        self.serving.cancel()
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait({self.serving})
            return await self.reader.read()


@pytest.fixture
async def asking(site: Site) -> AsyncIterator[Asking]:
    slow = Slow()
    pages = server.Pages(replace(site, settings=SiteSettings(port=0)), more=(Route("/slow", slow.answer),))
    serving = asyncio.create_task(pages.run())
    async with asyncio.timeout(PATIENCE_S):
        await pages.started.wait()
        reader, writer = await asyncio.open_connection("127.0.0.1", pages.port)
        writer.write(f"GET /slow HTTP/1.1\r\nHost: 127.0.0.1:{pages.port}\r\n\r\n".encode())
        await slow.asked.wait()
        yield Asking(serving, slow, reader)
    writer.close()
    await writer.wait_closed()


async def test_an_answer_under_way_arrives_whole(asking: Asking) -> None:
    asyncio.get_running_loop().call_later(0.1, asking.slow.may_answer.set)
    came = await asking.end()
    assert came.endswith(b"\r\n\r\nat last")
    assert not asking.slow.given_up


async def test_an_answer_that_never_ends_is_cut_off(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Left to the garbage collector, its socket would be found open by whatever runs next."""
    monkeypatch.setattr(http_server, "CLOSE_S", 0.1)
    assert await asking.end() == b""
    assert asking.slow.given_up
    assert caplog.text == "", "ending is no defect: no traceback for whoever stopped it"
