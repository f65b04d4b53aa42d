"""Replies with names and types, for the host. `host_messages` parses; these classes name the fields.

Each takes a `Reply` and refuses one of another command. Units are in the names.
"""

import struct

from insole_protocol import errors, ids, messages
from insole_protocol.host_messages import Reply


def _fields(reply: Reply, op: int) -> "tuple[int, ...]":
    """The fields of a reply to `op`.

    Raises:
        ReplyError: the insole refused the command.
        UnknownCommandError: the reply is another command's.
    """
    reply.check()
    if reply.op != op:
        raise errors.UnknownCommandError("reply to command 0x%02x instead of 0x%02x" % (reply.op, op))
    return reply.fields  # type: ignore[return-value]


class HelloReply:
    """Who the insole is. `serial` is 8 bytes in hex, `firmware` the version's text."""

    def __init__(self, reply: Reply) -> None:
        fields = _fields(reply, ids.OP_HELLO)
        self.version, self.side, self.layout, self.capabilities = fields[:4]
        self.boot, self.period_us, self.next_seq = fields[4:7]
        self.serial = "".join(["%02x" % b for b in reply.fields[7]])  # type: ignore[union-attr]
        self.firmware = reply.text


class TimeReply:
    """One round trip of the clock: host's echo, device time at reception and at sending."""

    def __init__(self, reply: Reply) -> None:
        fields = _fields(reply, ids.OP_TIME)
        self.echo, self.boot, self.received_us, self.sent_us = fields


class StatusReply:
    """The counters of the insole, section 4.1. `battery_pct` is None when unknown."""

    def __init__(self, reply: Reply) -> None:
        fields = _fields(reply, ids.OP_STATUS)
        self.mode = fields[0]
        self.battery_pct = None if fields[1] == 255 else fields[1]
        self.battery_mv, self.uptime_s = fields[2:4]
        self.slots_sampled, self.slots_lost, self.slots_recorded = fields[4:7]
        self.frames_sent, self.notify_refusals, self.max_jitter_us, self.steps = fields[7:11]
        self.cadence_spm = fields[11] / 10
        self.free_heap_bytes, self.faults, self.malformed = fields[12:15]


class ModeReply:
    """The mode that the insole is in now."""

    def __init__(self, reply: Reply) -> None:
        (self.mode,) = _fields(reply, ids.OP_SET_MODE)


class StreamReply:
    """Number of the first slot that the stream will carry."""

    def __init__(self, reply: Reply) -> None:
        (self.first_seq,) = _fields(reply, ids.OP_STREAM)


class SettingReply:
    """A setting's key and its bytes; `settings.decode` gives the value."""

    def __init__(self, reply: Reply) -> None:
        op = ids.OP_GET_SETTING if reply.op == ids.OP_GET_SETTING else ids.OP_SET_SETTING
        (self.key,) = _fields(reply, op)
        self.value = reply.tail


class SelfTestReply:
    """Fault flags, the level of each force channel in counts, and a text."""

    def __init__(self, reply: Reply) -> None:
        fields = _fields(reply, ids.OP_SELF_TEST)
        self.faults = fields[0]
        self.levels = fields[1:17]
        self.text = reply.text


class LogInfoReply:
    """The state of the insole's log."""

    def __init__(self, reply: Reply) -> None:
        fields = _fields(reply, ids.OP_LOG_INFO)
        self.boot, self.oldest_seq, self.next_seq, self.acknowledged_seq = fields[:4]
        self.capacity_pages, self.used_pages, self.corrupt_pages, self.slots_overwritten = fields[4:8]


class LogReadReply:
    """The number of the transfer that begins."""

    def __init__(self, reply: Reply) -> None:
        (self.transfer,) = _fields(reply, ids.OP_LOG_READ)


class LogAckReply:
    """Everything before this slot is acknowledged."""

    def __init__(self, reply: Reply) -> None:
        (self.acknowledged_seq,) = _fields(reply, ids.OP_LOG_ACK)


class LogGapsReply:
    """Gaps as (from seq, end seq, reason), and where to go on; `next_cursor` is None at the end."""

    def __init__(self, reply: Reply) -> None:
        (count,) = _fields(reply, ids.OP_LOG_GAPS)
        self.gaps: "list[tuple[int, int, int]]" = [
            struct.unpack_from(messages.GAP_FORMAT, reply.tail, i * messages.GAP_BYTES)  # type: ignore[misc]
            for i in range(count)
        ]
        cursor: int = struct.unpack_from("<I", reply.tail, count * messages.GAP_BYTES)[0]
        self.next_cursor = None if cursor == ids.NO_SEQ else cursor
