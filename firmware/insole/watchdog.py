"""Resets the insole when sampling or the main loop stands still."""

import asyncio

from machine import WDT, Timer

TIMEOUT_MS = 8000
CHECK_MS = 1000


class Watchdog:
    """Feeds the hardware watchdog while there is progress: the loop runs, no task has died, slots become
    records."""

    def __init__(self, sampler, blocks):
        self._sampler = sampler
        self._blocks = blocks
        self._wdt = WDT(timeout=TIMEOUT_MS)
        self._last_seq = -1
        self.task_died = False

    def keep_fed(self):
        """Let a timer feed from now on: the firmware has ended and an engineer is at the prompt."""
        Timer(1).init(mode=Timer.PERIODIC, period=CHECK_MS, callback=self._feed_by_timer)

    def _feed_by_timer(self, _timer):
        self._wdt.feed()

    def healthy(self):
        """Whether there was progress since the last call. Slots that are lost are no progress."""
        if self.task_died:
            return False
        seq = self._blocks.next_seq
        moved = seq != self._last_seq
        self._last_seq = seq
        return moved or not self._sampler.running

    async def run(self):
        """Check and feed; never ends."""
        while True:
            if self.healthy():
                self._wdt.feed()
            await asyncio.sleep_ms(CHECK_MS)
