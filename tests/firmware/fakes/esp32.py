"""`esp32` for tests."""

WAKEUP_ALL_LOW = 0


def wake_on_ext0(pin, level):
    pass
