"""One file for each board revision: plain constants, nothing that runs."""

import sys

SCAN_MAX_US = 5500  # settling and conversions of all channels: a little more than half a slot of 10 ms
CHANNELS = 16


def conversions(board, conversion_us):
    """How many conversions a reading may be the mean of, where one takes so long: at most `ADC_OVERSAMPLE`.

    A scan is a callback, and the rest of a slot belongs to everything else (docs/reference/slot-budget.md).
    """
    count = board.ADC_OVERSAMPLE
    while count > 1 and CHANNELS * (board.SETTLE_US + count * conversion_us) > SCAN_MAX_US:
        count //= 2
    return count


def imu_axes(board, side):
    """How the chip's axes lie in an insole of this side, for the motion sensor's driver; one of no side is
    taken for a right one."""
    return board.IMU_AXES_RIGHT if side else board.IMU_AXES_LEFT


def current():
    """The constants of the board this runs on, chosen by the chip that the interpreter was built for."""
    if "ESP32C3" in getattr(sys.implementation, "_machine", ""):
        from boards import esp32c3_r1

        return esp32c3_r1
    from boards import esp32s3_r1

    return esp32s3_r1
