"""Opening a file of unknown content: plain or gzipped text, with every size capped."""

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from plantigrade.errors import FileError

MAX_BYTES: Final = 8 << 30
"""Most bytes read from one file after decompression: more than two days of 99 cells a foot at 100 Hz in
text.
"""
MAX_LINE: Final = 1 << 20
HEAD_BYTES: Final = 1 << 16
_GZIP_MAGIC: Final = b"\x1f\x8b"
DecimalMark = Literal["point", "comma"]
_READ_ERRORS = (gzip.BadGzipFile, zlib.error, EOFError)


@dataclass(frozen=True)
class Head:
    """The beginning of a file, as far as recognising needs it.

    Attributes:
        path: the file.
        raw: at most `HEAD_BYTES` bytes, decompressed.
        text: the same as text, lines ended by \\n; empty for a binary file.
    """

    path: Path
    raw: bytes
    text: str

    @property
    def is_text(self) -> bool:
        """False for binary files."""
        return bool(self.text)

    def lines(self, count: int) -> list[str]:
        """The first `count` lines that are not blank."""
        retained = [line for line in self.text.splitlines() if line.strip()]
        return retained[:count]


class _Capped(io.RawIOBase):
    """A byte stream that refuses to grow beyond what its source allows, and names the file in errors."""

    def __init__(self, file: io.BufferedReader, source: "Source") -> None:
        self._file = file
        self._stream = gzip.GzipFile(fileobj=file) if source.compressed else file
        self._path = source.path
        self._on_progress = source.on_progress
        self._most_bytes = source.most_bytes or MAX_BYTES
        self._size = max(1, source.path.stat().st_size)
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        try:
            block = self._stream.read(len(buffer))
        except _READ_ERRORS as error:
            raise FileError(
                self._path, "the gzip data are damaged or end early; copy the file again"
            ) from error
        except OSError as error:
            raise FileError(self._path, f"cannot be read: {error.strerror or error}") from error
        self._count += len(block)
        if self._count > self._most_bytes:
            raise FileError(
                self._path, f"holds more than {self._most_bytes >> 30} GiB; cut it into shorter recordings"
            )
        buffer[: len(block)] = block
        if self._on_progress is not None:
            self._on_progress(min(1.0, self._file.tell() / self._size))
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._file.close()
        super().close()


@dataclass(frozen=True)
class Source:
    """A file to import.

    Attributes:
        path: where it is.
        compressed: gzipped, found from its first bytes.
        encoding: of its text, found from the byte order mark or from its first characters.
        on_progress: told the share of the file that has been read, 0 to 1.
        most_bytes: that may be read from it, unpacked; None for `MAX_BYTES`.
        on_understood: told what a reader made of lines of the file: first, last, meaning.
        decimal_mark: "point" or "comma" where the user states it, for tables whose numbers leave it open.
    """

    path: Path
    compressed: bool
    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"]
    on_progress: Callable[[float], None] | None = None
    most_bytes: int | None = None
    on_understood: Callable[[int, int, str], None] | None = None
    decimal_mark: DecimalMark | None = None

    def understood(self, first_line: int, meaning: str, *, last_line: int | None = None) -> None:
        """Say what lines of the file mean, for `analyze --explain`.

        Args:
            first_line: counted from 1.
            meaning: as text.
            last_line: where it is more than one line.
        """
        if self.on_understood is not None:
            self.on_understood(first_line, last_line or first_line, meaning)

    def open(self) -> io.BufferedReader:
        """The decompressed bytes.

        Raises:
            FileError: while reading, for damaged gzip data and for files that are too large.
        """
        try:
            stream = _Capped(self.path.open("rb"), self)
        except OSError as error:
            raise FileError(self.path, f"cannot be opened: {error.strerror or error}") from error
        return io.BufferedReader(stream, buffer_size=1 << 18)

    def lines(self) -> Iterator[str]:
        """Text lines with their line end, so that a line cut off at the end of the file can be told.

        Raises:
            FileError: as `open`, and for a line that is longer than any format has.
        """
        with io.TextIOWrapper(self.open(), encoding=self.encoding, errors="replace") as text:
            while line := text.readline(MAX_LINE):
                if len(line) >= MAX_LINE:
                    raise FileError(self.path, "has a line of more than a million characters; it is no table")
                yield line

    def head(self) -> Head:
        """The beginning of the file."""
        with self.open() as stream:
            raw = stream.read(HEAD_BYTES)
        # A cut in the middle of a wide character must not make text look binary: errors are replaced.
        text = raw.decode(self.encoding, errors="replace").lstrip("\ufeff")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return Head(self.path, raw, "" if "\x00" in text else text)


def open_source(path: Path) -> Source:
    """Look at the first bytes of a file.

    Raises:
        FileError: the file does not exist, is a folder, cannot be read, or is empty.
    """
    if path.is_dir():
        raise FileError(path, "is a folder; name a recording inside it")
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
    except OSError as error:
        raise FileError(path, f"cannot be opened: {error.strerror or error}") from error
    if not start:
        raise FileError(path, "is empty")
    compressed = start.startswith(_GZIP_MAGIC)
    draft = Source(path, compressed, "latin-1")
    if compressed:
        with draft.open() as stream:
            start = stream.read(4)
        if not start:
            raise FileError(path, "is empty inside its gzip wrapping")
    if start.startswith(b"\xef\xbb\xbf"):
        return Source(path, compressed, "utf-8-sig")
    if start in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        return Source(path, compressed, "utf-32")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Source(path, compressed, "utf-16")
    raw = draft.head().raw
    if (wide := _utf_16_without_mark(raw)) is not None:
        return Source(path, compressed, wide)
    return Source(path, compressed, "utf-8" if _is_utf8(raw) else "latin-1")


def _utf_16_without_mark(raw: bytes) -> Literal["utf-16-le", "utf-16-be"] | None:
    """UTF-16 shows as text with a zero in every second byte."""
    start = raw[:20]
    if len(start) < 8:
        return None
    even, odd = start[::2], start[1::2]
    if not any(odd) and all(0x08 < one < 0x7F for one in even):
        return "utf-16-le"
    if not any(even) and all(0x08 < one < 0x7F for one in odd):
        return "utf-16-be"
    return None


def _is_utf8(raw: bytes) -> bool:
    """Whether the beginning of a file is UTF-8 without a byte order mark; a character cut at its end is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(raw)
    except UnicodeDecodeError:
        return False
    return True
