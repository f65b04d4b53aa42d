"""What an insole tells of its own health: why it restarted by itself, and the counters of its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from insole_protocol import diagnostic_names, ids, replies

from plantigrade.bridge.errors import RefusedError
from plantigrade.bridge.session import Session

MOST_CRASHES: Final = 16
"""More than any insole keeps; an insole that names more is not asked for the rest."""
MOST_TEXT_BYTES: Final = 4096
"""More than any insole keeps of a traceback."""
CAUSES: Final = {
    ids.CRASH_EXCEPTION: "an exception in the main loop",
    ids.CRASH_TASK: "a task died",
    ids.CRASH_WATCHDOG: "the watchdog, or a part that stood still",
    ids.CRASH_START: "an exception while it started",
    ids.CRASH_SAFE_MODE: "an exception in safe mode",
}
RESET_CAUSES: Final = {1: "power came", 2: "restart", 3: "watchdog", 4: "deep sleep", 5: "prompt"}


@dataclass(frozen=True)
class Crash:
    """Why an insole restarted by itself, once.

    Attributes:
        boot: number of the boot that ended so; 0 where the insole does not know it.
        uptime_s: how long it had run, in seconds.
        cause: as a text.
        firmware: version that crashed.
        text: traceback, or what was seen.
    """

    boot: int
    uptime_s: int
    cause: str
    firmware: str
    text: str


async def read_crashes(session: Session) -> list[Crash] | None:
    """Crashes that the insole remembers, the newest first; None for a firmware that does not tell.

    Raises:
        BridgeError: the insole does not answer, or refuses for another reason.
    """
    found: list[Crash] = []
    while len(found) < MOST_CRASHES:
        try:
            first = await _ask(session, len(found), 0)
        except RefusedError as error:
            if error.result == ids.RESULT_UNKNOWN_COMMAND:
                return None
            raise
        if not first.stored:
            break
        text = await _text_of(session, len(found), first)
        firmware, _, rest = text.partition("\n")
        cause = CAUSES.get(first.cause, f"cause {first.cause}")
        found.append(Crash(first.boot, first.uptime_s, cause, firmware, rest.rstrip()))
        if len(found) >= first.stored:
            break
    return found


async def _text_of(session: Session, index: int, piece: replies.CrashReply) -> str:
    text = piece.text
    while piece.text and len(text) < min(piece.text_bytes, MOST_TEXT_BYTES):
        piece = await _ask(session, index, len(text))
        text += piece.text
    return text


async def _ask(session: Session, index: int, offset: int) -> replies.CrashReply:
    return replies.CrashReply((await session.command_client.ask(ids.OP_CRASH, index, offset)).reply)


def crash_lines(crashes: Sequence[Crash]) -> list[str]:
    """Crashes for people.

    >>> crash_lines([Crash(5, 77, "a task died", "0.1.0", "ValueError: x")])
    ['crashes', '  boot 5, after 77 s, firmware 0.1.0: a task died', '    ValueError: x']
    >>> crash_lines([])
    ['crashes', '  none']
    """
    lines = ["crashes"]
    for one in crashes:
        lines.append(f"  boot {one.boot}, after {one.uptime_s} s, firmware {one.firmware}: {one.cause}")
        lines += [f"    {line}" for line in one.text.splitlines()]
    return lines if crashes else [*lines, "  none"]


def counter_lines(counters: dict[str, int]) -> list[str]:
    """Counters for people: those that have counted something, as a text each.

    >>> counter_lines({"boots_reset_cause": 3, "boots_crashes": 0, "usb_stalls": 2, "counter_99": 1})
    ['diagnostics', '  last reset: watchdog', '  times that the USB port took nothing: 2', '  counter 99: 1']
    """
    texts = dict(diagnostic_names.TABLE)
    lines = ["diagnostics"]
    for name, value in counters.items():
        if name == "boots_reset_cause":
            lines.append(f"  last reset: {RESET_CAUSES.get(value, value)}")
        elif value:
            lines.append(f"  {texts.get(name, name.replace('_', ' '))}: {value}")
    return lines
