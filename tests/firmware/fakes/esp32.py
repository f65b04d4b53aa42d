"""`esp32` for tests: the log partition in memory."""

from log_kit.devices import RamFlash

WAKEUP_ALL_LOW = 0


class Flash(RamFlash):
    """Attributes: `broken`, whether writes and erases fail."""

    broken = False

    def writeblocks(self, block, buf, offset=None):
        if self.broken:
            raise OSError(5)
        super().writeblocks(block, buf, offset)

    def ioctl(self, op, arg):
        if op == 6 and self.broken:
            raise OSError(5)
        return super().ioctl(op, arg)


log = Flash(64)


class Partition:
    TYPE_DATA = 1

    @staticmethod
    def find(kind, label=None):
        return [log] if label == "log" else []


def wake_on_ext0(pin, level):
    pass
