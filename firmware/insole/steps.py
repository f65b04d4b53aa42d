"""Steps, cadence and what the wearer does, from the total load on one foot. Whole numbers only.

The totals are raw counts, without calibration, so every threshold follows the load seen: a foot contact is a
rise through 3/8 of the range between the swing's floor and the recent peak, armed again below 1/4. Fixed
limits exist in time (no stride under 0.45 s) and for the smallest range that can be a person.
"""

import micropython

from insole_protocol import ids

SLOTS_PER_S = 100
MIN_RANGE = 1500  # counts, sum of all sensors: about the load of 70 N
MIN_STRIDE_SLOTS = 45
MIN_SWING_SLOTS = 8
MAX_STRIDE_SLOTS = 250
STRIDES_AVERAGED = 4
NOT_WORN_SLOTS = 300 * SLOTS_PER_S
CADENCE_NUMERATOR = 2 * 60 * 10 * SLOTS_PER_S  # two steps a stride, in 0.1 steps/min


class StepCounter:
    """Fed with every slot's counts.

    Attributes:
        steps: contacts of this foot since boot.
        cadence: steps of both feet a minute, in tenths; 0 when not walking.
        wear: `insole_protocol.ids.WEAR_*`.
    """

    def __init__(self):
        self.steps = 0
        self.cadence = 0
        self.wear = ids.WEAR_UNKNOWN
        self._floor = -1
        self._peak = 0
        self._empty = 0  # the lowest load seen, forgotten slowly: the sheet without a foot
        self._known = False  # whether both loaded and empty have been seen
        self._slot = 0
        self._armed = False
        self._low_slots = 0
        self._since_step = MAX_STRIDE_SLOTS
        self._strides = 0  # in the present run of steady walking
        self._interval_sum = 0
        self._unloaded_slots = 0

    @micropython.native
    def feed(self, frames, base):
        """One slot: 16 counts from `frames[base]` on. Returns the highest of them."""
        total = 0
        highest = 0
        for index in range(base, base + 16):
            count = frames[index]
            total += count
            if count > highest:
                highest = count
        self.follow(total)
        return highest

    def follow(self, total):
        """One slot of total load, in counts."""
        if self._floor < 0:
            self._floor = self._peak = self._empty = total
        floor = self._floor
        if total < floor:
            self._floor = floor = total
        else:
            self._floor = floor = floor + ((total - floor) >> 10)
        if total > self._peak:
            self._peak = total
        else:
            self._peak -= (self._peak - floor) >> 8
        self._slot = (self._slot + 1) & 511
        if total < self._empty:
            self._empty = total
        elif not self._slot:
            self._empty += 1
        self._contact(total, self._peak - floor)
        self._judge_wear(total - self._empty)

    def _contact(self, total, load_range):
        if self._since_step < MAX_STRIDE_SLOTS:
            self._since_step += 1
        elif self._strides:
            self._strides = 0
            self._interval_sum = 0
            self.cadence = 0
        if load_range < MIN_RANGE:
            return
        above = total - self._floor
        if above * 4 < load_range:
            self._low_slots += 1
            if self._low_slots >= MIN_SWING_SLOTS:
                self._armed = True
        elif above * 8 < load_range * 3:
            return
        else:
            self._low_slots = 0
            if self._armed and self._since_step >= MIN_STRIDE_SLOTS:
                self._armed = False
                self._step()

    def _step(self):
        self.steps += 1
        interval = self._since_step
        self._since_step = 0
        if interval >= MAX_STRIDE_SLOTS:
            self._strides = 1  # the first contact of a walk has no stride yet
            return
        self._strides += 1
        if self._strides <= STRIDES_AVERAGED + 1:
            self._interval_sum += interval
        else:
            self._interval_sum += interval - self._interval_sum // STRIDES_AVERAGED
        counted = min(self._strides - 1, STRIDES_AVERAGED)
        self.cadence = CADENCE_NUMERATOR * counted // self._interval_sum

    def _judge_wear(self, load):
        if load > MIN_RANGE // 2:
            self._known = True
            self._unloaded_slots = 0
        elif self._unloaded_slots < NOT_WORN_SLOTS:
            self._unloaded_slots += 1
        if self._strides >= 2:
            self.wear = ids.WEAR_WALKING
        elif self._unloaded_slots >= NOT_WORN_SLOTS:
            self.wear = ids.WEAR_NOT_WORN
        elif not self._known:
            self.wear = ids.WEAR_UNKNOWN
        elif self._since_step >= MAX_STRIDE_SLOTS:
            self.wear = ids.WEAR_UNLOADED if self._unloaded_slots else ids.WEAR_STANDING
