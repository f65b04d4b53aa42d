"""A file with keys of insoles, sealed: under a code that is told apart from it, or for a library's key.

One JSON object: `schema`, `sealed_for` ("one-time code", or "library key" and its number), `salt`, `nonce`
and `sealed` in base64. `sealed` is AES-256-GCM of the content, with schema, `sealed_for` and salt as
authenticated data. Its key comes from the code by scrypt (RFC 7914), or from the library's key by HKDF-SHA256
(RFC 5869).
"""

import base64
import binascii
import json
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from plantigrade.errors import FileError
from plantigrade.library.insole_key_files import settings
from plantigrade.library.insole_key_files.content import KeyFileError, fields
from plantigrade.library.keys.vault import MasterKey

FOR_CODE: Final = "one-time code"
_FOR_KEY: Final = "library key "
_KEY_ID: Final = re.compile(r"[0-9a-f]{12}")
_FIELDS: Final = ("schema", "sealed_for", "salt", "nonce", "sealed")
_PURPOSE: Final = b"plantigrade insole keys 1"
_AES_BYTES: Final = 32
_TAG_BYTES: Final = 16


@dataclass(frozen=True)
class SealedKeys:
    """A file as it was read: well formed, and not yet opened.

    Attributes:
        sealed_for: `FOR_CODE`, or "library key" with the key's number.
    """

    sealed_for: str
    salt: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    sealed: bytes = field(repr=False)

    @property
    def key_id(self) -> str | None:
        """Number of the library's key that opens it; None where a one-time code does."""
        return None if self.sealed_for == FOR_CODE else self.sealed_for.removeprefix(_FOR_KEY)

    def text(self) -> str:
        """The file."""
        encoded = {name: base64.b64encode(getattr(self, name)).decode() for name in _FIELDS[2:]}
        return (
            json.dumps({"schema": settings.SCHEMA, "sealed_for": self.sealed_for, **encoded}, indent=1) + "\n"
        )

    def open_with_code(self, secret: bytes) -> bytes:
        """What was sealed under a one-time code.

        Raises:
            KeyFileError: the code is another file's, or the file was changed.
        """
        return self._open(
            _from_code(secret, self.salt), "the code is that of another file, or the file was changed"
        )

    def open_with_key(self, key: MasterKey) -> bytes:
        """What was sealed for a library's key.

        Raises:
            KeyFileError: it was sealed for another key, or changed.
        """
        problem = f"key {key.id} does not open it: it was sealed for another one, or changed"
        return self._open(_from_library_key(key, self.salt), problem)

    def _open(self, key: bytes, problem: str) -> bytes:
        try:
            return AESGCM(key).decrypt(self.nonce, self.sealed, _header(self.sealed_for, self.salt))
        except InvalidTag as error:
            raise KeyFileError(problem) from error


def seal_with_code(content: bytes, secret: bytes) -> SealedKeys:
    """Seal under a one-time code.

    >>> seal_with_code(b"keys", bytes(12)).open_with_code(bytes(12))
    b'keys'
    """
    salt = secrets.token_bytes(settings.SALT_BYTES)
    return _seal(content, FOR_CODE, salt, _from_code(secret, salt))


def seal_for_library(content: bytes, key: MasterKey) -> SealedKeys:
    """Seal so that the library's key opens it, and the paper code of that key."""
    salt = secrets.token_bytes(settings.SALT_BYTES)
    return _seal(content, _FOR_KEY + key.id, salt, _from_library_key(key, salt))


def read_sealed(path: Path) -> SealedKeys:
    """A file.

    Raises:
        FileError: it cannot be read.
        KeyFileError: it is none of ours.
    """
    try:
        with path.open("rb") as file:
            data = file.read(settings.MOST_FILE_BYTES + 1)
    except OSError as error:
        raise FileError(path, f"cannot be read: {error.strerror}") from error
    try:
        return parse_sealed(data)
    except KeyFileError as error:
        raise KeyFileError(f"{path}: {error}") from error


def parse_sealed(data: bytes) -> SealedKeys:
    """A file from its bytes.

    Raises:
        KeyFileError: it is none of ours, of a newer version, or too long.
    """
    if len(data) > settings.MOST_FILE_BYTES:
        raise KeyFileError(f"has more than {settings.MOST_FILE_BYTES} bytes: no file with keys of insoles")
    values = fields(data, _FIELDS)
    if values["schema"] != settings.SCHEMA:
        raise KeyFileError(f"has another schema than {settings.SCHEMA}, which this version reads")
    sealed_for = values["sealed_for"]
    if not isinstance(sealed_for, str) or not (
        sealed_for == FOR_CODE
        or (sealed_for.startswith(_FOR_KEY) and _KEY_ID.fullmatch(sealed_for.removeprefix(_FOR_KEY)))
    ):
        raise KeyFileError("does not say what it is sealed for")
    salt, nonce, sealed = (_decoded(values[name]) for name in _FIELDS[2:])
    if (len(salt), len(nonce)) != (settings.SALT_BYTES, settings.NONCE_BYTES) or len(sealed) < _TAG_BYTES:
        raise KeyFileError("is damaged: a field has another length")
    return SealedKeys(sealed_for, salt, nonce, sealed)


def _decoded(value: Any) -> bytes:
    if not isinstance(value, str):
        raise KeyFileError("is damaged: a field is no text")
    try:
        return base64.b64decode(value.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyFileError("is damaged: a field is no base64") from error


def _seal(content: bytes, sealed_for: str, salt: bytes, key: bytes) -> SealedKeys:
    nonce = secrets.token_bytes(settings.NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, content, _header(sealed_for, salt))
    return SealedKeys(sealed_for, salt, nonce, sealed)


def _header(sealed_for: str, salt: bytes) -> bytes:
    return b"\0".join((settings.SCHEMA.encode(), sealed_for.encode(), salt))


def _from_code(secret: bytes, salt: bytes) -> bytes:
    scrypt = Scrypt(salt, _AES_BYTES, n=settings.SCRYPT_N, r=settings.SCRYPT_R, p=settings.SCRYPT_P)
    return scrypt.derive(secret + _PURPOSE)


def _from_library_key(key: MasterKey, salt: bytes) -> bytes:
    return HKDF(SHA256(), _AES_BYTES, salt, _PURPOSE).derive(key.secret)
