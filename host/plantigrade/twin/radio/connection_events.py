"""The events of one connection: when packets go over the air, and how many at a time.

Bumble hands packets over at once and without limit. Here each connection has its events, one per interval, in
which each side may send a limited number of packets; the rest waits, so that back-pressure reaches the
senders.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from bumble import hci

LL_PAYLOAD = 251

Sender = TypeVar("Sender", bound=Hashable)
_Sender = TypeVar("_Sender", bound=Hashable, contravariant=True)


class Medium(Protocol[_Sender]):
    """What a connection needs of the air between its two ends."""

    @property
    def packets_per_event(self) -> int:
        """Link-layer packets that one side may send in one event."""
        ...

    def is_faded(self, controller: _Sender, /) -> bool:
        """Whether a side is out of reach."""
        ...

    def is_faded_address(self, address: hci.Address, /) -> bool:
        """Whether an address is out of reach."""
        ...

    def is_congested(self, address: hci.Address, /) -> bool:
        """Whether a receiver takes no packets now."""
        ...

    def deliver(self, sender: _Sender, destination: hci.Address, packet: bytes, /) -> None:
        """Hand a packet to its receiver."""
        ...


@dataclass
class _Lane(Generic[Sender]):
    """One direction of a connection: packets that wait for the next events."""

    sender: Sender
    receiver_address: hci.Address
    waiting: deque[bytes] = field(default_factory=lambda: deque[bytes]())
    sent_packets: int = 0  # link-layer packets of the first one that already went out
    when_empty: list[Callable[[], None]] = field(default_factory=lambda: list[Callable[[], None]]())


class AirConnection(Generic[Sender]):
    """Connection events of one connection, seen from both sides."""

    def __init__(self, air: Medium[Sender], interval_ms: float, supervision_s: float) -> None:
        self.interval_s = interval_ms / 1000
        self.supervision_s = supervision_s
        self._air = air
        self._loop = asyncio.get_running_loop()
        self._anchor = self._loop.time()
        self._lanes: dict[Sender, _Lane[Sender]] = {}
        self._armed: asyncio.TimerHandle | None = None
        self._down_since: float | None = None

    def send(self, sender: Sender, receiver: hci.Address, packet: bytes) -> None:
        """Queue one L2CAP packet for the coming events."""
        lane = self._lanes.setdefault(sender, _Lane(sender, receiver))
        lane.waiting.append(packet)
        self._arm()

    def when_sent(self, sender: Sender, then: Callable[[], None]) -> None:
        """Call `then` once all that this side has handed over is on the air; at once when nothing waits."""
        lane = self._lanes.get(sender)
        if lane is None or not lane.waiting:
            then()
        else:
            lane.when_empty.append(then)

    def close(self) -> None:
        """No further event; what waits is gone."""
        if self._armed is not None:
            self._armed.cancel()
        self._armed = None
        self._lanes.clear()

    def _arm(self) -> None:
        if self._armed is None:
            now = self._loop.time()
            passed = (now - self._anchor) // self.interval_s
            self._anchor += (passed + 1) * self.interval_s
            self._armed = self._loop.call_at(self._anchor, self._event)

    def _event(self) -> None:
        self._armed = None
        if not any(self._air.is_faded(lane.sender) for lane in self._lanes.values()) and not any(
            self._air.is_faded_address(lane.receiver_address) for lane in self._lanes.values()
        ):
            for lane in list(self._lanes.values()):
                if not self._air.is_congested(lane.receiver_address):
                    self._empty(lane)
        if any(lane.waiting for lane in self._lanes.values()):
            self._arm()

    def _empty(self, lane: _Lane[Sender]) -> None:
        budget = self._air.packets_per_event
        while lane.waiting and budget > 0:
            packet = lane.waiting[0]
            needed = -(-len(packet) // LL_PAYLOAD) - lane.sent_packets
            if needed > budget:
                lane.sent_packets += budget
                return
            budget -= needed
            lane.sent_packets = 0
            lane.waiting.popleft()
            self._air.deliver(lane.sender, lane.receiver_address, packet)
        if not lane.waiting:
            callbacks, lane.when_empty = lane.when_empty, []
            for callback in callbacks:
                callback()
