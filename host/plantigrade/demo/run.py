"""The run itself: frames from both insoles through bridge, calibration and gait into the live view."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from insole_protocol import replies
from insole_protocol.layout import SENSOR_COUNT

from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.kernels import load_kernels
from plantigrade.bridge.reconnecting import ReconnectingConnection
from plantigrade.calibration import Calibrator, nominal
from plantigrade.demo.measure import FootMeter, left_right_error
from plantigrade.demo.stage import SIDES, Stage, stage
from plantigrade.demo.strides import StrideComparison, compare_strides
from plantigrade.demo.summary import DemoResult, FootResult
from plantigrade.gait.follower import GaitFollower, strides_s
from plantigrade.gait.results import Analysis
from plantigrade.link.base import Link, LinkError
from plantigrade.link.ble import BleLink
from plantigrade.live.state import LiveState, View
from plantigrade.twin.body.walk import ForceWalk, load_walk

SLOTS_PER_S = 100
CONNECT_WITHIN_S = 40.0
GRACE_S = 15.0
REFRESH_S = 0.1
WARM_UP_S = 20.0
SETTLE_S = 2.0
"""Both analyses begin in the middle of the walk; what they find at once is not compared."""


@dataclass(frozen=True)
class DemoPlan:
    """What is to be shown.

    Attributes:
        source: a record of gaitpdb; None for the bundled walk.
        seconds: walking at the insoles, from the first frame on.
        interval_ms: connection interval of the virtual radio.
    """

    source: Path | None
    seconds: float
    interval_ms: float


class Connection(Protocol):
    """What keeps an insole, as far as the live view and the summary ask."""

    @property
    def insole(self) -> Insole:
        """The insole."""
        ...

    @property
    def state(self) -> StrEnum:
        """Of its link."""
        ...

    @property
    def malformed(self) -> dict[str, int]:
        """Dropped input by name."""
        ...


Linked = TypeVar("Linked", bound=Connection)


@dataclass
class FootRun(Generic[Linked]):
    """One foot on its way through the host.

    Attributes:
        counted: frames that the firmware made and those that came, where they are counted otherwise than by
            the stream's own status.
    """

    side: str
    connection: Linked
    meter: FootMeter
    gait: GaitFollower
    calibrator: Calibrator
    start_ns: int
    state: LiveState
    record_bytes: int = 0
    final: replies.StatusReply | None = None
    counted: tuple[int, int] | None = None
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, wanted_slots: int, _insole: Insole, stamped: StampedFrames) -> None:
        """A batch from the bridge."""
        self.meter.add(stamped)
        frames = stamped.frames
        self.record_bytes += len(frames.record)
        if stamped.host_ns is not None and not frames.late:
            force_n = self.calibrator.feed(frames.counts)
            time_s = np.asarray((stamped.host_ns - self.start_ns) * 1e-9, np.float64)
            self.gait.add(self.side, time_s, force_n)
            self.state.feet[self.side].force_n = force_n[-1]
        if self.meter.slots >= wanted_slots:
            self.enough.set()

    def span_s(self) -> tuple[float, float]:
        """Walk times of the first and last frame."""
        true_ns = self.meter.true_ns
        if len(true_ns) == 0:
            return (0.0, 0.0)
        return ((true_ns[0] - self.start_ns) * 1e-9, (true_ns[-1] - self.start_ns) * 1e-9)

    def refresh(self) -> None:
        """Bring the live state up to date."""
        foot = self.state.feet[self.side]
        insole = self.connection.insole
        foot.connection = self.connection.state.value
        foot.frames = self.meter.frames
        foot.missing = insole.ledger.statement().missing
        foot.strides = self.gait.strides(self.side)
        foot.stride_s = self.gait.last_stride_s(self.side)
        foot.latency_ms = self.meter.recent_latency_ms()
        foot.clock_ms = None if insole.clock is None else insole.clock.uncertainty_ns * 1e-6
        foot.battery_pct = None if insole.status is None else insole.status.battery_pct

    def result(self, strides: StrideComparison) -> FootResult:
        """The foot's share of the closing summary."""
        insole, clock = self.connection.insole, self.connection.insole.clock
        identity, status = insole.identity, self.final
        sent, received = self.counted or (0 if status is None else status.frames_sent, self.meter.frames)
        return FootResult(
            frames_sent=sent,
            frames_received=received,
            latency=self.meter.latency(),
            clock_error=self.meter.clock_error(),
            clock_uncertainty_ms=None if clock is None else round(clock.uncertainty_ns * 1e-6, 3),
            drift_ppm=None if clock is None else round(clock.drift_ppm, 2),
            ledger=insole.ledger.statement(),
            malformed={**self.connection.malformed, **insole.receiver.counters.refused},
            strides=strides,
            connections=insole.connections,
            battery_pct=None if status is None else status.battery_pct,
            firmware="" if identity is None else identity.firmware,
            serial="" if identity is None else identity.serial,
            bytes_per_frame=round(self.record_bytes / self.meter.frames, 2) if self.meter.frames else None,
        )


