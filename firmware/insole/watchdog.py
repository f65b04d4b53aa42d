"""Resets the insole when sampling, the main loop, the radio or another watched part stands still."""

import asyncio

from insole_protocol import ids

TIMEOUT_MS = 8000
CHECK_MS = 1000
PATIENCE = 6  # checks in a row that may fail: then the insole restarts in order, before the watchdog bites
GOOD_CHECKS = 30  # checks in a row that must pass before a start counts as good


class Progress:
    """A number that must go on changing.

    `number()` is asked at each check; it may stay the same for `pause` checks, and as long as `resting()`.
    """

    def __init__(self, number, resting=None, pause=0):
        self._number = number
        self._resting = resting
        self._pause = pause
        self._last = None
        self._same = 0

    def __call__(self):
        number = self._number()
        if number != self._last or (self._resting and self._resting()):
            self._last = number
            self._same = 0
            return True
        self._same += 1
        return self._same <= self._pause


class Watchdog:
    """Feeds the hardware watchdog while everything that is watched is well."""

    def __init__(self, wdt, record, crash):
        self._wdt = wdt
        self._record = record
        self._crash = crash
        self._watched = []
        self._well = self._ill = 0

    def watch(self, name, is_well):
        """Ask `is_well()` at each check; a part that says False is named in the crash record."""
        self._watched.append((name, is_well))

    def ill(self):
        """Name of a part that stands still, or "" when all is well. Every part is asked."""
        found = ""
        for name, is_well in self._watched:
            if not is_well():
                found = found or name
        return found

    def check(self):
        """Once a second: feed, or count how long something has been wrong."""
        ill = self.ill()
        if ill:
            self._well = 0
            self._ill += 1
            if self._ill >= PATIENCE:
                self._crash.end(ids.CRASH_WATCHDOG, "stands still: " + ill)
            return
        self._wdt.feed()
        self._ill = 0
        self._well += 1
        if self._well == GOOD_CHECKS:
            self._record.good()
        if self._well % GOOD_CHECKS == 1:
            self._crash.remember()

    async def run(self):
        """Check and feed; never ends."""
        while True:
            self.check()
            await asyncio.sleep_ms(CHECK_MS)
