"""Virtual people: what differs from one neutral walker to the next, from one day to the next, and with the
speed.

Sizes and their sources stand in `settings`. Regional shares of the neutral foot are those of 18 controls of
PhysioNet's gaitpdb after mapping onto our places (heel 36, midfoot 18, forefoot 35, toes 14 % of the
force-time integral), with the midfoot a little lower, because that data set's fourth and fifth sensor lie
before the metatarsal heads.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from plantigrade.array_types import F64
from plantigrade.twin.body import settings as size

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
        first_peak_at, valley_at, second_peak_at: when, as shares of stance.
        log_amplitude: (2, 16) logarithm of each foot's places, left then right.
        log_peaks: (2, 3) how each foot's first peak, valley and second peak differ from the person's.
        log_rise: (2,) the same of the time of the first peak.
        log_heel_hold: (2,) logarithm of how long the heel stays down.
        stride_noise: factor on how the force differs from stride to stride.
        part_noise: (5,) the same of the load of each part of the foot (`settings.PARTS`).
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
    valley_at: float = size.VALLEY_AT[0]
    second_peak_at: float = size.SECOND_PEAK_AT[0]
    log_peaks: F64 = field(default_factory=lambda: np.zeros((2, 3)))
    log_rise: F64 = field(default_factory=lambda: np.zeros(2))
    log_heel_hold: F64 = field(default_factory=lambda: np.zeros(2))
    stride_noise: float = 1.0
    part_noise: F64 = field(default_factory=lambda: np.ones(len(size.PARTS)))
    shoe: Shoe = Shoe()

    @property
    def weight_n(self) -> float:
        """Body weight in newtons."""
        return self.mass_kg * GRAVITY_N_PER_KG


def draw_person(seed: int, shoe: Shoe | None = None, speed_m_s: float | None = None) -> Person:
    """A neutral adult, the same for the same seed; without a speed at their own comfortable one."""
    draw = np.random.default_rng([seed, 11])
    mass_kg = _clipped(draw, size.MASS_KG)
    speed = _clipped(draw, size.SPEED_M_S)
    faster = speed - size.AT_M_S
    stride_time_s, power = size.STRIDE_TIME_S
    late = float(np.exp(size.STRIDE_TIME_LOG_SD * draw.normal()))
    kinds = draw.normal(0, 1, 9)
    stance, stance_sd = size.STANCE_PCT
    person = Person(
        mass_kg=mass_kg,
        speed_m_s=speed,
        stride_time_s=stride_time_s * speed**power * late,
        stride_cv=_stride_cv(_clipped(draw, size.STRIDE_CV) + size.STRIDE_CV_PER_M_S * faster),
        stance_pct=float(stance + size.STANCE_PCT_PER_M_S_BETWEEN * faster + stance_sd * kinds[0]),
        stance_skew_pct=float(size.STANCE_SKEW_PCT_SD * kinds[1]),
        load_skew=_load_skew(kinds[1], kinds[2]),
        step_skew=float(size.STEP_SKEW_SD * kinds[3]),
        first_peak=_at(size.FIRST_PEAK, faster, kinds[4]),
        valley=_at(size.VALLEY, faster, kinds[5]),
        second_peak=_at(size.SECOND_PEAK, faster, _skewed(kinds[6])),
        first_peak_at=_first_peak_at(
            size.FIRST_PEAK_AT[0] * np.exp(size.FIRST_PEAK_AT[1] * kinds[7]), faster
        ),
        log_amplitude=_feet(draw),
        valley_at=_clipped(draw, size.VALLEY_AT),
        second_peak_at=_clipped(draw, size.SECOND_PEAK_AT),
        log_peaks=draw.normal(0, 1, (2, 3)) * size.PEAK_FOOT_LOG_SD,
        log_rise=draw.normal(0, size.RISE_FOOT_LOG_SD, 2),
        log_heel_hold=draw.normal(0, size.HEEL_HOLD_LOG_SD[0]) + draw.normal(0, size.HEEL_HOLD_LOG_SD[1], 2),
        stride_noise=float(np.exp(size.STRIDE_NOISE_LOG_SD * kinds[8])),
        part_noise=np.exp(size.STRIDE_NOISE_LOG_SD * kinds[8] + draw.normal(0, size.PART_NOISE_LOG_SD)),
        shoe=shoe or draw_shoe(draw),
    )
    return person if speed_m_s is None else at_speed(person, speed_m_s)


def at_speed(person: Person, speed_m_s: float) -> Person:
    """The same person who walks at another speed."""
    faster = speed_m_s - person.speed_m_s
    parts = np.zeros(SENSORS)
    for places, slope in zip(size.PARTS, size.PART_LOG_PER_M_S, strict=True):
        parts[places] = slope * faster
    return replace(
        person,
        speed_m_s=speed_m_s,
        stride_time_s=person.stride_time_s * (speed_m_s / person.speed_m_s) ** size.STRIDE_TIME_S[1],
        stride_cv=_stride_cv(person.stride_cv + size.STRIDE_CV_PER_M_S * faster),
        stance_pct=person.stance_pct + size.STANCE_PCT_PER_M_S_WITHIN * faster,
        first_peak=person.first_peak + size.FIRST_PEAK[2] * faster,
        valley=person.valley + size.VALLEY[2] * faster,
        second_peak=person.second_peak + size.SECOND_PEAK[2] * faster,
        first_peak_at=_first_peak_at(person.first_peak_at, faster),
        log_amplitude=person.log_amplitude + parts,
    )


def another_day(person: Person, seed: int) -> Person:
    """The same person on another day: speed, gait, lacing and the place of the insole differ a little."""
    draw = np.random.default_rng([seed, 15])
    moved = at_speed(person, person.speed_m_s * (1.0 + draw.normal(0, size.DAY_SPEED_SD)))
    parts = np.stack([_spread_out(draw.normal(0, size.DAY_PART_LOG_SD)) for _ in range(2)])
    tilts = draw.normal(0, size.DAY_TILT_LOG_SD, (2, 3)) @ levers()
    peaks = np.exp(draw.normal(0, size.DAY_PEAK_LOG_SD))
    return replace(
        moved,
        stride_time_s=moved.stride_time_s * float(np.exp(draw.normal(0, size.DAY_STRIDE_TIME_SD))),
        stance_pct=moved.stance_pct + draw.normal(0, size.DAY_STANCE_PCT_SD),
        stance_skew_pct=moved.stance_skew_pct + draw.normal(0, size.DAY_STANCE_SKEW_PCT_SD),
        load_skew=moved.load_skew + draw.normal(0, size.DAY_LOAD_SKEW_SD),
        first_peak=moved.first_peak * float(peaks[0]),
        valley=moved.valley * float(peaks[1]),
        second_peak=moved.second_peak * float(peaks[2]),
        log_rise=moved.log_rise + draw.normal(0, size.DAY_RISE_LOG_SD),
        log_amplitude=moved.log_amplitude
        + parts
        + tilts
        + draw.normal(0, size.DAY_PLACE_LOG_SD, (2, SENSORS)),
        shoe=replace(
            person.shoe,
            preload_n=float(np.clip(person.shoe.preload_n + draw.normal(0, size.DAY_PRELOAD_SD_N), 0, 2)),
        ),
    )


def _clipped(draw: np.random.Generator, sizes: tuple[float, float, float, float]) -> float:
    mean, sd, least, most = sizes
    return float(np.clip(draw.normal(mean, sd), least, most))


def _at(sizes: tuple[float, float, float], faster: float, kind: float) -> float:
    mean, sd, slope = sizes
    return float(mean + slope * faster + sd * kind)


def _load_skew(kind_of_stance: float, kind: float) -> float:
    """Logarithm of left over right force, of the SD that plates show, a part of it against the stance's."""
    stance = size.STANCE_SKEW_PCT_SD / size.STANCE_PCT[0]
    with_stance = size.LOAD_PER_STANCE * stance
    rest = np.sqrt(size.LOAD_SKEW_SD**2 - with_stance**2)
    return float(with_stance * kind_of_stance + rest * kind)


