"""The payloads of block records, compiled: of one record, as a live stream brings them many times a second,
or of all records of a day.

It gives the samples of the reference decoder or none: what it does not take, the reference decoder judges.
"""

from typing import Any, Final

import numpy as np
from insole_protocol import block
from numba.cpython.unsafe.numbers import trailing_zeros  # pyright: ignore[reportUnknownVariableType]
from numba.extending import overload
from numpy.typing import NDArray

from plantigrade.array_types import I64
from plantigrade.compiled import compiled

U8 = NDArray[np.uint8]

_PACKED: Final = block.PACKED
_RUNS: Final = block.RICE_RUNS
_IMU_BIT: Final = block.IMU_BIT
_FORCES: Final = block.FORCE_CHANNELS
_MOTIONS: Final = block.IMU_CHANNELS
_FORCE_BYTES: Final = block.PACKED_FRAME_BYTES
_MOTION_BYTES: Final = block.IMU_FRAME_BYTES
_RUN_FRAMES: Final = block.RUN_FRAMES
_MAX_FRAMES: Final = block.MAX_FRAMES
_MAX_K: Final = block.MAX_K
_COUNT_MAX: Final = block.COUNT_MAX
_SIGN: Final = 1 << 15
SPARE_BYTES: Final = 8
"""Bytes that must lie behind a payload: it is read in 64-bit words."""
_WINDOW_BITS: Final = 56
_WINDOW: Final = (1 << _WINDOW_BITS) - 1
"""Of a word that begins at any bit of a byte so many bits are there for certain."""


def longs_at(octets: U8) -> I64:
    """The 64-bit word that begins at each byte (n - 7,), as a view."""
    return np.ndarray((len(octets) - 7,), np.dtype("<i8"), buffer=octets.data, strides=(1,))


def _lowest_one(word: int) -> int:
    """Zero bits below the lowest one bit of a word that has one."""
    return (int(word) & -int(word)).bit_length() - 1


@overload(_lowest_one, strict=False)
def _lowest_one_compiled(word: Any) -> Any:  # pyright: ignore[reportUnusedFunction]
    return lambda word: np.int64(trailing_zeros(word))  # pyright: ignore


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
def _parameter(octets: U8, ks_at: int, at: int) -> np.int64:
    """Rice parameter number `at`: two to a byte."""
    return np.int64(octets[ks_at + (at >> 1)]) >> (4 * (at & 1)) & 15


@compiled()
def _low_bits(octets: U8, ks_at: int, channels: int, runs: int, run: int, residuals: int) -> int:
    """Bits of the low parts of a Rice payload; -1 when a parameter is beyond its range."""
    bits, at = np.int64(0), np.int64(0)
    for _ in range(channels):
        for i in range(runs):
            k = _parameter(octets, ks_at, at)
            if k > _MAX_K:
                return -1
            bits += k * min(run, residuals - i * run)
            at += 1
    return int(bits)


@compiled()
def _is_zero_to_the_byte(octets: U8, bit: int) -> bool:
    """Whether nothing follows in the byte that a bit lies in."""
    return bit & 7 == 0 or octets[bit >> 3] >> (bit & 7) == 0


@compiled()
def _sum_run(
    longs: I64, bits: Any, unary_end: int, k: int, value: int, shift: int, column: Any, first: int, last: int
) -> Any:
    """Add up the residuals of one channel that share a parameter, from `value` on, into rows `first` to
    before `last` of `column`.

    Args:
        longs: as in `decode_payload`.
        bits: where the next low part begins, the next unary part, and what is known of the unary bits from
            there on; what is not known yet is zero.
        unary_end: where the unary parts end.
        k: the parameter.
        shift: added to the values before they are combined, so that none that is allowed is below zero.

    Returns:
        `bits` behind the run, its last value, and all values combined by OR; -1 where the bits have ended.
    """
    low, unary, window = bits
    mask = (1 << k) - 1
    seen = np.int64(0)
    for row in range(first, last):
        begun = unary
        while window == 0:
            if unary >= unary_end:
                return (low, unary, window), value, np.int64(-1)
            # unsigned, so that no place is taken for one counted from the end
            window = longs[np.uint64(unary) >> np.uint64(3)] >> (unary & 7) & _WINDOW
            if window == 0:
                unary += _WINDOW_BITS
        zeros = np.int64(_lowest_one(window))
        window >>= zeros + 1
        unary += zeros + 1
        z = (unary - 1 - begun) << k | longs[np.uint64(low) >> np.uint64(3)] >> (low & 7) & mask
        low += k
        value += (z >> 1) ^ -(z & 1)
        seen |= value + shift
        column[row] = value
    return (low, unary, window), value, seen


