"""The file through which a virtual board's converter reads: `feed.bin`.

32 bytes of header (magic `PGFD`, u16 version, u16 channels, u32 rate_hz, u64 rows, zeros), then rows of one
little-endian u16 a channel: what `ADC.read_u16()` returns, the 12-bit code in the upper bits.

A file of motion (magic `PGMF`) has the same header and rows of six i16: acceleration and angular rate in the
axes of the motion sensor's chip, in counts of its widest ranges.
"""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plantigrade.errors import FileError

HEADER = struct.Struct("<4sHHIQ12x")
MAGIC = b"PGFD"
MOTION_MAGIC = b"PGMF"
VERSION = 1
CODE_SHIFT = 4


def write_feed(path: Path, counts: NDArray[np.uint16], rate_hz: float) -> None:
    """Write codes (n, channels) of 12 bits as a feed.

    Raises:
        ValueError: the array is not two-dimensional or a code exceeds 12 bits.
        FileError: the file cannot be written.
    """
    if counts.ndim != 2:
        raise ValueError(f"codes must have the shape (n, channels), not {counts.shape}")
    if counts.size and int(counts.max()) > 0xFFF:
        raise ValueError("a code exceeds 12 bits")
    header = HEADER.pack(MAGIC, VERSION, counts.shape[1], round(rate_hz), len(counts))
    rows = np.left_shift(counts.astype("<u2"), CODE_SHIFT)
    try:
        with path.open("wb") as stream:
            stream.write(header)
            stream.write(rows.tobytes())
    except OSError as error:
        raise FileError(path, f"cannot be written ({error.strerror})") from error


def write_motion_feed(path: Path, counts: NDArray[np.int16], rate_hz: float) -> None:
    """Write what the chip of a motion sensor feels (n, 6) as a feed beside that of the forces.

    Raises:
        ValueError: the array does not have six columns.
        FileError: the file cannot be written.
    """
    if counts.ndim != 2 or counts.shape[1] != 6:
        raise ValueError(f"motion must have the shape (n, 6), not {counts.shape}")
    try:
        with path.open("wb") as stream:
            stream.write(HEADER.pack(MOTION_MAGIC, VERSION, 6, round(rate_hz), len(counts)))
            stream.write(counts.astype("<i2").tobytes())
    except OSError as error:
        raise FileError(path, f"cannot be written ({error.strerror})") from error


def read_feed(path: Path) -> tuple[NDArray[np.uint16], int]:
    """The 12-bit codes (n, channels) and the rate of a feed.

    Raises:
        FileError: the file is missing, is no feed, or is cut short.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror})") from error
    if len(data) < HEADER.size or data[:4] != MAGIC:
        raise FileError(path, "is not a sensor feed (it does not begin with PGFD)")
    _, version, channels, rate_hz, rows = HEADER.unpack_from(data)
    if version != VERSION:
        raise FileError(path, f"is a feed of version {version}; this program reads version {VERSION}")
    if len(data) - HEADER.size != rows * channels * 2:
        raise FileError(path, "is cut short: its length does not match its header")
    codes = np.frombuffer(data, "<u2", offset=HEADER.size).reshape(rows, channels)
    return np.right_shift(codes, CODE_SHIFT).astype(np.uint16), rate_hz
