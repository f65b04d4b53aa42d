"""The button: held for three seconds it opens a window in which a new peer may pair, and the LED says so."""

from micropython import const
from time import ticks_diff, ticks_ms

from machine import Pin

_HELD_MS = const(3000)
_OPEN_MS = const(60000)
_PAUSE_MS = const(450)  # between two blinks: slower than those of IDENTIFY


class PairingWindow:
    """`look` is called once a second. A button that is held since the start, or stuck, opens nothing
    until it has been let go.

    Attributes:
        is_open: whether a new peer may pair now.
    """

    def __init__(self, board, indicator):
        self.is_open = False
        self._button = Pin(board.BUTTON_PIN, Pin.IN, Pin.PULL_UP)
        self._indicator = indicator
        self._released = False  # since it last had an effect
        self._up_ms = self._opened_ms = ticks_ms()  # when it was last seen up, and when the window was opened

    def look(self, now_ms):
        """Whether the window has just been opened."""
        if self.is_open and ticks_diff(now_ms, self._opened_ms) >= _OPEN_MS:
            self.close()
        if self._button.value():
            self._released = True
            self._up_ms = now_ms
        elif self._released and ticks_diff(now_ms, self._up_ms) >= _HELD_MS:
            self._released = False
            self.is_open = True
            self._opened_ms = now_ms
            self._indicator.identify(_OPEN_MS // 1000, _PAUSE_MS)
            return True
        return False

    def close(self):
        """No further peer may pair."""
        if self.is_open:
            self.is_open = False
            self._indicator.identify(0)
