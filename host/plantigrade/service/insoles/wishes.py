"""What is wanted of the insoles: live or daily, paused or not."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Wishes:
    """What all collectors follow.

    Attributes:
        live_until_ns: live mode until then, on the host's monotonic clock; None: daily mode.
        paused: leave the insoles alone.
        stay_connected: keep connected and stream, also in daily mode.
        fetches: how often everything was to be fetched at once.
    """

    live_until_ns: int | None = None
    paused: bool = False
    stay_connected: bool = False
    fetches: int = 0
    _waiting: set[asyncio.Event] = field(default_factory=set[asyncio.Event])

    def wants_live(self, now_ns: int) -> bool:
        """Whether live mode is wanted now."""
        return not self.paused and self.live_until_ns is not None and now_ns < self.live_until_ns

    def wants_stream(self, now_ns: int) -> bool:
        """Whether an insole is to stay connected."""
        return not self.paused and (self.stay_connected or self.wants_live(now_ns))

    def fetch_now(self) -> None:
        """Cut the pauses between bursts short."""
        self.fetches += 1
        self.change()

    def change(self) -> None:
        """Tell everyone who waits that something has changed."""
        for event in self._waiting:
            event.set()

    async def wait(self, seconds: float | None) -> None:
        """Wait for a change, for so long at most."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return
        finally:
            self._waiting.discard(event)
