"""When a task dies: why is noted, the log page is written, and the insole starts anew. Earlier crashes lie in
a small file; `device info` shows them (PROTOCOL.md section 4.5).
"""

import gc

import machine
from insole import files
from insole_protocol import ids

PATH = "/crashes.json"
VERSION = 1
MIN_READER = 1  # a reader of this version understands the file; names it does not know it leaves alone
KEPT = 5


class CrashHandler:
    """For `asyncio` loops: notes the exception, saves what waits for the log, and resets."""

    def __init__(self, record, recorder, clock):
        self._record = record
        self._recorder = recorder
        self._clock = clock

    def remember(self):
        """Tell the record how far this start has come."""
        self._record.alive(self._clock.now_us() // 1000000, self._recorder.boot)

    def __call__(self, _loop, context):
        self.end(ids.CRASH_TASK, context.get("exception"))

    def end(self, cause, error):
        """Note why (`ids.CRASH_*`; an exception, a text or None), flush the log, reset. Never raises."""
        try:
            self.remember()
        except MemoryError:  # the crash is noted with the time of the last look
            pass
        self._record.note(cause, error)
        try:
            gc.collect()
            self._recorder.flush()
        except Exception:  # noqa: BLE001 - the log may be what is broken; the reset must come
            pass
        machine.reset()


def read():
    """Crashes in the file, the newest first; none where the file cannot be used."""
    try:
        content = files.read_json(PATH) or {}
        if content.get("min_reader", 1) > VERSION:
            return []
        return [one for one in content.get("crashes", ()) if _usable(one)][:KEPT]
    except (ValueError, TypeError, AttributeError):
        return []


def _usable(one):
    """Whether an entry has what a reply is made of, within its ranges."""
    return (
        isinstance(one.get("text"), str)
        and all(isinstance(one.get(name), int) for name in ("boot", "uptime_s", "cause"))
        and 0 <= one["boot"] < 1 << 16
        and 0 <= one["uptime_s"] < 1 << 32
        and 0 <= one["cause"] < 1 << 8
    )


def store(record):
    """Put a crash that RTC memory holds into the file, while there is room for that. Whether it is there.

    Flash that refuses is asked again at the next start.
    """
    crash = record.pending()
    if crash is None:
        return False
    try:
        crashes = [crash] + read()
        files.write_json(PATH, {"version": VERSION, "min_reader": MIN_READER, "crashes": crashes[:KEPT]})
    except (OSError, MemoryError):
        return False
    record.stored()
    return True


def reply_fields(record, index, offset, room):
    """Fields and text of the reply to CRASH; ValueError where there is no such crash.

    A crash that flash refuses is told from RTC memory.
    """
    crashes = read()
    crash = record.pending() if record else None
    if crash is not None:
        crashes = [crash] + crashes
    if not crashes and not index:
        return (0, 0, 0, 0, 0), b""
    if index >= len(crashes):
        raise ValueError("there are %d crashes" % len(crashes))
    crash = crashes[index]
    text = crash["text"].encode()
    return (
        (len(crashes), crash["boot"], crash["uptime_s"], crash["cause"], len(text)),
        text[offset : offset + room],
    )
