"""Golden bytes of locked insoles: keys, proofs, guarded messages, sealed records (PROTOCOL.md 1.5 and 3.3).

Made with another implementation than the one that is checked: `hmac`, AES-CTR and CMAC of libraries.
"""

import hashlib
import hmac
import struct
import zlib
from array import array

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from insole_protocol import block
from insole_protocol.codec import Encoder

KEY = bytes(range(32))
HOST_NONCE, INSOLE_NONCE = bytes(range(16)), bytes(range(16, 32))
HOST = 0x0102030405060708
MOTION = 0x8021
CASES = ((1, 1000), (4, 1001), (5, (1 << 31) + 7), (40, 1005), (64, (1 << 30) + 5))
"""Frames and first slot of each record that is sealed, one after the other."""


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


def _plain(frames: int, seq: int) -> bytes:
    out = bytearray(block.MAX_BYTES)
    rows = array("H", [330 + (i * 7) % 31 for i in range(16 * frames)])
    length = Encoder(64).encode(out, rows, 0, frames, seq, 60_000_000 + seq, 3, 10_000, 1, 1, 0x40)
    return bytes(out[:length])


def _sealed(plain: bytes) -> bytes:
    encrypting = algorithms.AES256(_hmac(KEY, b"plantigrade record encryption 2"))
    encryptor = Cipher(encrypting, modes.CTR(plain[4:18] + b"\0\0")).encryptor()
    body = bytearray(plain[:24] + encryptor.update(plain[24:-4]))
    body[1] = 2
    body[2:4] = struct.pack("<H", len(plain) + 12)
    body += _hmac(KEY, b"plantigrade record key identifier 2")[:2] + struct.pack("<H", MOTION)
    mac = CMAC(algorithms.AES256(_hmac(KEY, b"plantigrade record tag 2")))
    mac.update(bytes(body))
    body += mac.finalize()[:8]
    return bytes(body) + struct.pack("<I", zlib.crc32(body))


def sealed_cases() -> list[dict[str, object]]:
    """One run of records by one sealer."""
    plain = [_plain(*case) for case in CASES]
    return [
        {
            "name": "records one after the other",
            "log_key": KEY.hex(),
            "motion": MOTION,
            "plain": [one.hex() for one in plain],
            "sealed": [_sealed(one).hex() for one in plain],
        }
    ]


def proof_cases() -> list[dict[str, object]]:
    """The proofs of both ends, and what the first messages of each are followed by."""
    of_host = _hmac(KEY, b"plantigrade host 2" + struct.pack("<Q", HOST))
    nonces = HOST_NONCE + INSOLE_NONCE
    session = _hmac(of_host, b"plantigrade session 2" + nonces)
    sent: list[dict[str, object]] = []
    for by, channel, number, message in (
        (b"h", 2, 1, b"\x03\x05"),
        (b"i", 2, 1, b"\x83\x05\x00"),
        (b"i", 3, 2, bytes(range(60))),
        (b"h", 2, 2, b"\x04\x06\x01"),
    ):
        tag = _hmac(session, by + struct.pack("<BI", channel, number) + message)[:8]
        guarded = message + struct.pack("<I", number) + tag
        sent.append({"by": by.decode(), "channel": channel, "message": message.hex(), "hex": guarded.hex()})
    return [
        {
            "name": "a host and an insole",
            "device_key": KEY.hex(),
            "host": HOST,
            "host_nonce": HOST_NONCE.hex(),
            "insole_nonce": INSOLE_NONCE.hex(),
            "host_proof": _hmac(of_host, b"plantigrade proof 2h" + nonces)[:16].hex(),
            "insole_proof": _hmac(of_host, b"plantigrade proof 2i" + nonces)[:16].hex(),
            "guarded": sent,
        }
    ]
