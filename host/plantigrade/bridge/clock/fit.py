"""Offset and drift from the time stamps of many round trips. Pure arithmetic; `estimate` explains what it is
for.

What is certain: a TIME command that left the host at h0 and reached the insole at d1 says that offset =
host - device is at least h0 - d1; its reply, which left at d2 and reached the host at h3, says that it is
at most h3 - d2. Queueing only ever makes these bounds looser, never wrong.

Over BLE the middle of the two is no good guess. The reply waits for the connection event after the one
which brought the command, so its delay is nearly a whole interval, however short the round trip. Two facts
repair that:

- The command leaves at a moment of the host's choosing. Sent at moments that sweep the interval, its delay
  is spread evenly between nothing and one interval, and the best of many is close to nothing. How far it
  falls short of zero shows in how densely the best ones lie: for evenly spread delays the shortest is, in the
  mean, as long as the spacing of those that follow.
- Command and reply both travel at connection events, a whole number of intervals apart. The interval shows
  in the arrival times (`intervals`); with it taken off, h3 - d1 is the offset itself, but for what the two
  receivers take.

The first errs to one side by what the host takes to send, the second to the other by what it takes to
receive; the estimate is their middle. Without connection events (USB, or a host whose stack takes its time)
the shortest round trip is a fixed delay both ways, and its middle is taken. Where there are events that do
not show, because a busy computer stamps too unevenly, even the quickest command may have waited for its turn
for some milliseconds, which no bound shows. How unevenly the replies come in does, and is added to what is
stated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantigrade.bridge.clock.connection_interval import connection_interval_ns
from plantigrade.gait.settings import MAD_TO_SD

F64 = NDArray[np.float64]

MAX_DRIFT_PPM = 150.0
"""A quartz oscillator over temperature and age is within 50 ppm, and so is the host's."""
PRIOR_DRIFT_PPM = 40.0
"""Standard deviation of the relative drift that is expected before anything is measured."""
SPACING_RANK = 7
"""The shortest delay is judged by the spacing up to this rank; two ranks are taken up by the line itself."""
SPACING_FACTOR = 3.5
"""Stated uncertainty in spacings: 3 cover 95 % of an exponential law; the rest pays for the drift."""
PATH_NS = 400_000
"""What host stack, radio and interpreter take at their best between the two time stamps of one direction."""
FLOOR_NS = 800_000
"""No statement is tighter than this: it covers paths from 0 to three times `PATH_NS`."""
SPREAD_MARGIN = 1.1
RECENT_ARRIVALS = 100
EARLY_SHARE = 0.25
"""Share of an interval by which the lower bound may lie above a reply's own time, for want of better bounds.
"""
HUBER_SCATTERS = 1.5
LEAST_SCATTER_NS = 200_000.0
GOLDEN_RATIO = 0.6180339887498949


@dataclass(frozen=True, eq=False)
class Stamps:
    """Round trips as arrays, relative to the newest, so that a float holds nanoseconds after years of uptime.

    Attributes:
        age_s: (n,) device time of reception, seconds, the newest 0.
        low_ns: (n,) h0 - d1.
        high_ns: (n,) h3 - d2.
        event_ns: (n,) h3 - d1.
        arrival_ns: (n,) h3, rising.
    """

    age_s: F64
    low_ns: F64
    high_ns: F64
    event_ns: F64
    arrival_ns: NDArray[np.int64]


@dataclass(frozen=True)
class Fit:
    """offset = offset_ns + slope_ns_per_s * age, with what is not known about either (95 %).

    `interval_ns` is the connection interval that was found, or None.
    """

    offset_ns: float
    slope_ns_per_s: float
    uncertainty_ns: float
    slope_uncertainty_ns_per_s: float
    interval_ns: float | None


def fit(stamps: Stamps) -> Fit:
    """The best line through what is known; needs two round trips at least."""
    slope = closest_slope_above(stamps.age_s, stamps.low_ns)
    interval_ns = connection_interval_ns(stamps.arrival_ns[-RECENT_ARRIVALS:])
    if interval_ns is not None and _spread(_level(stamps.low_ns, stamps.age_s, slope)) > interval_ns / 2:
        return _fit_with_events(stamps, slope, interval_ns)
    return _fit_without_events(stamps, slope)


def _fit_with_events(stamps: Stamps, slope: float, interval_ns: float) -> Fit:
    age_s = stamps.age_s
    floor_ns = float((stamps.low_ns - slope * age_s).max())
    above_ns = stamps.event_ns - slope * age_s - floor_ns
    intervals = np.floor(above_ns / interval_ns + EARLY_SHARE)
    aligned_ns = stamps.event_ns - intervals * interval_ns
    slope = robust_slope(age_s, aligned_ns, slope)
    rest_ns = aligned_ns - slope * age_s
    received_ns = float(np.median(rest_ns))
    scatter_ns = max(LEAST_SCATTER_NS, MAD_TO_SD * float(np.median(np.abs(rest_ns - received_ns))))
    # A time stamp that an end took too late may put a lower bound too high; the events know better.
    level_ns = stamps.low_ns - slope * age_s
    level_ns = level_ns[level_ns <= received_ns + scatter_ns]
    if len(level_ns) == 0:
        level_ns = np.array([received_ns])
    spacing_ns = max(_spacing(level_ns.max() - level_ns), interval_ns / (len(level_ns) + 1))
    sent_ns = float(level_ns.max()) + spacing_ns
    count = len(age_s)
    slope_uncertainty = 2.0 * scatter_ns / (max(float(age_s.std()), 1e-3) * np.sqrt(count))
    slope_uncertainty = min(2e3 * PRIOR_DRIFT_PPM, float(slope_uncertainty))
    return Fit(
        offset_ns=(sent_ns + received_ns) / 2,
        slope_ns_per_s=slope,
        uncertainty_ns=abs(received_ns - sent_ns) / 2
        + spacing_ns
        + 2.0 * scatter_ns / np.sqrt(count)
        + slope_uncertainty * abs(float(age_s.mean()))
        + FLOOR_NS,
        slope_uncertainty_ns_per_s=slope_uncertainty,
        interval_ns=interval_ns,
    )


