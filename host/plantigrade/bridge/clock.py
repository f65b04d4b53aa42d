"""The insole's clock on the host's time base, from round trips. Pure: no clock is read here.

What is known for certain: a TIME command that left the host at h0 and reached the insole at d1 says that
offset = host - device is at least h0 - d1; its reply, which left the insole at d2 and reached the host at
h3, says that the offset is at most h3 - d2. Queueing only ever makes these bounds looser, never wrong.

Over BLE the two directions are not alike. The reply always waits for the connection event that follows the
one which brought the command, so its delay is nearly constant and unknown; the middle of the round trip is
therefore wrong by up to half a connection interval, however short the round trip. The command leaves the
host at a moment of the host's choosing. Sent at random moments, its delay is spread evenly between nothing
and one interval, and the best of many is close to nothing. The estimate therefore rests on the forward
path: the line that no lower bound exceeds and to which the bounds come closest, with a mild prior for the
drift of quartz. How far the best of n falls short of zero is seen from how densely the n best lie (for
evenly spread delays the shortest is, in the mean, as long as the spacing of those that follow), which
corrects the offset and gives its uncertainty. What the spread of the delays does not account for of the
shortest round trip is taken for a fixed delay, the same both ways.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MAX_DRIFT_PPM = 150.0
"""A quartz oscillator over temperature and age is within 50 ppm, and so is the host's."""
PRIOR_DRIFT_PPM = 40.0
"""Standard deviation of the relative drift that is expected before anything is measured."""
SPACING_RANK = 7
"""The shortest delay is judged by the spacing up to this rank; two of the ranks are taken up by the line
itself.
"""
SPACING_FACTOR = 3.5
"""Stated uncertainty in spacings. For an exponential law 3 spacings cover 95 %; the rest pays for the drift.
"""
PATH_NS = 400_000
"""What host stack, radio and interpreter take at their best between the two time stamps of one direction."""
FLOOR_NS = 800_000
"""No statement is tighter than this: it covers paths from 0 to three times `PATH_NS`."""
STEP_TOLERANCE_NS = 3_000_000
STEPS_TO_BELIEVE = 2
PACING_SHARE = 1.2
SPREAD_MARGIN = 1.1
GOLDEN_RATIO = 0.6180339887498949


@dataclass(frozen=True)
class RoundTrip:
    """The four time stamps of one TIME command: host clock in ns, device clock in us."""

    host_sent_ns: int
    device_received_us: int
    device_sent_us: int
    host_received_ns: int

    @property
    def is_causal(self) -> bool:
        """False when an end claims to have answered before it was asked."""
        return (
            self.host_received_ns >= self.host_sent_ns
            and 0 <= self.device_received_us <= self.device_sent_us < 1 << 62
        )

    @property
    def delay_ns(self) -> int:
        """Time under way, both directions together."""
        return (
            self.host_received_ns - self.host_sent_ns - 1000 * (self.device_sent_us - self.device_received_us)
        )


