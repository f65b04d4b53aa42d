"""One lithium cell: its gauge or, without one, the converter behind a divider; and the charger's status pin.

The charger (MCP73832, Microchip DS20001984, status output) pulls its pin low while it charges and lets go
otherwise: full, no supply and fault look alike there. What the gauge says tells them apart.
"""

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


NOT_CHARGING, CHARGING, FULL, CHARGER_FAULT = 0, 1, 2, 3
FULL_PERCENT = 95
AT_REST = -2000  # thousandths of a percent an hour: an insole that runs on its cell draws more than that
VAIN_MEASUREMENTS = 180  # 30 minutes of "charging" without charge getting into the cell


class Battery:
    """Refreshed by `measure`.

    Attributes:
        millivolts: of the cell; smoothed when there is no gauge.
        percent: what is left; 255 unknown.
        charging: whether the charger says that it charges.
        charger: NOT_CHARGING, CHARGING, FULL or CHARGER_FAULT; the last two only with a gauge.
        rate: thousandths of a percent an hour into the cell (below 0: out of it); 0 without a gauge.
        gauge: the `Max17048`, or None.
    """

    def __init__(self, board, gauge=None):
        self.gauge = gauge
        self.rate = 0
        self.charger = NOT_CHARGING
        self._vain = 0  # measurements in a row that say charging, and nothing gets in
        self._adc = ADC(Pin(board.BATTERY_ADC_PIN), atten=ADC.ATTN_11DB)
        self._divider = board.BATTERY_DIVIDER
        self._status = Pin(board.CHARGING_PIN, Pin.IN, Pin.PULL_UP)
        self.millivolts = 0
        self.percent = UNKNOWN
        self.charging = False
        self.measure()

    @property
    def drain(self):
        """Thousandths of a percent an hour out of the cell, 0 while it is charged."""
        return max(0, -self.rate)

    def measure(self):
        """Read what there is. Without a gauge a new voltage counts for a quarter, to ride over the radio's
        bursts."""
        self.charging = not self._status.value()
        if self.gauge is not None and self.gauge.measure() and self.gauge.millivolts >= PRESENT_MV:
            self.millivolts, self.percent = self.gauge.millivolts, self.gauge.percent
            self.rate = self.gauge.rate
            self.charger = self._judge()
            return
        self.rate = 0
        self.charger = CHARGING if self.charging else NOT_CHARGING
        total = 0
        for _ in range(4):
            total += self._adc.read_uv()
        millivolts = total * self._divider // 4000
        if self.millivolts:
            millivolts = self.millivolts + (millivolts - self.millivolts) // 4
        self.millivolts = millivolts
        self.percent = percent_of(millivolts)

    def _judge(self):
        """What the charger is at, from its pin and from where the charge goes."""
        if not self.charging:
            self._vain = 0
            return FULL if self.percent >= FULL_PERCENT and self.rate > AT_REST else NOT_CHARGING
        self._vain = self._vain + 1 if self.rate <= 0 and self.percent < FULL_PERCENT else 0
        return CHARGER_FAULT if self._vain >= VAIN_MEASUREMENTS else CHARGING
