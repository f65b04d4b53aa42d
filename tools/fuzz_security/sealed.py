"""Sealed records as seeds, and their opening as a target."""

from array import array
from collections.abc import Callable

from insole_protocol import block, kernels, motion_code, sealed_record
from insole_protocol.block_errors import BlockError
from insole_protocol.checksum import Checksum
from insole_protocol.codec import Encoder
from insole_protocol.sealing import Sealer
from plantigrade.link.sealed_records import RecordOpener

from tools.cryptolib_aes import CryptolibAes


def sealed_seeds(key: bytes) -> tuple[bytes, ...]:
    """Records of several lengths, sealed under a log key."""
    by = Sealer(
        sealed_record.RecordKeys(key), CryptolibAes, Checksum(kernels), motion_code.motion_code(4, 2000)
    )
    seeds: list[bytes] = []
    for frames in (1, 5, 40, 64):
        out = bytearray(block.MAX_BYTES)
        rows = array("H", [330 + (i * 7) % 31 for i in range(16 * frames)])
        Encoder(64).encode(out, rows, 0, frames, 1000 + frames, 60_000_000, 3, 10_000, 1, 1, 0x40)
        seeds.append(bytes(out[: by.seal(out)]))
    return tuple(seeds)


def judge_records(key: bytes) -> Callable[[list[bytes]], int]:
    """Opens a batch; how many were opened.

    The function raises AssertionError where one is opened that was not sealed so.
    """
    opener, genuine = RecordOpener([key], only_sealed=True), set(sealed_seeds(key))

    def open_all(inputs: list[bytes]) -> int:
        opened = [
            data
            for data, one in zip(inputs, opener.open_all(inputs), strict=True)
            if not isinstance(one, BlockError)
        ]
        assert genuine.issuperset(opened), "a sealed record that was changed"
        return len(opened)

    return open_all
