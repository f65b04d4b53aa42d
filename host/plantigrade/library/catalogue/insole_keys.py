"""The own keys of insoles that were provisioned here, as the encrypted library keeps them."""

from datetime import UTC, datetime

from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.store import LibraryError, OpenLibrary
from plantigrade.library.catalogue.tables import InsoleKeyRow


def keep_insole_key(library: OpenLibrary, serial: str, key: bytes) -> None:
    """Keep a copy of an insole's key; one that is there already is written over when it is another.

    Raises:
        LibraryError: the library is not encrypted: no key lies in it in the open.
    """
    if library.vault is None:
        raise LibraryError("the library is not encrypted, so that it keeps no key of an insole")
    with library.store.write() as session:
        row = session.get(InsoleKeyRow, serial)
        if row is not None and row.secret == key.hex():
            return
        if row is None:
            row = InsoleKeyRow(serial=serial)
            session.add(row)
        row.secret, row.made_utc = key.hex(), datetime.now(UTC)
        add_audit_entry(session, "keep insole key", serial)


def insole_key(library: OpenLibrary, serial: str) -> bytes | None:
    """The key of an insole; None where there is no copy.

    Raises:
        KeyMissingError: the library's own key is not at hand.
    """
    with library.store.read() as session:
        row = session.get(InsoleKeyRow, serial)
        return None if row is None else bytes.fromhex(row.secret)
