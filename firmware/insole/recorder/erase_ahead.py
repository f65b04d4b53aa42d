"""Erases pages of the log before they are needed, while it costs least.

Erasing 4 KiB of internal flash stops the sampler for 45 ms and more, whenever it is done. Done in a step it
tears the step; so it is done while the foot carries nothing, while the insole charges, or while nothing is
sampled. The log on the SD NAND needs none of this.
"""

import asyncio

from insole_protocol import ids

ROUND_MS = 1000
READY_PAGES = 512  # 24 minutes of walking (1.46 kB/s)
AT_ONCE = 4  # pages while nothing is sampled: 0.2 s, typically
LOOKS = 5  # for a moment right after a sample


class EraseAhead:
    """A task of the insole."""

    def __init__(self, insole):
        self._insole = insole

    async def run(self):
        """Never ends."""
        while True:
            await asyncio.sleep_ms(ROUND_MS)
            sampler = self._insole.sampler
            for _ in range(LOOKS):
                if sampler.next_in_us() > sampler.period_us * 3 // 4:
                    break
                await asyncio.sleep_ms(2)
            self.round()

    def round(self):
        """Erase what may be erased now."""
        recorder = self._insole.recorder
        pages = self._allowed()
        try:
            for _ in range(pages):
                recorder.erase_ahead(READY_PAGES)
        except OSError:
            recorder.storage_errors += 1

    def _allowed(self):
        """How many pages may be erased at once now."""
        insole = self._insole
        if insole.erasing:
            return 0
        if not insole.sampler.running:
            return AT_ONCE
        unloaded = insole.gait.wear in (ids.WEAR_UNLOADED, ids.WEAR_NOT_WORN)
        return 1 if unloaded or insole.battery.charging else 0
