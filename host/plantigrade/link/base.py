"""What every link offers: messages in both directions on three channels, and nothing about their meaning."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from insole_protocol import ids

from plantigrade.errors import PlantigradeError


class Channel(IntEnum):
    """The three channels of PROTOCOL.md section 3; the numbers are those of the USB frames."""

    STREAM = ids.CHANNEL_STREAM
    CONTROL = ids.CHANNEL_CONTROL
    LOG = ids.CHANNEL_LOG


class LinkError(PlantigradeError):
    """The link to an insole cannot be opened or has broken."""


class LinkClosedError(LinkError):
    """Something was to be sent on a link that is closed."""


#: Called for each whole message: channel, message, arrival on the host's monotonic clock in nanoseconds.
MessageHandler = Callable[[Channel, bytes, int], None]


def ignore_message(channel: Channel, message: bytes, arrival_ns: int) -> None:
    """The handler of a link that nobody listens to."""


def now_ns() -> int:
    """The host's monotonic clock in nanoseconds: the only clock inside the bridge."""
    return time.monotonic_ns()


@dataclass
class LinkCounters:
    """What a link has seen since it was opened; malformed input is counted under the name of its error."""

    messages_received: int = 0
    bytes_received: int = 0
    messages_sent: int = 0
    _malformed: dict[str, int] = field(default_factory=dict[str, int])
    _sources: list[tuple[str, dict[str, int]]] = field(default_factory=list[tuple[str, dict[str, int]]])

    def count_malformed(self, name: str) -> None:
        """Count one malformed input under its name."""
        self._malformed[name] = self._malformed.get(name, 0) + 1

    def attach(self, prefix: str, errors: dict[str, int]) -> None:
        """Show the counters that a reassembler or frame decoder keeps, each name behind `prefix`."""
        self._sources.append((prefix, errors))

    @property
    def malformed(self) -> dict[str, int]:
        """All that was dropped on this link: how often, by name."""
        counts = dict(self._malformed)
        for prefix, errors in self._sources:
            for name, count in errors.items():
                if count:
                    counts[prefix + name] = counts.get(prefix + name, 0) + count
        return counts


class Link(Protocol):
    """One connection to one insole.

    `on_message` is called synchronously for every whole message, in order of arrival, in the event loop's
    thread; it must not block. Once `closed` is set no more messages come and the link cannot be opened again.
    """

    on_message: MessageHandler
    closed: asyncio.Event
    counters: LinkCounters

    @property
    def name(self) -> str:
        """What a person calls this link: address or port."""
        ...

    async def open(self) -> None:
        """Connect.

        Raises:
            LinkError: the insole is not in reach or refuses; the message says what to do.
        """
        ...

    async def close(self) -> None:
        """Disconnect; does nothing when closed already."""
        ...

    async def send(self, channel: Channel, message: bytes) -> None:
        """Send one message; returns when the link has taken it.

        Raises:
            LinkClosedError: the link is closed.
            LinkError: the link refused the message.
        """
        ...
