"""`esp32`: partitions of the virtual flash and the sources that wake the chip."""

from sim.chip import hardware, ota_data

WAKEUP_ALL_LOW, WAKEUP_ANY_HIGH = False, True
_BLOCK = 4096
_ENOENT = 2
_ANY = 0xFF


class Partition:
    """One entry of the partition table, usable as a block device (MicroPython, esp32_partition.c).

    What starts next and how it fared is in `otadata`; the boot loader acts on it at the next reset.
    """

    BOOT, RUNNING = 0, 1
    TYPE_APP, TYPE_DATA = 0, 1

    def __init__(self, id, block_size=_BLOCK):
        if id is None or isinstance(id, hardware.PartitionEntry):
            self._set(id)  # from within
            return
        if isinstance(id, int):
            if id not in (Partition.BOOT, Partition.RUNNING):
                raise ValueError
            self._set(ota_data.chosen() if id == Partition.BOOT else ota_data.running())
            return
        for kind in (Partition.TYPE_APP, Partition.TYPE_DATA):
            for entry in hardware.partitions:
                if entry.type == kind and entry.label == id:
                    self._set(entry)
                    return
        raise OSError(_ENOENT)

    def _set(self, entry):
        if entry is None:
            raise OSError(_ENOENT)
        self._entry = entry
        self.readblocks = entry.device.readblocks
        self.writeblocks = entry.device.writeblocks
        self.ioctl = entry.device.ioctl

    @staticmethod
    def find(type=TYPE_APP, subtype=_ANY, label=None, block_size=_BLOCK):
        return [
            Partition(entry)
            for entry in hardware.partitions
            if type == entry.type
            and (subtype == _ANY or subtype == entry.subtype)
            and (label is None or entry.label == label)
        ]

    def info(self):
        """(type, subtype, address, size, label, encrypted) as on the chip."""
        entry = self._entry
        return (entry.type, entry.subtype, entry.address, entry.size, entry.label, bool(entry.flags & 1))

    def get_next_update(self):
        """The app partition after this one, for an update."""
        return Partition(ota_data.after(self._entry))

    def set_boot(self):
        """Start this app next, on trial; OSError when its image is not one that can be started."""
        ota_data.choose(self._entry)

    @classmethod
    def mark_app_valid_cancel_rollback(cls):
        """The running app is good: the boot loader does not take it back."""
        ota_data.confirm()

    def __repr__(self):
        return "<Partition type=%u, subtype=%u, address=%u, size=%u, label=%s, encrypted=%u>" % self.info()


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
