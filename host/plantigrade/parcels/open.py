"""Opening a parcel, piece by piece."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from plantigrade.parcels import settings
from plantigrade.parcels.digest import PiecesDigest
from plantigrade.parcels.errors import ParcelError, TruncatedParcelError
from plantigrade.parcels.header import ParcelHeader, parse_header
from plantigrade.parcels.keys import SecretKey
from plantigrade.parcels.stream import PieceCipher, Preamble, cipher_to_open


@dataclass(frozen=True)
class OpenedParcel:
    """A parcel whose header is known.

    Attributes:
        parcel_id: its name on its way.
        header: what it says of itself.
        content: the pieces of the content, once; they count only when the last came without an error.
    """

    parcel_id: str
    header: ParcelHeader
    content: Iterator[bytes]


def open_parcel(file: BinaryIO, keys: list[SecretKey]) -> OpenedParcel:
    """Open a parcel that has come whole.

    Args:
        file: at its first byte.
        keys: of the clinic: the present one and those before.

    Raises:
        NotForUsError: it was made for another key.
        TruncatedParcelError: its end is missing.
        ParcelError: it is none, or was changed.

    Example:
        >>> import io
        >>> from plantigrade.parcels.header import Kind
        >>> from plantigrade.parcels.seal import seal
        >>> digest = PiecesDigest()
        >>> digest.update(b"steps")
        >>> header = ParcelHeader(Kind.JOURNAL, "walk", "P001", digest.bytes, digest.hex())
        >>> clinic = SecretKey.generate()
        >>> opened = open_parcel(io.BytesIO(b"".join(seal(header, [b"steps"], clinic.public))), [clinic])
        >>> opened.header.person, b"".join(opened.content)
        ('P001', b'steps')
    """
    preamble = Preamble.parse(file.read(settings.PREAMBLE_BYTES))
    plain = _plain(file, cipher_to_open(preamble, keys))
    first = next(plain)
    length = int.from_bytes(first[:4], "little")
    if length > settings.MOST_HEADER_BYTES or 4 + length > len(first):
        raise ParcelError("its header is damaged")
    header = parse_header(first[4 : 4 + length])
    return OpenedParcel(preamble.parcel_id, header, _content(header, first[4 + length :], plain))


def _plain(file: BinaryIO, cipher: PieceCipher) -> Iterator[bytes]:
    number = 0
    sealed = file.read(settings.SEALED_CHUNK_BYTES)
    while True:
        following = file.read(settings.SEALED_CHUNK_BYTES)
        yield _opened(cipher, number, not following, sealed)
        if not following:
            return
        sealed, number = following, number + 1


def _opened(cipher: PieceCipher, number: int, last: bool, sealed: bytes) -> bytes:
    try:
        return cipher.open(number, last, sealed)
    except ParcelError as error:
        if last and (len(sealed) < settings.SEALED_CHUNK_BYTES or _is_inner(cipher, number, sealed)):
            raise TruncatedParcelError(
                f"is cut off in or after piece {number + 1}, or that was changed"
            ) from error
        raise


def _is_inner(cipher: PieceCipher, number: int, sealed: bytes) -> bool:
    try:
        cipher.open(number, False, sealed)
    except ParcelError:
        return False
    return True


def _content(header: ParcelHeader, first: bytes, plain: Iterator[bytes]) -> Iterator[bytes]:
    digest = PiecesDigest()
    digest.update(first)
    yield first
    for data in plain:
        digest.update(data)
        if digest.bytes > header.content_bytes:
            raise ParcelError("holds more than its header says")
        yield data
    if (digest.bytes, digest.hex()) != (header.content_bytes, header.pieces_sha256):
        raise ParcelError("holds another content than its header says")
