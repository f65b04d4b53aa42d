"""Virtual people: what differs from one neutral walker to the next.

Regional shares of the neutral foot and their spread are those of the 18 controls of PhysioNet's gaitpdb
after mapping onto our places (heel 36 +- 7 %, midfoot 18 +- 4 %, forefoot 35 +- 4 %, toes 14 +- 4 % of the
force-time integral), with the midfoot a little lower, because that data set's fourth and fifth sensor lie
before the metatarsal heads. Stance share follows 64.2 - 3.5 * speed (m/s). Spreads without a source are
marked as assumptions in docs/explanation/body-model.md.
"""

from dataclasses import dataclass, replace

import numpy as np

from plantigrade.array_types import F64

SENSORS = 16
GRAVITY_N_PER_KG = 9.81

NEUTRAL_AMPLITUDE = np.array(
    [
        *(1.15, 1.05, 1.10, 0.62),  # heel: posterior, medial, lateral, anterior
        *(0.18, 0.40, 0.22, 0.56),  # midfoot: medial and lateral proximal, medial and lateral distal
        *(0.66, 0.82, 0.80, 0.66, 0.58),  # metatarsal heads 1 to 5
        *(1.00, 0.50, 0.28),  # hallux, toes 2-3, toes 4-5
    ]
)
"""Relative readiness of each place to take load while its region is down."""

RISE_AT = np.array(
    [0.0, 0.0, 0.0, 0.02, 0.12, 0.09, 0.17, 0.13, 0.32, 0.30, 0.27, 0.24, 0.21, 0.52, 0.54, 0.54]
)
FALL_AT = np.array(
    [0.54, 0.58, 0.58, 0.62, 0.68, 0.70, 0.76, 0.78, 0.96, 0.95, 0.93, 0.91, 0.88, 1.05, 1.03, 1.0]
)
RISE_WIDTH = np.repeat([0.015, 0.05, 0.06, 0.06], [4, 4, 5, 3])
FALL_WIDTH = np.repeat([0.05, 0.05, 0.035, 0.03], [4, 4, 5, 3])


@dataclass(frozen=True)
class Shoe:
    """How a shoe changes what the insole feels.

    Attributes:
        name: tag, as a wearer would give it.
        cushioning: 0 hard to 1 soft; softens the first contact and spreads the load.
        preload_n: force of lacing and upper on each sensor in swing.
    """

    name: str = "everyday"
    cushioning: float = 0.5
    preload_n: float = 0.4


@dataclass(frozen=True)
class Person:
    """A neutral walker. Forces in body weights, times in shares of stance or seconds.

    Attributes:
        mass_kg: body mass.
        speed_m_s: comfortable walking speed.
        stride_time_s: mean stride time at that speed.
        stride_cv: SD over mean of the stride time.
        stance_pct: mean stance in per cent of the stride.
        stance_skew_pct: left minus right stance, in per cent of the stride.
        load_skew: logarithm of left over right force.
        step_skew: share of the stride by which the right contact is late against the middle.
        first_peak, valley, second_peak: of the vertical force, in body weights before normalisation.
        first_peak_at: time of the first peak as a share of stance.
        log_amplitude: (2, 16) logarithm of each foot's places, left then right.
        shoe: what is worn.
    """

    mass_kg: float
    speed_m_s: float
    stride_time_s: float
    stride_cv: float
    stance_pct: float
    stance_skew_pct: float
    load_skew: float
    step_skew: float
    first_peak: float
    valley: float
    second_peak: float
    first_peak_at: float
    log_amplitude: F64
    shoe: Shoe = Shoe()

    @property
    def weight_n(self) -> float:
        """Body weight in newtons."""
        return self.mass_kg * GRAVITY_N_PER_KG


