"""Block records in batches: many records decoded at once with NumPy.

`insole_protocol.decoder.decode_block` is the reference; this module gives the same samples and refuses the
same records, some tens of times faster.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from insole_protocol import block, block_errors
from insole_protocol.layout_id import LAYOUT_ID
from insole_protocol.record_header import FIELDS

from plantigrade.link import batch_payload as payload

Bytes = bytes | bytearray | memoryview
Ints = npt.NDArray[np.int64]
Octets = npt.NDArray[np.uint8]

_CRC_RESIDUE = 0x2144DF1C  # CRC-32 of anything with its own CRC-32 behind it
_BATCH_FRAMES = 8192  # frames decoded together: the temporary arrays stay in the cache
_HEADER = np.dtype(
    [(name, f"<{code}") for name, code in zip(FIELDS, block.HEADER_FORMAT.lstrip("<"), strict=True)]
)


@dataclass(frozen=True)
class Refused:
    """A record that gave no sample.

    Attributes:
        index: which of the records asked for.
        offset: where it starts in the data.
        error: the name of the error, as in `insole_protocol.block_errors`.
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
        final: no more bytes will follow; otherwise an incomplete record at the end is left for the next call,
            which must get the bytes from `consumed` on (at most `block.MAX_BYTES` of them).
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
            at += block.length_of(raw, at)
            lost = False
            continue
        if problem == "incomplete" and not final:
            break
        if not lost:
            counted[block_errors.BlockLengthError.name if problem == "incomplete" else problem] += 1
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
        return block_errors.SyncError.name
    if left >= 2 and view[at + 1] != block.VERSION:
        return block_errors.BlockVersionError.name
    if left < 4:
        return "incomplete"
    length = block.length_of(view, at)
    if not block.MIN_BYTES <= length <= block.MAX_BYTES:
        return block_errors.BlockLengthError.name
    if length > left:
        return "incomplete"
    return None if zlib.crc32(view[at : at + length]) == _CRC_RESIDUE else block_errors.CrcError.name


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
    octets = np.zeros(len(data) + max(payload.WORD_BYTES, block.HEADER_BYTES), np.uint8)
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
            problems[good[some]] = payload.decode_batch(octets, shape, begin, end, rows[some], counts, imu)
    return _assemble(headers, problems, starts, good, frames, counts, imu, with_imu)


def _headers(
    octets: Octets, data: Bytes, starts: Ints, at_hand: Ints
) -> tuple[npt.NDArray[np.void], npt.NDArray[np.uint8]]:
    """The header of each record and the first thing wrong with it, in the order of `block.check`."""
    problems = np.zeros(len(starts), np.uint8)
    inside = (starts >= 0) & (at_hand >= block.MIN_BYTES)
    safe = np.where(inside, starts, 0)
    everywhere = (len(octets) - block.HEADER_BYTES + 1,)
    headers = np.ndarray(everywhere, _HEADER, buffer=octets.data, strides=(1,))[safe]
    length = headers["length"].astype(np.int64)

    def blame(wrong: npt.NDArray[np.bool_], problem: int) -> None:
        problems[wrong & (problems == 0)] = problem

    blame(~inside, payload.LENGTH)
    blame(headers["sync"] != block.SYNC, payload.SYNC)
    blame(headers["version"] != block.VERSION, payload.VERSION)
    blame((length < block.MIN_BYTES) | (length > block.MAX_BYTES) | (length > at_hand), payload.LENGTH)
    view = memoryview(data).cast("B")
    at = np.flatnonzero(problems == 0)
    pairs = zip(starts[at].tolist(), (starts[at] + length[at]).tolist(), strict=True)
    crc32 = zlib.crc32
    sums = np.fromiter((crc32(view[begin:end]) for begin, end in pairs), np.uint32, len(at))
    problems[at[sums != _CRC_RESIDUE]] = payload.CRC
    encoding = headers["encoding"]
    blame((encoding & 0xE0) != 0, payload.ENCODING)
    frames = headers["frames"]
    limit = np.where(encoding & block.IMU_BIT, block.MAX_FRAMES_IMU, block.MAX_FRAMES)
    blame((frames == 0) | (frames > limit), payload.FRAMES)
    blame((headers["slots_per_frame"] == 0) | (headers["period_us"] == 0), payload.SLOTS)
    end_seq = headers["seq"].astype(np.int64) + frames.astype(np.int64) * headers["slots_per_frame"]
    blame((headers["time_us"] >= block.END_TIME_US) | (end_seq > block.END_SEQ), payload.TIME)
    blame((encoding & 0x0F) > block.RICE_WHOLE, payload.ENCODING)
    blame(headers["layout"] != LAYOUT_ID, payload.LAYOUT)
    return headers, problems


def _groups(headers: npt.NDArray[np.void]) -> list[tuple[payload.Shape, Ints]]:
    """Records by shape; the indices of each group rise."""
    keys = headers["encoding"].astype(np.int64) << 8 | headers["frames"]
    groups: list[tuple[payload.Shape, Ints]] = []
    for key in np.unique(keys).tolist():
        encoding, frames = key >> 8, key & 255
        shape = payload.Shape(encoding & 0x0F, bool(encoding & block.IMU_BIT), frames)
        groups.append((shape, np.flatnonzero(keys == key)))
    return groups


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
    refused: tuple[Refused, ...] = tuple(
        Refused(i, int(starts[i]), payload.PROBLEMS[int(problems[i])])
        for i in np.flatnonzero(problems).tolist()
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