def _skewed(kind: float) -> float:
    """A normal value as one of a lognormal distribution, again with the mean 0 and the SD 1."""
    shape = size.SECOND_PEAK_SKEW
    middle = np.exp(0.5 * shape**2)
    return float((np.exp(shape * kind) - middle) / (middle * np.sqrt(np.expm1(shape**2))))


def _stride_cv(value: float) -> float:
    return float(np.clip(value, size.STRIDE_CV[2], size.STRIDE_CV[3]))


def _first_peak_at(value: float, faster: float) -> float:
    return float(np.clip(value + size.FIRST_PEAK_AT[2] * faster, *size.FIRST_PEAK_AT_RANGE))


def draw_shoe(draw: np.random.Generator) -> Shoe:
    """A shoe of everyday wear."""
    return Shoe("everyday", float(draw.uniform(0.2, 0.8)), float(draw.uniform(0.0, 1.2)))


def _feet(draw: np.random.Generator) -> F64:
    """Amplitudes of both feet (2, 16): the person's own habit, smaller differences between the feet."""
    person, feet = _of_people(draw, size.PART_LOG_SD, size.PART_FOOT_SHARE)
    parts = np.stack([_spread_out(person + foot) for foot in feet])
    tilt, tilts = _of_people(draw, size.TILT_LOG_SD, size.TILT_FOOT_SHARE)
    of_people, of_feet = size.PLACE_LOG_SD
    place = draw.normal(0, of_people, SENSORS) + draw.normal(0, of_feet, (2, SENSORS))
    own: F64 = np.log(NEUTRAL_AMPLITUDE) + parts + place + (tilt + tilts) @ levers(toes=0.0)
    return own


