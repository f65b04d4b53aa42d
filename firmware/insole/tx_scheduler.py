"""Sends every session's messages, one of each in turn; the only task that sends."""

import asyncio

from insole import session


class TxScheduler:
    """Attributes: `work`, a ThreadSafeFlag to set when there may be something to send."""

    def __init__(self, work):
        self.work = work
        self._sessions = []
        self._retry_ms = 0  # the shortest of the links that took no more in the last round

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
                await asyncio.sleep_ms(0 if state == session.MOVED else self._retry_ms)

    def round(self):
        """One message of each session. MOVED if any moved, else BLOCKED if any link is full, else IDLE."""
        result = session.IDLE
        for one in self._sessions:
            state = one.send_next()
            if state == session.BLOCKED and result != session.MOVED:
                retry_ms = one.transport.retry_ms
                self._retry_ms = retry_ms if result == session.IDLE else min(retry_ms, self._retry_ms)
            if state == session.MOVED or (state == session.BLOCKED and result == session.IDLE):
                result = state
        return result
