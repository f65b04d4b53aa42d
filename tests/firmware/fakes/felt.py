"""What virtual sensors feel, as a test says it."""


class Steady:
    """Sensors that always feel the same: counts of the widest ranges in the chip's axes."""

    def __init__(self, *motion):
        self.motion = motion

    def force_share(self):
        return 1000

    def reading(self, index):
        return 0

    def motion_into(self, time_us, motion):
        for channel in range(6):
            motion[channel] = self.motion[channel]
        return True
