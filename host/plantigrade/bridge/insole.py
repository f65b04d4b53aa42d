"""One insole as the bridge knows it, over any number of connections and boots."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from insole_protocol import ids, replies
from numpy.typing import NDArray

from plantigrade.bridge.accounting import MissingReason, SlotLedger
from plantigrade.bridge.clock.estimate import ClockEstimate, ClockSync, RoundTrip
from plantigrade.bridge.clock.slewer import ClockSlewer
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.keyring import Keyring, keys_at_hand, opener_for
from plantigrade.bridge.receiver import Receiver

BOOTS_STORED = 8
"""Clocks of earlier boots are retained for records that come from the log later."""


@dataclass(frozen=True)
class Identity:
    """Who an insole is, from its reply to HELLO."""

    serial: str
    side: str
    firmware: str
    protocol_version: int
    layout: int
    capabilities: int
    period_us: int

    @classmethod
    def from_hello(cls, hello: replies.HelloReply) -> "Identity":
        """The lasting part of the reply."""
        sides = {ids.SIDE_LEFT: "left", ids.SIDE_RIGHT: "right"}
        return cls(
            serial=hello.serial.upper(),
            side=sides.get(hello.side, "unset"),
            firmware=hello.firmware,
            protocol_version=hello.version,
            layout=hello.layout,
            capabilities=hello.capabilities,
            period_us=hello.period_us,
        )


@dataclass(frozen=True, eq=False)
class StampedFrames:
    """Frames with their host times.

    Attributes:
        frames: as decoded.
        host_ns: (n,) int64 on the host's monotonic clock, or None when the clock of that boot was never
            compared.
        uncertainty_ns: of `host_ns`, 95 %.
        delivered_ns: when the bridge passed them on.
    """

    frames: Frames
    host_ns: NDArray[np.int64] | None
    uncertainty_ns: int
    delivered_ns: int


FramesHandler = Callable[["Insole", StampedFrames], None]
GreetingHandler = Callable[["Insole"], None]


@dataclass
class BootClock:
    """Both views of the clock of one boot: the estimate, and the smooth time line made of it."""

    sync: ClockSync = field(default_factory=ClockSync)
    steady: ClockSlewer = field(default_factory=ClockSlewer)


@dataclass
class Insole:
    """State of one insole that outlives connections.

    Attributes:
        name: what a person calls it until its serial number is known.
        on_frames: called with each batch of new frames, in order, late ones marked.
        on_greeting: called when the insole has introduced itself on a new connection, before any frame.
        ack_to: gives the slot before which everything is durable; None where nothing is made durable.
        connections: how often a session was established.
        settled_to: slots before this one were recorded in another place than the ledger.
        keyring: keys of insoles that are at hand.
        meant: serial number of the one that is looked for, or the end of it, in upper case; any other that
            answers is left. Empty: whoever answers.
    """

    name: str
    on_frames: list[FramesHandler] = field(default_factory=list[FramesHandler])
    on_greeting: list[GreetingHandler] = field(default_factory=list[GreetingHandler])
    ack_to: Callable[[], int] | None = None
    identity: Identity | None = None
    status: replies.StatusReply | None = None
    boot: int | None = None
    receiver: Receiver = field(default_factory=Receiver)
    connections: int = 0
    wanted_from: int | None = None
    settled_to: int = 0
    keyring: Keyring = field(default_factory=keys_at_hand.get)
    meant: str = ""
    _clocks: OrderedDict[int, BootClock] = field(default_factory=OrderedDict[int, BootClock])

    @property
    def ledger(self) -> SlotLedger:
        """The accounting of this insole."""
        return self.receiver.ledger

    @property
    def recorded_to(self) -> int:
        """The slot behind the last one that was recorded of it; 0 when none was."""
        return max(self.ledger.recorded.end, self.settled_to)

    @property
    def clock(self) -> ClockEstimate | None:
        """The clock of the present boot, as far as known."""
        return None if self.boot is None else self.clock_of(self.boot).sync.estimate

    def clock_of(self, boot: int) -> BootClock:
        """The clock of a boot; a new one for a boot not seen before."""
        if boot not in self._clocks:
            self._clocks[boot] = BootClock()
            while len(self._clocks) > BOOTS_STORED:
                self._clocks.popitem(last=False)
        return self._clocks[boot]

    def greet(self, hello: replies.HelloReply) -> None:
        """The insole has introduced itself on a new connection."""
        self.identity = Identity.from_hello(hello)
        self.receiver.opener = opener_for(self.keyring, self.identity.serial, hello.capabilities)
        self.boot = hello.boot
        self.connections += 1
        for handler in self.on_greeting:
            handler(self)

    def compare_clocks(self, boot: int, trip: RoundTrip) -> None:
        """Take a round trip into account."""
        self.boot = boot
        self.clock_of(boot).sync.add(trip)

    def request_from(self, seq: int) -> None:
        """Everything from this slot on is wanted; the first call counts."""
        if self.wanted_from is None:
            self.wanted_from = seq

    def request_to(self, seq: int) -> None:
        """The insole has got as far as this slot: all up to it is wanted."""
        if self.wanted_from is not None and seq > self.wanted_from:
            self.ledger.request(max(self.wanted_from, self.ledger.requested.end), seq)

    def explain_missing(self, first: int, end: int, code: int) -> None:
        """The insole reports lost slots, by a code of PROTOCOL.md section 5."""
        self.ledger.explain(first, end, MissingReason.from_code(code))

    def deliver(self, passed: list[Frames], now_ns: int) -> None:
        """Stamp frames and hand them to the listeners."""
        for frames in passed:
            if not frames.late:
                self.request_to(frames.end)
            stamped = self._stamp(frames, now_ns)
            for handler in self.on_frames:
                handler(self, stamped)

    def _stamp(self, frames: Frames, now_ns: int) -> StampedFrames:
        clock = self._clocks.get(frames.boot)
        estimate = None if clock is None else clock.sync.estimate
        if clock is None or estimate is None:
            return StampedFrames(frames, None, 0, now_ns)
        uncertainty_ns = estimate.uncertainty_at_ns(int(frames.device_us[-1]))
        if frames.late:
            return StampedFrames(frames, estimate.host_ns_array(frames.device_us), uncertainty_ns, now_ns)
        host_ns = clock.steady.host_ns_array(frames.device_us, estimate)
        # the steady clock is still on its way
        return StampedFrames(frames, host_ns, uncertainty_ns + clock.steady.behind_ns, now_ns)
