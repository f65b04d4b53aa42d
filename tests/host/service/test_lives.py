"""A service that is killed and started again, a wall clock that is set, a disk that is full.

Nothing that an insole was told to forget is lost, no slot is in two recordings, and the recordings are those
of a quiet day.
"""

import asyncio
import random
from pathlib import Path

import pytest
from plantigrade.bridge.slot_ranges import SlotSet
from plantigrade.service.status import ServiceRunningError, read_status

from tests.host.bridge_kit.virtual_time import clock_ns
from tests.host.service.service_kit import DayInsole, Living, between, held, live, recordings

DAY = between(("2026-03-01T09:00", "2026-03-01T10:00"), ("2026-03-01T11:00", "2026-03-01T13:00"))
QUIET = [("01T08:30", "01T10:20"), ("01T10:20", "01T13:20")]


@pytest.fixture(autouse=True)
def virtual_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantigrade.link.base.time.monotonic_ns", clock_ns)


def nothing_is_lost(data: Path, insole: DayInsole) -> None:
    there = held(data, insole.side)
    gone = SlotSet()
    for first, end, _ in insole.lost:
        gone.add(first, end)
    lacking = [piece for piece in there.missing(0, insole.acknowledged) if gone.missing(*piece)]
    assert lacking == []


@pytest.mark.parametrize("seed", range(2))
def test_killed_again_and_again_it_makes_the_recordings_of_a_quiet_day(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)

    async def story(living: Living) -> None:
        for _ in range(8):
            await asyncio.sleep(draw.uniform(60, 3600 * 5 / 8))
            await living.restart(kill=draw.random() < 0.8)
            for insole in living.insoles.values():
                nothing_is_lost(tmp_path, insole)
        await living.world.until("2026-03-01T14:30")
        for insole in living.insoles.values():
            nothing_is_lost(tmp_path, insole)
            assert insole.acknowledged > 6000 * 340

    live(tmp_path, "2026-03-01T08:30", DAY, story)
    assert [(one.first, one.last) for one in recordings(tmp_path)] == QUIET


@pytest.mark.parametrize("step_s", [-86400.0, 3600.0, 31 * 86400.0])
def test_a_wall_clock_that_is_set_changes_no_wearing(tmp_path: Path, step_s: float) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:40")
        living.world.wall_step_s = step_s
        await living.restart()
        await living.world.until("2026-03-01T14:00")
        assert [event.version for event in living.recorded("final")] == [1, 1]
        for insole in living.insoles.values():
            nothing_is_lost(tmp_path, insole)

    live(tmp_path, "2026-03-01T08:30", DAY, story)
    assert len(recordings(tmp_path)) == 2


def test_a_second_service_on_one_library_is_refused_in_clear_words(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:00")
        other = Living(tmp_path, living.world, {})
        other.begin()
        with pytest.raises(ServiceRunningError, match="another service looks after this library"):
            await other.task
        other.library.close()
        assert read_status(tmp_path).alive

    live(tmp_path, "2026-03-01T08:30", DAY, story)
    found = read_status(tmp_path)
    assert not found.alive and found.values["schema"] == "plantigrade.status/1"


def test_a_full_disk_is_shown_and_loses_nothing(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:40")
        before = {side: insole.acknowledged for side, insole in living.insoles.items()}
        living.world.disk_full = True
        await living.world.until("2026-03-01T12:00")
        assert {side: insole.acknowledged for side, insole in living.insoles.items()} == before
        assert any("the disk is full" in problem for problem in living.service.status().problems)
        living.world.disk_full = False
        await living.world.until("2026-03-01T14:00")
        assert living.service.status().problems == ()
        for insole in living.insoles.values():
            nothing_is_lost(tmp_path, insole)

    live(tmp_path, "2026-03-01T08:30", DAY, story)
    assert [(one.first, one.last) for one in recordings(tmp_path)] == QUIET


@pytest.mark.parametrize("content", [b"", b"{}", None])
def test_a_register_that_cannot_be_read_is_made_anew_from_the_journals(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "journal" / "wearings.json"

    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:40")
        living.insoles["right"].reachable = False
        await living.world.until("2026-03-01T12:10")
        (first,) = living.recorded()
        living.service.stop()
        await living.task
        path.unlink() if content is None else path.write_bytes(content)
        living.begin()
        await living.world.until("2026-03-01T12:20")
        problems = living.service.status().problems
        assert problems == () if content is None else "made anew from the journals" in problems[0]
        living.insoles["right"].reachable = True
        await living.world.until("2026-03-01T14:30")
        assert {event.recording for event in living.recorded()} > {first.recording}
        for insole in living.insoles.values():
            nothing_is_lost(tmp_path, insole)

    live(tmp_path, "2026-03-01T08:30", DAY, story)
    assert [one.last for one in recordings(tmp_path)] == [last for _, last in QUIET]