def _of_people(draw: np.random.Generator, sd: F64, foot_share: F64) -> tuple[F64, F64]:
    """What a person has (K,) and what each foot adds (2, K), so that the mean of the feet has the SD `sd` and
    the feet differ by 1.41 * `foot_share` * `sd`."""
    own = draw.normal(0, 1, len(sd)) * sd * np.sqrt(1.0 - 0.5 * foot_share**2)
    return own, draw.normal(0, 1, (2, len(sd))) * sd * foot_share


def _spread_out(parts: F64) -> F64:
    """Values of the parts of a foot (5,) at their places (16,); medial and lateral midfoot go together in
    part."""
    own = parts.copy()
    shared = size.MIDFOOT_CORRELATION
    medial, lateral = parts[1] / size.PART_LOG_SD[1], parts[2] / size.PART_LOG_SD[2]
    own[2] = size.PART_LOG_SD[2] * (shared * medial + np.sqrt(1.0 - shared**2) * lateral)
    values = np.empty(SENSORS)
    for places, value in zip(size.PARTS, own, strict=True):
        values[places] = value
    return values


def medial_lever() -> F64:
    """+1 at the medial, -1 at the lateral places, 0 between (16,): the direction of pronation."""
    return levers().sum(axis=0)


def levers(toes: float = 1.0) -> F64:
    """The same of heel, midfoot and forefoot, each for itself (3, 16); toes follow the forefoot by `toes`.

    From person to person they do not follow: the load of the hallux goes with its own strength (172
    people of 62 to 96 years), and the centre of pressure would spread by 2.9 % of the width where that of 144
    healthy feet spreads by 2.5.
    """
    medial = np.array(
        [0.0, 1.0, -1.0, 0.0, 1.0, -1.0, 1.0, -1.0, 1.0, 0.45, 0.0, -0.6, -1.0, 0.6, 0.0, -0.6], np.float64
    )
    medial[13:] *= toes
    region = np.repeat(np.arange(3), [4, 4, 8])
    return np.where(region == np.arange(3)[:, None], medial, 0.0)
