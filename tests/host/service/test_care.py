"""What can be done with one insole: it is found by its light, tested, zeroed, fetched now."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from insole_protocol import ids
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
        counts = np.full((100, 16), 320, np.uint16)
        for _ in range(3):
            care.on_frames("left", insole, _Stamped(counts))  # type: ignore[arg-type]
        made = await zeroing
        assert {curve.zero_count for curve in made.sensors} == {320.0}
        stored = calibration_of(living.library, SERIALS["left"])
        assert stored is not None
        assert stored.method.endswith("+ zeroed")

    live(tmp_path, "2026-03-01T09:00", DAY, story)


class _Stamped:
    """Frames of which only the codes matter."""

    def __init__(self, counts: np.ndarray) -> None:
        self.frames = self
        self.counts = counts
