"""What the LED tells: blinking on request, a hint to the wearer, a short blink now and then in live mode."""

import asyncio
from time import ticks_add, ticks_diff, ticks_ms

from insole_protocol import ids

BLINK_MS = 150
HINT_PAUSE_MS = (
    1050  # after two blinks: not to be taken for IDENTIFY's quick ones or the lone one of live mode
)
LIVE_PAUSE_MS = 3000
QUIET_CHECK_MS = 500

# What is shown; the greater goes first.
DARK, LIVE, HINT, IDENTIFY = range(4)


class Indicator:
    """Attributes: `live`, whether the live blink is wanted."""

    def __init__(self, led):
        self.live = False
        self._led = led
        self._identify_pause_ms = BLINK_MS
        self._identify_until_ms = self._hint_until_ms = ticks_ms()

    def apply(self, modes):
        """Follow mode and settings."""
        self.live = modes.mode == ids.MODE_LIVE
        self._led.enabled = modes.led_wanted()

    def identify(self, seconds, pause_ms=BLINK_MS):
        """Blink for so long, even when the LED is switched off in the settings; with a longer pause where
        something else is meant."""
        self._identify_pause_ms = pause_ms
        self._identify_until_ms = ticks_add(ticks_ms(), seconds * 1000)

    def hint(self, seconds):
        """Two blinks and a pause for so long, unless the LED is switched off in the settings."""
        self._hint_until_ms = ticks_add(ticks_ms(), seconds * 1000)

    async def run(self):
        """Drive the LED; never ends."""
        while True:
            shown = self._wanted()
            if shown == DARK:
                await asyncio.sleep_ms(QUIET_CHECK_MS)
            elif shown == HINT:
                await self._blink(HINT, BLINK_MS)
                await self._blink(HINT, HINT_PAUSE_MS)
            else:
                await self._blink(shown, LIVE_PAUSE_MS if shown == LIVE else self._identify_pause_ms)

    def _wanted(self):
        now_ms = ticks_ms()
        if ticks_diff(self._identify_until_ms, now_ms) > 0:
            return IDENTIFY
        self._identify_until_ms = now_ms  # keeps the comparison within half a wrap
        if ticks_diff(self._hint_until_ms, now_ms) > 0:
            if self._led.enabled:
                return HINT
        else:
            self._hint_until_ms = now_ms
        return LIVE if self.live and self._led.enabled else DARK

    async def _blink(self, shown, pause_ms):
        self._led.set(True, shown == IDENTIFY)
        await asyncio.sleep_ms(BLINK_MS)
        self._led.set(False)
        while pause_ms > 0 and self._wanted() <= shown:
            await asyncio.sleep_ms(min(pause_ms, BLINK_MS))
            pause_ms -= BLINK_MS
