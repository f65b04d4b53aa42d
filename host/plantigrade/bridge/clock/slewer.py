"""A time line without jumps, made from estimates that improve while frames come in.

Each new estimate may differ from the last by a millisecond. Stamping frames with it directly would shorten
or lengthen the stride during which it changes. The steady clock approaches the estimate at no more than
`SLEW_PPM` instead, so that a stride of one second is never wrong by more than a millisecond.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantigrade.bridge.clock.estimate import ClockEstimate

SLEW_PPM = 1000.0
STEP_NS = 100_000_000
"""An error this large is not slewed away but taken at once: the clock has stepped."""


@dataclass
class ClockSlewer:
    """Maps rising device times of one boot to host times, rising and nearly even."""

    _last_us: int | None = None
    _last_ns: int = 0

    def host_ns_array(self, device_us: NDArray[np.int64], estimate: ClockEstimate) -> NDArray[np.int64]:
        """Host times (n,) of device times (n,) that follow those of the call before."""
        wanted = estimate.host_ns_array(device_us)
        stamped = wanted
        if self._last_us is not None and device_us[0] >= self._last_us:
            # How far the last time stamp lies behind (negative: before) what is known now.
            error_ns = self._last_ns - estimate.host_ns(self._last_us)
            if abs(error_ns) <= STEP_NS:
                room_ns = (device_us - self._last_us) * (SLEW_PPM * 1e-3)
                left_ns = np.sign(error_ns) * np.maximum(0.0, abs(error_ns) - room_ns)
                stamped = wanted + np.rint(left_ns).astype(np.int64)
        self._last_us, self._last_ns = int(device_us[-1]), int(stamped[-1])
        return stamped
