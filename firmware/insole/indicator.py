"""What the LED tells: blinking on request, a short blink now and then in live mode, dark in daily wear."""

import asyncio
from time import ticks_add, ticks_diff, ticks_ms

from insole_protocol import ids

BLINK_MS = 150
LIVE_PAUSE_MS = 3000
QUIET_CHECK_MS = 500


class Indicator:
    """Attributes: `live`, whether the live blink is wanted."""

    def __init__(self, led):
        self.live = False
        self._led = led
        self._until_ms = ticks_ms()

    def apply(self, modes):
        """Follow mode and settings."""
        self.live = modes.mode == ids.MODE_LIVE
        self._led.enabled = modes.led_wanted()

    def identify(self, seconds):
        """Blink for so long, even when the LED is switched off in the settings."""
        self._until_ms = ticks_add(ticks_ms(), seconds * 1000)

    async def run(self):
        """Drive the LED; never ends."""
        while True:
            if ticks_diff(self._until_ms, ticks_ms()) > 0:
                await self._blink(BLINK_MS, True)
            elif self.live and self._led.enabled:
                await self._blink(LIVE_PAUSE_MS, False)
            else:
                self._until_ms = ticks_ms()  # keeps the comparison within half a wrap
                await asyncio.sleep_ms(QUIET_CHECK_MS)

    async def _blink(self, pause_ms, force):
        self._led.set(True, force)
        await asyncio.sleep_ms(BLINK_MS)
        self._led.set(False)
        while pause_ms > 0 and (force or ticks_diff(self._until_ms, ticks_ms()) <= 0):
            await asyncio.sleep_ms(min(pause_ms, BLINK_MS))
            pause_ms -= BLINK_MS
