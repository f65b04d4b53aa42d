"""Comparisons of clocks that a journal holds as they were made, fitted when it becomes a recording. Pure.

A bridge fits while it collects and writes its estimates; a phone has no numerical library and writes what it
measured. All comparisons of ten minutes are fitted together: an estimate knows the later ones as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from plantigrade.bridge.clock.estimate import ClockEstimate, ClockSync, RoundTrip


@dataclass
class RoundTrips:
    """The comparisons of one insole's clock, by its boot and by the run of the host's clock; that is named
    by the difference between UTC and the host's monotonic time."""

    _trips: dict[tuple[int, int], list[RoundTrip]] = field(
        default_factory=dict[tuple[int, int], list[RoundTrip]]
    )

    def add(self, boot: int, shift_ns: int, trip: RoundTrip) -> None:
        """Another one."""
        self._trips.setdefault((boot, shift_ns), []).append(trip)

    def estimates(self) -> Iterator[tuple[int, ClockEstimate]]:
        """Boot and estimate, in UTC, of each ten minutes in which the clocks were compared twice or more.

        >>> trips = RoundTrips()
        >>> for second in range(3):
        ...     sent_ns = second * 10**9
        ...     received_us = sent_ns // 1000 + 20_000
        ...     trips.add(4, 7, RoundTrip(sent_ns, received_us, received_us + 100, sent_ns + 40_100_000))
        >>> [(boot, estimate.round_trips) for boot, estimate in trips.estimates()]
        [(4, 3)]
        """
        for (boot, shift_ns), trips in self._trips.items():
            sync, began_us = ClockSync(), 0
            found: list[ClockEstimate] = []
            for trip in sorted(trips, key=lambda one: one.host_sent_ns):
                if trip.device_received_us - began_us > sync.window_s * 1e6:
                    found += [sync.estimate] if sync.estimate else []
                    sync, began_us = ClockSync(), trip.device_received_us
                sync.add(trip)
            found += [sync.estimate] if sync.estimate else []
            for one in found:
                yield boot, replace(one, host_at_reference_ns=one.host_at_reference_ns + shift_ns)
