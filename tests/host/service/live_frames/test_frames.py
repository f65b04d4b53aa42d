"""Live frames by person: only while somebody looks, by the library's calibration, never a frozen picture."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import StampedFrames
from plantigrade.calibration.nominal import nominal
from plantigrade.calibration.stream import Calibrator
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.audit import acting_as
from plantigrade.library.catalogue.tables import DeviceRow
from plantigrade.service.live_frames.foot import FootState, LiveFoot
from plantigrade.service.live_frames.settings import NOT_WORN_S, STALE_S

from tests.host.service.live_frames.frames_kit import SERIALS, Insoles, stamped, walked

EMPTY = {foot: np.full((6000, 16), 330, np.uint16) for foot in Foot}


@pytest.fixture
def insoles(tmp_path: Path) -> Iterator[Insoles]:
    made = Insoles.on(tmp_path)
    yield made
    made.library.close()


async def settle(insoles: Insoles) -> None:
    """The calibrations are read in a thread."""
    for foot in Foot:
        insoles.bring(foot, stamped(EMPTY[foot][:1], -100))
    await asyncio.gather(*insoles.frames._asked.values())


async def test_nothing_is_calibrated_while_nobody_looks(insoles: Insoles) -> None:
    await insoles.send(walked(), 1.0)
    assert not insoles.frames._feet
    with insoles.frames.watch("P001"):
        await settle(insoles)
        await insoles.send(walked(), 2.0)
        assert len(insoles.frames._feet) == 2
    assert not insoles.frames._feet


async def test_forces_are_those_of_the_library_s_calibration(insoles: Insoles) -> None:
    doubled = replace(nominal(), serial=SERIALS[Foot.LEFT], scale=2.0)
    with insoles.library.store.write() as session:
        session.add(DeviceRow(serial=SERIALS[Foot.LEFT], side="left", layout=1, firmware="0.1.0"))
    insoles.library.set_calibration(doubled)
    with insoles.frames.watch("P001"):
        await settle(insoles)
        await insoles.send(walked(), 3.0)
        frame = insoles.frames.frame("P001")
    for foot, calibration in ((Foot.LEFT, doubled), (Foot.RIGHT, nominal())):
        expected = Calibrator(calibration, 100.0).feed(walked()[foot][:300])[-1]
        np.testing.assert_array_equal(frame.feet[foot].force_n, np.maximum(expected, 0))
        assert frame.feet[foot].age_s == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("wait_s", "state"),
    [(0.0, FootState.LIVE), (STALE_S - 0.1, FootState.LIVE), (STALE_S + 0.1, FootState.STALE)],
)
async def test_a_picture_is_never_frozen(insoles: Insoles, wait_s: float, state: FootState) -> None:
    with insoles.frames.watch("P001"):
        await settle(insoles)
        await insoles.send(walked(), 2.0)
        insoles.now_s += wait_s
        foot = insoles.frames.frame("P001").feet[Foot.LEFT]
    assert foot.state is state
    assert foot.age_s == pytest.approx(wait_s + 0.01)
    if state is FootState.STALE:
        assert foot.total_n == 0.0
        assert not foot.force_n.any()


async def test_an_unloaded_insole_is_not_worn_after_a_while(insoles: Insoles) -> None:
    with insoles.frames.watch("P001"):
        await settle(insoles)
        await insoles.send(EMPTY, NOT_WORN_S - 1.0)
        assert insoles.frames.frame("P001").feet[Foot.LEFT].state is FootState.LIVE
        await insoles.send(EMPTY, NOT_WORN_S + 1.0)
        assert insoles.frames.frame("P001").feet[Foot.LEFT].state is FootState.NOT_WORN


async def test_one_foot_alone_is_shown_alone(insoles: Insoles) -> None:
    with insoles.frames.watch("P001"):
        await settle(insoles)
        await insoles.send(walked(), 2.0, feet=[Foot.LEFT])
        feet = insoles.frames.frame("P001").feet
    assert (feet[Foot.LEFT].state, feet[Foot.RIGHT].state) == (FootState.LIVE, FootState.NOTHING)


async def test_late_and_repeated_frames_change_nothing(insoles: Insoles) -> None:
    with insoles.frames.watch("P001"):
        await settle(insoles)
        await insoles.send(walked(), 1.0)
        before = insoles.frames.frame("P001").feet[Foot.LEFT], insoles.frames.changes("P001")
        insoles.bring(Foot.LEFT, stamped(walked()[Foot.LEFT][:5], 500, late=True))
        insoles.bring(Foot.LEFT, stamped(walked()[Foot.LEFT][:5], 0))
        after = insoles.frames.frame("P001").feet[Foot.LEFT], insoles.frames.changes("P001")
    assert (before[0].total_n, before[1]) == (after[0].total_n, after[1])


async def test_a_person_sees_no_insole_of_another(insoles: Insoles) -> None:
    assert set(insoles.frames.insoles("P001")) == set(Foot)
    assert insoles.frames.insoles("P002") == {}
    assert insoles.frames.insoles(None) == {}
    with insoles.frames.watch("P002"):
        await settle(insoles)
        await insoles.send(walked(), 1.0)
        assert {foot.state for foot in insoles.frames.frame("P002").feet.values()} == {FootState.NOTHING}


async def test_insoles_of_nobody_are_shown_to_whoever_has_none(tmp_path: Path) -> None:
    insoles = Insoles.on(tmp_path)
    for serial in SERIALS.values():
        insoles.library.record("P001").insoles.release(serial, datetime(2021, 1, 1, tzinfo=UTC))
    insoles.assembly.service.wearings.wearers.refresh()
    assert set(insoles.frames.insoles("P001")) == set(insoles.frames.insoles(None)) == set(Foot)
    assert not insoles.frames.is_own("P001")
    insoles.library.close()


async def test_walking_is_followed_by_the_engine_of_recordings(insoles: Insoles) -> None:
    with insoles.frames.watch("P001"):
        await settle(insoles)
        contacts = []
        for second in range(1, 20):
            await insoles.send(walked(), float(second))
            contacts += insoles.frames.step("P001")
        figures = insoles.frames.figures("P001")
    assert figures is not None
    assert figures.cadence_per_min == pytest.approx(110, abs=15)
    assert figures.left_load_pct == pytest.approx(50, abs=8)
    assert all(share is not None and 55 < share < 75 for share in figures.stance_pct.values())
    feet = [contact.foot for contact, _ in contacts[-8:]]
    assert all(one is not other for one, other in pairwise(feet))


async def test_cadence_of_one_foot_is_not_known(insoles: Insoles) -> None:
    with insoles.frames.watch("P001"):
        await settle(insoles)
        for second in range(1, 20):
            await insoles.send(walked(), float(second), feet=[Foot.LEFT])
            insoles.frames.step("P001")
        figures = insoles.frames.figures("P001")
    assert figures is not None
    assert figures.cadence_per_min is None
    assert figures.left_load_pct is None
    assert figures.stance_pct[Foot.RIGHT] is None
    assert figures.stance_pct[Foot.LEFT] is not None


async def test_figures_of_a_foot_that_has_gone_are_not_known(insoles: Insoles) -> None:
    with insoles.frames.watch("P001"):
        await settle(insoles)
        for second in range(1, 15):
            await insoles.send(walked(), float(second))
            insoles.frames.step("P001")
        for second in range(15, 21):
            await insoles.send(walked(), float(second), feet=[Foot.LEFT])
            insoles.frames.step("P001")
        figures = insoles.frames.figures("P001")
    assert figures is not None
    assert (figures.cadence_per_min, figures.left_load_pct, figures.stance_pct[Foot.RIGHT]) == (
        None,
        None,
        None,
    )
    assert figures.stance_pct[Foot.LEFT] is not None


@pytest.mark.parametrize(("counts", "result"), [(EMPTY, "DONE"), (walked(), "LOADED")], ids=["lies", "walks"])
async def test_zero_is_taken_from_an_insole_that_lies_still(
    insoles: Insoles, counts: dict[Foot, np.ndarray], result: str
) -> None:
    stored: list[tuple[str, int]] = []
    insoles.frames.on_zeroed.append(lambda serial, codes: stored.append((serial, len(codes))))
    with insoles.frames.watch("P001"):
        await settle(insoles)
        await insoles.send(counts, 1.0)
        insoles.frames.zero("P001")
        assert insoles.frames.frame("P001").feet[Foot.LEFT].state is FootState.ZEROING
        await insoles.send(counts, 5.0)
        assert insoles.frames.zeroed("P001").name == result
    assert len({serial for serial, _ in stored}) == len(stored) == (2 if result == "DONE" else 0)
    assert all(frames >= 300 for _, frames in stored), "three seconds of frames"


def test_what_an_insole_sampled_before_does_not_count_as_unloaded() -> None:
    foot, pressed_ns = LiveFoot(None), 10_000_000_000
    foot.begin_zeroing(pressed_ns)
    foot.take(sampled(900, pressed_ns - 1_500_000_000, 150))
    foot.take(sampled(320, pressed_ns, 400))
    assert foot.zeroed.name == "DONE"
    assert foot.unloaded is not None and set(foot.unloaded.ravel().tolist()) == {320}


def sampled(code: int, from_ns: int, rows: int) -> StampedFrames:
    """Frames in which all sensors read the same."""
    slots = np.arange(rows, dtype=np.int64)
    frames = Frames(b"", 0, 1, 1, 0, 10_000 * slots, np.full((rows, 16), code, np.uint16), None, 0)
    return StampedFrames(frames, from_ns + 10_000_000 * slots, 0, from_ns)


async def test_looking_once_waits_for_what_is_in_reach(insoles: Insoles) -> None:
    looking = asyncio.create_task(insoles.frames.look("P001"))
    await asyncio.sleep(0)
    await settle(insoles)
    await insoles.send(walked(), 1.0)
    frame = await looking
    assert {foot.state for foot in frame.feet.values()} == {FootState.LIVE}


def test_whoever_looks_is_written_down(insoles: Insoles) -> None:
    with acting_as("podiatrist"):
        insoles.frames.note_looking("P001")
    assert ("podiatrist", "read") in [(line.actor, line.action) for line in insoles.library.audit("P001")]
