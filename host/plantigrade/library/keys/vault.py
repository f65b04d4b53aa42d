"""The library's key at work: it encrypts texts of the catalogue and the keys of recording files.

Texts and file keys are Fernet tokens (AES-128-CBC with HMAC-SHA-256) of the `cryptography` package; files use
AES-256-GCM with a random key of their own. Several keys may be open at once: the first encrypts, all decrypt,
which is what a change of key needs.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from plantigrade.errors import PlantigradeError
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.file_key import FileKey

KEY_BYTES: Final = 32
MAX_DECRYPTED: Final = 1 << 16
"""Texts that stay decrypted while a library is open, the latest; a text is seldom longer than a title."""
_ID_DIGITS: Final = 12


class KeyMissingError(PlantigradeError):
    """The library is encrypted and its key is not at hand, or a key is unusable."""


@dataclass(frozen=True)
class MasterKey:
    """A key of a library; its text never appears in `repr`, logs or messages.

    Attributes:
        text: 32 bytes in URL-safe base64.
    """

    text: str = field(repr=False)

    @classmethod
    def new(cls) -> "MasterKey":
        """A random key."""
        return cls.from_bytes(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def parse(cls, text: str, origin: str) -> "MasterKey":
        """A key that someone wrote down.

        Raises:
            KeyMissingError: it is no key; the message names the origin and not the text.
        """
        try:
            if len(base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)) != KEY_BYTES:
                raise KeyMissingError(
                    f"{origin}: a key has {KEY_BYTES} bytes in base64; this one has another length"
                )
        except (binascii.Error, ValueError) as error:
            raise KeyMissingError(f"{origin}: is no key: {KEY_BYTES} bytes in base64 are expected") from error
        return cls(text)

    @classmethod
    def from_bytes(cls, secret: bytes) -> "MasterKey":
        """The key of 32 bytes.

        >>> MasterKey.from_bytes(bytes(32)).secret == bytes(32)
        True
        """
        return cls(base64.urlsafe_b64encode(secret).decode())

    @property
    def secret(self) -> bytes:
        """Its 32 bytes."""
        return base64.urlsafe_b64decode(self.text)

    @property
    def id(self) -> str:
        """Identifies a key without revealing anything of it."""
        return hashlib.sha256(b"plantigrade key id\0" + self.text.encode()).hexdigest()[:_ID_DIGITS]


class Vault:
    """Open keys.

    Args:
        keys: the one that encrypts first, older ones after it.
    """

    def __init__(self, keys: Sequence[MasterKey]) -> None:
        if not keys:
            raise ValueError("a vault needs a key")
        self.keys = tuple(keys)
        self._fernet = MultiFernet([Fernet(key.text.encode()) for key in keys])
        # A search by title opens every title; who holds the key may keep them.
        self._decrypted = lru_cache(maxsize=MAX_DECRYPTED)(self._decrypt)

    @property
    def key_id(self) -> str:
        """Of the key that encrypts."""
        return self.keys[0].id

    def encrypt(self, text: str) -> str:
        """Encrypt a text."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, token: str, what: str) -> str:
        """Decrypt a text.

        Raises:
            KeyMissingError: none of the keys fits, or the text was changed.
        """
        try:
            return self._decrypted(token)
        except InvalidToken as error:
            raise KeyMissingError(
                f"{what} cannot be decrypted with key {self.key_id}: "
                "another key encrypted it, or it was changed"
            ) from error

    def _decrypt(self, token: str) -> str:
        return self._fernet.decrypt(token.encode()).decode()

    def reencrypt(self, token: str, what: str) -> str:
        """The same secret, encrypted with the present key.

        Raises:
            KeyMissingError: as `open`.
        """
        try:
            return self._fernet.rotate(token.encode()).decode()
        except InvalidToken as error:
            raise KeyMissingError(f"{what} cannot be decrypted with the keys at hand") from error

    def new_file_key(self, binding: bytes) -> tuple[FileKey, str]:
        """A key for a new file, and the same encrypted for `keys.json`."""
        secret = secrets.token_bytes(KEY_BYTES)
        return FileKey(secret, binding), self.wrap_file_key(secret)

    def wrap_file_key(self, secret: bytes) -> str:
        """The key of a file that came from another library, encrypted for `keys.json`."""
        return self._fernet.encrypt(secret).decode()

    def file_key(self, wrapped: str, binding: bytes, path: Path) -> FileKey:
        """The key of a file.

        Raises:
            RecordingError: none of the library's keys opens it.
        """
        try:
            return FileKey(self._fernet.decrypt(wrapped.encode()), binding)
        except InvalidToken as error:
            raise RecordingError(
                path, f"is encrypted with another key than {self.key_id}; without that key it cannot be read"
            ) from error
