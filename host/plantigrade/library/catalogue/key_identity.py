"""Which key a library is encrypted with, told without that key."""

from pathlib import Path

import sqlalchemy as sa

from plantigrade.library.catalogue.store import FILE_NAME, LibraryError, Store
from plantigrade.library.catalogue.tables import LibraryRow


def library_and_key(data_dir: Path, url: str | None = None) -> tuple[str, str | None]:
    """Identifier of a library, and number of the key that it is encrypted with; None: it is not.

    Raises:
        LibraryError: there is none, or its database fails.
    """
    if url is None and not (data_dir / FILE_NAME).is_file():
        raise LibraryError(f"there is no library in {data_dir}")
    store = Store(data_dir, url)
    try:
        store.bring_up_to_date()
        with store.read() as session:
            row = session.scalar(sa.select(LibraryRow))
    finally:
        store.close()
    if row is None:
        raise LibraryError(f"there is no library in {data_dir if url is None else store.shown_url}")
    return row.uuid, row.key_id
