"""Bytes that a day of wear takes in the insole's log, and the hours that fit.

    python -m tools.measure_log [--motion] [--ranges 2 250]

The firmware's own code from the sampler's ring on (reduced rate, records, log) runs here, on CPython, with a
flash and a card in memory; what is missing is time. What the sensors show is recorded walking and modelled
standing, sitting and an empty shoe, through the modelled front end with its noise; with motion, walking is
that of virtual people, and the motion sensor has the noise of its data sheet. Counted is what the log has
used of its pages, their headers, notes and unused ends included.
"""

import argparse
import json
import sys
from array import array
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from insole_protocol.block import MAX_FRAMES, MAX_FRAMES_IMU
from insole_protocol.codec import Encoder
from numpy.typing import NDArray
from plantigrade.calibration.motion import Ranges
from plantigrade.gait.signals import NEWTONS_PER_KG
from plantigrade.twin.body import draw_person, load_walk, stand
from plantigrade.twin.body.motion import Inertial
from plantigrade.twin.electrical import FrontEnd
from plantigrade.twin.motion_sensor import measure as measure_motion
from plantigrade.twin.motion_sensor import measure_walk
from plantigrade.twin.motion_sensor.measuring import USUAL_RANGES
from plantigrade.twin.moving_people import moving_walk

ROOT = Path(__file__).resolve().parent.parent
PAGE_BYTES = 4096
RATE_HZ = 100
RING_ROWS = 128
FLUSH_ROWS = 100
REST = 330
DAILY_FRAMES = 40
DEVICES = {"flash, 3.3 MiB": ("flash", 0x348000), "SD NAND, 128 MiB": ("card", 128 << 20)}
"""What a log may lie on: the partition of the smaller module, and the board's SD NAND."""
DAY_H = {"walking": 2.0, "standing": 4.0, "sitting": 10.0}
"""A day of wear of 16 h."""


class MemoryFlash:
    """MicroPython's block protocol over bytes in memory."""

    def __init__(self, pages: int) -> None:
        self._pages = pages
        self._data = bytearray(b"\xff") * (pages * PAGE_BYTES)

    def readblocks(self, block: int, buf: Any, offset: int = 0) -> None:
        """Fill `buf`."""
        start = block * PAGE_BYTES + offset
        buf[:] = self._data[start : start + len(buf)]

    def writeblocks(self, block: int, buf: Any, offset: int = 0) -> None:
        """Program: bits only fall."""
        start = block * PAGE_BYTES + offset
        old = self._data[start : start + len(buf)]
        self._data[start : start + len(buf)] = bytes(a & b for a, b in zip(old, buf, strict=True))

    def ioctl(self, operation: int, argument: int) -> int:
        """Count, size, erase."""
        if operation == 6:
            self._data[argument * PAGE_BYTES : (argument + 1) * PAGE_BYTES] = b"\xff" * PAGE_BYTES
            return 0
        return self._pages if operation == 4 else PAGE_BYTES


class MemoryCard:
    """A card's sectors in memory."""

    def __init__(self, pages: int) -> None:
        self._sectors = pages * PAGE_BYTES // 512
        self._content: dict[int, bytes] = {}

    def readblocks(self, block: int, buf: Any) -> None:
        """Fill `buf` with a sector."""
        buf[:] = self._content.get(block, bytes(512))

    def writeblocks(self, block: int, buf: Any) -> None:
        """Write a sector."""
        self._content[block] = bytes(buf)

    def ioctl(self, operation: int, argument: int) -> int:
        """Count and size."""
        return self._sectors if operation == 4 else 512


class Ring:
    """What `insole.blocks` needs of the sampler: rows that have been taken, on a perfect clock."""

    rows = RING_ROWS
    period_us = 1_000_000 // RATE_HZ
    start_us = 0

    def __init__(self, has_motion: bool) -> None:
        self.frames = array("H", bytes(2 * 16 * RING_ROWS))
        self.motion = array("h", bytes(2 * 6 * RING_ROWS)) if has_motion else None
        self.lost_before = array("I", bytes(4 * RING_ROWS))
        self.marks = bytearray(RING_ROWS)
        self.wake_rows = 1
        self.tail = 0
        self._head = 0

    def waiting(self) -> int:
        """Rows in the ring."""
        return (self._head - self.tail) % (2 * RING_ROWS)

    def release(self, rows: int) -> None:
        """Free the oldest."""
        self.tail = (self.tail + rows) % (2 * RING_ROWS)

    def put(self, row: list[int], motion: list[int] | None) -> None:
        """Another row."""
        at = self._head % RING_ROWS
        self.frames[16 * at : 16 * (at + 1)] = array("H", row)
        if self.motion is not None and motion is not None:
            self.motion[6 * at : 6 * (at + 1)] = array("h", motion)
        self._head = (self._head + 1) % (2 * RING_ROWS)

    def lose_pending(self) -> int:
        """None is ever lost here."""
        return 0


class NoSteps:
    """In the place of the step counter, whose word is in two flags of a record."""

    wear = 0

    def feed(self, _frames: Any, _base: int) -> int:
        """No channel is saturated."""
        return 0


class NoListener:
    """In the place of the live queue."""

    def publish(self, record: Any, length: int) -> None:
        """Nobody listens."""


@dataclass(frozen=True)
class Figures:
    """Bytes a second by kind of device and activity, bytes of a day of `DAY_H`, and the hours that fit.

    Hours are of such a day, and of walking without a pause, by device.
    """

    bytes_per_s: dict[str, dict[str, float]]
    day_bytes: dict[str, float]
    day_hours_that_fit: dict[str, float]
    walking_hours_that_fit: dict[str, float]


