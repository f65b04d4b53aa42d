"""A new key for a library, or its first one. It can be interrupted anywhere and begun again."""

import sqlalchemy as sa

from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.encrypted_columns import ENCRYPTED_COLUMNS
from plantigrade.library.catalogue.store import OpenLibrary
from plantigrade.library.catalogue.tables import LibraryRow, RecordingRow, from_stored, to_stored
from plantigrade.library.keys.vault import MasterKey, Vault
from plantigrade.library.recordings.container import find_recordings
from plantigrade.library.recordings.encryption import encrypt_folder, rewrap


def change_key(library: OpenLibrary, new: MasterKey) -> int:
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
        for column in ENCRYPTED_COLUMNS:
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
        session.execute(sa.update(RecordingRow).values(title_folded=None))
        session.execute(sa.update(LibraryRow).values(key_id=vault.key_id))
        add_audit_entry(session, "change key", vault.key_id, "" if old is None else f"after {old.key_id}")
    library.use_vault(vault)
    library.store.wipe_traces(thoroughly=True)
    done = 0
    for folder in find_recordings(library.recordings):
        encrypt_folder(folder, vault)
        rewrap(folder, vault)
        done += 1
    return done