async def run_demo(plan: DemoPlan, view: View) -> DemoResult:
    """Run the demo from beginning to end; everything it starts has ended when it returns or raises.

    Raises:
        FileError: the source cannot be read.
        LinkError: the insoles could not be reached.
    """
    with view:
        state = LiveState(source=plan.source.name if plan.source else "bundled walk", seconds=plan.seconds)
        state.stage = "preparing (the first time this takes half a minute)"
        view.show(state)
        await asyncio.to_thread(warm_up)
        state.stage = "starting"
        view.show(state)
        async with stage(plan.source, plan.interval_ms) as scene:
            state.source = scene.walk.source
            gait = GaitFollower.at(SLOTS_PER_S, scene.walk.source)
            runs = {side: _foot_run(scene, side, state, plan.seconds, gait) for side in SIDES}
            cpu_s, begun = time.process_time(), time.monotonic()
            await _collect(list(runs.values()), gait, plan, state, view)
            cpu_pct = 100 * (time.process_time() - cpu_s) / (time.monotonic() - begun)
        state.stage = "comparing with the truth"
        view.show(state)
        return await asyncio.to_thread(conclude, plan, scene, runs, gait, round(cpu_pct, 1))


def _foot_run(
    scene: Stage, side: str, state: LiveState, seconds: float, gait: GaitFollower
) -> FootRun[ReconnectingConnection]:
    insole = Insole(side)
    device = scene.sightings[side].device

    async def make_link() -> Link:
        return BleLink(device, backend=scene.radio.client)

    foot: FootRun[ReconnectingConnection] = FootRun(
        side=side,
        connection=ReconnectingConnection(insole, make_link),
        meter=FootMeter(scene.pair.boards[side].true_clock()),
        gait=gait,
        calibrator=Calibrator(nominal(), SLOTS_PER_S),
        start_ns=scene.pair.feed_start[side],
        state=state,
    )
    insole.on_frames.append(partial(foot.take, round(seconds * SLOTS_PER_S)))
    return foot


async def _collect(
    runs: list[FootRun[ReconnectingConnection]],
    gait: GaitFollower,
    plan: DemoPlan,
    state: LiveState,
    view: View,
) -> None:
    """Connect both feet and take frames until both have walked long enough."""
    keeping = [asyncio.create_task(foot.connection.run()) for foot in runs]
    showing = asyncio.create_task(keep_showing(runs, gait, state, view))
    try:
        state.stage = "connecting"
        await _all_of(
            [foot.connection.streaming.wait() for foot in runs],
            [*keeping, showing],
            CONNECT_WITHIN_S,
            lambda: LinkError(f"the insoles could not be reached: {_last_error(runs)}"),
        )
        state.stage = "walking"
        await _all_of(
            [_walk_and_stop(foot) for foot in runs],
            [*keeping, showing],
            plan.seconds + GRACE_S,
            lambda: LinkError(f"the frames of {plan.seconds:g} s did not arrive: {_last_error(runs)}"),
        )
    finally:
        for task in (*keeping, showing):
            task.cancel()
        await asyncio.gather(*keeping, showing, return_exceptions=True)


