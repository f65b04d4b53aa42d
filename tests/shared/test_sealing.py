"""MicroPython seals as the standards say, in machine code and without allocating."""

import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from insole_protocol import sealed_record

SCRIPT = Path(__file__).parent / "seal_on_mpy.py"
KEYS = sealed_record.RecordKeys(bytes(range(32)))


def expected(plain: bytes) -> bytes:
    """The sealed record but for its checksum, by another implementation, from the text of PROTOCOL.md."""
    encryptor = Cipher(algorithms.AES256(KEYS.encrypting), modes.CTR(plain[4:18] + b"\0\0")).encryptor()
    body = bytearray(plain[:24] + encryptor.update(plain[24:-4]))
    body[1] = 2
    body[2:4] = struct.pack("<H", len(plain) + 12)
    body += struct.pack("<HH", KEYS.key_id, 0x8021)
    mac = CMAC(algorithms.AES256(KEYS.authenticating))
    mac.update(bytes(body))
    return bytes(body) + mac.finalize()[:8]


@pytest.mark.micropython
def test_records_are_sealed_as_the_standards_say(run_micropython):
    lines = run_micropython(SCRIPT, "records").splitlines()
    assert len(lines) == 5
    for line in lines:
        plain, sealed = (bytes.fromhex(part) for part in line.split())
        assert sealed[:-4] == expected(plain)


@pytest.mark.micropython
def test_sealing_allocates_nothing(run_micropython):
    assert run_micropython(SCRIPT, "heap").strip() == "nothing allocated"
