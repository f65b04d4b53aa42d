"""The outbox as a part of the service: in a thread, since it waits for the network and the disk."""

import asyncio
import threading
from contextlib import suppress

from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.service.sending.outbox import Outbox
from plantigrade.service.sending.settings import LOOK_S, SendingSettings


class _StoppedError(Exception):
    """The service ends."""


class SendingPart:
    """Sends recordings to clinics while the service runs.

    Args:
        library: open.
        settings: how to send.
    """

    def __init__(self, library: Library, settings: SendingSettings = SendingSettings()) -> None:  # noqa: B008
        self._ended = threading.Event()
        self._outbox = Outbox(library, settings, pause=self._pause)

    def _pause(self, seconds: float) -> None:
        if self._ended.wait(seconds):
            raise _StoppedError

    async def run(self) -> None:
        """Send until cancelled; a piece that is under way is finished or given up by its timeout."""
        self._ended.clear()
        try:
            while not self._ended.is_set():
                wait_s = await asyncio.to_thread(self._round)
                await asyncio.sleep(wait_s)
        finally:
            self._ended.set()

    def _round(self) -> float:
        with suppress(_StoppedError, LibraryError):  # another program writes: the next round goes on
            return self._outbox.round()
        return LOOK_S
