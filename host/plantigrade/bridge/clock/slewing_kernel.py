"""The time stamps of one record's frames, compiled; `slewer` explains what they are."""

import numpy as np

from plantigrade.array_types import I64
from plantigrade.compiled import compiled


@compiled()
def slewed_ns(
    device_us: I64,
    reference_us: int,
    host_at_reference_ns: int,
    drift_ns_per_us: float,
    last_us: int,
    error_ns: int,
    slew_ns_per_us: float,
    host_ns: I64,
) -> int:
    """Host times of rising device times, written into `host_ns`.

    Args:
        device_us: (n,) device times.
        reference_us, host_at_reference_ns, drift_ns_per_us: the estimate.
        last_us: device time that was stamped last.
        error_ns: how far its time stamp lies behind what the estimate says now; 0: nothing to slew away.
        slew_ns_per_us: how fast the error is slewed away.
        host_ns: (n,), written.

    Returns:
        The greatest distance from the estimate, ns.
    """
    farthest_ns = np.int64(0)
    for row in range(len(device_us)):
        elapsed_us = device_us[row] - reference_us
        known_ns = host_at_reference_ns + 1000 * elapsed_us + np.int64(np.rint(elapsed_us * drift_ns_per_us))
        room_ns = (device_us[row] - last_us) * slew_ns_per_us
        left_ns = np.int64(np.rint(np.sign(error_ns) * max(0.0, abs(error_ns) - room_ns)))
        host_ns[row] = known_ns + left_ns
        farthest_ns = max(farthest_ns, abs(left_ns))
    return int(farthest_ns)
