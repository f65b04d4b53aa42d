"""A recording's folder from a tar that came from outside: known names, once each, plain files alone."""

import base64
import binascii
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.encrypted_files import EncryptedFile, write_keys
from plantigrade.library.recording_tar.layout import FEET, KEYS_NAME, KEYS_SCHEMA, MOST_JSON_BYTES, NAMES
from plantigrade.library.recordings.container import MANIFEST_FILE

if TYPE_CHECKING:
    from plantigrade.library.keys.vault import Vault

_COPY: Final = 1 << 20
_KEY_BYTES: Final = 32


class _PlainInfo(tarfile.TarInfo):
    """Members that are plain files; anything else ends the reading before it is interpreted."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_PlainInfo":
        """A member from its header.

        Raises:
            tarfile.ReadError: it is no plain file.
        """
        info = super().frombuf(buf, encoding, errors)
        if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or info.size < 0:
            raise tarfile.ReadError("something else than plain files")
        return info


class _Stream(io.RawIOBase):
    """Pieces of bytes as a file that is read from its beginning to its end."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._held = pieces, memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        while not self._held:
            following = next(self._pieces, None)
            if following is None:
                return 0
            self._held = memoryview(following)
        room = memoryview(buffer)
        count = min(len(room), len(self._held))
        room[:count] = self._held[:count]
        self._held = self._held[count:]
        return count


def unpack(pieces: Iterator[bytes], folder: Path, vault: "Vault | None") -> None:
    """Write the files of a recording into an empty folder that has its name.

    Files that were encrypted at home stay so; their keys are encrypted with the vault's.

    Args:
        pieces: the tar; read to its end, so that errors at its end are raised.
        folder: to write into; its name is that of the recording.
        vault: of the library.

    Raises:
        RecordingError: it is no such tar, or encrypted files come into a library without a key.
        OSError: it cannot be written.
    """
    keys: bytes | None = None
    found = set[str]()
    stream = io.BufferedReader(_Stream(pieces), _COPY)
    try:
        with tarfile.open(fileobj=stream, mode="r|", tarinfo=_PlainInfo) as tar:
            for member in tar:
                name = member.name
                if name not in NAMES or name in found:
                    raise RecordingError(folder, f"its parcel holds {name[:60]!r}, which no recording has so")
                found.add(name)
                file = cast(BinaryIO, tar.extractfile(member))
                if name == KEYS_NAME:
                    keys = _capped(file, member.size, folder)
                elif name == MANIFEST_FILE and member.size > MOST_JSON_BYTES:
                    raise RecordingError(folder, "its manifest is longer than that of any recording")
                else:
                    _copy(file, folder / name)
    except (tarfile.TarError, ValueError, EOFError) as error:
        raise RecordingError(folder, f"the content of its parcel is damaged: {error}") from error
    while stream.read(_COPY):
        pass
    if keys is not None:
        _keep_keys(keys, folder, vault)


def _capped(file: BinaryIO, size: int, folder: Path) -> bytes:
    if size > MOST_JSON_BYTES:
        raise RecordingError(folder, "the list of its keys is longer than that of any recording")
    return file.read()


def _copy(file: BinaryIO, path: Path) -> None:
    with path.open("xb") as target:
        while data := file.read(_COPY):
            target.write(data)


def _keep_keys(text: bytes, folder: Path, vault: "Vault | None") -> None:
    if vault is None:
        raise RecordingError(
            folder,
            "came encrypted, and this library has no key to protect it with; "
            "run `plantigrade sessions keys new`, then `plantigrade serve retry`",
        )
    try:
        values: dict[str, Any] = json.loads(text)
        if values["schema"] != KEYS_SCHEMA:
            raise RecordingError(folder, f"its keys have schema {values['schema']!r}; update plantigrade")
        encrypted: dict[str, EncryptedFile] = {}
        for foot in FEET:
            if (entry := values["files"].get(foot)) is None:
                continue
            secret = base64.b64decode(entry["key"], validate=True)
            if len(secret) != _KEY_BYTES:
                raise ValueError("a key of another length")
            wrapped = vault.wrap_file_key(secret)
            encrypted[foot] = EncryptedFile(wrapped, str(entry["sha256"]))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise RecordingError(folder, f"its list of keys is damaged: {error}") from error
    write_keys(folder, encrypted)
