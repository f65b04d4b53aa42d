"""What one slot takes from the heap, on its whole way: timer, scan, motion, record, log, live queue.

A line for each mode and uptime: bytes a slot that stay on the heap until they are collected, and whether the
same runs with the heap locked. Slot numbers lie beyond 2**30 wherever the uptime does, as do most checksums
anywhere.

Frames of functions with more than eleven words are not counted: the interpreter takes them from the heap and
gives them back when the function ends, or takes the stack when the heap is locked (py/objfun.c,
VM_MAX_STATE_ON_STACK).
"""

import chip  # first: puts its time in place
import gc
import micropython

from boards import esp32s3_r1 as board
import drivers
import insole.clock
import insole.sampler
import machine
from drivers.force_array import ForceArray
from insole.blocks import BlockBuilder
from insole.clock import Clock
from insole.live import LiveQueue
from insole.recorder import Recorder
from insole.sampler import Sampler
from insole.steps import StepCounter
from insole_protocol import block
from insole_protocol.codec import Encoder
from log_kit.devices import RamFlash

PERIOD_US = 10000
SLOTS = 200  # more than a page of the log
BEYOND = 1 << 30
_MASK = BEYOND - 1
_HALF = BEYOND >> 1


class Ticks:
    """The chip's tick counter: small integers only, as its C code hands out."""

    now = 0

    @staticmethod
    def ticks_us():
        return Ticks.now

    @staticmethod
    def ticks_add(ticks, delta):
        return (ticks - _HALF + delta & _MASK) ^ _HALF

    @staticmethod
    def ticks_diff(end, start):
        return (end - start & _MASK ^ _HALF) - _HALF


for module in (insole.sampler, insole.clock):
    for name in ("ticks_us", "ticks_add", "ticks_diff"):
        if hasattr(module, name):
            setattr(module, name, getattr(Ticks, name))


class FixedFlash(RamFlash):
    """Reads, programs and erases without allocating, as a chip does."""

    def readblocks(self, number, buf, offset=0):
        start = number * 4096 + offset
        for i in range(len(buf)):
            buf[i] = self.data[start + i]

    def writeblocks(self, number, buf, offset=None):
        start = number * 4096 + offset
        for i in range(len(buf)):
            self.data[start + i] &= buf[i]

    def ioctl(self, operation, argument):
        if operation == 6:
            for i in range(argument * 4096, argument * 4096 + 4096):
                self.data[i] = 0xFF
            return 0
        return super().ioctl(operation, argument)


class Path:
    """The parts that a slot goes through, wired as on the insole."""

    keep_oldest = False

    def __init__(self, uptime_us, live, moving, pages):
        chip.registers[0x0F] = 0x6C
        chip.registers[0x1E] = 3  # motion is new
        i2c = machine.I2C(0, scl=machine.Pin(1), sda=machine.Pin(2))
        Ticks.now = uptime_us & _MASK
        clock = Clock()
        clock._us = uptime_us
        machine.Timer.inits = 0
        imu = drivers.probe("lsm6dso", i2c, board.IMU_ADDRESS)
        self.sampler = Sampler(clock, ForceArray(board), imu)
        self.recorder = Recorder(FixedFlash(pages), self.keep_oldest)
        self.recorder.open()
        if uptime_us >= BEYOND:
            self.recorder.skip(BEYOND + 12345, 8)
        encoder = Encoder(block.MAX_FRAMES_IMU, True)
        self.blocks = BlockBuilder(
            self.sampler, encoder, self.recorder, LiveQueue(Flag()), StepCounter(), 330
        )
        self.sampler.ready = Flag()
        self.sampler.start()
        self.blocks.resume(0)
        self.blocks.follow(5 if live else 40, not live)
        self.moving = moving
        self._tick = chip.timers[0].callback
        self._slot = 0

    def run(self):
        """SLOTS slots, the loop's part after each."""
        sampler = self.sampler
        for _ in range(SLOTS):
            Ticks.now = Ticks.ticks_add(Ticks.now, PERIOD_US)
            if self.moving:
                self._slot = (self._slot + 1) % 110
                for index in range(16):
                    chip.sensors[index] = 330 + (self._slot * (index + 3) * 7) % 3000
                chip.registers[0x2A] = self._slot
            self._tick()
            if sampler.waiting() >= sampler.wake_rows:
                self.blocks.drain()


class Keeping(Path):
    """With a log that is full and gives nothing up."""

    keep_oldest = True


class Flag:
    def set(self):
        """Nobody waits."""


class Listing(Path):
    """A negative control: a list for each slot."""

    def run(self):
        Path.run(self)
        for _ in range(SLOTS):
            made = [0]
        assert made


class Counting(Path):
    """The other one: a sum beyond 2**30 for each slot, which only a build with integers of 31 bits shows."""

    def run(self):
        Path.run(self)
        number = BEYOND
        for _ in range(SLOTS):
            number = number + 1


def bytes_left(path):
    """Bytes of the heap that a slot keeps until they are collected."""
    for _ in range(3):
        path.run()  # before: a small log goes full circle
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    path.run()
    left = gc.mem_alloc() - before
    gc.enable()
    return left / SLOTS


def runs_locked(path):
    """Whether it runs with the heap locked, when any allocation raises."""
    micropython.heap_lock()
    try:
        path.run()
    except MemoryError:
        return False
    finally:
        micropython.heap_unlock()
    return True


CASES = (
    ("live", Path, True, True, 64),
    ("live, log full", Path, True, True, 4),
    ("live, nothing goes", Keeping, True, True, 4),
    ("daily, walking", Path, False, True, 64),
    ("daily, standing", Path, False, False, 64),
    ("control: a list", Listing, True, True, 64),
    ("control: a sum", Counting, True, True, 64),
)

for name, kind, live, moving, pages in CASES:
    for uptime_us in (1000000, BEYOND + 5000000):
        path = kind(uptime_us, live, moving, pages)
        left = bytes_left(path)
        print("%-18s %10d us  %6.2f bytes a slot  %s" % (name, uptime_us, left, runs_locked(path)))
