"""The two records in `otadata`: which app is wanted, and how it has fared (`esp_ota_select_entry_t`).

Each lies at the start of a sector. The number of the app is (sequence - 1) modulo the number of apps; the
record with the higher sequence counts, if its CRC is right and its app was not given up.
"""

import binascii
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

NOTHING: Final = 0xFFFFFFFF
_NO_LABEL = b"\xff" * 20
ENTRY: Final = struct.Struct("<I20sII")  # sequence, label, state, CRC of the sequence


class AppState(IntEnum):
    """How an app has fared (`esp_ota_img_states_t`)."""

    NEW = 0
    PENDING_VERIFY = 1
    VALID = 2
    INVALID = 3
    ABORTED = 4
    UNDEFINED = NOTHING


@dataclass(frozen=True)
class OtaEntry:
    """One record. `state` is a number, as anything may lie in flash; `AppState` names those that mean
    something.
    """

    sequence: int = NOTHING
    state: int = AppState.UNDEFINED
    crc: int = NOTHING

    @property
    def is_out(self) -> bool:
        """Whether it is empty, or its app was given up (`bootloader_common_ota_select_invalid`)."""
        return self.sequence == NOTHING or self.state in (AppState.INVALID, AppState.ABORTED)

    @property
    def crc_is_right(self) -> bool:
        """Whether the CRC is that of the sequence."""
        return self.crc == crc_of(self.sequence)

    @property
    def counts(self) -> bool:
        """`bootloader_common_ota_select_valid`."""
        return not self.is_out and self.crc_is_right

    def to_bytes(self) -> bytes:
        """As it lies in flash."""
        return ENTRY.pack(self.sequence, _NO_LABEL, self.state, self.crc)

    def with_state(self, state: AppState) -> "OtaEntry":
        """The same app in another state."""
        return replace(self, state=int(state))


def entry_for(sequence: int, state: AppState) -> OtaEntry:
    """A record with its CRC."""
    return OtaEntry(sequence, int(state), crc_of(sequence))


def crc_of(sequence: int) -> int:
    """`bootloader_common_ota_select_crc`: CRC-32 that begins with all ones.

    >>> hex(crc_of(1))
    '0x4743989a'
    """
    return binascii.crc32(struct.pack("<I", sequence), NOTHING)


def entry_in(data: bytes) -> OtaEntry:
    """The record in the first bytes of a sector."""
    sequence, _, state, crc = ENTRY.unpack_from(data)
    return OtaEntry(sequence, state, crc)


def active(entries: Sequence[OtaEntry]) -> int | None:
    """Number of the record that counts (`bootloader_common_get_active_otadata`)."""
    good = [index for index, entry in enumerate(entries) if entry.counts]
    return max(good, key=lambda index: (entries[index].sequence, -index), default=None)
