"""An insole as the collector hears it, a disk that may be full, and what is in a journal."""

import errno
from pathlib import Path

import numpy as np
from insole_protocol import ids
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Identity, Insole, StampedFrames
from plantigrade.bridge.journal.entries import Damage, Entry, Kind, scan

from tests.host.bridge_kit.fake_insole import record_of

SERIALS = {"left": "00000A50477A3F01", "right": "00000A50477A3F02"}


class Disk:
    """Stands in for `fsync`; refuses while it is full."""

    full = False

    def sync(self, descriptor: int) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")


def greet(insole: Insole) -> None:
    """As after HELLO, whatever the boot."""
    insole.identity = Identity(SERIALS[insole.name], insole.name, "1.0", 1, 1, ids.CAPABILITY_LOG, 10_000)
    for handler in insole.on_greeting:
        handler(insole)


def bring(insole: Insole, first: int, end: int) -> None:
    """A record of these slots comes in."""
    frames = end - first
    record = record_of(first, frames, 1, first * 10_000)
    insole.ledger.record(first, end)
    times = 10_000 * np.arange(first, end, dtype=np.int64)
    counts = np.zeros((frames, 16), np.uint16)
    stamped = StampedFrames(Frames(record, first, 1, 1, 0, times, counts, None, first), None, 0, 0)
    for handler in insole.on_frames:
        handler(insole, stamped)


def written(path: Path, kind: Kind) -> list[Entry]:
    return [entry for entry in scan(path.read_bytes(), Damage()) if entry.kind is kind]
