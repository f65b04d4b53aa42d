"""How a day becomes recordings: what ends a wearing, what comes later, what nobody waits for."""

from dataclasses import replace
from pathlib import Path

import pytest
from plantigrade.service.settings import ServiceSettings

from tests.host.bridge_kit.virtual_time import clock_ns
from tests.host.service.service_kit import SETTINGS, DayInsole, Living, between, held, live, recordings

DAY = between(("2026-03-01T09:00", "2026-03-01T10:00"), ("2026-03-01T10:10", "2026-03-01T12:00"))


@pytest.fixture(autouse=True)
def virtual_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantigrade.link.base.time.monotonic_ns", clock_ns)


def test_a_wearing_ends_twenty_minutes_after_the_last_load(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T12:40")
        assert [(event.stage, event.version) for event in living.recorded()] == [("final", 1)]

    live(tmp_path, "2026-03-01T08:30", DAY, story)
    (recording,) = recordings(tmp_path)
    assert (recording.first, recording.last) == ("01T08:30", "01T12:20")
    assert all(230 * 6000 <= there <= 232 * 6000 for there, _ in recording.frames.values())
    assert all(missing == 0 for _, missing in recording.frames.values())


def test_two_wearings_of_a_day_are_two_recordings_and_the_pause_goes_with_the_second(tmp_path: Path) -> None:
    worn = between(("2026-03-01T09:00", "2026-03-01T10:00"), ("2026-03-01T11:00", "2026-03-01T12:00"))

    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T12:40")

    live(tmp_path, "2026-03-01T08:30", worn, story)
    found = recordings(tmp_path)
    assert [(one.first, one.last) for one in found] == [("01T08:30", "01T10:20"), ("01T10:20", "01T12:20")]


def test_who_walks_through_midnight_has_a_recording_of_each_day(tmp_path: Path) -> None:
    worn = between(("2026-03-01T23:00", "2026-03-02T01:00"))

    async def story(living: Living) -> None:
        await living.world.until("2026-03-02T01:50")

    live(tmp_path, "2026-03-01T22:30", worn, story)
    found = recordings(tmp_path)
    assert [(one.first, one.last) for one in found] == [("01T22:30", "02T00:00"), ("02T00:00", "02T01:20")]


def test_what_comes_later_makes_another_version_of_the_same_recording(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        right = living.insoles["right"]
        await living.world.until("2026-03-01T11:00")
        right.reachable = False
        await living.world.until("2026-03-01T14:00")
        (first,) = living.recorded()
        assert (first.stage, first.version) == ("provisional", 1)
        assert recordings(tmp_path)[0].frames["left"][0] > recordings(tmp_path)[0].frames["right"][0]
        right.reachable = True
        await living.world.until("2026-03-01T14:30")
        _, second = living.recorded()
        assert (second.recording, second.stage, second.version) == (first.recording, "final", 2)

    live(tmp_path, "2026-03-01T08:30", DAY, story)
    (recording,) = recordings(tmp_path)
    left, right = recording.frames["left"], recording.frames["right"]
    assert abs(left[0] - right[0]) <= 6000 and left[1] == right[1] == 0


def test_after_fourteen_days_a_recording_is_final_and_the_rest_counts_as_missing(tmp_path: Path) -> None:
    assert ServiceSettings().completed_within_s == 14 * 86400

    async def story(living: Living) -> None:
        right = living.insoles["right"]
        await living.world.until("2026-03-01T11:00")
        right.reachable = False
        await living.world.until("2026-03-02T12:00")
        assert [(event.stage, event.version) for event in living.recorded()] == [("provisional", 1)]
        await living.world.until("2026-03-02T12:40")
        assert [(event.stage, event.version) for event in living.recorded()[1:]] == [("final", 1)]
        right.reachable = True
        await living.world.until("2026-03-02T13:40")
        assert [(event.stage, event.version) for event in living.recorded()[2:]] == [("final", 2)]

    a_day = replace(SETTINGS, completed_within_s=86400.0, idle_tick_s=60.0)
    live(tmp_path, "2026-03-01T08:30", DAY, story, a_day)
    assert [one.frames["right"][1] for one in recordings(tmp_path)] == [0]


def test_an_insole_that_never_answers_holds_up_nobody(tmp_path: Path) -> None:
    def dead(insoles: dict[str, DayInsole]) -> None:
        insoles["right"].reachable = False

    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T12:40")
        assert [(event.stage, event.version) for event in living.recorded()] == [("final", 1)]

    live(tmp_path, "2026-03-01T08:30", DAY, story, prepare=dead)
    assert list(recordings(tmp_path)[0].frames) == ["left"]


def test_an_insole_whose_log_refuses_holds_up_nobody(tmp_path: Path) -> None:
    def refusing(insoles: dict[str, DayInsole]) -> None:
        insoles["right"].refuses_log = True

    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T13:30")
        assert living.recorded()[0].recording
        faults = {state.side: state.faults for state in living.service.status().insoles}
        assert faults["left"] == () and "refused LOG_READ" in faults["right"][0]

    live(tmp_path, "2026-03-01T08:30", DAY, story, prepare=refusing)


def test_an_insole_that_comes_back_after_its_wearing_was_given_up_loses_nothing(tmp_path: Path) -> None:
    days = between(*((f"2026-03-0{day}T09:00", f"2026-03-0{day}T12:00") for day in (1, 2, 3, 4)))

    async def story(living: Living) -> None:
        right = living.insoles["right"]
        await living.world.until("2026-03-01T10:30")
        right.reachable = False
        await living.world.until("2026-03-04T11:00")
        right.reachable = True
        await living.world.until("2026-03-04T16:00")
        for insole in living.insoles.values():
            there = held(tmp_path, insole.side)
            assert insole.acknowledged > 6000 * 60 * 72 and there.missing(0, insole.acknowledged) == []

    quick = replace(
        SETTINGS,
        burst_period_s=3600.0,
        away_s=9000.0,
        idle_tick_s=300.0,
        completed_within_s=40_000.0,
        journal_lasts_s=90_000.0,
        longest_retry_s=3600.0,
    )
    live(tmp_path, "2026-03-01T08:30", days, story, quick)
    assert len(recordings(tmp_path)) == 4
