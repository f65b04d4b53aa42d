"""A link to an insole without firmware: connection events, what fits into each, silence, reach.

Values are not cut into fragments here: the firmware's radio and the soak do that for every value. What a
message costs on the air is reckoned as if they were.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from plantigrade.link.base import (
    Channel,
    LinkClosedError,
    LinkCounters,
    LinkError,
    MessageHandler,
    ignore_message,
)
from plantigrade.twin.month.commands import Commands, Peer
from plantigrade.twin.month.insole import EncodedInsole, frames_in

VALUE_BYTES = 243
"""Of a message in one value, at an MTU of 247."""
WRITE_US = 300
"""From the connection event that brings a command to the firmware's handler."""
CONNECT_S = 0.4
CONNECT_TIMEOUT_S = 20.0
"""After so long an attempt to connect is given up, as by the real link."""
SUPERVISION_S = 4.0
MAX_CONNECTIONS = 2


@dataclass(frozen=True)
class Air:
    """How a connection runs.

    Attributes:
        interval_us: between connection events.
        per_event: values that one event carries.
        missed: share of the events that carry nothing, because the other end did not hear.
    """

    interval_us: int = 30_000
    per_event: int = 6
    missed: float = 0.02


class Surroundings(Protocol):
    """What a link needs to know of the world."""

    @property
    def now_us(self) -> int:
        """True time."""
        ...

    def in_reach(self, insole: EncodedInsole) -> bool:
        """Whether host and insole hear each other."""
        ...

    def open_links(self, insole: EncodedInsole) -> int:
        """How many connections the insole has."""
        ...

    def connected(self, link: "EncodedLink") -> None:
        """A connection has been made."""
        ...

    def disconnected(self, link: "EncodedLink") -> None:
        """A connection has ended."""
        ...


@dataclass
class EncodedLink:
    """One connection to one insole; see `Link`."""

    world: Surroundings
    insole: EncodedInsole
    commands: Commands
    draw: random.Random
    air: Air = Air()
    on_message: MessageHandler = ignore_message
    counters: LinkCounters = field(default_factory=LinkCounters)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    _peer: Peer = field(default_factory=Peer)
    _phase_us: int = 0
    _heard: bool = True
    _current: tuple[Channel, bytes] | None = None
    _values_left: int = 0
    _pumping: bool = False
    _sampling_due: bool = False

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"virtual insole {self.insole.serial.hex().upper()}"

    async def open(self) -> None:
        """Connect, as far as the insole is in reach, has power and has room for one more.

        Raises:
            LinkError: it is not.
        """
        wait_s = CONNECT_S + self.draw.random() * self.insole.advertising_s
        await asyncio.sleep(wait_s)
        insole, world = self.insole, self.world
        insole.advance(world.now_us)
        if not (world.in_reach(insole) and insole.powered):
            await asyncio.sleep(CONNECT_TIMEOUT_S - wait_s)
            raise LinkError(f"{self.name} is out of reach")
        if world.open_links(insole) >= MAX_CONNECTIONS:
            raise LinkError(f"{self.name} is connected to others")
        self._phase_us = self.draw.randrange(self.air.interval_us)
        world.connected(self)
        insole.on_record.append(self._on_record)
        self._watch_sampling()

    async def close(self) -> None:
        """Disconnect."""
        self.lose(silent=False)

    async def send(self, channel: Channel, message: bytes) -> None:
        """Write a command: it arrives with the next connection event, if the insole hears it.

        Raises:
            LinkClosedError: the link is closed.
        """
        del channel
        if self.closed.is_set():
            raise LinkClosedError(f"{self.name} disconnected")
        self.counters.messages_sent += 1
        self._later(self._next_event_us() + WRITE_US, self._arrive, bytes(message))

    def lose(self, silent: bool) -> None:
        """The connection is gone; `silent`: the host finds out only when it has heard nothing for a while."""
        if not self._heard:
            return
        self._heard = False
        if self._on_record in self.insole.on_record:
            self.insole.on_record.remove(self._on_record)
        self.world.disconnected(self)
        if silent:
            asyncio.get_running_loop().call_later(SUPERVISION_S, self.closed.set)
        else:
            self.closed.set()

    def _later(self, at_us: int, act: Callable[..., None], *arguments: object) -> None:
        loop = asyncio.get_running_loop()
        delay_s = max(0.0, (at_us - self.world.now_us) * 1e-6)
        loop.call_later(delay_s, act, *arguments)

    def _next_event_us(self) -> int:
        interval_us, now_us = self.air.interval_us, self.world.now_us
        at_us = now_us + interval_us - (now_us - self._phase_us) % interval_us
        while self.draw.random() < self.air.missed:
            at_us += interval_us
        return at_us

    def _arrive(self, message: bytes) -> None:
        if self._heard:
            self.insole.advance(self.world.now_us)
            self.commands.handle(self._peer, message)
            self._prepare_replies()
            self._pump_soon()
            self._watch_sampling()

    def _prepare_replies(self) -> None:
        """The firmware hands a reply to its radio at once, where it waits for the next connection event."""
        replies = self._peer.replies
        for number, reply in enumerate(replies):
            if callable(reply):
                replies[number] = reply()

    # What is sent

    def _on_record(self, insole: EncodedInsole) -> None:
        if self._peer.streaming:
            self._pump_soon()

    def _watch_sampling(self) -> None:
        """While it streams the insole lives from record to record."""
        if self._heard and self._peer.streaming and self.insole.sampling.running and not self._sampling_due:
            self._sampling_due = True
            now_us = self.world.now_us
            self._later(now_us + self.insole.sampling.due_in_us(now_us), self._sample)

    def _sample(self) -> None:
        self._sampling_due = False
        if self._heard:
            self.insole.advance(self.world.now_us)
            self._watch_sampling()

    def _pump_soon(self) -> None:
        if not self._pumping and self._heard:
            self._pumping = True
            self._later(self._next_event_us(), self._pump)

    def _pump(self) -> None:
        """One connection event: as many values as it carries."""
        self._pumping = False
        room = self.air.per_event
        while self._heard and room:
            if self._current is None and not self._load():
                return
            sent = min(room, self._values_left)
            room -= sent
            self._values_left -= sent
            self.insole.transfer_s += sent * self.air.interval_us * 1e-6 / self.air.per_event
            if not self._values_left and self._current is not None:
                (channel, message), self._current = self._current, None
                self.counters.messages_received += 1
                self.counters.bytes_received += len(message)
                self.on_message(channel, message, self.world.now_us * 1000)
        if self._current is not None or self._peer.transfer or self._peer.replies or self._has_live():
            self._pump_soon()

    def _has_live(self) -> bool:
        return self._peer.streaming and self._peer.wanted < self.insole.live.next

    def _load(self) -> bool:
        """Take the most urgent message: replies, then live records, then the log."""
        peer = self._peer
        if peer.replies:
            reply = peer.replies.popleft()
            return self._begin(Channel.CONTROL, reply() if callable(reply) else reply)
        if self._has_live():
            peer.wanted = max(peer.wanted, self.insole.live.oldest)
            record = self.insole.live.get(peer.wanted)
            assert record is not None
            peer.wanted += 1
            peer.frames_sent += frames_in(record)
            return self._begin(Channel.STREAM, record)
        if peer.transfer:
            message, last = peer.transfer.next_message()
            if last:
                peer.transfer = None
            return self._begin(Channel.LOG, message)
        return False

    def _begin(self, channel: Channel, message: bytes) -> bool:
        self._current = channel, message
        self._values_left = -(-len(message) // VALUE_BYTES)
        return True
