"""What an insole remembers of its own starts: how many failed in a row, and why the last one ended.

It lies in the chip's RTC memory, which keeps its content through every reset and deep sleep but not without
power (MicroPython's `machine.RTC.memory`): a crash needs no flash and no time to be noted, and a power cycle
always gives the insole a fresh start. `starts` reads it at power-on, `crash_file` puts a crash into flash.
"""

import gc
import io
import struct
import sys
from binascii import crc32

import machine

MAX_TEXT = 440
FORMAT = "<4sBBHHHHHIHIHBHI"
HEADER_BYTES = struct.calcsize(FORMAT)
MAGIC = b"PGb1"
_PAPER_BYTES = 640  # for a traceback, taken beforehand: a heap that is full has none to give


class BootRecord:
    """The counters, and the crash that is not in flash yet.

    Attributes:
        failed: starts in a row, this one included, of which none was good.
        since_power, crashes, watchdog_resets, safe_modes, timer_restarts: counters since the power came.
        safe_started: the start before was one of safe mode, which has not said yet that it lives.
        reset_cause: of this start, as `machine.reset_cause` says.
        after_crash: this start follows a crash.
        uptime_s, boot: how long this start has run and its number in the log, as last told to `alive`.
        cause, crash_uptime_s, crash_boot, text_bytes of text: of the crash; cause 0 is none.
    """

    def __init__(self):
        self.buffer = bytearray(HEADER_BYTES + MAX_TEXT)
        self.text = memoryview(self.buffer)[HEADER_BYTES:]
        self.text_bytes = 0
        self._paper = io.BytesIO(_PAPER_BYTES)
        self._rtc = machine.RTC()
        self.reset_cause = machine.reset_cause()
        self.failed = self.since_power = self.crashes = self.watchdog_resets = self.safe_modes = 0
        self.timer_restarts = 0
        self.uptime_s = self.boot = self.crash_uptime_s = self.crash_boot = self.cause = 0
        self.after_crash = self.safe_started = False

    def store(self):
        """Into RTC memory."""
        buffer = self.buffer
        values = (
            self.failed, self.safe_started, self.since_power, self.crashes, self.watchdog_resets,
            self.safe_modes, self.timer_restarts, self.uptime_s, self.boot, self.crash_uptime_s,
            self.crash_boot, self.cause, self.text_bytes,
        )  # fmt: skip
        struct.pack_into(FORMAT, buffer, 0, MAGIC, *values, 0)
        struct.pack_into("<I", buffer, HEADER_BYTES - 4, crc32(memoryview(buffer)[: HEADER_BYTES - 4]))
        self._rtc.memory(buffer)

    @property
    def bitten(self):
        """Whether a watchdog ended the start before this one. The first start with a blank RTC memory follows
        none: esptool, too, restarts a chip by its watchdog."""
        return self.reset_cause == machine.WDT_RESET and self.since_power != 1

    def good(self):
        """This start was good, or ended in order."""
        self.failed = 0
        self.safe_started = False
        self.store()

    def alive(self, uptime_s, boot):
        """Remember how far this start has come, for a watchdog that says nothing."""
        self.uptime_s = uptime_s
        self.boot = boot
        self.store()

    def note(self, cause, error):
        """Remember why the insole restarts: `ids.CRASH_*` and an exception or a text. Never raises."""
        self.crashes = min(0xFFFF, self.crashes + 1)
        try:
            gc.collect()
            self.describe(cause, error)
        except MemoryError:
            self.cause = cause
        try:
            self.store()
        except MemoryError:
            return  # even for that there is no room: that this start has failed is stored already

    def describe(self, cause, error):
        """The crash's cause, time and text, not stored yet. MemoryError when there is no room for them."""
        self.cause = cause
        self.crash_uptime_s = self.uptime_s
        self.crash_boot = self.boot
        paper = self._paper
        paper.seek(0)
        if isinstance(error, str):
            paper.write(error)
        elif error is not None:
            try:
                sys.print_exception(error, paper)
            except MemoryError:
                paper.write("...")
        self._copy(paper.tell(), _version())

    def _copy(self, length, version):
        """Version and the end of what is on the paper become the text, as ASCII."""
        text = self.text
        at = len(version)
        text[:at] = version
        room = min(length, MAX_TEXT - at)
        self._paper.seek(length - room)
        self._paper.readinto(text[at : at + room])
        self.text_bytes = at + room
        for i in range(at, at + room):
            if text[i] >= 128:
                text[i] = 63


def _version():
    """The firmware's version, even if its module is what is broken."""
    try:
        from insole.identity import FIRMWARE_VERSION
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the crash is what matters
        return b"?\n"
    return FIRMWARE_VERSION.encode() + b"\n"
