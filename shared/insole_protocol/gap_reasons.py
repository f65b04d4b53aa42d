"""Why slots are missing: one row for each reason (PROTOCOL.md section 5).

For hosts, on both interpreters. The insole needs only the codes, `ids.GAP_*`, and does not import this.
"""

from insole_protocol import ids


class GapReason:
    """One row of the table.

    Attributes:
        code: number on the wire, in the log and in the journal; 0 is never sent.
        name: name in files that hosts write; it never changes.
        title: for people.
        is_lost: whether samples were due and are gone; not so where nothing was to be sampled or kept.
        meaning: what has happened, for PROTOCOL.md.
    """

    def __init__(self, code: int, name: str, title: str, is_lost: bool, meaning: str) -> None:
        self.code = code
        self.name = name
        self.title = title
        self.is_lost = is_lost
        self.meaning = meaning


OVERRUN = GapReason(ids.GAP_OVERRUN, "overrun", "overrun", True, "the sampler was held up for too long")
POWER_LOSS = GapReason(
    ids.GAP_POWER_LOSS, "unflushed_at_power_loss", "unflushed at power loss", True,
    "not yet in the log when the power went",
)  # fmt: skip
OVERWRITTEN = GapReason(
    ids.GAP_OVERWRITTEN, "log_full_overwritten", "log full, overwritten", True,
    "the log was full and newer slots took their place",
)  # fmt: skip
LOG_FULL = GapReason(
    ids.GAP_LOG_FULL, "log_full_not_kept", "log full, not kept", True,
    "the log was full of slots that nobody had acknowledged",
)  # fmt: skip
CORRUPT_PAGE = GapReason(
    ids.GAP_CORRUPT_PAGE, "corrupt_page", "corrupt page", True, "their checksum in the log does not match"
)
OFF = GapReason(ids.GAP_OFF, "off", "off", False, "the insole was off; the numbers were skipped")
ERASED = GapReason(
    ids.GAP_ERASED, "erased_on_command", "erased on command", False, "the log was erased by LOG_ERASE or WIPE"
)
IDLE = GapReason(
    ids.GAP_IDLE, "never_requested", "never requested", False, "idle mode: nobody wanted samples"
)
STORAGE = GapReason(
    ids.GAP_STORAGE, "storage_error", "storage error", True, "the device refused to write, or to read"
)
TABLE = (OVERRUN, POWER_LOSS, OVERWRITTEN, LOG_FULL, CORRUPT_PAGE, OFF, ERASED, IDLE, STORAGE)
UNEXPLAINED = GapReason(
    0, "unexplained", "unexplained", True, "the insole has not said why; no reason of the protocol"
)


def find(code: int) -> GapReason:
    """The reason with this code; `UNEXPLAINED` for a code that this version does not know."""
    for reason in TABLE:
        if reason.code == code:
            return reason
    return UNEXPLAINED


def title_of(name: str) -> str:
    """The title of the reason with this name; a name that this version does not know is shown as words.

    >>> title_of("log_full_not_kept")
    'log full, not kept'
    """
    for reason in TABLE + (UNEXPLAINED,):
        if reason.name == name:
            return reason.title
    return name.replace("_", " ")
