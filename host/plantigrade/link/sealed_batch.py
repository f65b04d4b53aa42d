"""Sealed records opened in batches: AES works on all of them at once, with the same bytes as one by one.

Counter mode needs no order. The tag is a chain within a record and nothing between records, so that the
first blocks of all records are encrypted in one call, then the second ones, and so on.
"""

import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from insole_protocol import block, sealed_record
from insole_protocol.block_errors import EncodingError
from numpy.typing import NDArray

from plantigrade.link import motion_ranges

Octets = NDArray[np.uint8]
_BLOCK = sealed_record.BLOCK_BYTES
_EXTRA = sealed_record.EXTRA_BYTES


class BatchKey:
    """Opens records under one log key.

    Args:
        keys: made of the log key.
    """

    def __init__(self, keys: sealed_record.RecordKeys) -> None:
        self._stream = _ecb(keys.encrypting)
        self._chain = _ecb(keys.authenticating)
        first, second = sealed_record.cmac_subkeys(_Cryptolib(self._chain))
        self._subkeys = np.frombuffer(bytes(first + second), np.uint8).reshape(2, _BLOCK)

    def open(self, records: Sequence[bytes]) -> list[bytes | EncodingError | None]:
        """The records in format 1, in their order; None where the tag is not this key's, an error where the
        motion has a meaning that nobody here knows.

        Args:
            records: whole sealed records; checksums were compared before.
        """
        if not records:
            return []
        genuine = self._tags(records)
        pads = self._pads(records)
        return [
            _opened(record, pad) if matches else None
            for record, pad, matches in zip(records, pads, genuine, strict=True)
        ]

    def _tags(self, records: Sequence[bytes]) -> list[bool]:
        counts = np.array([len(record) - sealed_record.TAG_FROM_END for record in records])
        blocks = (counts + _BLOCK - 1) // _BLOCK
        order: list[int] = np.argsort(-blocks, kind="stable").tolist()  # those still under way lie in front
        data = np.zeros((len(records), int(blocks.max()), _BLOCK), np.uint8)
        flat = data.reshape(len(records), -1)
        for row, index in enumerate(order):
            count = counts[index]
            flat[row, :count] = np.frombuffer(records[index], np.uint8, count)
            cut = count % _BLOCK != 0
            if cut:
                flat[row, count] = 0x80
            data[row, blocks[index] - 1] ^= self._subkeys[int(cut)]
        state = np.zeros((len(records), _BLOCK), np.uint8)
        left = blocks[order]
        for number in range(data.shape[1]):
            under_way = int(np.searchsorted(-left, -number, side="left"))
            mixed = (state[:under_way] ^ data[:under_way, number]).tobytes()
            state[:under_way] = np.frombuffer(self._chain.update(mixed), np.uint8).reshape(-1, _BLOCK)
        found = np.zeros(len(records), np.bool_)
        stored = np.array(
            [
                np.frombuffer(records[index], np.uint8, sealed_record.TAG_BYTES, counts[index])
                for index in order
            ]
        )
        differences = np.bitwise_or.reduce(state[:, : sealed_record.TAG_BYTES] ^ stored, axis=1)
        found[order] = differences == 0
        return found.tolist()

    def _pads(self, records: Sequence[bytes]) -> list[Octets]:
        blocks = np.array([(_sealed_bytes(record) + _BLOCK - 1) // _BLOCK for record in records])
        counters = np.zeros((int(blocks.sum()), _BLOCK), np.uint8)
        at, end = sealed_record.NONCE_AT, sealed_record.NONCE_AT + sealed_record.NONCE_BYTES
        nonces = np.frombuffer(b"".join(record[at:end] for record in records), np.uint8).reshape(
            len(records), -1
        )
        counters[:, : sealed_record.NONCE_BYTES] = np.repeat(nonces, blocks, axis=0)
        firsts = np.cumsum(blocks) - blocks
        numbers = np.arange(len(counters)) - np.repeat(firsts, blocks)
        counters[:, 14], counters[:, 15] = numbers >> 8, numbers & 255
        pad = np.frombuffer(self._stream.update(counters.tobytes()), np.uint8)
        return np.split(pad, (firsts[1:] * _BLOCK).tolist())


def _sealed_bytes(record: bytes) -> int:
    return len(record) - sealed_record.KEY_ID_FROM_END - sealed_record.SEALED_AT


def _opened(record: bytes, pad: Octets) -> bytes | EncodingError:
    count = _sealed_bytes(record)
    plain = np.frombuffer(record, np.uint8, count, sealed_record.SEALED_AT) ^ pad[:count]
    length = struct.pack("<H", len(record) - _EXTRA)
    head = record[:1] + bytes((block.VERSION,)) + length + record[4 : sealed_record.SEALED_AT]
    (code,) = struct.unpack_from("<H", record, len(record) - sealed_record.MOTION_FROM_END)
    body = bytearray(head + plain.tobytes())
    try:
        body[block.STATUS_AT + 1] |= motion_ranges.status_of_code(code) >> 8
    except EncodingError as error:
        return error
    return bytes(body) + struct.pack("<I", zlib.crc32(body))


def _ecb(key: bytes) -> Any:
    return Cipher(algorithms.AES256(key), modes.ECB()).encryptor()  # both modes are made of it


class _Cryptolib:
    """As the object that makes subkeys expects it."""

    def __init__(self, encryptor: Any) -> None:
        self._encryptor = encryptor

    def encrypt(self, data: bytes | bytearray | memoryview, out: bytearray | memoryview) -> None:
        """Encrypt whole blocks."""
        out[: len(data)] = self._encryptor.update(bytes(data))
