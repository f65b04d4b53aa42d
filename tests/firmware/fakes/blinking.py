"""Watches the LED while the indicator runs."""

import chip  # first: puts its time in place
import asyncio
from boards import esp32s3_r1 as board


def lit(indicator, duration_ms, at=None):
    """(from, to) in ms in which the LED is lit; `at`: what to do when."""
    found = []

    async def world():
        asyncio.create_task(indicator.run())
        since = None
        for ms in range(0, duration_ms, 10):
            for when, action in at or ():
                if when == ms:
                    action()
            await asyncio.sleep_ms(0)
            await asyncio.sleep_ms(0)
            on = chip.pins[board.LED_PIN]
            if on and since is None:
                since = ms
            elif not on and since is not None:
                found.append((since, ms))
                since = None
            chip.advance(10000)

    asyncio.new_event_loop()
    asyncio.run(world())
    asyncio.new_event_loop()
    return found
