"""Throw damaged and made-up bytes at every parser that a stranger's bytes reach since insoles have keys.

    python -m tools.fuzz_security --inputs 10000000

For each parser: how many inputs it took and refused, and the most memory that it held. Anything else than its
own named errors is a crash, and ends the run with the input.
"""

import argparse
import random
import struct
import sys
import time
import tracemalloc
import zlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from insole_protocol import authentication, block, kernels, key_record, sealed_record
from insole_protocol.authentication import BY_HOST, BY_INSOLE, Guard, InsoleSide, NotGenuineError
from insole_protocol.block_errors import BlockError
from insole_protocol.checksum import Checksum
from insole_protocol.codec import Encoder
from insole_protocol.errors import MessageError
from insole_protocol.sealing import Sealer
from plantigrade.link.sealed_records import RecordOpener

from tools.cryptolib_aes import CryptolibAes

KEY: Final = bytes(range(32))
BATCH: Final = 256
CHANNEL: Final = 2
MOST_BYTES: Final = 64 << 20


@dataclass(frozen=True)
class Target:
    """A parser under fire.

    Attributes:
        name: as it is printed.
        seeds: well-formed inputs to begin with.
        parse: gives how many of a batch it took; named errors are its own affair.
    """

    name: str
    seeds: tuple[bytes, ...]
    parse: Callable[[list[bytes]], int]


def _sealed_seeds() -> tuple[bytes, ...]:
    by = Sealer(
        sealed_record.RecordKeys(KEY), CryptolibAes, Checksum(kernels), sealed_record.motion_code(4, 2000)
    )
    seeds: list[bytes] = []
    for frames in (1, 5, 40, 64):
        out = bytearray(block.MAX_BYTES)
        rows = array("H", [330 + (i * 7) % 31 for i in range(16 * frames)])
        Encoder(64).encode(out, rows, 0, frames, 1000 + frames, 60_000_000, 3, 10_000, 1, 1, 0x40)
        seeds.append(bytes(out[: by.seal(out)]))
    return tuple(seeds)


def _open_records(inputs: list[bytes]) -> int:
    opened = RecordOpener([KEY], only_sealed=True).open_all(inputs)
    return sum(not isinstance(one, BlockError) for one in opened)


def _open_guarded(inputs: list[bytes]) -> int:
    taken = 0
    for data in inputs:
        try:
            Guard(KEY, BY_HOST, BY_INSOLE).open(CHANNEL, data)
            taken += 1
        except NotGenuineError:
            continue
    return taken


def _prove(inputs: list[bytes]) -> int:
    taken = 0
    for data in inputs:
        insole = InsoleSide(KEY)
        try:
            insole.begin(int.from_bytes(data[:8], "little"), data[8:24], bytes(16))
            insole.prove(data[24:])
            taken += 1
        except MessageError:
            continue
    return taken


def _read_keys(inputs: list[bytes]) -> int:
    taken = 0
    for data in inputs:
        try:
            key_record.read(key_record.LOG, data)
            taken += 1
        except key_record.KeyRecordError:
            continue
    return taken


def targets() -> tuple[Target, ...]:
    """Every parser."""
    guarded = Guard(KEY, BY_INSOLE, BY_HOST).closed(CHANNEL, b"\x83\x05\x00" + bytes(40))
    host = authentication.host_key(KEY, bytes(8))
    proof = bytes(24) + authentication.proof(host, BY_HOST, bytes(16), bytes(16))
    return (
        Target("sealed records", _sealed_seeds(), _open_records),
        Target("guarded messages", (guarded, guarded[:20]), _open_guarded),
        Target("proofs", (proof,), _prove),
        Target("keys in flash", (key_record.build(key_record.LOG, KEY), bytes(44)), _read_keys),
    )


def damaged(seed: bytes, chance: random.Random) -> bytes:
    """A seed with bytes changed, left out or put in, or bytes of nothing."""
    kind = chance.randrange(8)
    if kind == 0:
        return chance.randbytes(chance.randrange(96))
    data = bytearray(seed)
    for _ in range(chance.randrange(3) + 1 if kind < 5 else 0):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if kind == 5:
        del data[chance.randrange(len(data)) :]
    elif kind == 6:
        data += chance.randbytes(chance.randrange(40))
    elif kind == 7:
        at = chance.randrange(len(data))
        del data[at : at + chance.randrange(9)]
    if kind in (2, 6) and len(data) > block.CRC_BYTES:  # as somebody who knows the checksum
        data[-block.CRC_BYTES :] = struct.pack("<I", zlib.crc32(data[: -block.CRC_BYTES]))
    return bytes(data)


def fire(target: Target, inputs: int, seed: int) -> tuple[int, int]:
    """Inputs that were taken, and the most bytes held.

    Raises:
        AssertionError: a parser raised something else than its own errors; the message has the input.
    """
    chance = random.Random(seed)
    taken = 0
    tracemalloc.start()
    for _ in range(0, inputs, BATCH):
        batch = [damaged(chance.choice(target.seeds), chance) for _ in range(BATCH)]
        try:
            taken += target.parse(batch)
        except Exception as error:
            raise AssertionError(
                f"{target.name}: {error!r}, inputs {[one.hex() for one in batch]}"
            ) from error
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken, most


def main(arguments: list[str] | None = None) -> int:
    """Run; exit code 1 when a parser held too much memory."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=1_000_000, help="for all parsers together")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    all_targets = targets()
    good = True
    for number, target in enumerate(all_targets):
        began = time.perf_counter()
        count = chosen.inputs // len(all_targets)
        taken, most = fire(target, count, chosen.seed + number)
        good = good and most < MOST_BYTES
        seconds = time.perf_counter() - began
        print(f"{target.name:20} {count} inputs, {taken} taken, 0 crashes, {most >> 10} KiB, {seconds:.0f} s")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
