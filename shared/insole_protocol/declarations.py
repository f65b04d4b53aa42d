"""What `message_table` declares, with names, for hosts: fields of each command and reply, and their values.

Runs on both interpreters; the insole, which knows the order of its fields, does not import it.
"""

import struct

from insole_protocol import errors, ids, message_table, messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from insole_protocol.host_messages import Reply

    Value = int | bytes | str | tuple[int, ...] | list[tuple[int, int, int]] | None


class Field:
    """A field: `kind` (its type in the table), `name`, `at_most` (None where the type alone limits it)."""

    def __init__(self, text: str) -> None:
        self.kind, name = text.split(" ")
        self.name, _, at_most = name.partition("<=")
        self.at_most = int(at_most) if at_most else None

    @property
    def count(self) -> int:
        """How many values of the struct format it takes."""
        return 16 if self.kind == "u16x16" else 1


class Declaration:
    """One command.

    Attributes:
        op, name: number and name.
        arguments, reply: their fields; what stands at the end (text, value, gaps, counters, data) included.
        section: under which `device info` shows the reply, "" if not.
    """

    def __init__(self, op: int, name: str, arguments: str, reply: str, section: str) -> None:
        self.op = op
        self.name = name
        self.arguments = [Field(text) for text in arguments.split(", ")] if arguments else []
        self.reply = [Field(text) for text in reply.split(", ")] if reply else []
        self.section = section


BY_OP = {row[0]: Declaration(*row) for row in message_table.TABLE}


def name_of(op: int) -> str:
    """The name of a command, `0x7f` where there is none with this number."""
    return BY_OP[op].name if op in BY_OP else "0x%02x" % op


def values_of(reply: "Reply", op: int) -> "dict[str, Value]":
    """The fields of a reply to `op` by name; a text as str, value and data as bytes, gaps as in
    `LogGapsReply`, counters as a tuple.

    Raises:
        ReplyError: the insole refused the command.
        UnknownCommandError: the reply is another command's.
    """
    reply.check()
    if reply.op != op:
        raise errors.UnknownCommandError("reply to command 0x%02x instead of 0x%02x" % (reply.op, op))
    found: "dict[str, Value]" = {}
    at = 0
    for field in BY_OP[op].reply:
        if field.kind == "text":
            found[field.name] = reply.text
        elif field.kind in ("value", "data"):
            found[field.name] = reply.tail
        elif field.kind == "counters":
            found[field.name] = struct.unpack(
                "<%dI" % (len(reply.tail) // messages.COUNTER_BYTES), reply.tail
            )
        elif field.kind == "gaps":
            found[field.name], found["next_cursor"] = _gaps(reply)
        elif field.count > 1:
            found[field.name] = reply.fields[at : at + field.count]  # type: ignore[assignment]
        else:
            found[field.name] = reply.fields[at]
        at += field.count
    return found


def _gaps(reply: "Reply") -> "tuple[list[tuple[int, int, int]], int | None]":
    """(from seq, end seq, reason) of each gap, and where to go on; None at the end."""
    count: int = reply.fields[0]  # type: ignore[assignment]
    gaps: "list[tuple[int, int, int]]" = [
        struct.unpack_from(messages.GAP_FORMAT, reply.tail, i * messages.GAP_BYTES)  # type: ignore[misc]
        for i in range(count)
    ]
    cursor: int = struct.unpack_from("<I", reply.tail, count * messages.GAP_BYTES)[0]
    return gaps, None if cursor == ids.NO_SEQ else cursor
