"""When nobody wears it the insole sleeps deeply, until it is moved or its button is pressed.

It sleeps once the foot has been away, and the accelerometer still, for ten minutes without a break, while
nobody is connected and no charger is there. What a host has not fetched yet keeps it awake for two hours
instead. A start by motion to which no foot came, as in a bag, ends after a minute. Motion wakes by the
accelerometer's pin; an insole without one, or whose sensor does not answer, stays awake.
"""

from insole_protocol import ids

QUIET_S = 600
UNFETCHED_S = 7200  # for as long it can be found by a host that has not got everything
CARRIED_S = 60  # after a start by motion, as long as no foot has come
FETCHED_SLOTS = 6000  # what a host may lack and still have got everything: the last minute
STILL_16_G = 125  # of acceleration from one second to the next, in counts of that range: 61 mg
LOADED_COUNTS = 1500  # above the empty sheet, all sensors together: as `steps.MIN_RANGE`
CHANNELS = 16
IMU_CHANNELS = 6
AXES = 3


class OffFoot:
    """Asked once a second by housekeeping.

    Attributes:
        quiet_s: for how long nobody has worn, moved or called it.
    """

    def __init__(self, insole, imu, rest_counts, woken):
        """`imu` or None; `rest_counts`: of one sensor without load; `woken`: this start was one from deep
        sleep."""
        self.quiet_s = 0
        self._insole = insole
        self._imu = imu
        self._rest = CHANNELS * rest_counts
        self._carried = woken
        self._quiet_from = 0  # slot
        self._acceleration = [0] * AXES
        self._was_still = False

    def check(self, connected):
        """A second has passed; sleeps when it is time. `connected`: a host is there, by radio or cable."""
        if connected or not self._may_sleep():
            self.quiet_s = 0
            return
        if not self.quiet_s:
            self._quiet_from = self._insole.recorder.next_seq
        self.quiet_s += 1
        if self.quiet_s >= self._patience_s():
            self.quiet_s = 0
            self._insole.power.sleep_until_moved(self._imu)

    def _may_sleep(self):
        insole = self._insole
        still = self._still()  # first: it remembers this second for the next
        if self._imu is None or not insole.power.motion_wakes or insole.modes.mode != ids.MODE_DAILY:
            return False
        if insole.battery.charger or insole.battery.charging or insole.erasing:
            return False
        return still and not self._worn()

    def _patience_s(self):
        if self._carried:
            return CARRIED_S
        recorder = self._insole.recorder
        fetched = recorder.acked_seq + FETCHED_SLOTS >= self._quiet_from
        return QUIET_S if fetched or not recorder.capacity_pages else UNFETCHED_S

    def _worn(self):
        """Whether a foot is in it; what is not known yet goes by the load alone."""
        wear = self._insole.gait.wear
        if wear == ids.WEAR_UNKNOWN:
            worn = self._load() > LOADED_COUNTS
        else:
            worn = wear in (ids.WEAR_WALKING, ids.WEAR_STANDING)
        if worn:
            self._carried = False
        return worn

    def _row(self):
        """Index of the row that was taken last."""
        sampler = self._insole.sampler
        return (sampler.tail + sampler.waiting() - 1) % sampler.rows

    def _load(self):
        at = self._row() * CHANNELS
        frames = self._insole.sampler.frames
        return sum([frames[at + i] for i in range(CHANNELS)]) - self._rest

    def _still(self):
        """Whether the acceleration is that of a second ago."""
        motion = self._insole.sampler.motion
        if motion is None or self._imu is None or self._imu.failing:
            return False
        at = self._row() * IMU_CHANNELS
        if motion[at] == motion[at + AXES] == ids.NO_MOTION:
            return self._was_still  # it is not known: as a second ago
        still = True
        most = STILL_16_G * 16 // self._imu.ranges[0]
        for axis in range(AXES):
            now = motion[at + axis]
            if abs(now - self._acceleration[axis]) > most:
                still = False
            self._acceleration[axis] = now
        self._was_still = still
        return still
