"""`esp32`: partitions of the virtual flash and the sources that wake the chip."""

from sim.chip import hardware

WAKEUP_ALL_LOW, WAKEUP_ANY_HIGH = False, True
_BLOCK = 4096


class Partition:
    """One entry of the partition table, usable as a block device."""

    BOOT, RUNNING = 0, 1
    TYPE_APP, TYPE_DATA = 0, 1

    def __init__(self, name, block_size=_BLOCK):
        for entry in hardware.partitions:
            if entry.label == name:
                break
        else:
            raise OSError(2)
        self._entry = entry
        self.readblocks = entry.device.readblocks
        self.writeblocks = entry.device.writeblocks
        self.ioctl = entry.device.ioctl

    @staticmethod
    def find(type=1, subtype=0xFF, label=None, block_size=_BLOCK):
        return [
            Partition(entry.label)
            for entry in hardware.partitions
            if type == entry.type
            and (subtype == 0xFF or subtype == entry.subtype)
            and (label is None or entry.label == label)
        ]

    def info(self):
        """(type, subtype, address, size, label, encrypted) as on the chip."""
        entry = self._entry
        return (entry.type, entry.subtype, entry.address, entry.size, entry.label, bool(entry.flags & 1))


def wake_on_ext0(pin=None, level=WAKEUP_ALL_LOW):
    """A pin whose level ends a deep sleep."""
    hardware.wakers[pin._number] = level
    hardware.note("wake", pin._number, level)


def wake_on_ext1(pins=None, level=WAKEUP_ALL_LOW):
    """As `wake_on_ext0`, for several pins."""
    for pin in pins:
        hardware.wakers[pin._number] = level
        hardware.note("wake", pin._number, level)


def gpio_deep_sleep_hold(enable):
    """Levels of pins have no effect here while the chip sleeps."""


def mcu_temperature():
    return 31
