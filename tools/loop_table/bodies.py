"""A virtual person day by day: the body model, and how one day differs from the next.

The body model makes a walk of each day, which the gait engine analyses; nothing is added to its results. What
differs between days is drawn here:

- putting the insole on: where it lies and how the shoe is laced, new each day, and carried over from day to
  day in part (first-order autoregressive);
- speed: the same, and another one on weekends;
- a slow drift of the whole foot (random walk), and for some a trend of the condition itself;
- days without the insoles: by chance, more on weekends, and now and then a week away.

Sizes: SDs of single days are those of the body model's `another_day` times 1.5 in the middle (1.0 to 2.3).
With 1.0 its days differ by about as much as two walks of one day do (14 healthy people of gaitpdb), with 1.75
by what the personal baseline takes for granted. How much is carried over, drift, trend and days away are
assumed.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import log

import numpy as np
from plantigrade.gait.engine import analyze
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.posture.baseline.baseline import Day, PersonalBaseline
from plantigrade.posture.rules_engine.features import StrideColumns, from_analysis
from plantigrade.twin.body import Condition, Person, draw_person, walk
from plantigrade.twin.body import settings as size
from plantigrade.twin.body.person import SENSORS, at_speed, levers

WALK_STRIDES = 74
"""Strides of the walk that stands for a day: some more than the baseline needs of a day."""
SLOWEST = 1.1
"""By which conditions lengthen strides at most."""
LAYOUT = own_layout(42.0)
PART_OF_PLACE = np.repeat(np.arange(len(size.PARTS)), [len(places) for places in size.PARTS])
"""Part of each place, in the order of `size.PARTS` put end to end."""
PLACES = np.concatenate(size.PARTS)
SPEED, STANCE, PEAK_1, PEAK_2, RISE, PRELOAD = range(6)
SINGLES_SD = np.array(
    [
        size.DAY_SPEED_SD,
        size.DAY_STANCE_PCT_SD,
        size.DAY_PEAK_LOG_SD[0],
        size.DAY_PEAK_LOG_SD[2],
        size.DAY_RISE_LOG_SD,
        size.DAY_PRELOAD_SD_N,
    ]
)
"""Of the whole body, as in `another_day`."""
SINGLES, PARTS, ALL_PLACES, TILTS = np.split(
    np.arange(6 + 2 * (len(size.PARTS) + SENSORS + 3)),
    np.cumsum([6, 2 * len(size.PARTS), 2 * SENSORS]),
)
"""Where what differs stands in a row of `Life.deviations`: of the body, and of parts, places and tilts of
both feet."""
VALUES = int(TILTS[-1]) + 1


@dataclass(frozen=True)
class Habits:
    """How the days of a person differ.

    Attributes:
        spread: factor on the SDs of single days.
        carried: share of a day's variance that is carried over to the next ones.
        memory: correlation of what is carried over with the day before.
        drift: SD of the random walk over 56 days, in SDs of single days.
        trend: of the condition over 56 days, in minimal detectable changes of what it moves.
        weekend: SDs by which weekends differ in speed.
        worn: share of the days on which the insoles are worn.
        away: days of one week away; empty for none.
    """

    spread: float
    carried: float
    memory: float
    drift: float
    trend: float
    weekend: float
    worn: float
    away: range


def draw_habits(draw: np.random.Generator, days: int, harder: float = 1.0) -> Habits:
    """Habits of a person over `days`; `harder` scales memory, drift and trend."""
    gone = int(draw.random() * max(days - 7, 1)) if draw.random() < 0.4 else None
    return Habits(
        spread=float(np.exp(draw.normal(log(1.5), 0.22))),
        carried=float(np.clip(draw.uniform(0.2, 0.6) * harder, 0, 0.9)),
        memory=float(np.clip(1 - (1 - draw.uniform(0.5, 0.85)) / harder, 0, 0.97)),
        drift=float(abs(draw.normal(0, 0.5)) * harder),
        trend=float(draw.normal(0, 0.5) * harder) if draw.random() < 0.3 else 0.0,
        weekend=float(draw.normal(-0.5, 0.7)),
        worn=float(draw.uniform(0.5, 0.95)),
        away=range(gone, gone + 7) if gone is not None else range(0),
    )


@dataclass(frozen=True, eq=False)
class Life:
    """Days of a virtual person.

    Attributes:
        seed: of everything that happens to the person.
        person: the body.
        habits: how days differ.
        first: the first day.
        deviations: (days, VALUES) of the body from its middle, in SDs of single days.
        worn: (days,) whether the insoles were worn.
    """

    seed: int
    person: Person
    habits: Habits
    first: date
    deviations: np.ndarray
    worn: np.ndarray


def draw_life(seed: int, days: int, first: date, harder: float = 1.0) -> Life:
    """The life of a person, the same for the same seed."""
    draw = np.random.default_rng([seed, 31])
    habits = draw_habits(draw, days, harder)
    weekday = np.array([(first + timedelta(days=i)).weekday() for i in range(days)])
    weekend = weekday >= 5
    innovations = draw.normal(0, 1, (days, VALUES))
    carried = np.zeros((days, VALUES))
    carried[0] = innovations[0]
    keep = habits.memory
    for i in range(1, days):
        carried[i] = keep * carried[i - 1] + np.sqrt(1 - keep**2) * innovations[i]
    fresh = draw.normal(0, 1, (days, VALUES))
    walked = np.cumsum(draw.normal(0, habits.drift / np.sqrt(56), (days, VALUES)), axis=0)
    deviations = np.sqrt(habits.carried) * carried + np.sqrt(1 - habits.carried) * fresh + walked
    deviations[:, SPEED] += habits.weekend * weekend
    worn = draw.random(days) < habits.worn * np.where(weekend, 0.8, 1.0)
    worn[habits.away.start : habits.away.stop] = False
    return Life(seed, draw_person(seed), habits, first, habits.spread * deviations, worn)


def body_of_day(life: Life, index: int) -> Person:
    """The person as on that day."""
    z = life.deviations[index]
    singles = z[SINGLES] * SINGLES_SD
    moved = at_speed(life.person, life.person.speed_m_s * (1.0 + singles[SPEED]))
    parts = np.empty((2, SENSORS))
    parts[:, PLACES] = (z[PARTS].reshape(2, -1) * size.DAY_PART_LOG_SD)[:, PART_OF_PLACE]
    places = z[ALL_PLACES].reshape(2, SENSORS) * size.DAY_PLACE_LOG_SD
    tilts = (z[TILTS].reshape(2, 3) * size.DAY_TILT_LOG_SD) @ levers()
    shoe = moved.shoe
    return replace(
        moved,
        stance_pct=moved.stance_pct + singles[STANCE],
        first_peak=moved.first_peak * float(np.exp(singles[PEAK_1])),
        second_peak=moved.second_peak * float(np.exp(singles[PEAK_2])),
        log_rise=moved.log_rise + singles[RISE],
        log_amplitude=moved.log_amplitude + parts + places + tilts,
        shoe=replace(shoe, preload_n=float(np.clip(shoe.preload_n + singles[PRELOAD], 0, 2))),
    )


def strides_of(
    person: Person, seed: int, condition: Condition, metrics: Collection[str]
) -> list[StrideColumns]:
    """Strides of both feet of one walk through the gait engine, with some of their metrics."""
    seconds = WALK_STRIDES * person.stride_time_s * SLOWEST
    forces = walk(person, seconds, seed, (condition,)).forces
    time_s = np.arange(len(forces.left)) / forces.rate_hz
    feet = [
        FootSignal(foot, time_s, force.astype(np.float32), LAYOUT)
        for foot, force in zip(Foot, (forces.left, forces.right), strict=True)
    ]
    tables = from_analysis(analyze(Walk(feet[0], feet[1], forces.rate_hz, body_weight_n=person.weight_n)))
    return [replace(table, values={name: table.values[name] for name in metrics}) for table in tables]


def day_of(life: Life, index: int, condition: Condition, tag: str, metrics: Collection[str]) -> Day | None:
    """The day as the baseline learns it; None where its strides are too few."""
    learned = PersonalBaseline()
    when = life.first + timedelta(days=index)
    tables = strides_of(body_of_day(life, index), life.seed * 1000 + index, condition, metrics)
    learned.add_day(when, tag, tables)
    return learned.days[0] if learned.days else None
