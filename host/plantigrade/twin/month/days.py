"""The days of a month: when the pair is worn, what its wearer does, what goes wrong, and who is in reach."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from plantigrade.twin.body import Condition, ordinary_day
from plantigrade.twin.month.feed import Doing, Pieces, Playing
from plantigrade.twin.month.world import MonthWorld

FIRST_DAY = date(2026, 3, 9)
"""A Monday; the clocks go forward on the third Sunday of the month that begins then."""
ORDINARY_DAYS = 9
"""So many days at the beginning have nothing special, so that there is something to compare with."""
WINDOWS_PER_DAY = 4
"""When insoles are in reach for a part of the day only, it comes in so many pieces."""
BREAK_MIN = (20.0, 70.0)
POWER_CUTS_PER_DAY, LINK_CUTS_PER_DAY, OVERRUNS_PER_DAY, DRIFTS_PER_DAY = 0.5, 4.0, 2.0, 4.0
MAX_DRIFT_PPB = 40_000


class DayKind(StrEnum):
    """What kind of day it is."""

    ORDINARY = "ordinary"
    NOT_WORN = "not worn"
    ONE_FOOT_DEAD = "one foot dead"
    """The right insole has no power all day."""
    NOT_CHARGED = "not charged"
    """Nobody put the left insole on the charger the night before."""
    AWAY = "away"
    """Nobody is in reach of the computer all day."""
    OTHER_LOAD = "other load"
    """Something is carried on one side."""
    OTHER_GAIT = "other gait"
    """One leg hurts."""
    OTHER_STANDING = "other standing"
    """Stands on one leg more than on the other."""


CONDITIONS: dict[DayKind, tuple[Condition, ...]] = {
    DayKind.OTHER_LOAD: (Condition("side-load", 15.0, "left"),),
    DayKind.OTHER_GAIT: (Condition("antalgic", 3.0, "right"),),
    DayKind.OTHER_STANDING: (Condition("standing-asymmetric", 75.0, "left"),),
}
SPECIAL = (
    (DayKind.OTHER_GAIT, 3), (DayKind.NOT_WORN, 1), (DayKind.OTHER_LOAD, 2), (DayKind.ONE_FOOT_DEAD, 1),
    (DayKind.OTHER_STANDING, 2), (DayKind.AWAY, 2), (DayKind.NOT_CHARGED, 1),
)  # fmt: skip
"""Kinds of day and how many of them come one after the other."""


@dataclass(frozen=True)
class Day:
    """One day.

    Attributes:
        number: from 0.
        day: local date.
        midnight_us: true time of its local beginning.
        kind: what kind of day it is.
        worn_s: spans in which the pair is worn, in seconds since midnight.
        activities: (seconds since midnight, what is done, variant).
        length_s: how much of it there is.
    """

    number: int
    day: date
    midnight_us: int
    kind: DayKind
    worn_s: tuple[tuple[float, float], ...]
    activities: tuple[tuple[float, Doing, int], ...]
    length_s: float = 86_400.0

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Of the body on this day."""
        return CONDITIONS.get(self.kind, ())

    def playing(self, pieces: Pieces) -> list[Playing]:
        """What the sensors show."""
        return [
            Playing(
                self.midnight_us + round(at_s * 1e6),
                pieces.piece(doing, self.number, variant, self.conditions),
            )
            for at_s, doing, variant in self.activities
        ]


@dataclass(frozen=True)
class Month:
    """Days of one wearer, all drawn from one seed.

    Attributes:
        seed: of everything.
        reach_share: part of the day in which the insoles are in reach of the computer.
        zone: of the wearer.
        days: in order.
    """

    seed: int
    reach_share: float
    zone: ZoneInfo
    days: tuple[Day, ...]


def make_month(
    world: MonthWorld, days: int, seed: int, zone: ZoneInfo, first: date = FIRST_DAY, reach_share: float = 1.0
) -> Month:
    """Draw the days, the first of which begins at local midnight of `first`."""
    kinds = _kinds(days, random.Random(f"{seed} kinds"))
    made: list[Day] = []
    for number in range(days):
        day = first + timedelta(days=number)
        midnight = datetime.combine(day, time(), zone)
        midnight_us = world.us_of_utc(round(midnight.timestamp()) * 1_000_000_000)
        made.append(_day(number, day, midnight_us, kinds[number], random.Random(f"{seed} day {number}")))
    return Month(seed, reach_share, zone, tuple(made))


def short_month(world: MonthWorld, seed: int, zone: ZoneInfo, first: date = FIRST_DAY) -> Month:
    """An hour and a half after midnight: worn for a quarter of an hour, off, worn for ten minutes."""
    midnight = datetime.combine(first, time(), zone)
    midnight_us = world.us_of_utc(round(midnight.timestamp()) * 1_000_000_000)
    activities: tuple[tuple[float, Doing, int], ...] = (
        (0.0, "off", 0), (600.0, "walk", 0), (900.0, "stand", 0), (1200.0, "walk", 1), (1500.0, "off", 0),
        (3000.0, "walk", 2), (3600.0, "off", 0),
    )  # fmt: skip
    worn = ((600.0, 1500.0), (3000.0, 3600.0))
    day = Day(0, first, midnight_us, DayKind.ORDINARY, worn, activities, length_s=5400.0)
    return Month(seed, 1.0, zone, (day,))


