"""Sealing a record beside encoding it, on MicroPython; opening it beside decoding it, on the host."""

import os
import shutil
import subprocess
import sys
from array import array
from pathlib import Path

from insole_protocol import block, kernels, sealed_record
from insole_protocol.checksum import Checksum
from insole_protocol.sealing import Sealer
from plantigrade.link.batch_decoder import decode_records
from plantigrade.link.sealed_records import RecordOpener

from tools.bench import Row
from tools.cryptolib_aes import CryptolibAes

sys.path.insert(0, str(Path(__file__).parent))
from bench_decode import rate
from walking_counts import counts, recordings, records

ROOT = Path(__file__).resolve().parents[2]
LOG_KEY = bytes(range(32))


def sealed(pieces: list[bytes]) -> list[bytes]:
    """The same records in format 2."""
    by = Sealer(sealed_record.RecordKeys(LOG_KEY), CryptolibAes, Checksum(kernels))
    made: list[bytes] = []
    for piece in pieces:
        out = bytearray(block.MAX_BYTES)
        out[: len(piece)] = piece
        made.append(bytes(out[: by.seal(out)]))
    return made


def on_the_host() -> Row:
    """Frames a second, opened and decoded, beside decoded alone."""
    name, path = next(iter(recordings().items()))
    pieces = records(counts(path)[0], 40)
    locked = sealed(pieces)
    opener = RecordOpener([LOG_KEY], only_sealed=True)
    total = len(pieces) * 40
    ours = rate(
        lambda: decode_records(record for record in opener.open_all(locked) if isinstance(record, bytes)),
        total,
    )
    theirs = rate(lambda: decode_records(pieces), total)
    return Row(
        f"open and decode {name}, 40 frames a record / decode alone", ours, theirs, "frames/s", ours / theirs
    )


def on_the_insole() -> list[Row]:
    """Microseconds a record of 40 frames; nothing where there is no interpreter."""
    micropython = shutil.which("micropython", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if micropython is None:
        print("no micropython interpreter: sealing is not measured", file=sys.stderr)
        return []
    done = subprocess.run(
        [micropython, str(ROOT / "tests" / "shared" / "seal_on_mpy.py"), "time"],
        env=os.environ | {"MICROPYPATH": f"{ROOT / 'shared'}:.frozen"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    array_of = array(
        "d", [float(word) for word in done.stdout.replace(",", " ").split() if word[0].isdigit()]
    )
    _, encode_us, seal_us = array_of
    return [
        Row("seal a record / encode it, viper", seal_us, encode_us, "us/record", seal_us / encode_us, "<= 3")
    ]


def run() -> list[Row]:
    """Both ends."""
    return [on_the_host(), *on_the_insole()]
