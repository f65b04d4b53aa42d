"""Stand-in for `esp32`: partitions of the virtual flash and the sources that wake the chip."""

from sim import settings
from sim.flash import BLOCK, Flash

WAKEUP_ALL_LOW, WAKEUP_ANY_HIGH = False, True

# opened now, while the computer's own files can still be reached
_devices = {entry["name"]: Flash(entry["file"], entry["blocks"]) for entry in settings.values["partitions"]}


class Partition:
    """One entry of the partition table, usable as a block device."""

    BOOT, RUNNING = 0, 1
    TYPE_APP, TYPE_DATA = 0, 1

    def __init__(self, name, block_size=4096):
        for entry in settings.values["partitions"]:
            if entry["name"] == name:
                self._entry = entry
                break
        else:
            raise OSError(2)
        self._flash = _devices[name]
        self.readblocks = self._flash.readblocks
        self.writeblocks = self._flash.writeblocks
        self.ioctl = self._flash.ioctl

    @staticmethod
    def find(type=1, subtype=0xFF, label=None, block_size=4096):
        return [
            Partition(entry["name"])
            for entry in settings.values["partitions"]
            if type == Partition.TYPE_DATA and (label is None or entry["name"] == label)
        ]

    def info(self):
        """(type, subtype, address, size, label, encrypted) as on the chip."""
        address = 0x200000
        for entry in settings.values["partitions"]:
            if entry is self._entry:
                break
            address += entry["blocks"] * BLOCK
        return (1, 2, address, self._entry["blocks"] * BLOCK, self._entry["name"], False)


def wake_on_ext0(pin=None, level=WAKEUP_ALL_LOW):
    """The supervisor wakes a sleeping board by its button whatever is set here."""


def wake_on_ext1(pins=None, level=WAKEUP_ALL_LOW):
    """As `wake_on_ext0`."""


def gpio_deep_sleep_hold(enable):
    """Levels of pins have no effect here while the chip sleeps."""


def mcu_temperature():
    return 31