def draw_person(seed: int, shoe: Shoe | None = None, speed_m_s: float | None = None) -> Person:
    """A neutral adult, the same for the same seed; without a speed their own comfortable one."""
    draw = np.random.default_rng([seed, 11])
    mass_kg = float(np.clip(draw.normal(74, 13), 48, 110))
    comfortable = float(np.clip(draw.normal(1.25, 0.13), 0.85, 1.65))
    speed = speed_m_s or comfortable
    stride_time_s = float(np.clip(1.06 - 0.42 * (speed - 1.25) + draw.normal(0, 0.05), 0.8, 1.6))
    faster = speed - 1.25
    kinds = draw.normal(0, 1, 8)
    return Person(
        mass_kg=mass_kg,
        speed_m_s=speed,
        stride_time_s=stride_time_s,
        stride_cv=float(np.clip(draw.normal(0.0175, 0.003), 0.010, 0.025)),
        stance_pct=float(64.2 - 3.5 * speed + 0.8 * kinds[0]),
        stance_skew_pct=float(0.45 * kinds[1]),
        load_skew=float(0.02 * kinds[2]),
        step_skew=float(0.006 * kinds[3]),
        first_peak=float(1.08 + 0.25 * faster + 0.035 * kinds[4]),
        valley=float(0.77 - 0.25 * faster + 0.035 * kinds[5]),
        second_peak=float(1.08 + 0.12 * faster + 0.035 * kinds[6]),
        first_peak_at=float(np.clip(0.235 + 0.012 * kinds[7], 0.19, 0.28)),
        log_amplitude=_feet(draw),
        shoe=shoe or draw_shoe(draw),
    )


def another_day(person: Person, seed: int) -> Person:
    """The same person on another day: speed, lacing and the place of the insole differ a little (assumed)."""
    draw = np.random.default_rng([seed, 15])
    speed = person.speed_m_s * (1.0 + draw.normal(0, 0.03))
    slower = 1.0 - 0.35 * (speed / person.speed_m_s - 1.0)
    regions = np.repeat(np.arange(4), [4, 4, 5, 3])
    moved = draw.normal(0, 0.03, (2, 4))[:, regions] + draw.normal(0, 0.025, (2, SENSORS))
    tilt = draw.normal(0, 0.025, (2, 1)) * medial_lever()
    return replace(
        person,
        speed_m_s=speed,
        stride_time_s=person.stride_time_s * slower,
        stance_pct=person.stance_pct - 3.5 * (speed - person.speed_m_s) + draw.normal(0, 0.3),
        first_peak=person.first_peak + 0.25 * (speed - person.speed_m_s) + draw.normal(0, 0.01),
        second_peak=person.second_peak + 0.12 * (speed - person.speed_m_s) + draw.normal(0, 0.01),
        log_amplitude=person.log_amplitude + moved + tilt,
        shoe=replace(
            person.shoe, preload_n=float(np.clip(person.shoe.preload_n + draw.normal(0, 0.2), 0, 2))
        ),
    )


def draw_shoe(draw: np.random.Generator) -> Shoe:
    """A shoe of everyday wear."""
    return Shoe("everyday", float(draw.uniform(0.2, 0.8)), float(draw.uniform(0.0, 1.2)))


def _feet(draw: np.random.Generator) -> F64:
    """Amplitudes of both feet: the person's own regional habit, smaller differences between the feet."""
    base = np.log(NEUTRAL_AMPLITUDE)
    regions = np.repeat(np.arange(4), [4, 4, 5, 3])
    region_sd = np.array([0.14, 0.20, 0.10, 0.22])
    person = draw.normal(0, 1, 4) * region_sd
    between_feet = draw.normal(0, 1, (2, 4)) * region_sd * 0.35
    tilt = draw.normal(0, 0.09) + draw.normal(0, 0.05, 2)
    place = draw.normal(0, 0.07, SENSORS) + draw.normal(0, 0.05, (2, SENSORS))
    own: F64 = base + (person + between_feet)[:, regions] + place + tilt[:, None] * medial_lever()
    return own


def medial_lever() -> F64:
    """+1 at the medial, -1 at the lateral places, 0 between (16,): the direction of pronation."""
    return np.array(
        [0.0, 1.0, -1.0, 0.0, 1.0, -1.0, 1.0, -1.0, 1.0, 0.45, 0.0, -0.6, -1.0, 0.6, 0.0, -0.6], np.float64
    )
