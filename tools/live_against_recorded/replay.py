"""A walk over insoles without firmware: block records, clocks that drift, the bridge's own receivers.

The way from the record on is the real one: receiver, order, clock estimate and time line of the bridge, the
journal, the finalized recording.
"""

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from insole_protocol.codec import Encoder
from numpy.typing import NDArray
from plantigrade.bridge.clock.estimate import RoundTrip
from plantigrade.bridge.insole import Identity, Insole
from plantigrade.bridge.journal.file import Journal
from plantigrade.bridge.journal.writer import JournalWriter
from plantigrade.gait.signals import Foot

U16 = NDArray[np.uint16]
RATE_HZ = 100.0
PERIOD_US = 10_000
BLOCK_SLOTS = 5
"""Frames of a record in live mode."""
START_UTC_NS = 1_772_352_000_000_000_000
BOOT_NS = 1_000_000_000_000
"""Host time of the first frame, on the host's monotonic clock."""
TRIP_SLOTS = 50
"""Slots between two comparisons of clocks."""
TRIPS_BEFORE = 24
QUIET_NS = 10_000_000_000
"""After the last record, before the wearer is looked at for the last time."""
DELAY_NS = (2_000_000, 30_000_000)
"""Time of a message under way, each direction, as over a connection of 30 ms."""


@dataclass
class ReplayedInsole:
    """One insole that is walked on: `counts` (n, 16) at 100 Hz by its own clock.

    Args:
        foot: side.
        counts: of each slot.
        drift_ppm: of its clock against the host's.
        offset_us: of its clock when the first frame was taken.
        seed: of the delays.
    """

    foot: Foot
    counts: U16
    drift_ppm: float
    offset_us: int
    seed: int
    insole: Insole = field(init=False)

    def __post_init__(self) -> None:
        self.insole = Insole(self.foot.value)
        self.insole.boot = 1
        self._draw = np.random.default_rng(self.seed)
        self._ring = array("H", np.ascontiguousarray(self.counts, np.uint16).reshape(-1).tolist())
        self._encoder = Encoder(max_frames=64, imu=False)
        self._out = bytearray(4096)

    @property
    def serial(self) -> str:
        """Of the insole."""
        return f"{self.foot.value.upper()}{self.seed:04d}"

    def greet(self) -> None:
        """Introduce the insole to whoever listens."""
        self.insole.identity = Identity(self.serial, self.foot.value, "0.1.0", 1, 1, 0, PERIOD_US)
        for handler in self.insole.on_greeting:
            handler(self.insole)
        self.insole.request_from(0)

    def host_ns(self, device_us: float) -> int:
        """True host time of a device time."""
        return BOOT_NS + round((device_us - self.offset_us) * 1000.0 / (1.0 + self.drift_ppm * 1e-6))

    def device_us(self, host_ns: int) -> int:
        """Device time of a host time."""
        return self.offset_us + round((host_ns - BOOT_NS) * 1e-3 * (1.0 + self.drift_ppm * 1e-6))

    def compare_clocks(self, host_ns: int) -> None:
        """A round trip that ends about now."""
        there, back = (int(ns) for ns in self._draw.integers(*DELAY_NS, 2))
        received = host_ns + there
        device_us = self.device_us(received)
        trip = RoundTrip(host_ns, device_us, device_us + 200, received + 200_000 + back)
        self.insole.compare_clocks(1, trip)

    def record(self, slot: int) -> bytes:
        """The block record that begins with a slot."""
        count = min(BLOCK_SLOTS, len(self.counts) - slot)
        time_us = self.offset_us + slot * PERIOD_US
        size = self._encoder.encode(self._out, self._ring, slot, count, slot, time_us, 1, PERIOD_US, 1, 1, 0)
        return bytes(self._out[:size])


def replay(
    insoles: tuple[ReplayedInsole, ...],
    journal_path: Path,
    step: Callable[[int], None],
    lost: Callable[[Foot, int], float] = lambda _foot, _slot: 0.0,
) -> None:
    """Walk: records arrive as they are made, journaled and delivered to whoever listens to the insoles.

    Args:
        insoles: of both feet.
        journal_path: where they are journaled.
        step: called after each round of records with the host's monotonic time, as a service would.
        lost: gives for a foot and the first slot of a record how many seconds later than usual it arrives.
    """
    now = [BOOT_NS]
    journal = Journal(journal_path, now=lambda: now[0], utc_ns=lambda: START_UTC_NS, sync=lambda _fd: None)
    writer = JournalWriter(journal)
    for one in insoles:
        writer.watch(one.insole)
        one.greet()
        for trip in range(TRIPS_BEFORE):
            one.compare_clocks(BOOT_NS - (TRIPS_BEFORE - trip) * 100_000_000)
    delayed: list[tuple[int, ReplayedInsole, bytes]] = []
    slots = max(len(one.counts) for one in insoles)
    for slot in range(0, slots, BLOCK_SLOTS):
        now[0] = BOOT_NS + (slot + BLOCK_SLOTS) * PERIOD_US * 1000
        for one in insoles:
            if slot < len(one.counts):
                late_ns = round(1e9 * lost(one.foot, slot))
                delayed.append((now[0] + late_ns, one, one.record(slot)))
            if slot % TRIP_SLOTS == 0:
                one.compare_clocks(now[0])
        _arrive(delayed, now[0])
        step(now[0])
        if slot % 100 == 0:
            writer.commit()
    _arrive(delayed, max((at_ns for at_ns, _, _ in delayed), default=now[0]))
    for one in insoles:
        one.insole.deliver(one.insole.receiver.flush(), now[0])
        one.insole.request_to(len(one.counts))
    step(now[0] + QUIET_NS)
    writer.commit()
    journal.close()


def _arrive(delayed: list[tuple[int, ReplayedInsole, bytes]], now_ns: int) -> None:
    due = [item for item in delayed if item[0] <= now_ns]
    delayed[:] = [item for item in delayed if item[0] > now_ns]
    for at_ns, one, record in due:
        one.insole.receiver.put(record, at_ns)
    for one in {id(one): one for _, one, _ in due}.values():
        one.insole.deliver(one.insole.receiver.drain(), now_ns)
