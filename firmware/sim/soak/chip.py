"""Stand-ins for `machine`, `esp32` and the sensor driver: a chip whose sensors play a day and note what they
showed."""

import struct
from array import array

import timeline
import wire

_settings = wire.settings
PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
BLOCK = 4096
_freq = [240000000]


class Pin:
    IN, OUT, OPEN_DRAIN = 1, 3, 7
    PULL_UP, PULL_DOWN = 2, 1
    IRQ_RISING, IRQ_FALLING = 1, 2

    def __init__(self, number, mode=-1, pull=-1, *, value=None):
        self._level = 1 if pull == Pin.PULL_UP else value or 0

    def init(self, *args, **options):
        pass

    def value(self, level=None):
        if level is not None:
            self._level = level
        return self._level

    __call__ = value

    def on(self):
        self._level = 1

    def off(self):
        self._level = 0

    def irq(self, **options):
        pass


class ADC:
    """Only the battery is read through this class here: a cell at 3.9 V behind its divider."""

    ATTN_11DB = 3

    def __init__(self, pin, *, atten=3):
        pass

    def read_u16(self):
        return 0

    def read_uv(self):
        return 3900000 // 2


class I2C:
    def __init__(self, number=0, **options):
        pass

    def readfrom_mem(self, *args, **options):
        raise OSError(19)  # no motion sensor on this board


class Timer:
    ONE_SHOT, PERIODIC = 0, 1

    def __init__(self, number=-1, **options):
        self._slot = number if number >= 0 else 4
        if options:
            self.init(**options)

    def init(self, *, mode=1, period=-1, callback=None):
        timeline.set_timer(self._slot, period * 1000, mode == Timer.PERIODIC, lambda: callback(self))

    def deinit(self):
        timeline.clear_timer(self._slot)


class WDT:
    """Feeds are timed by a timer of the timeline: unfed, the chip resets."""

    def __init__(self, id=0, timeout=5000):
        self._timeout_us = timeout * 1000
        self.feed()

    def feed(self):
        timeline.set_timer(7, self._timeout_us, False, _bite)


def _bite():
    leave(b"reset watchdog")


def leave(why):
    """The chip stops here; the host powers it on again."""
    flush_truth()
    wire.tell(101, timeline.true_us(), why)
    wire.tell(114, timeline.true_us())
    raise SystemExit


def reset():
    leave(b"reset hard")


def deepsleep(ms=0):
    leave(b"reset deepsleep")


def reset_cause():
    return {"hard": HARD_RESET, "watchdog": WDT_RESET}.get(_settings["cause"], PWRON_RESET)


def unique_id():
    return bytes.fromhex(_settings["unique_id"])


def freq(hz=None):
    if hz is not None:
        _freq[0] = hz
    return _freq[0]


# esp32

_cut = array("q", [0, 0])
_flash = open(wire.FOLDER + "/log.bin", "r+b")  # noqa: SIM115 (opened while the computer's own files can be reached)


def _set_cut(words):
    _cut[0], _cut[1] = int(words[1]), int(words[2])


timeline.obey["cut"] = _set_cut
timeline.obey["clock"] = lambda words: timeline.change_drift(int(words[1]))


class Partition:
    """NOR flash in a file: programming clears bits, and power may go at any write or erase, which is then
    half done."""

    TYPE_DATA = 1

    @staticmethod
    def find(type=1, label=None, **options):
        return [Partition()]

    def __init__(self):
        self._file = _flash
        self._blocks = _settings["log_blocks"]
        self._blank = b"\xff" * BLOCK

    def readblocks(self, block, buf, offset=0):
        self._file.seek(block * BLOCK + offset)
        self._file.readinto(buf)

    def writeblocks(self, block, buf, offset=0):
        count = self._count(len(buf))
        place = block * BLOCK + offset
        self._file.seek(place)
        old = bytearray(self._file.read(count))
        for i in range(count):
            if old[i] == 0xFF:
                old[i] = buf[i]
            else:
                old[i] &= buf[i]
        self._file.seek(place)
        self._file.write(old)
        self._die_if(count != len(buf))

    def ioctl(self, op, arg):
        if op == 4:
            return self._blocks
        if op == 5:
            return BLOCK
        if op == 6:
            count = self._count(BLOCK)
            self._file.seek(arg * BLOCK)
            self._file.write(memoryview(self._blank)[:count])
            self._die_if(count != BLOCK)
        return 0

    def _count(self, count):
        """How many bytes of an operation are done before the power goes, if it goes now."""
        if not _cut[0]:
            return count
        _cut[0] -= 1
        return count if _cut[0] else count * _cut[1] // 256

    def _die_if(self, cut):
        if cut or (_cut[1] and not _cut[0]):
            leave(b"power lost at a write")


# Sensors

_rows = open(_settings["feed"], "rb")  # noqa: SIM115
_plan = [(entry[0], entry[1], entry[2]) for entry in _settings["plan"]]  # from true us, first row, rows
_at = array("q", [0, -2])
_row = array("H", bytes(32))
_truth = open(_settings["truth"], "ab")  # noqa: SIM115
_notes = bytearray(16 * 512)
_noted = array("l", [0])


def flush_truth():
    """Write the notes of what the sensors showed."""
    _truth.write(memoryview(_notes)[: 16 * _noted[0]])
    _noted[0] = 0
    _truth.flush()


wire.at_end.append(flush_truth)


class ForceArray:
    """In the place of the multiplexer's driver: the 12-bit counts of this moment, and a note of when which
    were read."""

    def __init__(self, board):
        self._rest = board.AMPLIFIER_REST_MV * 4095 // board.ADC_FULL_SCALE_MV

    def scan(self, ring, base):
        now = timeline.true_us()
        plan = _at[0]
        while plan + 1 < len(_plan) and _plan[plan + 1][0] <= now:
            plan += 1
            _at[0] = plan
        start, first, rows = _plan[plan]
        row = first + (now - start) // 10000 % rows
        if row != _at[1] + 1:
            _rows.seek(32 + row * 32)
        _at[1] = row
        _rows.readinto(_row)
        for i in range(16):
            ring[base + i] = _row[i] >> 4
        if len(ring) > 16:  # the sampler's ring, not the self-test's array
            struct.pack_into("<QII", _notes, 16 * _noted[0], timeline.device_us(), row, 0)
            _noted[0] += 1
            if _noted[0] == 512:
                flush_truth()

    def power(self, on):
        pass

    def reference(self):
        return self._rest
