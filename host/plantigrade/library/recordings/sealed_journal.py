"""Records of a journal that their insoles have sealed, opened for finalizing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from insole_protocol.block_errors import NoKeyError

from plantigrade.bridge.journal.file import JournalError
from plantigrade.link.sealed_records import RecordOpener

LogKeys = Mapping[str, Sequence[bytes]]
"""Log keys of insoles by serial number."""
NO_LOG_KEYS: Final[LogKeys] = {}
BATCH: Final = 1024
"""Records opened together."""


def opened(
    path: Path, serial: str, records: Sequence[bytes], log_keys: LogKeys, capabilities: int
) -> list[bytes]:
    """The records of one insole in format 1; one that was changed is left out, as a damaged one.

    Args:
        path: of the journal, for the message.
        serial: of the insole.
        records: as the journal holds them, sealed or not.
        log_keys: that are at hand.
        capabilities: as the insole told them.

    Raises:
        JournalError: the key of a record is not at hand; the journal has to stay until it is.
    """
    opener = RecordOpener(log_keys.get(serial, ()), capabilities=capabilities)
    found: list[bytes] = []
    for at in range(0, len(records), BATCH):
        for record in opener.open_all(records[at : at + BATCH]):
            if isinstance(record, NoKeyError):
                raise JournalError(
                    path,
                    f"records of insole {serial} are {record}; bring the key back with "
                    "`plantigrade keys recover`: nothing is lost meanwhile",
                ) from record
            if isinstance(record, bytes):
                found.append(record)
    return found
