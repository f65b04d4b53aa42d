"""Why bytes from outside were refused: one named class per reason, the same on both interpreters.

`name` is what counters and messages use; it never changes between releases.
"""


class ProtocolError(Exception):
    """Bytes that break the protocol. Nothing of what was refused may be used."""

    name = "protocol"


class MessageError(ProtocolError):
    """A command, reply or transfer message that is refused."""

    name = "message"


class MessageLengthError(MessageError):
    """A message is shorter or longer than its operation says."""

    name = "message_length"


class UnknownCommandError(MessageError):
    """An operation that this end does not know."""

    name = "unknown_command"


class ValueRangeError(MessageError):
    """A field of a message, or a setting, is out of its range."""

    name = "value_range"


class ProtocolVersionError(MessageError):
    """The two ends have no protocol version in common."""

    name = "protocol_version"
