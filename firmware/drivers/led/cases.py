"""The LED: its level, the setting that keeps it dark, and what breaks through that."""

import chip  # first: puts its time in place
from boards import esp32s3_r1 as board

from drivers.led import Led


def test_it_is_lit_when_asked_unless_it_is_kept_dark():
    led = Led(board)
    assert chip.pins[board.LED_PIN] == 0
    for enabled, on, force, level in (
        (True, True, False, 1), (True, False, False, 0), (False, True, False, 0), (False, True, True, 1),
        (False, False, True, 0),
    ):  # fmt: skip
        led.enabled = enabled
        led.set(on, force)
        assert chip.pins[board.LED_PIN] == level, (enabled, on, force)
