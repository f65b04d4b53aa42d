"""Vectors of parcels, for `tools.make_vectors`: what every implementation must make, open and refuse."""

import hashlib
from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from plantigrade.parcels import settings
from plantigrade.parcels.digest import PiecesDigest
from plantigrade.parcels.header import Kind, ParcelHeader
from plantigrade.parcels.keys import PublicKey, SecretKey, point
from plantigrade.parcels.pin import pin_of
from plantigrade.parcels.seal import seal
from plantigrade.parcels.stream import cipher_to_seal, derive_key

Case = dict[str, object]
CLINIC: Final = SecretKey.parse("11" * 32)
OTHER: Final = SecretKey.parse("33" * 32)
_SHORT: Final = 1024
_CONTENTS: Final = (  # title, content, times, kind
    ("empty", b"", 1, Kind.JOURNAL),
    ("a few bytes", b"steps", 1, Kind.JOURNAL),
    ("two pieces", b"0123456789abcdef", 5000, Kind.RECORDING),
    ("four pieces and a bit", bytes(range(256)), 1025, Kind.JOURNAL),
)


def _sender(number: int) -> ec.EllipticCurvePrivateKey:
    return SecretKey.parse(hashlib.sha256(f"sender {number}".encode()).hexdigest()).key


def _header(kind: Kind, content: bytes) -> ParcelHeader:
    digest = PiecesDigest()
    digest.update(content)
    made = ("2026-11-29T12:00:00+00:00", "vectors 1")
    return ParcelHeader(kind, "walk-1", "P-0001", digest.bytes, digest.hex(), *made)


def _full_pieces() -> bytes:
    """A content that fills two pieces exactly with its header."""
    room = 2 * settings.CHUNK_BYTES
    for length in range(room - settings.MOST_HEADER_BYTES, room):
        content = bytes(length)
        if len(_header(Kind.JOURNAL, content).to_bytes()) + length == room:
            return content
    raise AssertionError("no content fills two pieces")


def cases() -> list[Case]:
    """Parcels with all that leads to them."""
    contents = [*_CONTENTS, ("two full pieces", b"\0", len(_full_pieces()), Kind.JOURNAL)]
    return [_case(number, *entry) for number, entry in enumerate(contents)]


def _case(number: int, title: str, content: bytes, times: int, kind: Kind) -> Case:
    sender, plaintext = _sender(number), content * times
    header = _header(kind, plaintext)
    parcel = b"".join(seal(header, [plaintext], CLINIC.public, sender))
    preamble, _ = cipher_to_seal(CLINIC.public, sender)
    shared = sender.exchange(ec.ECDH(), point(CLINIC.public.raw))
    case: Case = {
        "title": title,
        "clinic_secret": CLINIC.text(),
        "clinic_public": CLINIC.public.raw.hex(),
        "pin": pin_of(CLINIC.public),
        "sender_secret": SecretKey(sender).text(),
        "header": header.to_bytes()[4:].hex(),
        "content": content.hex(),
        "times": times,
        "pieces_sha256": header.pieces_sha256,
        "aes_key": derive_key(shared, preamble, CLINIC.public).hex(),
        "parcel_id": preamble.parcel_id,
        "parcel_bytes": len(parcel),
        "parcel_sha256": hashlib.sha256(parcel).hexdigest(),
    }
    return case | ({"parcel": parcel.hex()} if len(parcel) < _SHORT else {})


def _made(plain: bytes, clinic: PublicKey = CLINIC.public) -> bytes:
    preamble, cipher = cipher_to_seal(clinic, _sender(9))
    return preamble.to_bytes() + cipher.seal(0, True, plain)


def _framed(text: bytes) -> bytes:
    return len(text).to_bytes(4, "little") + text


def refused() -> list[Case]:
    """Parcels that must not open with the clinic's key, and why."""
    content = b"steps"
    header = _header(Kind.JOURNAL, content)
    good = _made(header.to_bytes() + content)
    text = header.to_bytes()[4:]
    at_key = len(settings.MAGIC) + 1 + settings.KEY_ID_BYTES
    unlike: dict[str, Callable[[], bytes]] = {
        "no parcel": lambda: b"PK" + good[2:],
        "newer version": lambda: good[:8] + b"\2" + good[9:],
        "cut off in the preamble": lambda: good[:50],
        "no piece": lambda: good[: settings.PREAMBLE_BYTES],
        "last byte missing": lambda: good[:-1],
        "a byte more": lambda: good + b"\0",
        "a byte changed": lambda: good[:-20] + bytes((good[-20] ^ 1,)) + good[-19:],
        "sender's key changed": lambda: (
            good[: at_key + 5] + bytes((good[at_key + 5] ^ 1,)) + good[at_key + 6 :]
        ),
        "sender's key of the wrong form": lambda: good[:at_key] + b"\2" + good[at_key + 1 :],
        "for another clinic": lambda: _made(header.to_bytes() + content, OTHER.public),
        "header longer than all": lambda: _made((5000).to_bytes(4, "little") + text),
        "header longer than the piece": lambda: _made((4000).to_bytes(4, "little") + text),
        "header is no JSON": lambda: _made(_framed(b"{") + content),
        "header is a list": lambda: _made(_framed(b"[]") + content),
        "another schema": lambda: _made(_framed(text.replace(b"parcel/1", b"parcel/2")) + content),
        "another kind": lambda: _made(_framed(text.replace(b'"journal"', b'"picture"')) + content),
        "a length that is text": lambda: _made(_framed(text.replace(b'bytes":5', b'bytes":"5"')) + content),
        "content shorter than said": lambda: _made(header.to_bytes() + content[:-1]),
        "content longer than said": lambda: _made(header.to_bytes() + content + b"s"),
        "another content": lambda: _made(header.to_bytes() + b"stepz"),
    }
    return [
        {"title": title, "clinic_secret": CLINIC.text(), "parcel": make().hex()}
        for title, make in unlike.items()
    ]
