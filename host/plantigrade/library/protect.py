"""Encrypting what is there, and changing the key. Both can be interrupted anywhere and begun again."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from plantigrade.library.audit import note_down
from plantigrade.library.columns import FileKey, RecordingError, is_encrypted
from plantigrade.library.durable import sync_and_sum, sync_folder
from plantigrade.library.forces import read_forces, write_forces
from plantigrade.library.frames import read_parquet, write_parquet
from plantigrade.library.recording import FORCES, RecordingBooks, find_recordings, read_books
from plantigrade.library.sealed_files import SealedFile, binding_of, read_keys, write_keys
from plantigrade.library.tables import SEALED_COLUMNS, LibraryRow, from_stored, to_stored
from plantigrade.library.vault import MasterKey, Vault

if TYPE_CHECKING:
    from plantigrade.library.catalogue import Library

_DRAFT: Final = ".encrypting"


def encrypt_folder(folder: Path, vault: Vault) -> int:
    """Encrypt the files of a recording that are not encrypted; how many.

    The key and the checksum of an encrypted file are durable before it takes the place of the plain one.

    Raises:
        RecordingError: a file cannot be read or written; what is there stays readable.
    """
    books = read_books(folder)
    done = 0
    for foot in books.feet:
        path = folder / f"{foot.foot}.parquet"
        try:
            if not is_encrypted(path):
                _encrypt(path, books, foot.foot, vault)
                done += 1
        except OSError as error:
            path.with_suffix(_DRAFT).unlink(missing_ok=True)
            raise RecordingError(path, f"cannot be encrypted: {error.strerror or error}") from error
    return done


def _encrypt(path: Path, books: RecordingBooks, foot: str, vault: Vault) -> None:
    key, wrapped = vault.new_file_key(binding_of(path.parent.name, foot))
    draft = path.with_suffix(_DRAFT)
    _copy(path, draft, books, key)
    digest = sync_and_sum(draft)
    write_keys(path.parent, {**read_keys(path.parent), foot: SealedFile(wrapped, digest)})
    draft.replace(path)
    sync_folder(path.parent)


def _copy(path: Path, target: Path, books: RecordingBooks, key: FileKey) -> None:
    if books.content == FORCES:
        write_forces(target, read_forces(path), key)
    else:
        write_parquet(target, read_parquet(path), key)


def change_key(library: "Library", new: MasterKey) -> int:
    """Encrypt the library with a new key, or for the first time; how many recordings.

    The new key must be durable where the library finds it, beside the old one, before this is called. The
    entries of the catalogue change first, in one transaction, then the keys of the recordings one by one;
    ended half-way, both keys are needed until it is done again.

    Raises:
        LibraryError, RecordingError, KeyMissingError: nothing is lost; do it again.
    """
    old = library.vault
    vault = Vault([new, *(old.keys if old is not None else ())])
    with library.store.write() as session:
        connection = session.connection()
        for column in SEALED_COLUMNS:
            table = column.table
            # The type of the column would encrypt by itself; here the stored text is what matters.
            raw = sa.type_coerce(column, sa.Text).label("stored")
            keys = list(table.primary_key.columns)
            for row in connection.execute(sa.select(*keys, raw).where(column.is_not(None))).all():
                text = to_stored(from_stored(row.stored, vault), vault)
                own = sa.and_(*(key == row[index] for index, key in enumerate(keys)))
                connection.execute(
                    sa.update(table).where(own).values({column.name: sa.literal(text, sa.Text)})
                )
        session.execute(sa.update(LibraryRow).values(key_id=vault.key_id))
        note_down(session, "change key", vault.key_id, "" if old is None else f"after {old.key_id}")
    library.use_vault(vault)
    library.store.wipe_traces()
    done = 0
    for folder in find_recordings(library.recordings):
        encrypt_folder(folder, vault)
        rewrap(folder, vault)
        done += 1
    return done


def rewrap(folder: Path, vault: Vault) -> None:
    """Encrypt the keys of a recording's files with the present key.

    Raises:
        RecordingError: they cannot be written.
        KeyMissingError: none of the keys at hand opens them.
    """
    keys = read_keys(folder)
    fresh = {
        foot: SealedFile(vault.reseal(sealed.wrapped, f"{folder.name}/{foot}"), sealed.sha256)
        for foot, sealed in keys.items()
    }
    try:
        if fresh:
            write_keys(folder, fresh)
    except OSError as error:
        raise RecordingError(folder, f"cannot be written: {error.strerror}") from error
