"""The one LED: on or off."""

from machine import Pin


class Led:
    """Active-high LED. `enabled` False keeps it dark whatever is asked, except for `force`."""

    def __init__(self, board):
        self._pin = Pin(board.LED_PIN, Pin.OUT, value=0)
        self.enabled = True

    def set(self, on, force=False):
        """Light or darken."""
        self._pin.value(1 if on and (self.enabled or force) else 0)
