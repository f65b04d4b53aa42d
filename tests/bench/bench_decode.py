"""Frames a second from block records: compiled in bulk beside plain Python loops over the same bytes."""

import struct
import sys
import time
from binascii import crc32
from collections.abc import Callable
from pathlib import Path

import numpy as np
from insole_protocol import block
from insole_protocol.decoder import decode_block
from plantigrade.link.batch_decoder import decode_blocks

from tools.bench import Row

sys.path.insert(0, str(Path(__file__).parent))
from walking_counts import counts, recordings, records

ROUNDS = 7
MANY_ROUNDS = 300
"""Of what takes a thousandth of a second: one of them is undisturbed."""


def packed_record(rows: np.ndarray, seq: int) -> bytes:
    """The same frames as 12-bit packing, written with NumPy."""
    pairs = rows.astype(np.uint32).reshape(-1, 2)
    texts = (pairs[:, 0] | pairs[:, 1] << 12).astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3]
    body = bytearray(block.HEADER_BYTES) + texts.tobytes()
    fields = (len(body) + 4, seq, seq * 10000, 1, 10000, len(rows), 1, block.PACKED, 1, 0)
    block.write_header(body, *fields)
    return bytes(body) + struct.pack("<I", crc32(body))


def struct_loop(data: bytes, offsets: list[int]) -> list[tuple[int, ...]]:
    """What one writes without thinking of speed: header and checksum by struct, two samples at a time."""
    frames: list[tuple[int, ...]] = []
    for at in offsets:
        fields = struct.unpack_from(block.HEADER_FORMAT, data, at)
        end = at + fields[2] - 4
        if struct.unpack_from("<I", data, end)[0] != crc32(data[at:end]):
            continue
        for start in range(at + block.HEADER_BYTES, end, block.PACKED_FRAME_BYTES):
            row: list[int] = []
            for a, b, c in struct.iter_unpack("<BBB", data[start : start + block.PACKED_FRAME_BYTES]):
                row += (a | (b & 15) << 8, b >> 4 | c << 4)
            frames.append(tuple(row))
    return frames


def rate(function: Callable[[], object], frames: int, rounds: int = ROUNDS) -> float:
    """Frames a second, best of several rounds."""
    least = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        least = min(least, time.perf_counter() - start)
    return frames / least


def run() -> list[Row]:
    """Rice records of daily and live size beside the reference decoder; packed ones beside a struct loop."""
    name, path = next(iter(recordings().items()))
    rows = counts(path)[0]
    made: list[Row] = []
    for frames in (50, 5):
        pieces = records(rows, frames)
        data, offsets = b"".join(pieces), _offsets(pieces)
        total = len(pieces) * frames
        ours = rate(lambda data=data, offsets=offsets: decode_blocks(data, offsets), total, MANY_ROUNDS)
        theirs = rate(lambda data=data, offsets=offsets: [decode_block(data, at) for at in offsets], total, 2)
        title = f"decode {name}, Rice, {frames} frames a record / plain Python loop"
        made.append(Row(title, ours, theirs, "frames/s", ours / theirs, ">= 20"))
        if frames == 50:
            made.append(Row("decode Rice, one core", ours / 1e6, None, "M frames/s", None, ">= 10"))
    pieces = [packed_record(rows[at : at + 50], at) for at in range(0, len(rows) - 49, 50)]
    data, offsets = b"".join(pieces), _offsets(pieces)
    total = len(pieces) * 50
    if not np.array_equal(decode_blocks(data, offsets).counts, np.array(struct_loop(data, offsets))):
        raise AssertionError("the two decoders disagree")
    ours = rate(lambda: decode_blocks(data, offsets), total)
    theirs = rate(lambda: struct_loop(data, offsets), total, 3)
    title = f"decode {name}, packed, 50 frames a record / plain struct loop"
    made.append(Row(title, ours, theirs, "frames/s", ours / theirs, ">= 20"))
    return made


def _offsets(pieces: list[bytes]) -> list[int]:
    """Where each piece starts when they are joined."""
    ends = np.cumsum([len(piece) for piece in pieces])
    return [0, *ends[:-1].tolist()]
