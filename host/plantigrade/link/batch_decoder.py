"""Block records in batches: many records decoded at once by compiled kernels.

`insole_protocol.decoder.decode_block` is the reference; this module gives the same samples and refuses the
same records under the same names, some hundreds of times faster.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from insole_protocol import block, block_errors
from insole_protocol.decoder import decode_block
from insole_protocol.layout_id import LAYOUT_ID
from insole_protocol.record_header import FIELDS

Bytes = bytes | bytearray | memoryview
Ints = npt.NDArray[np.int64]
Octets = npt.NDArray[np.uint8]

_CRC_RESIDUE = 0x2144DF1C  # CRC-32 of anything with its own CRC-32 behind it
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
    # Imported late: commands that decode nothing do without the compiler.
    from plantigrade.link.payload_kernel import SPARE_BYTES, decode_payloads, longs_at

    octets = np.zeros(len(data) + max(SPARE_BYTES, block.HEADER_BYTES), np.uint8)
    octets[: len(data)] = np.frombuffer(data, np.uint8)
    longs = longs_at(octets)
    headers, sound = _headers(octets, longs, starts, at_hand)
    good = np.flatnonzero(sound)
    of_block = headers[good]
    frames = of_block["frames"].astype(np.int64)
    rows = np.cumsum(frames) - frames
    total = int(frames.sum())
    with_imu = (of_block["encoding"] & block.IMU_BIT) != 0
    counts = np.empty((total, block.FORCE_CHANNELS), np.uint16)
    imu = np.zeros((total if with_imu.any() else 0, block.IMU_CHANNELS), np.int16)
    time_us = np.empty(total, np.int64)
    taken = np.empty(len(good), np.bool_)
    decode_payloads(
        octets,
        longs,
        starts[good] + block.HEADER_BYTES,
        starts[good] + of_block["length"] - block.CRC_BYTES,
        np.ascontiguousarray(of_block["encoding"]),
        rows,
        frames,
        of_block["time_us"].astype(np.int64),
        of_block["slots_per_frame"].astype(np.int64) * of_block["period_us"],
        counts,
        imu,
        time_us,
        taken,
    )
    sound[good] = taken
    refused = tuple(
        Refused(i, int(starts[i]), _error_name(data, int(starts[i]), int(at_hand[i])))
        for i in np.flatnonzero(~sound).tolist()
    )
    if refused:
        keep = np.repeat(taken, frames)
        counts, time_us, imu = counts[keep], time_us[keep], imu[keep] if len(imu) else imu
        good, frames, with_imu, of_block = good[taken], frames[taken], with_imu[taken], of_block[taken]
    return _assemble(of_block, good, frames, counts, imu if with_imu.any() else None, time_us, refused)


def _error_name(data: Bytes, start: int, at_hand: int) -> str:
    """What the reference decoder says of a record."""
    if start < 0 or at_hand < block.MIN_BYTES:
        return block_errors.BlockLengthError.name
    try:
        decode_block(bytes(memoryview(data)[start : start + min(at_hand, block.MAX_BYTES)]))
    except block_errors.BlockError as error:
        return error.name
    raise AssertionError("the reference decoder takes a record that the kernel refused")


def _headers(
    octets: Octets, longs: Ints, starts: Ints, at_hand: Ints
) -> tuple[npt.NDArray[np.void], npt.NDArray[np.bool_]]:
    """The header of each record, and whether everything before its payload is as `record_header.check` asks
    for."""
    from plantigrade.link.checksum_kernel import crc_sums

    sound = (starts >= 0) & (at_hand >= block.MIN_BYTES)
    safe = np.where(sound, starts, 0)
    everywhere = (len(octets) - block.HEADER_BYTES + 1,)
    headers = np.ndarray(everywhere, _HEADER, buffer=octets.data, strides=(1,))[safe]
    length = headers["length"].astype(np.int64)
    sound &= (headers["sync"] == block.SYNC) & (headers["version"] == block.VERSION)
    sound &= (length >= block.MIN_BYTES) & (length <= block.MAX_BYTES) & (length <= at_hand)
    at = np.flatnonzero(sound)
    sums = np.empty(len(at), np.uint32)
    crc_sums(octets, longs, starts[at], starts[at] + length[at], sums)
    sound[at] = sums == _CRC_RESIDUE
    encoding, frames = headers["encoding"], headers["frames"]
    sound &= ((encoding & 0xE0) == 0) & ((encoding & 0x0F) <= block.RICE_WHOLE)
    most = np.where(encoding & block.IMU_BIT, block.MAX_FRAMES_IMU, block.MAX_FRAMES)
    sound &= (frames > 0) & (frames <= most)
    sound &= (headers["slots_per_frame"] > 0) & (headers["period_us"] > 0)
    end_seq = headers["seq"].astype(np.int64) + frames.astype(np.int64) * headers["slots_per_frame"]
    sound &= (headers["time_us"] < block.END_TIME_US) & (end_seq <= block.END_SEQ)
    return headers, sound & (headers["layout"] == LAYOUT_ID)


def _assemble(
    of_block: npt.NDArray[np.void],
    good: Ints,
    frames: Ints,
    counts: npt.NDArray[np.uint16],
    imu: npt.NDArray[np.int16] | None,
    time_us: Ints,
    refused: tuple[Refused, ...],
) -> DecodedBlocks:
    """Give every frame the fields of its record."""
    from plantigrade.link.payload_kernel import spread_over_frames

    total = len(counts)
    number, seq, slots = np.empty(total, np.int64), np.empty(total, np.int64), np.empty(total, np.uint8)
    boot, status = np.empty(total, np.uint16), np.empty(total, np.uint16)
    with_imu = (of_block["encoding"] & block.IMU_BIT) != 0
    spread_over_frames(
        np.cumsum(frames) - frames,
        frames,
        good,
        of_block["seq"].astype(np.int64),
        np.ascontiguousarray(of_block["slots_per_frame"]),
        np.ascontiguousarray(of_block["boot"]),
        np.ascontiguousarray(of_block["status"]),
        number,
        seq,
        slots,
        boot,
        status,
    )
    return DecodedBlocks(
        counts=counts,
        imu=imu,
        has_imu=np.repeat(with_imu, frames),
        seq=seq,
        time_us=time_us,
        boot=boot,
        status=status,
        slots_per_frame=slots,
        block=number,
        refused=refused,
    )
