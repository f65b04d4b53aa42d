"""A browser that is slow, silent or hostile holds up nobody and gets the newest frame, never a queue."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.web.live.client import Client
from plantigrade.web.live.message import say_drawn
from plantigrade.web.live.settings import MOST_EVENTS, WINDOW


@dataclass
class Browser:
    """What reached it; it takes nothing while it is stuck."""

    frames: list[bytes] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)

    async def send_bytes(self, data: bytes) -> None:
        await self.free.wait()
        self.frames.append(data)

    async def send_text(self, data: str) -> None:
        await self.free.wait()
        self.texts.append(data)


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
async def browser():
    browser = Browser()
    browser.free.set()
    client = Client(browser)
    sending = asyncio.create_task(client.send())
    yield browser, client
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def test_a_browser_that_keeps_up_gets_every_frame(browser) -> None:
    reader, client = browser
    for number in range(1, 200):
        client.put_frame(number, b"%d" % number)
        await turns()
        client.take(say_drawn(number))
    assert reader.frames == [b"%d" % number for number in range(1, 200)]
    assert (client.sent, client.replaced) == (199, 0)


async def test_a_stuck_browser_gets_the_newest_frame_and_no_queue(browser) -> None:
    reader, client = browser
    reader.free.clear()
    for number in range(1, 1000):
        client.put_frame(number, b"%d" % number)
        client.put_event(str(number))
        await turns()
    reader.free.set()
    await turns()
    assert reader.frames[-1] == b"999"
    assert len(reader.frames) <= 2
    assert len(reader.texts) <= MOST_EVENTS + 1
    assert client.dropped >= 999 - MOST_EVENTS - 1


async def test_a_browser_that_draws_nothing_is_sent_a_window_and_no_more(browser) -> None:
    reader, client = browser
    for number in range(1, 500):
        client.put_frame(number, b"%d" % number)
        await turns()
    assert len(reader.frames) == WINDOW + 1
    client.take(say_drawn(WINDOW + 1))
    await turns()
    assert reader.frames[-1] == b"499"


async def test_numbers_wrap(browser) -> None:
    reader, client = browser
    for step in range(100):
        number = (2**32 - 50 + step) & 0xFFFFFFFF
        client.put_frame(number, b"%d" % number)
        await turns()
        client.take(say_drawn(number))
    assert len(reader.frames) == 100


@pytest.mark.parametrize("lie", [say_drawn(10**6), say_drawn(0), b"", b"x" * 4000, b"\x01\x02\x00\x00"])
async def test_lies_of_a_browser_open_no_window(browser, lie: bytes) -> None:
    reader, client = browser
    for number in range(1000, 1500):
        client.put_frame(number, b"%d" % number)
        client.take(lie)
        await turns()
    assert len(reader.frames) == WINDOW + 1


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_nothing_that_a_browser_sends_fails(messages: list[bytes]) -> None:
    async def story() -> None:
        client = Client(Browser())
        for number, message in enumerate(messages):
            client.put_frame(number, b"")
            client.take(message)

    asyncio.run(story())
