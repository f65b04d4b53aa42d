"""What may be asked of the service: live, pause, a finite recording; and whose recordings are."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from insole_protocol import ids
from plantigrade.library.catalogue.recording_states import states
from plantigrade.library.catalogue.tables import RecordingRow
from plantigrade.library.entries import Person
from plantigrade.service.events import LinkState, RecordingEvent
from plantigrade.service.status import ServiceError, read_status
from plantigrade.service.wearing.judge import NoWearingError
from plantigrade.service.wearing.news import WearingNews, WearingStage

from tests.host.bridge_kit.virtual_time import clock_ns
from tests.host.service.service_kit import SERIALS, SETTINGS, DayInsole, Living, between, live, recordings

DAY = between(("2026-03-01T09:00", "2026-03-01T12:00"))


@pytest.fixture(autouse=True)
def virtual_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantigrade.link.base.time.monotonic_ns", clock_ns)


def links(living: Living) -> set[str]:
    return {state.link.value for state in living.service.status().insoles}


def test_live_is_on_request_for_so_long_and_then_it_is_daily_again(tmp_path: Path) -> None:
    heard: list[str] = []

    async def story(living: Living) -> None:
        living.service.on_frames(lambda side, insole, stamped: heard.append(side))
        await living.world.until("2026-03-01T09:05")
        assert links(living) == {LinkState.BETWEEN_BURSTS}
        living.service.request_live(3)
        await asyncio.sleep(10)
        assert links(living) == {LinkState.CONNECTED}
        assert {insole.mode for insole in living.insoles.values()} == {ids.MODE_LIVE}
        before = len(heard)
        await asyncio.sleep(120)
        assert len(heard) - before in (3, 4, 5), "a record a minute from either foot, as it is made"
        await asyncio.sleep(120)
        assert links(living) == {LinkState.BETWEEN_BURSTS}
        assert {insole.mode for insole in living.insoles.values()} == {ids.MODE_DAILY}
        assert living.insoles["left"].modes == [ids.MODE_DAILY, ids.MODE_LIVE, ids.MODE_DAILY]

    live(tmp_path, "2026-03-01T08:30", DAY, story)


def test_who_ends_live_has_daily_mode_at_once(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:05")
        living.service.request_live(60)
        await asyncio.sleep(30)
        living.service.end_live()
        await asyncio.sleep(10)
        assert links(living) == {LinkState.BETWEEN_BURSTS}

    live(tmp_path, "2026-03-01T08:30", DAY, story)


def test_who_stays_connected_streams_in_daily_mode(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:03")
        assert links(living) == {LinkState.CONNECTED}
        ages = [state["last_frame_age_s"] for state in living.service.status().as_json()["insoles"]]
        assert all(age < 62 for age in ages)
        assert {insole.mode for insole in living.insoles.values()} == {ids.MODE_DAILY}
        assert [len(insole.links) for insole in living.insoles.values()] == [1, 1]

    live(tmp_path, "2026-03-01T09:00", DAY, story, replace(SETTINGS, stay_connected=True))


@pytest.mark.parametrize(("times_s", "written"), [(60.0, 20), (300.0, 4)])
def test_while_only_the_newest_frames_change_a_status_is_written_at_leisure(
    tmp_path: Path, times_s: float, written: int
) -> None:
    """A record a minute comes from either foot; whatever else changes is there within a second."""
    seen: list[str] = []

    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:15")
        for _ in range(20):
            await asyncio.sleep(60)
            seen.append(read_status(living.data).values["at_utc"])
        assert abs(len(set(seen)) - written) <= 1
        living.service.request_live(5)
        await asyncio.sleep(3)
        status = read_status(living.data).values
        assert {insole["mode"] for insole in status["insoles"]} == {"live"}

    settings = replace(SETTINGS, stay_connected=True, status_period_s=1.0, status_times_s=times_s)
    live(tmp_path, "2026-03-01T09:00", DAY, story, settings)


def test_a_paused_service_leaves_the_insoles_alone(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:05")
        living.service.pause()
        count = len(living.insoles["left"].links)
        with pytest.raises(ServiceError, match="paused"):
            living.service.request_live(5)
        await living.world.until("2026-03-01T11:00")
        assert len(living.insoles["left"].links) == count and links(living) == {LinkState.PAUSED}
        living.service.resume()
        await asyncio.sleep(60)
        assert len(living.insoles["left"].links) == count + 1

    live(tmp_path, "2026-03-01T08:30", DAY, story)


def test_a_finite_recording_is_its_own_and_the_day_goes_on_around_it(tmp_path: Path) -> None:
    news: list[WearingNews] = []

    async def story(living: Living) -> None:
        living.service.on_wearing(news.append)
        with pytest.raises(NoWearingError, match="nothing to record"):
            living.service.start_recording("too early")
        await living.world.until("2026-03-01T10:00")
        living.service.start_recording("two minutes", seconds=120)
        with pytest.raises(NoWearingError, match="under way"):
            living.service.start_recording("another")
        assert living.service.status().recording == "two minutes"
        await living.world.until("2026-03-01T10:20")
        (event,) = living.recorded()
        assert (event.stage, living.library.entry(event.recording).title) == ("final", "two minutes")
        assert living.service.status().recording is None
        await living.world.until("2026-03-01T12:40")

    live(tmp_path, "2026-03-01T08:30", DAY, story)
    day, finite = recordings(tmp_path)
    assert (day.first, day.last) == ("01T08:30", "01T12:20")
    assert (finite.first, finite.last) == ("01T10:00", "01T10:02")
    for foot in ("left", "right"):
        assert abs(finite.frames[foot][0] - 12_000) < 200 and finite.frames[foot][1] == 0
        assert day.frames[foot][1] == 0, "what the finite recording holds is not asked of the day's"
    assert [(one.stage, one.title) for one in news] == [
        (WearingStage.BEGAN, ""),
        (WearingStage.BEGAN, "two minutes"),
        (WearingStage.ENDED, "two minutes"),
        (WearingStage.ENDED, ""),
    ]


def assigned(living: Living, insoles: dict[str, tuple[str, ...]], zone: str = "") -> None:
    """Insoles of people: each of these serials is this person's."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    for code, serials in insoles.items():
        living.library.add_person(Person(code, time_zone=zone))
        for serial in serials:
            living.library.record(code).insoles.assign(serial, since)


