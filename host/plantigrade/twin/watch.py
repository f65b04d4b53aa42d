"""Alerts on the way: the bridge of this computer follows a virtual pair and says what the posture rules say.

The samples go the whole way: firmware, radio, bridge, calibration, gait engine, rules.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F32, F64
from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.reconnecting import ReconnectingConnection
from plantigrade.calibration import Calibrator
from plantigrade.gait.engine import Engine
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal
from plantigrade.link.base import Link, LinkError
from plantigrade.link.ble import BleLink
from plantigrade.link.discovery import Radio, scan
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.guidance import Catalogue, catalogue
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.watcher import Watcher
from plantigrade.twin import central
from plantigrade.twin.bench import bench_calibration
from plantigrade.twin.bleak_backend import backend_for
from plantigrade.twin.feeds import SEEDS
from plantigrade.twin.pair import VirtualPair

RATE_HZ = 100.0
STEP_S = 0.25
SCAN_S = 20.0
WARM_UP_ROWS = 300


@dataclass
class Follower:
    """Takes the frames of both insoles and feeds gait engine and rules.

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
    _waiting: dict[Foot, list[tuple[F64, F32]]] = field(default_factory=lambda: {foot: [] for foot in Foot})

    def __post_init__(self) -> None:
        self._engine = Engine(sample_rate_hz=RATE_HZ, body_weight_n=self.body_weight_n)
        self._watcher = Watcher(RATE_HZ, self.body_weight_n, book=self.book)
        self._calibrators = {foot: Calibrator(bench_calibration(SEEDS[foot.value]), RATE_HZ) for foot in Foot}

    def take(self, foot: Foot, insole: Insole, stamped: StampedFrames) -> None:
        """A batch from the bridge; frames that come late from the log are left to the recording."""
        del insole
        if stamped.host_ns is None or stamped.frames.late:
            return
        time_s = np.asarray((stamped.host_ns - self.start_ns) * 1e-9, np.float64)
        self.add(foot, time_s, stamped.frames.counts)

    def add(self, foot: Foot, time_s: F64, counts: NDArray[np.uint16]) -> None:
        """Codes (n, 16) of one foot with their times."""
        self._notify(self._watcher.counts(foot, counts))
        self._waiting[foot].append((time_s, self._calibrators[foot].feed(counts)))

    def step(self) -> None:
        """Analyse what has come of both feet."""
        pieces = {foot: self._piece(foot) for foot in Foot}
        left, right = pieces[Foot.LEFT], pieces[Foot.RIGHT]
        if left is None and right is None:
            return
        self._engine.feed(left, right)
        for foot, strides in self._engine.take_strides():
            self._notify(self._watcher.strides(foot, strides))
        self._notify(self._watcher.forces(_total(left), _total(right)))

    def finish(self) -> None:
        """Say how alerts were answered."""
        response = self._watcher.finish()
        self.notify(
            f"{response.shown} alerts in {60 * response.wear_h:.1f} min of wear, {response.cleared} cleared."
        )

    def _piece(self, foot: Foot) -> FootSignal | None:
        waiting, self._waiting[foot] = self._waiting[foot], []
        if not waiting:
            return None
        times, forces = zip(*waiting, strict=True)
        return FootSignal(foot, np.concatenate(times), np.concatenate(forces), own_layout())

    def _notify(self, alerts: list[Alert]) -> None:
        for alert in alerts:
            if not alert.shown:
                continue
            if alert.cleared_s is not None:
                self.notify(f"{alert.cleared_s:6.0f} s  cleared  {alert.rule}")
                continue
            text = self._catalogue.patient(alert.rule, alert.foot)
            what = f"{alert.severity.value}  {alert.rule} (version {alert.rule_version})"
            self.notify(
                f"{alert.raised_s:6.0f} s  {what}, {alert.strides} strides{self._late(alert)}: {text}"
            )

    def _late(self, alert: Alert) -> str:
        """How long after the onset of the condition the alert is told."""
        if self.onset_s is None or alert.raised_s < self.onset_s:
            return ""
        now_s = (time.monotonic_ns() - self.start_ns) * 1e-9
        return f", {now_s - self.onset_s:.0f} s after the condition began"


def warm_up() -> None:
    """Have everything compiled before samples arrive."""
    follower = Follower(700.0, lambda line: None, 0)
    counts = np.full((WARM_UP_ROWS, 16), 330, np.uint16)
    for foot in Foot:
        follower.add(foot, np.arange(WARM_UP_ROWS) / RATE_HZ, counts)
    follower.step()


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


def _total(piece: FootSignal | None) -> F32:
    return np.empty(0, np.float32) if piece is None else piece.force_n.sum(axis=1)
