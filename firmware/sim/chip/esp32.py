"""`esp32`: partitions of the virtual flash and the sources that wake the chip."""

from sim.chip import hardware

WAKEUP_ALL_LOW, WAKEUP_ANY_HIGH = False, True
_BLOCK = 4096
_FIRST_ADDRESS = 0x200000


class Partition:
    """One entry of the partition table, usable as a block device."""

    BOOT, RUNNING = 0, 1
    TYPE_APP, TYPE_DATA = 0, 1

    def __init__(self, name, block_size=_BLOCK):
        for entry in hardware.partitions:
            if entry[0] == name:
                break
        else:
            raise OSError(2)
        self._name, device = entry
        self.readblocks = device.readblocks
        self.writeblocks = device.writeblocks
        self.ioctl = device.ioctl

    @staticmethod
    def find(type=1, subtype=0xFF, label=None, block_size=_BLOCK):
        return [
            Partition(name)
            for name, _device in hardware.partitions
            if type == Partition.TYPE_DATA and (label is None or name == label)
        ]

    def info(self):
        """(type, subtype, address, size, label, encrypted) as on the chip."""
        address = _FIRST_ADDRESS
        for name, device in hardware.partitions:
            if name == self._name:
                break
            address += device.ioctl(4, 0) * _BLOCK
        return (1, 2, address, self.ioctl(4, 0) * _BLOCK, self._name, False)


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