@compiled()
def _sum_channels(
    octets: U8, longs: I64, ks_at: int, bits: Any, unary_end: int, run: int, rows: Any, shift: int, most: int
) -> Any:
    """Add up the residuals of each column of `rows` from its first row on.

    Args:
        ks_at: where the parameters of these columns begin.
        bits, unary_end, shift: as for `_sum_run`.
        most: the largest value that is allowed, with `shift` added: a power of two less one.

    Returns:
        Whether every value was allowed, and `bits` behind them.
    """
    frames = len(rows)
    at = np.int64(0)
    for channel in range(rows.shape[1]):
        value, column = np.int64(rows[0, channel]), rows[:, channel]
        for first in range(1, frames, run):
            k, last = _parameter(octets, ks_at, at), min(first + run, frames)
            bits, value, seen = _sum_run(longs, bits, unary_end, k, value, shift, column, first, last)
            if seen & ~most:
                return False, bits
            at += 1
    return True, bits


@compiled()
def _sum_residuals(
    octets: U8,
    longs: I64,
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
    bits = (np.int64(low_begin), np.int64(low_end), np.int64(0))
    sound, bits = _sum_channels(octets, longs, ks_at, bits, unary_end, run, counts, 0, _COUNT_MAX)
    if sound and len(imu):
        ks_at += _FORCES * runs >> 1  # two to a byte, and the channels of forces are even
        sound, bits = _sum_channels(octets, longs, ks_at, bits, unary_end, run, imu, _SIGN, 2 * _SIGN - 1)
    if not sound:
        return False
    low, unary, _ = bits
    # Behind the last sample of each section there is less than a byte, and all of it is zero.
    if unary > unary_end or low_end - low >= 8 or unary_end - unary >= 8:
        return False
    return _is_zero_to_the_byte(octets, int(low)) and _is_zero_to_the_byte(octets, int(unary))


@compiled()
def decode_payload(
    octets: U8,
    longs: I64,
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
        octets: (bytes,) that hold the record, with `SPARE_BYTES` behind the payload.
        longs: of `longs_at`.
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
    return _sum_residuals(octets, longs, ks_at, low_at * 8, unary_at * 8, end * 8, run, counts, imu)


@compiled()
def decode_payloads(
    octets: U8,
    longs: I64,
    begins: I64,
    ends: I64,
    encodings: U8,
    rows: I64,
    frames: I64,
    times_us: I64,
    steps_us: I64,
    counts: NDArray[np.uint16],
    imu: NDArray[np.int16],
    device_us: I64,
    taken: NDArray[np.bool_],
) -> None:
    """Decode many payloads as `decode_payload` does.

    Args:
        octets, longs: as for `decode_payload`.
        begins, ends, times_us, steps_us: (k,) of each record.
        encodings: (k,) as in `insole_protocol.block`, with the IMU bit.
        rows, frames: (k,) where its frames go.
        counts: (n, 16), written.
        imu: (n, 6), written where a record has motions; (0, 6) where none has.
        device_us: (n,), written.
        taken: (k,), written: what `decode_payload` returned.
    """
    for r in range(len(begins)):
        first, last = rows[r], rows[r] + frames[r]
        moved = imu[first:last] if encodings[r] & _IMU_BIT else imu[:0]
        taken[r] = decode_payload(
            octets,
            longs,
            begins[r],
            ends[r],
            encodings[r] & 15,
            counts[first:last],
            moved,
            times_us[r],
            steps_us[r],
            device_us[first:last],
        )


@compiled()
def spread_over_frames(
    rows: I64,
    frames: I64,
    numbers: I64,
    seqs: I64,
    slots: U8,
    boots: NDArray[np.uint16],
    statuses: NDArray[np.uint16],
    out_number: I64,
    out_seq: I64,
    out_slots: U8,
    out_boot: NDArray[np.uint16],
    out_status: NDArray[np.uint16],
) -> None:
    """Give each frame (n,) the fields of its record (k,); the slot numbers go up by the slots of a frame."""
    for r in range(len(rows)):
        for i in range(frames[r]):
            row = rows[r] + i
            out_number[row] = numbers[r]
            out_seq[row] = seqs[r] + i * np.int64(slots[r])
            out_slots[row] = slots[r]
            out_boot[row] = boots[r]
            out_status[row] = statuses[r]
