"""What can be done with one insole: it is found by its light, tested, zeroed, fetched now."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from insole_protocol import ids
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import StampedFrames
from plantigrade.calibration.zero import ZeroError
from plantigrade.library.catalogue.details import calibration_of
from plantigrade.service.insoles.care import InsoleCare
from plantigrade.service.status import ServiceError

from tests.host.bridge_kit.virtual_time import clock_ns
from tests.host.service.service_kit import SERIALS, DayInsole, Living, between, live

DAY = between(("2026-03-01T09:00", "2026-03-01T12:00"))


@pytest.fixture(autouse=True)
def virtual_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantigrade.link.base.time.monotonic_ns", clock_ns)


def care_of(living: Living) -> InsoleCare:
    service = living.service
    return InsoleCare(
        service.collectors, living.library, service.fetch_now, living.world.utc_ns, living.offload
    )


def test_the_insole_that_was_named_blinks_and_no_other(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        living.service.request_live(5)
        await living.world.until("2026-03-01T09:01")
        await care_of(living).identify(SERIALS["left"], 7)
        assert living.insoles["left"].blinked_s == [7]
        assert living.insoles["right"].blinked_s == []

    live(tmp_path, "2026-03-01T09:00", DAY, story)


def test_a_self_test_names_faults_and_levels_and_stays_to_be_read(tmp_path: Path) -> None:
    def break_a_sensor(insoles: dict[str, DayInsole]) -> None:
        insoles["right"].faults = ids.FAULT_SENSOR | 0x8000

    async def story(living: Living) -> None:
        living.service.request_live(5)
        await living.world.until("2026-03-01T09:01")
        care = care_of(living)
        found = await care.self_test(SERIALS["right"])
        assert found.faults == (
            "a force sensor does not work",
            "its keys were damaged: it has to be provisioned again",
        )
        assert [level for _, level in found.levels] == list(range(16))
        assert care.tests == {SERIALS["right"]: found}
        assert (await care.self_test(SERIALS["left"])).faults == ()

    live(tmp_path, "2026-03-01T09:00", DAY, story, prepare=break_a_sensor)


@pytest.mark.parametrize(
    ("serial", "says"),
    [
        (SERIALS["left"], "the left insole is not connected at the moment"),
        ("0000000000000000", "no insole 0000000000000000 is looked after here"),
    ],
)
def test_an_insole_that_is_not_there_is_named(tmp_path: Path, serial: str, says: str) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:05")  # between two bursts
        with pytest.raises(ServiceError, match=says):
            await care_of(living).identify(serial)

    live(tmp_path, "2026-03-01T09:00", DAY, story)


def test_fetching_now_does_not_wait_for_the_next_burst(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:05")
        before = len(living.insoles["left"].links)
        care_of(living).fetch_now()
        await asyncio.sleep(5)
        assert len(living.insoles["left"].links) == before + 1

    live(tmp_path, "2026-03-01T09:00", DAY, story)


def test_zeroing_without_frames_says_what_is_missing(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:05")
        with pytest.raises(ServiceError, match="sends nothing at the moment; switch live mode on"):
            await care_of(living).zero(SERIALS["left"])
        assert calibration_of(living.library, SERIALS["left"]) is None

    live(tmp_path, "2026-03-01T09:00", DAY, story)


def test_an_empty_insole_is_zeroed_before_it_has_recorded_anything(tmp_path: Path) -> None:
    """Frames of three seconds, as they arrive while it streams; the median code becomes the zero."""

    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:01")
        care = care_of(living)
        insole = living.service.collectors["left"].insole
        zeroing = asyncio.create_task(care.zero(SERIALS["left"]))
        await asyncio.sleep(0)
        with pytest.raises(ServiceError, match="being zeroed already"):
            await care.zero(SERIALS["left"])  # from a second window
        for _ in range(3):
            care.on_frames("left", insole, stamped(320))
        made = await zeroing
        assert {curve.zero_count for curve in made.sensors} == {320.0}
        stored = calibration_of(living.library, SERIALS["left"])
        assert stored is not None
        assert stored.method.endswith("+ zeroed")

    live(tmp_path, "2026-03-01T09:00", DAY, story)


def test_what_was_sampled_before_is_not_taken_for_unloaded(tmp_path: Path) -> None:
    """A foot was in the shoe a moment ago: those frames are on their way, or come from the log."""

    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:01")
        care = care_of(living)
        insole = living.service.collectors["left"].insole
        zeroing = asyncio.create_task(care.zero(SERIALS["left"]))
        await asyncio.sleep(0)
        for _ in range(3):
            care.on_frames("left", insole, stamped(900, began_s=-1.5))
        care.on_frames("left", insole, stamped(900, has_times=False))
        care.on_frames("left", insole, stamped(320, rows=350))
        assert {curve.zero_count for curve in (await zeroing).sensors} == {320.0}

    live(tmp_path, "2026-03-01T09:00", DAY, story)


def test_a_pair_is_zeroed_together_or_not_at_all(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:01")
        care, pair = care_of(living), tuple(SERIALS.values())
        insoles = {side: living.service.collectors[side].insole for side in SERIALS}
        zeroing = asyncio.create_task(care.zero_all(pair))
        await asyncio.sleep(0)
        for code, side in ((320, "left"), (900, "right")):
            care.on_frames(side, insoles[side], stamped(code, rows=350))
        with pytest.raises(ZeroError, match="something presses"):
            await zeroing
        assert [calibration_of(living.library, serial) for serial in pair] == [None, None]
        with pytest.raises(ServiceError, match="the left insole sends nothing"):
            await care.zero_all(pair)
        zeroing = asyncio.create_task(care.zero_all(pair))  # at once: neither is being zeroed any more
        await asyncio.sleep(0)
        for code, side in ((320, "left"), (330, "right")):
            care.on_frames(side, insoles[side], stamped(code, rows=350))
        assert [one.sensors[0].zero_count for one in await zeroing] == [320.0, 330.0]

    live(tmp_path, "2026-03-01T09:00", DAY, story)


def stamped(code: int, rows: int = 100, began_s: float = 0.0, has_times: bool = True) -> StampedFrames:
    """Frames in which all sensors read the same, sampled from now on, or from so many seconds later."""
    slots = np.arange(rows, dtype=np.int64)
    counts = np.full((rows, 16), code, np.uint16)
    frames = Frames(b"", 0, 1, 1, 0, 10_000 * slots, counts, None, 0)
    times = clock_ns() + round(began_s * 1e9) + 10_000_000 * slots if has_times else None
    return StampedFrames(frames, times, 0, clock_ns())
