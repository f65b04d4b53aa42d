"""Which app runs on a board, as its two records tell: an app that was given up does not."""

import pytest
from plantigrade.device.provision.installed import app_slot
from plantigrade.firmware_image.ota_data import AppState, OtaEntry, entry_for

NEW, VALID, INVALID, ABORTED = AppState.NEW, AppState.VALID, AppState.INVALID, AppState.ABORTED
BLANK = OtaEntry()
WRONG_CRC = OtaEntry(4, int(VALID), 7)


@pytest.mark.parametrize(
    ("first", "second", "slot"),
    [
        (BLANK, BLANK, 0),
        (entry_for(1, VALID), BLANK, 0),
        (entry_for(1, VALID), entry_for(2, VALID), 1),
        (entry_for(3, VALID), entry_for(2, VALID), 0),
        (entry_for(3, NEW), entry_for(2, VALID), 0),
        (entry_for(3, ABORTED), entry_for(2, VALID), 1),
        (entry_for(3, INVALID), BLANK, 0),
        (entry_for(3, VALID), WRONG_CRC, 0),
        (WRONG_CRC, entry_for(2, VALID), 1),
    ],
)
def test_the_slot_that_starts(first: OtaEntry, second: OtaEntry, slot: int) -> None:
    data = b"".join(entry.to_bytes().ljust(4096, b"\xff") for entry in (first, second))
    assert app_slot(data) == slot
