"""`keys.json` of an encrypted recording: the key of each file, itself encrypted with the library's key.

A new library key changes this file only. It also states the checksum of each encrypted file, so that the
manifest of a recording is the same before and after it was encrypted.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from plantigrade.files.durable import file_sum, replace_text
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.file_key import FileKey, is_encrypted

if TYPE_CHECKING:
    from plantigrade.library.keys.vault import Vault

KEYS_FILE: Final = "keys.json"
SCHEMA: Final = "plantigrade.keys/1"


@dataclass(frozen=True)
class EncryptedFile:
    """One encrypted file.

    Attributes:
        wrapped: its key, encrypted with the library's key.
        sha256: of the encrypted file.
    """

    wrapped: str
    sha256: str


def binding_of(recording: str, foot: str) -> bytes:
    """What a file is, as authenticated with its content."""
    return f"{recording}/{foot}".encode()


def write_keys(folder: Path, keys: dict[str, EncryptedFile]) -> None:
    """Write `keys.json`.

    Raises:
        OSError: it cannot be written; an older one stands.
    """
    files = {foot: asdict(encrypted) for foot, encrypted in keys.items()}
    replace_text(folder / KEYS_FILE, json.dumps({"schema": SCHEMA, "files": files}, indent=1) + "\n")


def read_keys(folder: Path) -> dict[str, EncryptedFile]:
    """The entries of `keys.json`, none where there is no such file.

    Raises:
        RecordingError: it is damaged or newer than this version.
    """
    path = folder / KEYS_FILE
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if values["schema"] != SCHEMA:
            raise RecordingError(path, f"has schema {values['schema']}, this version reads {SCHEMA}")
        return {
            foot: EncryptedFile(str(entry["wrapped"]), str(entry["sha256"]))
            for foot, entry in values["files"].items()
        }
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise RecordingError(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordingError(path, f"is damaged: {error}") from error


def key_of(folder: Path, foot: str, vault: "Vault | None") -> FileKey | None:
    """The key of one foot's file; None where the file is not encrypted.

    Raises:
        RecordingError: its key is missing from the folder, or the library's key does not open it.
    """
    path = folder / f"{foot}.parquet"
    try:
        if not is_encrypted(path):
            return None
    except OSError as error:
        raise RecordingError(path, f"cannot be read: {error.strerror}") from error
    encrypted = read_keys(folder).get(foot)
    if encrypted is None:
        raise RecordingError(path, f"is encrypted, and {KEYS_FILE} beside it does not hold its key")
    if vault is None:
        raise RecordingError(path, "is encrypted; open it through its library with the library's key")
    return vault.file_key(encrypted.wrapped, binding_of(folder.name, foot), path)


def stated_sum(folder: Path, foot: str, plain_sum: str) -> str:
    """The checksum that a foot's file must have: that of the manifest, or of `keys.json` once encrypted.

    Raises:
        OSError, RecordingError: a file cannot be read.
    """
    if not is_encrypted(folder / f"{foot}.parquet"):
        return plain_sum
    encrypted = read_keys(folder).get(foot)
    return "" if encrypted is None else encrypted.sha256


def matches_sum(folder: Path, foot: str, plain_sum: str) -> bool:
    """Whether a foot's file is the one that was finalized.

    Raises:
        OSError, RecordingError: a file cannot be read.
    """
    return file_sum(folder / f"{foot}.parquet") == stated_sum(folder, foot, plain_sum)
