"""The cell of an insole without firmware: charge out by mode and radio, charge in at night, and what its
gauge says."""

from dataclasses import dataclass
from itertools import pairwise

from insole_protocol import ids

CURVE = ((3300, 0), (3600, 10), (3700, 25), (3780, 45), (3870, 60), (3970, 75), (4080, 90), (4180, 100))
"""Millivolts at rest and what is left in percent, as in `firmware/drivers/battery` (a test compares)."""
LOW_PCT = 15
UNKNOWN_PCT = 255
S_PER_H = 3600.0


@dataclass(frozen=True)
class Currents:
    """What an insole draws from its cell, in milliamperes (`hardware/power`).

    Attributes:
        daily_ma: sampling in daily mode, radio left out.
        live_ma: sampling and processor awake in live mode, radio in it.
        sleep_ma: off the foot in deep sleep.
        radio_ma: beside `daily_ma` while the radio transfers at its full rate.
    """

    daily_ma: float
    live_ma: float
    sleep_ma: float
    radio_ma: float


@dataclass
class Battery:
    """One cell.

    Attributes:
        capacity_mah: that can be used, down to 3.3 V.
        currents: of the insole.
        charge_ma: of the charger.
        left_mah: in it now.
        charging: whether it is on the charger.
        drawn_mah, drawn_s: what it has given, and over how long, ever.
    """

    capacity_mah: float
    currents: Currents
    charge_ma: float
    left_mah: float
    charging: bool = False
    drawn_mah: float = 0.0
    drawn_s: float = 0.0

    def pass_time(self, seconds: float, mode: int | None, transfer_s: float = 0.0) -> None:
        """Time passes in a mode (None: asleep or off), of which the radio transferred for `transfer_s`."""
        currents = self.currents
        if mode is None or mode == ids.MODE_IDLE:
            mean_ma = currents.sleep_ma
        else:
            mean_ma = currents.live_ma if mode == ids.MODE_LIVE else currents.daily_ma
        used_mah = mean_ma * seconds / S_PER_H
        if mode != ids.MODE_LIVE:
            used_mah += currents.radio_ma * transfer_s / S_PER_H
        if mode is not None:
            self.drawn_mah += used_mah
            self.drawn_s += seconds
        gained_mah = self.charge_ma * seconds / S_PER_H if self.charging else 0.0
        self.left_mah = min(self.capacity_mah, max(0.0, self.left_mah - used_mah + gained_mah))

    @property
    def empty(self) -> bool:
        """Whether the insole must sleep until someone charges it."""
        return self.left_mah <= 0.0 and not self.charging

    @property
    def millivolts(self) -> int:
        """At rest, from what is left."""
        left = 100.0 * self.left_mah / self.capacity_mah
        for (below_mv, below), (above_mv, above) in pairwise(CURVE):
            if left <= above:
                return below_mv + round((above_mv - below_mv) * (left - below) / (above - below))
        return CURVE[-1][0]

    @property
    def percent(self) -> int:
        """What the gauge says, in whole percent."""
        return percent_of(self.millivolts)

    @property
    def flags(self) -> int:
        """The flags of a record about the battery."""
        low = ids.STATUS_BATTERY_LOW if self.percent < LOW_PCT else 0
        return (ids.STATUS_CHARGING if self.charging else 0) | low

    @property
    def mean_ma(self) -> float:
        """Mean current while the insole ran; 0 before it did."""
        return self.drawn_mah * S_PER_H / self.drawn_s if self.drawn_s else 0.0


def percent_of(millivolts: int) -> int:
    """What is left in a cell with this voltage at rest, as the firmware reckons.

    >>> [percent_of(millivolts) for millivolts in (3200, 3650, 3780, 4200)]
    [0, 17, 45, 100]
    """
    below_mv, below = CURVE[0]
    if millivolts <= below_mv:
        return 0
    for above_mv, above in CURVE:
        if millivolts <= above_mv:
            return below + (above - below) * (millivolts - below_mv) // (above_mv - below_mv)
        below_mv, below = above_mv, above
    return 100
