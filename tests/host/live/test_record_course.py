"""The course of `plantigrade record`: whom it finds, when it begins and ends, what it takes. Virtual time."""

import asyncio
import os
import signal
from collections.abc import Awaitable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Identity, Insole, StampedFrames
from plantigrade.bridge.reconnecting import Connection, ReconnectingConnection
from plantigrade.device.targets import NoTargetError
from plantigrade.gait.follower import GaitFollower
from plantigrade.library.catalogue.library import Library
from plantigrade.link.base import LinkError
from plantigrade.live import actions as record
from plantigrade.live.state import FootState, LiveState

from tests.host.bridge_kit.scripted_link import ScriptedLink
from tests.host.bridge_kit.virtual_time import run_virtually
from tests.host.library.library_kit import walk


def foot_run(name: str = "left", side: str | None = None) -> record.FootRun:
    insole = Insole(name)
    if side is not None:
        insole.identity = Identity("01", side, "1", 1, 1, 1, 10_000)
    connection = ReconnectingConnection(insole, cast(Any, None))
    return record.FootRun(insole, connection, FootState(), GaitFollower.at(100.0, "test"), [])


def batch(first: int, late: bool = False, known: bool = True, count: int = 5) -> StampedFrames:
    device_us = 10_000 * np.arange(first, first + count, dtype=np.int64)
    counts = np.zeros((count, 16), np.uint16)
    frames = Frames(b"", first, 1, 1, 0, device_us, counts, None, 0, late)
    return StampedFrames(frames, 5_000_000_000 + 1000 * device_us if known else None, 900_000, 0)


def test_what_came_late_or_has_no_host_time_is_counted_and_not_shown() -> None:
    run = foot_run("left", "left")
    run.take(run.insole, batch(0, known=False))
    run.take(run.insole, batch(5, late=True))
    assert (run.state.frames, run.start_ns) == (10, [])
    run.take(run.insole, batch(100))
    run.take(run.insole, batch(105))
    assert (run.state.frames, run.start_ns) == (20, [6_000_000_000])
    assert run.state.force_n.shape == (16,)


def test_both_feet_count_from_the_moment_that_came_first() -> None:
    left, right = foot_run("left", "left"), foot_run("right", "right")
    right.start_ns = left.start_ns
    added: list[tuple[str, float]] = []
    for run in (left, right):
        run.gait = cast(
            Any,
            SimpleNamespace(
                add=lambda side, time_s, force_n: added.append((side, round(float(time_s[0]), 6)))
            ),
        )
    left.take(left.insole, batch(100))
    right.take(right.insole, batch(103))
    right.take(right.insole, batch(98))
    assert added == [("left", 0.0), ("right", 0.03), ("right", -0.02)]


def test_an_insole_without_a_side_has_forces_and_no_strides() -> None:
    run = foot_run("3F01", "unset")
    run.take(run.insole, batch(0))
    run.refresh()
    assert (run.side, run.state.side, run.state.strides) == ("unset", "", 0)
    assert foot_run("3F01").side == "3F01"


def test_the_state_follows_keeper_accounts_clock_and_battery() -> None:
    run = foot_run("3F01", "right")
    run.connection.state = Connection.WAITING
    run.refresh()
    state = run.state
    assert (state.connection, state.side, state.missing) == ("waiting", "right", 0)
    assert (state.clock_ms, state.battery_pct) == (None, None)
    run.insole.ledger.request(0, 100)
    run.insole.ledger.record(0, 60)
    run.insole.boot = 4
    run.insole.clock_of(4).sync.estimate = ClockEstimate(0, 0, 0.0, 1_250_000, 1.0, 9)
    run.insole.status = cast(Any, SimpleNamespace(battery_pct=71))
    run.refresh()
    assert (state.missing, state.clock_ms, state.battery_pct) == (40, 1.25, 71)


async def until_end(
    seconds: float | None,
    under_way_s: float | None,
    runs: list[record.FootRun] | None = None,
    collecting: Awaitable[Any] | None = None,
) -> float:
    """How long it takes to the end."""
    loop = asyncio.get_running_loop()
    under_way, began = asyncio.Event(), loop.time()
    if under_way_s is not None:
        loop.call_later(under_way_s, under_way.set)
    task = asyncio.ensure_future(collecting if collecting is not None else asyncio.sleep(1e6))
    try:
        await record._until_end(seconds, task, under_way, runs or [])  # pyright: ignore
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return round(loop.time() - began, 3)


def test_the_time_counts_from_when_all_insoles_have_begun() -> None:
    assert run_virtually(until_end(60, 12)) == 72


def test_after_45_seconds_without_any_insole_the_reasons_are_told() -> None:
    runs = [foot_run("left"), foot_run("right"), foot_run("3F01")]
    runs[0].connection.last_error = LinkError("left is out of reach")
    runs[1].connection.last_error = LinkError("adapter is busy")
    with pytest.raises(LinkError) as caught:
        run_virtually(until_end(60, None, runs))
    assert str(caught.value) == (
        "no insole could be reached within 45 s: adapter is busy; left is out of reach; no answer"
    )


def test_with_one_of_two_insoles_streaming_the_time_counts_from_then() -> None:
    runs = [foot_run("left"), foot_run("right")]
    runs[1].state.frames = 1
    assert run_virtually(until_end(60, None, runs)) == 105


