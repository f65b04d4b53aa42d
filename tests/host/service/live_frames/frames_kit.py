"""A real service, two insoles that have introduced themselves, and codes that come from them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Identity, StampedFrames
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.link.base import Link, LinkError
from plantigrade.service.assembly import Assembly
from plantigrade.twin.body import Segment, live_through
from plantigrade.twin.body.walk import ForceWalk
from plantigrade.twin.wearer import EU_SIZE, Wearer

SERIALS = {Foot.LEFT: "00000A50477A3F01", Foot.RIGHT: "00000A50477A3F02"}
HOST_NS = 5_000_000_000_000
UTC_NS = 1_773_144_000_000_000_000
"""10 March 2026, 12:00 UTC, when the clock of the frames stands at `HOST_NS`."""
RATE_HZ = 100
PIECE = 5


@cache
def walked(seconds: float = 20.0, kind: str = "walk") -> dict[Foot, np.ndarray]:
    """Codes (n, 16) of both feet of a virtual person."""
    wearer = Wearer(3)
    parts = [one for _, one in live_through(wearer.person, (Segment(kind, seconds),), 3, float(RATE_HZ))]
    left, right = (np.concatenate([getattr(one, side.value) for one in parts]) for side in Foot)
    return dict(zip(Foot, wearer.counts(ForceWalk(float(RATE_HZ), left, right, "")), strict=True))


def stamped(counts: np.ndarray, first: int, late: bool = False) -> StampedFrames:
    """A piece of codes, sampled from slot `first` on."""
    device_us = 10_000 * np.arange(first, first + len(counts), dtype=np.int64)
    frames = Frames(b"", first, 1, 1, 0, device_us, counts, None, 0, late)
    return StampedFrames(frames, HOST_NS + device_us * 1000, 1_000_000, HOST_NS)


class Insoles:
    """A pair in a service that is not running, in a time set by hand."""

    def __init__(self, library: Library, assembly: Assembly) -> None:
        self.library, self.assembly, self.now_s = library, assembly, 0.0
        self.frames = assembly.frames
        self.frames._now_ns, self.frames._utc_ns = self.now_ns, self.utc_ns
        for foot, serial in SERIALS.items():
            assembly.service.watch_insole(foot.value, _out_of_reach)
            insole = assembly.service.collectors[foot.value].insole
            insole.identity = Identity(serial, foot.value, "0.1.0", 1, 1, 0, 10_000)

    @classmethod
    def on(cls, folder: Path) -> "Insoles":
        """In a library of its own with two people; the insoles are P001's."""
        library = Library(folder / "data")
        library.add_person(Person("P001", shoe_size_eu=EU_SIZE, time_zone="Europe/Berlin"))
        library.add_person(Person("P002", time_zone="Europe/Berlin"))
        made = cls(library, Assembly(library, links={}))
        made.assign("P001")
        return made

    def assign(self, person: str) -> None:
        """The pair is a person's."""
        for serial in SERIALS.values():
            self.library.record(person).insoles.assign(serial, datetime(2020, 1, 1, tzinfo=UTC))
        self.assembly.service.wearings.wearers.refresh()

    def now_ns(self) -> int:
        return HOST_NS + round(self.now_s * 1e9)

    def utc_ns(self) -> int:
        return UTC_NS + round(self.now_s * 1e9)

    async def send(self, counts: dict[Foot, np.ndarray], to_s: float, feet: Iterable[Foot] = Foot) -> None:
        """Codes from now on to a time, as they are made."""
        while self.now_s < to_s - 1e-9:
            first = round(self.now_s * RATE_HZ)
            for foot in feet:
                self.bring(foot, stamped(counts[foot][first : first + PIECE], first))
            self.now_s += PIECE / RATE_HZ
            await _let_others_work()

    def bring(self, foot: Foot, frames: StampedFrames) -> None:
        """Frames of a foot."""
        insole = self.assembly.service.collectors[foot.value].insole
        self.assembly.service._pass_on(insole, frames)


async def _let_others_work() -> None:
    import asyncio

    await asyncio.sleep(0)


async def _out_of_reach() -> Link:
    raise LinkError("out of reach")
