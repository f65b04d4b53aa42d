"""A person in a library, insoles that are worn, and the service's live analysis, in a time set by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Identity, Insole, StampedFrames
from plantigrade.gait.signals import NEWTONS_PER_KG, Foot
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.tables import DeviceRow
from plantigrade.library.entries import Person
from plantigrade.service.alerts.life import ns_of
from plantigrade.service.bus import EventBus
from plantigrade.service.events import AlertEvent, Event, InsoleState, LinkState, WatchingEvent
from plantigrade.service.live_analysis.analysis import LiveAnalysis
from plantigrade.service.offload import Offload
from plantigrade.service.wearing.news import WearingNews, WearingStage
from plantigrade.twin.body import ForceWalk, Segment, live_through
from plantigrade.twin.wearer import EU_SIZE, Wearer

BEGAN = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
HOST_NS = 5_000_000_000_000
"""The host's monotonic clock at `BEGAN`."""
SERIALS = {Foot.LEFT: "A1B2C3", Foot.RIGHT: "A1B2C4"}
PERSON = "P001"


class Worn:
    """Insoles that are worn for a time, and what the service makes of it.

    Args:
        library: open.
        counts: codes (n, 16) by foot at 100 Hz.
        mode: of the insoles.
        offload: runs what would hold up the loop.
    """

    def __init__(
        self,
        library: Library,
        counts: dict[Foot, np.ndarray],
        mode: str = "live",
        offload: Offload = Offload.inline(),  # noqa: B008 (frozen)
    ) -> None:
        self.library, self.counts, self.offload = library, counts, offload
        self.now_s = 0.0
        self.heard: list[Event] = []
        self.sent = dict.fromkeys(Foot, 0)
        self.insoles = {foot: _insole(foot) for foot in Foot}
        self.mode = mode
        self.start()

    def start(self) -> None:
        """The service starts."""
        self.bus = EventBus()
        self.bus.call_on_event(self.heard.append)
        self.live = LiveAnalysis(
            self.library, self.bus, self.now_ns, self.utc_ns, self.offload, burst_period_s=900.0
        )
        for serial in SERIALS.values():
            self.bus.publish(
                InsoleState(
                    serial, "left", LinkState.CONNECTED, None, None, None, None, (), 0, PERSON, self.mode
                )
            )

    def now_ns(self) -> int:
        return HOST_NS + round(self.now_s * 1e9)

    def utc_ns(self) -> int:
        return ns_of(BEGAN) + round(self.now_s * 1e9)

    def now_utc(self) -> datetime:
        return BEGAN + timedelta(seconds=self.now_s)

    def news(self, stage: WearingStage, person: str | None = PERSON) -> None:
        serials = tuple((foot.value, serial) for foot, serial in SERIALS.items())
        to_ns = self.utc_ns() if stage is WearingStage.ENDED else None
        self.live.on_wearing(WearingNews(stage, 1, "rec", person, None, serials, ns_of(BEGAN), to_ns))

    def send(self, foot: Foot, until_s: float) -> None:
        """Frames of a foot up to a time."""
        first, end = self.sent[foot], min(round(until_s * 100), len(self.counts[foot]))
        for start in range(first, end, 5):
            stop = min(start + 5, end)
            device_us = 10_000 * np.arange(start, stop, dtype=np.int64)
            frames = Frames(b"", start, 1, 1, 0, device_us, self.counts[foot][start:stop], None, 0)
            stamped = StampedFrames(frames, HOST_NS + device_us * 1000, 1_000_000, self.now_ns())
            self.live.on_frames(foot.value, self.insoles[foot], stamped)
        self.sent[foot] = max(first, end)

    async def wear(self, until_s: float, feet: tuple[Foot, ...] = tuple(Foot), step_s: float = 0.5) -> None:
        """Time passes, frames come as they are made."""
        while self.now_s < until_s:
            self.now_s = min(self.now_s + step_s, until_s)
            for foot in feet:
                self.send(foot, self.now_s)
            await self.live.step()

    def alerts(self, rule: str) -> list[AlertEvent]:
        return [one for one in self.heard if isinstance(one, AlertEvent) and one.rule == rule]

    def watching(self) -> list[bool]:
        return [one.watching for one in self.heard if isinstance(one, WatchingEvent)]

    def seconds_after_start(self, utc_ns: int) -> float:
        return (utc_ns - ns_of(BEGAN)) / 1e9


def _insole(foot: Foot) -> Insole:
    insole = Insole(foot.value)
    insole.identity = Identity(SERIALS[foot], foot.value, "0.1.0", 1, 1, 0, 10_000)
    return insole


def library_of(folder: Path, wearer: Wearer, weight: bool = True) -> Library:
    """A library with the person and the calibrations of the insoles."""
    library = Library(folder)
    kg = wearer.person.weight_n / NEWTONS_PER_KG if weight else None
    library.add_person(Person(PERSON, weight_kg=kg, shoe_size_eu=EU_SIZE, time_zone="Europe/Berlin"))
    with library.store.write() as session:
        for foot, serial in SERIALS.items():
            session.add(DeviceRow(serial=serial, side=foot.value, layout=1, firmware="0.1.0"))
    for foot, calibration in zip(Foot, wearer.calibrations, strict=True):
        library.set_calibration(replace(calibration, serial=SERIALS[foot]))
    return library


def switch_on(library: Library, limit: float = 8.0, duration_s: float = 60.0) -> None:
    """A clinician prescribes the critical rule, the day before."""
    library.record(PERSON).rules.switch_on(
        "sustained-pressure", limit, duration_s, reason="reduced feeling", at=BEGAN - timedelta(days=1)
    )


def codes(wearer: Wearer, *segments: Segment) -> dict[Foot, np.ndarray]:
    """What the insoles measure while the person goes through segments."""
    parts = [forces for _, forces in live_through(wearer.person, segments, wearer.seed, 100.0)]
    left, right = (np.concatenate([getattr(one, side) for one in parts]) for side in ("left", "right"))
    return dict(zip(Foot, wearer.counts(ForceWalk(100.0, left, right, "")), strict=True))
