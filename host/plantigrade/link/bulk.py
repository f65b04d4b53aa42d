"""Block records in bulk: many records decoded at once with NumPy.

`insole_protocol.codec.decode_block` is the reference; this module gives the same samples and refuses the same records,
some tens of times faster. Records with the same number of frames, encoding and channels form a regular array: their
unary sections are unpacked in one go, their low parts are fetched as 64-bit words that hold four samples each.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from insole_protocol import block, errors
from insole_protocol.layout import LAYOUT_ID

Bytes = bytes | bytearray | memoryview
Ints = npt.NDArray[np.int64]
Octets = npt.NDArray[np.uint8]

_CRC_RESIDUE = 0x2144DF1C  # CRC-32 of anything with its own CRC-32 behind it
_BATCH_FRAMES = 8192  # frames decoded together: the temporary arrays stay in the cache
_WORD = 4  # samples in one 64-bit fetch: 4 x 14 bits and 7 bits of misalignment
_PAD = 8  # bytes behind the data, so that the last fetch stays inside
_HEADER = np.dtype(
    [
        ("sync", "u1"),
        ("version", "u1"),
        ("length", "<u2"),
        ("seq", "<u4"),
        ("time_us", "<u8"),
        ("boot", "<u2"),
        ("period_us", "<u2"),
        ("frames", "u1"),
        ("slots_per_frame", "u1"),
        ("encoding", "u1"),
        ("layout", "u1"),
        ("status", "<u2"),
    ]
)


@dataclass(frozen=True)
class Refused:
    """A record that gave no sample.

    Attributes:
        index: which of the records asked for.
        offset: where it starts in the data.
        error: the name of the error, as in `insole_protocol.errors`.
    """

    index: int
    offset: int
    error: str


@dataclass(frozen=True)
class DecodedBlocks:
    """The frames of all good records, in the order of the records.

    Attributes:
        counts: (N, 16) uint16, raw ADC counts 0 to 4095.
        imu: (N, 6) int16 raw values, or None when no record has them; rows of records without are 0.
        has_imu: (N,) bool.
        seq: (N,) int64, number of the frame's first slot.
        time_us: (N,) int64, device time of the frame's first slot.
        boot: (N,) uint16.
        status: (N,) uint16, flags of the frame's record.
        slots_per_frame: (N,) uint8.
        block: (N,) int64, index of the frame's record among those asked for.
        refused: records that gave nothing, and why.
    """

    counts: npt.NDArray[np.uint16]
    imu: npt.NDArray[np.int16] | None
    has_imu: npt.NDArray[np.bool_]
    seq: Ints
    time_us: Ints
    boot: npt.NDArray[np.uint16]
    status: npt.NDArray[np.uint16]
    slots_per_frame: npt.NDArray[np.uint8]
    block: Ints
    refused: tuple[Refused, ...]

    @property
    def errors(self) -> Counter[str]:
        """How many records were refused for each reason."""
        return Counter(refused.error for refused in self.refused)


@dataclass(frozen=True)
class Found:
    """Where records lie in a stretch of bytes.

    Attributes:
        offsets: (n,) int64 start of each record that its checksum vouches for.
        skipped_bytes: bytes that belong to no such record.
        errors: for each stretch of skipped bytes, why its start is no record.
        consumed: everything before this index is dealt with; what follows may be the beginning of a record.
    """

    offsets: Ints
    skipped_bytes: int
    errors: Counter[str]
    consumed: int


def find_blocks(data: Bytes, *, final: bool = True) -> Found:
    """Find the records in `data`, past any garbage between them.

    Args:
        data: bytes to search.
        final: no more bytes will follow; otherwise an incomplete record at the end is left for the next call, which
            must get the bytes from `consumed` on (at most `block.MAX_BYTES` of them).
    """
    view = memoryview(data).cast("B")
    raw = bytes(view) if not isinstance(data, bytes) else data
    marker = bytes((block.SYNC, block.VERSION))
    offsets: list[int] = []
    counted: Counter[str] = Counter()
    at = skipped = 0
    lost = False  # inside a stretch of garbage
    while at < len(raw):
        problem = _problem_at(view, at)
        if problem is None:
            offsets.append(at)
            at += raw[at + 2] | raw[at + 3] << 8
            lost = False
            continue
        if problem == "incomplete" and not final:
            break
        if not lost:
            counted[errors.BlockLengthError.name if problem == "incomplete" else problem] += 1
            lost = True
        behind = raw.find(marker, at + 1)
        if behind < 0:
            behind = len(raw) - (1 if not final and raw[-1] == block.SYNC and len(raw) - 1 > at else 0)
        skipped += behind - at
        at = behind
    return Found(np.asarray(offsets, np.int64), skipped, counted, at)


def _problem_at(view: memoryview, at: int) -> str | None:
    """Why no record starts at `at`; "incomplete" when one may start there but its end is missing."""
    left = len(view) - at
    if view[at] != block.SYNC:
        return errors.SyncError.name
    if left >= 2 and view[at + 1] != block.VERSION:
        return errors.BlockVersionError.name
    if left < 4:
        return "incomplete"
    length = view[at + 2] | view[at + 3] << 8
    if not block.MIN_BYTES <= length <= block.MAX_BYTES:
        return errors.BlockLengthError.name
    if length > left:
        return "incomplete"
    return None if zlib.crc32(view[at : at + length]) == _CRC_RESIDUE else errors.CrcError.name


def decode_records(records: Iterable[Bytes]) -> DecodedBlocks:
    """Decode records that come one by one, each in its own bytes; `decode_blocks` says the rest."""
    pieces = [bytes(record) for record in records]
    lengths = np.fromiter((len(piece) for piece in pieces), np.int64, len(pieces))
    return _decode(b"".join(pieces), np.cumsum(lengths) - lengths, lengths)


def decode_blocks(data: Bytes, offsets: Sequence[int] | Ints | None = None) -> DecodedBlocks:
    """Decode the records that start at `offsets`; a bad one never spoils its neighbours.

    Args:
        data: bytes that hold the records.
        offsets: where they start; None to look for them with `find_blocks`.
    """
    starts = find_blocks(data).offsets if offsets is None else np.asarray(offsets, np.int64)
    return _decode(data, starts, len(data) - starts)


def _decode(data: Bytes, starts: Ints, at_hand: Ints) -> DecodedBlocks:
    """Decode the records at `starts`, each of which may use the bytes of `at_hand`."""
    octets = np.zeros(len(data) + max(_PAD, block.HEADER_BYTES), np.uint8)
    octets[: len(data)] = np.frombuffer(data, np.uint8)
    headers, problems = _headers(octets, data, starts, at_hand)
    good = np.flatnonzero(problems == 0)
    frames = headers["frames"].astype(np.int64)[good]
    rows = np.cumsum(frames) - frames
    total = int(frames.sum())
    counts = np.empty((total, block.FORCE_CHANNELS), np.uint16)
    with_imu = (headers["encoding"][good] & block.IMU_BIT) != 0
    imu = np.zeros((total, block.IMU_CHANNELS), np.int16) if with_imu.any() else None
    for shape, members in _groups(headers[good]):
        step = max(1, _BATCH_FRAMES // shape.frames)
        for first in range(0, len(members), step):
            some = members[first : first + step]
            begin = starts[good[some]] + block.HEADER_BYTES
            end = starts[good[some]] + headers["length"][good[some]] - block.CRC_BYTES
            problems[good[some]] = _decode_batch(octets, shape, begin, end, rows[some], counts, imu)
    return _assemble(headers, problems, starts, good, frames, counts, imu, with_imu)


_PROBLEMS = (
    "",
    errors.BlockLengthError.name,
    errors.SyncError.name,
    errors.BlockVersionError.name,
    errors.CrcError.name,
    errors.EncodingError.name,
    errors.FrameCountError.name,
    errors.SlotsError.name,
    errors.DeviceTimeError.name,
    errors.LayoutError.name,
    errors.PayloadError.name,
    errors.SampleRangeError.name,
)
_LENGTH, _SYNC, _VERSION, _CRC, _ENCODING, _FRAMES, _SLOTS, _TIME, _LAYOUT, _PAYLOAD, _RANGE = range(1, 12)


def _headers(
    octets: Octets, data: Bytes, starts: Ints, at_hand: Ints
) -> tuple[npt.NDArray[np.void], npt.NDArray[np.uint8]]:
    """The header of each record and the number of the first thing wrong with it, in the order of `block.check`."""
    problems = np.zeros(len(starts), np.uint8)
    inside = (starts >= 0) & (at_hand >= block.MIN_BYTES)
    safe = np.where(inside, starts, 0)
    raw = octets[safe[:, None] + np.arange(block.HEADER_BYTES)]
    headers = np.ascontiguousarray(raw).view(_HEADER).reshape(-1)
    length = headers["length"].astype(np.int64)

    def blame(wrong: npt.NDArray[np.bool_], problem: int) -> None:
        problems[wrong & (problems == 0)] = problem

    blame(~inside, _LENGTH)
    blame(headers["sync"] != block.SYNC, _SYNC)
    blame(headers["version"] != block.VERSION, _VERSION)
    blame((length < block.MIN_BYTES) | (length > block.MAX_BYTES) | (length > at_hand), _LENGTH)
    view = memoryview(data).cast("B")
    at = np.flatnonzero(problems == 0)
    pairs = zip(starts[at].tolist(), (starts[at] + length[at]).tolist(), strict=True)
    crc32 = zlib.crc32
    sums = np.fromiter((crc32(view[begin:end]) for begin, end in pairs), np.uint32, len(at))
    problems[at[sums != _CRC_RESIDUE]] = _CRC
    encoding = headers["encoding"]
    blame((encoding & 0xE0) != 0, _ENCODING)
    frames = headers["frames"]
    limit = np.where(encoding & block.IMU_BIT, block.MAX_FRAMES_IMU, block.MAX_FRAMES)
    blame((frames == 0) | (frames > limit), _FRAMES)
    blame((headers["slots_per_frame"] == 0) | (headers["period_us"] == 0), _SLOTS)
    end_seq = headers["seq"].astype(np.int64) + frames.astype(np.int64) * headers["slots_per_frame"]
    blame((headers["time_us"] >= block.END_TIME_US) | (end_seq > block.END_SEQ), _TIME)
    blame((encoding & 0x0F) > block.RICE_WHOLE, _ENCODING)
    blame(headers["layout"] != LAYOUT_ID, _LAYOUT)
    return headers, problems


@dataclass(frozen=True)
class _Shape:
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


def _groups(headers: npt.NDArray[np.void]) -> list[tuple[_Shape, Ints]]:
    """Records by shape; the indices of each group rise."""
    keys = headers["encoding"].astype(np.int64) << 8 | headers["frames"]
    groups: list[tuple[_Shape, Ints]] = []
    for key in np.unique(keys).tolist():
        encoding, frames = key >> 8, key & 255
        shape = _Shape(encoding & 0x0F, bool(encoding & block.IMU_BIT), frames)
        groups.append((shape, np.flatnonzero(keys == key)))
    return groups


def _decode_batch(
    octets: Octets,
    shape: _Shape,
    begin: Ints,
    end: Ints,
    rows: Ints,
    counts: npt.NDArray[np.uint16],
    imu: npt.NDArray[np.int16] | None,
) -> npt.NDArray[np.uint8]:
    """Decode records of one shape into `counts` and `imu` from `rows` on; returns the problem of each (0 none)."""
    if shape.encoding == block.PACKED:
        problems = np.where(end - begin == shape.key_bytes * shape.frames, 0, _PAYLOAD).astype(np.uint8)
        at = np.flatnonzero(problems == 0)
        packed = _unpack(octets, shape, begin[at], shape.frames)
        _store(counts, rows[at], packed[:, :, : block.FORCE_CHANNELS])
        if shape.imu and imu is not None:
            _store(imu, rows[at], packed[:, :, block.FORCE_CHANNELS :])
        return problems
    at, residuals, problems = _rice(octets, shape, begin, end)
    key = _unpack(octets, shape, begin[at], 1)[:, 0]
    force, wrong = _sum_force(key, residuals)
    _store(counts, rows[at], force.transpose(0, 2, 1))
    if shape.imu and imu is not None:
        motion, wrong_motion = _sum_imu(key, residuals)
        _store(imu, rows[at], motion.transpose(0, 2, 1))
        wrong |= wrong_motion
    problems[at[wrong]] = _RANGE
    return problems


def _store(target: npt.NDArray[Any], rows: Ints, values: npt.NDArray[Any]) -> None:
    """Put (records, frames, channels) into the rows of `target` that begin at `rows`."""
    records, frames, channels = values.shape
    if records and rows[-1] - rows[0] == (records - 1) * frames:
        target[rows[0] : rows[0] + records * frames].reshape(values.shape)[...] = values
    else:
        target[(rows[:, None] + np.arange(frames)).reshape(-1)] = values.reshape(-1, channels)


def _sum_force(
    key: npt.NDArray[np.int32], zigzag: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.bool_]]:
    """Counts (records, 16, frames) from the key frame on, and which records leave 0 to 4095.

    Sixteen bits are enough: no residual is greater than the range, so that a sum which leaves it is seen outside
    before it can come round.
    """
    force = zigzag[:, : block.FORCE_CHANNELS]
    wrong = np.zeros(len(force), np.bool_)
    if force.size and force.max() > 2 * block.COUNT_MAX:
        wrong = (force > 2 * block.COUNT_MAX).any(axis=(1, 2))
    sums = np.zeros((*force.shape[:2], force.shape[2] + 1), np.uint16)
    short = force.astype(np.uint16)
    sums[:, :, 1:] = (short >> 1) ^ -(short & 1)
    # One running sum over everything is faster than many short ones; its value at each start is taken off again.
    np.cumsum(sums.reshape(-1), dtype=np.uint16, out=sums.reshape(-1))
    sums += (key[:, : block.FORCE_CHANNELS].astype(np.uint16) - sums[:, :, 0])[:, :, None]
    if sums.size and sums.max() > block.COUNT_MAX:
        wrong |= (sums > block.COUNT_MAX).any(axis=(1, 2))
    return sums, wrong


def _sum_imu(
    key: npt.NDArray[np.int32], zigzag: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """IMU values (records, 6, frames) from the key frame on, and which records leave 16 bits."""
    motion = zigzag[:, block.FORCE_CHANNELS :]
    sums = np.empty((*motion.shape[:2], motion.shape[2] + 1), np.int32)
    sums[:, :, 0] = key[:, block.FORCE_CHANNELS :]
    sums[:, :, 1:] = (motion >> 1) ^ -(motion & 1)
    np.cumsum(sums, axis=2, dtype=np.int32, out=sums)
    return sums, ((sums < -32768) | (sums > 32767)).any(axis=(1, 2))


def _unpack(octets: Octets, shape: _Shape, begin: Ints, frames: int) -> npt.NDArray[np.int32]:
    """(records, frames, channels) from packed frames that start at `begin`."""
    packed = octets[begin[:, None] + np.arange(frames * shape.key_bytes)].reshape(-1, frames, shape.key_bytes)
    values = np.empty((len(begin), frames, shape.channels), np.int32)
    triples = packed[:, :, : block.PACKED_FRAME_BYTES].reshape(len(begin), frames, -1, 3).astype(np.int32)
    values[:, :, 0 : block.FORCE_CHANNELS : 2] = triples[..., 0] | (triples[..., 1] & 15) << 8
    values[:, :, 1 : block.FORCE_CHANNELS : 2] = triples[..., 1] >> 4 | triples[..., 2] << 4
    if shape.imu:
        behind = np.ascontiguousarray(packed[:, :, block.PACKED_FRAME_BYTES :])
        values[:, :, block.FORCE_CHANNELS :] = behind.view("<i2")
    return values


def _rice(
    octets: Octets, shape: _Shape, begin: Ints, end: Ints
) -> tuple[Ints, npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Which records have a whole Rice payload, their zigzag residuals (records, channels, frames - 1), problems."""
    residuals = shape.frames - 1
    run = block.RUN_FRAMES if shape.encoding == block.RICE_RUNS else block.MAX_FRAMES
    runs = -(-residuals // run)
    ks_at = begin + shape.key_bytes
    ks_bytes = shape.channels * runs // 2
    low_at = ks_at + ks_bytes
    bad = (end < low_at) | (residuals == 0)
    pairs = octets[np.where(bad, 0, ks_at)[:, None] + np.arange(ks_bytes)]
    ks = np.stack((pairs & 15, pairs >> 4), axis=-1).reshape(-1, shape.channels, runs)
    bad |= (ks > block.MAX_K).any(axis=(1, 2))
    run_lengths = np.minimum(run, residuals - np.arange(runs) * run)
    low_bits = (ks * run_lengths).sum(axis=(1, 2), dtype=np.int64)
    unary_at = low_at + (low_bits + 7 >> 3)
    bad |= unary_at >= end
    last_low = np.where(bad | (low_bits & 7 == 0), 0, unary_at - 1)
    bad |= (low_bits & 7 != 0) & (octets[last_low] >> (low_bits & 7).astype(np.uint8) != 0)
    bad |= octets[np.where(bad, begin, end - 1)] == 0
    at, quotients = _quotients(octets, unary_at, end, bad, shape.channels * residuals)
    problems = np.full(len(begin), _PAYLOAD, np.uint8)
    problems[at] = 0
    run_of_sample = np.arange(residuals) // run
    zigzag = quotients.reshape(-1, shape.channels, residuals)
    np.left_shift(zigzag, np.ascontiguousarray(ks[at][:, :, run_of_sample]), out=zigzag)
    zigzag |= _low_parts(octets, ks[at], low_at[at], residuals, run_lengths)
    return at, zigzag, problems


def _quotients(
    octets: Octets, begin: Ints, end: Ints, bad: npt.NDArray[np.bool_], ones: int
) -> tuple[Ints, npt.NDArray[np.int32]]:
    """Which records have exactly `ones` one bits in their unary section, and their quotients (records, ones)."""
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
    octets: Octets, ks: npt.NDArray[np.uint8], low_at: Ints, residuals: int, run_lengths: Ints
) -> npt.NDArray[np.uint16]:
    """(records, channels, residuals) fixed-width low parts, four at a time from 64-bit words."""
    words_of_run = -(-run_lengths // _WORD)  # only the last word of a record can be part empty
    run_of_word = np.repeat(np.arange(len(run_lengths)), words_of_run)
    taken = np.full(len(run_of_word), _WORD)
    taken[np.cumsum(words_of_run) - 1] = run_lengths - (words_of_run - 1) * _WORD
    k = ks[:, :, run_of_word].astype(np.int64)  # (records, channels, words)
    bits = (k * taken).reshape(len(ks), -1)
    start = (np.cumsum(bits, axis=1) - bits + low_at[:, None] * 8).reshape(k.shape)
    unaligned = np.ndarray((len(octets) - _PAD + 1,), "<i8", buffer=octets.data, strides=(1,))
    words = unaligned.take(start >> 3)
    words >>= start & 7  # 4 x 14 bits and 7 of misalignment stay below the sign
    mask = (1 << k) - 1
    lows = np.empty((*k.shape, _WORD), np.uint16)
    for i in range(_WORD):
        np.bitwise_and(words, mask, out=lows[..., i], casting="unsafe")
        words >>= k
    return lows.reshape(len(ks), ks.shape[1], -1)[:, :, :residuals]


def _assemble(
    headers: npt.NDArray[np.void],
    problems: npt.NDArray[np.uint8],
    starts: Ints,
    good: Ints,
    frames: Ints,
    counts: npt.NDArray[np.uint16],
    imu: npt.NDArray[np.int16] | None,
    with_imu: npt.NDArray[np.bool_],
) -> DecodedBlocks:
    """Give every frame its fields, and take out the frames of records that decoding refused."""
    refused = tuple(
        Refused(i, int(starts[i]), _PROBLEMS[problems[i]]) for i in np.flatnonzero(problems).tolist()
    )
    still = problems[good] == 0
    if not still.all():
        keep = np.repeat(still, frames)
        counts = counts[keep]
        imu = None if imu is None else imu[keep]
        good, frames, with_imu = good[still], frames[still], with_imu[still]
    of_block = headers[good]
    within = np.arange(len(counts)) - np.repeat(np.cumsum(frames) - frames, frames)
    slots = np.repeat(of_block["slots_per_frame"], frames)
    slot = within * slots
    step_us = np.repeat(of_block["period_us"].astype(np.int64), frames)
    return DecodedBlocks(
        counts=counts,
        imu=imu if with_imu.any() else None,
        has_imu=np.repeat(with_imu, frames),
        seq=np.repeat(of_block["seq"].astype(np.int64), frames) + slot,
        time_us=np.repeat(of_block["time_us"].astype(np.int64), frames) + slot * step_us,
        boot=np.repeat(of_block["boot"], frames),
        status=np.repeat(of_block["status"], frames),
        slots_per_frame=slots,
        block=np.repeat(good, frames),
        refused=refused,
    )
