"""Levels of the chip's pins and what hangs on them, as one table that pins, ADC and the world outside share.

What is wired where comes from the board's own module (`boards`), the one the firmware reads.
"""

from sim.chip.hardware import board

levels = bytearray(64)  # what each pin carries now
handlers = [None] * 64  # pin interrupts: (handler, trigger, pin)
_driven = bytearray(64)  # 1: something outside sets the level, a pull-up does not

CHANNEL_OF_NOTHING = 16
layout_index_of_channel = bytearray([CHANNEL_OF_NOTHING] * 17)
for _index, _channel in enumerate(board.SCAN_ORDER):
    layout_index_of_channel[_channel] = _index

_SELECT = bytes(board.MUX_SELECT_PINS)
_ENABLE = board.MUX_ENABLE_PIN

for _name in ("CHARGING_PIN", "BUTTON_PIN"):  # both are low when active and pulled up otherwise
    levels[getattr(board, _name)] = 1
levels[_ENABLE] = 1


def selected_index():
    """Layout index of the sensor that the multiplexer connects now; CHANNEL_OF_NOTHING when it is off."""
    if levels[_ENABLE]:
        return CHANNEL_OF_NOTHING
    return layout_index_of_channel[
        levels[_SELECT[0]] | levels[_SELECT[1]] << 1 | levels[_SELECT[2]] << 2 | levels[_SELECT[3]] << 3
    ]


def pull_up(number):
    """Raise a pin that nothing outside holds."""
    if not _driven[number]:
        levels[number] = 1


def drive(number, level):
    """Set a pin from outside the chip (button, charger) and run its interrupt."""
    before = levels[number]
    levels[number] = level
    _driven[number] = 1
    entry = handlers[number]
    if entry is not None and before != level:
        handler, trigger, pin = entry
        if trigger & (1 if level else 2):
            handler(pin)
