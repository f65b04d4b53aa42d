"""One browser that looks at a pair: the newest frame, a few small messages, and how far it has drawn."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from plantigrade.web.live.message import drawn
from plantigrade.web.live.settings import MOST_EVENTS, WINDOW


class Socket(Protocol):
    """What a client writes to."""

    async def send_bytes(self, data: bytes) -> None:
        """Send a frame."""
        ...

    async def send_text(self, data: str) -> None:
        """Send a small message."""
        ...


@dataclass(eq=False)
class Client:
    """A browser.

    A frame replaces one that has not been sent. None is sent while the browser has not drawn one of the last
    `WINDOW`: what lies in buffers between is bounded in time, whatever their size.

    Attributes:
        socket: to write to.
        account: name of whose it is.
        sent: frames that were sent.
        replaced: frames that a newer one took the place of.
        dropped: small messages that were too many.
    """

    socket: Socket
    account: str = ""
    sent: int = 0
    replaced: int = 0
    dropped: int = 0
    _frame: tuple[int, bytes] | None = None
    _events: deque[str] = field(default_factory=deque[str])
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _sent_number: int | None = None
    _drawn_number: int | None = None

    def put_frame(self, number: int, message: bytes) -> None:
        """The newest frame."""
        if self._frame is not None:
            self.replaced += 1
        self._frame = number, message
        if self._may_send():
            self._wake.set()

    def put_event(self, text: str) -> None:
        """A small message."""
        if len(self._events) >= MOST_EVENTS:
            self._events.popleft()
            self.dropped += 1
        self._events.append(text)
        self._wake.set()

    def take(self, message: bytes) -> None:
        """Something that the browser sent: the number of a frame that it has drawn; all else is ignored."""
        number = drawn(message)
        if number is None or self._sent_number is None or self._drawn_number is None:
            return
        # Only forward, and never beyond what was sent (numbers wrap at 2**32).
        if _ahead(number, self._drawn_number) <= _ahead(self._sent_number, self._drawn_number):
            self._drawn_number = number
            if self._frame is not None and self._may_send():
                self._wake.set()

    async def send(self) -> None:
        """Send what there is, until cancelled or the socket fails."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._events:
                await self.socket.send_text(self._events.popleft())
            if self._frame is not None and self._may_send():
                (number, message), self._frame = self._frame, None
                if self._drawn_number is None:
                    self._drawn_number = number
                self._sent_number = number
                self.sent += 1
                await self.socket.send_bytes(message)

    def _may_send(self) -> bool:
        if self._sent_number is None or self._drawn_number is None:
            return True
        return _ahead(self._sent_number, self._drawn_number) < WINDOW


def _ahead(number: int, other: int) -> int:
    return (number - other) & 0xFFFFFFFF
