"""The encryption itself: STREAM of Hoang, Reyhanitabar, Rogaway and Vizar, "Online Authenticated-Encryption
and its Nonce-Reuse Misuse-Resistance" (CRYPTO 2015), section 7, with AES-256-GCM.

Each piece of 64 KiB is encrypted with the same key and a nonce of its own: its number, and whether it is the
last. No piece can be changed, left out, moved or cut off at the end without being noticed, and each can be
made again alone.
"""

import hashlib
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from plantigrade.parcels import settings
from plantigrade.parcels.errors import NotForUsError, ParcelError
from plantigrade.parcels.keys import PublicKey, SecretKey, point, public_bytes


@dataclass(frozen=True)
class Preamble:
    """The first 82 bytes, in the clear.

    Attributes:
        key_id: of the clinic's key.
        sender: the sender's public key, made for this parcel alone.
    """

    key_id: bytes
    sender: bytes

    def to_bytes(self) -> bytes:
        """As they stand in the file."""
        return settings.MAGIC + bytes((settings.VERSION,)) + self.key_id + self.sender

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """From the first bytes of a file.

        Raises:
            ParcelError: it is no parcel, or of a newer version.
        """
        if not raw.startswith(settings.MAGIC):
            raise ParcelError("is no parcel")
        if len(raw) < settings.PREAMBLE_BYTES:
            raise ParcelError("is cut off in its first bytes")
        version, at = raw[len(settings.MAGIC)], len(settings.MAGIC) + 1
        if version != settings.VERSION:
            raise ParcelError(
                f"is of version {version}, this version reads {settings.VERSION}; update plantigrade"
            )
        key_id, sender = (
            raw[at : at + settings.KEY_ID_BYTES],
            raw[at + settings.KEY_ID_BYTES : settings.PREAMBLE_BYTES],
        )
        return cls(key_id, sender)

    @property
    def parcel_id(self) -> str:
        """The parcel's name on its way: SHA-256 of these bytes. The sender's key is used once, so no two
        parcels have the same."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


class PieceCipher:
    """Encrypts and opens single pieces of one parcel."""

    def __init__(self, key: bytes) -> None:
        self._aes = AESGCM(key)

    def seal(self, number: int, last: bool, plain: bytes | bytearray | memoryview) -> bytes:
        """One piece, 16 bytes longer."""
        return self._aes.encrypt(_nonce(number, last), bytes(plain), None)

    def open(self, number: int, last: bool, sealed: bytes) -> bytes:
        """The plain piece.

        Raises:
            ParcelError: it was changed, or belongs elsewhere.
        """
        try:
            return self._aes.decrypt(_nonce(number, last), sealed, None)
        except InvalidTag as error:
            raise ParcelError(f"piece {number + 1} of it was changed on the way") from error


def cipher_to_seal(clinic: PublicKey, sender: ec.EllipticCurvePrivateKey) -> tuple[Preamble, PieceCipher]:
    """The preamble and the cipher of a new parcel.

    Args:
        clinic: who shall open it.
        sender: a fresh key, for this parcel alone.
    """
    preamble = Preamble(clinic.id, public_bytes(sender))
    shared = sender.exchange(ec.ECDH(), point(clinic.raw))
    return preamble, PieceCipher(derive_key(shared, preamble, clinic))


def cipher_to_open(preamble: Preamble, keys: list[SecretKey]) -> PieceCipher:
    """The cipher of a parcel that has come.

    Raises:
        NotForUsError: none of the keys is the one that it was made for.
        ParcelError: it is damaged.
    """
    for key in keys:
        if key.public.id == preamble.key_id:
            shared = key.key.exchange(ec.ECDH(), point(preamble.sender))
            return PieceCipher(derive_key(shared, preamble, key.public))
    raise NotForUsError(f"was made for key {preamble.key_id.hex()}, which this clinic does not have")


def derive_key(shared: bytes, preamble: Preamble, clinic: PublicKey) -> bytes:
    """The key of AES of one parcel by HKDF-SHA256 (RFC 5869); `shared` is the x coordinate of ECDH."""
    salt = hashlib.sha256(preamble.to_bytes() + clinic.raw).digest()
    return HKDF(SHA256(), settings.AES_KEY_BYTES, salt, settings.INFO).derive(shared)


def _nonce(number: int, last: bool) -> bytes:
    if not 0 <= number < settings.MOST_CHUNKS:
        raise ParcelError(f"has more than {settings.MOST_CHUNKS} pieces")
    return number.to_bytes(settings.NONCE_COUNTER_BYTES) + bytes((last,))
