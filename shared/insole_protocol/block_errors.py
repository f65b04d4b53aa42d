"""Why a block record was refused (PROTOCOL.md section 2); apart, because an insole reads none."""

from insole_protocol.errors import ProtocolError


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


class NoKeyError(BlockError):
    """The record is sealed under a key that is not at hand."""

    name = "no_key"


class TagError(BlockError):
    """The record is sealed, and its tag does not match: it was changed, or made by somebody else."""

    name = "tag"


class UnsealedError(BlockError):
    """The record is not sealed, and the insole that it should come from seals its records."""

    name = "unsealed"
