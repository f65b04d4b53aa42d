"""Keys of a clinic: anyone encrypts for the public one, the clinic opens with the secret one (ECDH, P-256).

P-256 because every browser's WebCrypto has it for ten years; X25519 reached the last of them in 2025.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from plantigrade.parcels import settings
from plantigrade.parcels.errors import ParcelError

_CURVE = ec.SECP256R1()
_SECRET_BYTES = 32


def fresh_key() -> ec.EllipticCurvePrivateKey:
    """A new secret key."""
    return ec.generate_private_key(_CURVE)


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half of a secret key: 65 bytes, an uncompressed point."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def point(raw: bytes) -> ec.EllipticCurvePublicKey:
    """A public key from its 65 bytes.

    Raises:
        ParcelError: they are no point of the curve.
    """
    try:
        if len(raw) != settings.PUBLIC_KEY_BYTES:
            raise ValueError
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, raw)
    except ValueError as error:
        raise ParcelError("a public key in it is damaged: it is no point of the curve P-256") from error


@dataclass(frozen=True)
class PublicKey:
    """What homes encrypt for.

    Attributes:
        raw: 65 bytes, an uncompressed point of P-256.
    """

    raw: bytes

    def __post_init__(self) -> None:
        """Refuse what is no key.

        Raises:
            ParcelError: it is no point of the curve.
        """
        point(self.raw)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From text, as an invitation carries it.

        Raises:
            ParcelError: it is no key.

        Example:
            >>> key = SecretKey.generate().public
            >>> PublicKey.parse(key.text()) == key
            True
        """
        try:
            padded = text + "=" * (-len(text) % 4)
            raw = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error) as error:
            raise ParcelError("the clinic's public key is damaged: it is no base64url") from error
        return cls(raw)

    def text(self) -> str:
        """As base64url without padding, 87 characters."""
        return base64.urlsafe_b64encode(self.raw).decode().rstrip("=")

    @property
    def id(self) -> bytes:
        """The first 8 bytes of its SHA-256: which key a parcel is for."""
        return hashlib.sha256(self.raw).digest()[: settings.KEY_ID_BYTES]

    def fingerprint(self) -> str:
        """For people to compare: the number of the key in groups of four digits."""
        digits = self.id.hex()
        return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


@dataclass(frozen=True)
class SecretKey:
    """What the clinic opens parcels with."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """A new one."""
        return cls(fresh_key())

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the text of `text`.

        Raises:
            ParcelError: it is none.
        """
        try:
            number = int(text, 16)
            return cls(ec.derive_private_key(number, _CURVE))
        except ValueError as error:
            raise ParcelError("the clinic's secret key is damaged") from error

    def text(self) -> str:
        """Its number as 64 hexadecimal digits, to be stored encrypted."""
        return self.key.private_numbers().private_value.to_bytes(_SECRET_BYTES).hex()

    @property
    def public(self) -> PublicKey:
        """What homes get."""
        return PublicKey(public_bytes(self.key))