LEFT, RIGHT = SERIALS["left"], SERIALS["right"]
OTHER_LEFT = "00000A50477A3F03"


def same_side(insoles: dict[str, DayInsole]) -> None:
    insoles["right"].side, insoles["right"].serial = "left", OTHER_LEFT


@pytest.mark.parametrize(
    ("of_whom", "prepare", "person", "reason"),
    [
        ({"P001": (LEFT, RIGHT)}, None, "P001", None),
        ({"P001": (LEFT[-6:], RIGHT[-8:].lower())}, None, "P001", None),
        ({"P001": (LEFT[-5:], RIGHT[-5:])}, None, None, "unknown insole"),
        ({}, None, None, "unknown insole"),
        ({"P001": (LEFT,)}, None, None, "unknown insole"),
        ({"P001": (LEFT,), "P002": (RIGHT,)}, None, None, "two people"),
        ({"P001": (LEFT, OTHER_LEFT)}, same_side, None, "two of one side"),
    ],
    ids=[
        "a pair",
        "by the ends of its serial numbers",
        "ends too short",
        "unknown pair",
        "one unknown",
        "of two people",
        "two left ones",
    ],
)
def test_a_recording_whose_wearer_is_unclear_is_nobodys(
    tmp_path: Path,
    of_whom: dict[str, tuple[str, ...]],
    prepare: Callable[[dict[str, DayInsole]], None] | None,
    person: str | None,
    reason: str | None,
) -> None:
    async def story(living: Living) -> None:
        assigned(living, of_whom)
        await living.world.until("2026-03-01T12:40")
        (event,) = living.recorded()
        (found,) = states(living.library, RecordingRow.id == event.recording)
        assert (event.person, found.person, found.unassigned) == (person, person, reason)

    live(tmp_path, "2026-03-01T08:30", DAY, story, prepare=prepare or (lambda insoles: None))


OTHER_RIGHT = "00000A50477A3F04"


