"""What hypothesis draws: sample rings, records, and ways to spoil bytes."""

import struct
from array import array
from binascii import crc32

from hypothesis import strategies as st
from insole_protocol import block
from insole_protocol.codec import Encoder


@st.composite
def recordings(draw):
    """(frames ring, imu ring or None, first row, count, header fields) of anything an insole may sample."""
    imu = draw(st.booleans())
    count = draw(st.integers(1, block.MAX_FRAMES_IMU if imu else block.MAX_FRAMES))
    rows = count + draw(st.integers(0, 8))
    step = draw(st.sampled_from([0, 1, 3, 20, 400, 4095]))
    seed = draw(st.integers(0, 2**32))
    frames = wander(seed, rows, 16, step, 0, block.COUNT_MAX)
    motion = array("h", wander(seed + 1, rows, 6, 16 * step, -32768, 32767)) if imu else None
    fields = (
        draw(st.integers(0, 2**32 - 20000)),
        draw(st.integers(0, 2**62 - 1)),
        draw(st.integers(0, 65535)),
        draw(st.integers(1, 65535)),
        draw(st.integers(1, 255)),
        1,
        draw(st.integers(0, 65535)),
    )
    return array("H", frames), motion, draw(st.integers(0, rows - 1)), count, fields


def wander(seed, rows, channels, step, low, high):
    """Rows of values, each channel at most `step` from where it was (hypothesis would draw them slowly)."""
    state = seed & 0x3FFFFFFF
    values = [0] * (rows * channels)
    for channel in range(channels):
        value = low + (seed >> channel) % (high - low + 1)
        for row in range(rows):
            state = (state * 1103515245 + 12345) & 0x3FFFFFFF
            value = max(low, min(high, value + (state >> 8) % (2 * step + 1) - step))
            values[row * channels + channel] = value
    return values


def encode(recording, kernels=None):
    """The record of a recording."""
    frames, motion, first, count, fields = recording
    extra = {} if kernels is None else {"kernels": kernels}
    encoder = Encoder(count, motion is not None, **extra)
    out = bytearray(block.MAX_BYTES)
    return bytes(out[: encoder.encode(out, frames, first, count, *fields, motion)])


records = recordings().map(encode)


@st.composite
def with_new_crc(draw):
    """A record with header fields or payload changed and a checksum that vouches for the change."""
    data = bytearray(draw(records))
    for _ in range(draw(st.integers(1, 4))):
        data[draw(st.integers(2, len(data) - 5))] = draw(st.integers(0, 255))
    cut = draw(st.integers(block.MIN_BYTES, len(data)))
    body = data[: cut - 4]
    if draw(st.booleans()):
        struct.pack_into("<H", body, 2, cut)
    return bytes(body) + struct.pack("<I", crc32(body))
