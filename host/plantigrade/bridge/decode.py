"""Records to frames, by the decoder that suits how many there are. Both give the same samples and refuse the
same records.

A live stream brings a few frames at a time, for which the reference decoder is the faster; a log transfer
brings hundreds, for which the vectorised one is.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from insole_protocol import block, decoder
from insole_protocol.block_errors import BlockError

from plantigrade.bridge.frames import Frames
from plantigrade.link import batch_decoder

BATCH_FROM_FRAMES = 40
"""From so many frames on the vectorised decoder pays (measured: 1.2 ms for up to 400 of them against 0.03 ms
each)."""


class Arrived(NamedTuple):
    """A record and when it came."""

    record: bytes
    arrival_ns: int


def decode(arrived: Sequence[Arrived]) -> tuple[list[Frames], list[str]]:
    """The frames of all good records in the order of the records, and the error names of the others."""
    refused = ["trailing_bytes" for item in arrived if _is_too_long(item.record)]
    complete = [item for item in arrived if not _is_too_long(item.record)]
    frames_stated = sum(
        block.frames_of(item.record) for item in complete if len(item.record) > block.FRAMES_AT
    )
    frames, errors = _decode_many(complete) if frames_stated >= BATCH_FROM_FRAMES else _decode_few(complete)
    return frames, refused + errors


def _is_too_long(record: bytes) -> bool:
    """True when bytes follow the record that its header describes: a message is one record."""
    return len(record) > block.MIN_BYTES and len(record) > block.length_of(record) >= block.MIN_BYTES


def _decode_few(arrived: Sequence[Arrived]) -> tuple[list[Frames], list[str]]:
    found: list[Frames] = []
    errors: list[str] = []
    for record, arrival_ns in arrived:
        try:
            decoded = decoder.decode_block(record)
        except BlockError as error:
            errors.append(error.name)
            continue
        header = decoded.header
        step_us = header.slots_per_frame * header.period_us
        imu = (
            None if decoded.imu is None else np.array(decoded.imu, dtype=np.int16).reshape(header.frames, -1)
        )
        found.append(
            Frames(
                record=record,
                seq=header.seq,
                slots_per_frame=header.slots_per_frame,
                boot=header.boot,
                status=header.status,
                device_us=header.time_us + step_us * np.arange(header.frames, dtype=np.int64),
                counts=np.array(decoded.frames, dtype=np.uint16).reshape(header.frames, -1),
                imu=imu,
                arrival_ns=arrival_ns,
            )
        )
    return found, errors


def _decode_many(arrived: Sequence[Arrived]) -> tuple[list[Frames], list[str]]:
    decoded = batch_decoder.decode_records(item.record for item in arrived)
    # Frames of one record lie together: each change of the record begins another batch.
    starts = np.flatnonzero(np.diff(decoded.block, prepend=-1))
    stops = np.append(starts, len(decoded.block))[1:]
    found: list[Frames] = []
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        item = arrived[int(decoded.block[start])]
        imu = decoded.imu[start:stop] if decoded.imu is not None and decoded.has_imu[start] else None
        found.append(
            Frames(
                record=item.record,
                seq=int(decoded.seq[start]),
                slots_per_frame=int(decoded.slots_per_frame[start]),
                boot=int(decoded.boot[start]),
                status=int(decoded.status[start]),
                device_us=decoded.time_us[start:stop],
                counts=decoded.counts[start:stop],
                imu=imu,
                arrival_ns=item.arrival_ns,
            )
        )
    return found, [refused.error for refused in decoded.refused]