def bytes_per_s(counts: NDArray[np.uint16], motion: NDArray[np.int16] | None, kind: str) -> float:
    """What a stretch of (n, 16) counts and (n, 6) motion at 100 Hz takes of a "flash" or a "card"."""
    if str(ROOT / "firmware") not in sys.path:
        sys.path.append(str(ROOT / "firmware"))
    recorder = import_module("insole.recorder")
    blocks = import_module("insole.blocks")
    pages = len(counts) // 100 + 16
    log = recorder.Recorder(MemoryFlash(pages) if kind == "flash" else MemoryCard(pages))
    log.open()
    ring = Ring(motion is not None)
    encoder = Encoder(MAX_FRAMES if motion is None else MAX_FRAMES_IMU, motion is not None)
    builder = blocks.BlockBuilder(ring, encoder, log, NoListener(), NoSteps(), REST)
    builder.follow(DAILY_FRAMES, True)
    moved = [None] * len(counts) if motion is None else motion.tolist()
    for number, (row, of_row) in enumerate(zip(counts.tolist(), moved, strict=True)):
        ring.put(row, of_row)
        if ring.waiting() >= ring.wake_rows:
            builder.drain()
        if number % FLUSH_ROWS == 0:
            log.flush()
    log.flush()
    used = log.head * PAGE_BYTES + log.used
    return used / len(counts) * RATE_HZ


def samples(activity: str, seconds: float, seed: int) -> NDArray[np.uint16]:
    """What the left insole's sensors show."""
    front = FrontEnd(seed)
    if activity == "walking":
        walk = load_walk()
        return np.vstack(
            [front.counts(walk.left, walk.rate_hz) for _ in range(max(1, round(seconds / walk.seconds)))]
        )
    doing = {"standing": "stand", "sitting": "sit", "not worn": "off"}[activity]
    forces = stand(draw_person(seed), seconds, seed, doing=doing)  # pyright: ignore[reportArgumentType]
    return front.counts(forces.left, RATE_HZ)


def samples_with_motion(
    activity: str, seconds: float, seed: int, ranges: Ranges
) -> tuple[NDArray[np.uint16], NDArray[np.int16]]:
    """The same with the raw values of its motion sensor, which lies still where nobody walks."""
    if activity == "walking":
        moving = moving_walk(seed, seconds)
        counts = FrontEnd(seed).counts(moving.made.forces.left, RATE_HZ)
        return counts, measure_walk(moving.truth, seed, RATE_HZ, ranges)[0].raw
    counts = samples(activity, seconds, seed)
    return counts, measure_motion(_resting, len(counts) / RATE_HZ, seed, RATE_HZ, ranges).raw


def _resting(time_s: NDArray[np.float64]) -> Inertial:
    still = np.zeros((len(time_s), 3))
    return Inertial(
        still + np.array([0.0, 0.0, NEWTONS_PER_KG]), still, still, np.tile(np.eye(3), (len(time_s), 1, 1))
    )


def _rate(activity: str, seconds: float, seed: int, kind: str, motion: Ranges | None) -> float:
    if motion:
        return bytes_per_s(*samples_with_motion(activity, seconds, seed, motion), kind)
    return bytes_per_s(samples(activity, seconds, seed), None, kind)


def measure(seconds: float, seeds: int, motion: Ranges | None = None) -> Figures:
    """Means over some people and sensors; `motion`: the ranges of a motion sensor, None without one."""
    rates = {
        kind: {
            activity: float(
                np.mean([_rate(activity, seconds, seed, kind, motion) for seed in range(1, seeds + 1)])
            )
            for activity in ("walking", "standing", "sitting", "not worn")
        }
        for kind in ("flash", "card")
    }
    days = {
        kind: 3600 * sum(hours * rate[activity] for activity, hours in DAY_H.items())
        for kind, rate in rates.items()
    }
    hours = sum(DAY_H.values())
    room = {name: (kind, size - 2 * PAGE_BYTES) for name, (kind, size) in DEVICES.items()}
    return Figures(
        bytes_per_s={
            kind: {activity: round(value, 1) for activity, value in rate.items()}
            for kind, rate in rates.items()
        },
        day_bytes={kind: round(day) for kind, day in days.items()},
        day_hours_that_fit={name: round(free / days[kind] * hours, 2) for name, (kind, free) in room.items()},
        walking_hours_that_fit={
            name: round(free / rates[kind]["walking"] / 3600, 2) for name, (kind, free) in room.items()
        },
    )


def main(texts: list[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=600.0, help="of each activity")
    parser.add_argument("--seeds", type=int, default=3, help="people and front ends")
    parser.add_argument("--motion", action="store_true", help="with a motion sensor")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--ranges", type=int, nargs=2, default=None, metavar=("G", "DEG_S"), help="of the motion sensor"
    )
    options = parser.parse_args(texts)
    ranges = Ranges(*options.ranges) if options.ranges else USUAL_RANGES if options.motion else None
    figures = measure(options.seconds, options.seeds, ranges)
    if options.json:
        print(json.dumps(asdict(figures), indent=2))
        return 0
    for kind, rates in figures.bytes_per_s.items():
        for activity, rate in rates.items():
            print(f"{kind:5} {activity:10} {rate:7.1f} bytes a second")
    parts = ", ".join(f"{hours:g} h {activity}" for activity, hours in DAY_H.items())
    for kind, size in figures.day_bytes.items():
        print(f"a day of {sum(DAY_H.values()):g} h ({parts}) on a {kind}: {size / 1e6:.1f} MB")
    for name, hours in figures.day_hours_that_fit.items():
        print(
            f"{name}: {hours:.1f} h of such a day,"
            f" {figures.walking_hours_that_fit[name]:.1f} h of walking only"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
