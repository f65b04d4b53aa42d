"""The payloads of many block records of one shape at once: arrays in, arrays out.

Records with the same number of frames, encoding and channels form a regular array. Their unary sections are
unpacked in one go; their low parts are fetched as 64-bit words that hold four samples each.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from insole_protocol import block, block_errors

Ints = npt.NDArray[np.int64]
Octets = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

WORD_BYTES = 8  # bytes that must follow the data, so that the last fetch stays inside
_WORD = 4  # samples in one 64-bit fetch: 4 x 14 bits and 7 bits of misalignment

# Names of the problems by number; 0 is none.
PROBLEMS = (
    "",
    block_errors.BlockLengthError.name,
    block_errors.SyncError.name,
    block_errors.BlockVersionError.name,
    block_errors.CrcError.name,
    block_errors.EncodingError.name,
    block_errors.FrameCountError.name,
    block_errors.SlotsError.name,
    block_errors.DeviceTimeError.name,
    block_errors.LayoutError.name,
    block_errors.PayloadError.name,
    block_errors.SampleRangeError.name,
)
LENGTH, SYNC, VERSION, CRC, ENCODING, FRAMES, SLOTS, TIME, LAYOUT, PAYLOAD, RANGE = range(1, 12)


@dataclass(frozen=True)
class Shape:
    """What records must share to be decoded together."""

    encoding: int
    imu: bool
    frames: int

    @property
    def channels(self) -> int:
        return block.FORCE_CHANNELS + (block.IMU_CHANNELS if self.imu else 0)

    @property
    def key_bytes(self) -> int:
        return block.PACKED_FRAME_BYTES + (block.IMU_FRAME_BYTES if self.imu else 0)


def decode_batch(
    octets: Octets,
    shape: Shape,
    begin: Ints,
    end: Ints,
    rows: Ints,
    counts: npt.NDArray[np.uint16],
    imu: npt.NDArray[np.int16] | None,
) -> npt.NDArray[np.uint8]:
    """Decode records of one shape into `counts` and `imu` from `rows` on.

    Args:
        octets: the bytes that hold them, with WORD_BYTES behind.
        begin, end: where each payload lies.
        rows: row of each record's first frame.

    Returns:
        The problem of each record, 0 where there is none; rows of others hold nothing of use.
    """
    if shape.encoding == block.PACKED:
        problems = np.where(end - begin == shape.key_bytes * shape.frames, 0, PAYLOAD).astype(np.uint8)
        at = np.flatnonzero(problems == 0)
        if not len(at):
            return problems
        force, motion = _unpack(octets, shape, begin[at], shape.frames)
        _store(counts, rows[at], force)
        if shape.imu and imu is not None:
            _store(imu, rows[at], motion)
        return problems
    if shape.frames == 1:
        return np.full(len(begin), PAYLOAD, np.uint8)  # Rice needs a frame after the key frame
    at, residuals, problems = _rice(octets, shape, begin, end)
    if not len(at):
        return problems
    force_key, motion_key = _unpack(octets, shape, begin[at], 1)
    force, wrong = _sum_force(force_key[:, 0], residuals)
    _store(counts, rows[at], force.transpose(0, 2, 1))
    if shape.imu and imu is not None:
        motion, wrong_motion = _sum_imu(motion_key[:, 0], residuals)
        _store(imu, rows[at], motion.transpose(0, 2, 1))
        wrong |= wrong_motion
    problems[at[wrong]] = RANGE
    return problems


def _of_record(flags: Flags) -> Flags:
    """Whether any flag of a record (first axis) is set."""
    return np.asarray(flags.reshape(len(flags), -1).any(axis=1), np.bool_)


def _store(target: npt.NDArray[Any], rows: Ints, values: npt.NDArray[Any]) -> None:
    """Put (records, frames, channels) into the rows of `target` that begin at `rows`."""
    records, frames, channels = (int(size) for size in values.shape)
    if records and rows[-1] - rows[0] == (records - 1) * frames:
        stretch: npt.NDArray[Any] = target[rows[0] : rows[0] + records * frames]
        stretch.reshape(values.shape)[...] = values
    else:
        target[np.ravel(rows[:, None] + np.arange(frames))] = np.reshape(values, (records * frames, channels))


def _sum_force(
    key: npt.NDArray[np.uint16], zigzag: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.uint16], Flags]:
    """Counts (records, 16, frames) from the key frame on, and which records leave 0 to 4095.

    Sixteen bits are enough: no residual is greater than the range, so that a sum which leaves it is seen
    outside before it can come round.
    """
    force = zigzag[:, : block.FORCE_CHANNELS]
    wrong = np.zeros(len(force), np.bool_)
    if force.size and force.max() > 2 * block.COUNT_MAX:
        wrong = _of_record(force > 2 * block.COUNT_MAX)
    sums = np.zeros((*force.shape[:2], force.shape[2] + 1), np.uint16)
    short = force.astype(np.uint16)
    sums[:, :, 1:] = (short >> 1) ^ -(short & 1)
    # One running sum over everything is faster than many short ones; its value at each start is taken off.
    np.cumsum(sums.reshape(-1), dtype=np.uint16, out=sums.reshape(-1))
    sums += (key - sums[:, :, 0])[:, :, None]
    if sums.size and sums.max() > block.COUNT_MAX:
        wrong |= _of_record(sums > block.COUNT_MAX)
    return sums, wrong


def _sum_imu(
    key: npt.NDArray[np.int16], zigzag: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], Flags]:
    """IMU values (records, 6, frames) from the key frame on, and which records leave 16 bits."""
    motion = zigzag[:, block.FORCE_CHANNELS :]
    sums = np.empty((*motion.shape[:2], motion.shape[2] + 1), np.int32)
    sums[:, :, 0] = key
    sums[:, :, 1:] = (motion >> 1) ^ -(motion & 1)
    np.cumsum(sums, axis=2, dtype=np.int32, out=sums)
    return sums, _of_record((sums < -32768) | (sums > 32767))


def _unpack(
    octets: Octets, shape: Shape, begin: Ints, frames: int
) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.int16]]:
    """Counts (records, frames, 16) and IMU values (records, frames, 6 or 0) from packed frames at `begin`."""
    starts = begin[:, None] + np.arange(frames) * shape.key_bytes
    counts = np.empty((*starts.shape, block.FORCE_CHANNELS), np.uint16)
    groups = starts[..., None] + np.arange(0, block.PACKED_FRAME_BYTES, 6)  # four samples in six bytes
    words = _unaligned(octets, "<u8")[groups]
    for i in range(_WORD):
        np.bitwise_and(words, np.uint64(block.COUNT_MAX), out=counts[..., i::_WORD], casting="unsafe")
        words >>= np.uint64(12)
    values = block.IMU_CHANNELS if shape.imu else 0
    places = starts[..., None] + block.PACKED_FRAME_BYTES + 2 * np.arange(values)
    return counts, _unaligned(octets, "<i2")[places]


def _unaligned(octets: Octets, kind: str) -> npt.NDArray[Any]:
    """The integer of that kind that starts at each byte; to be indexed (`take` would copy all of it)."""
    size = np.dtype(kind).itemsize
    return np.ndarray((len(octets) - size + 1,), kind, buffer=octets.data, strides=(1,))


def _rice(
    octets: Octets, shape: Shape, begin: Ints, end: Ints
) -> tuple[Ints, npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Records with a whole Rice payload, their zigzag residuals (records, channels, frames - 1), problems."""
    residuals = shape.frames - 1
    run = block.RUN_FRAMES if shape.encoding == block.RICE_RUNS else block.MAX_FRAMES
    runs = -(-residuals // run)
    ks_at = begin + shape.key_bytes
    ks_bytes = shape.channels * runs // 2
    low_at = ks_at + ks_bytes
    bad = end < low_at
    pairs = octets[np.where(bad, 0, ks_at)[:, None] + np.arange(ks_bytes)]
    ks: Octets = np.stack((pairs & 15, pairs >> 4), axis=-1).astype(np.uint8)
    ks = ks.reshape(-1, shape.channels, runs)
    bad |= (ks > block.MAX_K).any(axis=(1, 2))
    run_lengths = np.minimum(run, residuals - np.arange(runs) * run)
    low_bits = (ks * run_lengths).sum(axis=(1, 2), dtype=np.int64)
    unary_at = low_at + (low_bits + 7 >> 3)
    bad |= unary_at >= end
    last_low = np.where(bad | (low_bits & 7 == 0), 0, unary_at - 1)
    bad |= (low_bits & 7 != 0) & (octets[last_low] >> (low_bits & 7).astype(np.uint8) != 0)
    bad |= octets[np.where(bad, begin, end - 1)] == 0
    at, quotients = _quotients(octets, unary_at, end, bad, shape.channels * residuals)
    problems = np.full(len(begin), PAYLOAD, np.uint8)
    problems[at] = 0
    if not len(at):
        return at, np.empty((0, shape.channels, residuals), np.int32), problems
    run_of_sample = np.arange(residuals) // run
    zigzag = quotients.reshape(-1, shape.channels, residuals)
    np.left_shift(zigzag, np.ascontiguousarray(ks[at][:, :, run_of_sample]), out=zigzag)
    zigzag |= _low_parts(octets, ks[at], low_at[at], residuals, run_lengths)
    return at, zigzag, problems


def _quotients(
    octets: Octets, begin: Ints, end: Ints, bad: Flags, ones: int
) -> tuple[Ints, npt.NDArray[np.int32]]:
    """Records with exactly `ones` one bits in their unary section, and their quotients (records, ones)."""
    at = np.flatnonzero(~bad)
    lengths = (end - begin)[at]
    section = np.cumsum(lengths) - lengths
    index = np.arange(int(lengths.sum())) + np.repeat(begin[at] - section, lengths)
    bits = octets[index]
    if len(at):
        right = np.add.reduceat(np.bitwise_count(bits), section, dtype=np.int64) == ones
        if not right.all():
            wrong = bad.copy()
            wrong[at[~right]] = True
            return _quotients(octets, begin, end, wrong, ones)
    places = np.flatnonzero(np.unpackbits(bits, bitorder="little").view(np.bool_)).astype(np.int32)
    places = places.reshape(-1, ones)
    quotients = np.empty_like(places)
    quotients[:, 0] = places[:, 0] - section * 8
    np.subtract(places[:, 1:], places[:, :-1], out=quotients[:, 1:])
    quotients[:, 1:] -= 1
    return at, quotients


def _low_parts(
    octets: Octets, ks: Octets, low_at: Ints, residuals: int, run_lengths: Ints
) -> npt.NDArray[np.uint16]:
    """(records, channels, residuals) fixed-width low parts, four at a time from 64-bit words."""
    words_of_run = -(-run_lengths // _WORD)  # only the last word of a record can be part empty
    run_of_word = np.repeat(np.arange(len(run_lengths)), words_of_run)
    taken = np.full(len(run_of_word), _WORD)
    taken[np.cumsum(words_of_run) - 1] = run_lengths - (words_of_run - 1) * _WORD
    k = ks[:, :, run_of_word].astype(np.int64)  # (records, channels, words)
    bits = (k * taken).reshape(len(ks), -1)
    start = (np.cumsum(bits, axis=1) - bits + low_at[:, None] * 8).reshape(k.shape)
    words = _unaligned(octets, "<i8")[start >> 3]
    words >>= start & 7  # 4 x 14 bits and 7 of misalignment stay below the sign
    mask = (1 << k) - 1
    lows = np.empty((*k.shape, _WORD), np.uint16)
    for i in range(_WORD):
        np.bitwise_and(words, mask, out=lows[..., i], casting="unsafe")
        words >>= k
    return lows.reshape(len(ks), ks.shape[1], -1)[:, :, :residuals]
