"""The insole's clock on the host's time base, from round trips of the TIME command. Pure: no clock is read
here.

`fit` explains how offset and drift follow from the time stamps, and how well.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from plantigrade.bridge.clock.fit import GOLDEN_RATIO, Stamps, fit

STEP_TOLERANCE_NS = 3_000_000
STEPS_TO_BELIEVE = 2
PACING_SHARE = 1.2
WANDER_PPM = 2.0
"""How far a quartz wanders with temperature from the rate that was last measured, beyond what is uncertain
about that."""


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

    `uncertainty_ns` holds at `reference_us`; `uncertainty_at_ns` adds what the drift, and its wandering with
    temperature, may have done since. `interval_ms` is the connection interval as far as it shows in the time
    stamps.
    """

    reference_us: int
    host_at_reference_ns: int
    drift_ppm: float
    uncertainty_ns: int
    drift_uncertainty_ppm: float
    round_trips: int
    interval_ms: float | None = None

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
        return self.uncertainty_ns + round(elapsed_us * (self.drift_uncertainty_ppm + WANDER_PPM) * 1e-3)


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
        the first few on; its length is not reported by every platform, but no round trip is shorter.

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
        trips = np.array(self._trips_as_tuples(), dtype=np.int64)
        sent_ns, received_us, answered_us, arrived_ns = trips.T
        device_ns = base_ns + 1000 * received_us
        found = fit(
            Stamps(
                age_s=(received_us - reference_us) * 1e-6,
                low_ns=(sent_ns - device_ns).astype(np.float64),
                high_ns=(arrived_ns - base_ns - 1000 * answered_us).astype(np.float64),
                event_ns=(arrived_ns - device_ns).astype(np.float64),
                arrival_ns=arrived_ns,
            )
        )
        return ClockEstimate(
            reference_us=reference_us,
            host_at_reference_ns=base_ns + 1000 * reference_us + round(found.offset_ns),
            drift_ppm=found.slope_ns_per_s * 1e-3,
            uncertainty_ns=round(found.uncertainty_ns),
            drift_uncertainty_ppm=found.slope_uncertainty_ns_per_s * 1e-3,
            round_trips=len(self._trips),
            interval_ms=None if found.interval_ns is None else found.interval_ns * 1e-6,
        )

    def _trips_as_tuples(self) -> list[tuple[int, int, int, int]]:
        return [
            (trip.host_sent_ns, trip.device_received_us, trip.device_sent_us, trip.host_received_ns)
            for trip in self._trips
        ]
