"""Replies with types, for the host: the names are those of `message_table`, a test compares them.

Each class takes a `Reply` and refuses one of another command. Units are in the names. A reply without a class
here is read by name with `declarations.values_of`.
"""

from insole_protocol import ids
from insole_protocol.declarations import values_of
from insole_protocol.host_messages import Reply


class TypedReply:
    """A reply whose fields are attributes.

    Raises:
        ReplyError: the insole refused the command.
        UnknownCommandError: the reply is another command's.
    """

    OP = 0

    def __init__(self, reply: Reply) -> None:
        values = values_of(reply, self.OP)
        for name in values:
            setattr(self, name, values[name])


class HelloReply(TypedReply):
    """Who the insole is. `serial` is 8 bytes in hex, `firmware` the version's text."""

    OP = ids.OP_HELLO
    version: int
    side: int
    layout: int
    capabilities: int
    boot: int
    period_us: int
    next_seq: int
    serial: str
    firmware: str

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply)
        self.serial = "".join(["%02x" % b for b in reply.fields[7]])  # type: ignore[union-attr]


class TimeReply(TypedReply):
    """One round trip of the clock: host's echo, device time at reception and at sending."""

    OP = ids.OP_TIME
    echo: int
    boot: int
    received_us: int
    sent_us: int


class StatusReply(TypedReply):
    """The counters of the insole, section 4.1. `battery_pct` is None when unknown."""

    OP = ids.OP_STATUS
    mode: int
    battery_pct: "int | None"
    battery_mv: int
    uptime_s: int
    slots_sampled: int
    slots_lost: int
    slots_recorded: int
    frames_sent: int
    notify_refusals: int
    max_jitter_us: int
    steps: int
    cadence_spm: float
    free_heap_bytes: int
    faults: int
    malformed: int

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply)
        if self.battery_pct == 255:
            self.battery_pct = None
        self.cadence_spm = self.cadence_spm / 10


class ModeReply(TypedReply):
    """The mode that the insole is in now."""

    OP = ids.OP_SET_MODE
    mode: int


class StreamReply(TypedReply):
    """Number of the first slot that the stream will carry."""

    OP = ids.OP_STREAM
    first_seq: int


class ServiceReply(TypedReply):
    """Whether the interpreter's prompt is open now: 1, or 0."""

    OP = ids.OP_SERVICE
    open: int


class SettingReply:
    """A setting's key and its bytes; `settings.decode` gives the value."""

    def __init__(self, reply: Reply) -> None:
        op = ids.OP_GET_SETTING if reply.op == ids.OP_GET_SETTING else ids.OP_SET_SETTING
        self.key = values_of(reply, op)["key"]
        self.value = reply.tail


class SelfTestReply(TypedReply):
    """Fault flags, the level of each force channel in counts, and a text."""

    OP = ids.OP_SELF_TEST
    faults: int
    levels: "tuple[int, ...]"
    text: str


class LogInfoReply(TypedReply):
    """The state of the insole's log."""

    OP = ids.OP_LOG_INFO
    boot: int
    oldest_seq: int
    next_seq: int
    acknowledged_seq: int
    capacity_pages: int
    used_pages: int
    corrupt_pages: int
    slots_overwritten: int


class CrashReply(TypedReply):
    """Why the insole restarted by itself, section 4.5.

    `stored` crashes can be asked for; `text` is a part of `text_bytes` bytes, the firmware's version in its
    first line.
    """

    OP = ids.OP_CRASH
    stored: int
    boot: int
    uptime_s: int
    cause: int
    text_bytes: int
    text: str


class DiagnosticsReply(TypedReply):
    """Counters in the order of `diagnostic_names.TABLE`; a newer insole has more of them."""

    OP = ids.OP_DIAGNOSTICS
    counters: "tuple[int, ...]"


class LogReadReply(TypedReply):
    """The number of the transfer that begins."""

    OP = ids.OP_LOG_READ
    transfer: int


class LogAckReply(TypedReply):
    """Everything before this slot is acknowledged."""

    OP = ids.OP_LOG_ACK
    acknowledged_seq: int


class LogGapsReply(TypedReply):
    """Gaps as (from seq, end seq, reason), and where to go on; `next_cursor` is None at the end."""

    OP = ids.OP_LOG_GAPS
    gaps: "list[tuple[int, int, int]]"
    next_cursor: "int | None"


class UpdateBeginReply(TypedReply):
    """Where to go on with the bundle; at most `data_bytes` in one UPDATE_DATA, `window` of them open."""

    OP = ids.OP_UPDATE_BEGIN
    next_offset: int
    data_bytes: int
    window: int


class UpdateDataReply(TypedReply):
    """The next byte of the bundle that the insole wants; it may be far behind what was sent."""

    OP = ids.OP_UPDATE_DATA
    next_offset: int


class UpdateStatusReply(TypedReply):
    """How an update stands: the numbers are those of `update_codes`, `slot` 0 is a and 1 is b."""

    OP = ids.OP_UPDATE_STATUS
    state: int
    next_offset: int
    total_bytes: int
    slot: int
    tries_left: int
    waits_for: int
    floor: int
    refusal: int
    text: str


class UpdateEndReply(TypedReply):
    """`update_codes.STATE_VERIFYING`: ask UPDATE_STATUS until it is another."""

    OP = ids.OP_UPDATE_END
    state: int


class ForgetReply(TypedReply):
    """How many bonded peers were forgotten."""

    OP = ids.OP_FORGET
    forgotten: int


class EventsReply(TypedReply):
    """`stored` events can be asked for; `events` are entries of a fixed length, newest first."""

    OP = ids.OP_EVENTS
    stored: int
    events: bytes


class IdentityReply(TypedReply):
    """A part of the identity record of `total_bytes` bytes; 0 where the insole has none."""

    OP = ids.OP_IDENTITY
    total_bytes: int
    part: bytes
