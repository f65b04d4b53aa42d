"""Motion from end to end: a virtual person walks on two virtual boards with the real firmware.

    python -m tools.measure_motion_on_twin [--seconds 40] [--person 3] [--speed 1.25]

The body's motion goes into the boards' motion sensors with every imperfection of the twin, through their
FIFOs, the firmware and its log; the host fetches the log over USB, makes a recording and analyses it. Printed
is what it tells of each foot's strides, length and speed, beside what is true of them. The walk takes as long
as it takes: boards live in real time.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from insole_protocol import ids
from numpy.typing import NDArray
from plantigrade.bridge.collection import collect
from plantigrade.bridge.session import SessionPolicy
from plantigrade.gait.engine import analyze
from plantigrade.library.recordings.finalize import finalize_journal
from plantigrade.library.recordings.reader import RecordingReader
from plantigrade.link.base import Link
from plantigrade.link.usb import UsbLink
from plantigrade.twin.body import draw_person, walk
from plantigrade.twin.body.motion import FootMotion, WalkMotion, move
from plantigrade.twin.feeds import write_feeds, write_motion_feeds
from plantigrade.twin.pair import PairOptions, VirtualPair

NEAR_S = 0.15
"""A contact that was found within this of a true one is that one."""
BIAS_M = 0.03
"""Bar of the mean error of a foot's stride length: twice the 1 % by which sensitivities are off uncalibrated
(data sheet), of a stride of 1.4 m. It is the same in each stride of a sensor."""
FEWEST = 10
"""Strides of a foot without which the figures say nothing."""


@dataclass(frozen=True)
class FootFigures:
    """Strides of one foot that were found, beside the true ones.

    Attributes:
        foot: left or right.
        strides: how many have a length.
        length_m, true_length_m, speed_m_s, true_speed_m_s: means.
        bias_m, sd_m: of the length's error.
    """

    foot: str
    strides: int
    length_m: float
    true_length_m: float
    speed_m_s: float
    true_speed_m_s: float
    bias_m: float
    sd_m: float

    @property
    def met(self) -> bool:
        """Whether there were strides and their length is right."""
        return self.strides >= FEWEST and abs(self.bias_m) <= BIAS_M

    def line(self) -> str:
        """For people."""
        return (
            f"{self.foot:5} {self.strides:3} strides: length {self.length_m:.3f} m, true"
            f" {self.true_length_m:.3f} m ({100 * self.bias_m:+.1f} ± {100 * self.sd_m:.1f} cm); speed"
            f" {self.speed_m_s:.3f} m/s, true {self.true_speed_m_s:.3f} m/s"
        )


async def record(moved: WalkMotion, feeds: dict[str, Path], folder: Path) -> tuple[RecordingReader, float]:
    """Let the boards walk and fetch their logs; the recording, and when the walk began in its time."""
    options = PairOptions(loop=False, motion=write_motion_feeds(moved, folder))
    async with VirtualPair(feeds["left"], feeds["right"], directory=folder / "twin", options=options) as pair:

        async def link(side: str) -> Link:
            return UsbLink(pair.boards[side].serial_port)

        stop = asyncio.Event()
        ended_ns = pair.feed_start["left"] + round(moved.seconds * 1e9)
        asyncio.get_running_loop().call_later((ended_ns - time.monotonic_ns()) * 1e-9, stop.set)
        links = {side: partial(link, side) for side in feeds}
        journal = folder / "journal" / "walk.journal"
        policy = SessionPolicy(mode=None, from_log=True)
        await collect(links, journal, stop, policy, final_mode=ids.MODE_IDLE)
        began_utc_ns = pair.feed_start["left"] + time.time_ns() - time.monotonic_ns()
    recording = RecordingReader.open(finalize_journal(journal, folder / "recordings"))
    assert recording.start_ns is not None, "the host compared clocks"
    return recording, (began_utc_ns - recording.start_ns) * 1e-9


def beside_truth(
    foot: str,
    contact_s: NDArray[np.float64],
    length_m: NDArray[np.float64],
    speed: NDArray[np.float64],
    true: FootMotion,
) -> FootFigures:
    """Strides that begin at these contacts, in the walk's time, beside the true ones of the same contacts."""
    truth = true.truth
    near = np.argmin(np.abs(contact_s[:, None] - truth.contact_s[None, :-1]), axis=1)
    good = (np.abs(contact_s - truth.contact_s[near]) <= NEAR_S) & np.isfinite(length_m)
    rows = near[good]
    off = length_m[good] - truth.stride_length_m[rows]
    return FootFigures(
        foot,
        int(good.sum()),
        float(length_m[good].mean()),
        float(truth.stride_length_m[rows].mean()),
        float(np.nanmean(speed[good])),
        float(truth.speed_m_per_s[rows].mean()),
        float(off.mean()),
        float(off.std()),
    )


def measure(seconds: float, person: int, speed_m_s: float) -> list[FootFigures]:
    """Walk, record, analyse."""
    made = walk(draw_person(person, speed_m_s=speed_m_s), seconds, person, rate_hz=100.0)
    moved = move(made, person)
    with tempfile.TemporaryDirectory(prefix="plantigrade-motion-") as name:
        folder = Path(name)
        recording, began_s = asyncio.run(record(moved, write_feeds(made.forces, folder), folder))
        analysis = analyze(recording.walk())
    feet = {"left": moved.left, "right": moved.right}
    return [
        beside_truth(
            found.foot.value,
            found.strides.initial_contact_s - began_s,
            found.strides.stride_length_m,
            found.strides.speed_m_per_s,
            feet[found.foot.value],
        )
        for found in analysis.feet
    ]


def main(texts: list[str] | None = None) -> int:
    """Print the figures; 1 when a foot's are off."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=40.0, help="of walking")
    parser.add_argument("--person", type=int, default=3, help="number of the virtual person")
    parser.add_argument("--speed", type=float, default=1.25, help="in m/s")
    options = parser.parse_args(texts)
    figures = measure(options.seconds, options.person, options.speed)
    for one in figures:
        print(one.line())
    return 0 if len(figures) == 2 and all(one.met for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
