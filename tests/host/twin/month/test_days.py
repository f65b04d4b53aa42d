"""The days of a month: drawn from one seed, each of its kinds present, spans that fit the day."""

import dataclasses
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from plantigrade.twin.month.days import FIRST_DAY, DayKind, happenings, make_month
from plantigrade.twin.month.world import MonthWorld
from plantigrade.twin.soak.virtual_time import WorldSelector

ZONE = ZoneInfo("Europe/Berlin")
UTC_START_NS = 1_773_000_000_000_000_000


@pytest.fixture
def world() -> MonthWorld:
    return MonthWorld(WorldSelector(), UTC_START_NS, seed=1)


@pytest.mark.parametrize("seed", range(5))
def test_a_month_has_every_kind_of_day(world: MonthWorld, seed: int) -> None:
    month = make_month(world, 30, seed, ZONE)
    assert {day.kind for day in month.days} == set(DayKind)
    assert all(day.kind is DayKind.ORDINARY for day in month.days[:9])


def test_the_same_seed_is_the_same_month(world: MonthWorld) -> None:
    assert make_month(world, 30, 3, ZONE) == make_month(world, 30, 3, ZONE) != make_month(world, 30, 4, ZONE)


def test_days_begin_at_local_midnight_also_when_clocks_change(world: MonthWorld) -> None:
    month = make_month(world, 30, 3, ZONE)
    lengths_h = [(after.midnight_us - day.midnight_us) / 3.6e9 for day, after in pairwise(month.days)]
    assert lengths_h.count(23.0) == 1 and lengths_h.count(24.0) == 28
    assert month.days[lengths_h.index(23.0)].day == FIRST_DAY + timedelta(days=20)


def test_activities_fill_what_is_worn(world: MonthWorld) -> None:
    for day in make_month(world, 30, 3, ZONE).days:
        times = [at_s for at_s, _, _ in day.activities]
        assert times == sorted(times) and times[0] == 0.0
        for from_s, to_s in day.worn_s:
            assert 0 < from_s < to_s < 86_400
            inside = [doing for at_s, doing, _ in day.activities if from_s <= at_s < to_s]
            assert {"walk", "stand", "sit"} == set(inside)
            assert (to_s, "off") in [(at_s, doing) for at_s, doing, _ in day.activities]


@pytest.mark.parametrize("share", [1.0, 0.6, 0.1])
def test_reach_is_the_share_that_was_asked_for(share: float) -> None:
    selector = WorldSelector()
    world = MonthWorld(selector, UTC_START_NS, seed=1)
    month = make_month(world, 1, 5, ZONE, reach_share=share)
    (day,) = month.days
    spans: list[tuple[int, bool]] = []
    world.reach = lambda name, reachable: spans.append((world.now_us, reachable))
    world.insoles = {"left": Still()}  # pyright: ignore[reportAttributeAccessIssue]
    for at_us, act in sorted(happenings(month, day, world), key=lambda happening: happening[0]):
        selector.now_ns = at_us * 1000
        act()
    spans.append((day.midnight_us + 86_400_000_000, False))
    within_us = sum(after - at for (at, reachable), (after, _) in pairwise(spans) if reachable)
    assert within_us / 86_400e6 == pytest.approx(share, abs=0.001)


class Still:
    """An insole to which nothing happens, whatever does."""

    powered = False

    def __getattr__(self, name: str) -> object:
        return lambda *_, **__: None


def test_a_dead_foot_is_dead_all_day(world: MonthWorld) -> None:
    month = make_month(world, 30, 3, ZONE)
    dead = next(day for day in month.days if day.kind is DayKind.ONE_FOOT_DEAD)
    quiet = dataclasses.replace(dead, kind=DayKind.ORDINARY)
    insoles = {"left": object(), "right": object()}
    world.insoles = insoles  # pyright: ignore[reportAttributeAccessIssue]
    more = len(list(happenings(month, dead, world))) - len(list(happenings(month, quiet, world)))
    assert more == 2, "it dies, and it comes back"
