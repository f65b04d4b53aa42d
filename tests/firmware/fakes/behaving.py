"""Values of the chip's behaviours for the length of a `with`."""

from sim.chip import behaviour


class Behaving:
    """`Behaving(usb_drops_bytes=1)`: as named within, as before afterwards."""

    def __init__(self, **values):
        self._values = values
        self._before = {}

    def __enter__(self):
        for name, value in self._values.items():
            self._before[name] = behaviour.value(name)
            behaviour.put(name, value)
        return self

    def __exit__(self, *_):
        for name, value in self._before.items():
            behaviour.put(name, value)
