"""A new device key takes another's place on an insole: the library knows both until the insole shows which
one it holds.

What is on the insole at any moment, wherever power fails, is therefore known here: the key before, the next
one, or none.
"""

from datetime import UTC, datetime
from typing import Final

from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.insole_keys import InsoleKeys, device_keys_of, keep_insole_keys
from plantigrade.library.catalogue.store import LibraryError, OpenLibrary
from plantigrade.library.catalogue.tables import InsoleKeyRow

REVOKE: Final = "revoke insole key"
"""In the audit log; its detail is "begun" or `REVOKED`."""
REVOKED: Final = "done"


def begin_revocation(library: OpenLibrary, present: bytes | None, fresh: InsoleKeys) -> None:
    """Keep fresh keys beside those before; to be called before they are written onto the insole.

    Args:
        library: that has a device key of the insole.
        present: device key that the insole holds now; None: none that is whole.
        fresh: the keys that it will hold.

    Raises:
        LibraryError: the library is not encrypted, or has no device key of this insole.
    """
    if fresh.device is None:
        raise ValueError("a revocation needs a new device key")
    keep_insole_keys(library, InsoleKeys(fresh.serial, None, fresh.logs))
    with library.store.write() as session:
        row = session.get(InsoleKeyRow, fresh.serial)
        if row is None:
            raise LibraryError(f"there is no device key of insole {fresh.serial} here")
        if present is not None and present in device_keys_of(row):
            row.secret = present.hex()
        row.next_secret = fresh.device.hex()
        add_audit_entry(session, REVOKE, fresh.serial, "begun")


def end_revocation(library: OpenLibrary, serial: str, shown: bytes) -> None:
    """The insole has proved that it holds this device key: no other one counts from now on.

    Raises:
        LibraryError: it is none of those that the library knows.
    """
    with library.store.write() as session:
        row = session.get(InsoleKeyRow, serial)
        if row is None or shown not in device_keys_of(row):
            raise LibraryError(f"the key that insole {serial} holds is not known here")
        row.secret, row.next_secret, row.made_utc = shown.hex(), None, datetime.now(UTC)
        add_audit_entry(session, REVOKE, serial, REVOKED)
