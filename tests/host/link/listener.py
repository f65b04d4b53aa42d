"""What a link delivers, for tests to wait for."""

import asyncio
from dataclasses import dataclass, field

from plantigrade.link.base import Channel

WAIT_S = 5.0


@dataclass
class Listener:
    """Collects the messages of a link; `on_message` is given to it."""

    got: list[tuple[Channel, bytes]] = field(default_factory=list[tuple[Channel, bytes]], kw_only=True)
    arrived: asyncio.Event = field(default_factory=asyncio.Event, kw_only=True)

    def on_message(self, channel: Channel, message: bytes, arrival_ns: int) -> None:
        assert arrival_ns > 0
        self.got.append((channel, message))
        self.arrived.set()

    async def until(self, count: int) -> None:
        """Wait until so many messages have come."""
        async with asyncio.timeout(WAIT_S):
            while len(self.got) < count:
                self.arrived.clear()
                await self.arrived.wait()
