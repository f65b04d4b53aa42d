"""Encrypting what is there, and changing the key. Both can be interrupted anywhere and begun again."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from plantigrade.files.durable import in_turn, sync_and_sum, sync_folder
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.encrypted_files import EncryptedFile, binding_of, read_keys, write_keys
from plantigrade.library.keys.file_key import FileKey, is_encrypted
from plantigrade.library.keys.vault import Vault
from plantigrade.library.recordings.computed import encrypt_computed, raw_removed, rewrap_computed
from plantigrade.library.recordings.container import FORCES, RecordingManifest, read_manifest
from plantigrade.library.recordings.forces import read_forces, write_forces
from plantigrade.library.recordings.frames import read_parquet, write_parquet

_DRAFT: Final = ".encrypting"


def encrypt_folder(folder: Path, vault: Vault) -> int:
    """Encrypt the files of a recording that are not encrypted; how many.

    The key and the checksum of an encrypted file are durable before it takes the place of the plain one.

    Raises:
        RecordingError: a file cannot be read or written; what is there stays readable.
    """
    manifest = read_manifest(folder)
    feet = [foot.foot for foot in manifest.feet]
    done = 0
    if _plain(folder, feet):
        # Another process may have found the same folder: both would write the same draft.
        with in_turn(folder):
            for path in _plain(folder, feet):
                try:
                    _encrypt(path, manifest, path.stem, vault)
                except OSError as error:
                    path.with_suffix(_DRAFT).unlink(missing_ok=True)
                    raise RecordingError(path, f"cannot be encrypted: {error.strerror or error}") from error
                done += 1
    try:
        encrypt_computed(folder, vault)
    except OSError as error:
        raise RecordingError(folder, f"cannot be encrypted: {error.strerror or error}") from error
    return done


def _plain(folder: Path, feet: Iterable[str]) -> list[Path]:
    """Files of samples that are not encrypted."""
    found: list[Path] = []
    for path in (folder / f"{foot}.parquet" for foot in feet):
        if raw_removed(folder) and not path.exists():
            continue
        try:
            if not is_encrypted(path):
                found.append(path)
        except OSError as error:
            raise RecordingError(path, f"cannot be encrypted: {error.strerror or error}") from error
    return found


def _encrypt(path: Path, manifest: RecordingManifest, foot: str, vault: Vault) -> None:
    key, wrapped = vault.new_file_key(binding_of(path.parent.name, foot))
    draft = path.with_suffix(_DRAFT)
    _copy(path, draft, manifest, key)
    digest = sync_and_sum(draft)
    write_keys(path.parent, {**read_keys(path.parent), foot: EncryptedFile(wrapped, digest)})
    draft.replace(path)
    sync_folder(path.parent)


def _copy(path: Path, target: Path, manifest: RecordingManifest, key: FileKey) -> None:
    if manifest.content == FORCES:
        write_forces(target, read_forces(path), key)
    else:
        write_parquet(target, read_parquet(path), key)


def rewrap(folder: Path, vault: Vault) -> None:
    """Encrypt the keys of a recording's files with the present key.

    Raises:
        RecordingError: they cannot be written.
        KeyMissingError: none of the keys at hand opens them.
    """
    keys = read_keys(folder)
    fresh = {
        foot: EncryptedFile(vault.reencrypt(encrypted.wrapped, f"{folder.name}/{foot}"), encrypted.sha256)
        for foot, encrypted in keys.items()
    }
    try:
        if fresh:
            write_keys(folder, fresh)
        rewrap_computed(folder, vault)
    except OSError as error:
        raise RecordingError(folder, f"cannot be written: {error.strerror}") from error