def _kinds(days: int, draw: random.Random) -> list[DayKind]:
    kinds = [DayKind.ORDINARY] * days
    special = list(SPECIAL)
    draw.shuffle(special)
    at = min(ORDINARY_DAYS, max(1, days - 1))
    for kind, length in special:
        for number in range(at, min(days, at + length)):
            kinds[number] = kind
        at += length + draw.randrange(0, 2)
    return kinds


def _day(number: int, day: date, midnight_us: int, kind: DayKind, draw: random.Random) -> Day:
    if kind is DayKind.NOT_WORN:
        return Day(number, day, midnight_us, kind, (), ((0.0, "off", 0),))
    on_s = 3600 * draw.uniform(6.5, 8.5)
    off_s = 3600 * draw.uniform(20.5, 22.5)
    pause_s = 3600 * draw.uniform(11.5, 15.0)
    again_s = pause_s + 60 * draw.uniform(*BREAK_MIN)
    worn = ((on_s, pause_s), (again_s, off_s))
    activities: list[tuple[float, Doing, int]] = [(0.0, "off", 0)]
    for part, (first_s, end_s) in enumerate(worn):
        at_s = first_s
        for segment in ordinary_day((end_s - first_s) / 3600, draw.randrange(1 << 30)):
            activities.append((at_s, segment.doing, draw.randrange(1 << 10)))
            at_s += segment.seconds
        activities.append((end_s, "off", part))
    return Day(number, day, midnight_us, kind, worn, tuple(activities))


def happenings(month: Month, day: Day, world: MonthWorld) -> Iterator[tuple[int, Callable[[], None]]]:
    """What happens on a day, for `MonthWorld.happen`: charging, reach, power, links, clocks."""
    draw = random.Random(f"{month.seed} happenings {day.number}")

    def at(seconds: float, act: Callable[[], None]) -> tuple[int, Callable[[], None]]:
        return day.midnight_us + round(seconds * 1e6), act

    yield from (at(*event) for event in _charging(day, world))
    yield from (at(*event) for event in _power(day, world))
    yield from (at(*event) for event in _reach(month, day, world, draw))
    for name, insole in world.insoles.items():
        for _ in range(_often(POWER_CUTS_PER_DAY, draw)):
            yield at(draw.uniform(0, 86_000), lambda name=name: world.restart(name, orderly=False))
        for _ in range(_often(LINK_CUTS_PER_DAY, draw)):
            silent = draw.random() < 0.5
            yield at(
                draw.uniform(0, 86_000), lambda name=name, silent=silent: world.lose(name, silent=silent)
            )
        for _ in range(_often(OVERRUNS_PER_DAY, draw)):
            slots = draw.randrange(1, 30)
            yield at(
                draw.uniform(0, 86_000),
                lambda insole=insole, slots=slots: insole.overrun(world.now_us, slots),
            )
        for _ in range(_often(DRIFTS_PER_DAY, draw)):
            ppb = draw.randrange(-MAX_DRIFT_PPB, MAX_DRIFT_PPB)
            yield at(draw.uniform(0, 86_000), lambda insole=insole, ppb=ppb: insole.drift(world.now_us, ppb))


Events = Iterator[tuple[float, Callable[[], None]]]


def _often(per_day: float, draw: random.Random) -> int:
    """A whole number of times whose mean is `per_day`."""
    return int(per_day) + (draw.random() < per_day % 1)


def _charging(day: Day, world: MonthWorld) -> Events:
    """Off the charger when the pair is put on, on it at night."""
    from_s = day.worn_s[0][0] if day.worn_s else 8 * 3600.0
    to_s = day.worn_s[-1][1] if day.worn_s else 9 * 3600.0
    for name, insole in world.insoles.items():
        forgotten = day.kind is DayKind.NOT_CHARGED and name == "left"
        yield from_s - 60, lambda insole=insole: insole.charger(world.now_us, charging=False)
        if not forgotten:
            yield to_s + 600, lambda insole=insole: insole.charger(world.now_us, charging=True)


def _power(day: Day, world: MonthWorld) -> Events:
    if day.kind is DayKind.ONE_FOOT_DEAD:
        right = world.insoles["right"]

        def die() -> None:
            world.counts.add("one_foot_dead")
            right.power_off(world.now_us, orderly=False)
            world.lose("right", silent=True)
            right.dead = True

        def revive() -> None:
            right.dead = False
            right.power_on(world.now_us)

        yield 1.0, die
        yield 86_000.0, revive


def _reach(month: Month, day: Day, world: MonthWorld, draw: random.Random) -> Events:
    share = 0.0 if day.kind is DayKind.AWAY else month.reach_share

    def reach(reachable: bool) -> None:
        for name in world.insoles:
            world.reach(name, reachable)

    if share >= 1.0:
        yield 0.0, lambda: reach(True)
        return
    yield 0.0, lambda: reach(False)
    if share <= 0.0:
        return
    raster_s = 86_400 / WINDOWS_PER_DAY
    for number in range(WINDOWS_PER_DAY):
        from_s = number * raster_s + draw.uniform(0.01, 0.99 - share) * raster_s
        yield from_s, lambda: reach(True)
        yield from_s + share * raster_s, lambda: reach(False)
