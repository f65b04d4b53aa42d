"""Which insoles have keys in the library, and since when; to be told without the library's own key."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from plantigrade.library.catalogue.store import OpenLibrary
from plantigrade.library.catalogue.tables import InsoleKeyRow, InsoleLogKeyRow


@dataclass(frozen=True)
class ListedInsole:
    """What is known of the keys of an insole, and nothing of what they are.

    Attributes:
        serial: of the insole.
        device_key_utc: when its device key came to be here; None where there is none.
        log_keys: how many log keys there are.
        log_key_utc: when the latest of them came to be here; None without any.
        is_being_revoked: a new device key was made, and the insole has not yet shown that it holds it.
    """

    serial: str
    device_key_utc: datetime | None
    log_keys: int
    log_key_utc: datetime | None
    is_being_revoked: bool

    @property
    def is_locked(self) -> bool:
        """Whether it lets in only those who prove that they have its device key."""
        return self.device_key_utc is not None


def list_insole_keys(library: OpenLibrary) -> tuple[ListedInsole, ...]:
    """Every insole of which there is a key, by serial number.

    Raises:
        LibraryError: the database fails.
    """
    pending = InsoleKeyRow.next_secret.is_not(None)
    with library.store.read() as session:
        devices = {
            row.serial: (row.made_utc, bool(row.pending))
            for row in session.execute(
                sa.select(InsoleKeyRow.serial, InsoleKeyRow.made_utc, pending.label("pending"))
            )
        }
        logs = {
            row.serial: (row.number, row.latest)
            for row in session.execute(
                sa.select(
                    InsoleLogKeyRow.serial,
                    sa.func.count().label("number"),
                    sa.func.max(InsoleLogKeyRow.made_utc).label("latest"),
                ).group_by(InsoleLogKeyRow.serial)
            )
        }
    found: list[ListedInsole] = []
    for serial in sorted({*devices, *logs}):
        made, revoking = devices.get(serial, (None, False))
        number, latest = logs.get(serial, (0, None))
        found.append(ListedInsole(serial, made, number, latest, revoking))
    return tuple(found)
