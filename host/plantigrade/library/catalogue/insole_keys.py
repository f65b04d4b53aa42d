"""The keys of insoles that were provisioned here, as the encrypted library keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.store import LibraryError, OpenLibrary, Store
from plantigrade.library.catalogue.tables import InsoleKeyRow, InsoleLogKeyRow


@dataclass(frozen=True)
class InsoleKeys:
    """The keys of one insole, 32 bytes each; their bytes never appear in `repr`, logs or messages.

    Attributes:
        serial: of the insole, in upper-case digits.
        device: by which it and its hosts prove who they are; None where it was forgotten.
        logs: under which it seals records, the present one first.
    """

    serial: str
    device: bytes | None = field(repr=False)
    logs: tuple[bytes, ...] = field(default=(), repr=False)


def keep_insole_keys(library: OpenLibrary, keys: InsoleKeys) -> None:
    """Keep a copy of an insole's keys; another device key takes the place of the one before, log keys stay.

    Raises:
        LibraryError: the library is not encrypted: no key lies in it in the open.
    """
    if library.vault is None:
        raise LibraryError("the library is not encrypted, so that it keeps no key of an insole")
    with library.store.write() as session:
        row = session.get(InsoleKeyRow, keys.serial)
        changed = False
        if keys.device is not None and (row is None or row.secret != keys.device.hex()):
            if row is None:
                row = InsoleKeyRow(serial=keys.serial)
                session.add(row)
            if row.next_secret == keys.device.hex():
                row.next_secret = None
            row.secret, row.made_utc = keys.device.hex(), datetime.now(UTC)
            changed = True
        there = {row.secret for row in session.scalars(_log_keys_of(keys.serial))}
        for secret in [key.hex() for key in reversed(keys.logs) if key.hex() not in there]:
            session.add(InsoleLogKeyRow(serial=keys.serial, secret=secret, made_utc=datetime.now(UTC)))
            changed = True
        if changed:
            add_audit_entry(session, "keep insole key", keys.serial)


def forget_device_key(library: OpenLibrary, serial: str) -> bool:
    """Forget the device key of an insole that was wiped; whether there was one. What it has sealed opens
    as before."""
    with library.store.write() as session:
        row = session.get(InsoleKeyRow, serial)
        if row is None:
            return False
        session.delete(row)
        add_audit_entry(session, "forget insole key", serial)
        return True


def insole_keys(library: OpenLibrary, serial: str) -> InsoleKeys:
    """The keys of an insole; none where there is no copy.

    Raises:
        KeyMissingError: the library's own key is not at hand.
    """
    with library.store.read() as session:
        row = session.get(InsoleKeyRow, serial)
        logs = tuple(bytes.fromhex(row.secret) for row in session.scalars(_log_keys_of(serial)))
        return InsoleKeys(serial, None if row is None else bytes.fromhex(row.secret), logs)


@dataclass(frozen=True)
class KnownInsoles:
    """Serial numbers of the insoles of which there are keys, each in order; not encrypted.

    Attributes:
        with_device_key: of those that are locked.
        with_log_key: of those that seal their records, or did.
    """

    with_device_key: tuple[str, ...]
    with_log_key: tuple[str, ...]


def read_known_insoles(store: Store) -> KnownInsoles:
    """Whose keys a catalogue has; needs no key of the library."""
    with store.read() as session:
        devices = session.scalars(sa.select(InsoleKeyRow.serial))
        logs = session.scalars(sa.select(InsoleLogKeyRow.serial).distinct())
        return KnownInsoles(tuple(sorted(devices)), tuple(sorted(logs)))


def known_insoles(library: OpenLibrary) -> tuple[str, ...]:
    """Serial numbers of the insoles of which there is a key, in order."""
    known = read_known_insoles(library.store)
    return tuple(sorted({*known.with_device_key, *known.with_log_key}))


def all_log_keys(library: OpenLibrary) -> Mapping[str, Sequence[bytes]]:
    """The log keys of every insole by serial number, the present one of each first.

    Raises:
        KeyMissingError: the library's own key is not at hand.
    """
    found: dict[str, list[bytes]] = {}
    with library.store.read() as session:
        for row in session.scalars(sa.select(InsoleLogKeyRow).order_by(InsoleLogKeyRow.id.desc())):
            found.setdefault(row.serial, []).append(bytes.fromhex(row.secret))
    return found


def _log_keys_of(serial: str) -> "sa.Select[InsoleLogKeyRow]":
    rows = sa.select(InsoleLogKeyRow).where(InsoleLogKeyRow.serial == serial)
    return rows.order_by(InsoleLogKeyRow.id.desc())


def device_keys_of(row: InsoleKeyRow) -> tuple[bytes, ...]:
    """The device keys of a row, the one that holds first."""
    return tuple(bytes.fromhex(secret) for secret in (row.secret, row.next_secret) if secret is not None)


class LibraryKeyring:
    """The keys in an open library, as a bridge asks for them."""

    def __init__(self, library: OpenLibrary) -> None:
        self._library = library

    @property
    def host(self) -> int:
        """The library's identifier, cut to 8 bytes."""
        return UUID(self._library.uuid).int & (1 << 64) - 1

    def serials(self) -> Sequence[str]:
        """Serial numbers of the insoles that have a device key; needs no key of the library."""
        return read_known_insoles(self._library.store).with_device_key

    def device_keys(self) -> Mapping[str, Sequence[bytes]]:
        """Device keys by serial number; two of an insole whose keys are being revoked.

        Raises:
            KeyMissingError: the library's own key is not at hand.
        """
        with self._library.store.read() as session:
            return {row.serial: device_keys_of(row) for row in session.scalars(sa.select(InsoleKeyRow))}

    def log_keys(self, serial: str) -> Sequence[bytes]:
        """Log keys of an insole, the present one first.

        Raises:
            KeyMissingError: the library's own key is not at hand.
        """
        return insole_keys(self._library, serial).logs