async def _walk_and_stop(foot: FootRun[ReconnectingConnection]) -> None:
    """Wait for the wanted frames, then end the stream: each foot by itself, so that none gets more than
    asked.
    """
    await foot.enough.wait()
    while foot.final is None:
        await foot.connection.streaming.wait()
        foot.final = await foot.connection.stop_stream()


async def _all_of(
    jobs: list[Coroutine[Any, Any, object]],
    guards: list[asyncio.Task[None]],
    timeout_s: float,
    too_late: Callable[[], LinkError],
) -> None:
    """Wait until all jobs are done; a guard that ends meanwhile, which only happens by an error, ends the
    wait.
    """
    together = asyncio.gather(*jobs)
    try:
        async with asyncio.timeout(timeout_s):
            await asyncio.wait({together, *guards}, return_when=asyncio.FIRST_COMPLETED)
    except TimeoutError as error:
        raise too_late() from error
    finally:
        together.cancel()
        await asyncio.gather(together, return_exceptions=True)
    for guard in guards:
        if guard.done():
            await guard
    if not together.cancelled():
        together.result()


async def keep_showing(
    runs: Sequence[FootRun[Linked]], gait: GaitFollower, state: LiveState, view: View
) -> None:
    while True:
        for event in gait.step():
            what = event.kind.replace("_", " ")
            state.events.append(f"{event.time_s:7.2f} s  {event.foot.value:5}  {what}")
        for foot in runs:
            foot.refresh()
        state.elapsed_s = min(foot.meter.slots for foot in runs) / SLOTS_PER_S
        view.show(state)
        await asyncio.sleep(REFRESH_S)


def _last_error(runs: list[FootRun[ReconnectingConnection]]) -> str:
    errors = {
        f"{foot.side}: {foot.connection.last_error}"
        for foot in runs
        if foot.connection.last_error is not None
    }
    waiting = {f"{foot.side}: {foot.connection.state.value}" for foot in runs}
    return "; ".join(sorted(errors or waiting))


def conclude(
    plan: DemoPlan, scene: Stage, runs: Mapping[str, FootRun[Linked]], gait: GaitFollower, cpu_pct: float
) -> DemoResult:
    """Put the truth beside what was found."""
    spans = [foot.span_s() for foot in runs.values()]
    begin_s, end_s = max(first for first, _ in spans), min(last for _, last in spans)
    found, reference = gait.finish(), _reference(scene.walk, begin_s, end_s)
    compared_s = (begin_s + SETTLE_S, end_s - SETTLE_S)
    insoles = {
        side: foot.result(compare_strides(strides_s(found, side), strides_s(reference, side), compared_s))
        for side, foot in runs.items()
    }
    return DemoResult(
        seconds=plan.seconds,
        source=scene.walk.source,
        interval_ms=plan.interval_ms,
        insoles=insoles,
        left_right=left_right_error(runs["left"].meter, runs["right"].meter),
        host_cpu_pct=cpu_pct,
    )


def warm_up() -> None:
    """Have decoding, calibration and gait compiled before anything must keep time."""
    load_kernels()
    Calibrator(nominal(), SLOTS_PER_S).feed(np.full((SLOTS_PER_S, SENSOR_COUNT), 400, np.uint16))
    walked = load_walk().cut(WARM_UP_S)
    time_s = np.arange(len(walked.left)) / walked.rate_hz
    follower = GaitFollower.at(walked.rate_hz, "warm-up")
    for rows in np.array_split(np.arange(len(time_s)), 20):
        follower.add("left", time_s[rows], walked.left[rows].astype(np.float32))
        follower.add("right", time_s[rows], walked.right[rows].astype(np.float32))
        follower.step()
    follower.finish()


def _reference(walk: ForceWalk, begin_s: float, end_s: float) -> Analysis:
    """The engine's view of the very stretch of the source that the insoles walked."""
    walked = walk.cut(end_s + 1 / walk.rate_hz)
    first = max(0, round(begin_s * walk.rate_hz))
    time_s = np.arange(len(walked.left)) / walk.rate_hz
    follower = GaitFollower.at(walk.rate_hz, walk.source)
    for side, force_n in zip(SIDES, (walked.left, walked.right), strict=True):
        follower.add(side, time_s[first:], force_n[first:].astype(np.float32))
    return follower.finish()
