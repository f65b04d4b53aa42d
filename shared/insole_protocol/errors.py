"""Why bytes from outside were refused: one named class per reason, the same on both interpreters.

`name` is what counters and messages use; it never changes between releases.
"""


class ProtocolError(Exception):
    """Bytes that break the protocol. Nothing of what was refused may be used."""

    name = "protocol"


class BlockError(ProtocolError):
    """A block record that is refused (PROTOCOL.md section 2)."""

    name = "block"


class SyncError(BlockError):
    """The first byte is not the sync byte."""

    name = "sync"


class BlockVersionError(BlockError):
    """The record has a format version that this reader does not know."""

    name = "block_version"


class BlockLengthError(BlockError):
    """The length field is out of range or goes beyond the bytes at hand."""

    name = "block_length"


class CrcError(BlockError):
    """The checksum does not match: a bit flipped somewhere."""

    name = "crc"


class FrameCountError(BlockError):
    """No frame or too many frames in a record."""

    name = "frame_count"


class SlotsError(BlockError):
    """A frame stands for no slot, or slots have no period."""

    name = "slots"


class DeviceTimeError(BlockError):
    """A device time or a slot number that no insole can have reached."""

    name = "device_time"


class EncodingError(BlockError):
    """The record has an encoding that this reader does not know."""

    name = "encoding"


class LayoutError(BlockError):
    """The record has a sensor layout that this reader does not know."""

    name = "layout"


class PayloadError(BlockError):
    """The payload ends early or late, or its padding is not zero."""

    name = "payload"


class SampleRangeError(BlockError):
    """A residual leaves the range of its channel."""

    name = "sample_range"


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


class ReplyError(MessageError):
    """The other end refused a command; `result` is its code, the text says why in words."""

    name = "reply"

    def __init__(self, result: int, text: str) -> None:
        super().__init__(text)
        self.result = result
        self.text = text


class ProtocolVersionError(MessageError):
    """The two ends have no protocol version in common."""

    name = "protocol_version"


class AdvertisementError(ProtocolError):
    """Manufacturer data that is not an insole's."""

    name = "advertisement"


class LogPageError(ProtocolError):
    """A page of the insole's log that is refused."""

    name = "log_page"