def test_a_failure_of_the_collecting_ends_it_at_once() -> None:
    async def fail() -> None:
        await asyncio.sleep(3)
        raise LinkError("gone")

    async def main() -> float:
        return await until_end(None, 1, collecting=fail())

    assert run_virtually(main()) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_is_no_longer_listened_to_then(number: signal.Signals) -> None:
    before = signal.getsignal(number)

    async def main() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(7, os.kill, os.getpid(), number)
        return await until_end(None, 1)

    assert run_virtually(main()) == pytest.approx(7, abs=0.01)
    assert signal.getsignal(number) == before or signal.getsignal(number) is signal.default_int_handler


@pytest.mark.parametrize(
    "seconds, error, texts",
    [
        (119.9, None, ""),
        (120.1, None, "an insole was out of reach at the end; the next recording fetches what its log holds"),
        (
            5.0,
            LinkError("left is gone"),
            "not all could be fetched: left is gone; the next recording fetches what the log holds",
        ),
    ],
)
def test_an_insole_has_two_minutes_to_hand_over_the_rest(
    seconds: float, error: LinkError | None, texts: str
) -> None:
    async def collect() -> None:
        await asyncio.sleep(seconds)
        if error is not None:
            raise error

    async def main() -> tuple[str, bool]:
        task = asyncio.create_task(collect())
        reported = await record._finish(task)  # pyright: ignore
        running = not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return reported, running

    assert run_virtually(main()) == (texts, seconds > 120)


class Reach:
    """Stands in for the search: these names are in reach, one search at a time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
        self.names = names
        self.searching = 0
        monkeypatch.setattr(record.targets, "find", self.find)

    async def find(self, name: str) -> ScriptedLink:
        assert self.searching == 0, "a radio looks for one insole at a time"
        self.searching += 1
        await asyncio.sleep(1)
        self.searching -= 1
        if name not in self.names:
            raise NoTargetError(f"{name} is not in reach")
        return ScriptedLink(name=name)


@pytest.mark.parametrize(
    "asked, reach, found",
    [
        ((), ("left", "right"), ["left", "right"]),
        ((), ("right",), ["right"]),
        (("3F01", "left"), ("left", "right", "3F01"), ["3F01", "left"]),
    ],
)
def test_without_names_whatever_foot_is_in_reach_is_taken(
    monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], reach: tuple[str, ...], found: list[str]
) -> None:
    Reach(monkeypatch, *reach)

    async def main() -> list[str]:
        links = await record._find(asked)  # pyright: ignore
        made = await asyncio.gather(*(make() for make in links.values()))
        assert [link.name for link in made] == list(links)
        return list(links)

    assert run_virtually(main()) == found


@pytest.mark.parametrize(
    "asked, texts",
    [
        ((), "no insole in reach; is one on, charged and not connected to two other devices?"),
        (("left", "3F01"), "3F01 is not in reach"),
    ],
)
def test_a_named_insole_must_be_in_reach_and_one_at_least_otherwise(
    monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], texts: str
) -> None:
    Reach(monkeypatch, *asked[:1])
    with pytest.raises(NoTargetError) as caught:
        run_virtually(record._find(asked))  # pyright: ignore
    assert str(caught.value) == texts


def test_recording_begins_when_all_insoles_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """The view is told ten times a second; the clock of the run starts then."""
    stages: list[tuple[str, float]] = []

    class Watching:
        def show(self, state: LiveState) -> None:
            stages.append((state.stage, round(state.elapsed_s, 3)))

    async def main() -> None:
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(record.time, "monotonic", loop.time)
        runs, under_way = [foot_run("left", "left"), foot_run("right", "right")], asyncio.Event()
        state = LiveState("both", 60)
        job = record._show(state, cast(Any, Watching()), runs, GaitFollower.at(100.0, "test"), under_way)  # pyright: ignore
        showing = asyncio.create_task(job)
        await asyncio.sleep(0.15)
        runs[0].connection.streaming.set()
        await asyncio.sleep(0.1)
        assert not under_way.is_set()
        runs[1].connection.streaming.set()
        await asyncio.sleep(0.3)
        assert under_way.is_set()
        runs[1].connection.streaming.clear()
        await asyncio.sleep(0.1)
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)

    run_virtually(main())
    assert stages == [("connecting", 0.0)] * 3 + [("recording", step / 10) for step in range(4)]


def test_what_was_recorded_is_analysed_and_its_alerts_told(tmp_path: Path) -> None:
    """A walk of random forces, kept, analysed and looked at again; then its file is damaged."""
    with Library(tmp_path) as library:
        entry = library.import_walk(walk(3, 800), "made for a test")
        lines, why_not = record._analyse(library, entry)  # pyright: ignore
        alerts = library.open(entry.id).alerts
        assert why_not == ""
        assert lines == [f"{alert.from_s:6.0f} s  {alert.foot}  {alert.rule}" for alert in alerts]
        assert (library.open(entry.id).folder / "recording.json").is_file()
        for file in library.open(entry.id).folder.rglob("*.parquet"):
            file.write_bytes(b"damaged")
        lines, why_not = record._analyse(library, entry)  # pyright: ignore
        assert lines == []
        assert why_not.startswith("recorded, but not analysed: ")
