"""The recovery file of an insole: its keys, sealed for the library's key, among its papers.

When the catalogue is lost, it and the paper code of the library's key give the keys back.
"""

from pathlib import Path

from plantigrade.files.atomic_write import new_file
from plantigrade.library.catalogue.insole_keys import insole_keys
from plantigrade.library.catalogue.store import LibraryError, OpenLibrary
from plantigrade.library.insole_key_files.content import build
from plantigrade.library.insole_key_files.sealing import SealedKeys, seal_for_library
from plantigrade.library.insole_key_files.settings import RECOVERY_FILE


def write_recovery_file(library: OpenLibrary, serial: str, folder: Path) -> Path:
    """Write the recovery file of an insole whose keys the library has into a folder.

    Raises:
        LibraryError: the library is not encrypted.
        FileError: it cannot be written.
    """
    if library.vault is None:
        raise LibraryError("the library is not encrypted, so that it has no key to seal a recovery file for")
    content = build((insole_keys(library, serial),))
    path = folder / RECOVERY_FILE
    write_private(path, seal_for_library(content, library.vault.keys[0]))
    return path


def write_private(path: Path, sealed: SealedKeys) -> None:
    """Write a file that only its owner reads.

    Raises:
        FileError: it cannot be written.
    """
    with new_file(path) as draft:
        draft.touch(mode=0o600)
        draft.write_text(sealed.text(), encoding="ascii")
