"""Earlier crashes, in a small file that `device info` shows (PROTOCOL.md section 4.5).

Loaded at the start and for a reply, and forgotten afterwards: it costs no heap in between.
"""

from insole import files

PATH = "/crashes.json"
VERSION = 1
MIN_READER = 1  # a reader of this version understands the file; names it does not know it leaves alone
STORED = 5


def pending(record):
    """The crash that RTC memory holds and flash not yet, as a dictionary, or None."""
    if not record.cause:
        return None
    return {
        "boot": record.crash_boot,
        "uptime_s": record.crash_uptime_s,
        "cause": record.cause,
        "text": bytes(record.text[: record.text_bytes]).decode(),
    }


def read():
    """Crashes in the file, the newest first; none where the file cannot be used."""
    try:
        content = files.read_json(PATH) or {}
        if content.get("min_reader", 1) > VERSION:
            return []
        return [one for one in content.get("crashes", ()) if _usable(one)][:STORED]
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
    crash = pending(record)
    if crash is None:
        return False
    try:
        crashes = [crash] + read()
        files.write_json(PATH, {"version": VERSION, "min_reader": MIN_READER, "crashes": crashes[:STORED]})
    except (OSError, MemoryError):
        return False
    record.cause = 0
    record.store()
    return True


def reply_fields(record, index, offset, room):
    """Fields and text of the reply to CRASH; ValueError where there is no such crash.

    A crash that flash refuses is told from RTC memory.
    """
    crashes = read()
    crash = pending(record) if record else None
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
