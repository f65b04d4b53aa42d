"""Records to frames: the header checked by the protocol's own code, the payload decoded by a compiled kernel.

What the kernel does not take, the reference decoder judges: the samples are the same, and so are the names
under which records are refused.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from insole_protocol import block, decoder
from insole_protocol.block_errors import BlockError
from insole_protocol.record_header import check

from plantigrade.bridge.frames import Frames
from plantigrade.link.sealed_records import RecordOpener


class Arrived(NamedTuple):
    """A record and when it came."""

    record: bytes
    arrival_ns: int
    vouched_for: bool = False


OPEN = RecordOpener()


def decode(arrived: Sequence[Arrived], opener: RecordOpener = OPEN) -> tuple[list[Frames], list[str]]:
    """The frames of all good records in the order of the records, and the error names of the others."""
    found: list[Frames] = []
    refused: list[str] = []
    opened = opener.open_all([one.record for one in arrived], [one.vouched_for for one in arrived])
    for (record, arrival_ns, _), plain in zip(arrived, opened, strict=True):
        if _is_too_long(record):
            refused.append("trailing_bytes")
            continue
        try:
            if isinstance(plain, BlockError):
                raise plain
            found.append(_frames_of(record, plain, arrival_ns))
        except BlockError as error:
            refused.append(error.name)
    return found, refused


def load_kernel() -> None:
    """Have the kernel ready: the first call of all compiles it, which takes a second or two."""
    counts, imu = np.zeros((1, block.FORCE_CHANNELS), np.uint16), np.zeros((0, block.IMU_CHANNELS), np.int16)
    nothing = bytes(block.PACKED_FRAME_BYTES)
    _decode_payload(nothing, 0, len(nothing), block.PACKED, counts, imu, 0, 0, np.zeros(1, np.int64))


def _decode_payload(record: bytes, begin: int, end: int, *fields: Any) -> bool:
    """`payload_kernel.decode_payload` of one record by itself."""
    # Imported late: commands that decode nothing do without the compiler.
    from plantigrade.link.payload_kernel import SPARE_BYTES, decode_payload, longs_at

    octets = np.frombuffer(record + bytes(SPARE_BYTES), np.uint8)
    return decode_payload(octets, longs_at(octets), begin, end, *fields)


def _is_too_long(record: bytes) -> bool:
    """True when bytes follow the record that its header describes: a message is one record."""
    return len(record) > block.MIN_BYTES and len(record) > block.length_of(record) >= block.MIN_BYTES


def _frames_of(stored: bytes, record: bytes, arrival_ns: int) -> Frames:
    header = check(record)
    frames = header.frames
    counts = np.empty((frames, block.FORCE_CHANNELS), np.uint16)
    imu = np.empty((frames if header.imu else 0, block.IMU_CHANNELS), np.int16)
    device_us = np.empty(frames, np.int64)
    taken = _decode_payload(
        record,
        block.HEADER_BYTES,
        header.length - block.CRC_BYTES,
        header.encoding,
        counts,
        imu,
        header.time_us,
        header.slots_per_frame * header.period_us,
        device_us,
    )
    if not taken:
        decoded = decoder.decode_block(record)  # says what is wrong
        counts = np.array(decoded.frames, np.uint16).reshape(counts.shape)
        imu = np.array(decoded.imu or (), np.int16).reshape(imu.shape)
    return Frames(
        stored,
        header.seq,
        header.slots_per_frame,
        header.boot,
        header.status,
        device_us,
        counts,
        imu if header.imu else None,
        arrival_ns,
    )
