"""The payload of one block record, compiled: a live stream brings a few frames at a time, many times a
second.

It gives the samples of the reference decoder or none: what it does not take, the reference decoder judges.
"""

from typing import Final

import numpy as np
from insole_protocol import block
from numpy.typing import NDArray

from plantigrade.array_types import I64
from plantigrade.compiled import compiled

U8 = NDArray[np.uint8]

_PACKED: Final = block.PACKED
_RUNS: Final = block.RICE_RUNS
_FORCES: Final = block.FORCE_CHANNELS
_MOTIONS: Final = block.IMU_CHANNELS
_FORCE_BYTES: Final = block.PACKED_FRAME_BYTES
_MOTION_BYTES: Final = block.IMU_FRAME_BYTES
_RUN_FRAMES: Final = block.RUN_FRAMES
_MAX_FRAMES: Final = block.MAX_FRAMES
_MAX_K: Final = block.MAX_K
_COUNT_MAX: Final = block.COUNT_MAX
_SIGN: Final = 1 << 15
_ZEROS: Final = np.array([8] + [(byte & -byte).bit_length() - 1 for byte in range(1, 256)], np.int64)
"""Zero bits below the lowest one bit of a byte."""


@compiled()
def _unpack(octets: U8, at: int, counts: NDArray[np.uint16], imu: NDArray[np.int16], row: int) -> None:
    """One frame from its packed bytes at `at`."""
    for pair in range(_FORCES // 2):
        low = np.int64(octets[at])
        middle = np.int64(octets[at + 1])
        high = np.int64(octets[at + 2])
        counts[row, 2 * pair] = low | (middle & 15) << 8
        counts[row, 2 * pair + 1] = middle >> 4 | high << 4
        at += 3
    if len(imu):
        for channel in range(_MOTIONS):
            value = np.int64(octets[at]) | np.int64(octets[at + 1]) << 8
            imu[row, channel] = (value ^ _SIGN) - _SIGN
            at += 2


@compiled()
def _low_bits(octets: U8, ks_at: int, channels: int, runs: int, run: int, residuals: int) -> int:
    """Bits of the low parts of a Rice payload; -1 when a parameter is beyond its range."""
    bits = np.int64(0)
    for i in range(channels * runs):
        k = np.int64(octets[ks_at + (i >> 1)]) >> (4 * (i & 1)) & 15
        if k > _MAX_K:
            return -1
        bits += k * min(run, residuals - i % runs * run)
    return int(bits)


@compiled()
def _is_zero_to_the_byte(octets: U8, bit: int) -> bool:
    """Whether nothing follows in the byte that a bit lies in."""
    return bit & 7 == 0 or octets[bit >> 3] >> (bit & 7) == 0


@compiled()
def _sum_residuals(
    octets: U8,
    ks_at: int,
    low_begin: int,
    low_end: int,
    unary_end: int,
    run: int,
    counts: NDArray[np.uint16],
    imu: NDArray[np.int16],
) -> bool:
    """Add up the residuals of each channel from the key frame on; False where anything is wrong.

    The low parts lie from bit `low_begin` of the record on, the unary ones from `low_end` on.
    """
    frames = len(counts)
    runs = (frames - 1 + run - 1) // run
    low, unary = np.int64(low_begin), np.int64(low_end)
    for channel in range(_FORCES + (_MOTIONS if len(imu) else 0)):
        is_force = channel < _FORCES
        value = np.int64(counts[0, channel]) if is_force else np.int64(imu[0, channel - _FORCES])
        least, most = (0, _COUNT_MAX) if is_force else (-_SIGN, _SIGN - 1)
        for i in range(runs):
            at = channel * runs + i
            k = np.int64(octets[ks_at + (at >> 1)]) >> (4 * (at & 1)) & 15
            mask = (1 << k) - 1
            for row in range(1 + i * run, min(1 + (i + 1) * run, frames)):
                begun = unary
                rest = np.int64(octets[unary >> 3]) >> (unary & 7)
                while rest == 0:
                    unary = (unary | 7) + 1
                    if unary >= unary_end:
                        return False
                    rest = np.int64(octets[unary >> 3])
                unary += int(_ZEROS[rest])
                if unary >= unary_end:
                    return False
                zeros = unary - begun
                unary += 1
                word = np.int64(octets[low >> 3])  # at most 14 bits, 7 bits into three bytes
                word |= np.int64(octets[(low >> 3) + 1]) << 8 | np.int64(octets[(low >> 3) + 2]) << 16
                z = zeros << k | word >> (low & 7) & mask
                low += k
                value += (z >> 1) ^ -(z & 1)
                if value < least or value > most:
                    return False
                if is_force:
                    counts[row, channel] = value
                else:
                    imu[row, channel - _FORCES] = value
    # Behind the last sample of each section there is less than a byte, and all of it is zero.
    if low_end - low >= 8 or unary_end - unary >= 8:
        return False
    return _is_zero_to_the_byte(octets, int(low)) and _is_zero_to_the_byte(octets, int(unary))


@compiled()
def decode_payload(
    octets: U8,
    begin: int,
    end: int,
    encoding: int,
    counts: NDArray[np.uint16],
    imu: NDArray[np.int16],
    time_us: int,
    step_us: int,
    device_us: I64,
) -> bool:
    """Decode the payload at `begin` to `end - 1` of a record whose header and checksum are sound.

    Args:
        octets: (bytes,) of the whole record: behind the payload lie the four bytes of the checksum.
        begin, end: where the payload lies.
        encoding: as in `insole_protocol.block`, without the IMU bit.
        counts: (n, 16), written.
        imu: (n, 6), written; (0, 6) for a record without.
        time_us, step_us: device time of the first frame, and from frame to frame.
        device_us: (n,), written.

    Returns:
        False: the reference decoder has to say what is wrong; no sample written is of use.
    """
    frames = len(counts)
    for row in range(frames):
        device_us[row] = time_us + row * step_us
    key_bytes = _FORCE_BYTES + (_MOTION_BYTES if len(imu) else 0)
    if encoding == _PACKED:
        if end - begin != frames * key_bytes:
            return False
        for row in range(frames):
            _unpack(octets, begin + row * key_bytes, counts, imu, row)
        return True
    residuals = frames - 1
    run = _RUN_FRAMES if encoding == _RUNS else _MAX_FRAMES
    runs = (residuals + run - 1) // run
    channels = _FORCES + (_MOTIONS if len(imu) else 0)
    ks_at = begin + key_bytes
    low_at = ks_at + (channels * runs >> 1)
    if residuals == 0 or end < low_at:
        return False
    low_bits = _low_bits(octets, ks_at, channels, runs, run, residuals)
    unary_at = low_at + (low_bits + 7 >> 3)
    if low_bits < 0 or unary_at >= end:
        return False
    _unpack(octets, begin, counts, imu, 0)
    return _sum_residuals(octets, ks_at, low_at * 8, unary_at * 8, end * 8, run, counts, imu)
