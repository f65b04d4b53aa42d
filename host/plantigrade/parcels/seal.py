"""Making a parcel, piece by piece."""

from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.asymmetric import ec

from plantigrade.parcels import settings
from plantigrade.parcels.digest import PiecesDigest
from plantigrade.parcels.errors import ParcelError
from plantigrade.parcels.header import ParcelHeader
from plantigrade.parcels.keys import PublicKey, fresh_key
from plantigrade.parcels.stream import PieceCipher, cipher_to_seal


def parcel_bytes(header: ParcelHeader) -> int:
    """How long a parcel is: known before it is made.

    Example:
        >>> from plantigrade.parcels.header import Kind
        >>> empty = ParcelHeader(Kind.JOURNAL, "a", "P001", 0, "0" * 64)
        >>> parcel_bytes(empty) == 82 + len(empty.to_bytes()) + 16
        True
    """
    plain = len(header.to_bytes()) + header.content_bytes
    pieces = -(-plain // settings.CHUNK_BYTES)
    return settings.PREAMBLE_BYTES + plain + pieces * settings.TAG_BYTES


def seal(
    header: ParcelHeader,
    content: Iterable[bytes],
    clinic: PublicKey,
    sender: ec.EllipticCurvePrivateKey | None = None,
) -> Iterator[bytes]:
    """A parcel: first its 82 bytes in the clear, then its encrypted pieces.

    Args:
        header: with the length and the digest of the content.
        content: in pieces of any length.
        clinic: who shall open it.
        sender: the key of this parcel; a fresh one where it is None. The same key, header and content
            give the same bytes.

    Raises:
        ParcelError: the content is not the one that the header describes; what was made is of no use.

    Example:
        >>> from plantigrade.parcels.header import Kind
        >>> from plantigrade.parcels.keys import SecretKey
        >>> digest = PiecesDigest()
        >>> digest.update(b"steps")
        >>> header = ParcelHeader(Kind.JOURNAL, "walk", "P001", digest.bytes, digest.hex())
        >>> clinic = SecretKey.generate()
        >>> parcel = b"".join(seal(header, [b"ste", b"ps"], clinic.public))
        >>> len(parcel) == parcel_bytes(header)
        True
    """
    preamble, cipher = cipher_to_seal(clinic, sender or fresh_key())
    yield preamble.to_bytes()
    yield from _pieces(cipher, _plain(header, content))


def _plain(header: ParcelHeader, content: Iterable[bytes]) -> Iterator[bytes]:
    yield header.to_bytes()
    digest = PiecesDigest()
    for data in content:
        digest.update(data)
        yield data
    if (digest.bytes, digest.hex()) != (header.content_bytes, header.pieces_sha256):
        raise ParcelError(f"{header.name}: changed while its parcel was made; it is made again later")


def _pieces(cipher: PieceCipher, plain: Iterable[bytes]) -> Iterator[bytes]:
    """A piece is sealed once it is known whether another follows."""
    held, number = bytearray(), 0
    for data in plain:
        held += data
        while len(held) > settings.CHUNK_BYTES:
            yield cipher.seal(number, False, memoryview(held)[: settings.CHUNK_BYTES])
            del held[: settings.CHUNK_BYTES]
            number += 1
    yield cipher.seal(number, True, held)
