"""Alerts on the way: the bridge of this computer follows a virtual pair and says what the posture rules say.

The samples go the whole way: firmware, radio, bridge, calibration, gait engine, rules.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from plantigrade.analysis.live.rehearsal import rehearse
from plantigrade.analysis.live.wearer import LiveWearer, WearerSetup
from plantigrade.array_types import F64
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.kernels import load_kernels
from plantigrade.bridge.reconnecting import ReconnectingConnection
from plantigrade.gait.signals import Foot
from plantigrade.link.base import Link, LinkError
from plantigrade.link.ble import BleLink
from plantigrade.link.discovery import Radio, scan
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.guidance import Catalogue, catalogue
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.twin import central
from plantigrade.twin.bench import bench_calibration
from plantigrade.twin.bleak_backend import backend_for
from plantigrade.twin.feeds import SEEDS
from plantigrade.twin.pair import VirtualPair

RATE_HZ = 100.0
STEP_S = 0.25
SCAN_S = 20.0


@dataclass
class Follower:
    """Takes the frames of both insoles, analyses them as the service does, and says what the rules say.

    Args:
        body_weight_n: of the made-up person.
        notify: gets each line of words.
        start_ns: host time at which the walk began.
        book: the patient's rules; None for the shipped ones.
        onset_s: when the made-up person's condition begins, to say how long an alert took.
    """

    body_weight_n: float
    notify: Callable[[str], None]
    start_ns: int
    book: RuleBook | None = None
    onset_s: float | None = None
    _catalogue: Catalogue = field(default_factory=catalogue)

    def __post_init__(self) -> None:
        calibrations = {foot: bench_calibration(SEEDS[foot.value]) for foot in Foot}
        self._wearer = LiveWearer(WearerSetup(RATE_HZ, self.body_weight_n, calibrations, self.book))
        self._seq = dict.fromkeys(Foot, 0)

    def take(self, foot: Foot, insole: Insole, stamped: StampedFrames) -> None:
        """A batch from the bridge; what comes too late from the log is left to the recording."""
        del insole
        self._wearer.put(foot, stamped)

    def add(self, foot: Foot, time_s: F64, counts: NDArray[np.uint16]) -> None:
        """Codes (n, 16) of one foot with their times since the walk began."""
        seq = self._seq[foot]
        self._seq[foot] += len(counts)
        since_ns = np.rint(time_s * 1e9).astype(np.int64)
        frames = Frames(b"", seq, 1, 1, 0, since_ns // 1000, counts, None, 0)
        self._wearer.put(foot, StampedFrames(frames, self.start_ns + since_ns, 0, 0))

    def step(self) -> None:
        """Analyse what has come of both feet."""
        more = True
        while more:
            findings = self._wearer.step(time.monotonic_ns())
            self._notify(findings.alerts)
            more = findings.more

    def finish(self) -> None:
        """Say what was still waiting, and how alerts were answered."""
        alerts, response = self._wearer.finish()
        self._notify(alerts)
        if response is not None:
            minutes = 60 * response.wear_h
            self.notify(f"{response.shown} alerts in {minutes:.1f} min of wear, {response.cleared} cleared.")

    def _walked_s(self, seconds: float) -> float:
        """Time since the walk began of a time of the analysis."""
        return seconds + ((self._wearer.start_ns or self.start_ns) - self.start_ns) * 1e-9

    def _notify(self, alerts: Iterable[Alert]) -> None:
        for alert in alerts:
            if not alert.shown:
                continue
            if alert.cleared_s is not None:
                self.notify(f"{self._walked_s(alert.cleared_s):6.0f} s  cleared  {alert.rule}")
                continue
            text = self._catalogue.patient(alert.rule, alert.foot)
            what = f"{alert.severity.value}  {alert.rule} (version {alert.rule_version})"
            raised_s = self._walked_s(alert.raised_s)
            self.notify(f"{raised_s:6.0f} s  {what}, {alert.strides} strides{self._late(raised_s)}: {text}")

    def _late(self, raised_s: float) -> str:
        """How long after the onset of the condition the alert is told."""
        if self.onset_s is None or raised_s < self.onset_s:
            return ""
        now_s = (time.monotonic_ns() - self.start_ns) * 1e-9
        return f", {now_s - self.onset_s:.0f} s after the condition began"


def warm_up() -> None:
    """Have everything compiled before samples arrive."""
    load_kernels()
    rehearse()


async def watch(
    pair: VirtualPair,
    body_weight_n: float,
    notify: Callable[[str], None],
    book: RuleBook | None = None,
    onset_s: float | None = None,
) -> None:
    """Connect both insoles and follow them until cancelled; see `Follower` for the arguments.

    Raises:
        LinkError: an insole does not advertise.
    """
    radio = Radio(*backend_for(pair.radio), virtual=True)
    follower = Follower(body_weight_n, notify, min(pair.feed_start.values()), book, onset_s)
    async with central.using(central.central_at(pair.radio)):
        addresses = {board.spec.radio_address: side for side, board in pair.boards.items()}
        found = await scan(SCAN_S, radio, lambda seen: addresses.keys() <= seen.keys())
        if missing := addresses.keys() - found.keys():
            raise LinkError(f"the virtual insoles {', '.join(sorted(missing))} do not advertise")
        tasks: list[asyncio.Task[None]] = []
        for address, side in addresses.items():
            insole = Insole(side)
            insole.on_frames.append(partial(follower.take, Foot(side)))
            make_link = partial(_make_link, found[address].device, radio)
            tasks.append(asyncio.create_task(ReconnectingConnection(insole, make_link).run()))
        try:
            while not any(task.done() for task in tasks):
                follower.step()
                await asyncio.sleep(STEP_S)
            for task in tasks:
                if task.done():
                    await task
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            follower.finish()


async def _make_link(device: object, radio: Radio) -> Link:
    return BleLink(device, backend=radio.client)  # pyright: ignore[reportArgumentType]
