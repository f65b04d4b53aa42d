"""How much of a core the service takes while so many browsers look, and how many frames reach each."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from plantigrade.web.live.message import FRAME_BYTES, decode, say_drawn
from plantigrade.web.live.settings import MOST_OF_AN_ACCOUNT, PATH
from plantigrade.web.requests import COOKIE
from websockets.asyncio.client import ClientConnection, connect

from tools.measure_live_pages.stage import Running

SETTLE_S = 8.0
ACKNOWLEDGE_EVERY = 5


@dataclass
class Looker:
    """One client that reads and acknowledges as the page does."""

    frames: int = 0
    missed: int = 0
    texts: int = 0
    _last: int | None = None

    async def look(self, socket: ClientConnection) -> None:
        """Read until cancelled."""
        async for message in socket:
            if not isinstance(message, bytes) or len(message) != FRAME_BYTES:
                self.texts += 1
                continue
            number = decode(message).number
            if self._last is not None:
                self.missed += number - self._last - 1
            self._last = number
            self.frames += 1
            if self.frames % ACKNOWLEDGE_EVERY == 0:
                await socket.send(say_drawn(number))


async def look(running: Running, clients: int, seconds: float) -> dict[str, float | int]:
    """CPU, memory and frames with so many clients."""
    lookers = [Looker() for _ in range(clients)]
    async with AsyncExitStack() as stack:
        tasks = [
            asyncio.create_task(looker.look(await stack.enter_async_context(_opened(running, number))))
            for number, looker in enumerate(lookers)
        ]
        await asyncio.sleep(SETTLE_S)
        before = [(looker.frames, looker.missed) for looker in lookers]
        cpu_s, begun = running.cpu_s(), time.monotonic()
        await asyncio.sleep(seconds)
        took_s = time.monotonic() - begun
        cpu_pct = 100 * (running.cpu_s() - cpu_s) / took_s
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    rates = [(looker.frames - first) / took_s for looker, (first, _) in zip(lookers, before, strict=True)]
    missed = sum(looker.missed - first for looker, (_, first) in zip(lookers, before, strict=True))
    found: dict[str, float | int] = {
        "clients": clients,
        "cpu_pct": round(cpu_pct, 2),
        "rss_mb": round(running.rss_mb(), 1),
    }
    if rates:
        found |= {
            "frames_per_s_least": round(min(rates), 2),
            "frames_per_s_most": round(max(rates), 2),
            "frames_missed": missed,
        }
    return found


def _opened(running: Running, number: int) -> connect:
    token = running.tokens[number // MOST_OF_AN_ACCOUNT]
    return connect(
        running.url.replace("http", "ws", 1) + PATH,
        origin=running.url,  # pyright: ignore[reportArgumentType]
        additional_headers={"Cookie": f"{COOKIE}={token}"},
        compression=None,
    )


def measure_load(running: Running, counts: Sequence[int], seconds: float) -> list[dict[str, float | int]]:
    """For each number of clients; the first should be 0, and the others say what they add to it."""
    found: list[dict[str, float | int]] = []
    for clients in counts:
        one = asyncio.run(look(running, clients, seconds))
        if found and found[0]["clients"] == 0:
            one["added_pct"] = round(one["cpu_pct"] - found[0]["cpu_pct"], 2)
        found.append(one)
    return found
