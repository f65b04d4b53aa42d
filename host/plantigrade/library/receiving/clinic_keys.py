"""The clinic's keys: made when they are first needed, stored encrypted with the library."""

from datetime import UTC, datetime

import sqlalchemy as sa

from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.sending_tables import ClinicKeyRow
from plantigrade.library.catalogue.store import Store
from plantigrade.parcels.keys import PublicKey, SecretKey


def secret_keys(store: Store) -> list[SecretKey]:
    """All keys, the one in use first; one is made where there is none.

    Raises:
        LibraryError: the database fails.
    """
    with store.read() as session:
        query = sa.select(ClinicKeyRow.secret).order_by(ClinicKeyRow.id.desc())
        found = [SecretKey.parse(text) for text in session.scalars(query)]
    return found or [new_key(store)]


def new_key(store: Store) -> SecretKey:
    """A new key, in use from now on; homes that were invited before go on with theirs.

    Raises:
        LibraryError: the database fails.
    """
    key = SecretKey.generate()
    with store.write() as session:
        session.add(ClinicKeyRow(public=key.public.text(), secret=key.text(), made_utc=datetime.now(UTC)))
        add_audit_entry(session, "clinic key", key.public.fingerprint())
    return key


def public_key(store: Store) -> PublicKey:
    """The key that homes are given."""
    return secret_keys(store)[0].public
