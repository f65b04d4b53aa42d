"""What an insole remembers of its own starts: how many failed in a row, and why the last one ended.

It lies in the chip's RTC memory, which keeps its content through every reset and deep sleep but not without
power (MicroPython's `machine.RTC.memory`): a crash needs no flash, no heap and no time to be noted, and a
power cycle always gives the insole a fresh start. Flash gets a crash at the next start, by `crash.store`.
"""

import gc
import io
import struct
import sys
from binascii import crc32

import machine
from insole_protocol import ids

MAX_FAILED = 3  # starts in a row that may fail; then safe mode
MAX_TEXT = 600
_FORMAT = "<4sBBHHHHIHIHBHI"
_HEADER_BYTES = struct.calcsize(_FORMAT)
_MAGIC = b"PGb1"
_RESERVE_BYTES = 2048  # given back to a heap that is full, for the text of a crash


class _Text(io.IOBase):
    """A stream into a fixed place that keeps the end of what is written, as ASCII, and allocates nothing."""

    def __init__(self, room):
        self._room = room
        self.length = 0

    def write(self, data):
        room = self._room
        for byte in data:
            if self.length == len(room):
                room[:-100] = room[100:]
                self.length -= 100
            room[self.length] = byte if byte < 128 else 63
            self.length += 1
        return len(data)


class BootRecord:
    """The counters and the crash that is not in flash yet.

    Attributes:
        failed: starts in a row, this one included, of which none was good.
        since_power, crashes, watchdog_resets, safe_modes: counters since the power came.
        reset_cause: of this start, as `machine.reset_cause` says.
        after_crash: this start follows a crash.
        uptime_s, boot: how long this start has run and its number in the log, as last told to `alive`.
    """

    def __init__(self):
        self._buffer = bytearray(_HEADER_BYTES + MAX_TEXT)
        self._text = memoryview(self._buffer)[_HEADER_BYTES:]
        self._stream = _Text(self._text)
        self._reserve = bytearray(_RESERVE_BYTES)
        self._rtc = machine.RTC()
        self.reset_cause = machine.reset_cause()
        self.failed = self.since_power = self.crashes = self.watchdog_resets = self.safe_modes = 0
        self.uptime_s = self.boot = self._crash_uptime_s = self._crash_boot = 0
        self.after_crash = False
        self._safe_started = False
        self._cause = 0
        self._load()

    def _load(self):
        content = self._rtc.memory()
        if len(content) != len(self._buffer):
            return
        fields = struct.unpack_from(_FORMAT, content, 0)
        if fields[0] != _MAGIC or fields[13] != crc32(content[: _HEADER_BYTES - 4]):
            return
        self._buffer[:] = content
        self.failed, self._safe_started = fields[1], bool(fields[2])
        self.since_power, self.crashes, self.watchdog_resets, self.safe_modes = fields[3:7]
        self.uptime_s, self.boot = fields[7:9]
        self._crash_uptime_s, self._crash_boot, self._cause, self._stream.length = fields[9:13]

    def _store(self):
        buffer = self._buffer
        values = (
            self.failed, self._safe_started, self.since_power, self.crashes, self.watchdog_resets,
            self.safe_modes, self.uptime_s, self.boot, self._crash_uptime_s, self._crash_boot, self._cause,
            self._stream.length,
        )  # fmt: skip
        struct.pack_into(_FORMAT, buffer, 0, _MAGIC, *values, 0)
        struct.pack_into("<I", buffer, _HEADER_BYTES - 4, crc32(memoryview(buffer)[: _HEADER_BYTES - 4]))
        self._rtc.memory(buffer)

    def begin(self):
        """A start begins. It counts as failed until `good` says otherwise."""
        self.since_power = _next(self.since_power)
        self.failed = min(255, self.failed + 1)
        if self.reset_cause == machine.WDT_RESET:
            self.watchdog_resets = _next(self.watchdog_resets)
            if not self._cause:
                self._note(ids.CRASH_WATCHDOG, None)
        self.after_crash = bool(self._cause)
        self.uptime_s = 0
        self._store()

    def wants_safe_mode(self):
        """Whether this start shall be one of safe mode: too many have failed.

        When safe mode itself has died young, normal mode gets the next try.
        """
        if self.failed <= MAX_FAILED or self._safe_started:
            self._safe_started = False
            self._store()
            return False
        self._safe_started = True
        self.safe_modes = _next(self.safe_modes)
        self._store()
        return True

    def good(self):
        """This start was good, or ended in order."""
        if self.failed or self._safe_started:
            self.failed = 0
            self._safe_started = False
            self._store()

    def safe_mode_lives(self):
        """Safe mode runs well: a later start may enter it again."""
        self._safe_started = False
        self._store()

    def try_normal(self):
        """Let the next start be a normal one; if that one fails, safe mode comes back at once."""
        self.failed = MAX_FAILED - 1
        self._safe_started = False
        self._store()

    def alive(self, uptime_s, boot):
        """Remember how far this start has come, for a watchdog that says nothing."""
        self.uptime_s = uptime_s
        self.boot = boot
        self._store()

    def note(self, cause, error):
        """Remember why the insole restarts: `ids.CRASH_*` and an exception, a text, or None. Never raises."""
        self._reserve = None
        try:
            gc.collect()
            self._note(cause, error)
        except MemoryError:
            self._cause = cause
        try:
            self.crashes = _next(self.crashes)
            self._store()
        except MemoryError:
            return  # even for that there is no room: the counter of failed starts is stored already

    def _note(self, cause, error):
        self._cause = cause
        self._crash_uptime_s = self.uptime_s
        self._crash_boot = self.boot
        stream = self._stream
        stream.length = 0
        stream.write(_version())
        stream.write(b"\n")
        if isinstance(error, str):
            stream.write(error.encode())
        elif error is not None:
            try:
                sys.print_exception(error, stream)
            except MemoryError:
                stream.write(b"out of memory while the traceback was written")
        elif cause == ids.CRASH_WATCHDOG:
            stream.write(b"the watchdog bit: the main loop stood still")

    def pending(self):
        """The crash that is not in flash yet, as a dictionary, or None."""
        if not self._cause:
            return None
        text = bytes(self._text[: self._stream.length]).decode()
        return {
            "boot": self._crash_boot,
            "uptime_s": self._crash_uptime_s,
            "cause": self._cause,
            "text": text,
        }

    def stored(self):
        """The pending crash is in flash."""
        self._cause = 0
        self._store()


def _next(count):
    return min(0xFFFF, count + 1)


def _version():
    """The firmware's version, even if its module is what is broken."""
    try:
        from insole.identity import FIRMWARE_VERSION
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the crash is what matters
        return b"?"
    return FIRMWARE_VERSION.encode()
