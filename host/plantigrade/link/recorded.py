"""Files of recorded messages: what went over a link, in both directions, with times.

A file begins with the magic `PGMSG\\x01`. Then one entry after the other: u8 direction (0 from the insole,
1 to it), u8 channel, u64 nanoseconds since the recording began, u16 length, the message; all little-endian.
A file that ends in the middle of an entry (the recorder was killed) is good up to there.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple

from insole_protocol.ids import MAX_MESSAGE_BYTES

from plantigrade.errors import FileError
from plantigrade.link.base import Channel, Link, MessageHandler, ignore_message, now_ns

MAGIC = b"PGMSG\x01"
ENTRY = struct.Struct("<BBQH")
FROM_INSOLE = 0
TO_INSOLE = 1


class Entry(NamedTuple):
    """One message of a recording."""

    direction: int
    channel: Channel
    at_ns: int
    message: bytes


def read_entries(path: Path) -> Iterator[Entry]:
    """The messages of a recording, in order.

    Raises:
        FileError: the file cannot be read, is no recording, or holds an impossible entry.
    """
    try:
        with path.open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                raise FileError(path, "is not a recording of messages")
            yield from _entries(path, stream)
    except OSError as error:
        raise FileError(path, f"cannot be read: {error.strerror}") from error


def _entries(path: Path, stream: BinaryIO) -> Iterator[Entry]:
    while len(head := stream.read(ENTRY.size)) == ENTRY.size:
        direction, channel, at_ns, length = ENTRY.unpack(head)
        if direction > TO_INSOLE or channel not in list(Channel) or length > MAX_MESSAGE_BYTES:
            raise FileError(path, f"is damaged at byte {stream.tell() - ENTRY.size}")
        message = stream.read(length)
        if len(message) < length:
            return
        yield Entry(direction, Channel(channel), at_ns, message)


class MessageRecorder:
    """Writes all that goes over a link into a file while it goes on its way; a context manager.

    Wrap a link before it is given to a session: `with MessageRecorder(path) as recorder: link =
    recorder.tap(link)`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._began_ns = now_ns()
        self._stream: BinaryIO | None = None

    def __enter__(self) -> "MessageRecorder":
        """Create the file.

        Raises:
            FileError: it cannot be written.
        """
        try:
            self._stream = self._path.open("wb")
            self._stream.write(MAGIC)
        except OSError as error:
            raise FileError(self._path, f"cannot be written: {error.strerror}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def note(self, direction: int, channel: Channel, message: bytes, at_ns: int) -> None:
        """Write one message."""
        if self._stream is not None:
            since_ns = max(0, at_ns - self._began_ns)
            self._stream.write(ENTRY.pack(direction, channel, since_ns, len(message)) + message)

    def tap(self, link: Link) -> Link:
        """The same link, listened to."""
        return TappedLink(link, self)


class TappedLink:
    """A link whose messages are written down."""

    def __init__(self, link: Link, recorder: MessageRecorder) -> None:
        self._link = link
        self._recorder = recorder
        self.on_message: MessageHandler = ignore_message
        self.closed = link.closed
        self.counters = link.counters
        link.on_message = self._note_and_pass

    @property
    def name(self) -> str:
        """The name of the link behind."""
        return self._link.name

    async def open(self) -> None:
        """Open the link behind."""
        await self._link.open()

    async def close(self) -> None:
        """Close the link behind."""
        await self._link.close()

    async def send(self, channel: Channel, message: bytes) -> None:
        """Write down and send."""
        self._recorder.note(TO_INSOLE, channel, message, now_ns())
        await self._link.send(channel, message)

    def _note_and_pass(self, channel: Channel, message: bytes, arrival_ns: int) -> None:
        self._recorder.note(FROM_INSOLE, channel, message, arrival_ns)
        self.on_message(channel, message, arrival_ns)
