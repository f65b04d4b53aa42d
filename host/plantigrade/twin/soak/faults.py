"""The seeded schedule of a soak: when the host is in reach, and what goes wrong when."""

import random
from dataclasses import dataclass

SIDES = ("left", "right")
PER_DAY = {
    "power_cut": 8,
    "link_cut": 16,
    "link_lost_silently": 12,
    "host_killed": 8,
    "host_stalled": 8,
    "disk_full": 4,
    "bad_air": 12,
    "bit_flipped": 12,
    "clock_drift_changed": 24,
    "wall_clock_stepped": 4,
}
NEEDS_REACH = (
    "link_cut",
    "link_lost_silently",
    "host_killed",
    "host_stalled",
    "disk_full",
    "bad_air",
    "bit_flipped",
)
WINDOWS_PER_DAY = 16


@dataclass(frozen=True, order=True)
class Fault:
    """Something that goes wrong.

    Attributes:
        at_s: when, since the start.
        kind: what, a key of `PER_DAY`.
        side: which insole, where it matters.
        size: how much, 0 to 1; what that means depends on the kind.
    """

    at_s: float
    kind: str
    side: str
    size: float


@dataclass(frozen=True)
class Schedule:
    """Attributes: `windows`, (from_s, to_s) in which the insoles are in reach; `faults`, in order."""

    windows: list[tuple[float, float]]
    faults: list[Fault]

    def in_reach(self, at_s: float) -> bool:
        """Whether the insoles are in reach of the host."""
        return any(first <= at_s < end for first, end in self.windows)


def make_schedule(hours: float, seed: int) -> Schedule:
    """A schedule for so many hours; the same seed gives the same one."""
    draw = random.Random(seed)
    total_s = hours * 3600
    count = max(2, round(WINDOWS_PER_DAY * hours / 24))
    raster = total_s / count
    windows = [
        (number * raster + draw.uniform(0, 0.3) * raster, number * raster + draw.uniform(0.45, 0.8) * raster)
        for number in range(count)
    ]
    faults: list[Fault] = []
    for kind, per_day in PER_DAY.items():
        for _ in range(max(1, round(per_day * hours / 24))):
            at_s = draw.uniform(0.02, 0.97) * total_s
            if kind in NEEDS_REACH:
                first, end = draw.choice(windows)
                at_s = draw.uniform(first, end)
            faults.append(Fault(at_s, kind, draw.choice(SIDES), draw.random()))
    return Schedule(windows, sorted(faults))