def _fit_without_events(stamps: Stamps, slope: float) -> Fit:
    level_ns = stamps.low_ns - slope * stamps.age_s
    floor_ns = float(level_ns.max())
    ceiling_ns = stamps.high_ns - slope * stamps.age_s
    corridor_ns = max(0.0, float(ceiling_ns.min()) - floor_ns)
    spacing_ns = max(_spacing(floor_ns - level_ns), corridor_ns / (len(level_ns) + 1))
    fixed_ns = max(0.0, corridor_ns - SPREAD_MARGIN * _spread(level_ns)) / 2
    uncertainty_ns = SPACING_FACTOR * spacing_ns + FLOOR_NS + fixed_ns
    # Who stamps late by turns stamps late at best, too: without events nothing shows by how much.
    lateness_ns = float(np.median(ceiling_ns) - ceiling_ns.min())
    span_s = max(float(-stamps.age_s.min()), 1e-3)
    return Fit(
        offset_ns=floor_ns + min(spacing_ns + PATH_NS + fixed_ns, corridor_ns / 2),
        slope_ns_per_s=slope,
        uncertainty_ns=uncertainty_ns + min(lateness_ns, corridor_ns / 2),
        slope_uncertainty_ns_per_s=min(2e3 * PRIOR_DRIFT_PPM, 2.0 * uncertainty_ns / span_s),
        interval_ns=None,
    )


def _level(low_ns: F64, age_s: F64, slope: float) -> F64:
    return low_ns - slope * age_s


def _spread(level_ns: F64) -> float:
    """Range of evenly spread delays, without regard to the slowest twentieth."""
    return float(np.quantile(level_ns.max() - level_ns, 0.95)) / 0.95


def _spacing(excess_ns: F64) -> float:
    """Mean spacing of the shortest delays in ns.

    Args:
        excess_ns: (n,) how far each lower bound lies under the line, >= 0, in any order.
    """
    ranked = np.sort(excess_ns)
    rank = min(SPACING_RANK, len(ranked) - 1)
    return float(ranked[rank] / max(rank - 1, 1))


def robust_slope(age_s: F64, offset_ns: F64, first_guess: float) -> float:
    """Slope in ns per second of the line through (n,) points, by Huber's loss, with the prior of quartz
    drift.
    """
    weights = np.ones_like(age_s)
    slope = first_guess
    for _ in range(10):
        mean_age = float(np.average(age_s, weights=weights))
        level = float(np.average(offset_ns - slope * (age_s - mean_age), weights=weights))
        rest = np.abs(offset_ns - level - slope * (age_s - mean_age))
        scatter_ns = max(LEAST_SCATTER_NS, MAD_TO_SD * float(np.median(rest)))
        weights = HUBER_SCATTERS * scatter_ns / np.maximum(rest, HUBER_SCATTERS * scatter_ns)
        centred = age_s - float(np.average(age_s, weights=weights))
        prior = (scatter_ns / (1e3 * PRIOR_DRIFT_PPM)) ** 2
        slope = float((weights * centred * offset_ns).sum() / ((weights * centred**2).sum() + prior))
    return float(np.clip(slope, -1e3 * MAX_DRIFT_PPM, 1e3 * MAX_DRIFT_PPM))


def closest_slope_above(age_s: F64, low_ns: F64) -> float:
    """Slope in ns per second of the line over all lower bounds that lies closest to them.

    Least sum of distances is the most likely line for delays that are positive and exponential (Moon,
    Skelly and Towsley, "Estimation and removal of clock skew from network delay measurements", INFOCOM
    1999). The prior decides while the span is short. The cost is convex in the slope: golden-section
    search.
    """
    mean_age, mean_low, count = float(age_s.mean()), float(low_ns.mean()), len(age_s)

    def distance(slope: float) -> float:
        return float(np.max(low_ns - slope * age_s)) + slope * mean_age - mean_low

    scale_ns = max(distance(0.0), float(FLOOR_NS))

    def cost(slope: float) -> float:
        return count * distance(slope) / scale_ns + 0.5 * (slope / (1e3 * PRIOR_DRIFT_PPM)) ** 2

    low, high = -1e3 * MAX_DRIFT_PPM, 1e3 * MAX_DRIFT_PPM
    left, right = high - GOLDEN_RATIO * (high - low), low + GOLDEN_RATIO * (high - low)
    cost_left, cost_right = cost(left), cost(right)
    while high - low > 5.0:
        if cost_left <= cost_right:
            high, right, cost_right = right, left, cost_left
            left = high - GOLDEN_RATIO * (high - low)
            cost_left = cost(left)
        else:
            low, left, cost_left = left, right, cost_right
            right = low + GOLDEN_RATIO * (high - low)
            cost_right = cost(right)
    return (low + high) / 2