@pytest.mark.parametrize(
    ("of_second", "expected"),
    [
        ({"right"}, {(None, "two people")}),
        ({"left", "right"}, {("P001", None), ("P002", None)}),
        ({"left"}, {("P001", None), ("P002", None)}),
        (set[str](), {("P001", None)}),
    ],
    ids=["one foot of each pair", "one person wears one foot only", "both left feet", "one pair lies about"],
)
def test_one_foot_of_each_of_two_pairs_is_nobodys(
    tmp_path: Path, of_second: set[str], expected: set[tuple[str | None, str | None]]
) -> None:
    """Of the first pair the left insole is worn; which of the second are, is the case."""

    def never(_at: datetime) -> bool:
        return False

    def prepare(insoles: dict[str, DayInsole]) -> None:
        world = insoles["left"].world
        insoles["right"].worn = never
        for side, serial in (("left", OTHER_LEFT), ("right", OTHER_RIGHT)):
            worn = DAY if side in of_second else never
            insoles[f"other {side}"] = DayInsole(world, side, worn, serial)

    async def story(living: Living) -> None:
        assigned(living, {"P001": (LEFT, RIGHT), "P002": (OTHER_LEFT, OTHER_RIGHT)})
        await living.world.until("2026-03-01T12:50")
        found = states(living.library)
        assert {(one.person, one.unassigned) for one in found} == expected
        assert len(found) == (2 if of_second else 1)

    live(tmp_path, "2026-03-01T08:30", DAY, story, prepare=prepare)


def test_a_pair_that_is_assigned_on_the_way_goes_on_in_its_wearing(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T10:00")
        assigned(living, {"P001": (LEFT, RIGHT)})
        await living.world.until("2026-03-01T12:40")
        assert len(living.recorded()) == 1

    live(tmp_path, "2026-03-01T08:30", DAY, story)
    (recording,) = recordings(tmp_path)
    assert (recording.first, recording.last) == ("01T08:30", "01T12:20")


def test_an_insole_that_is_given_to_another_pair_leaves_the_wearing_at_that_moment(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        assigned(living, {"P001": (LEFT, RIGHT)})
        await living.world.until("2026-03-01T09:52")
        living.library.record("P001").insoles.release(RIGHT, living.world.true())
        living.library.add_person(Person("P002"))
        for serial in (RIGHT, OTHER_LEFT):
            living.library.record("P002").insoles.assign(serial, living.world.true())
        await living.world.until("2026-03-01T13:00")
        people = {event.recording: str(event.person) for event in living.recorded("final")}
        found = [(people[one.id], one.first, *sorted(one.frames)) for one in recordings(tmp_path)]
        together, *apart = sorted(found, key=lambda one: (one[1], one))
        assert together == ("P001", "01T08:30", "left", "right")
        assert apart == [("P001", "01T09:52", "left"), ("P002", "01T09:52", "right")]

    live(tmp_path, "2026-03-01T08:30", DAY, story)


def test_an_answer_assigns_it_and_it_is_analysed(tmp_path: Path) -> None:
    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T12:40")
        (event,) = living.recorded()
        living.library.add_person(Person("P007"))
        await living.service.assign(event.recording, "P007")
        (found,) = states(living.library)
        assert (found.person, found.unassigned) == ("P007", None)
        assert living.events[-1] == RecordingEvent(event.recording, "P007", 1, "final", "assigned")

    live(tmp_path, "2026-03-01T08:30", DAY, story)


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [("Europe/Berlin", "28T23:00"), ("Pacific/Auckland", "29T11:00"), ("", "29T00:00")],
)
def test_midnight_is_the_persons(tmp_path: Path, zone: str, midnight: str) -> None:
    """The night in which Berlin's clocks go forward begins at 23:00 UTC."""
    worn = between(("2026-03-28T22:00", "2026-03-29T12:00"))

    async def story(living: Living) -> None:
        assigned(living, {"P001": (LEFT, RIGHT)}, zone)
        await living.world.until("2026-03-29T12:40")

    live(tmp_path, "2026-03-28T21:30", worn, story)
    assert recordings(tmp_path)[0].last == midnight
