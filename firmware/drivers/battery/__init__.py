"""One lithium cell behind a divider, and the charger's status pin."""

from machine import ADC, Pin

UNKNOWN = 255
PRESENT_MV = 2500  # less is no cell at all: powered over USB
# Rest voltage of a LiPo cell under a light load (typical curve): millivolts and what is left in percent.
CURVE = ((3300, 0), (3600, 10), (3700, 25), (3780, 45), (3870, 60), (3970, 75), (4080, 90), (4180, 100))


def percent_of(millivolts):
    """What is left in the cell, 0 to 100, or UNKNOWN when there is none. Straight lines between points of
    CURVE."""
    if millivolts < PRESENT_MV:
        return UNKNOWN
    below_mv, below = CURVE[0]
    if millivolts <= below_mv:
        return 0
    for above_mv, above in CURVE:
        if millivolts <= above_mv:
            return below + (above - below) * (millivolts - below_mv) // (above_mv - below_mv)
        below_mv, below = above_mv, above
    return 100


class Battery:
    """Attributes: `millivolts`, smoothed; `percent` (255 unknown); `charging`. Refreshed by `measure`."""

    def __init__(self, board):
        self._adc = ADC(Pin(board.BATTERY_ADC_PIN), atten=ADC.ATTN_11DB)
        self._divider = board.BATTERY_DIVIDER
        self._status = Pin(board.CHARGING_PIN, Pin.IN, Pin.PULL_UP)
        self.millivolts = 0
        self.percent = UNKNOWN
        self.charging = False
        self.measure()

    def measure(self):
        """Read voltage and charger; a new voltage counts for a quarter, to ride over the radio's bursts."""
        total = 0
        for _ in range(4):
            total += self._adc.read_uv()
        millivolts = total * self._divider // 4000
        if self.millivolts:
            millivolts = self.millivolts + (millivolts - self.millivolts) // 4
        self.millivolts = millivolts
        self.percent = percent_of(millivolts)
        self.charging = not self._status.value()
