"""What the demo does with frames on their way: strides while they come, the state that is shown, both feet's
end, and the words for a run that does not come to its end."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import StampedFrames
from plantigrade.demo import run
from plantigrade.demo.run import DemoPlan, FootRun
from plantigrade.demo.strides import StrideComparison
from plantigrade.gait.follower import GaitFollower, strides_s
from plantigrade.gait.results import Event
from plantigrade.gait.signals import Foot
from plantigrade.link.base import LinkError
from plantigrade.live.state import LiveState
from plantigrade.twin.body.walk import ForceWalk

from tests.host.analyze import tiny
from tests.host.demo.test_figures_by_hand import Clock, statement


class Fed:
    """Stands for the engine: keeps what it was fed and gives back chosen events."""

    def __init__(self) -> None:
        self.fed: list[Any] = []
        self.events: list[Event] = []

    def feed(self, left: Any, other: Any) -> list[Event]:
        self.fed.append((left, other))
        return self.events

    def finish(self) -> str:
        return "analysis"


def rows(value: float, count: int = 2) -> tuple[np.ndarray, np.ndarray]:
    return np.full(count, value), np.full((count, 16), value, np.float32)


def test_what_came_of_both_feet_is_analysed_together_and_once() -> None:
    engine = Fed()
    follower = GaitFollower(engine)  # type: ignore[arg-type]
    assert follower.step() == []
    follower.add("left", *rows(1.0))
    follower.add("left", *rows(2.0, 1))
    follower.add("right", *rows(3.0))
    follower.step()
    ((left, other),) = engine.fed
    assert (left.foot, other.foot) == (Foot.LEFT, Foot.RIGHT)
    assert left.time_s.tolist() == [1.0, 1.0, 2.0]
    assert left.force_n[:, 0].tolist() == [1.0, 1.0, 2.0]
    assert left.layout.name.startswith("plantigrade-16")
    assert follower.step() == []
    follower.add("right", *rows(4.0))
    assert follower.finish() == "analysis"
    assert (engine.fed[-1][0], len(engine.fed)) == (None, 2)
    assert engine.fed[-1][1].time_s.tolist() == [4.0, 4.0]


def test_strides_are_counted_by_initial_contacts() -> None:
    engine = Fed()
    follower = GaitFollower(engine)  # type: ignore[arg-type]
    assert (follower.strides("left"), follower.last_stride_s("left")) == (0, None)
    for contacts, final, strides, last in (
        ([1.0], [1.5], 0, None),
        ([2.25], [], 1, 1.25),
        ([3.0, 4.5], [], 3, 1.5),
    ):
        engine.events = [Event(Foot.LEFT, "initial_contact", time_s) for time_s in contacts]
        engine.events += [Event(Foot.LEFT, "final_contact", time_s) for time_s in final]
        follower.add("left", *rows(0.0))
        assert follower.step() == engine.events
        assert (follower.strides("left"), follower.last_stride_s("left")) == (strides, last)
    assert (follower.strides("right"), follower.last_stride_s("right")) == (0, None)


def test_strides_of_an_analysis_by_side() -> None:
    assert strides_s(tiny.analysis(), "left").tolist() == [[1.0, 2.0], [2.125, 3.125], [3.25, 4.25]]
    assert strides_s(tiny.analysis(), "right").tolist() == [[1.5, 2.5], [2.625, 3.625]]
    assert strides_s(replace(tiny.analysis(), left=None), "left").shape == (0, 2)


class Calibrated:
    """Newtons are counts less 400."""

    def feed(self, counts: np.ndarray) -> np.ndarray:
        return counts.astype(np.float32) - 400


def foot_run(**changed: Any) -> FootRun:
    insole = SimpleNamespace(
        identity=SimpleNamespace(firmware="1.2", serial="AA"),
        status=SimpleNamespace(battery_pct=55),
        clock=SimpleNamespace(uncertainty_ns=1_234_567, drift_ppm=12.346),
        ledger=SimpleNamespace(statement=statement),
        receiver=SimpleNamespace(counters=SimpleNamespace(refused={"late": 4})),
        connections=3,
    )
    connection = SimpleNamespace(
        insole=insole, state=SimpleNamespace(value="streaming"), malformed={"crc": 2}, last_error=None
    )
    plain: dict[str, Any] = {
        "side": "left",
        "connection": connection,
        "meter": run.FootMeter(Clock()),
        "gait": GaitFollower(Fed()),  # type: ignore[arg-type]
        "calibrator": Calibrated(),
        "start_ns": 500,
        "state": LiveState("walk", 10),
    }
    return FootRun(**{**plain, **changed})


def batch(device_us: list[int], timed: bool = True, late: bool = False) -> StampedFrames:
    times = np.array(device_us)
    counts = np.full((len(times), 16), 410, np.uint16)
    counts[-1] = 450
    frames = Frames(b"x" * 50, 0, 1, 1, 0, times, counts, None, 0, late)
    return StampedFrames(frames, times * 1000 + 500 if timed else None, 1, 10**8)


def test_frames_are_calibrated_and_placed_on_the_time_of_the_walk() -> None:
    one = foot_run()
    one.take(4, SimpleNamespace(), batch([10_000, 20_000]))  # type: ignore[arg-type]
    one.take(4, SimpleNamespace(), batch([30_000], timed=False))  # type: ignore[arg-type]
    assert not one.enough.is_set()
    one.take(4, SimpleNamespace(), batch([40_000], late=True))  # type: ignore[arg-type]
    assert one.enough.is_set()
    ((times, forces),) = one.gait._waiting["left"]
    assert times.tolist() == pytest.approx([0.01, 0.02])
    assert forces[:, 0].tolist() == [10.0, 50.0]
    assert one.state.feet["left"].force_n[0] == 50.0
    assert one.record_bytes == 150
    assert one.span_s() == pytest.approx((0.01, 0.03))
    assert foot_run().span_s() == (0.0, 0.0)


def test_the_state_that_is_shown() -> None:
    one = foot_run()
    one.take(9, SimpleNamespace(), batch([10_000]))  # type: ignore[arg-type]
    one.refresh()
    shown = one.state.feet["left"]
    assert (shown.connection, shown.frames, shown.missing) == ("streaming", 1, 3)
    assert (shown.strides, shown.stride_s) == (0, None)
    assert shown.latency_ms == pytest.approx((10**8 - 10_000_500) * 1e-6)
    assert (shown.clock_ms, shown.battery_pct) == (pytest.approx(1.234567), 55)
    one.connection.insole.clock = one.connection.insole.status = None
    one.refresh()
    assert (shown.clock_ms, shown.battery_pct) == (None, None)


STRIDES = StrideComparison(1, 1, 1, 0.0, 0.0, 0.0)


def test_the_foot_at_the_end() -> None:
    one = foot_run(final=SimpleNamespace(frames_sent=77, battery_pct=66))
    one.take(9, SimpleNamespace(), batch([10_000, 20_000, 30_000]))  # type: ignore[arg-type]
    reported = one.result(STRIDES)
    assert (reported.frames_sent, reported.frames_received, reported.battery_pct) == (77, 3, 66)
    assert (reported.clock_uncertainty_ms, reported.drift_ppm) == (1.235, 12.35)
    assert reported.malformed == {"crc": 2, "late": 4}
    assert (reported.connections, reported.firmware, reported.serial) == (3, "1.2", "AA")
    assert reported.bytes_per_frame == 16.67
    assert reported.strides is STRIDES
    assert reported.ledger == statement()
    assert reported.latency.max == 89.999


def test_the_end_of_a_foot_that_never_came() -> None:
    one = foot_run()
    one.connection.insole.clock = one.connection.insole.identity = None
    reported = one.result(STRIDES)
    assert (reported.frames_sent, reported.frames_received, reported.battery_pct) == (0, 0, None)
    assert (reported.clock_uncertainty_ms, reported.drift_ppm, reported.bytes_per_frame) == (None, None, None)
    assert (reported.firmware, reported.serial) == ("", "")


def test_the_last_errors_or_else_the_states() -> None:
    left, other = foot_run(), foot_run(side="right")
    assert run._last_error([other, left]) == "left: streaming; right: streaming"
    other.connection.last_error = LinkError("gone")
    assert run._last_error([left, other]) == "right: gone"


async def _all_of(jobs: list[Any], guards: list[Any], timeout_s: float = 1.0) -> None:
    tasks = [asyncio.ensure_future(guard) for guard in guards]
    try:
        await run._all_of(jobs, tasks, timeout_s, lambda: LinkError("too late"))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_all_jobs_are_waited_for() -> None:
    done: list[int] = []

    async def job(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)

    await _all_of([job(1), job(2)], [asyncio.sleep(60)])
    assert sorted(done) == [1, 2]


async def test_jobs_that_take_too_long_are_told_and_cancelled() -> None:
    cancelled = asyncio.Event()

    async def job() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    with pytest.raises(LinkError, match="too late"):
        await _all_of([job()], [asyncio.sleep(60)], 0.01)
    assert cancelled.is_set()


async def test_a_guard_that_fails_ends_the_wait() -> None:
    async def guard() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await _all_of([asyncio.sleep(60)], [asyncio.sleep(60), guard()])


async def test_a_job_that_fails_ends_the_wait() -> None:
    async def job() -> None:
        raise ValueError("broken job")

    with pytest.raises(ValueError, match="broken job"):
        await _all_of([job(), asyncio.sleep(0)], [asyncio.sleep(60)])


async def test_a_foot_is_stopped_once_it_has_enough_and_again_until_it_answers() -> None:
    one, answers = foot_run(), [None, "status"]
    streaming = asyncio.Event()
    streaming.set()

    async def stop_stream() -> Any:
        return answers.pop(0)

    one.connection.streaming, one.connection.stop_stream = streaming, stop_stream
    waiting = asyncio.ensure_future(run._walk_and_stop(one))
    await asyncio.sleep(0)
    assert len(answers) == 2, "not before it has walked enough"
    one.enough.set()
    await waiting
    assert (one.final, answers) == ("status", [])


async def test_events_and_progress_are_shown() -> None:
    left, other = foot_run(), foot_run(side="right")
    other.state = left.state
    left.meter.slots, other.meter.slots = 700, 650
    gait = SimpleNamespace(step=lambda: [Event(Foot.LEFT, "initial_contact", 3.456)])
    seen: list[tuple[float, list[str]]] = []
    view = SimpleNamespace(show=lambda state: seen.append((state.elapsed_s, list(state.events))))
    showing = asyncio.ensure_future(run.keep_showing([left, other], gait, left.state, view))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    showing.cancel()
    assert seen == [(6.5, ["   3.46 s  left   initial contact"])]


def test_the_span_that_both_feet_walked_is_compared_less_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Left from 1 to 31 s, right from 2 to 30 s: compared from 4 to 28 s."""
    left, other = foot_run(), foot_run(side="right")
    for one, ends in ((left, (1.0, 31.0)), (other, (2.0, 30.0))):
        one.span_s = lambda ends=ends: ends  # type: ignore[method-assign]
    asked: list[Any] = []

    def reference(walk: Any, begin_s: float, end_s: float) -> Any:
        asked.append((walk, begin_s, end_s))
        return tiny.analysis()

    def compared(found: Any, expected: Any, span_s: tuple[float, float]) -> StrideComparison:
        asked.append((len(found), len(expected), span_s))
        return STRIDES

    monkeypatch.setattr(run, "_reference", reference)
    monkeypatch.setattr(run, "compare_strides", compared)
    walk = SimpleNamespace(source="the walk")
    gait: Any = SimpleNamespace(finish=tiny.analysis)
    scene: Any = SimpleNamespace(walk=walk)
    reported = run.conclude(DemoPlan(None, 30.0, 50.0), scene, {"left": left, "right": other}, gait, 12.5)
    assert asked == [(walk, 2.0, 30.0), (3, 3, (4.0, 28.0)), (2, 2, (4.0, 28.0))]
    assert (reported.seconds, reported.source, reported.interval_ms, reported.host_cpu_pct) == (
        30.0,
        "the walk",
        50.0,
        12.5,
    )
    assert list(reported.insoles) == ["left", "right"]


def test_the_reference_is_the_stretch_of_the_source_that_was_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    fed: list[Any] = []

    class Follower:
        def add(self, side: str, time_s: np.ndarray, force_n: np.ndarray) -> None:
            fed.append((side, time_s[[0, -1]].tolist(), len(time_s), float(force_n[0, 0]), force_n.dtype))

        def finish(self) -> str:
            return "analysis"

    monkeypatch.setattr(run.GaitFollower, "at", lambda rate_hz, source: Follower())
    left = np.tile(np.arange(1000.0)[:, None], (1, 16))
    walk = ForceWalk(100.0, left, left + 5000, "walk")
    assert run._reference(walk, 1.5, 4.0) == "analysis"
    assert fed == [
        ("left", [1.5, 4.0], 251, 150.0, np.float32),
        ("right", [1.5, 4.0], 251, 5150.0, np.float32),
    ]
    fed.clear()
    run._reference(walk, -0.5, 4.0)
    assert fed[0][1:4] == ([0.0, 4.0], 401, 0.0)