@dataclass(frozen=True)
class ClockEstimate:
    """host_ns = host_at_reference_ns + 1000 (1 + drift_ppm 1e-6) (device_us - reference_us), as far as known.

    `uncertainty_ns` holds at `reference_us`; `uncertainty_at_ns` adds what the drift may have done since.
    """

    reference_us: int
    host_at_reference_ns: int
    drift_ppm: float
    uncertainty_ns: int
    drift_uncertainty_ppm: float
    round_trips: int

    def host_ns(self, device_us: int) -> int:
        """Host time of a device time."""
        elapsed_us = device_us - self.reference_us
        return self.host_at_reference_ns + 1000 * elapsed_us + round(elapsed_us * self.drift_ppm * 1e-3)

    def host_ns_array(self, device_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Host times of device times, both (n,)."""
        elapsed_us = device_us - self.reference_us
        drift_ns = np.rint(elapsed_us * (self.drift_ppm * 1e-3)).astype(np.int64)
        return self.host_at_reference_ns + 1000 * elapsed_us + drift_ns

    def uncertainty_at_ns(self, device_us: int) -> int:
        """Uncertainty (95 %) of the host time of a device time."""
        elapsed_us = abs(device_us - self.reference_us)
        return self.uncertainty_ns + round(elapsed_us * self.drift_uncertainty_ppm * 1e-3)


@dataclass
class ClockSync:
    """Estimates offset and drift of one insole's clock for one boot.

    `window_s` bounds how far back round trips count, because drift follows temperature; `capacity` bounds
    memory. Round trips that contradict what is known are not used: one is an outlier (counted), several in
    a row mean that one of the clocks has stepped (counted; the past is dropped).
    """

    window_s: float = 600.0
    capacity: int = 600
    outliers: int = 0
    steps: int = 0
    estimate: ClockEstimate | None = None
    _trips: deque[RoundTrip] = field(default_factory=deque[RoundTrip])
    _suspects: list[RoundTrip] = field(default_factory=list[RoundTrip])

    def reset(self) -> None:
        """The insole has started anew: its clock has nothing to do with the one before."""
        self._trips.clear()
        self._suspects.clear()
        self.estimate = None

    def add(self, trip: RoundTrip) -> ClockEstimate | None:
        """Take one round trip into account and return the new estimate (None until there are two)."""
        if not trip.is_causal:
            self.outliers += 1
            return self.estimate
        if self._contradicts(trip):
            self._suspects.append(trip)
            if len(self._suspects) < STEPS_TO_BELIEVE:
                self.outliers += 1
                return self.estimate
            self.steps += 1
            self._trips = deque(self._suspects)
        else:
            self._trips.append(trip)
        self._suspects = []
        self._forget(trip.device_received_us)
        self.estimate = self._solve() if len(self._trips) >= 2 else None
        return self.estimate

    def next_wait_s(self, count: int) -> float:
        """How long to wait after a reply before the next command, so that the moments sweep a connection
        interval.

        A reply arrives at a connection event. Waits in golden-ratio steps cover the interval evenly from
        the first few on; its length is not told by every platform, but no round trip is shorter.

        Args:
            count: how many round trips were made on this connection.
        """
        shortest_ns = min((trip.delay_ns for trip in self._trips), default=50_000_000)
        return 1e-9 * min(max(PACING_SHARE * shortest_ns, 5e6), 150e6) * (count * GOLDEN_RATIO % 1.0)

    def _contradicts(self, trip: RoundTrip) -> bool:
        known = self.estimate
        if known is None:
            return False
        slack = known.uncertainty_at_ns(trip.device_received_us) + STEP_TOLERANCE_NS
        too_early = trip.host_received_ns < known.host_ns(trip.device_sent_us) - slack
        too_late = trip.host_sent_ns > known.host_ns(trip.device_received_us) + slack
        return too_early or too_late

    def _forget(self, newest_us: int) -> None:
        oldest_us = newest_us - round(self.window_s * 1e6)
        while len(self._trips) > self.capacity or self._trips[0].device_received_us < oldest_us:
            self._trips.popleft()

    def _solve(self) -> ClockEstimate:
        last = self._trips[-1]
        reference_us = last.device_received_us
        base_ns = last.host_sent_ns - 1000 * reference_us
        age_s = np.array([(trip.device_received_us - reference_us) * 1e-6 for trip in self._trips])
        # Offsets relative to base_ns, so that a float holds nanoseconds after years of uptime.
        low_ns = np.array(
            [trip.host_sent_ns - 1000 * trip.device_received_us - base_ns for trip in self._trips],
            dtype=np.float64,
        )
        high_ns = np.array(
            [trip.host_received_ns - 1000 * trip.device_sent_us - base_ns for trip in self._trips],
            dtype=np.float64,
        )
        slope = _best_slope(age_s, low_ns)
        level_ns = low_ns - slope * age_s
        floor_ns = float(level_ns.max())
        corridor_ns = max(0.0, float(np.min(high_ns - slope * age_s)) - floor_ns)
        spacing_ns = max(_spacing(floor_ns - level_ns), corridor_ns / (len(level_ns) + 1))
        fixed_ns = _fixed_share(floor_ns - level_ns, corridor_ns)
        offset_ns = floor_ns + min(spacing_ns + PATH_NS + fixed_ns, corridor_ns / 2)
        span_s = max(float(-age_s.min()), 1e-3)
        doubt_ns = SPACING_FACTOR * spacing_ns + FLOOR_NS + fixed_ns
        return ClockEstimate(
            reference_us=reference_us,
            host_at_reference_ns=base_ns + 1000 * reference_us + round(offset_ns),
            drift_ppm=slope * 1e-3,
            uncertainty_ns=round(doubt_ns),
            drift_uncertainty_ppm=min(2.0 * PRIOR_DRIFT_PPM, 2.0 * doubt_ns * 1e-3 / span_s),
            round_trips=len(self._trips),
        )


def _spacing(excess_ns: NDArray[np.float64]) -> float:
    """Mean spacing of the shortest delays in ns.

    Args:
        excess_ns: (n,) how far each lower bound lies under the line, >= 0, in any order.
    """
    ranked = np.sort(excess_ns)
    rank = min(SPACING_RANK, len(ranked) - 1)
    return float(ranked[rank] / max(rank - 1, 1))


def _fixed_share(excess_ns: NDArray[np.float64], corridor_ns: float) -> float:
    """Half of the shortest round trip that connection events do not account for, in ns.

    With connection events the forward delays are spread as widely as the shortest round trip is long, and
    nothing is left. Without them (USB, or a host whose stack takes its time) the delays lie close together,
    the shortest round trip is a fixed delay both ways, and its middle is the best guess, with half of it as
    the doubt.
    """
    spread_ns = float(np.quantile(excess_ns, 0.95)) / 0.95
    return max(0.0, corridor_ns - SPREAD_MARGIN * spread_ns) / 2


def _best_slope(age_s: NDArray[np.float64], low_ns: NDArray[np.float64]) -> float:
    """Slope (ns of offset per second, that is 1e-3 ppm) of the line over all lower bounds that lies closest
    to them.

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
