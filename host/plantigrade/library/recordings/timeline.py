"""Host time of every frame, from all the clock estimates that were recorded while it was collected. Pure."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from plantigrade.bridge.clock.estimate import WANDER_PPM, ClockEstimate
from plantigrade.library.recordings.frames import NO_TIME


@dataclass
class Timeline:
    """The estimates of one insole's clock, by boot; `host_at_reference_ns` in UTC."""

    _estimates: dict[int, list[ClockEstimate]] = field(default_factory=dict[int, list[ClockEstimate]])

    def add(self, boot: int, estimate: ClockEstimate) -> None:
        """Another estimate."""
        self._estimates.setdefault(boot, []).append(estimate)

    def place(
        self, boot: NDArray[np.uint16], device_us: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """UTC in ns and its uncertainty in us of device times; `NO_TIME` and -1 where the boot's clock is
        unknown.

        Between two estimates time runs straight from one to the other; before the first and after the last it
        runs at the rate which that one states.

        Args:
            boot: (n,) boot counter of each frame.
            device_us: (n,) its device time.
        """
        host_ns = np.full(len(device_us), NO_TIME, np.int64)
        uncertainty_us = np.full(len(device_us), -1, np.int32)
        for number, estimates in self._estimates.items():
            chosen = np.flatnonzero(boot == number)
            if len(chosen):
                host_ns[chosen], uncertainty_us[chosen] = _place_boot(estimates, device_us[chosen])
        return host_ns, uncertainty_us


def _place_boot(
    estimates: list[ClockEstimate], device_us: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    knots = sorted(estimates, key=lambda estimate: estimate.reference_us)
    at_us = np.array([knot.reference_us for knot in knots], np.int64)
    # Offsets from the first knot's rule: small numbers, so that a float holds them to the nanosecond.
    base_ns = knots[0].host_at_reference_ns - 1000 * knots[0].reference_us
    offset_ns = np.array(
        [knot.host_at_reference_ns - 1000 * knot.reference_us - base_ns for knot in knots], float
    )
    relative = np.interp(device_us, at_us, offset_ns)
    before_us = np.maximum(at_us[0] - device_us, 0)
    after_us = np.maximum(device_us - at_us[-1], 0)
    relative += after_us * (knots[-1].drift_ppm * 1e-3) - before_us * (knots[0].drift_ppm * 1e-3)
    uncertainty_ns = np.interp(device_us, at_us, np.array([knot.uncertainty_ns for knot in knots], float))
    uncertainty_ns += before_us * ((knots[0].drift_uncertainty_ppm + WANDER_PPM) * 1e-3)
    uncertainty_ns += after_us * ((knots[-1].drift_uncertainty_ppm + WANDER_PPM) * 1e-3)
    uncertainty_ns += _distance_us(at_us, device_us) * (WANDER_PPM * 1e-3)
    host_ns = base_ns + 1000 * device_us + np.rint(relative).astype(np.int64)
    return host_ns, np.minimum(uncertainty_ns * 1e-3, 2e9).astype(np.int32)


def _distance_us(at_us: NDArray[np.int64], device_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """How far each time is from the nearest knot, for times between knots; 0 outside."""
    right = np.clip(np.searchsorted(at_us, device_us), 1, max(1, len(at_us) - 1))
    if len(at_us) == 1:
        return np.zeros(len(device_us), np.int64)
    inside = np.minimum(device_us - at_us[right - 1], at_us[right] - device_us)
    return np.maximum(inside, 0)
