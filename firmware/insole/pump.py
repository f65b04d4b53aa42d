"""Keeps every session's messages moving; the only task that sends."""

import asyncio

from insole import session

RETRY_MS = 5  # a link that takes no more is asked again; the Bluetooth stack has no event for "room again"


class Pump:
    """Attributes: `work`, a ThreadSafeFlag to set when there may be something to send."""

    def __init__(self, work):
        self.work = work
        self._sessions = []

    def add(self, one):
        """Serve this session too."""
        self._sessions.append(one)

    async def run(self):
        """Move messages, one of each session in turn; never ends."""
        while True:
            state = self.round()
            if state == session.IDLE:
                await self.work.wait()
            else:
                await asyncio.sleep_ms(0 if state == session.MOVED else RETRY_MS)

    def round(self):
        """One message of each session. MOVED if any moved, else BLOCKED if any link took no more, else IDLE.
        One message of each session. MOVED if any moved, else BLOCKED if any link took no more, else IDLE."""
        result = session.IDLE
        for one in self._sessions:
            state = one.pump()
            if state == session.MOVED or (state == session.BLOCKED and result == session.IDLE):
                result = state
        return result
