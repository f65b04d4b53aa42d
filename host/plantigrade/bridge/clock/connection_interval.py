"""The connection interval of a Bluetooth link, from nothing but the arrival times of messages."""

import numpy as np
from numpy.typing import NDArray

UNIT_NS = 1_250_000
"""Bluetooth counts connection intervals in 1.25 ms."""
CANDIDATES_NS: NDArray[np.float64] = UNIT_NS * np.arange(6, 161, dtype=np.float64)
"""7.5 to 200 ms."""
FEWEST_ARRIVALS = 17
COHERENCE = 0.75


def connection_interval_ns(arrivals_ns: NDArray[np.int64]) -> float | None:
    """The interval in ns, or None when the arrivals keep to none.

    Messages arrive at connection events, so that the time between two of them is a whole number of
    intervals. The interval sought is the candidate for which the remainders lie closest to zero; its
    fractions fit as well, but suffer more from jitter. Differences of neighbours are used because over
    minutes the two clocks drift apart.

    Args:
        arrivals_ns: (n,) rising, on the host's clock.
    """
    if len(arrivals_ns) < FEWEST_ARRIVALS:
        return None
    between = np.diff(arrivals_ns).astype(np.float64)
    fit = np.cos(2 * np.pi * between[:, None] / CANDIDATES_NS).mean(axis=0)
    best = len(fit) - 1 - int(np.argmax(fit[::-1]))
    return float(CANDIDATES_NS[best]) if fit[best] >= COHERENCE else None
