"""Reading a recording's folder as a tar, without holding it in memory; twice gives the same bytes twice."""

import base64
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.encrypted_files import key_of, read_keys
from plantigrade.library.recording_tar.layout import KEYS_NAME, KEYS_SCHEMA
from plantigrade.library.recordings.container import MANIFEST_FILE, read_manifest

if TYPE_CHECKING:
    from plantigrade.library.keys.vault import Vault

_BLOCK: Final = tarfile.BLOCKSIZE
_READ: Final = 1 << 20


@dataclass(frozen=True)
class RecordingTar:
    """A recording's folder, ready to be read as a tar.

    Files stay encrypted as they are; their keys travel beside them, readable for whoever opens the parcel.

    Attributes:
        folder: of the recording.
        parts: names of what is in it, with the bytes of those that are made here and None for files.
    """

    folder: Path
    parts: tuple[tuple[str, bytes | None], ...]

    def pieces(self) -> Iterator[bytes]:
        """The tar.

        Raises:
            RecordingError: a file cannot be read.
        """
        for name, made in self.parts:
            try:
                yield from _part(self.folder / name, made)
            except OSError as error:
                raise RecordingError(self.folder / name, f"cannot be read: {error.strerror}") from error
        yield bytes(2 * _BLOCK)


def tar_of(folder: Path, vault: "Vault | None" = None) -> RecordingTar:
    """A recording's folder as a tar.

    Args:
        folder: of the recording.
        vault: the library's key, for encrypted files.

    Raises:
        RecordingError: its manifest cannot be read, or a key is missing.
    """
    feet = [foot.foot for foot in read_manifest(folder).feet]
    sums, keys = read_keys(folder), dict[str, dict[str, str]]()
    for foot in feet:
        if (key := key_of(folder, foot, vault)) is not None:
            keys[foot] = {"key": base64.b64encode(key.secret).decode(), "sha256": sums[foot].sha256}
    parts: list[tuple[str, bytes | None]] = [(MANIFEST_FILE, None)]
    if keys:
        text = json.dumps({"schema": KEYS_SCHEMA, "files": keys}, sort_keys=True)
        parts.append((KEYS_NAME, text.encode()))
    return RecordingTar(folder, (*parts, *((f"{foot}.parquet", None) for foot in feet)))


def _part(path: Path, made: bytes | None) -> Iterator[bytes]:
    size = len(made) if made is not None else path.stat().st_size
    info = tarfile.TarInfo(path.name)
    info.size, info.mode = size, 0o600
    yield info.tobuf(tarfile.USTAR_FORMAT)
    if made is not None:
        yield made
    else:
        with path.open("rb") as file:
            left = size
            while left and (data := file.read(min(_READ, left))):
                left -= len(data)
                yield data
    yield bytes(-size % _BLOCK)
