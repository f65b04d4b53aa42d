"""`esp32` for tests: the log partition in memory."""

from log_kit.devices import RamFlash

WAKEUP_ALL_LOW = 0
_BLANK = b"\xff" * 64


class Flash(RamFlash):
    """Attributes: `broken`, whether writes and erases fail."""

    broken = False

    def writeblocks(self, block, buf, offset=None):
        if self.broken:
            raise OSError(5)
        super().writeblocks(block, buf, offset)

    def erase(self, block, length=4096):
        for start in range(block * 4096, block * 4096 + length, 64):
            self.data[start : start + 64] = (
                _BLANK  # in small pieces: a large one would need heap of the firmware's
            )

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


wakes = []  # (pin, level) that shall end a deep sleep


def wake_on_ext0(pin, level):
    wakes.append((pin.number, level))
